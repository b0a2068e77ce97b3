// gradtape as a contestant, on the backend and with the threads that the environment asks for.
import { serve, type Tasks } from '../serve.js';
import { gt } from './common.js';
import { elementwise } from './elementwise.js';
import { images } from './images.js';
import { networks } from './networks.js';
import { sequences } from './sequences.js';

const threads = Number(process.env.GRADTAPE_BENCH_THREADS ?? gt.getNumThreads());
gt.setNumThreads(threads);
const { name, isa } = gt.backend.info();
if (gt.getNumThreads() !== threads) {
  process.stdout.write(`${JSON.stringify({ absent: `the ${name} backend has ${gt.getNumThreads()} thread${gt.getNumThreads() === 1 ? '' : 's'}` })}\n`);
} else {
  const tasks: Tasks = { ...elementwise, ...images, ...networks, ...sequences };
  await serve(tasks, { backend: name, isa, node: process.version });
}

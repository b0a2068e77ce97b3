// Saves to one path from several threads at once, and loads it meanwhile: `tsx savers.ts PATH ROUNDS`. Prints how many loads were whole, and what was wrong.
import { isMainThread, threadId, Worker, workerData } from 'node:worker_threads';
import * as gt from '../../src/index.js';

const [path, rounds] = isMainThread ? process.argv.slice(2) : (workerData as string[]);
const THREADS = 2;
/** More than one part. */
const SIZE = 300_000;

if (isMainThread) {
  const code = `import('${import.meta.resolve('tsx/esm/api')}').then(({ register }) => { register(); return import('${import.meta.url}'); })`;
  const threads = Array.from({ length: THREADS }, () => new Worker(code, { eval: true, workerData: [path, rounds] }));
  const ends = Promise.all(threads.map((thread) => new Promise<void>((done, failed) => void thread.on('exit', () => done()).on('error', failed))));
  let over = false;
  void ends.then(() => {
    over = true;
  });
  let whole = 0;
  const wrong: string[] = [];
  while (!over) {
    try {
      const { x, tag } = gt.load(path) as { x: gt.Tensor; tag: number };
      if (x.min().item() === tag && x.max().item() === tag) whole++;
      else wrong.push('mixed');
    } catch (error) {
      wrong.push(String(error));
    }
    await new Promise((turn) => setImmediate(turn));
  }
  await ends;
  console.log(JSON.stringify({ whole, wrong: [...new Set(wrong)] }));
} else {
  for (let i = 0; i < Number(rounds); i++) {
    const tag = (process.pid % 10_000) * 100 + threadId;
    gt.save({ x: gt.full([SIZE], tag), tag }, path);
  }
}

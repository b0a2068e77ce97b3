// What runs under the thread sanitizer: several worker_threads that use the addon's one pool at the same time as the main thread, with a changing number of threads, some of them ended in the
// middle of their kernels. Results are compared with those of one thread, which are the same bit for bit.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as gt from '../../src/index.js';

const rounds = 6;

/** Every kind of kernel that deals out its work, on sizes that are worth it; a number for what came out. */
function work(seed: number): number {
  gt.manualSeed(seed);
  const { functional: F } = gt.nn;
  const x = gt.randn([8, 3, 24, 24], { requiresGrad: true });
  const wide = gt.randn([6, 3, 3, 3], { requiresGrad: true });
  const deep = gt.randn([6, 1, 3, 3], { requiresGrad: true });
  const image = F.maxPool2d(F.conv2d(F.conv2d(x, wide, null, { padding: 1 }), deep, null, { groups: 6 }), 2) as gt.Tensor;
  const rows = gt.randn([200, 700], { requiresGrad: true });
  const other = gt.randn([700, 150], { requiresGrad: true });
  const products = F.layerNorm(rows.matmul(other), [150]).softmax(1).sum(0).cumsum(0);
  const sorted = gt.sort(rows.detach().flatten()).values.mean();
  const loss = image.pow(2).mean().add(products.mean()).add(rows.logsumexp(1).mean()).add(rows.var(0).sum()).add(sorted);
  loss.backward();
  const optimizer = new gt.optim.Adam([x, wide, deep, rows, other], { lr: 0.1 });
  optimizer.step();
  return [loss, x, wide, deep, rows, other].reduce((sum, t) => sum + (t.detach().sum().item() as number), 0);
}

const expected = (seed: number): number => {
  gt.setNumThreads(1);
  const value = work(seed);
  gt.setNumThreads(4);
  return value;
};

if (!isMainThread) {
  const seed = workerData as number;
  for (let i = 0; ; i++) {
    gt.setNumThreads(2 + (i % 3));
    parentPort!.postMessage(work(seed));
  }
}

/** A worker's first results; it is ended in the middle of the next. */
function resultsOf(seed: number, wanted: number): Promise<number[]> {
  const register = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const script = `import(${register}).then(({ register }) => { register(); return import(${JSON.stringify(import.meta.url)}); });`;
  const worker = new Worker(script, { eval: true, workerData: seed });
  const results: number[] = [];
  return new Promise((resolve, reject) => {
    worker.on('message', (value: number) => {
      results.push(value);
      if (results.length === wanted) setTimeout(() => worker.terminate(), 5 * seed);
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve(results));
  });
}

const seeds = [1, 2, 3];
const truth = seeds.map(expected);
let done = false;
const all = Promise.all(seeds.map((seed) => resultsOf(seed, rounds)));
all.finally(() => {
  done = true;
});
let own = 0;
while (!done) {
  own++;
  if (work(1) !== truth[0]) throw new Error('the main thread computed something else beside the workers');
  await new Promise((resolve) => setImmediate(resolve));
}
for (const [i, results] of (await all).entries())
  for (const result of results) if (result !== truth[i]) throw new Error(`worker ${i} computed ${result}, expected ${truth[i]}`);
console.log(`${own} rounds in the main thread, ${rounds} and more in each of ${seeds.length} workers: the same numbers`);

// node --import tsx test/sanitize/faults.ts NAME: commits one fault that a sanitizer must report. Run by test/sanitize/index.mjs before the tests: a build that does not see these proves nothing.
import { Worker } from 'node:worker_threads';
import { backend, heap, K } from '../../src/kernels/load.js';

const count = 100;
const place = (): number => heap.settle({}, 4 * count).address;
const neg = (x: number, y: number, n: number): void => K.neg[0]!(x, y, 1, [n, 1, 1]);

const faults: Record<string, () => void> = {
  /** Reads one element past a tensor, where the addon's pool goes on. */
  overrun: () => neg(place(), heap.settle({}, 5 * count).address, count + 1),
  /** Writes one element past a tensor. */
  overwrite: () => neg(heap.settle({}, 5 * count).address, place(), count + 1),
  freed: () => {
    const [home, y] = [heap.settle({}, 4 * count), place()];
    const { address } = home;
    heap.giveBack(home.handle);
    neg(address, y, count);
  },
  /** A matrix of doubles at an odd address. */
  misaligned: () => K.cholesky[1]!(place() + 1, place(), 1, 3),
  /** An index times a stride is 2^63, which in bytes is 0 again: nothing else is wrong. */
  overflow: () => {
    const [x, idx, y] = [place(), place(), place()];
    backend.copyIn(idx, BigInt64Array.of(2n));
    K.gather[0]!(x, idx, y, 2 ** 62, 1, [1, 1, 1, 1]);
  },
  /** Two threads write to the same elements. */
  race: () => {
    const [x, y] = [place(), place()];
    const register = JSON.stringify(import.meta.resolve('tsx/esm/api'));
    const load = JSON.stringify(new URL('../../src/kernels/load.ts', import.meta.url).href);
    const again = `for (let i = 0; i < 20000; i++) K.neg[0](${x}, ${y}, 1, [${count}, 1, 1]);`;
    const worker = new Worker(
      `import(${register}).then(({ register }) => { register(); return import(${load}); }).then(({ K }) => { ${again} process.exit(); });`,
      {
        eval: true,
      },
    );
    const turn = setInterval(() => {
      for (let i = 0; i < 1000; i++) neg(x, y, count);
    });
    worker.once('exit', () => clearInterval(turn));
  },
};

faults[process.argv[2]]();

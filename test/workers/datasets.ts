// Datasets that loader.test.ts gives to workers.
import process from 'node:process';
import * as gt from '../../src/index.js';

/** Sample i is i plus a random number. */
export const noisy = (length: number): gt.utils.data.Dataset<gt.Tensor> => ({ length, at: (i) => gt.rand([1], { dtype: 'float64' }).add(i) });

/** Counts to `end`, shared among the workers. */
class Count extends gt.utils.data.IterableDataset<number> {
  constructor(readonly end: number) {
    super();
  }
  *[Symbol.iterator](): Iterator<number> {
    const { id, numWorkers } = gt.utils.data.getWorkerInfo() ?? { id: 0, numWorkers: 1 };
    for (let i = id; i < this.end; i += numWorkers) yield i;
  }
}
export const count = (end: number): Count => new Count(end);

/** Samples of every kind, and accidents at chosen places. */
export const mixed = (accidents: Record<number, 'throw' | 'exit' | 'hang' | 'function'> = {}): gt.utils.data.Dataset<unknown> => ({
  length: 12,
  at(i) {
    switch (accidents[i]) {
      case 'throw':
        throw new RangeError(`sample ${i} is broken`);
      case 'exit':
        return process.exit(7);
      case 'hang':
        for (;;);
      case 'function':
        return { f: () => i };
      default:
        return { x: gt.full([2, 3], i), label: i, name: `n${i}`, big: gt.ones([100 * (i + 1)]).sum() };
    }
  },
});

export const notADataset = (): number => 5;

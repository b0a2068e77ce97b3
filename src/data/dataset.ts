// Datasets: whatever has a length and gives a sample at an index. A plain array is one.

import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import type { Generator } from '../core/random.js';
import { showShape } from '../core/shape.js';
import { asTensors, readArgs } from '../ops/args.js';
import { tensor } from '../ops/create.js';
import { indexSelect, select } from '../ops/index.js';
import { defaultGenerator } from '../ops/random.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Collated } from './collate.js';

/** Samples by index. A plain array is one. */
export interface Dataset<S = unknown> {
  /** The number of samples. */
  readonly length: number;
  /**
   * The sample at an index.
   *
   * @param index - A negative one counts from the end.
   */
  at(index: number): S | undefined;
  /**
   * The samples at the indices, collated: for datasets that are faster at this than sample by
   * sample.
   *
   * @param indices - Indices, as of `at`.
   */
  batch?(indices: readonly number[]): Collated<S>;
}

/** The rows of x at the indices, in one kernel. */
export const rowsAt = (x: Tensor, indices: readonly number[]): Tensor => indexSelect(x, 0, tensor(Int32Array.from(indices)));

/** An index counted from the front, checked. */
export function placeOf(name: string, index: number, length: number): number {
  const i = index < 0 ? index + length : index;
  if (!Number.isInteger(index) || i < 0 || i >= length) fail(IndexError, name, `an index in [${-length}, ${length - 1}]`, show(index));
  return i;
}

/**
 * Sample i is row i of each tensor.
 *
 * @example
 * const dataset = new gt.utils.data.TensorDataset(gt.tensor([[1, 2], [3, 4]]), gt.tensor([0, 1]));
 * dataset.at(1)[0]; // [3, 4]
 * @see PyTorch `torch.utils.data.TensorDataset`
 */
export class TensorDataset<T extends readonly Tensor[] = readonly Tensor[]> implements Dataset<{ [K in keyof T]: Tensor }> {
  /** The tensors. */
  readonly tensors: T;
  /** The number of rows. */
  readonly length: number;
  /**
   * @param tensors - Tensors with one first size N.
   * @throws ShapeError if the first sizes differ.
   */
  constructor(...tensors: T) {
    const [first] = asTensors('TensorDataset', 'tensors', tensors);
    if (first === undefined) fail(ArgumentError, 'TensorDataset', 'at least one tensor', 'none');
    this.length = first.shape[0];
    for (const t of tensors) {
      if (t.ndim === 0 || t.shape[0] !== this.length)
        fail(ShapeError, 'TensorDataset', `tensors of first size ${this.length}`, `${showShape(t.shape)}: Size mismatch between tensors`);
    }
    this.tensors = tensors;
  }
  /**
   * The rows at an index, as views.
   *
   * @param index - A negative one counts from the end.
   * @throws IndexError if there is no such row.
   */
  at(index: number): { [K in keyof T]: Tensor } {
    const i = placeOf('TensorDataset', index, this.length);
    return this.tensors.map((t) => select(t, 0, i)) as { [K in keyof T]: Tensor };
  }
  /**
   * The rows at the indices, as copies.
   *
   * @param indices - A negative one counts from the end.
   * @throws IndexError if there is no such row.
   */
  batch(indices: readonly number[]): Collated<{ [K in keyof T]: Tensor }> {
    const places = indices.map((index) => placeOf('TensorDataset', index, this.length));
    return this.tensors.map((t) => rowsAt(t, places)) as unknown as Collated<{ [K in keyof T]: Tensor }>;
  }
}

/**
 * A dataset's samples at chosen indices.
 *
 * @example
 * const dataset = new gt.utils.data.Subset(['a', 'b', 'c'], [2, 0]);
 * dataset.at(0); // c
 * @see PyTorch `torch.utils.data.Subset`
 */
export class Subset<S> implements Dataset<S> {
  /** The indices. */
  readonly indices: readonly number[];
  /** The dataset's own batch, where it has one. */
  readonly batch?: (indices: readonly number[]) => Collated<S>;
  /**
   * @param dataset - The dataset.
   * @param indices - Indices of its samples, in order.
   * @throws IndexError if the dataset has no such sample.
   */
  constructor(
    readonly dataset: Dataset<S>,
    indices: Iterable<number>,
  ) {
    this.indices = [...indices];
    for (const index of this.indices) placeOf('Subset', index, dataset.length);
    if (dataset.batch !== undefined) this.batch = (places) => dataset.batch!(places.map((place) => this.indices[placeOf('Subset', place, this.length)]));
  }
  /** The number of samples. */
  get length(): number {
    return this.indices.length;
  }
  /**
   * The sample at an index.
   *
   * @param index - A negative one counts from the end.
   * @throws IndexError if there is no such sample.
   */
  at(index: number): S {
    return this.dataset.at(this.indices[placeOf('Subset', index, this.length)]) as S;
  }
}

/**
 * Datasets one after another, as one.
 *
 * @example
 * const dataset = new gt.utils.data.ConcatDataset([['a', 'b'], ['c']]);
 * dataset.at(2); // c
 * @see PyTorch `torch.utils.data.ConcatDataset`
 */
export class ConcatDataset<S> implements Dataset<S> {
  /** The datasets. */
  readonly datasets: readonly Dataset<S>[];
  /** Where each dataset ends. */
  readonly cumulativeSizes: readonly number[];
  /**
   * @param datasets - At least one dataset with indices.
   * @throws ArgumentError if there are none, or one is a stream.
   */
  constructor(datasets: Iterable<Dataset<S>>) {
    this.datasets = [...datasets];
    if (this.datasets.length === 0) fail(ArgumentError, 'ConcatDataset', 'datasets', 'none: datasets should not be an empty iterable');
    let end = 0;
    this.cumulativeSizes = this.datasets.map((dataset) => {
      if (isIterableDataset(dataset))
        fail(ArgumentError, 'ConcatDataset', 'datasets with indices', 'an iterable one: ConcatDataset does not support IterableDataset');
      end += dataset.length;
      return end;
    });
  }
  /** The number of samples. */
  get length(): number {
    return this.cumulativeSizes.at(-1)!;
  }
  /**
   * The sample at an index.
   *
   * @param index - A negative one counts from the end.
   * @throws IndexError if there is no such sample.
   */
  at(index: number): S {
    const i = placeOf('ConcatDataset', index, this.length);
    const d = this.cumulativeSizes.findIndex((end) => i < end);
    return this.datasets[d].at(d === 0 ? i : i - this.cumulativeSizes[d - 1]) as S;
  }
}

/**
 * A dataset that is a stream: each pass iterates over it anew, in its own order.
 *
 * @example
 * class Numbers extends gt.utils.data.IterableDataset<number> {
 *   *[Symbol.iterator]() {
 *     yield* [1, 2, 3];
 *   }
 * }
 * [...new gt.utils.data.DataLoader(new Numbers(), 2)]; // [[1, 2], [3]]
 * @see PyTorch `torch.utils.data.IterableDataset`
 */
export abstract class IterableDataset<S = unknown> implements Iterable<S> {
  abstract [Symbol.iterator](): Iterator<S>;
}
export const isIterableDataset = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value && typeof (value as Partial<Dataset>).at !== 'function';

/**
 * Streams one after another.
 *
 * @example
 * const streams = [new Set([1, 2]), new Set([3])];
 * [...new gt.utils.data.ChainDataset(streams)]; // [1, 2, 3]
 * @see PyTorch `torch.utils.data.ChainDataset`
 */
export class ChainDataset<S> extends IterableDataset<S> {
  /** The streams. */
  readonly datasets: readonly Iterable<S>[];
  /**
   * @param datasets - Iterables without `at`.
   * @throws ArgumentError if one has indices.
   */
  constructor(datasets: Iterable<Iterable<S>>) {
    super();
    this.datasets = [...datasets];
    for (const dataset of this.datasets)
      if (!isIterableDataset(dataset)) fail(ArgumentError, 'ChainDataset', 'iterable datasets', `${show(dataset)}: ChainDataset only supports IterableDataset`);
  }
  *[Symbol.iterator](): Iterator<S> {
    for (const dataset of this.datasets) yield* dataset;
  }
}

/**
 * Splits a dataset at random. Lengths that add up to 1 are shares; samples that these leave over go
 * one each to the first parts.
 *
 * @param dataset - The dataset.
 * @param lengths - Samples of each part, or shares.
 * @param args - `generator`; by default the default one.
 * @returns One subset for each length.
 * @throws ArgumentError if the lengths do not add up to the dataset's.
 * @example
 * const parts = gt.utils.data.randomSplit([1, 2, 3, 4, 5], [0.6, 0.4]);
 * parts.map(({ length }) => length); // [3, 2]
 * @see PyTorch `torch.utils.data.random_split`
 */
export function randomSplit<S>(
  dataset: Dataset<S>,
  lengths: readonly number[],
  ...args: [generator?: Generator | null | { generator?: Generator | null }]
): Subset<S>[] {
  const { generator } = readArgs<{ generator: Generator | null }>('randomSplit', args, ['generator']);
  let sizes = [...lengths];
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total <= 1 && Math.abs(total - 1) <= 1e-9) {
    sizes = sizes.map((share) =>
      share >= 0 && share <= 1 ? Math.floor(dataset.length * share) : fail(ArgumentError, 'randomSplit', 'shares between 0 and 1', show(share)),
    );
    const rest = dataset.length - sizes.reduce((a, b) => a + b, 0);
    for (let i = 0; i < rest; i++) sizes[i % sizes.length]++;
  }
  const sum = sizes.reduce((a, b) => a + b, 0);
  if (sum !== dataset.length || !sizes.every((size) => Number.isInteger(size) && size >= 0))
    fail(
      ArgumentError,
      'randomSplit',
      `lengths that add up to ${dataset.length}`,
      `${show(lengths)}: Sum of input lengths does not equal the length of the input dataset`,
    );
  const order = (generator ?? defaultGenerator).randperm(new Int32Array(sum));
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return new Subset(dataset, order.subarray(end - size, end));
  });
}

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

export interface Dataset<S = unknown> {
  readonly length: number;
  /** The sample at an index; negative ones count from the end. */
  at(index: number): S | undefined;
  /** The samples at the indices, collated: for datasets that have a faster way than one sample at a time. */
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

/** Samples are the rows of tensors that are equally long. */
export class TensorDataset<T extends readonly Tensor[] = readonly Tensor[]> implements Dataset<{ [K in keyof T]: Tensor }> {
  readonly tensors: T;
  readonly length: number;
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
  at(index: number): { [K in keyof T]: Tensor } {
    const i = placeOf('TensorDataset', index, this.length);
    return this.tensors.map((t) => select(t, 0, i)) as { [K in keyof T]: Tensor };
  }
  batch(indices: readonly number[]): Collated<{ [K in keyof T]: Tensor }> {
    const places = indices.map((index) => placeOf('TensorDataset', index, this.length));
    return this.tensors.map((t) => rowsAt(t, places)) as unknown as Collated<{ [K in keyof T]: Tensor }>;
  }
}

/** A dataset's samples at chosen indices. */
export class Subset<S> implements Dataset<S> {
  readonly indices: readonly number[];
  readonly batch?: (indices: readonly number[]) => Collated<S>;
  constructor(
    readonly dataset: Dataset<S>,
    indices: Iterable<number>,
  ) {
    this.indices = [...indices];
    for (const index of this.indices) placeOf('Subset', index, dataset.length);
    if (dataset.batch !== undefined) this.batch = (places) => dataset.batch!(places.map((place) => this.indices[placeOf('Subset', place, this.length)]));
  }
  get length(): number {
    return this.indices.length;
  }
  at(index: number): S {
    return this.dataset.at(this.indices[placeOf('Subset', index, this.length)]) as S;
  }
}

/** Datasets one after another, as one. */
export class ConcatDataset<S> implements Dataset<S> {
  readonly datasets: readonly Dataset<S>[];
  /** Where each dataset ends. */
  readonly cumulativeSizes: readonly number[];
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
  get length(): number {
    return this.cumulativeSizes.at(-1)!;
  }
  at(index: number): S {
    const i = placeOf('ConcatDataset', index, this.length);
    const d = this.cumulativeSizes.findIndex((end) => i < end);
    return this.datasets[d].at(d === 0 ? i : i - this.cumulativeSizes[d - 1]) as S;
  }
}

/** A dataset that comes as a stream, each pass over it anew, and so in its own order. */
export abstract class IterableDataset<S = unknown> implements Iterable<S> {
  abstract [Symbol.iterator](): Iterator<S>;
}
export const isIterableDataset = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value && typeof (value as Partial<Dataset>).at !== 'function';

/** Streams one after another. */
export class ChainDataset<S> extends IterableDataset<S> {
  readonly datasets: readonly Iterable<S>[];
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

/** Splits a dataset at random into parts of those lengths, or of those shares of it, which add up to 1; what the shares leave over goes one each to the first parts. */
export function randomSplit<S>(
  dataset: Dataset<S>,
  lengths: readonly number[],
  ...args: [generator?: Generator | null | { generator?: Generator | null }]
): Subset<S>[] {
  const { generator } = readArgs<{ generator: Generator | null }>('randomSplit', args, ['generator']);
  const total = lengths.reduce((a, b) => a + b, 0);
  let sizes = [...lengths];
  if (total <= 1 && Math.abs(total - 1) <= 1e-9) {
    sizes = lengths.map((share) =>
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

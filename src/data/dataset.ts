// Datasets: whatever has a length and gives a sample at an index. A plain array is one.

import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { asTensors } from '../ops/args.js';
import { tensor } from '../ops/create.js';
import { indexSelect, select } from '../ops/index.js';
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
    return this.tensors.map((t) => rowsAt(t, indices)) as unknown as Collated<{ [K in keyof T]: Tensor }>;
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
    if (dataset.batch !== undefined) this.batch = (places) => dataset.batch!(places.map((place) => this.indices[place]));
  }
  get length(): number {
    return this.indices.length;
  }
  at(index: number): S {
    return this.dataset.at(this.indices[placeOf('Subset', index, this.length)]) as S;
  }
}

// Indices that JavaScript puts together: int32, or int64 where there are more elements than int32 reaches.
import { indexType, int32, int64 } from '../core/dtype.js';
import type { Shape } from '../core/shape.js';
import { newArray } from '../tensor/array.js';
import type { Tensor } from '../tensor/tensor.js';
import { fromArray } from './create.js';

export type IndexArray = Int32Array | BigInt64Array;

/** Room for `length` indices into `size` elements. */
export const indexArray = (op: string, size: number, length: number): IndexArray => newArray(op, indexType(size), length) as IndexArray;

export function setIndex(array: IndexArray, i: number, index: number): void {
  if (array instanceof Int32Array) array[i] = index;
  else array[i] = BigInt(index);
}

export const fromIndices = (op: string, array: IndexArray, shape: Shape = [array.length]): Tensor =>
  fromArray(op, array, shape, array instanceof Int32Array ? int32 : int64);

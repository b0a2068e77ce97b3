// What test libraries and JSON see of a tensor, which has no properties of its own: a tag that tells unequal tensors apart, and plain data to print.
// Libraries compare tags (Object.prototype.toString), and what can be iterated by `constructor`, `size` and element after element.

import type { DType, TypedArray } from '../core/dtype.js';
import { numel, type Shape, showShape } from '../core/shape.js';
import { shapeOf } from './inner.js';
import type { Nested, Tensor } from './tensor.js';

/** What JSON.stringify writes of a tensor. */
export interface TensorJSON {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** NaN, Infinity and -Infinity, and int64 elements that a number cannot hold, as strings: `Number(x)` or `BigInt(x)` reads them. */
  readonly data: Nested<number | boolean | string>;
}

/** Elements in row-major order as nested arrays; those of a 0-d tensor as the element. */
export function nested<T>(elements: T[], shape: Shape): Nested<T> {
  if (shape.length === 0) return elements[0];
  let level: Nested<T>[] = elements;
  for (let d = shape.length - 1; d > 0; d--) {
    const size = shape[d];
    const above = numel(shape.slice(0, d));
    const below = level;
    level = Array.from({ length: above }, (_, i) => below.slice(i * size, (i + 1) * size));
  }
  return level;
}

function inJSON(value: number | bigint, dtype: DType): number | boolean | string {
  if (dtype === 'bool') return value !== 0;
  const number = Number(value);
  return (typeof value === 'bigint' ? Number.isSafeInteger(number) : Number.isFinite(number)) ? number : String(value);
}

export function toJSON(t: Tensor): TensorJSON {
  const { dtype, shape } = t;
  return {
    dtype,
    shape: [...shape],
    data: nested(
      Array.from<number | bigint, number | boolean | string>(t.toTypedArray(), (v) => inJSON(v, dtype)),
      shape,
    ),
  };
}

/** Elements that a tag names; of more, it has a digest. */
const named = 1000;

/** Class, dtype, shape and elements: equal for equal tensors. NaN equals NaN, and -0 is not 0, as in Object.is. */
export function tagOf(t: Tensor): string {
  const values = t.toTypedArray();
  const elements = Array.from<number | bigint, string>(values.length > named ? [] : values, (v) => (Object.is(v, -0) ? '-0' : String(v)));
  return `${t.constructor.name} ${t.dtype} ${showShape(shapeOf(t))} ${values.length > named ? digest(values) : elements.join(', ')}`.trimEnd();
}

/** 128 bits of the elements' bytes, by the steps of MurmurHash3 (Appleby, 2011) on two pairs of lanes; every NaN counts as the same. */
function digest(values: TypedArray): string {
  if (values instanceof Float32Array || values instanceof Float64Array) {
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = Number.NaN;
  }
  const bytes = new Uint8Array(Math.ceil(values.byteLength / 4) * 4);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const words = new Uint32Array(bytes.buffer);
  const lanes = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93].map((factor, lane) => {
    let hash = lane;
    for (let i = 0; i < words.length; i++) {
      const k = Math.imul(words[i], factor);
      hash ^= Math.imul((k << 15) | (k >>> 17), 0x1b873593);
      hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    }
    return (hash >>> 0).toString(16).padStart(8, '0');
  });
  return `of ${values.length} elements #${lanes.join('')}`;
}

export interface SizeOf {
  (): number[];
  (dim: number): number;
}
/** One `size` for every dtype and shape of tensors without rows: where there is nothing to iterate it is all that tells such tensors apart. */
const sizes = new Map<string, SizeOf>();
export function sizeWithoutRows(t: Tensor, size: SizeOf): SizeOf {
  const key = `${t.dtype} ${showShape(shapeOf(t))}`;
  let own = sizes.get(key);
  if (own === undefined) {
    own = function (this: Tensor, dim: number) {
      return size.call(this, dim);
    } as unknown as SizeOf;
    sizes.set(key, own);
  }
  return own;
}

// Tensors as bytes in a file: little-endian, row-major, in the file's own dtypes, of which there are more than tensors have.

import type { DType, TypedArray } from '../core/dtype.js';
import { DTypeError, FormatError, fail } from '../core/errors.js';
import { fromTypedArray } from '../ops/create.js';
import { to } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';

export type FileDType = DType | 'int8' | 'int16' | 'float16' | 'bfloat16';

/** Bytes of an element. */
export const sizes: Readonly<Record<FileDType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) throw new FormatError('io: expected a little-endian machine, got a big-endian one');

/** The value of IEEE 754 binary16 bits. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** What a file's element type becomes: int8 and int16 an int32, the short floats float32. */
function elements(dtype: FileDType, buffer: ArrayBuffer): TypedArray {
  switch (dtype) {
    case 'float64':
      return new Float64Array(buffer);
    case 'float32':
      return new Float32Array(buffer);
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), half);
    case 'bfloat16':
      // The upper half of a float32.
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'int16':
      return Int32Array.from(new Int16Array(buffer));
    case 'int8':
      return Int32Array.from(new Int8Array(buffer));
    default:
      return new Uint8Array(buffer);
  }
}

/** A tensor of a copy of these bytes, whose number the caller has checked. */
export function decode(dtype: FileDType, shape: readonly number[], bytes: Uint8Array): Tensor {
  // Not slice(), which a Buffer answers with a view.
  const array = elements(dtype, new Uint8Array(bytes).buffer);
  if (dtype !== 'bool') return fromTypedArray(array, shape);
  if ((array as Uint8Array).some((x) => x > 1)) fail(FormatError, 'io', 'bools that are 0 or 1', 'another byte');
  return to(fromTypedArray(array, shape), 'bool');
}

/** The bytes of a tensor's elements. */
export function encode(t: Tensor): Uint8Array {
  const array = t.detach().toTypedArray();
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function checkStorable(op: string, dtype: string): asserts dtype is FileDType {
  if (!(dtype in sizes)) fail(DTypeError, op, `a dtype among ${Object.keys(sizes).join(', ')}`, dtype);
}

// Tensors as bytes in a file: little-endian, row-major, in the file's own dtypes, of which there are more than tensors have.

import { type DType, type DTypeInfo, float32, int32, lookupDType } from '../core/dtype.js';
import { DTypeError, FormatError, fail } from '../core/errors.js';
import { contiguousStrides, MAX_RANK } from '../core/shape.js';
import { packed, readBytes, writeBytes } from '../tensor/bytes.js';
import { empty, emptyStrided, type Tensor } from '../tensor/tensor.js';
import { PART, type Refuse, type Source } from './files.js';

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
function typeOf(dtype: FileDType): DTypeInfo {
  if (dtype === 'float16' || dtype === 'bfloat16') return float32;
  return dtype === 'int16' || dtype === 'int8' ? int32 : (lookupDType(dtype) as DTypeInfo);
}

/** Bytes of a file as those of the tensor's dtype. */
function converted(dtype: FileDType, part: Uint8Array): Uint8Array {
  if (typeOf(dtype).name === dtype) return part;
  // Not slice(), which a Buffer answers with a view: `part` may begin anywhere.
  const { buffer } = new Uint8Array(part);
  switch (dtype) {
    case 'float16':
      return new Uint8Array(Float32Array.from(new Uint16Array(buffer), half).buffer);
    case 'bfloat16':
      // The upper half of a float32.
      return new Uint8Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case 'int16':
      return new Uint8Array(Int32Array.from(new Int16Array(buffer)).buffer);
    case 'int8':
      return new Uint8Array(Int32Array.from(new Int8Array(buffer)).buffer);
    default:
      return part;
  }
}

/**
 * The bytes that a shape takes, or undefined if it is none: sizes that are whole numbers, at most
 * MAX_RANK of them, whose product is exact.
 */
export function sizeIn(shape: unknown, elementBytes: number): number | undefined {
  if (!Array.isArray(shape) || shape.length > MAX_RANK) return undefined;
  let bytes = elementBytes;
  // As if a size of 0 were 1, so that strides are exact too.
  let extent = elementBytes;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    bytes *= size;
    extent *= size || 1;
    if (!Number.isSafeInteger(extent)) return undefined;
  }
  return bytes;
}

/** A tensor of the bytes of a source from `at` on, which the caller has checked to be there; by columns, as Fortran does, or by rows. */
export function decode(source: Source, at: number, dtype: FileDType, shape: readonly number[], byColumns: boolean, refuse: Refuse): Tensor {
  const dt = typeOf(dtype);
  const t = byColumns ? emptyStrided(shape, [...contiguousStrides([...shape].reverse())].reverse(), dt) : empty(shape, dt);
  const bytes = sizeIn(shape, sizes[dtype]) as number;
  for (let done = 0; done < bytes; ) {
    const part = source.part(at + done, bytes - done);
    const bad = dtype === 'bool' ? part.findIndex((byte) => byte > 1) : -1;
    if (bad >= 0) refuse(`bools that are 0 or 1 at byte ${at + done + bad}`, `${part[bad]}`);
    writeBytes(t, (done / sizes[dtype]) * dt.size, converted(dtype, part));
    done += part.length;
  }
  return t;
}

/** The bytes of tensors one after another, in parts that are good until the next is asked for. */
export function* encode(tensors: Iterable<Tensor>): Generator<Uint8Array> {
  const part = new Uint8Array(PART);
  let filled = 0;
  for (const tensor of tensors) {
    const t = packed(tensor);
    const bytes = t.count * t.dt.size;
    for (let done = 0; done < bytes; ) {
      const length = Math.min(bytes - done, PART - filled);
      readBytes(t, done, part.subarray(filled, filled + length));
      done += length;
      filled += length;
      if (filled < PART) continue;
      yield part;
      filled = 0;
    }
  }
  yield part.subarray(0, filled);
}

export function checkStorable(op: string, dtype: string): asserts dtype is FileDType {
  if (!(dtype in sizes)) fail(DTypeError, op, `a dtype among ${Object.keys(sizes).join(', ')}`, dtype);
}

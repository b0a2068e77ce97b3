// IDX, the file format of the MNIST digits: two zero bytes, a type code, the number of dims, each dim as a big-endian uint32, then the elements, big-endian and
// row-major. (Yann LeCun, http://yann.lecun.com/exdb/mnist)

import { FormatError, fail } from '../core/errors.js';
import { platform } from '../platform/index.js';

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

export interface Idx {
  readonly shape: number[];
  readonly data: IdxData;
}

interface IdxType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): IdxData;
}

const types: Readonly<Record<number, IdxType>> = { 8: Uint8Array, 9: Int8Array, 11: Int16Array, 12: Int32Array, 13: Float32Array, 14: Float64Array };

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function refuse(path: string, requirement: string, got: string): never {
  fail(FormatError, 'readIdx', `${path}: ${requirement}`, got);
}

/** Reads an IDX file, gzipped or not. What does not fit the format to the last byte is a FormatError that names file, field, expected and found value. */
export const readIdx = (path: string): Idx => parseIdx(path, contents(path));

/** Reads the bytes of an IDX file, not gzipped; `path` is for the errors. */
export function parseIdx(path: string, bytes: Uint8Array): Idx {
  if (bytes.length < 4) refuse(path, 'a header of at least 4 bytes', `${bytes.length}`);
  const [zero, alsoZero, code, rank] = bytes;
  if (zero !== 0 || alsoZero !== 0) refuse(path, 'magic bytes 0 0', `${zero} ${alsoZero}`);
  const Type = types[code];
  if (Type === undefined) refuse(path, `type code one of ${Object.keys(types).join(', ')}`, `${code}`);
  const header = 4 + 4 * rank;
  if (bytes.length < header) refuse(path, `a header of ${header} bytes for ${rank} dims`, `${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  // A damaged header's sizes may multiply past 2^53: inexact then, but still far from the size that the file really has.
  const itemSize = Type.BYTES_PER_ELEMENT;
  const size = shape.reduce((a, b) => a * b, itemSize);
  if (bytes.length - header !== size) refuse(path, `${size} bytes of data for shape [${shape.join(', ')}]`, `${bytes.length - header}`);
  const buffer = new ArrayBuffer(size);
  const data = new Uint8Array(buffer);
  data.set(bytes.subarray(header));
  if (isLittleEndian && itemSize > 1) for (let i = 0; i < size; i += itemSize) data.subarray(i, i + itemSize).reverse();
  return { shape, data: new Type(buffer) };
}

export const isGzipped = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The file's bytes, unpacked if it is gzipped. */
function contents(path: string): Uint8Array {
  const attempt = (requirement: string, read: () => Uint8Array): Uint8Array => {
    try {
      return read();
    } catch (error) {
      refuse(path, requirement, error instanceof Error ? error.message : String(error));
    }
  };
  const bytes = attempt('a readable file', () => platform.files.read(path));
  return isGzipped(bytes) ? attempt('an intact gzip stream', () => platform.files.gunzip(bytes)) : bytes;
}

/** The bytes of an IDX file of unsigned bytes. */
export function idxOf(shape: readonly number[], data: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + data.length);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [i, size] of shape.entries()) view.setUint32(4 + 4 * i, size);
  bytes.set(data, start);
  return bytes;
}

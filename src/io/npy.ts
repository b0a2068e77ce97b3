// gt.io.npy: one array a file, NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), versions 1 to 3.
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { numel } from '../core/shape.js';
import { permute } from '../ops/view.js';
import { Tensor } from '../tensor/tensor.js';
import { decode, encode, type FileDType, sizes } from './dtypes.js';
import { readFile, writeFile } from './files.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const codes = new Map<string, FileDType>([
  ['<f8', 'float64'],
  ['<f4', 'float32'],
  ['<f2', 'float16'],
  ['<i8', 'int64'],
  ['<i4', 'int32'],
  ['<i2', 'int16'],
  ['|i1', 'int8'],
  ['|u1', 'uint8'],
  ['|b1', 'bool'],
]);
const codeOf = new Map([...codes].map(([code, dtype]) => [dtype, code]));
const ALIGNMENT = 64;

export function encodeArray(t: Tensor): Uint8Array {
  if (!(t instanceof Tensor)) fail(ArgumentError, 'npy.save', 'a tensor', show(t));
  const shape = t.shape.length === 1 ? `(${t.shape[0]},)` : `(${t.shape.join(', ')})`;
  const header = `{'descr': '${codeOf.get(t.dtype)}', 'fortran_order': False, 'shape': ${shape}, }`;
  const before = MAGIC.length + 4;
  const length = Math.ceil((before + header.length + 1) / ALIGNMENT) * ALIGNMENT - before;
  const data = encode(t);
  const all = new Uint8Array(before + length + data.length).fill(0x20);
  all.set([...MAGIC, 1, 0, length & 255, length >> 8]);
  all.set(new TextEncoder().encode(header), before);
  all[before + length - 1] = 0x0a;
  all.set(data, before + length);
  return all;
}

export function decodeArray(bytes: Uint8Array, source = 'bytes'): Tensor {
  const refuse = (requirement: string, got: string): never => fail(FormatError, 'npy.load', `${source}: ${requirement}`, got);
  if (!(bytes instanceof Uint8Array)) refuse('a Uint8Array', show(bytes));
  if (bytes.length < MAGIC.length + 4 || MAGIC.some((byte, i) => bytes[i] !== byte)) refuse('the magic bytes of an npy file', 'others');
  const version = bytes[6];
  if (version < 1 || version > 3) refuse('format version 1, 2 or 3', `${version}`);
  const lengthBytes = version === 1 ? 2 : 4;
  const before = MAGIC.length + 2 + lengthBytes;
  if (bytes.length < before) refuse('a header length', 'the end of the file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.length < before + length) refuse(`a header of ${length} bytes`, `${bytes.length - before}`);
  const header = new TextDecoder().decode(bytes.subarray(before, before + length));
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizesText = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || sizesText === undefined)
    return refuse('a header with descr, fortran_order and shape', JSON.stringify(header.trim()));
  const dtype = codes.get(descr) ?? refuse(`descr among ${[...codes.keys()].join(', ')}`, descr);
  const shape = sizesText
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(Number);
  const data = bytes.subarray(before + length);
  if (numel(shape) * sizes[dtype] !== data.length) refuse(`${numel(shape) * sizes[dtype]} bytes for ${descr} ${show(shape)}`, `${data.length}`);
  if (order === 'False') return decode(dtype, shape, data);
  const turned = decode(dtype, [...shape].reverse(), data);
  return permute(
    turned,
    shape.map((_, i) => shape.length - 1 - i),
  ).contiguous();
}

/** Writes a tensor for numpy.load. */
export const save = (t: Tensor, path: string): void => writeFile('npy.save', path, [encodeArray(t)]);
/** Reads what numpy.save wrote. float16 becomes float32, int8 and int16 int32. */
export const load = (path: string): Tensor => decodeArray(readFile('npy.load', path), path);

// gt.io.npy: one array a file, NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), versions 1 to 3.
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { Tensor } from '../tensor/tensor.js';
import { decode, encode, type FileDType, sizeIn, sizes } from './dtypes.js';
import { bytesOf, joined, type Refuse, type Source, withBytes, withFile, writeParts } from './files.js';
import { Scanner } from './scan.js';

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
/** Of a header that describes a plain array, however it is padded. */
const MAX_HEADER = 1 << 20;

function partsOf(t: Tensor): { parts: Iterable<Uint8Array>; bytes: number } {
  if (!(t instanceof Tensor)) fail(ArgumentError, 'npy.save', 'a tensor', show(t));
  const shape = t.shape.length === 1 ? `(${t.shape[0]},)` : `(${t.shape.join(', ')})`;
  const header = `{'descr': '${codeOf.get(t.dtype)}', 'fortran_order': False, 'shape': ${shape}, }`;
  const before = MAGIC.length + 4;
  const length = Math.ceil((before + header.length + 1) / ALIGNMENT) * ALIGNMENT - before;
  const head = new Uint8Array(before + length).fill(0x20);
  head.set([...MAGIC, 1, 0, length & 255, length >> 8]);
  head.set(new TextEncoder().encode(header), before);
  head[head.length - 1] = 0x0a;
  function* parts(): Generator<Uint8Array> {
    yield head;
    yield* encode([t]);
  }
  return { parts: parts(), bytes: head.length + t.count * sizes[t.dtype] };
}

interface Header {
  descr?: string;
  fortran_order?: boolean;
  shape?: number[];
}

/** The literal of a header. It is Python, of which nothing is taken but a dict of these three: no expressions, no long integers (`3L`), no string with escapes. */
class HeaderReader extends Scanner {
  header(): Required<Header> {
    const header: Header = Object.create(null);
    this.expect('{');
    while (!this.take('}')) {
      this.#entry(header);
      if (!this.take(',')) {
        this.expect('}');
        break;
      }
    }
    this.end();
    for (const name of ['descr', 'fortran_order', 'shape'] as const) if (header[name] === undefined) this.refuse(`a header with ${name}`, 'none');
    return header as Required<Header>;
  }

  #entry(header: Header): void {
    this.skipSpace();
    const at = this.at;
    const name = this.#string();
    if (name in header) this.fail('a key that is given once', at, name.length + 2);
    this.expect(':');
    if (name === 'descr') header.descr = this.#string();
    else if (name === 'fortran_order') header.fortran_order = this.take('True') || (this.take('False') ? false : this.fail('True or False'));
    else if (name === 'shape') header.shape = this.#shape();
    else this.fail('descr, fortran_order or shape', at, name.length + 2);
  }

  #string(): string {
    this.skipSpace();
    const quoted = this.match(/'[^'"\\\n]*'|"[^'"\\\n]*"/y) ?? this.fail('a string without escapes', this.at, 20);
    return quoted.slice(1, -1);
  }

  #shape(): number[] {
    const sizes: number[] = [];
    this.expect('(');
    while (!this.take(')')) {
      this.skipSpace();
      const at = this.at;
      const digits = this.match(/0|[1-9][0-9]*/y) ?? this.fail('a size', at, 20);
      if (!Number.isSafeInteger(Number(digits))) this.fail('a size of at most 2^53 - 1', at, 40);
      sizes.push(Number(digits));
      // `(3)` is a number.
      if (!this.take(',')) {
        if (sizes.length === 1) this.fail('","');
        this.expect(')');
        break;
      }
    }
    return sizes;
  }
}

function read(source: Source): Tensor {
  const refuse: Refuse = (requirement, got) => fail(FormatError, 'npy.load', `${source.name}: ${requirement}`, got);
  const preamble = bytesOf(source, 0, Math.min(source.bytes, MAGIC.length + 6));
  if (preamble.length < MAGIC.length + 4 || MAGIC.some((byte, i) => preamble[i] !== byte)) refuse('the magic bytes of an npy file', 'others');
  const [version, minor] = preamble.subarray(MAGIC.length);
  if (version < 1 || version > 3 || minor !== 0) refuse('format version 1.0, 2.0 or 3.0', `${version}.${minor}`);
  const start = MAGIC.length + (version === 1 ? 4 : 6);
  if (source.bytes < start) refuse('a header length', 'the end of the file');
  const view = new DataView(preamble.buffer);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (source.bytes < start + length) refuse(`a header of ${length} bytes`, `${source.bytes - start}`);
  if (length > MAX_HEADER) refuse(`a header of at most ${MAX_HEADER} bytes`, `${length}`);
  const text = new TextDecoder('latin1').decode(bytesOf(source, start, length));
  const { descr, fortran_order: byColumns, shape } = new HeaderReader(text, (requirement, got) => refuse(`a header with ${requirement}`, got)).header();
  const dtype = codes.get(descr) ?? refuse(`descr among ${[...codes.keys()].join(', ')}`, descr);
  const bytes = sizeIn(shape, sizes[dtype]) ?? refuse('a shape of at most 64 sizes that a tensor can have', show(shape));
  const rest = source.bytes - start - length;
  if (bytes !== rest) refuse(`${bytes} bytes for ${descr} ${show(shape)}`, `${rest}`);
  return decode(source, start + length, dtype, shape, byColumns, refuse);
}

/**
 * A tensor as the bytes of a .npy file.
 *
 * @param t - A tensor of any dtype.
 * @returns The bytes, format version 1.0.
 * @throws ArgumentError if it is no tensor.
 * @example
 * gt.io.npy.encodeArray(gt.zeros([2], { dtype: 'uint8' })).length; // 130
 * @see NumPy's `numpy.lib.format`
 */
export function encodeArray(t: Tensor): Uint8Array {
  const { parts, bytes } = partsOf(t);
  return joined('npy.save', parts, bytes);
}
/**
 * The tensor from the bytes of a .npy file.
 *
 * @param bytes - The whole file.
 * @param source - What errors call it.
 * @returns A tensor; float16 becomes float32, int8 and int16 become int32.
 * @throws FormatError if the bytes do not fit the format exactly.
 * @example
 * const bytes = gt.io.npy.encodeArray(gt.tensor([1, 2]));
 * gt.io.npy.decodeArray(bytes); // [1, 2]
 * @see NumPy's `numpy.lib.format`
 */
export const decodeArray = (bytes: Uint8Array, source = 'bytes'): Tensor => withBytes('npy.load', bytes, source, read);

/**
 * Writes a tensor for numpy.load.
 *
 * @param t - A tensor of any dtype.
 * @param path - The file.
 * @throws FormatError if it cannot be written.
 * @example
 * gt.io.npy.save(gt.tensor([1, 2]), 'x.npy');
 * gt.io.npy.load('x.npy'); // [1, 2]
 * @see NumPy's `numpy.save`
 */
export const save = (t: Tensor, path: string): void => writeParts('npy.save', path, partsOf(t).parts);
/**
 * Reads what numpy.save wrote.
 *
 * @param path - The file.
 * @returns A tensor; float16 becomes float32, int8 and int16 become int32. An array in Fortran
 * order stays in that order in memory.
 * @throws FormatError if the file is missing, or does not fit the format exactly.
 * @example
 * gt.io.npy.save(gt.eye(2), 'eye.npy');
 * gt.io.npy.load('eye.npy'); // [[1, 0], [0, 1]]
 * @see NumPy's `numpy.load`
 */
export const load = (path: string): Tensor => withFile('npy.load', path, read);

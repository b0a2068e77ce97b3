// gt.io.safetensors: tensors by name in one file, the format of Hugging Face (https://github.com/huggingface/safetensors): eight bytes of header length, a JSON header with dtype,
// shape and place of each tensor, then the bytes. Reading runs no code and trusts nothing.
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { numel } from '../core/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { checkStorable, decode, encode, type FileDType, sizes } from './dtypes.js';
import { readFile, writeFile } from './files.js';

const codes: Readonly<Record<FileDType, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};
const dtypeOf = new Map(Object.entries(codes).map(([dtype, code]) => [code, dtype as FileDType]));

const LENGTH_BYTES = 8;
const MAX_HEADER = 100_000_000;
const ALIGNMENT = 8;

export type Tensors = Record<string, Tensor>;
export interface Contents {
  tensors: Tensors;
  metadata: Record<string, string>;
}

/** The file's bytes in parts: header, then one for each tensor. */
export function encodeParts(tensors: Tensors, metadata: Readonly<Record<string, string>> = {}): Uint8Array[] {
  const op = 'safetensors.save';
  if (typeof tensors !== 'object' || tensors === null || tensors instanceof Tensor) fail(ArgumentError, op, 'an object of tensors', show(tensors));
  const header: Record<string, unknown> = Object.assign(Object.create(null), Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {});
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, t] of Object.entries(tensors)) {
    if (!(t instanceof Tensor)) fail(ArgumentError, op, `${name} to be a tensor`, show(t));
    if (name === '__metadata__') fail(ArgumentError, op, 'a name other than __metadata__', 'it');
    checkStorable(op, t.dtype);
    const bytes = encode(t);
    header[name] = { dtype: codes[t.dtype], shape: t.shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const head = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(text, LENGTH_BYTES);
  return [head, ...parts];
}

/** The file's bytes. */
export function encodeTensors(tensors: Tensors, metadata?: Readonly<Record<string, string>>): Uint8Array {
  const parts = encodeParts(tensors, metadata);
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const isSize = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;

/** Tensors and metadata from a file's bytes; anything that does not fit the format to the last byte is a FormatError. */
export function decodeTensors(bytes: Uint8Array, source = 'bytes'): Contents {
  const refuse = (requirement: string, got: string): never => fail(FormatError, 'safetensors.load', `${source}: ${requirement}`, got);
  if (!(bytes instanceof Uint8Array)) refuse('a Uint8Array', show(bytes));
  if (bytes.length < LENGTH_BYTES) refuse('a header length of 8 bytes', `${bytes.length} bytes in all`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  // What is no such file mostly begins with some huge number.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    refuse('a safetensors file', "a zip archive, as torch.save writes: write it there with safetensors' save_file or save_model");
  if (length > MAX_HEADER) refuse(`a safetensors file, with a header of at most ${MAX_HEADER} bytes`, `one of ${length}`);
  const start = LENGTH_BYTES + length;
  if (start > bytes.length) refuse(`a header of ${length} bytes`, `${bytes.length - LENGTH_BYTES}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, start)));
  } catch (error) {
    refuse('a header of JSON', (error as Error).message);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) refuse('a JSON object as header', show(header));
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, unknown>;
  if (typeof metadata !== 'object' || metadata === null || Object.values(metadata).some((value) => typeof value !== 'string'))
    refuse('metadata of strings', show(metadata));

  const places = Object.entries(entries).map(([name, entry]) => {
    const { dtype: code, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    const dtype = dtypeOf.get(code as string) ?? refuse(`${name} of a dtype among ${[...dtypeOf.keys()].join(', ')}`, show(code));
    if (!Array.isArray(shape) || !shape.every(isSize)) return refuse(`${name} with a shape`, show(shape));
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) return refuse(`${name} with two offsets`, show(offsets));
    const [begin, end] = offsets as [number, number];
    if (end - begin !== numel(shape) * sizes[dtype]) refuse(`${name}: ${numel(shape) * sizes[dtype]} bytes for ${code} ${show(shape)}`, `${end - begin}`);
    return { name, dtype, shape: shape as number[], begin, end };
  });
  // The tensors cover the data without holes and without overlap.
  let at = 0;
  for (const { name, begin, end } of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) refuse(`${name} to begin at byte ${at}`, `${begin}`);
    at = end;
  }
  if (at !== bytes.length - start) refuse(`${at} bytes of data`, `${bytes.length - start}`);
  const tensors = places.map(({ name, dtype, shape, begin, end }) => [name, decode(dtype, shape, bytes.subarray(start + begin, start + end))] as const);
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

/** Writes tensors by name, a state dict say; the old file stays until the new one is whole. */
export const save = (tensors: Tensors, path: string, metadata?: Readonly<Record<string, string>>): void =>
  writeFile('safetensors.save', path, encodeParts(tensors, metadata));
/** Reads the tensors of a file by name. float16 and bfloat16 become float32, int8 and int16 int32. */
export const load = (path: string): Tensors => decodeTensors(readFile('safetensors.load', path), path).tensors;

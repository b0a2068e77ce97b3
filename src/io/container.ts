// The container of gt.save and of safetensors: eight bytes of header length, the header (layout.ts),
// then the tensors' bytes. Written and read by parts: no file is in memory as a whole.
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { Tensor } from '../tensor/tensor.js';
import { decode, encode } from './dtypes.js';
import { bytesOf, type Refuse, type Source } from './files.js';
import { readLayout, writeLayout } from './layout.js';

const LENGTH_BYTES = 8;
/** The reference's limit. */
const MAX_HEADER = 100_000_000;
const ALIGNMENT = 8;

/** Tensors by name. */
export type Tensors = Record<string, Tensor>;
/** What a safetensors file holds. */
export interface Contents {
  /** The tensors by name. */
  tensors: Tensors;
  /** Text by name. */
  metadata: Record<string, string>;
}

/** A file in parts, and how many bytes they have. */
export function partsOf(op: string, tensors: Tensors, metadata: Readonly<Record<string, string>> = {}): { parts: Iterable<Uint8Array>; bytes: number } {
  if (typeof tensors !== 'object' || tensors === null || tensors instanceof Tensor) fail(ArgumentError, op, 'an object of tensors', show(tensors));
  const entries = Object.entries(tensors);
  for (const [name, t] of entries) if (!(t instanceof Tensor)) fail(ArgumentError, op, `${name} to be a tensor`, show(t));
  const { text, dataBytes } = writeLayout(op, entries, metadata);
  const encoded = new TextEncoder().encode(text);
  const padded = Math.ceil(encoded.length / ALIGNMENT) * ALIGNMENT;
  if (padded > MAX_HEADER) fail(ArgumentError, op, `names and metadata of at most ${MAX_HEADER} bytes in all`, `${padded}`);
  const head = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(encoded, LENGTH_BYTES);
  function* parts(): Generator<Uint8Array> {
    yield head;
    yield* encode(entries.map(([, t]) => t));
  }
  return { parts: parts(), bytes: head.length + dataBytes };
}

/** Tensors and metadata of a source; anything that does not fit the format to the last byte is a FormatError. */
export function contentsOf(op: string, source: Source): Contents {
  const refuse: Refuse = (requirement, got) => fail(FormatError, op, `${source.name}: ${requirement}`, got);
  if (source.bytes < LENGTH_BYTES) refuse('a header length of 8 bytes', `${source.bytes} bytes in all`);
  const first = bytesOf(source, 0, LENGTH_BYTES);
  if (first[0] === 0x50 && first[1] === 0x4b)
    refuse('a safetensors file', "a zip archive, as torch.save writes: write it there with safetensors' save_file or save_model");
  const length = Number(new DataView(first.buffer).getBigUint64(0, true));
  // What is no such file mostly begins with some huge number.
  if (length > MAX_HEADER) refuse(`a safetensors file, with a header of at most ${MAX_HEADER} bytes`, `one of ${length}`);
  const start = LENGTH_BYTES + length;
  if (start > source.bytes) refuse(`a header of ${length} bytes`, `${source.bytes - LENGTH_BYTES}`);
  const { entries, metadata } = readLayout(textOf(bytesOf(source, LENGTH_BYTES, length), refuse), source.bytes - start, refuse);
  const tensors = entries.map(({ name, dtype, shape, begin }) => [name, decode(source, start + begin, dtype, shape, false, refuse)] as const);
  return { tensors: Object.fromEntries(tensors), metadata };
}

function textOf(bytes: Uint8Array, refuse: Refuse): string {
  try {
    // A byte order mark stays, to be refused.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse('a header of UTF-8', 'other bytes');
  }
}

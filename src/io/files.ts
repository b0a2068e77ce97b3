// Files by parts, with errors that name them: the one reader and the one writer of all formats.
import { ArgumentError, BackendError, FormatError, fail, GradtapeError, show } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { OpenFile } from '../platform/platform.js';

/** The most bytes that are between a file and a tensor at once. */
export const PART = 1 << 20;

/** Refuses bytes that are not what the format asks for. */
export type Refuse = (requirement: string, got: string) => never;

/** Bytes that are read by parts: a file's, or an array's. */
export interface Source {
  readonly name: string;
  readonly bytes: number;
  /** `length` bytes from `at` on, or the first PART of them. Good until the next call. */
  part(at: number, length: number): Uint8Array;
}

function checkPath(op: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') fail(ArgumentError, op, 'the path of a file', show(path));
}

/** What the system refuses is a FormatError; an error of the library stays what it is. */
function attempt<T>(op: string, requirement: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof GradtapeError) throw error;
    return fail(FormatError, op, requirement, (error as Error).message);
  }
}

function sourceOf(op: string, name: string, file: OpenFile): Source {
  const window = new Uint8Array(Math.min(PART, file.bytes));
  let [start, end] = [0, 0];
  return {
    name,
    bytes: file.bytes,
    part(at, length) {
      const wanted = Math.min(length, PART);
      if (at < start || at + wanted > end) {
        start = at;
        end = at + file.read(at, window);
      }
      if (at + wanted > end) fail(FormatError, op, `${name}: ${file.bytes} bytes`, `${end}: it was cut while it was read`);
      return window.subarray(at - start, at - start + wanted);
    },
  };
}

/** Gives `use` the bytes of a file, which is open meanwhile: whoever replaces it does not disturb. */
export function withFile<T>(op: string, path: string, use: (source: Source) => T): T {
  checkPath(op, path);
  return attempt(op, `a readable file at ${path}`, () => {
    const file = platform.files.open(path);
    try {
      return use(sourceOf(op, path, file));
    } finally {
      file.close();
    }
  });
}

/** The bytes of an array. */
export function withBytes<T>(op: string, bytes: Uint8Array, name: string, use: (source: Source) => T): T {
  if (!(bytes instanceof Uint8Array)) fail(FormatError, op, `${name}: a Uint8Array`, show(bytes));
  if (typeof SharedArrayBuffer !== 'undefined' && bytes.buffer instanceof SharedArrayBuffer)
    fail(FormatError, op, `${name}: an array of its own memory`, 'one over a SharedArrayBuffer; copy it first (slice())');
  return use({ name, bytes: bytes.length, part: (at, length) => bytes.subarray(at, at + Math.min(length, PART)) });
}

/** A stretch of bytes as an array of its own, for headers. */
export function bytesOf(source: Source, at: number, length: number): Uint8Array {
  const all = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const part = source.part(at + done, length - done);
    all.set(part, done);
    done += part.length;
  }
  return all;
}

/** Parts as one array of that many bytes. */
export function joined(op: string, parts: Iterable<Uint8Array>, bytes: number): Uint8Array {
  let all: Uint8Array;
  try {
    all = new Uint8Array(bytes);
  } catch {
    return fail(BackendError, op, 'bytes that fit one array; write them to a file', `${bytes}`);
  }
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Writes a whole file by parts: the old one stays until the new one has reached the disk. */
export function writeParts(op: string, path: string, parts: Iterable<Uint8Array>): void {
  checkPath(op, path);
  attempt(op, `to write ${path}`, () => platform.files.write(path, parts));
}

/**
 * Writes text or bytes as `save` writes tensors: whole or not at all, synced to the disk, through
 * symbolic links, with the mode and owner of the file that it replaces.
 *
 * @param path - A new file, or a regular one to replace.
 * @param data - Text, as UTF-8, or bytes.
 * @throws FormatError if it cannot be written; the old file is then as it was.
 * @example
 * gt.io.writeFile('loss.svg', gt.viz.lineChart([{ x: [1, 2], y: [3, 1] }]));
 */
export function writeFile(path: string, data: string | Uint8Array): void {
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) fail(ArgumentError, 'writeFile', 'text or a Uint8Array', show(data));
  writeParts('writeFile', path, [typeof data === 'string' ? new TextEncoder().encode(data) : data]);
}

// Files, whole, with errors that name them.
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { platform } from '../platform/index.js';

function attempt<T>(op: string, path: string, requirement: string, act: () => T): T {
  if (typeof path !== 'string' || path === '') fail(ArgumentError, op, 'the path of a file', show(path));
  try {
    return act();
  } catch (error) {
    return fail(FormatError, op, requirement, (error as Error).message);
  }
}

export const readFile = (op: string, path: string): Uint8Array => attempt(op, path, `a readable file at ${path}`, () => platform.files.read(path));

/** The old file stays until the new one is whole. */
export const writeFile = (op: string, path: string, parts: readonly Uint8Array[]): void =>
  attempt(op, path, `to write ${path}`, () => platform.files.write(path, parts));

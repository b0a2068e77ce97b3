// Typed arrays as large as tensors: refused where JavaScript has none so long, or the machine no memory for them.
import type { DTypeInfo, TypedArray } from '../core/dtype.js';
import { BackendError, fail } from '../core/errors.js';
import { platform } from '../platform/index.js';

/** Bytes that are asked about before they are taken: the system gives memory that it has not. */
const much = 2 ** 26;

/** A typed array of zeros for that many elements. */
export function newArray(op: string, dt: DTypeInfo, length: number): TypedArray {
  const advice = 'read or write parts of it (narrow)';
  const bytes = length * dt.size;
  if (bytes > much && bytes > platform.availableMemory(0)) fail(BackendError, op, `an array that memory holds; ${advice}`, `${length} elements`);
  try {
    return new dt.array(length);
  } catch {
    return fail(BackendError, op, `no more elements than a typed array may have; ${advice}`, `${length}`);
  }
}

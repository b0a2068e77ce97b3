// Typed arrays that users give, of any realm and subclass. They are read through the language's own
// getters: a property or a subclass may say anything of length, buffer and elements.
import { bool, type DTypeInfo, dtypes, type TypedArray } from '../core/dtype.js';
import { ArgumentError, fail } from '../core/errors.js';

const intrinsic = Object.getPrototypeOf(Float32Array.prototype) as TypedArray;
const getter = <T>(name: PropertyKey): ((of: unknown) => T) => {
  const { get } = Object.getOwnPropertyDescriptor(intrinsic, name)!;
  return (of) => Reflect.apply(get!, of, []) as T;
};
/** Undefined for what is no typed array. */
const className = getter<string | undefined>(Symbol.toStringTag);
const bufferOf = getter<ArrayBufferLike>('buffer');
const offsetOf = getter<number>('byteOffset');
const lengthOf = getter<number>('length');
const { at } = intrinsic;

type View = new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray;

/** Whether an array has lost its memory: detached, or shrunk below it. Only then methods throw. */
function isGone(array: TypedArray): boolean {
  if (lengthOf(array) > 0) return false;
  try {
    Reflect.apply(at, array, [0]);
    return false;
  } catch {
    return true;
  }
}

/** Refuses arrays of memory that another thread can change, or that is gone. */
export function checkMemory(op: string, array: TypedArray): void {
  if (Object.prototype.toString.call(bufferOf(array)) === '[object SharedArrayBuffer]') {
    fail(ArgumentError, op, 'an array of its own memory', 'one over a SharedArrayBuffer; copy it first (slice())');
  }
  if (isGone(array)) fail(ArgumentError, op, 'an array with memory', 'one whose buffer is detached or has shrunk');
}

/** A typed array of a dtype's elements as a plain one over the same memory; else undefined. */
export function readTyped(op: string, value: unknown): { array: TypedArray; dt: DTypeInfo } | undefined {
  const name = className(value);
  const dt = name === undefined ? undefined : dtypes.find((one) => one.array.name === name && one !== bool);
  if (dt === undefined) return undefined;
  const given = value as TypedArray;
  checkMemory(op, given);
  const Plain = dt.array as unknown as View;
  return { array: new Plain(bufferOf(given), offsetOf(given), lengthOf(given)), dt };
}

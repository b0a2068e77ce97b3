// Addresses. The only pointer arithmetic by element index, and the loads and stores of the vector that a run ends with.

import { own } from './scratch';

/** The address of element i. */
// @ts-ignore: decorator
@inline
export function at<T>(p: usize, i: i32): usize {
  return p + ((<usize>i) << alignof<T>());
}

/** How many elements a vector holds. */
// @ts-ignore: decorator
@inline
export function lanes<T>(): i32 {
  return 16 >> <i32>alignof<T>();
}

const stray = memory.data(16, 16);

function loadPart<T>(p: usize, n: i32, rest: T): v128 {
  const part = own(stray);
  v128.store(part, v128.splat<T>(rest));
  for (let i = 0; i < n; i++) store<T>(at<T>(part, i), load<T>(at<T>(p, i)));
  return v128.load(part);
}

function storePart<T>(p: usize, n: i32, v: v128): void {
  const part = own(stray);
  v128.store(part, v);
  for (let i = 0; i < n; i++) store<T>(at<T>(p, i), load<T>(at<T>(part, i)));
}

/** The vector at p, of which only n elements exist when n is less than a vector; `rest` stands for the others. */
// @ts-ignore: decorator
@inline
export function get<T>(p: usize, n: i32, rest: T): v128 {
  return n >= lanes<T>() ? v128.load(p) : loadPart<T>(p, n, rest);
}

/** Stores v at p, or its first n elements when n is less than a vector. */
// @ts-ignore: decorator
@inline
export function put<T>(p: usize, n: i32, v: v128): void {
  if (n >= lanes<T>()) v128.store(p, v);
  else storePart<T>(p, n, v);
}

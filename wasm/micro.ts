// The register tile of the matrix product: MR rows by two vectors of columns, all of it in named vectors, so that the engine keeps it in registers.

import { at, get, lanes, put } from './at';
import { mad } from './vector';

export const MR = 4;

/** Columns of a tile. */
// @ts-ignore: decorator
@inline
export function NR<T>(): i32 {
  return 2 * lanes<T>();
}

/** One row of the tile into c, of which n columns exist: c = alpha * acc + beta * c. */
function finish<T>(c: usize, n: i32, lo: v128, hi: v128, alpha: v128, beta: v128, reads: bool): void {
  const rest = n - lanes<T>();
  lo = v128.mul<T>(alpha, lo);
  hi = v128.mul<T>(alpha, hi);
  if (reads) lo = mad<T>(beta, get<T>(c, n, <T>0), lo);
  put<T>(c, n, lo);
  if (rest <= 0) return;
  if (reads) hi = mad<T>(beta, get<T>(c + 16, rest, <T>0), hi);
  put<T>(c + 16, rest, hi);
}

/**
 * c (m, n) = alpha * a b + beta * c for 0 < m <= MR, 0 < n <= NR; c is not read if beta is 0. a and b are packed panels of k steps, each step MR and NR elements.
 * Not unrolled: V8 then loads ahead of use and spills.
 */
export function micro<T>(k: i32, a: usize, b: usize, c: usize, rsc: i32, m: i32, n: i32, alpha: T, beta: T): void {
  const zero = v128.splat<T>(<T>0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  for (const end = at<T>(a, k * MR); a < end; a += MR * sizeof<T>(), b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const a0 = v128.load_splat<T>(a);
    c00 = mad<T>(a0, b0, c00);
    c01 = mad<T>(a0, b1, c01);
    const a1 = v128.load_splat<T>(a, sizeof<T>());
    c10 = mad<T>(a1, b0, c10);
    c11 = mad<T>(a1, b1, c11);
    const a2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = mad<T>(a2, b0, c20);
    c21 = mad<T>(a2, b1, c21);
    const a3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = mad<T>(a3, b0, c30);
    c31 = mad<T>(a3, b1, c31);
  }
  const x = v128.splat<T>(alpha), y = v128.splat<T>(beta);
  const reads = beta != <T>0;
  finish<T>(c, n, c00, c01, x, y, reads);
  if (m > 1) finish<T>(at<T>(c, rsc), n, c10, c11, x, y, reads);
  if (m > 2) finish<T>(at<T>(c, 2 * rsc), n, c20, c21, x, y, reads);
  if (m > 3) finish<T>(at<T>(c, 3 * rsc), n, c30, c31, x, y, reads);
}

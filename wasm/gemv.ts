// Matrix times vector: y (n) = alpha * M x + beta * y, without packing M. Reads every element of M once, in order of memory.

import { at, get, lanes, put } from './at';
import { copyStrided } from './map';
import { own } from './scratch';
import { mad } from './vector';

/** Elements of x that are taken at a time. */
const BLOCK = 4096;
const gathered = memory.data(4096 * 8, 16);
const tail = memory.data(64, 16);

// @ts-ignore: decorator
@inline
function finish<T>(y: usize, v: T, alpha: T, beta: T): void {
  store<T>(y, <T>(beta == <T>0 ? alpha * v : alpha * v + beta * load<T>(y)));
}

/** The product of k contiguous elements with k others. */
function dot<T>(a: usize, b: usize, k: i32): T {
  let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
  const step = 4 * lanes<T>();
  let p = k;
  for (; p >= step; p -= step, a += 64, b += 64) {
    s0 = mad<T>(v128.load(a), v128.load(b), s0);
    s1 = mad<T>(v128.load(a, 16), v128.load(b, 16), s1);
    s2 = mad<T>(v128.load(a, 32), v128.load(b, 32), s2);
    s3 = mad<T>(v128.load(a, 48), v128.load(b, 48), s3);
  }
  for (; p > 0; p -= lanes<T>(), a += 16, b += 16) s0 = mad<T>(get<T>(a, p, <T>0), get<T>(b, p, <T>0), s0);
  s0 = v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3));
  let s = <T>(v128.extract_lane<T>(s0, 0) + v128.extract_lane<T>(s0, 1));
  if (lanes<T>() == 4) s = <T>(s + (v128.extract_lane<T>(s0, 2) + v128.extract_lane<T>(s0, 3)));
  return s;
}

/** Four vectors of y at once, over columns `step` bytes apart. */
function columns<T>(m: usize, step: usize, x: usize, y: usize, sy: i32, n: i32, k: i32, alpha: T, beta: T): void {
  const width = 4 * lanes<T>();
  let i = 0;
  for (; i < n; i += width) {
    let s0 = v128.splat<T>(<T>0), s1 = s0, s2 = s0, s3 = s0;
    const left = n - i, l = lanes<T>();
    let column = at<T>(m, i);
    if (left >= width) {
      for (let p = 0; p < k; p++, column += step) {
        const v = v128.load_splat<T>(at<T>(x, p));
        s0 = mad<T>(v, v128.load(column), s0);
        s1 = mad<T>(v, v128.load(column, 16), s1);
        s2 = mad<T>(v, v128.load(column, 32), s2);
        s3 = mad<T>(v, v128.load(column, 48), s3);
      }
    } else {
      for (let p = 0; p < k; p++, column += step) {
        const v = v128.load_splat<T>(at<T>(x, p));
        s0 = mad<T>(v, get<T>(column, left, <T>0), s0);
        if (left > l) s1 = mad<T>(v, get<T>(column + 16, left - l, <T>0), s1);
        if (left > 2 * l) s2 = mad<T>(v, get<T>(column + 32, left - 2 * l, <T>0), s2);
        if (left > 3 * l) s3 = mad<T>(v, get<T>(column + 48, left - 3 * l, <T>0), s3);
      }
    }
    const sums = own(tail);
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
    v128.store(sums, s3, 48);
    for (let j = 0; j < min(left, width); j++) finish<T>(at<T>(y, (i + j) * sy), load<T>(at<T>(sums, j)), alpha, beta);
  }
}

/** M (n, k) has strides rs and cs, one of which is 1; those of x and y are sx and sy. */
export function gemv<T>(m: usize, rs: i32, cs: i32, x: usize, sx: i32, y: usize, sy: i32, n: i32, k: i32, alpha: T, beta: T): void {
  for (let p = 0; p < k; p += BLOCK) {
    const length = min(BLOCK, k - p);
    let from = at<T>(x, p * sx);
    if (sx != 1) {
      from = own(gathered);
      copyStrided<T>(at<T>(x, p * sx), sx, from, 1, length);
    }
    const start = at<T>(m, p * cs);
    const keep = p == 0 ? beta : <T>1;
    if (cs == 1) for (let i = 0; i < n; i++) finish<T>(at<T>(y, i * sy), dot<T>(at<T>(start, i * rs), from, length), alpha, keep);
    else columns<T>(start, at<T>(0, cs), from, y, sy, n, length, alpha, keep);
  }
}

// amax, amin, argmax and argmin of a contiguous (outer, r, inner) over r > 0. NaN wins.

import { at, get, lanes, put } from './at';
import { own } from './scratch';
import * as vector from './vector';

@unmanaged export class Max {
  @inline of<T>(a: v128, b: v128): v128 { return vector.max<T>(a, b); }
  @inline one<T>(a: T, b: T): T { return max<T>(a, b); }
  /** Does x replace the best so far? */
  @inline better<T>(x: T, best: T): bool { return x > best || (x != x && best == best); }
}
@unmanaged export class Min {
  @inline of<T>(a: v128, b: v128): v128 { return vector.min<T>(a, b); }
  @inline one<T>(a: T, b: T): T { return min<T>(a, b); }
  @inline better<T>(x: T, best: T): bool { return x < best || (x != x && best == best); }
}

const lanesOfOne = memory.data(16, 16);

/** The extreme of n contiguous elements. Its vectors may overlap: taking an element twice changes nothing. */
export function extreme<T, O>(x: usize, n: i32): T {
  const o = changetype<O>(0);
  const first = load<T>(x);
  if (n < lanes<T>()) {
    let best = first;
    for (let i = 1; i < n; i++) best = o.one<T>(best, load<T>(at<T>(x, i)));
    return best;
  }
  let a = v128.splat<T>(first), b = a, c = a, d = a;
  const last = at<T>(x, n) - 16;
  for (; x + 48 < last; x += 64) {
    a = o.of<T>(a, v128.load(x));
    b = o.of<T>(b, v128.load(x, 16));
    c = o.of<T>(c, v128.load(x, 32));
    d = o.of<T>(d, v128.load(x, 48));
  }
  for (; x < last; x += 16) a = o.of<T>(a, v128.load(x));
  const lane = own(lanesOfOne);
  v128.store(lane, o.of<T>(o.of<T>(o.of<T>(a, b), o.of<T>(c, d)), v128.load(last)));
  let best = load<T>(lane);
  for (let i = 1; i < lanes<T>(); i++) best = o.one<T>(best, load<T>(at<T>(lane, i)));
  return best;
}

/** Columns whose best stays in the first-level cache. */
const COLUMNS = 512;
const bests = memory.data(512 * 8, 16);

export function extremes<T, O>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<T>(y, inner)) {
    if (inner == 1) {
      store<T>(y, extreme<T, O>(x, r));
      continue;
    }
    for (let j = 0; j < inner; j += COLUMNS) {
      const n = min(COLUMNS, inner - j);
      memory.copy(at<T>(y, j), at<T>(x, j), at<T>(0, n));
      for (let k = 1; k < r; k++) {
        let p = at<T>(y, j), q = at<T>(x, k * inner + j);
        for (let l = n; l > 0; l -= lanes<T>(), p += 16, q += 16) put<T>(p, l, changetype<O>(0).of<T>(get<T>(p, l, <T>0), get<T>(q, l, <T>0)));
      }
    }
  }
}

/** Where `best` (or NaN, if that is the best) first stands. */
function find<T>(x: usize, n: i32, best: T): i32 {
  const wanted = v128.splat<T>(best);
  let i = 0;
  for (; i + lanes<T>() <= n; i += lanes<T>()) {
    const v = v128.load(at<T>(x, i));
    if (v128.any_true(best == best ? v128.eq<T>(v, wanted) : v128.ne<T>(v, v))) break;
  }
  for (; i < n; i++) {
    const v = load<T>(at<T>(x, i));
    if (v == best || v != v) break;
  }
  return i;
}

export function extremePlaces<T, O>(x: usize, y: usize, outer: i32, r: i32, inner: i32): void {
  for (let i = 0; i < outer; i++, x = at<T>(x, r * inner), y = at<i32>(y, inner)) {
    if (inner == 1) {
      store<i32>(y, find<T>(x, r, extreme<T, O>(x, r)));
      continue;
    }
    for (let j = 0; j < inner; j += COLUMNS) {
      const n = min(COLUMNS, inner - j);
      memory.copy(own(bests), at<T>(x, j), at<T>(0, n));
      memory.fill(at<i32>(y, j), 0, at<i32>(0, n));
      for (let k = 1; k < r; k++) {
        const row = at<T>(x, k * inner + j);
        for (let l = 0; l < n; l++) {
          const v = load<T>(at<T>(row, l)), best = at<T>(own(bests), l);
          if (!changetype<O>(0).better<T>(v, load<T>(best))) continue;
          store<T>(best, v);
          store<i32>(at<i32>(y, j + l), k);
        }
      }
    }
  }
}

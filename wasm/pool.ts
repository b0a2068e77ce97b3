// Maxima of windows, and weighted sums along one dim.

import { at, get, lanes, put } from './at';
import { own } from './scratch';
import { parallel } from './threads';

/** The step from column to column if the next windows, a vector of them, are alike and lie 1 or 2 apart, as in the middle of a row; else 0. */
function stepOf<T>(cols: usize): i32 {
  const left = load<i32>(cols), right = load<i32>(cols, 4), step = load<i32>(cols, 8) - left;
  if (step != 1 && !(step == 2 && right - left > 1)) return 0;
  for (let l = 1; l < lanes<T>(); l++) {
    if (load<i32>(at<i32>(cols, 2 * l)) != left + l * step || load<i32>(at<i32>(cols, 2 * l + 1)) != right + l * step) return 0;
  }
  return step;
}

/** Places as wide as elements. */
// @ts-ignore: decorator
@inline
function splat<T>(i: i32): v128 {
  return sizeof<T>() == 4 ? i32x4.splat(i) : i64x2.splat(i);
}

// @ts-ignore: decorator
@inline
function add<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.add(a, b) : i64x2.add(a, b);
}

/** Elements 0 and `step` and so on from p. Of two vectors the other half may lie past the windows: with `back`, it is before p. */
// @ts-ignore: decorator
@inline
function apart<T>(p: usize, step: i32, back: bool): v128 {
  if (step == 1) return v128.load(p);
  if (back) {
    const low = v128.load(p - sizeof<T>()), high = v128.load(p - sizeof<T>(), 16);
    return sizeof<T>() == 4 ? v128.shuffle<u32>(low, high, 1, 3, 5, 7) : v128.shuffle<u64>(low, high, 1, 3);
  }
  const low = v128.load(p), high = v128.load(p, 16);
  return sizeof<T>() == 4 ? v128.shuffle<u32>(low, high, 0, 2, 4, 6) : v128.shuffle<u64>(low, high, 0, 2);
}

/** A vector of windows whose first is given: maxima to y, places to idx. */
function several<T>(x: usize, y: usize, idx: usize, top: i32, bottom: i32, left: i32, right: i32, w: i32, dh: i32, dw: i32, step: i32): void {
  const lane = sizeof<T>() == 4 ? i32x4(0, step, 2 * step, 3 * step) : i64x2(0, step);
  let best = v128.splat<T>(-(<T>Infinity)), where = add<T>(splat<T>(top * w + left), lane);
  for (let i = top; i < bottom; i += dh) {
    for (let j = left; j < right; j += dw) {
      const v = apart<T>(at<T>(x, i * w + j), step, j > left);
      const better = v128.or(v128.gt<T>(v, best), v128.ne<T>(v, v));
      best = v128.bitselect(v, best, better);
      where = v128.bitselect(add<T>(splat<T>(i * w + j), lane), where, better);
    }
  }
  v128.store(y, best);
  if (sizeof<T>() == 4) {
    v128.store(idx, i64x2.extend_low_i32x4_s(where));
    v128.store(idx, i64x2.extend_high_i32x4_s(where), 16);
  } else v128.store(idx, where);
}

/** Maxima that threads share. rows and cols: i32 pairs [begin, end) of every output row and column, stepped through by dh and dw. */
@unmanaged
class Job {
  x: usize;
  rows: usize;
  cols: usize;
  y: usize;
  idx: usize;
  h: i32;
  w: i32;
  oh: i32;
  ow: i32;
  dh: i32;
  dw: i32;
}

const jobs = memory.data(44, 4);
/** Elements that are worth a chunk. */
const WORTH = 16384;

/** Planes [begin, end). A NaN wins. */
function planes<T>(begin: i32, end: i32, p: usize): void {
  const job = changetype<Job>(p), h = job.h, w = job.w, oh = job.oh, ow = job.ow, dh = job.dh, dw = job.dw, rows = job.rows, cols = job.cols;
  let x = at<T>(job.x, begin * h * w), y = at<T>(job.y, begin * oh * ow), idx = at<i64>(job.idx, begin * oh * ow);
  for (let plane = begin; plane < end; plane++, x = at<T>(x, h * w)) {
    for (let a = 0; a < oh; a++, y = at<T>(y, ow), idx = at<i64>(idx, ow)) {
      const top = load<i32>(at<i32>(rows, 2 * a)), bottom = load<i32>(at<i32>(rows, 2 * a + 1));
      for (let b = 0; b < ow; b++) {
        // The last vector of a line has some windows once more.
        const first = max(min(b, ow - lanes<T>()), 0), ends = at<i32>(cols, 2 * first);
        const step = lanes<T>() <= ow ? stepOf<T>(ends) : 0;
        if (step != 0) {
          several<T>(x, at<T>(y, first), at<i64>(idx, first), top, bottom, load<i32>(ends), load<i32>(ends, 4), w, dh, dw, step);
          b = first + lanes<T>() - 1;
          continue;
        }
        const left = load<i32>(at<i32>(cols, 2 * b)), right = load<i32>(at<i32>(cols, 2 * b + 1));
        let best: T = -(<T>Infinity), where = top * w + left;
        for (let i = top; i < bottom; i += dh) {
          for (let j = left; j < right; j += dw) {
            const v = load<T>(at<T>(x, i * w + j));
            if (v > best || v != v) {
              best = v;
              where = i * w + j;
            }
          }
        }
        store<T>(at<T>(y, b), best);
        store<i64>(at<i64>(idx, b), <i64>where);
      }
    }
  }
}

function maxPool<T>(x: usize, rows: usize, cols: usize, y: usize, idx: usize, n: i32, h: i32, w: i32, oh: i32, ow: i32, dh: i32, dw: i32): void {
  const p = own(jobs), job = changetype<Job>(p);
  job.x = x, job.rows = rows, job.cols = cols, job.y = y, job.idx = idx;
  job.h = h, job.w = w, job.oh = oh, job.ow = ow, job.dh = dh, job.dw = dw;
  parallel(n, 1 + WORTH / (h * w + 1), (begin: i32, end: i32, p: usize) => planes<T>(begin, end, p), p);
}

function resample<T>(x: usize, starts: usize, idx: usize, weight: usize, y: usize, outer: i32, nx: i32, ny: i32, inner: i32): void {
  for (let o = 0; o < outer; o++, x = at<T>(x, nx * inner)) {
    for (let i = 0; i < ny; i++, y = at<T>(y, inner)) {
      const begin = load<i32>(at<i32>(starts, i)), end = load<i32>(at<i32>(starts, i + 1));
      if (inner == 1) {
        let sum: f64 = 0;
        for (let t = begin; t < end; t++) sum += <f64>load<T>(at<T>(weight, t)) * <f64>load<T>(at<T>(x, load<i32>(at<i32>(idx, t))));
        store<T>(y, <T>sum);
        continue;
      }
      memory.fill(y, 0, at<T>(0, inner));
      for (let t = begin; t < end; t++) {
        const s = v128.splat<T>(load<T>(at<T>(weight, t)));
        let p = at<T>(x, load<i32>(at<i32>(idx, t)) * inner), q = y;
        for (let n = inner; n > 0; n -= lanes<T>(), p += 16, q += 16) put<T>(q, n, v128.add<T>(get<T>(q, n, <T>0), v128.mul<T>(s, get<T>(p, n, <T>0))));
      }
    }
  }
}

export function max_pool_f32(x: usize, rows: usize, cols: usize, y: usize, idx: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32, dh: i32, dw: i32): void { maxPool<f32>(x, rows, cols, y, idx, planes, h, w, oh, ow, dh, dw); }
export function max_pool_f64(x: usize, rows: usize, cols: usize, y: usize, idx: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32, dh: i32, dw: i32): void { maxPool<f64>(x, rows, cols, y, idx, planes, h, w, oh, ow, dh, dw); }
export function resample_f32(x: usize, starts: usize, idx: usize, weight: usize, y: usize, outer: i32, nx: i32, ny: i32, inner: i32): void { resample<f32>(x, starts, idx, weight, y, outer, nx, ny, inner); }
export function resample_f64(x: usize, starts: usize, idx: usize, weight: usize, y: usize, outer: i32, nx: i32, ny: i32, inner: i32): void { resample<f64>(x, starts, idx, weight, y, outer, nx, ny, inner); }

// Maxima of windows, and weighted sums along one dim.

import { at, get, lanes, put } from './at';

/** rows and cols: i32 pairs [begin, end) of every output row and column, stepped through by dh and dw. A NaN wins. */
function maxPool<T>(x: usize, rows: usize, cols: usize, y: usize, idx: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32, dh: i32, dw: i32): void {
  for (let plane = 0; plane < planes; plane++, x = at<T>(x, h * w)) {
    for (let a = 0; a < oh; a++) {
      const top = load<i32>(at<i32>(rows, 2 * a)), bottom = load<i32>(at<i32>(rows, 2 * a + 1));
      for (let b = 0; b < ow; b++, y += sizeof<T>(), idx += 8) {
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
        store<T>(y, best);
        store<i64>(idx, <i64>where);
      }
    }
  }
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

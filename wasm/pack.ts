// Packing: a block of a matrix, any strides, into panels of W lines, step by step, so that the register tile reads memory in order. Missing lines are zeros.

import { at, lanes } from './at';
import { transpose } from './transpose';

/** One panel: y[p * W + i] = x[i * line + p * step], i < n <= W, p < k; W is a whole number of vectors. */
function panel<T>(x: usize, line: i32, step: i32, y: usize, W: i32, n: i32, k: i32): void {
  const out = at<T>(0, W);
  let p = 0;
  if (n == W && line == 1) {
    for (const dx = at<T>(0, step); p < k; p++, x += dx, y += out) {
      for (let j: usize = 0; j < out; j += 16) v128.store(y + j, v128.load(x + j));
    }
    return;
  }
  if (n == W && step == 1) {
    for (; p + lanes<T>() <= k; p += lanes<T>()) {
      for (let i = 0; i < W; i += lanes<T>()) transpose<T>(at<T>(x, i * line + p), at<T>(0, line), at<T>(y, p * W + i), out);
    }
  }
  for (; p < k; p++) {
    const from = at<T>(x, p * step), to = at<T>(y, p * W);
    for (let i = 0; i < n; i++) store<T>(at<T>(to, i), load<T>(at<T>(from, i * line)));
    for (let i = n; i < W; i++) store<T>(at<T>(to, i), <T>0);
  }
}

/** `lines` lines as panels, one after the other. */
export function pack<T>(x: usize, line: i32, step: i32, y: usize, W: i32, lines: i32, k: i32): void {
  for (let i = 0; i < lines; i += W, y = at<T>(y, W * k)) panel<T>(at<T>(x, i * line), line, step, y, W, min(W, lines - i), k);
}

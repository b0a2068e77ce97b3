// Small float32 products, summed in f64: at these sizes the time goes into the call, and rounding once keeps sums that cancel exact.

import { at } from './at';
import { high, low, mad, narrowed } from './vector';

/** At most so many multiplications. */
export const SMALL = 4096;

// @ts-ignore: decorator
@inline
function finish(c: usize, sum: f64, alpha: f64, beta: f64): void {
  store<f32>(c, <f32>(beta == 0 ? alpha * sum : alpha * sum + beta * <f64>load<f32>(c)));
}

/** One element: k products, whatever the strides. */
function element(a: usize, b: usize, k: i32, csa: i32, rsb: i32): f64 {
  let sum: f64 = 0;
  for (; k > 0; k--, a = at<f32>(a, csa), b = at<f32>(b, rsb)) sum += <f64>load<f32>(a) * <f64>load<f32>(b);
  return sum;
}

/** Two elements of contiguous lines, those of b `next` bytes apart. */
// @ts-ignore: decorator
@inline
function dots(a: usize, b: usize, next: usize, c: usize, k: i32, alpha: f64, beta: f64): void {
  let s = f64x2.splat(0), t = s;
  for (; k >= 4; k -= 4, a += 16, b += 16) {
    const x = v128.load(a), y = v128.load(b), z = v128.load(b + next);
    const x0 = low<f32>(x), x1 = high<f32>(x);
    s = mad<f64>(x1, high<f32>(y), mad<f64>(x0, low<f32>(y), s));
    t = mad<f64>(x1, high<f32>(z), mad<f64>(x0, low<f32>(z), t));
  }
  // The lanes of both.
  s = f64x2.add(v128.shuffle<f64>(s, t, 0, 2), v128.shuffle<f64>(s, t, 1, 3));
  for (; k > 0; k--, a += 4, b += 4) {
    const x = f64x2.splat(<f64>load<f32>(a));
    s = mad<f64>(x, f64x2(<f64>load<f32>(b), <f64>load<f32>(b + next)), s);
  }
  finish(c, f64x2.extract_lane(s, 0), alpha, beta);
  finish(c + 4, f64x2.extract_lane(s, 1), alpha, beta);
}

/** Four elements of a row of c, whose columns of b are neighbours. */
// @ts-ignore: decorator
@inline
function four(a: usize, b: usize, c: usize, k: i32, csa: i32, rsb: i32, alpha: f64, beta: f64): void {
  let lower = f64x2.splat(0), upper = lower;
  for (; k > 0; k--, a = at<f32>(a, csa), b = at<f32>(b, rsb)) {
    const x = f64x2.splat(<f64>load<f32>(a)), y = v128.load(b);
    lower = mad<f64>(x, low<f32>(y), lower), upper = mad<f64>(x, high<f32>(y), upper);
  }
  const x = f64x2.splat(alpha);
  lower = f64x2.mul(x, lower), upper = f64x2.mul(x, upper);
  if (beta != 0) {
    const y = f64x2.splat(beta), old = v128.load(c);
    lower = mad<f64>(y, low<f32>(old), lower), upper = mad<f64>(y, high<f32>(old), upper);
  }
  v128.store(c, narrowed<f32>(lower, upper));
}

/** c (m, n) = alpha * a b + beta * c; c is not read if beta is 0. */
export function small(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, alpha: f64, beta: f64,
): void {
  const next = at<f32>(0, csb);
  for (let i = 0; i < m; i++, a = at<f32>(a, rsa), c = at<f32>(c, rsc)) {
    let j = 0, column = b;
    if (csb == 1) for (; j + 4 <= n; j += 4, column += 16) four(a, column, at<f32>(c, j), k, csa, rsb, alpha, beta);
    else if (csa == 1 && rsb == 1) for (; j + 2 <= n; j += 2, column += 2 * next) dots(a, column, next, at<f32>(c, j), k, alpha, beta);
    for (; j < n; j++, column += next) finish(at<f32>(c, j), element(a, column, k, csa, rsb), alpha, beta);
  }
}

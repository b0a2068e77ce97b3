// Convolution as matrix products with blocks of the patch matrix, which never exists as a whole; groups of one channel and few filters (depthwise) are computed directly.

import { at } from './at';
import { product } from './gemm';
import { FORWARD, GATHER, H, INPUT, KH, KW, OH, OW, patches, SCATTER, setGeometry, sweep, W, WEIGHT } from './patches';

// Rows and positions of a block of patches.
const ROWS = 128;
const POSITIONS = 256;
const block = memory.data(128 * 256 * 8, 64);

function fill<T>(y: usize, n: i32, value: T): void {
  for (; n > 0; n--, y += sizeof<T>()) store<T>(y, value);
}

/** One channel and its filter: what is FORWARD, INPUT or WEIGHT. */
function single<T>(what: i32, x: usize, w: usize, y: usize): void {
  for (let i = 0; i < KH; i++) {
    for (let j = 0; j < KW; j++, w += sizeof<T>()) {
      const sum = sweep<T>(what, x, y, i, j, 0, OH * OW, what == WEIGHT ? <T>0 : load<T>(w));
      if (what == WEIGHT) store<T>(w, <T>(<f64>load<T>(w) + sum));
    }
  }
}

/** One image and one group, c channels to o: y += w * x. */
function forward<T>(x: usize, w: usize, y: usize, c: i32, o: i32): void {
  const k = c * KH * KW, size = OH * OW;
  for (let p = 0; p < size; p += POSITIONS) {
    const n = min(POSITIONS, size - p);
    for (let r = 0; r < k; r += ROWS) {
      const rows = min(ROWS, k - r);
      patches<T>(GATHER, x, block, r, rows, p, n);
      product<T>(at<T>(w, r), block, at<T>(y, p), o, n, rows, k, 1, n, 1, size, <T>1, <T>1);
    }
  }
}

/** x += w^T y, put back where the patches came from. */
function input<T>(y: usize, w: usize, x: usize, c: i32, o: i32): void {
  const k = c * KH * KW, size = OH * OW;
  for (let r = 0; r < k; r += ROWS) {
    const rows = min(ROWS, k - r);
    for (let p = 0; p < size; p += POSITIONS) {
      const n = min(POSITIONS, size - p);
      product<T>(at<T>(w, r), at<T>(y, p), block, rows, n, o, 1, k, size, 1, n, <T>1, <T>0);
      patches<T>(SCATTER, x, block, r, rows, p, n);
    }
  }
}

/** w += y x^T over the patches of x. */
function weight<T>(y: usize, x: usize, w: usize, c: i32, o: i32): void {
  const k = c * KH * KW, size = OH * OW;
  for (let r = 0; r < k; r += ROWS) {
    const rows = min(ROWS, k - r);
    for (let p = 0; p < size; p += POSITIONS) {
      const n = min(POSITIONS, size - p);
      patches<T>(GATHER, x, block, r, rows, p, n);
      product<T>(at<T>(y, p), block, at<T>(w, r), o, rows, n, size, 1, 1, n, k, <T>1, <T>1);
    }
  }
}

/** Every image and group. */
function run<T>(what: i32, x: usize, w: usize, y: usize, n: i32, groups: i32, c: i32, o: i32): void {
  const dx = at<T>(0, c * H * W), dw = at<T>(0, o * c * KH * KW), dy = at<T>(0, o * OH * OW);
  for (let image = 0; image < n; image++) {
    for (let g = 0; g < groups; g++, x += dx, y += dy) {
      const filter = w + <usize>g * dw;
      if (c == 1 && o < 4) {
        for (let f = 0; f < o; f++) single<T>(what, x, at<T>(filter, f * KH * KW), at<T>(y, f * OH * OW));
      } else if (what == FORWARD) forward<T>(x, filter, y, c, o);
      else if (what == INPUT) input<T>(y, filter, x, c, o);
      else weight<T>(y, x, filter, c, o);
    }
  }
}

function conv<T>(x: usize, w: usize, b: usize, y: usize, n: i32, groups: i32, c: i32, o: i32, biased: i32): void {
  const size = OH * OW, channels = groups * o;
  for (let i = 0; i < n * channels; i++) fill<T>(at<T>(y, i * size), size, biased != 0 ? load<T>(at<T>(b, i % channels)) : <T>0);
  run<T>(FORWARD, x, w, y, n, groups, c, o);
}

export function conv_f32(
  x: usize, k: usize, b: usize, y: usize, biased: i32, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  conv<f32>(x, k, b, y, n, groups, c, o, biased);
}
export function conv_bwd_input_f32(
  dy: usize, k: usize, dx: usize, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  memory.fill(dx, 0, at<f32>(0, n * groups * c * h * w));
  run<f32>(INPUT, dx, k, dy, n, groups, c, o);
}
export function conv_bwd_weight_f32(
  dy: usize, x: usize, dk: usize, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  memory.fill(dk, 0, at<f32>(0, groups * o * c * kh * kw));
  run<f32>(WEIGHT, x, dk, dy, n, groups, c, o);
}
export function conv_f64(
  x: usize, k: usize, b: usize, y: usize, biased: i32, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  conv<f64>(x, k, b, y, n, groups, c, o, biased);
}
export function conv_bwd_input_f64(
  dy: usize, k: usize, dx: usize, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  memory.fill(dx, 0, at<f64>(0, n * groups * c * h * w));
  run<f64>(INPUT, dx, k, dy, n, groups, c, o);
}
export function conv_bwd_weight_f64(
  dy: usize, x: usize, dk: usize, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  memory.fill(dk, 0, at<f64>(0, groups * o * c * kh * kw));
  run<f64>(WEIGHT, x, dk, dy, n, groups, c, o);
}

// The patches of an image under a kernel: row r = (c, i, j) of the patch matrix holds, for every output position, the element of x under tap (i, j) of channel c, or 0
// outside. Blocks of that matrix are made from x (im2col) or added back to it (col2im, the adjoint).

import { at, get, lanes, put } from './at';
import { copyStrided } from './map';

/** The geometry of the convolution at work, channels per group. */
export let H: i32, W: i32, OH: i32, OW: i32, KH: i32, KW: i32, SH: i32, SW: i32, PH: i32, PW: i32, DH: i32, DW: i32;

// Rows and positions of a block of patches.
export const ROWS = 128;
export const POSITIONS = 256;
/** Room for a block, or for a copy of the image. */
export const PATCH_BYTES = 262144;
export const patchBlock = memory.data(262144, 64);

export function setGeometry(
  h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  H = h; W = w; OH = oh; OW = ow; KH = kh; KW = kw; SH = sh; SW = sw; PH = ph; PW = pw; DH = dh; DW = dw;
}

/** The geometry as 12 numbers at p, for other threads. */
export function writeGeometry(p: usize): void {
  store<i32>(p, H), store<i32>(p, W, 4), store<i32>(p, OH, 8), store<i32>(p, OW, 12), store<i32>(p, KH, 16), store<i32>(p, KW, 20);
  store<i32>(p, SH, 24), store<i32>(p, SW, 28), store<i32>(p, PH, 32), store<i32>(p, PW, 36), store<i32>(p, DH, 40), store<i32>(p, DW, 44);
}

export function readGeometry(p: usize): void {
  setGeometry(
    load<i32>(p), load<i32>(p, 4), load<i32>(p, 8), load<i32>(p, 12), load<i32>(p, 16), load<i32>(p, 20),
    load<i32>(p, 24), load<i32>(p, 28), load<i32>(p, 32), load<i32>(p, 36), load<i32>(p, 40), load<i32>(p, 44),
  );
}

/** x += y for elements sx and 1 apart. */
function addStrided<T>(y: usize, x: usize, sx: i32, n: i32): void {
  if (sx == 1) {
    for (; n > 0; n -= lanes<T>(), x += 16, y += 16) put<T>(x, n, v128.add<T>(get<T>(x, n, <T>0), get<T>(y, n, <T>0)));
    return;
  }
  const dx = at<T>(0, sx);
  for (; n > 0; n--, x += dx, y += sizeof<T>()) store<T>(x, load<T>(x) + load<T>(y));
}

/** x += s * y and the like: y += s * x over elements sy and sx apart. */
function scaleAdd<T>(s: T, x: usize, sx: i32, y: usize, sy: i32, n: i32): void {
  if (sx == 1 && sy == 1) {
    const v = v128.splat<T>(s);
    for (; n > 0; n -= lanes<T>(), x += 16, y += 16) put<T>(y, n, v128.add<T>(get<T>(y, n, <T>0), v128.mul<T>(v, get<T>(x, n, <T>0))));
    return;
  }
  const dx = at<T>(0, sx), dy = at<T>(0, sy);
  for (; n > 0; n--, x += dx, y += dy) store<T>(y, load<T>(y) + s * load<T>(x));
}

/** Four sums at once: they wait for each other less, and each rounds less. */
function dot<T>(x: usize, sx: i32, y: usize, n: i32): f64 {
  let s0: f64 = 0, s1: f64 = 0, s2: f64 = 0, s3: f64 = 0;
  const dx = at<T>(0, sx);
  for (; n >= 4; n -= 4, x += 4 * dx, y = at<T>(y, 4)) {
    s0 += <f64>load<T>(x) * <f64>load<T>(y);
    s1 += <f64>load<T>(x + dx) * <f64>load<T>(at<T>(y, 1));
    s2 += <f64>load<T>(x + 2 * dx) * <f64>load<T>(at<T>(y, 2));
    s3 += <f64>load<T>(x + 3 * dx) * <f64>load<T>(at<T>(y, 3));
  }
  for (; n > 0; n--, x += dx, y += sizeof<T>()) s0 += <f64>load<T>(x) * <f64>load<T>(y);
  return s0 + s1 + (s2 + s3);
}

// What a stretch of positions does with the stretch of x under it.
export const GATHER = 0; // y = x, and 0 where there is no x
export const SCATTER = 1; // x += y
export const FORWARD = 2; // y += tap * x
export const INPUT = 3; // x += tap * y
export const WEIGHT = 4; // sum of x * y

/**
 * Positions [begin, end) under tap (i, j): y holds them in a row, x is one channel. Returns the sum for WEIGHT.
 * ox * SW - PW + j * DW is in [0, W) for ox in [lo, hi).
 */
export function sweep<T>(what: i32, x: usize, y: usize, i: i32, j: i32, begin: i32, end: i32, tap: T): f64 {
  const shift = PW - j * DW;
  const lo = shift <= 0 ? 0 : (shift + SW - 1) / SW;
  const last = W - 1 + shift;
  const hi = last < 0 ? 0 : min(OW, last / SW + 1);
  let sum: f64 = 0;
  let oy = begin / OW;
  let from = begin - oy * OW;
  while (begin < end) {
    const to = min(OW, from + end - begin);
    const iy = oy * SH - PH + i * DH;
    let a = max(from, lo), b = min(to, hi);
    if (<u32>iy >= <u32>H || a >= b) a = b = to;
    if (what == GATHER && a > from) memory.fill(y, 0, at<T>(0, a - from));
    if (b > a) {
      const p = at<T>(x, iy * W + a * SW - shift), q = at<T>(y, a - from);
      if (what == GATHER) copyStrided<T>(p, SW, q, 1, b - a);
      else if (what == SCATTER) addStrided<T>(q, p, SW, b - a);
      else if (what == FORWARD) scaleAdd<T>(tap, p, SW, q, 1, b - a);
      else if (what == INPUT) scaleAdd<T>(tap, q, 1, p, SW, b - a);
      else sum += dot<T>(p, SW, q, b - a);
    }
    if (what == GATHER && to > b) memory.fill(at<T>(y, b - from), 0, at<T>(0, to - b));
    y = at<T>(y, to - from);
    begin += to - from;
    from = 0;
    oy++;
  }
  return sum;
}

/** Rows [r, r + rows) and positions [p, p + n) of the patch matrix of x, from or to a dense block. */
export function patches<T>(what: i32, x: usize, block: usize, r: i32, rows: i32, p: i32, n: i32): void {
  for (const end = r + rows; r < end; r++, block = at<T>(block, n)) {
    const c = r / (KH * KW), tap = r - c * KH * KW, i = tap / KW;
    sweep<T>(what, at<T>(x, c * H * W), block, i, tap - i * KW, p, p + n, <T>0);
  }
}

// Convolution of groups with one channel and one filter (depthwise): the lanes of a vector are neighbouring planes (images and groups), brought into the order (row, column, plane) with zeros
// around them and back. No stride or border is a special case.

import { at, lanes } from './at';
import { DH, DW, FORWARD, H, INPUT, KH, KW, OH, OW, PH, PW, SH, SW, W, WEIGHT } from './patches';
import { transpose } from './transpose';
import { mad } from './vector';

// @ts-ignore: decorator
@inline
function width(): i32 {
  return max(W + 2 * PW, (OW - 1) * SW + (KW - 1) * DW + 1);
}
// @ts-ignore: decorator
@inline
function height(): i32 {
  return max(H + 2 * PH, (OH - 1) * SH + (KH - 1) * DH + 1);
}

/** Bytes that `planes` needs: a padded image, its map and the filters. */
export function planesBytes(): i64 {
  return 16 * (<i64>width() * height() + <i64>OH * OW + KH * KW);
}

/** n elements of every plane, `plane` elements apart, to n vectors. */
function gather<T>(x: usize, plane: i32, y: usize, n: i32): void {
  const line = at<T>(0, plane), step = lanes<T>();
  for (; n >= step; n -= step, x += 16, y += 16 * step) transpose<T>(x, line, y, 16);
  for (; n > 0; n--, x += sizeof<T>(), y += 16) for (let l = 0; l < step; l++) store<T>(at<T>(y, l), load<T>(x + l * line));
}

/** The way back. */
function scatter<T>(y: usize, x: usize, plane: i32, n: i32): void {
  const line = at<T>(0, plane), step = lanes<T>();
  for (; n >= step; n -= step, x += 16, y += 16 * step) transpose<T>(y, 16, x, line);
  for (; n > 0; n--, x += sizeof<T>(), y += 16) for (let l = 0; l < step; l++) store<T>(x + l * line, load<T>(at<T>(y, l)));
}

/** A row of the map under all taps: y = y + the sum of tap * x. */
function forwardRow<T>(x: usize, filter: usize, y: usize): void {
  const step = <usize>SW * 16, right = <usize>DW * 16, down = <usize>(width() * DH * 16);
  let n = OW;
  for (; n >= 4; n -= 4, x += 4 * step, y += 64) {
    let a = v128.load(y), b = v128.load(y, 16), c = v128.load(y, 32), d = v128.load(y, 48);
    for (let i = 0, row = x, tap = filter; i < KH; i++, row += down) {
      for (let j = 0, p = row; j < KW; j++, p += right, tap += 16) {
        const f = v128.load(tap);
        a = mad<T>(v128.load(p), f, a);
        b = mad<T>(v128.load(p + step), f, b);
        c = mad<T>(v128.load(p + 2 * step), f, c);
        d = mad<T>(v128.load(p + 3 * step), f, d);
      }
    }
    v128.store(y, a), v128.store(y, b, 16), v128.store(y, c, 32), v128.store(y, d, 48);
  }
  for (; n > 0; n--, x += step, y += 16) {
    let a = v128.load(y);
    for (let i = 0, row = x, tap = filter; i < KH; i++, row += down)
      for (let j = 0, p = row; j < KW; j++, p += right, tap += 16) a = mad<T>(v128.load(p), v128.load(tap), a);
    v128.store(y, a);
  }
}

/** The adjoint: what a row of the map gives to x under one tap. */
function inputRow<T>(x: usize, filter: usize, y: usize): void {
  const step = <usize>SW * 16, f = v128.load(filter);
  for (let n = OW; n > 0; n--, x += step, y += 16) v128.store(x, mad<T>(v128.load(y), f, v128.load(x)));
}

/** What a row of the map gives to one tap. */
function weightRow<T>(x: usize, filter: usize, y: usize): void {
  const step = <usize>SW * 16;
  let a = v128.splat<T>(<T>0), b = a, c = a, d = a, n = OW;
  for (; n >= 4; n -= 4, x += 4 * step, y += 64) {
    a = mad<T>(v128.load(x), v128.load(y), a);
    b = mad<T>(v128.load(x + step), v128.load(y, 16), b);
    c = mad<T>(v128.load(x + 2 * step), v128.load(y, 32), c);
    d = mad<T>(v128.load(x + 3 * step), v128.load(y, 48), d);
  }
  for (; n > 0; n--, x += step, y += 16) a = mad<T>(v128.load(x), v128.load(y), a);
  v128.store(filter, v128.add<T>(v128.load(filter), v128.add<T>(v128.add<T>(a, b), v128.add<T>(c, d))));
}

/** A vector of planes from x and y on, the first of which is plane `first` of all: y += for FORWARD, x = for INPUT, and the filters += for WEIGHT. `image` is scratch memory. */
export function planes<T>(what: i32, image: usize, x: usize, w: usize, y: usize, groups: i32, first: i32): void {
  const wide = width(), taps = KH * KW, size = OH * OW;
  const map = image + <usize>(wide * height() * 16), filter = map + <usize>(size * 16);
  memory.fill(image, 0, <usize>(wide * height() * 16));
  const inside = image + <usize>((PH * wide + PW) * 16);
  if (what != INPUT) for (let i = 0; i < H; i++) gather<T>(at<T>(x, i * W), H * W, inside + <usize>(i * wide * 16), W);
  gather<T>(y, size, map, size);
  for (let l = 0; l < lanes<T>(); l++)
    for (let t = 0; t < taps; t++) store<T>(at<T>(filter + 16 * t, l), what == WEIGHT ? <T>0 : load<T>(at<T>(w, ((first + l) % groups) * taps + t)));
  for (let oy = 0; oy < OH; oy++) {
    const row = image + <usize>(oy * SH * wide * 16), to = map + <usize>(oy * OW * 16);
    if (what == FORWARD) {
      forwardRow<T>(row, filter, to);
      continue;
    }
    for (let i = 0, tap = filter; i < KH; i++) {
      for (let j = 0; j < KW; j++, tap += 16) {
        const from = row + <usize>((i * DH * wide + j * DW) * 16);
        if (what == INPUT) inputRow<T>(from, tap, to);
        else weightRow<T>(from, tap, to);
      }
    }
  }
  if (what == FORWARD) scatter<T>(map, y, size, size);
  else if (what == INPUT) for (let i = 0; i < H; i++) scatter<T>(inside + <usize>(i * wide * 16), at<T>(x, i * W), H * W, W);
  else for (let l = 0; l < lanes<T>(); l++)
      for (let t = 0; t < taps; t++) {
        const p = at<T>(w, ((first + l) % groups) * taps + t);
        store<T>(p, load<T>(p) + load<T>(at<T>(filter + 16 * t, l)));
      }
}

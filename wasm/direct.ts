// Convolution without patches. An image stands in a copy with the zeros around it, where the element under output position p and tap r lies at places[p] + taps[r]. One register
// tile adds up four lines of such elements, broadcast, times a panel of filters (forward, and by input with the taps turned round) or of gradients (by weight): lines are positions
// and steps taps, or the other way round.

import { at, get, lanes, put } from './at';
import { copyStrided } from './map';
import { NR } from './micro';
import { pack } from './pack';
import { DH, DW, H, INPUT, KH, KW, OH, OW, patchBlock, PH, PW, SH, SW, W } from './patches';
import { own } from './scratch';
import { transpose } from './transpose';
import { mad } from './vector';

/** Lines of a tile. */
const LINES = 4;
/** At most so many products are added up in registers. */
const STEPS = 512;
/** Bytes of an image's copy, and positions. */
const ROOM = 128 * 256 * 8;
const POSITIONS = 65536;

const panel = memory.data(512 * 32, 64);
const tapTable = memory.data((512 + 4) * 4, 64);
const placeTable = memory.data((65536 + 4) * 4, 64);
const sums = memory.data(4 * 32, 64);
const turned = memory.data(4 * 32, 64);

/** The sums of x_i[steps[s]] * b[s] over k steps, for the four lines x_i, to c. */
function tile<T>(x0: usize, x1: usize, x2: usize, x3: usize, steps: usize, k: i32, b: usize, c: usize): void {
  const zero = v128.splat<T>(<T>0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  for (const end = at<i32>(steps, k); steps < end; steps += 4, b += 32) {
    const step = load<usize>(steps);
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const a0 = v128.load_splat<T>(x0 + step);
    c00 = mad<T>(a0, b0, c00);
    c01 = mad<T>(a0, b1, c01);
    const a1 = v128.load_splat<T>(x1 + step);
    c10 = mad<T>(a1, b0, c10);
    c11 = mad<T>(a1, b1, c11);
    const a2 = v128.load_splat<T>(x2 + step);
    c20 = mad<T>(a2, b0, c20);
    c21 = mad<T>(a2, b1, c21);
    const a3 = v128.load_splat<T>(x3 + step);
    c30 = mad<T>(a3, b0, c30);
    c31 = mad<T>(a3, b1, c31);
  }
  v128.store(c, c00), v128.store(c, c01, 16), v128.store(c, c10, 32), v128.store(c, c11, 48);
  v128.store(c, c20, 64), v128.store(c, c21, 80), v128.store(c, c30, 96), v128.store(c, c31, 112);
}

/** y[j * line + i] += sum over k steps of x[lines[i] + steps] * panel[.., j], for i < m and j < n <= NR. */
function strips<T>(x: usize, rows: usize, m: i32, steps: usize, k: i32, y: usize, line: i32, n: i32): void {
  const c = own(sums), t = own(turned), b = own(panel);
  for (let i = 0; i < m; i += LINES, rows += 16, y = at<T>(y, LINES)) {
    tile<T>(x + load<usize>(rows), x + load<usize>(rows, 4), x + load<usize>(rows, 8), x + load<usize>(rows, 12), steps, k, b, c);
    for (let l = 0; l < LINES; l += lanes<T>()) {
      for (let j = 0; j < NR<T>(); j += lanes<T>()) transpose<T>(at<T>(c, l * NR<T>() + j), 32, at<T>(t, j * LINES + l), at<T>(0, LINES));
    }
    for (let j = 0; j < n; j++) {
      for (let l = 0; l < min(LINES, m - i); l += lanes<T>()) {
        const q = at<T>(y, j * line + l), rest = m - i - l;
        put<T>(q, rest, v128.add<T>(get<T>(q, rest, <T>0), v128.load(at<T>(t, j * LINES + l))));
      }
    }
  }
}

// The geometry of a copy: elements of its lines and planes, and the channels that it has room for.
let LINE: i32, PLANE: i32, CHANNELS: i32;

/** For h x w positions that lie sh and sw apart. */
function setCopy<T>(h: i32, w: i32, sh: i32, sw: i32): void {
  LINE = (w - 1) * sw + (KW - 1) * DW + 1;
  PLANE = <i32>min(<i64>LINE * ((h - 1) * sh + (KH - 1) * DH + 1), <i64>i32.MAX_VALUE);
  CHANNELS = min(ROOM / <i32>sizeof<T>() / PLANE, STEPS / (KH * KW));
}

/** Whether this way can be gone, and pays: a panel is half filled and a sum long enough. */
export function isDirect<T>(what: i32, c: i32, o: i32): bool {
  const input = what == INPUT, channels = input ? o : c;
  if (input && (SH != 1 || SW != 1 || PH > (KH - 1) * DH || PW > (KW - 1) * DW)) return false;
  const h = input ? H : OH, w = input ? W : OW;
  if (2 * (input ? c : o) < NR<T>() || <i64>h * w > POSITIONS || KH * KW > STEPS || h * w * KH * KW == 0) return false;
  setCopy<T>(h, w, SH, SW);
  return CHANNELS >= channels || CHANNELS * KH * KW >= 64;
}

/** `channels` planes of h x w in the copy, with `top` and `left` zeros before them. */
function copyImage<T>(x: usize, channels: i32, h: i32, w: i32, top: i32, left: i32): usize {
  const image = own(patchBlock), height = min(h, PLANE / LINE - top), width = min(w, LINE - left);
  memory.fill(image, 0, at<T>(0, channels * PLANE));
  for (let c = 0; c < channels; c++, x = at<T>(x, h * w)) {
    for (let i = 0; i < height; i++) copyStrided<T>(at<T>(x, i * w), 1, at<T>(image, c * PLANE + (top + i) * LINE + left), 1, width);
  }
  return image;
}

/** A table's entries past its end are there for whole tiles. */
function endTable(p: usize): void {
  v128.store(p, i32x4.splat(0));
}

function setPlaces<T>(h: i32, w: i32, sh: i32, sw: i32): usize {
  let p = own(placeTable);
  for (let i = 0; i < h; i++) for (let j = 0; j < w; j++, p += 4) store<usize>(p, at<T>(0, i * sh * LINE + j * sw));
  endTable(p);
  return own(placeTable);
}

/** The taps of some channels, last to first if they are turned round. */
function setTaps<T>(channels: i32, turn: bool): usize {
  let p = own(tapTable);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < KH; i++) {
      for (let j = 0; j < KW; j++, p += 4) store<usize>(p, at<T>(0, c * PLANE + (turn ? KH - 1 - i : i) * DH * LINE + (turn ? KW - 1 - j : j) * DW));
    }
  }
  endTable(p);
  return own(tapTable);
}

/** One image and one group, c channels to o: y += w * x. */
export function forward<T>(x: usize, w: usize, y: usize, c: i32, o: i32): void {
  setCopy<T>(OH, OW, SH, SW);
  const size = OH * OW, taps = KH * KW, places = setPlaces<T>(OH, OW, SH, SW);
  for (let first = 0; first < c; first += CHANNELS) {
    const channels = min(CHANNELS, c - first), k = channels * taps;
    const image = copyImage<T>(at<T>(x, first * H * W), channels, H, W, PH, PW), steps = setTaps<T>(channels, false);
    for (let j = 0; j < o; j += NR<T>()) {
      const n = min(NR<T>(), o - j);
      pack<T>(at<T>(w, (j * c + first) * taps), c * taps, 1, own(panel), NR<T>(), n, k);
      strips<T>(image, places, size, steps, k, at<T>(y, j * size), size, n);
    }
  }
}

/** x += w^T y: a convolution of y, with as many zeros around it as taps reach over, by the taps turned round. */
export function input<T>(y: usize, w: usize, x: usize, c: i32, o: i32): void {
  setCopy<T>(H, W, 1, 1);
  const size = H * W, taps = KH * KW, places = setPlaces<T>(H, W, 1, 1);
  for (let first = 0; first < o; first += CHANNELS) {
    const channels = min(CHANNELS, o - first);
    const image = copyImage<T>(at<T>(y, first * OH * OW), channels, OH, OW, (KH - 1) * DH - PH, (KW - 1) * DW - PW), steps = setTaps<T>(channels, true);
    for (let j = 0; j < c; j += NR<T>()) {
      const n = min(NR<T>(), c - j);
      for (let i = 0; i < channels; i++) pack<T>(at<T>(w, ((first + i) * c + j) * taps), taps, 1, at<T>(own(panel), i * taps * NR<T>()), NR<T>(), n, taps);
      strips<T>(image, places, size, steps, channels * taps, at<T>(x, j * size), size, n);
    }
  }
}

/** w += y x^T for taps [begin, end) of all channels. */
export function weight<T>(y: usize, x: usize, w: usize, c: i32, o: i32, begin: i32, end: i32): void {
  setCopy<T>(OH, OW, SH, SW);
  const size = OH * OW, taps = KH * KW, places = setPlaces<T>(OH, OW, SH, SW);
  for (let first = begin / taps; first * taps < end; first += CHANNELS) {
    const channels = min(CHANNELS, (end - 1) / taps + 1 - first);
    const from = max(begin, first * taps), to = min(end, (first + channels) * taps);
    const image = copyImage<T>(at<T>(x, first * H * W), channels, H, W, PH, PW), rows = at<i32>(setTaps<T>(channels, false), from - first * taps);
    for (let p = 0; p < size; p += STEPS) {
      const k = min(STEPS, size - p);
      for (let j = 0; j < o; j += NR<T>()) {
        const n = min(NR<T>(), o - j);
        pack<T>(at<T>(y, j * size + p), size, 1, own(panel), NR<T>(), n, k);
        strips<T>(image, rows, to - from, at<i32>(places, p), k, at<T>(w, j * c * taps + from), c * taps, n);
      }
    }
  }
}

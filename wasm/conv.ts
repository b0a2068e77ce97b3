// Convolution: straight from the image where direct.ts can; else as matrix products with blocks of the patch matrix, which never exists as a whole; groups of one channel and few
// filters (depthwise) a tap at a time, those of one filter a vector of planes at a time.

import { at, lanes, put } from './at';
import * as direct from './direct';
import { product } from './gemm';
import { NR } from './micro';
import {
  FORWARD, GATHER, H, INPUT, KH, KW, OH, OW, PATCH_BYTES, patchBlock, patches, POSITIONS, readGeometry, ROWS, SCATTER, setGeometry, sweep, W, WEIGHT, writeGeometry,
} from './patches';
import { planes, planesBytes } from './planes';
import { own } from './scratch';
import { parallel, workers } from './threads';

function fill<T>(y: usize, n: i32, value: T): void {
  const v = v128.splat<T>(value);
  for (; n > 0; n -= lanes<T>(), y += 16) put<T>(y, n, v);
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

/** What is outside of x is 0, which the direct way leaves out: right unless it is multiplied by infinity or NaN. */
function allFinite<T>(w: usize, n: i32): bool {
  for (; n > 0; n--, w += sizeof<T>()) if (!isFinite<T>(load<T>(w))) return false;
  return true;
}

/** One image and one group, c channels to o: y += w * x. */
function forward<T>(x: usize, w: usize, y: usize, c: i32, o: i32): void {
  const k = c * KH * KW, size = OH * OW, block = own(patchBlock);
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
  const k = c * KH * KW, size = OH * OW, block = own(patchBlock);
  for (let r = 0; r < k; r += ROWS) {
    const rows = min(ROWS, k - r);
    for (let p = 0; p < size; p += POSITIONS) {
      const n = min(POSITIONS, size - p);
      product<T>(at<T>(w, r), at<T>(y, p), block, rows, n, o, 1, k, size, 1, n, <T>1, <T>0);
      patches<T>(SCATTER, x, block, r, rows, p, n);
    }
  }
}

/** w += y x^T over the patches of x, for rows [begin, end) of the patch matrix. */
function weight<T>(y: usize, x: usize, w: usize, c: i32, o: i32, begin: i32, end: i32): void {
  const k = c * KH * KW, size = OH * OW, block = own(patchBlock);
  for (let r = begin; r < end; r += ROWS) {
    const rows = min(ROWS, end - r);
    for (let p = 0; p < size; p += POSITIONS) {
      const n = min(POSITIONS, size - p);
      patches<T>(GATHER, x, block, r, rows, p, n);
      product<T>(at<T>(y, p), block, at<T>(w, r), o, rows, n, size, 1, 1, n, k, <T>1, <T>1);
    }
  }
}

/** A convolution that threads share. */
@unmanaged
class Job {
  what: i32;
  x: usize;
  w: usize;
  y: usize;
  n: i32;
  groups: i32;
  c: i32;
  o: i32;
  /** For WEIGHT, what a thread takes at once of a group: so many of its filters (`whole`), or of all filters so many rows, in `pieces`. */
  piece: i32;
  pieces: i32;
  whole: bool;
  biased: i32;
  /** For FORWARD, with as many elements as all groups have filters. */
  bias: usize;
  /** For INPUT: whether the filters may meet the zeros around an image, which the definition leaves out. */
  finite: i32;
}

const jobs = memory.data(56 + 48, 4);
/** Rows of a piece are whole tiles. */
const TILE = 4;
/** Multiplications that are worth a chunk. */
const WORTH = 131072;

/** Groups that are computed directly. */
// @ts-ignore: decorator
@inline
function isDepthwise(c: i32, o: i32): bool {
  return c == 1 && o < 4;
}

/** Planes that are computed together: chunks hold whole vectors of them, so that it does not depend on the threads how a plane is computed. */
function together<T>(c: i32, o: i32): i32 {
  return c == 1 && o == 1 && planesBytes() <= PATCH_BYTES ? lanes<T>() : 1;
}

/** FORWARD and INPUT, whose images and groups have outputs of their own: elements are images times groups. */
function images<T>(begin: i32, end: i32, p: usize): void {
  readGeometry(p + offsetof<Job>());
  const job = changetype<Job>(p), c = job.c, o = job.o, step = together<T>(c, o);
  clear<T>(job, begin, end);
  for (let i = begin; i < end; i += step) {
    if (step > 1 && i + step <= end && (job.what == INPUT || finiteFilters<T>(job, i, step))) {
      planes<T>(job.what, own(patchBlock), job.x + <usize>i * at<T>(0, H * W), job.w, job.y + <usize>i * at<T>(0, OH * OW), job.groups, i);
    } else {
      for (let j = i; j < min(i + step, end); j++) image<T>(job, j);
    }
  }
}

/** Outputs of images and groups [begin, end) to what is added to: the bias, or zeros. */
function clear<T>(job: Job, begin: i32, end: i32): void {
  const size = OH * OW, o = job.o;
  if (job.what == INPUT) {
    const bytes = at<T>(0, job.c * H * W);
    memory.fill(job.x + <usize>begin * bytes, 0, <usize>(end - begin) * bytes);
    return;
  }
  let y = job.y + <usize>begin * at<T>(0, o * size);
  for (let i = begin * o; i < end * o; i++, y = at<T>(y, size)) fill<T>(y, size, job.biased != 0 ? load<T>(at<T>(job.bias, i % (job.groups * o))) : <T>0);
}

function finiteFilters<T>(job: Job, first: i32, n: i32): bool {
  for (let i = first; i < first + n; i++) if (!allFinite<T>(job.w + <usize>(i % job.groups) * at<T>(0, KH * KW), KH * KW)) return false;
  return true;
}

/** One image and one group. */
function image<T>(job: Job, i: i32): void {
  const c = job.c, o = job.o, straight = direct.isDirect<T>(job.what, c, o);
  const x = job.x + <usize>i * at<T>(0, c * H * W), y = job.y + <usize>i * at<T>(0, o * OH * OW);
  const filter = job.w + <usize>(i % job.groups) * at<T>(0, o * c * KH * KW);
  if (isDepthwise(c, o) && (job.what == INPUT || allFinite<T>(filter, o * KH * KW))) {
    for (let f = 0; f < o; f++) single<T>(job.what, x, at<T>(filter, f * KH * KW), at<T>(y, f * OH * OW));
  } else if (job.what == FORWARD) {
    if (straight) direct.forward<T>(x, filter, y, c, o);
    else forward<T>(x, filter, y, c, o);
  } else if (straight && job.finite) direct.input<T>(y, filter, x, c, o);
  else input<T>(y, filter, x, c, o);
}

/** WEIGHT sums over the images: elements are pieces of groups. */
function filters<T>(begin: i32, end: i32, p: usize): void {
  readGeometry(p + offsetof<Job>());
  const job = changetype<Job>(p), c = job.c, o = job.o, k = c * KH * KW, straight = direct.isDirect<T>(WEIGHT, c, o), step = together<T>(c, o);
  const dx = at<T>(0, job.groups * c * H * W), dy = at<T>(0, job.groups * o * OH * OW);
  for (let i = begin; i < end; i++) {
    const g = i / job.pieces, piece = i % job.pieces;
    const filter = job.w + <usize>g * at<T>(0, o * k);
    let x = job.x + <usize>g * at<T>(0, c * H * W), y = job.y + <usize>g * at<T>(0, o * OH * OW);
    if (step > 1 && i % step == 0 && i + step <= end) {
      for (let image = 0; image < job.n; image++, x += dx, y += dy) planes<T>(WEIGHT, own(patchBlock), x, job.w, y, job.groups, i);
      i += step - 1;
      continue;
    }
    for (let image = 0; image < job.n; image++, x += dx, y += dy) {
      if (isDepthwise(c, o) && allFinite<T>(y, o * OH * OW)) {
        for (let f = 0; f < o; f++) single<T>(WEIGHT, x, at<T>(filter, f * KH * KW), at<T>(y, f * OH * OW));
        continue;
      }
      const first = piece * job.piece;
      if (job.whole) direct.weight<T>(at<T>(y, first * OH * OW), x, at<T>(filter, first * k), c, min(o - first, job.piece), 0, k);
      else if (straight) direct.weight<T>(y, x, filter, c, o, first, min(k, first + job.piece));
      else weight<T>(y, x, filter, c, o, first, min(k, first + job.piece));
    }
  }
}

/** n rounded up to a multiple of step. */
// @ts-ignore: decorator
@inline
function multiple(n: i32, step: i32): i32 {
  return (n + step - 1) / step * step;
}

/** Every image and group. */
function run<T>(what: i32, x: usize, w: usize, y: usize, n: i32, groups: i32, c: i32, o: i32, bias: usize = 0, biased: i32 = 0): void {
  const p = own(jobs), job = changetype<Job>(p), k = c * KH * KW;
  const work = <i64>k * o * OH * OW;
  job.what = what;
  job.x = x, job.w = w, job.y = y;
  job.n = n, job.groups = groups, job.c = c, job.o = o;
  job.bias = bias, job.biased = biased;
  job.finite = what == INPUT && allFinite<T>(w, groups * o * k) ? 1 : 0;
  const shared = !isDepthwise(c, o) && work * n >= 2 * WORTH ? workers(1024) : 1;
  // Whole filters repeat the copy of an image, rows that of the gradient, and the patches: the former costs less, if there are enough of them.
  job.whole = shared > 1 && o > (shared - 1) * NR<T>() && direct.isDirect<T>(WEIGHT, c, o);
  const all = job.whole ? o : k;
  job.piece = shared == 1 ? all : multiple((all + 2 * shared - 1) / (2 * shared), job.whole ? NR<T>() : TILE);
  job.pieces = all == 0 ? 1 : (all + job.piece - 1) / job.piece;
  writeGeometry(p + offsetof<Job>());
  const step = together<T>(c, o);
  if (what == WEIGHT) {
    parallel(groups * job.pieces, multiple(1 + <i32>(WORTH * <i64>job.pieces / (work * n + 1)), step), (begin: i32, end: i32, job: usize) => filters<T>(begin, end, job), p);
  } else {
    parallel(n * groups, multiple(1 + <i32>(WORTH / (work + 1)), step), (begin: i32, end: i32, job: usize) => images<T>(begin, end, job), p);
  }
}

export function conv_f32(
  x: usize, k: usize, b: usize, y: usize, biased: i32, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  run<f32>(FORWARD, x, k, y, n, groups, c, o, b, biased);
}
export function conv_bwd_input_f32(
  dy: usize, k: usize, dx: usize, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
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
  run<f64>(FORWARD, x, k, y, n, groups, c, o, b, biased);
}
export function conv_bwd_input_f64(
  dy: usize, k: usize, dx: usize, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  run<f64>(INPUT, dx, k, dy, n, groups, c, o);
}
export function conv_bwd_weight_f64(
  dy: usize, x: usize, dk: usize, n: i32, groups: i32, c: i32, h: i32, w: i32, o: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  setGeometry(h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw);
  memory.fill(dk, 0, at<f64>(0, groups * o * c * kh * kw));
  run<f64>(WEIGHT, x, dk, dy, n, groups, c, o);
}

// Groups of elements to mean 0 and variance 1 (or mean square 1), scaled and shifted by channel, and the derivative: every norm. A group of a contiguous (outer, groups, inner) is all
// that has one index in the middle; element e has channel e / span % channels. Where inner is 1, groups are columns, one a lane; else a group's runs are rows of one channel
// after another (span 1) or pieces of one channel each.

import { at, get, lanes, put } from './at';
import { own } from './scratch';
import { lineRow, products, returnRow, squares, standard, sumChannels, sumDistances, sumPiece, weighRow } from './standardrow';
import { Chunk, parallel } from './threads';
import { high, low, narrowed } from './vector';

@unmanaged
class Job {
  eps: f64;
  dy: usize;
  x: usize;
  /** Forward y, backward dx. */
  y: usize;
  mean: usize;
  variance: usize;
  /** 0 where there is none. Backward, the second is the gradient of the first and bias that of the bias. */
  weight: usize;
  dweight: usize;
  bias: usize;
  centred: i32;
  outer: i32;
  groups: i32;
  inner: i32;
  channels: i32;
  span: i32;
  block: i32;

  @inline size(): i32 { return this.outer * this.inner; }
  @inline pieces(): i32 { return this.inner / this.span; }
  @inline columns(): bool { return this.inner == 1 && this.outer > 1; }
  /** The element that a group's run starts with. */
  @inline run(group: i32, o: i32): i32 { return (o * this.groups + group) * this.inner; }
  @inline meanOf(group: i32): f64 { return load<f64>(at<f64>(this.mean, group)); }
  @inline scaleOf(group: i32): f64 { return 1 / sqrt(load<f64>(at<f64>(this.variance, group)) + this.eps); }
}

const jobs = memory.data(96, 8);
const lanesOf = memory.data(48, 16);
/** Elements that are worth a chunk. */
const WORTH = 16384;
/** Elements that are summed one after the other: sums of such sums lose less. */
const SOME = 512;

// @ts-ignore: decorator
@inline
function restOf<T>(mean: f64, scale: f64): T {
  return <T>((<f64>(<T>mean) - mean) * scale);
}

/** The three of `standard` for count columns, one a lane, one after the other in lanesOf. */
function standardsOf<T>(job: Job, first: i32, count: i32): void {
  const p = own(lanesOf);
  for (let i = 0; i < min(count, lanes<T>()); i++) {
    const mean = job.meanOf(first + i), scale = job.scaleOf(first + i);
    store<T>(at<T>(p, i), <T>mean);
    store<T>(at<T>(p, i), <T>scale, 16);
    store<T>(at<T>(p, i), restOf<T>(mean, scale), 32);
  }
}

/** A vector of a parameter, or what stands for it where there is none. */
// @ts-ignore: decorator
@inline
function parameter<T>(p: usize, i: i32, n: i32, none: T): v128 {
  return p == 0 ? v128.splat<T>(none) : get<T>(at<T>(p, i), n, none);
}

// @ts-ignore: decorator
@inline
function parameterAt<T>(p: usize, i: i32, none: T): T {
  return p == 0 ? none : load<T>(at<T>(p, i));
}

// Groups whose deviation f32 is too narrow for, element by element in f64 ----------------------------------------------------------------------------

/** Beyond these bounds of the deviation float32 loses the distances from the mean, or what they are multiplied by. */
// @ts-ignore: decorator
@inline
function isExtreme<T>(job: Job, group: i32): bool {
  const variance = load<f64>(at<f64>(job.variance, group));
  return sizeof<T>() == 4 && !(variance + job.eps > 7.888609052210118e-31 && variance < 1.329227995784916e36);
}

function wideMoments<T>(job: Job, group: i32): void {
  const size = <f64>job.size();
  let mean: f64 = 0, variance: f64 = 0;
  if (job.centred) {
    for (let o = 0; o < job.outer; o++) {
      for (let i = 0; i < job.inner; i++) mean += <f64>load<T>(at<T>(job.x, job.run(group, o) + i));
    }
  }
  if (job.centred) mean /= size;
  for (let o = 0; o < job.outer; o++) {
    for (let i = 0; i < job.inner; i++) {
      const distance = <f64>load<T>(at<T>(job.x, job.run(group, o) + i)) - mean;
      variance += distance * distance;
    }
  }
  store<f64>(at<f64>(job.mean, group), mean);
  store<f64>(at<f64>(job.variance, group), variance / size);
}

function wideForward<T>(job: Job, group: i32): void {
  const mean = job.meanOf(group), scale = job.scaleOf(group), first = <i64>group * job.pieces();
  for (let o = 0; o < job.outer; o++) {
    for (let i = 0; i < job.inner; i++) {
      const e = job.run(group, o) + i, channel = <i32>((first + i / job.span) % job.channels);
      const z = (<f64>load<T>(at<T>(job.x, e)) - mean) * scale;
      store<T>(at<T>(job.y, e), <T>(z * <f64>parameterAt<T>(job.weight, channel, <T>1) + <f64>parameterAt<T>(job.bias, channel, <T>0)));
    }
  }
}

/** dw and db, if there are any, are those of the group's first piece, and gain dy z and dy. */
function wideBackward<T>(job: Job, group: i32, dw: usize, db: usize): void {
  const mean = job.meanOf(group), scale = job.scaleOf(group), size = <f64>job.size(), first = <i64>group * job.pieces();
  let sum: f64 = 0, product: f64 = 0;
  for (let o = 0; o < job.outer; o++) {
    for (let i = 0; i < job.inner; i++) {
      const e = job.run(group, o) + i, piece = i / job.span, w = <f64>parameterAt<T>(job.weight, <i32>((first + piece) % job.channels), <T>1);
      const g = <f64>load<T>(at<T>(job.dy, e)), gz = g * ((<f64>load<T>(at<T>(job.x, e)) - mean) * scale);
      sum += g * w, product += gz * w;
      if (dw == 0) continue;
      store<T>(at<T>(db, piece), <T>(<f64>load<T>(at<T>(db, piece)) + g));
      store<T>(at<T>(dw, piece), <T>(<f64>load<T>(at<T>(dw, piece)) + gz));
    }
  }
  const middle = job.centred ? sum / size : 0, slope = product / size;
  for (let o = 0; o < job.outer; o++) {
    for (let i = 0; i < job.inner; i++) {
      const e = job.run(group, o) + i, w = <f64>parameterAt<T>(job.weight, <i32>((first + i / job.span) % job.channels), <T>1);
      const z = (<f64>load<T>(at<T>(job.x, e)) - mean) * scale;
      store<T>(at<T>(job.y, e), <T>((<f64>load<T>(at<T>(job.dy, e)) * w - middle - z * slope) * scale));
    }
  }
}

// Forward --------------------------------------------------------------------------------------------------------------------------------------------

/** From sums about a guess, the mean of the first elements; where that was off by more than a deviation, once more about the mean, so that little cancels. Not centred: about 0. */
function momentsOf<T>(job: Job, group: i32): void {
  const size = <f64>job.size(), first = at<T>(job.x, job.run(group, 0)), some = job.centred && job.outer > 0 ? min(job.inner, 4) : 0;
  let guess = <T>0, off: f64 = 0, variance: f64 = 0;
  for (let i = 0; i < some; i++) guess = <T>(guess + load<T>(at<T>(first, i)) / <T>some);
  for (let again = false; ; again = true) {
    let s: f64 = 0, q: f64 = 0;
    for (let o = 0; o < job.outer; o++) {
      const run = at<T>(job.x, job.run(group, o));
      for (let i = 0; i < job.inner; i += SOME) {
        s += sumDistances<T>(at<T>(run, i), min(SOME, job.inner - i), guess);
        q += squares;
      }
    }
    off = job.centred ? s / size : 0, variance = q / size - off * off;
    if (again || !(off * off > variance)) break;
    guess = <T>(<f64>guess + off);
  }
  store<f64>(at<f64>(job.mean, group), <f64>guess + off);
  store<f64>(at<f64>(job.variance, group), variance < 0 ? 0 : variance);
}

function forwardGroups<T>(begin: i32, end: i32, p: usize): void {
  const job = changetype<Job>(p), pieces = job.pieces(), span = job.span;
  for (let group = begin; group < end; group++) {
    momentsOf<T>(job, group);
    if (isExtreme<T>(job, group) || !isFinite(load<f64>(at<f64>(job.variance, group)))) wideMoments<T>(job, group);
    if (isExtreme<T>(job, group)) {
      wideForward<T>(job, group);
      continue;
    }
    const mean = job.meanOf(group), factor = job.scaleOf(group), rest = restOf<T>(mean, factor);
    const middle = v128.splat<T>(<T>mean), scale = v128.splat<T>(<T>factor);
    const channel = pieces == 0 ? 0 : <i32>(<i64>group * pieces % job.channels);
    if (span == 1) {
      const from = job.run(group, 0), w = job.weight == 0 ? 0 : at<T>(job.weight, channel), b = job.bias == 0 ? 0 : at<T>(job.bias, channel);
      weighRow<T>(at<T>(job.x, from), w, b, at<T>(job.y, from), job.inner, middle, scale, v128.splat<T>(rest));
      continue;
    }
    for (let piece = 0; piece < pieces; piece++) {
      const w = parameterAt<T>(job.weight, channel + piece, <T>1), b = parameterAt<T>(job.bias, channel + piece, <T>0);
      // Its product with the rest of the mean, which may be 0, is not for the sum.
      if (!isFinite(w)) {
        wideForward<T>(job, group);
        break;
      }
      const slope = v128.splat<T>(<T>(factor * <f64>w)), level = v128.splat<T>(<T>(rest * w + b));
      for (let o = 0; o < job.outer; o++) {
        const from = job.run(group, o) + piece * span;
        lineRow<T>(at<T>(job.x, from), at<T>(job.y, from), span, middle, slope, level);
      }
    }
  }
}

/** begin and end count vectors of columns. */
function forwardColumns<T>(begin: i32, end: i32, p: usize): void {
  const job = changetype<Job>(p), groups = job.groups, size = f64x2.splat(<f64>job.outer), step = at<T>(0, groups), stop = at<T>(0, groups * job.outer);
  for (let j = begin * lanes<T>(); j < min(groups, end * lanes<T>()); j += lanes<T>()) {
    const x = at<T>(job.x, j), y = at<T>(job.y, j), n = groups - j;
    let lowMean = f64x2.splat(0), highMean = lowMean, lowSquares = lowMean, highSquares = lowMean;
    if (job.centred) {
      for (let i: usize = 0; i < stop; i += step) {
        const v = get<T>(x + i, n, <T>0);
        lowMean = f64x2.add(lowMean, low<T>(v)), highMean = f64x2.add(highMean, high<T>(v));
      }
      lowMean = f64x2.div(lowMean, size), highMean = f64x2.div(highMean, size);
    }
    for (let i: usize = 0; i < stop; i += step) {
      const v = get<T>(x + i, n, <T>0), a = f64x2.sub(low<T>(v), lowMean), b = f64x2.sub(high<T>(v), highMean);
      lowSquares = f64x2.add(lowSquares, f64x2.mul(a, a)), highSquares = f64x2.add(highSquares, f64x2.mul(b, b));
    }
    const mean = at<f64>(job.mean, j), variance = at<f64>(job.variance, j);
    put<f64>(mean, n, lowMean);
    put<f64>(variance, n, f64x2.div(lowSquares, size));
    if (sizeof<T>() == 4 && n > 2) {
      put<f64>(mean + 16, n - 2, highMean);
      put<f64>(variance + 16, n - 2, f64x2.div(highSquares, size));
    }
    standardsOf<T>(job, j, n);
    const middle = v128.load(own(lanesOf)), scale = v128.load(own(lanesOf), 16), rest = v128.load(own(lanesOf), 32);
    const w = parameter<T>(job.weight, j, n, <T>1), b = parameter<T>(job.bias, j, n, <T>0);
    for (let i: usize = 0; i < stop; i += step) put<T>(y + i, n, v128.add<T>(v128.mul<T>(standard<T>(get<T>(x + i, n, <T>0), middle, scale, rest), w), b));
    for (let group = j; group < min(groups, j + lanes<T>()); group++) if (isExtreme<T>(job, group)) wideForward<T>(job, group);
  }
}

// Backward: dx = (w dy - mean(w dy) - z mean(w dy z)) * scale; dweight sums dy z, dbias dy -------------------------------------------------------------------------

/** A task is the groups at one place in the samples of a block: nobody else adds to its sums. */
function backwardTasks<T>(begin: i32, end: i32, p: usize): void {
  const job = changetype<Job>(p), pieces = job.pieces(), inner = job.inner, span = job.span, size = <f64>job.size();
  const places = job.channels / pieces, samples = job.groups / places;
  for (let task = begin; task < end; task++) {
    const place = task % places, first = task / places * job.block;
    const weight = job.weight == 0 ? 0 : at<T>(job.weight, place * pieces), learnt = job.dweight != 0;
    const dw = learnt ? at<T>(job.dweight, task * pieces) : 0, db = learnt ? at<T>(job.bias, task * pieces) : 0;
    if (learnt) {
      memory.fill(dw, 0, at<T>(0, pieces));
      memory.fill(db, 0, at<T>(0, pieces));
    }
    for (let sample = first; sample < min(samples, first + job.block); sample++) {
      const group = sample * places + place;
      if (isExtreme<T>(job, group)) {
        wideBackward<T>(job, group, dw, db);
        continue;
      }
      const mean = job.meanOf(group), factor = job.scaleOf(group), fill = <T>mean, remainder = restOf<T>(mean, factor);
      const middle = v128.splat<T>(fill), scale = v128.splat<T>(<T>factor), rest = v128.splat<T>(remainder);
      let sum: f64 = 0, product: f64 = 0;
      if (span == 1) {
        const from = job.run(group, 0);
        sum = sumChannels<T>(at<T>(job.dy, from), at<T>(job.x, from), weight, dw, db, inner, fill, middle, scale, rest);
        product = products;
      } else {
        for (let piece = 0; piece < pieces; piece++) {
          let s: f64 = 0, q: f64 = 0;
          for (let o = 0; o < job.outer; o++) {
            const from = job.run(group, o) + piece * span;
            s += sumPiece<T>(at<T>(job.dy, from), at<T>(job.x, from), span, fill);
            q += products;
          }
          q = q * factor + s * <f64>remainder;
          if (learnt) {
            store<T>(at<T>(db, piece), load<T>(at<T>(db, piece)) + <T>s);
            store<T>(at<T>(dw, piece), load<T>(at<T>(dw, piece)) + <T>q);
          }
          const w = <f64>parameterAt<T>(weight, piece, <T>1);
          sum += w * s, product += w * q;
        }
      }
      if (!isFinite(sum) || !isFinite(product)) {
        wideBackward<T>(job, group, 0, 0);
        continue;
      }
      // (w dy - m - z p) * scale, in which z is spelled out.
      const m = job.centred ? sum / size : 0, q = product / size;
      const slope = v128.splat<T>(<T>(q * factor * factor)), level = v128.splat<T>(<T>((m + <f64>remainder * q) * factor));
      for (let piece = 0; piece < (span == 1 ? 1 : pieces); piece++) {
        const length = span == 1 ? inner : span, w = span == 1 ? 1 : <f64>parameterAt<T>(weight, piece, <T>1);
        for (let o = 0; o < job.outer; o++) {
          const from = job.run(group, o) + piece * span;
          returnRow<T>(at<T>(job.dy, from), at<T>(job.x, from), span == 1 ? weight : 0, at<T>(job.y, from), length, v128.splat<T>(<T>(factor * w)), middle, slope, level);
        }
      }
    }
  }
}

/** begin and end count vectors of columns. */
function backwardColumns<T>(begin: i32, end: i32, p: usize): void {
  const job = changetype<Job>(p), groups = job.groups, step = at<T>(0, groups), stop = at<T>(0, groups * job.outer);
  for (let j = begin * lanes<T>(); j < min(groups, end * lanes<T>()); j += lanes<T>()) {
    const dy = at<T>(job.dy, j), x = at<T>(job.x, j), dx = at<T>(job.y, j), n = groups - j;
    standardsOf<T>(job, j, n);
    const middle = v128.load(own(lanesOf)), scale = v128.load(own(lanesOf), 16), rest = v128.load(own(lanesOf), 32);
    let lowSum = f64x2.splat(0), highSum = lowSum, lowProduct = lowSum, highProduct = lowSum;
    for (let i: usize = 0; i < stop; i += step) {
      const g = get<T>(dy + i, n, <T>0), gz = v128.mul<T>(g, standard<T>(get<T>(x + i, n, <T>0), middle, scale, rest));
      lowSum = f64x2.add(lowSum, low<T>(g)), highSum = f64x2.add(highSum, high<T>(g));
      lowProduct = f64x2.add(lowProduct, low<T>(gz)), highProduct = f64x2.add(highProduct, high<T>(gz));
    }
    const sum = narrowed<T>(lowSum, highSum), product = narrowed<T>(lowProduct, highProduct), size = v128.splat<T>(<T>job.outer);
    if (job.dweight != 0) {
      put<T>(at<T>(job.bias, j), n, sum);
      put<T>(at<T>(job.dweight, j), n, product);
    }
    const m = job.centred ? v128.div<T>(sum, size) : v128.splat<T>(<T>0), slope = v128.div<T>(product, size);
    const factor = v128.mul<T>(scale, parameter<T>(job.weight, j, n, <T>1));
    for (let i: usize = 0; i < stop; i += step) {
      const z = standard<T>(get<T>(x + i, n, <T>0), middle, scale, rest);
      put<T>(dx + i, n, v128.mul<T>(v128.sub<T>(v128.sub<T>(get<T>(dy + i, n, <T>0), m), v128.mul<T>(z, slope)), factor));
    }
    for (let group = j; group < min(groups, j + lanes<T>()); group++) {
      if (!isExtreme<T>(job, group)) continue;
      const dw = job.dweight == 0 ? 0 : at<T>(job.dweight, group), db = job.dweight == 0 ? 0 : at<T>(job.bias, group);
      if (dw != 0) {
        store<T>(dw, <T>0);
        store<T>(db, <T>0);
      }
      wideBackward<T>(job, group, dw, db);
    }
  }
}

// The kernels --------------------------------------------------------------------------------------------------------------------------------------------------

function jobOf(x: usize, weight: usize, y: usize, mean: usize, variance: usize, centred: i32, eps: f64, outer: i32, groups: i32, inner: i32, channels: i32, span: i32): Job {
  const job = changetype<Job>(own(jobs));
  job.eps = eps;
  job.x = x, job.y = y, job.mean = mean, job.variance = variance, job.weight = weight;
  job.centred = centred;
  job.outer = outer, job.groups = groups, job.inner = inner, job.channels = channels, job.span = span;
  return job;
}

/** Over n tasks of some elements each. */
function run(n: i32, elements: i32, chunk: Chunk, job: Job): void {
  parallel(n, 1 + WORTH / (elements + 1), chunk, changetype<usize>(job));
}

/** Over the vectors of columns. */
// @ts-ignore: decorator
@inline
function runColumns<T>(chunk: Chunk, job: Job): void {
  run((job.groups + lanes<T>() - 1) / lanes<T>(), job.outer * lanes<T>(), chunk, job);
}

function forward<T>(job: Job, bias: usize): void {
  job.bias = bias;
  if (job.columns()) runColumns<T>((begin: i32, end: i32, p: usize) => forwardColumns<T>(begin, end, p), job);
  else run(job.groups, job.size(), (begin: i32, end: i32, p: usize) => forwardGroups<T>(begin, end, p), job);
}

function backward<T>(job: Job, dy: usize, dweight: usize, dbias: usize, block: i32): void {
  job.dy = dy, job.dweight = dweight, job.bias = dbias, job.block = block;
  if (job.columns()) return runColumns<T>((begin: i32, end: i32, p: usize) => backwardColumns<T>(begin, end, p), job);
  if (job.size() == 0 || job.groups == 0) return;
  const places = job.channels / job.pieces(), samples = job.groups / places;
  run((samples + block - 1) / block * places, block * job.size(), (begin: i32, end: i32, p: usize) => backwardTasks<T>(begin, end, p), job);
}

export function standardize_f32(x: usize, weight: usize, bias: usize, y: usize, mean: usize, variance: usize, weighted: i32, biased: i32, centred: i32, eps: f64, outer: i32, groups: i32, inner: i32, channels: i32, span: i32): void { forward<f32>(jobOf(x, weighted ? weight : 0, y, mean, variance, centred, eps, outer, groups, inner, channels, span), biased ? bias : 0); }
export function standardize_f64(x: usize, weight: usize, bias: usize, y: usize, mean: usize, variance: usize, weighted: i32, biased: i32, centred: i32, eps: f64, outer: i32, groups: i32, inner: i32, channels: i32, span: i32): void { forward<f64>(jobOf(x, weighted ? weight : 0, y, mean, variance, centred, eps, outer, groups, inner, channels, span), biased ? bias : 0); }
export function standardize_bwd_f32(dy: usize, x: usize, mean: usize, variance: usize, weight: usize, dx: usize, dweight: usize, dbias: usize, weighted: i32, learnt: i32, centred: i32, eps: f64, outer: i32, groups: i32, inner: i32, channels: i32, span: i32, block: i32): void { backward<f32>(jobOf(x, weighted ? weight : 0, dx, mean, variance, centred, eps, outer, groups, inner, channels, span), dy, learnt ? dweight : 0, dbias, block); }
export function standardize_bwd_f64(dy: usize, x: usize, mean: usize, variance: usize, weight: usize, dx: usize, dweight: usize, dbias: usize, weighted: i32, learnt: i32, centred: i32, eps: f64, outer: i32, groups: i32, inner: i32, channels: i32, span: i32, block: i32): void { backward<f64>(jobOf(x, weighted ? weight : 0, dx, mean, variance, centred, eps, outer, groups, inner, channels, span), dy, learnt ? dweight : 0, dbias, block); }

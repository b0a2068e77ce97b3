// Rows of the norms: n contiguous elements of one group, whose end may be ragged. Sums are those of a few vectors in T, of more in float64.

import { at, get, lanes, put } from './at';
import { store4 } from './map';
import { own } from './scratch';
import { high, low, mad, total } from './vector';

const noParameters = memory.data(32, 16);

/** z = (x - mean) * scale. The mean is subtracted in two parts, what T holds of it and the rest: in nearly constant groups that is all there is. */
// @ts-ignore: decorator
@inline
export function standard<T>(x: v128, middle: v128, scale: v128, rest: v128): v128 {
  return mad<T>(v128.sub<T>(x, middle), scale, rest);
}

// Forward --------------------------------------------------------------------------------------------------------------------------------------------

/** What sumDistances returns beside its result: the sum of the squares. */
export let squares: f64 = 0;

/** Sums the distances of n elements from a guess of their mean, and their squares. */
export function sumDistances<T>(x: usize, n: i32, guess: T): f64 {
  const m = v128.splat<T>(guess), block = 4 * lanes<T>();
  let lower = f64x2.splat(0), upper = lower, lowerSquares = lower, upperSquares = lower;
  for (; n >= block; n -= block, x += 64) {
    const a = v128.sub<T>(v128.load(x), m), b = v128.sub<T>(v128.load(x, 16), m), c = v128.sub<T>(v128.load(x, 32), m), d = v128.sub<T>(v128.load(x, 48), m);
    const s = v128.add<T>(v128.add<T>(a, b), v128.add<T>(c, d)), q = mad<T>(d, d, mad<T>(c, c, mad<T>(b, b, v128.mul<T>(a, a))));
    lower = f64x2.add(lower, low<T>(s)), upper = f64x2.add(upper, high<T>(s));
    lowerSquares = f64x2.add(lowerSquares, low<T>(q)), upperSquares = f64x2.add(upperSquares, high<T>(q));
  }
  for (; n > 0; n -= lanes<T>(), x += 16) {
    const s = v128.sub<T>(get<T>(x, n, guess), m), q = v128.mul<T>(s, s);
    lower = f64x2.add(lower, low<T>(s)), upper = f64x2.add(upper, high<T>(s));
    lowerSquares = f64x2.add(lowerSquares, low<T>(q)), upperSquares = f64x2.add(upperSquares, high<T>(q));
  }
  squares = total(f64x2.add(lowerSquares, upperSquares));
  return total(f64x2.add(lower, upper));
}

/** y = (x - middle) * slope + level. */
export function lineRow<T>(x: usize, y: usize, n: i32, middle: v128, slope: v128, level: v128): void {
  const block = 4 * lanes<T>();
  for (; n >= block; n -= block, x += 64, y += 64) {
    const a = standard<T>(v128.load(x), middle, slope, level), b = standard<T>(v128.load(x, 16), middle, slope, level);
    store4(y, a, b, standard<T>(v128.load(x, 32), middle, slope, level), standard<T>(v128.load(x, 48), middle, slope, level));
  }
  for (; n > 0; n -= lanes<T>(), x += 16, y += 16) put<T>(y, n, standard<T>(get<T>(x, n, <T>0), middle, slope, level));
}

/** y = z * w + b, z = standard(x). */
export function weighRow<T>(x: usize, w: usize, b: usize, y: usize, n: i32, middle: v128, scale: v128, rest: v128): void {
  const block = 4 * lanes<T>(), none = own(noParameters);
  // What is not there is one vector of ones or zeros, from which the pointer does not move.
  const dw: usize = w == 0 ? 0 : 16, db: usize = b == 0 ? 0 : 16;
  v128.store(none, v128.splat<T>(<T>1));
  v128.store(none, v128.splat<T>(<T>0), 16);
  let p = w == 0 ? none : w, q = b == 0 ? none + 16 : b;
  for (; n >= block; n -= block, x += 64, y += 64, p += 4 * dw, q += 4 * db) {
    v128.store(y, mad<T>(standard<T>(v128.load(x), middle, scale, rest), v128.load(p), v128.load(q)));
    v128.store(y, mad<T>(standard<T>(v128.load(x, 16), middle, scale, rest), v128.load(p + dw), v128.load(q + db)), 16);
    v128.store(y, mad<T>(standard<T>(v128.load(x, 32), middle, scale, rest), v128.load(p + 2 * dw), v128.load(q + 2 * db)), 32);
    v128.store(y, mad<T>(standard<T>(v128.load(x, 48), middle, scale, rest), v128.load(p + 3 * dw), v128.load(q + 3 * db)), 48);
  }
  for (; n > 0; n -= lanes<T>(), x += 16, y += 16, p += dw, q += db) {
    const factor = dw == 0 ? v128.load(p) : get<T>(p, n, <T>1), shift = db == 0 ? v128.load(q) : get<T>(q, n, <T>0);
    put<T>(y, n, mad<T>(standard<T>(get<T>(x, n, <T>0), middle, scale, rest), factor, shift));
  }
}

// Backward -------------------------------------------------------------------------------------------------------------------------------------------

/** What the two sums of derivatives return beside their result: the sum of the products with z, or with x - middle. */
export let products: f64 = 0;

/** Sums w dy, and w dy z, over a row of channels; db and dw, if there are any, gain dy and dy z. */
export function sumChannels<T>(dy: usize, x: usize, w: usize, dw: usize, db: usize, n: i32, fill: T, middle: v128, scale: v128, rest: v128): f64 {
  let lower = f64x2.splat(0), upper = lower, lowerProducts = lower, upperProducts = lower;
  const group = 2 * lanes<T>();
  for (; n >= group; n -= group, dy += 32, x += 32) {
    let a = v128.load(dy), b = v128.load(dy, 16);
    let az = v128.mul<T>(a, standard<T>(v128.load(x), middle, scale, rest)), bz = v128.mul<T>(b, standard<T>(v128.load(x, 16), middle, scale, rest));
    if (dw != 0) {
      v128.store(db, v128.add<T>(v128.load(db), a));
      v128.store(db, v128.add<T>(v128.load(db, 16), b), 16);
      v128.store(dw, v128.add<T>(v128.load(dw), az));
      v128.store(dw, v128.add<T>(v128.load(dw, 16), bz), 16);
      dw += 32, db += 32;
    }
    if (w != 0) {
      const c = v128.load(w), d = v128.load(w, 16);
      a = v128.mul<T>(a, c), az = v128.mul<T>(az, c), b = v128.mul<T>(b, d), bz = v128.mul<T>(bz, d);
      w += 32;
    }
    a = v128.add<T>(a, b), az = v128.add<T>(az, bz);
    lower = f64x2.add(lower, low<T>(a)), upper = f64x2.add(upper, high<T>(a));
    lowerProducts = f64x2.add(lowerProducts, low<T>(az)), upperProducts = f64x2.add(upperProducts, high<T>(az));
  }
  for (; n > 0; n -= lanes<T>(), dy += 16, x += 16) {
    let a = get<T>(dy, n, <T>0), az = v128.mul<T>(a, standard<T>(get<T>(x, n, fill), middle, scale, rest));
    if (dw != 0) {
      put<T>(db, n, v128.add<T>(get<T>(db, n, <T>0), a));
      put<T>(dw, n, v128.add<T>(get<T>(dw, n, <T>0), az));
      dw += 16, db += 16;
    }
    if (w != 0) {
      const c = get<T>(w, n, <T>1);
      a = v128.mul<T>(a, c), az = v128.mul<T>(az, c);
      w += 16;
    }
    lower = f64x2.add(lower, low<T>(a)), upper = f64x2.add(upper, high<T>(a));
    lowerProducts = f64x2.add(lowerProducts, low<T>(az)), upperProducts = f64x2.add(upperProducts, high<T>(az));
  }
  products = total(f64x2.add(lowerProducts, upperProducts));
  return total(f64x2.add(lower, upper));
}

/** Sums dy, and dy (x - middle), over a piece of one channel. */
export function sumPiece<T>(dy: usize, x: usize, n: i32, fill: T): f64 {
  const m = v128.splat<T>(fill), block = 4 * lanes<T>();
  let lower = f64x2.splat(0), upper = lower, lowerProducts = lower, upperProducts = lower;
  for (; n >= block; n -= block, dy += 64, x += 64) {
    const a = v128.load(dy), b = v128.load(dy, 16), c = v128.load(dy, 32), d = v128.load(dy, 48);
    const p = mad<T>(b, v128.sub<T>(v128.load(x, 16), m), v128.mul<T>(a, v128.sub<T>(v128.load(x), m)));
    const q = mad<T>(d, v128.sub<T>(v128.load(x, 48), m), v128.mul<T>(c, v128.sub<T>(v128.load(x, 32), m)));
    const s = v128.add<T>(v128.add<T>(a, b), v128.add<T>(c, d)), t = v128.add<T>(p, q);
    lower = f64x2.add(lower, low<T>(s)), upper = f64x2.add(upper, high<T>(s));
    lowerProducts = f64x2.add(lowerProducts, low<T>(t)), upperProducts = f64x2.add(upperProducts, high<T>(t));
  }
  for (; n > 0; n -= lanes<T>(), dy += 16, x += 16) {
    const s = get<T>(dy, n, <T>0), t = v128.mul<T>(s, v128.sub<T>(get<T>(x, n, fill), m));
    lower = f64x2.add(lower, low<T>(s)), upper = f64x2.add(upper, high<T>(s));
    lowerProducts = f64x2.add(lowerProducts, low<T>(t)), upperProducts = f64x2.add(upperProducts, high<T>(t));
  }
  products = total(f64x2.add(lowerProducts, upperProducts));
  return total(f64x2.add(lower, upper));
}

/** dx = dy * factor - ((x - middle) * slope + level), the factor times w where there is one. */
export function returnRow<T>(dy: usize, x: usize, w: usize, dx: usize, n: i32, factor: v128, middle: v128, slope: v128, level: v128): void {
  const group = 2 * lanes<T>();
  for (; n >= group; n -= group, dy += 32, x += 32, dx += 32) {
    let a = v128.mul<T>(v128.load(dy), factor), b = v128.mul<T>(v128.load(dy, 16), factor);
    const c = standard<T>(v128.load(x), middle, slope, level), d = standard<T>(v128.load(x, 16), middle, slope, level);
    if (w != 0) {
      a = v128.mul<T>(a, v128.load(w)), b = v128.mul<T>(b, v128.load(w, 16));
      w += 32;
    }
    v128.store(dx, v128.sub<T>(a, c));
    v128.store(dx, v128.sub<T>(b, d), 16);
  }
  for (; n > 0; n -= lanes<T>(), dy += 16, x += 16, dx += 16) {
    let a = v128.mul<T>(get<T>(dy, n, <T>0), factor);
    if (w != 0) {
      a = v128.mul<T>(a, get<T>(w, n, <T>1));
      w += 16;
    }
    put<T>(dx, n, v128.sub<T>(a, standard<T>(get<T>(x, n, <T>0), middle, slope, level)));
  }
}

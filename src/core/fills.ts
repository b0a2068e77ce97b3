// The loops that turn random words into elements: y from first to end out of the words w, one or two an element. They are functions of their own because V8
// keeps numbers that a closure captures boxed. `% m >>> 0` makes V8 divide integers.

import type { TypedArray } from './dtype.js';

export type FloatArray = Float32Array | Float64Array;
export type NumberArray = Exclude<TypedArray, BigInt64Array>;

export const TWO_32 = 2 ** 32;
export const TWO_PI = 2 * Math.PI;
const { fround } = Math;

/** The low 53 of 64 random bits. */
export const low53 = (high: number, low: number): number => (high & 0x1fffff) * TWO_32 + low;

/** a * b + c rounded once (but for ties hit by chance 2^-53): PyTorch's kernel is compiled to a fused multiply-add. Dekker's product, Knuth's sum. */
function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const ta = 134217729 * a;
  const tb = 134217729 * b;
  const ah = ta - (ta - a);
  const bh = tb - (tb - b);
  const al = a - ah;
  const bl = b - bh;
  const productError = ah * bh - product + ah * bl + al * bh + al * bl;
  const sum = product + c;
  const part = sum - product;
  const sumError = product - (sum - part) + (c - part);
  return sum + (sumError + productError);
}

export function uniforms32(y: Float32Array, first: number, end: number, w: Uint32Array, scale: number, from: number): void {
  for (let i = first, k = 0; i < end; i++, k++) y[i] = (w[k] & 0xffffff) * scale + from;
}

export function uniforms64(y: Float64Array, first: number, end: number, w: Uint32Array, scale: number, from: number): void {
  if (from === 0) for (let i = first, k = 0; i < end; i++, k += 2) y[i] = low53(w[k], w[k + 1]) * scale;
  else for (let i = first, k = 0; i < end; i++, k += 2) y[i] = fma(low53(w[k], w[k + 1]), scale, from);
}

export function remainders(y: NumberArray, first: number, end: number, w: Uint32Array, modulus: number, base: number): void {
  // Only int32's whole range has a modulus past 32 bits: there every word is its own remainder.
  const m = modulus >>> 0;
  if (m === 0) for (let i = first, k = 0; i < end; i++, k++) y[i] = w[k] + base;
  else for (let i = first, k = 0; i < end; i++, k++) y[i] = ((w[k] % m) >>> 0) + base;
}

export function remainderPairs(pairs: Int32Array, first: number, end: number, w: Uint32Array, modulus: number, base: number): void {
  const m = modulus >>> 0;
  for (let i = first, k = 0; i < end; i++, k++) {
    const value = ((w[k] % m) >>> 0) + base;
    pairs[2 * i] = value;
    pairs[2 * i + 1] = Math.floor(value * 2 ** -32);
  }
}

export function shuffle(p: Int32Array, first: number, end: number, w: Uint32Array): void {
  for (let i = first, k = 0; i < end; i++, k++) {
    const j = i + ((w[k] % ((p.length - i) >>> 0)) >>> 0);
    const kept = p[i];
    p[i] = p[j];
    p[j] = kept;
  }
}

/** y = value where the low 53 bits are below bound. The high words decide without a branch (a random branch costs more than the draw) but for one in 2^21. */
export function keeps(y: NumberArray, stride: number, first: number, end: number, w: Uint32Array, bound: number, value: number): void {
  const high = Math.floor(bound / TWO_32);
  const low = bound - high * TWO_32;
  for (let i = first, k = 0; i < end; i++, k += 2) {
    const difference = (w[k] & 0x1fffff) - high;
    const below = difference === 0 ? (w[k + 1] < low ? 1 : 0) : (difference >> 31) & 1;
    y[stride * i] = below * value;
  }
}

export function exponentials(y: FloatArray, first: number, end: number, w: Uint32Array, scale: number): void {
  for (let i = first, k = 0; i < end; i++, k += 2) y[i] = scale * Math.log(1 - low53(w[k], w[k + 1]) * 2 ** -53);
}

/** y = 1 where the draw of y's place is below p's, which decides its precision by the words it takes. */
export function bernoullis(y: NumberArray, stride: number, first: number, end: number, w: Uint32Array, each: number, p: FloatArray): void {
  if (each === 1) for (let i = first, k = 0; i < end; i++, k++) y[stride * i] = (w[k] & 0xffffff) * 2 ** -24 < p[i] ? 1 : 0;
  else for (let i = first, k = 0; i < end; i++, k += 2) y[stride * i] = low53(w[k], w[k + 1]) * 2 ** -53 < p[i] ? 1 : 0;
}

/** 16 uniforms become 16 normals, j and j + 8 from one pair; float64. */
export function boxMuller64(y: FloatArray, at: number, mean: number, std: number): void {
  for (let j = at; j < at + 8; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - y[j]));
    const theta = TWO_PI * y[j + 8];
    y[j] = radius * Math.cos(theta) * std + mean;
    y[j + 8] = radius * Math.sin(theta) * std + mean;
  }
}

/** The same with every step rounded to float32 where PyTorch's AVX2 kernel rounds. */
export function boxMuller32(y: FloatArray, at: number, mean: number, std: number): void {
  const twoPi = fround(TWO_PI);
  const m = fround(mean);
  const s = fround(std);
  for (let j = at; j < at + 8; j++) {
    const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(1 - y[j])))));
    const theta = fround(twoPi * y[j + 8]);
    y[j] = fround(radius * fround(Math.cos(theta))) * s + m;
    y[j + 8] = fround(radius * fround(Math.sin(theta))) * s + m;
  }
}

// The loops that turn random words into elements: y from first to end out of the words w, one or two an element. They are functions of their own because V8
// keeps numbers that a closure captures boxed. `% m >>> 0` makes V8 divide integers.

import type { TypedArray } from './dtype.js';

export type FloatArray = Float32Array | Float64Array;
export type NumberArray = Exclude<TypedArray, BigInt64Array>;

export const TWO_32 = 2 ** 32;
export const TWO_PI = 2 * Math.PI;

/** The low 53 of 64 random bits. */
export const low53 = (high: number, low: number): number => (high & 0x1fffff) * TWO_32 + low;

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

export function exponentials(y: FloatArray, first: number, end: number, w: Uint32Array, scale: number): void {
  for (let i = first, k = 0; i < end; i++, k += 2) y[i] = scale * Math.log(1 - low53(w[k], w[k + 1]) * 2 ** -53);
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

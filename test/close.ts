// How near a float must be to the truth: in units in the last place of the truth, and in machine epsilons where terms of a sum cancel.
import type { DType } from '../src/core/dtype.js';

export interface Tolerance {
  /** Units in the last place of the truth. */
  readonly ulp: number;
  /** Machine epsilons, absolute: for sums whose terms are larger than they. */
  readonly eps?: number;
}

interface Format {
  readonly epsilon: number;
  readonly smallest: number;
  readonly largest: number;
}
const formats: Partial<Record<DType, Format>> = {
  float32: { epsilon: 2 ** -23, smallest: 2 ** -149, largest: (2 - 2 ** -23) * 2 ** 127 },
  float64: { epsilon: 2 ** -52, smallest: 2 ** -1074, largest: Number.MAX_VALUE },
};

const bits = new DataView(new ArrayBuffer(8));
/** The power of two at or below |x|, for finite x other than 0. */
function binade(x: number): number {
  bits.setFloat64(0, x);
  const exponent = (bits.getUint16(0) >> 4) & 0x7ff;
  return exponent === 0 ? 2 ** -1022 : 2 ** (exponent - 1023);
}

/** The distance between neighbouring numbers of a format around x. */
export const ulpAt = (x: number, { epsilon, smallest }: Format): number => Math.max(binade(x) * epsilon, smallest);

/** Whether `got` is as near to `want` as the tolerance asks. NaN must be NaN; infinities equal, except that an overflow may be missed by the bound. */
export function isClose(got: number, want: number, dtype: DType, { ulp, eps = 0 }: Tolerance): boolean {
  if (Number.isNaN(want)) return Number.isNaN(got);
  const format = formats[dtype];
  if (format === undefined || got === want) return got === want;
  const { largest, epsilon } = format;
  const [a, b] = [got, want].map((v) => Math.sign(v) * Math.min(Math.abs(v), largest * (1 + epsilon)));
  if (!Number.isFinite(want) && !Number.isFinite(got)) return false;
  return Math.abs(a - b) <= ulp * ulpAt(b, format) + eps * epsilon;
}

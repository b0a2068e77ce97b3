// Inputs that every language can make, and the figures of a result that all contestants must agree on.

/** A prime, so that a tensor of up to a million elements holds no value twice and a maximum has no ties. */
const period = 1_048_573;
let drawn = new Float64Array(0);

/** Values of -1/2 to 1/2: (7919 (offset + i) mod 1048573) / 1048573 - 1/2. */
export function pattern(count: number, offset = 0): Float64Array {
  if (drawn.length < offset + count) {
    drawn = new Float64Array(offset + count);
    for (let i = 0, v = 0; i < drawn.length; i++) {
      drawn[i] = v / period - 0.5;
      v = (v + 7919) % period;
    }
  }
  return drawn.subarray(offset, offset + count);
}
/** The pattern, stretched and shifted. */
export const scaled = (count: number, offset: number, scale: number, shift = 0): Float32Array =>
  Float32Array.from(pattern(count, offset), (v) => v * scale + shift);

/** Labels of 0 to classes - 1. */
export const labelsOf = (count: number, classes: number): number[] => Array.from({ length: count }, (_, i) => (i * 7) % classes);

/** Mean magnitude, and eight elements spread over the result. */
export function digest(values: ArrayLike<number>): number[] {
  const { length } = values;
  let sum = 0;
  for (let i = 0; i < length; i++) sum += Math.abs(values[i]);
  return [sum / length, ...Array.from({ length: Math.min(8, length) }, (_, i) => values[(i * 104_729 + 1) % length])];
}

/** Multiply-adds, twice, that a loop without blocking, about one a nanosecond, is given time for. */
export const patient = 3e8;

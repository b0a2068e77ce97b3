// The gamma function's family, inverse erf and Bessel functions in float64, by recurrence, bisection and plain series: slower than the kernels, and by other ways.
import { erf, erfc } from './truth.js';

/** Moves x up to 20 or more; gives the factors passed on the way. */
function raised(x: number): { high: number; passed: number[] } {
  const passed: number[] = [];
  for (; x < 20; x++) passed.push(x);
  return { high: x, passed };
}
const isPole = (x: number): boolean => x <= 0 && Number.isInteger(x);
const far = -200;

export function lgamma(x: number): number {
  if (!Number.isFinite(x)) return x * x;
  if (isPole(x)) return Number.POSITIVE_INFINITY;
  if (x < far) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x - Math.round(x))) * x)) - lgamma(-x);
  const { high, passed } = raised(x);
  const r = 1 / high;
  const tail = r / 12 - r ** 3 / 360 + r ** 5 / 1260 - r ** 7 / 1680 + r ** 9 / 1188;
  const logs = passed.reduce((sum, v) => sum + Math.log(Math.abs(v)), 0);
  return (high - 0.5) * Math.log(high) - high + Math.log(2 * Math.PI) / 2 + tail - logs;
}

export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (isPole(x) || x === Number.NEGATIVE_INFINITY) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x < far) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)));
  const { high, passed } = raised(x);
  const z = 1 / (high * high);
  return Math.log(high) - 0.5 / high - z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z / 132)))) - passed.reduce((sum, v) => sum + 1 / v, 0);
}

/** For x within reach of a recurrence. */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  let factor = n % 2 === 0 ? -1 : 1;
  for (let k = 2; k <= n; k++) factor *= k;
  if (isPole(x)) return factor * Number.POSITIVE_INFINITY;
  const s = n + 1;
  const { high, passed } = raised(x);
  const p = high ** -s;
  const z = 1 / (high * high);
  const tail =
    1 / 12 -
    (z * (s + 1) * (s + 2)) / 720 +
    (z * z * (s + 1) * (s + 2) * (s + 3) * (s + 4)) / 30240 -
    (z ** 3 * (s + 1) * (s + 2) * (s + 3) * (s + 4) * (s + 5) * (s + 6)) / 1209600;
  return factor * (passed.reduce((sum, v) => sum + v ** -s, 0) + p * (high / (s - 1) + 0.5 + (s * tail) / high));
}

export function erfinv(y: number): number {
  const t = Math.abs(y);
  if (!(t < 1)) return t === 1 ? y * Number.POSITIVE_INFINITY : Number.NaN;
  if (t < 1e-8) return (y * Math.sqrt(Math.PI)) / 2;
  let [low, high] = [0, 6];
  for (let i = 0; i < 60; i++) {
    const x = (low + high) / 2;
    if (t < 0.5 ? erf(x) < t : erfc(x) > 1 - t) low = x;
    else high = x;
  }
  return Math.sign(y) * low;
}

export function besselI(order: number, x: number): number {
  const t = Math.abs(x);
  const sign = order === 1 && x < 0 ? -1 : 1;
  if (t > 720) return sign * Number.POSITIVE_INFINITY;
  let term = order === 1 ? t / 2 : 1;
  let sum = term;
  for (let k = 1; term > sum * 1e-18; k++) {
    term *= (t * t) / 4 / (k * (k + order));
    sum += term;
  }
  return order === 1 && x === 0 ? x : sign * sum;
}

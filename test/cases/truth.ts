// Functions that JavaScript's Math lacks, in float64.

/** erf by its series: all terms are positive, so that nothing cancels. For small |x|. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 2e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * gauss(x) * sum;
}
/** exp(-x^2) with the rounding of x^2 made good. */
function gauss(x: number): number {
  if (Math.abs(x) > 40) return 0;
  const high = Math.fround(x);
  const low = x - high;
  return Math.exp(-high * high) * Math.exp(-low * (2 * high + low));
}
/** erfc by its continued fraction, from the far end. For larger x. */
function erfcFraction(x: number): number {
  let f = 0;
  for (let n = 120; n > 0; n--) f = n / 2 / (x + f);
  return gauss(x) / Math.sqrt(Math.PI) / (x + f);
}

/** Where the one takes over from the other: both are good to a few ulp there. */
const near = 1.25;
export const erfc = (x: number): number => (x < near ? (x < -near ? 2 - erfcFraction(-x) : 1 - erfSeries(x)) : erfcFraction(x));
export const erf = (x: number): number => (Math.abs(x) < near ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(Math.abs(x))));

/** C's pow, which differs from JavaScript's for bases of 1 and -1. */
export const power = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b);

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const softplus = (x: number, beta = 1, threshold = 20): number => (x * beta > threshold ? x : Math.log1p(Math.exp(x * beta)) / beta);
export const silu = (x: number): number => x / (1 + Math.exp(-x));

const phi = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const Phi = (x: number): number => erfc(-x / Math.SQRT2) / 2;
export const gelu = (x: number): number => x * Phi(x);
export const geluSlope = (x: number): number => Phi(x) + (Number.isFinite(x) ? x * phi(x) : 0);

const c = Math.sqrt(2 / Math.PI);
const a = 0.044715;
/** (1 + tanh u) / 2 = sigmoid(2 u), which keeps its precision for negative u. */
export const geluTanh = (x: number): number => x * sigmoid(2 * c * (x + a * x ** 3));
export function geluTanhSlope(x: number): number {
  const s = sigmoid(2 * c * (x + a * x ** 3));
  return s + (Number.isFinite(x) ? x * s * (1 - s) * 2 * c * (1 + 3 * a * x * x) : 0);
}
export const siluSlope = (x: number): number => {
  const s = sigmoid(x);
  return s + (Number.isFinite(x) ? x * s * (1 - s) : 0);
};

export const roundEven = (x: number): number => {
  const low = Math.floor(x);
  const nearest = x - low > 0.5 || (x - low === 0.5 && low % 2 !== 0) ? low + 1 : low;
  return nearest === 0 ? x * 0 : nearest;
};

/** Neumaier's sum: what each addition loses is kept beside. */
export function total(values: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const v of values) {
    const next = sum + v;
    lost += Math.abs(sum) >= Math.abs(v) ? sum - next + v : v - next + sum;
    sum = next;
  }
  return Number.isFinite(lost) ? sum + lost : sum;
}
export const times = (values: readonly number[]): number => values.reduce((s, v) => s * v, 1);
export const average = (values: readonly number[]): number => total(values) / values.length;
export const most = (values: readonly number[]): number =>
  values.some(Number.isNaN) ? Number.NaN : values.reduce((m, v) => Math.max(m, v), Number.NEGATIVE_INFINITY);
export const least = (values: readonly number[]): number => -most(values.map((v) => -v));
/** The first place of the largest element, or of the first NaN. */
export const placeOfMost = (values: readonly number[]): number => {
  const nan = values.findIndex(Number.isNaN);
  return nan >= 0 ? nan : values.indexOf(most(values));
};
export const variance = (values: readonly number[], correction = 1): number => {
  const mean = average(values);
  return total(values.map((v) => (v - mean) ** 2)) / Math.max(values.length - correction, 0);
};
export function logsumexp(values: readonly number[]): number {
  const top = most(values);
  return Number.isFinite(top) ? top + Math.log(total(values.map((v) => Math.exp(v - top)))) : top;
}
export function softmax(values: readonly number[]): number[] {
  const top = most(values);
  const exps = values.map((v) => Math.exp(v - top));
  const s = total(exps);
  return exps.map((e) => e / s);
}
export const logSoftmax = (values: readonly number[]): number[] => {
  const top = most(values);
  const log = Math.log(total(values.map((v) => Math.exp(v - top))));
  return values.map((v) => v - top - log);
};

/** tanh(softplus x) + x sech^2(softplus x) sigmoid x. */
export function mishSlope(x: number): number {
  const t = Math.tanh(softplus(x));
  return t + (Number.isFinite(x) ? x * sigmoid(x) * (1 - t * t) : 0);
}

/** The remainder with the sign of the divisor. */
export function modulo(a: number, b: number): number {
  const r = a % b;
  return r !== 0 && r < 0 !== b < 0 ? r + b : r;
}

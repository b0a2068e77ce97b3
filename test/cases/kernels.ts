// A plain reference for every kernel of the contract: the same parameters over plain arrays, element by element, as the contract's comments say it. Floats are computed in float64,
// integers as bigints. The mapped type refuses to compile when a kernel has none.
import { low53 } from '../../src/core/fills.js';
import { MersenneTwister } from '../../src/core/mt19937.js';
import type { contract, KernelName } from '../../src/kernels/contract.js';
import type { Tolerance } from '../close.js';
import * as gamma from './gamma.js';
import * as images from './images.js';
import * as alongLine from './lines.js';
import * as recurrent from './recurrent.js';
import * as standard from './standardize.js';
import * as truth from './truth.js';

/** A buffer of a kernel: elements around and at `at`, read and written as numbers or, for integer dtypes, bigints. */
export interface Buffer {
  readonly integer: boolean;
  /** Whether the elements are float32. */
  readonly single: boolean;
  get(i: number): number;
  set(i: number, value: number): void;
  big(i: number): bigint;
  setBig(i: number, value: bigint): void;
}

/** The arguments of a call by the names of the contract's row. */
export interface Call {
  readonly buffers: Readonly<Record<string, Buffer>>;
  readonly numbers: Readonly<Record<string, number>>;
  /** Rows [size, stride of every buffer]. */
  readonly dims: readonly number[];
}

/** The names of a row's parameters of some kinds. */
type Named<S extends string, Kinds extends string> = S extends `${infer Head} ${infer Tail}`
  ? Named<Head, Kinds> | Named<Tail, Kinds>
  : S extends `${infer Name}:${Kinds}`
    ? Name
    : never;

type Range = readonly [low: number, high: number];

export interface Reference<K extends KernelName = KernelName> {
  readonly run: (call: Call) => void;
  readonly tolerance: Tolerance;
  /** Where the elements of an input lie, if not in [-3, 3]; integers get whole numbers of it. */
  readonly ranges: Partial<Record<Named<(typeof contract)[K][1], 'r' | 'u'>, Range>>;
  /** Sets of the kernel's own numbers (sizes and strides are the suite's). */
  readonly numbers: readonly Partial<Record<Named<(typeof contract)[K][1], 'i' | 'f'>, number>>[];
  /** Truth of one element, for kernels whose accuracy is measured over all exponents in float32. */
  readonly truth?: (x: number) => number;
  /** Ulps allowed there, if not the contract's 4. */
  readonly absolute?: number;
}

// Walking ------------------------------------------------------------------------------------------------------------------------------------------------------

/** Visits every element of the rows in row-major order with the offsets of the buffers. */
export function walk(dims: readonly number[], nd: number, buffers: number, visit: (...offsets: number[]) => void): void {
  const width = buffers + 1;
  const index = new Array<number>(nd).fill(0);
  let left = 1;
  for (let d = 0; d < nd; d++) left *= dims[d * width];
  for (; left > 0; left--) {
    visit(...Array.from({ length: buffers }, (_, b) => index.reduce((at, i, d) => at + i * dims[d * width + 1 + b], 0)));
    for (let d = nd - 1; d >= 0 && ++index[d] === dims[d * width]; d--) index[d] = 0;
  }
}

// Builders -----------------------------------------------------------------------------------------------------------------------------------------------------

type Options = Partial<Pick<Reference, 'tolerance' | 'numbers' | 'absolute'>> & { ranges?: Record<string, Range> };
const reference = (run: Reference['run'], { tolerance = { ulp: 4 }, numbers = [{}], ranges = {}, absolute }: Options = {}): Reference =>
  ({ run, tolerance, numbers, ranges, absolute }) as Reference;

/** Elementwise: y from the inputs in the order of the row, and the kernel's numbers. Integers by `whole`, if it differs. */
function map(
  inputs: string,
  output: string,
  f: (values: number[], n: Readonly<Record<string, number>>) => number,
  options: Options & { whole?: (values: bigint[], n: Readonly<Record<string, number>>) => bigint } = {},
): Reference {
  const names = inputs.split(' ').filter((name) => name !== '');
  return reference(({ buffers, numbers, dims }) => {
    const y = buffers[output];
    walk(dims, numbers.nd, names.length + 1, (...at) => {
      const to = at[names.length];
      if (y.integer && options.whole !== undefined)
        y.setBig(
          to,
          options.whole(
            names.map((name, i) => buffers[name].big(at[i])),
            numbers,
          ),
        );
      else
        y.set(
          to,
          f(
            names.map((name, i) => buffers[name].get(at[i])),
            numbers,
          ),
        );
    });
  }, options);
}
const unary = (f: (x: number) => number, options: Options & { whole?: (x: bigint) => bigint; accuracy?: boolean } = {}): Reference => ({
  ...map('x', 'y', ([x]) => f(x), { ...options, whole: options.whole && (([x]) => options.whole!(x)) }),
  ...(options.accuracy === false ? {} : { truth: f }),
});
const binary = (f: (a: number, b: number) => number, whole?: (a: bigint, b: bigint) => bigint, options: Options = {}): Reference =>
  map('a b', 'y', ([a, b]) => f(a, b), { ...options, whole: whole && (([a, b]) => whole(a, b)) });
const backward = (f: (dy: number, saved: number, n: Readonly<Record<string, number>>) => number, options: Options = {}): Reference =>
  map('a b', 'y', ([dy, saved], n) => f(dy, saved, n), { tolerance: { ulp: 8, eps: 8 }, ...options });

/** The lines of (outer, r, inner), as offsets. */
function lines({ outer, r, inner }: Readonly<Record<string, number>>, visit: (line: number[], to: number) => void): void {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      visit(
        Array.from({ length: r }, (_, k) => (o * r + k) * inner + i),
        o * inner + i,
      );
}
const reduce = (
  f: (values: number[], n: Readonly<Record<string, number>>) => number,
  options: Options & { whole?: (values: bigint[]) => bigint } = {},
): Reference =>
  reference(
    ({ buffers: { x, y }, numbers }) => {
      lines(numbers, (line, to) => {
        if (y.integer && options.whole !== undefined) y.setBig(to, options.whole(line.map((i) => x.big(i))));
        else
          y.set(
            to,
            f(
              line.map((i) => x.get(i)),
              numbers,
            ),
          );
      });
    },
    { tolerance: { ulp: 4, eps: 16 }, ...options },
  );
const alongLines = (inputs: string, output: string, f: (...lines: number[][]) => number[], options: Options = {}): Reference =>
  reference(
    ({ buffers, numbers }) => {
      lines(numbers, (line) => {
        const values = f(...inputs.split(' ').map((name) => line.map((i) => buffers[name].get(i))));
        line.forEach((to, k) => {
          buffers[output].set(to, values[k]);
        });
      });
    },
    { tolerance: { ulp: 8, eps: 16 }, ...options },
  );

const positive = { x: [0.05, 20] as Range };
const bigMax = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const bigMin = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const least2 = (a: number, b: number): number => -truth.most([-a, -b]);
const dot = (a: number[], b: number[]): number => truth.total(a.map((v, i) => v * b[i]));

function wholePow(base: bigint, exponent: bigint): bigint {
  if (exponent >= 0n) return base ** exponent;
  if (base === 1n) return 1n;
  return base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
}

// The table ----------------------------------------------------------------------------------------------------------------------------------------------------

const ints = (low: number, high: number): Range => [low, high];
const gather: Reference['run'] = ({ buffers: { x, idx, y }, numbers: { nd, sdim }, dims }) =>
  walk(dims, nd, 3, (xs, is, ys) => {
    y.set(ys, x.get(xs + idx.get(is) * sdim));
  });

/** Draws n elements from the generator whose state is given, and moves that on. */
const draws =
  (element: (word: () => number, y: Buffer, n: Readonly<Record<string, number>>) => number): Reference['run'] =>
  ({ buffers: { state, y }, numbers }) => {
    const twister = new MersenneTwister();
    for (let k = 0; k < twister.state.length; k++) twister.state[k] = state.get(k);
    for (let i = 0; i < numbers.n; i++)
      y.set(
        i,
        element(() => twister.next(), y, numbers),
      );
    for (const [k, word] of twister.state.entries()) state.set(k, word);
  };

export const references: { readonly [K in KernelName]: Reference<K> | Reference } = {
  fill: map('', 'y', (_, n) => n.value, { tolerance: { ulp: 0 }, numbers: [{ value: 7 }, { value: 0 }] as never }),
  arange: reference(
    ({ buffers: { y }, numbers: { start, step, n } }) => {
      for (let i = 0; i < n; i++) y.set(i, start + i * step);
    },
    {
      tolerance: { ulp: 0 },
      numbers: [
        { start: 3, step: 2 },
        { start: 200, step: -1 },
      ] as never,
    },
  ),
  cast: map('x', 'y', ([x]) => x, { tolerance: { ulp: 0 } }),
  where: map('c a b', 'y', ([c, a, b]) => (c !== 0 ? a : b), { tolerance: { ulp: 0 } }),
  gather: reference(gather, { tolerance: { ulp: 0 } }),
  scatter_add: reference(
    ({ buffers: { x, idx, y }, numbers: { nd, sdim }, dims }) =>
      walk(dims, nd, 3, (xs, is, ys) => {
        const to = ys + idx.get(is) * sdim;
        y.set(to, y.get(to) + x.get(xs));
      }),
    { tolerance: { ulp: 4, eps: 32 } },
  ),
  scatter: reference(
    ({ buffers: { x, idx, y }, numbers: { nd, sdim }, dims }) =>
      walk(dims, nd, 3, (xs, is, ys) => {
        y.set(ys + idx.get(is) * sdim, x.get(xs));
      }),
    { tolerance: { ulp: 0 } },
  ),
  scatter_reduce: reference(
    ({ buffers: { x, idx, y }, numbers: { how, nd, sdim }, dims }) =>
      walk(dims, nd, 3, (xs, is, ys) => {
        const to = ys + idx.get(is) * sdim;
        const [a, b] = [y.get(to), x.get(xs)];
        y.set(to, how === 0 ? a * b : how === 1 ? Math.max(a, b) : Math.min(a, b));
      }),
    { tolerance: { ulp: 150 }, numbers: [{ how: 0 }, { how: 1 }, { how: 2 }] },
  ),
  wrap_index: reference(
    ({ buffers: { idx, y, bad }, numbers: { n, size, wrap } }) => {
      let first = -1;
      for (let i = 0; i < n; i++) {
        const v = idx.get(i);
        const wrapped = v < 0 && wrap !== 0 ? v + size : v;
        y.set(i, wrapped);
        if (first < 0 && (wrapped < 0 || wrapped >= size)) first = i;
      }
      bad.set(0, first);
    },
    {
      tolerance: { ulp: 0 },
      ranges: { idx: ints(-9, 9) },
      numbers: [
        { size: 10, wrap: 1 },
        { size: 10, wrap: 0 },
        { size: 8, wrap: 1 },
      ] as never,
    },
  ),

  neg: unary((x) => -x, { tolerance: { ulp: 0 }, whole: (x) => -x, accuracy: false }),
  abs: unary(Math.abs, { tolerance: { ulp: 0 }, whole: (x) => (x < 0n ? -x : x), accuracy: false }),
  sign: unary((x) => (x > 0 ? 1 : x < 0 ? -1 : 0), { tolerance: { ulp: 0 }, accuracy: false }),
  relu: unary((x) => (x >= 0 || Number.isNaN(x) ? x : 0), { tolerance: { ulp: 0 }, accuracy: false }),
  exp: unary(Math.exp),
  log: unary(Math.log, { ranges: positive }),
  sqrt: unary(Math.sqrt, { tolerance: { ulp: 0.5 }, ranges: positive }),
  rsqrt: unary((x) => 1 / Math.sqrt(x), { ranges: positive }),
  sin: unary(Math.sin, { ranges: { x: [-50, 50] } }),
  cos: unary(Math.cos, { ranges: { x: [-50, 50] } }),
  floor: unary(Math.floor, { tolerance: { ulp: 0 } }),
  ceil: unary(Math.ceil, { tolerance: { ulp: 0 } }),
  round: unary(truth.roundEven, { tolerance: { ulp: 0 } }),
  trunc: unary(Math.trunc, { tolerance: { ulp: 0 } }),
  erf: unary(truth.erf, { tolerance: { ulp: 8 } }),
  sigmoid: unary(truth.sigmoid),
  tanh: unary(Math.tanh),
  // Float64 within the reference's own error: 1 - erf loses some bits.
  gelu: unary(truth.gelu, { tolerance: { ulp: 4, eps: 64 }, absolute: 1e-7 }),
  gelu_tanh: unary(truth.geluTanh, { tolerance: { ulp: 8, eps: 8 }, absolute: 1e-7 }),
  silu: unary(truth.silu),
  softplus: {
    ...map('x', 'y', ([x], { beta, threshold }) => truth.softplus(x, beta, threshold), {
      numbers: [
        { beta: 1, threshold: 20 },
        { beta: 2, threshold: 3 },
      ] as never,
    }),
    truth: (x: number) => truth.softplus(x),
  },
  clamp: map('x', 'y', ([x], { lo, hi }) => (Number.isNaN(x) ? x : Math.min(Math.max(x, lo), hi)), {
    tolerance: { ulp: 0 },
    numbers: [
      { lo: -1, hi: 2 },
      { lo: 1, hi: 1 },
      { lo: 2, hi: 1 },
    ] as never,
  }),

  tan: unary(Math.tan, { ranges: { x: [-1.4, 1.4] } }),
  asin: unary(Math.asin, { ranges: { x: [-1, 1] } }),
  acos: unary(Math.acos, { ranges: { x: [-1, 1] } }),
  atan: unary(Math.atan),
  sinh: unary(Math.sinh),
  cosh: unary(Math.cosh),
  asinh: unary(Math.asinh),
  acosh: unary(Math.acosh, { ranges: { x: [1, 9] } }),
  atanh: unary(Math.atanh, { ranges: { x: [-1, 1] } }),
  exp2: unary((x) => 2 ** x),
  expm1: unary(Math.expm1),
  log1p: unary(Math.log1p, { ranges: { x: [-0.9, 20] } }),
  log2: unary(Math.log2, { ranges: positive }),
  log10: unary(Math.log10, { ranges: positive }),
  // The reference's own error: its series and its continued fraction lose some bits.
  erfc: unary(truth.erfc, { tolerance: { ulp: 64 } }),
  erfinv: unary(gamma.erfinv, { tolerance: { ulp: 16, eps: 8 }, ranges: { x: [-1, 1] } }),
  lgamma: unary(gamma.lgamma, { tolerance: { ulp: 4, eps: 256 }, ranges: { x: [-5, 40] }, accuracy: false }),
  digamma: unary(gamma.digamma, { tolerance: { ulp: 16, eps: 256 }, ranges: positive, accuracy: false }),
  polygamma: map('x', 'y', ([x], { n }) => gamma.polygamma(n, x), {
    tolerance: { ulp: 64, eps: 64 },
    ranges: positive,
    numbers: [{ n: 0 }, { n: 1 }, { n: 4 }] as never,
  }),
  bessel_i: {
    ...map('x', 'y', ([x], { order }) => gamma.besselI(order, x), {
      tolerance: { ulp: 64 },
      ranges: { x: [-40, 40] },
      numbers: [{ order: 0 }, { order: 1 }] as never,
    }),
    truth: (x: number) => gamma.besselI(0, x),
  },
  leaky_relu: map('x', 'y', ([x], { slope }) => (x > 0 ? x : x * slope), { tolerance: { ulp: 1 }, numbers: [{ slope: 0.5 }] as never }),
  elu: map('x', 'y', ([x], { alpha, rate }) => (x <= 0 ? alpha * Math.expm1(rate * x) : x), {
    tolerance: { ulp: 6 },
    numbers: [
      { alpha: 1, rate: 1 },
      { alpha: 2, rate: 0.5 },
    ] as never,
  }),
  mish: unary((x) => (x > 20 ? x : x * Math.tanh(truth.softplus(x))), { tolerance: { ulp: 16 }, accuracy: false }),
  hardswish: unary((x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6, { tolerance: { ulp: 4, eps: 4 }, accuracy: false }),

  add: map('a b', 'y', ([a, b], { alpha }) => a + alpha * b, {
    tolerance: { ulp: 1, eps: 4 },
    numbers: [{ alpha: 1 }, { alpha: -1 }, { alpha: 3 }] as never,
    whole: ([a, b], { alpha }) => a + BigInt(alpha) * b,
  }),
  mul: binary(
    (a, b) => a * b,
    (a, b) => a * b,
    { tolerance: { ulp: 0.5 } },
  ),
  div: binary((a, b) => a / b, undefined, { tolerance: { ulp: 0.5 } }),
  pow: binary(truth.power, wholePow, { ranges: { a: [0.05, 5], b: [-3, 5] } }),
  atan2: binary(Math.atan2),
  hypot: binary(Math.hypot),
  fmod: binary(
    (a, b) => a % b,
    (a, b) => (b === 0n ? 0n : a % b),
    { tolerance: { ulp: 0 } },
  ),
  remainder: binary(truth.modulo, (a, b) => (b === 0n ? 0n : ((a % b) + b) % b), { tolerance: { ulp: 1 } }),
  floor_div: binary(
    (a, b) => (b === 0 ? a / b : Math.round((a - truth.modulo(a, b)) / b)),
    (a, b) => (b === 0n ? 0n : (a - (((a % b) + b) % b)) / b),
    { tolerance: { ulp: 0 } },
  ),
  maximum: binary((a, b) => truth.most([a, b]), bigMax, { tolerance: { ulp: 0 } }),
  minimum: binary(least2, bigMin, { tolerance: { ulp: 0 } }),
  eq: binary((a, b) => Number(a === b)),
  ne: binary((a, b) => Number(a !== b)),
  lt: binary((a, b) => Number(a < b)),
  le: binary((a, b) => Number(a <= b)),

  relu_bwd: backward((dy, y) => (y > 0 ? dy : 0), { tolerance: { ulp: 0 } }),
  sigmoid_bwd: backward((dy, y) => dy * y * (1 - y), { ranges: { b: [0, 1] } }),
  tanh_bwd: backward((dy, y) => dy * (1 - y * y), { ranges: { b: [-1, 1] } }),
  gelu_bwd: backward((dy, x) => dy * truth.geluSlope(x), { tolerance: { ulp: 16, eps: 64 } }),
  gelu_tanh_bwd: backward((dy, x) => dy * truth.geluTanhSlope(x), { tolerance: { ulp: 16, eps: 32 } }),
  silu_bwd: backward((dy, x) => dy * truth.siluSlope(x)),
  leaky_relu_bwd: backward((dy, x, n) => (x > 0 ? dy : dy * n.slope), { numbers: [{ slope: 0.5 }] as never }),
  elu_bwd: backward((dy, x, { alpha, rate }) => (x <= 0 ? dy * alpha * rate * Math.exp(rate * x) : dy), {
    numbers: [
      { alpha: 1, rate: 1 },
      { alpha: 2, rate: 0.5 },
    ] as never,
  }),
  mish_bwd: backward((dy, x) => dy * truth.mishSlope(x), { tolerance: { ulp: 16, eps: 16 } }),
  hardswish_bwd: backward((dy, x) => (x < -3 ? 0 : x <= 3 ? dy * (x / 3 + 0.5) : dy)),
  softplus_bwd: map('dy x', 'dx', ([dy, x], { beta, threshold }) => (x * beta > threshold ? dy : dy * truth.sigmoid(x * beta)), {
    tolerance: { ulp: 8 },
    numbers: [
      { beta: 1, threshold: 20 },
      { beta: 2, threshold: 3 },
    ] as never,
  }),

  sum: reduce((v) => truth.total(v), { whole: (v) => v.reduce((s, x) => s + x, 0n), tolerance: { ulp: 2, eps: 128 } }),
  prod: reduce((v) => truth.times(v), { whole: (v) => v.reduce((s, x) => s * x, 1n), ranges: { x: [0.8, 1.25] }, tolerance: { ulp: 600 } }),
  amax: reduce((v) => truth.most(v), { tolerance: { ulp: 0 }, whole: (v) => v.reduce(bigMax) }),
  amin: reduce((v) => truth.least(v), { tolerance: { ulp: 0 }, whole: (v) => v.reduce(bigMin) }),
  argmax: reduce((v) => truth.placeOfMost(v), { tolerance: { ulp: 0 } }),
  argmin: reduce((v) => truth.placeOfMost(v.map((x) => -x)), { tolerance: { ulp: 0 } }),
  mean: reduce((v) => truth.average(v), { tolerance: { ulp: 2, eps: 128 } }),
  squares: reduce(
    (v, { divisor, centred, root }) => {
      const middle = centred ? truth.average(v) : 0;
      const value = truth.total(v.map((x) => (x - middle) ** 2)) / divisor;
      return root ? Math.sqrt(value) : value;
    },
    {
      tolerance: { ulp: 16, eps: 64 },
      numbers: [
        { divisor: 3, centred: 1, root: 0 },
        { divisor: 5, centred: 1, root: 1 },
        { divisor: 1, centred: 0, root: 1 },
      ] as never,
    },
  ),
  logsumexp: reduce((v) => truth.logsumexp(v)),
  softmax: alongLines('x', 'y', truth.softmax),
  log_softmax: alongLines('x', 'y', truth.logSoftmax),
  softmax_bwd: alongLines(
    'dy y',
    'dx',
    (dy, y) => {
      const s = dot(dy, y);
      return y.map((p, i) => p * (dy[i] - s));
    },
    { ranges: { y: [0, 0.1] }, tolerance: { ulp: 8, eps: 256 } },
  ),
  log_softmax_bwd: alongLines(
    'dy y',
    'dx',
    (dy, y) => {
      const s = truth.total(dy);
      return dy.map((g, i) => g - Math.exp(y[i]) * s);
    },
    {
      ranges: { y: [-5, 0] },
      tolerance: { ulp: 8, eps: 512 },
    },
  ),
  standardize: reference(standard.standardize),
  standardize_bwd: reference(standard.standardizeBackward),

  gemm: reference(
    ({ buffers: { a, b, c }, numbers: { m, n, k, rsa, csa, rsb, csb, rsc, nb, sa, sb, sc, alpha, beta } }) => {
      for (let batch = 0; batch < nb; batch++) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let total = 0;
            for (let p = 0; p < k; p++) total += a.get(batch * sa + i * rsa + p * csa) * b.get(batch * sb + p * rsb + j * csb);
            const to = batch * sc + i * rsc + j;
            c.set(to, alpha * total + (beta === 0 ? 0 : beta * c.get(to)));
          }
        }
      }
    },
    { tolerance: { ulp: 4, eps: 128 } },
  ),

  // Minimal filtering: sums of 630 products of up to 1 were off by 631 epsilons over 40 draws, of 594 products of up to 4 by 560.
  conv: reference(images.conv, { tolerance: { ulp: 4, eps: 1024 } }),
  conv_bwd_input: reference(images.convBwdInput, { tolerance: { ulp: 4, eps: 1024 } }),
  conv_bwd_weight: reference(images.convBwdWeight, { tolerance: { ulp: 4, eps: 1024 } }),
  max_pool: reference(images.maxPool, { tolerance: { ulp: 0 } }),
  resample: reference(images.resample, { tolerance: { ulp: 4, eps: 16 } }),

  cumsum: reference(
    alongLine.running(
      (a, b) => a + b,
      (a, b) => a + b,
    ),
    { tolerance: { ulp: 2, eps: 128 } },
  ),
  cumprod: reference(
    alongLine.running(
      (a, b) => a * b,
      (a, b) => a * b,
    ),
    { ranges: { x: [0.8, 1.25] }, tolerance: { ulp: 600 } },
  ),
  // A logarithm of a sum near 1: what is lost in the sum stays. Measured against 160 bits: the kernel 3 epsilons at 100 terms, the reference 1.
  logcumsumexp: reference(alongLine.logcumsumexp, { tolerance: { ulp: 4, eps: 4 } }),
  recurrence: reference(alongLine.recurrence, { ranges: { a: [-1, 1] }, tolerance: { ulp: 4, eps: 64 } }),
  cummax: reference(
    alongLine.runningExtreme((x, best) => x >= best),
    { tolerance: { ulp: 0 } },
  ),
  cummin: reference(
    alongLine.runningExtreme((x, best) => x <= best),
    { tolerance: { ulp: 0 } },
  ),
  sort: reference(alongLine.sort, { tolerance: { ulp: 0 } }),
  searchsorted: reference(alongLine.searchsorted, { tolerance: { ulp: 0 } }),
  lu: reference(alongLine.lu, { tolerance: { ulp: 4, eps: 4096 } }),
  cholesky: reference(alongLine.cholesky, { tolerance: { ulp: 8, eps: 128 } }),
  solve_triangular: reference(alongLine.solveTriangular, { tolerance: { ulp: 8, eps: 64 } }),
  svd: reference(alongLine.singularValues, { tolerance: { ulp: 16, eps: 256 } }),

  uniform: reference(
    draws((word, y, { scale, from }) => (y.single ? word() & 0xffffff : low53(word(), word())) * scale + from),
    {
      tolerance: { ulp: 1 },
      numbers: [
        { scale: 2 ** -53, from: 0 },
        { scale: 2 ** -24, from: -0.75 },
      ],
    },
  ),
  bernoulli: reference(
    draws((word, _, { p, value }) => (low53(word(), word()) * 2 ** -53 < p ? value : 0)),
    {
      tolerance: { ulp: 0 },
      numbers: [
        { p: 0.3, value: 1 },
        { p: 0.9, value: 3 },
        { p: 0, value: 1 },
        { p: 1, value: 1 },
      ],
    },
  ),
  box_muller: reference(
    ({ buffers: { y }, numbers: { n, mean, std } }) => {
      for (let i = 0; i < n; i += i % 16 === 7 ? 9 : 1) {
        const radius = Math.sqrt(-2 * Math.log(Math.fround(1 - y.get(i))));
        const angle = Math.fround(Math.fround(2 * Math.PI) * y.get(i + 8));
        y.set(i, radius * Math.cos(angle) * std + mean);
        y.set(i + 8, radius * Math.sin(angle) * std + mean);
      }
    },
    {
      tolerance: { ulp: 4, eps: 8 },
      ranges: { y: [0, 0.99999] },
      numbers: [
        { mean: 0, std: 1 },
        { mean: 0.25, std: 0.7 },
      ],
    },
  ),
  sgd_step: reference(
    ({ buffers: { p, g, m }, numbers: { n, lr, momentum, dampening, decay, nesterov, maximize, first } }) => {
      for (let i = 0; i < n; i++) {
        let step = (maximize ? -g.get(i) : g.get(i)) + decay * p.get(i);
        if (momentum !== 0) {
          const next = first ? step : momentum * m.get(i) + (1 - dampening) * step;
          m.set(i, next);
          step = nesterov ? step + momentum * next : next;
        }
        p.set(i, p.get(i) - lr * step);
      }
    },
    {
      tolerance: { ulp: 4, eps: 8 },
      numbers: [
        { lr: 0.1, momentum: 0, dampening: 0, decay: 0, nesterov: 0, maximize: 0, first: 0 },
        { lr: 0.1, momentum: 0.9, dampening: 0.5, decay: 0.01, nesterov: 0, maximize: 1, first: 0 },
        { lr: 0.1, momentum: 0.9, dampening: 0, decay: 0.01, nesterov: 1, maximize: 0, first: 1 },
        { lr: 0.1, momentum: 0.9, dampening: 0, decay: 0, nesterov: 1, maximize: 0, first: 0 },
      ] as never,
    },
  ),
  adam_step: reference(
    ({ buffers: { p, g, m, v }, numbers: { n, stepsize, beta1, beta2, eps, rootbias2, decay, decoupled, maximize } }) => {
      for (let i = 0; i < n; i++) {
        const start = p.get(i) * (1 - decoupled);
        const grad = (maximize ? -g.get(i) : g.get(i)) + decay * p.get(i);
        const first = m.get(i) + (1 - beta1) * (grad - m.get(i));
        const second = beta2 * v.get(i) + (1 - beta2) * grad * grad;
        m.set(i, first);
        v.set(i, second);
        p.set(i, start - (stepsize * first) / (Math.sqrt(second) / rootbias2 + eps));
      }
    },
    {
      tolerance: { ulp: 8, eps: 8 },
      ranges: { v: [0.1, 2] },
      numbers: [
        { stepsize: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, rootbias2: 0.5, decay: 0, decoupled: 0, maximize: 0 },
        { stepsize: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, rootbias2: 0.5, decay: 0.1, decoupled: 0, maximize: 1 },
        { stepsize: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, rootbias2: 0.5, decay: 0, decoupled: 0.02, maximize: 0 },
      ] as never,
    },
  ),
  lstm_cell: reference(recurrent.lstmCell, { tolerance: { ulp: 16, eps: 16 } }),
  // z as the forward kernels leave it.
  lstm_cell_bwd: reference(recurrent.lstmCellBackward, { tolerance: { ulp: 16, eps: 32 }, ranges: { z: [0.05, 0.95] } }),
  gru_cell: reference(recurrent.gruCell, { tolerance: { ulp: 16, eps: 32 } }),
  gru_cell_bwd: reference(recurrent.gruCellBackward, { tolerance: { ulp: 16, eps: 32 }, ranges: { z: [0.05, 0.95] } }),
};

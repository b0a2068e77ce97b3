// Reductions, extrema and softmax.
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { fold, type Grid } from './grid.js';
import { fails, input, lines, numeric, type Row, reduction, row, variant, whole } from './row.js';
import * as truth from './truth.js';

type Op = (x: Tensor, ...args: never[]) => Tensor;
const ints = ['float32', 'float64', 'int32', 'int64', 'uint8'] as const;
const badDim = (call: Op) => fails([input([2, 3])], (x) => (call as (x: Tensor, dim: number) => Tensor)(x, 2), IndexError, /dim in \[-2, 1\], got 2/);
const twice = (call: Op) =>
  fails([input([2, 3])], (x) => (call as (x: Tensor, dim: number[]) => Tensor)(x, [1, -1]), ArgumentError, /appears multiple times in the list of dims/);
const badKeep = (call: Op) =>
  fails([input([2])], (x) => (call as (x: Tensor, dim: number, keep: number) => Tensor)(x, 0, 1), ArgumentError, /keepdim to be true or false, got 1/);
const unknown = (call: Op) =>
  fails([input([2])], (x) => (call as (x: Tensor, o: object) => Tensor)(x, { axis: 0 }), ArgumentError, /options among .*, got axis/);
const usual = (call: Op) => [badDim(call), twice(call), badKeep(call), unknown(call)];
const ofNothing = (call: Op) =>
  fails([input([0, 3])], (x) => (call as (x: Tensor, dim: number) => Tensor)(x, 0), ShapeError, /elements to reduce, got shape \[0, 3\]/);
const ofInts = (call: Op) => fails([whole('int64', [2], [1, 2])], (x) => call(x), DTypeError, /a floating point tensor/);

const logsumexp = (x: Tensor, dim: number | number[] = x.shape.map((_, d) => d), keepdim = false): Tensor => ops.logsumexp(x, dim, keepdim);
const nans = [[NaN], [1, NaN, 2], [Infinity, -Infinity], [Infinity, 1], [-Infinity, 1], [-0, -0]];
const extreme = (call: Op, f: (values: number[]) => number) =>
  reduction(call, f, {
    identity: false,
    ulp: 0,
    eps: 0,
    dtypes: numeric,
    special: [[NaN, 1], [1, NaN, 2], [-Infinity, -3], [Infinity, NaN], [-Infinity]],
    errors: [...usual(call), ofNothing(call)],
  });
const place = (call: Op, f: (values: number[]) => number) =>
  reduction(call, f, {
    identity: false,
    several: false,
    differentiable: false,
    dtypes: numeric,
    special: [
      [1, NaN, 2, NaN],
      [2, 5, 5],
      [-Infinity, -Infinity],
    ],
    errors: [badDim(call), badKeep(call), ofNothing(call)],
  });

/** max and min have three forms: of all, of two tensors, along a dim with the places. */
const forms = (call: typeof ops.max, f: (values: number[]) => number, where: (values: number[]) => number): Row => {
  const alongDim = (shape: number[], dim: number, keepdim = false) =>
    variant(
      [input(shape)],
      (x) => {
        const { values, indices } = call(x, dim, keepdim);
        return [values, indices];
      },
      (x) => [fold(x, f, dim, keepdim), fold(x, where, dim, keepdim)],
    );
  const two = (a: Grid, b: Grid): Grid => ({ shape: a.shape, data: a.data.map((v, i) => f([v, b.data[i]])) });
  return row(
    [
      alongDim([5], 0),
      alongDim([2, 3], 1),
      alongDim([3, 2], 0, true),
      alongDim([2, 3, 2], -2),
      alongDim([], 0),
      ...[1, 17, 33].map((n) => alongDim([2, n, 3], 1)),
      variant(
        [[2, 3]],
        (x) => call(x),
        (x) => fold(x, f),
      ),
      variant(
        [
          [2, 3],
          [2, 3],
        ],
        (a, b) => call(a, b),
        two,
      ),
    ],
    {
      tolerance: { ulp: 0 },
      errors: [fails([input([2, 3])], (x) => call(x, 3), IndexError, /dim in/), fails([input([0])], (x) => call(x), ShapeError, /elements to reduce/)],
    },
  );
};

const spreads = (call: (x: Tensor, ...args: never[]) => Tensor, f: (values: readonly number[], correction?: number) => number): Row => {
  const op = call as unknown as typeof ops.var_;
  const named = (x: Tensor, dim?: number | number[], keepdim?: boolean): Tensor => (dim === undefined ? op(x) : op(x, { dim, keepdim }));
  const base = reduction(named as Op, (v) => f(v), { eps: 16, flops: 4, special: [[NaN, 1], [2], [Infinity, 1]], errors: [badDim(call), ofInts(call)] });
  const more = [
    variant(
      [[2, 4]],
      (x) => op(x, 1, false),
      (x) => fold(x, (v) => f(v, 0), 1),
    ),
    variant(
      [[2, 4]],
      (x) => (call as unknown as (x: Tensor, unbiased: boolean) => Tensor)(x, false),
      (x) => fold(x, (v) => f(v, 0)),
    ),
    variant(
      [[4, 2]],
      (x) => op(x, { dim: 0, correction: 2, keepdim: true }),
      (x) => fold(x, (v) => f(v, 2), 0, true),
    ),
  ];
  return { ...base, variants: [...base.variants, ...more], gradients: [...base.gradients, ...more] };
};

// The product's derivative has a form of its own where factors are zero.
const zeros = [
  variant(
    [input([4], [-2, 2], { values: [1.5, 0, -2, 3] })],
    (x) => ops.prod(x),
    (x) => fold(x, truth.times),
  ),
  variant(
    [input([2, 3], [-2, 2], { values: [1.5, 0, 0, 3, 2, -1] })],
    (x) => ops.prod(x, 1),
    (x) => fold(x, truth.times, 1),
  ),
  variant(
    [input([3], [-2, 2], { values: [0, 0, 0] })],
    (x) => ops.prod(x),
    (x) => fold(x, truth.times),
  ),
];
const prod = reduction(ops.prod as Op, truth.times, {
  range: [0.6, 1.5],
  ulp: 600,
  dtypes: ['float32', 'float64'],
  special: [
    [NaN, 0],
    [0, Infinity],
    [-0, 3],
  ],
  errors: [badDim(ops.prod as Op), unknown(ops.prod as Op)],
});

const noDim = (call: (x: Tensor) => Tensor) => fails([input([2])], (x) => call(x), ArgumentError, /dim to be an integer, got undefined/);

export const reduce = {
  sum: reduction(ops.sum as Op, truth.total, { dtypes: ints, special: nans, errors: usual(ops.sum as Op) }),
  mean: reduction(ops.mean as Op, truth.average, { special: nans, errors: [...usual(ops.mean as Op), ofInts(ops.mean as Op)] }),
  prod: { ...prod, variants: [...prod.variants, ...zeros], gradients: [...prod.gradients, ...zeros] },
  amax: extreme(ops.amax as Op, truth.most),
  amin: extreme(ops.amin as Op, truth.least),
  argmax: place(ops.argmax as Op, truth.placeOfMost),
  argmin: place(ops.argmin as Op, (v) => truth.placeOfMost(v.map((x) => -x))),
  max: forms(ops.max, truth.most, truth.placeOfMost),
  min: forms(ops.min, truth.least, (v) => truth.placeOfMost(v.map((x) => -x))),
  var_: spreads(ops.var_ as Op, truth.variance),
  std: spreads(ops.std as Op, (v, correction) => Math.sqrt(truth.variance(v, correction))),
  logsumexp: reduction(logsumexp as Op, truth.logsumexp, {
    flops: 10,
    special: [
      [NaN, 1],
      [Infinity, 1],
      [-Infinity, -Infinity],
      [1000, 1000],
      [-1000, -1000],
      [-Infinity, 2],
    ],
    errors: [badDim(logsumexp as Op)],
  }),
  softmax: lines((x, dim) => ops.softmax(x, dim), truth.softmax, { flops: 12, errors: [noDim(ops.softmax), badDim(ops.softmax as Op)] }),
  logSoftmax: lines((x, dim) => ops.logSoftmax(x, dim), truth.logSoftmax, { flops: 12, errors: [noDim(ops.logSoftmax), badDim(ops.logSoftmax as Op)] }),
} satisfies Record<string, Row>;

// Pointwise mathematics, rounding, activations.
import { ArgumentError, DTypeError, GradientError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { each } from './grid.js';
import { fails, inPlace, input, numeric, row, unary, variant, whole } from './row.js';
import * as truth from './truth.js';

const bool = whole('bool', [2], [0, 1]);
const leaf = input([2], [1, 2], { grad: true });
const notTensor = (call: (x: never) => unknown) => fails([], () => call(1 as never), ArgumentError, /expected input to be a tensor, got 1/);
const writesLeaf = (call: (x: never) => unknown) =>
  fails([leaf], (x) => call(x as never), GradientError, /a leaf Variable that requires grad is being used in an in-place operation/);
const writesFloat = (call: (x: never) => unknown) =>
  fails([whole('int32', [2], [1, 2])], (x) => call(x as never), DTypeError, /result type float32 that can't be cast to the desired output type int32/);
const overlaps = (call: (x: never) => unknown) =>
  fails([input([1])], (x) => call(x.expand(3) as never), ShapeError, /more than one element of the written-to tensor/);

const exp = unary(ops.exp, Math.exp, { flops: 10, errors: [notTensor(ops.exp)] });
const log = unary(ops.log, Math.log, { range: [0.05, 20], flops: 10 });
const sqrt = unary(ops.sqrt, Math.sqrt, { range: [0.05, 20], ulp: 0.5 });
const rsqrt = unary(ops.rsqrt, (x) => 1 / Math.sqrt(x), { range: [0.05, 20], flops: 2 });
const sin = unary(ops.sin, Math.sin, { range: [-30, 30], flops: 15, special: [Number.NaN, Infinity, -Infinity, 0, -0, 1e6, -1e30, 2 ** -149].map((x) => [x]) });
const cos = unary(ops.cos, Math.cos, { range: [-30, 30], flops: 15, special: [Number.NaN, Infinity, -Infinity, 0, -0, 1e6, -1e30, 2 ** -149].map((x) => [x]) });
const erf = unary(ops.erf, truth.erf, { ulp: 8, flops: 15 });
const abs = unary(ops.abs, Math.abs, { kinks: [0], dtypes: numeric, errors: [fails([bool], (x) => ops.abs(x), DTypeError, /numeric tensor, got a bool/)] });
const piecewise = { range: [-9, 9], kinks: Array.from({ length: 41 }, (_, i) => (i - 20) / 2), dtypes: numeric } as const;
const floor = unary(ops.floor, Math.floor, piecewise);
const ceil = unary(ops.ceil, Math.ceil, piecewise);
const round = unary(ops.round, truth.roundEven, { ...piecewise, special: [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 8388609, NaN, Infinity, -0].map((x) => [x]) });
const trunc = unary(ops.trunc, Math.trunc, piecewise);
const sign = unary(ops.sign, (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), { ...piecewise, kinks: [0] });

const relu = unary(ops.relu, (x) => (x >= 0 || Number.isNaN(x) ? x : 0), {
  kinks: [0],
  dtypes: numeric,
  errors: [fails([bool], (x) => ops.relu(x), DTypeError, /numeric tensor/)],
});
const sigmoid = unary(ops.sigmoid, truth.sigmoid, { flops: 12 });
const tanh = unary(ops.tanh, Math.tanh, { flops: 15 });
const silu = unary(ops.silu, truth.silu, { flops: 13, special: [NaN, Infinity, 0, -0, 90, -80].map((x) => [x]) });

const clampTo = (low: number, high: number) => each((x: number) => (Number.isNaN(x) ? x : Math.min(Math.max(x, low), high)));
const clampInput = (...shape: number[]) => input(shape, [-3, 3], { away: [-1, 0.5, 2, 1] });
const clamp = row(
  [
    ...[0, 1, 7, 33, 1000].map((n) => variant([clampInput(n)], (x) => ops.clamp(x, -1, 2), clampTo(-1, 2))),
    variant([clampInput(2, 3)], (x) => ops.clamp(x, { min: 1 }), clampTo(1, Infinity)),
    variant([clampInput(2, 3)], (x) => ops.clamp(x, null, 1), clampTo(-Infinity, 1)),
    variant([clampInput()], (x) => ops.clamp(x, 2, -1), clampTo(2, -1)),
    variant([clampInput(2, 3), input([3], [-1, 0])], (x, low) => ops.clamp(x, low), each(Math.max)),
    variant(
      [clampInput(2, 3), input([3], [-3, -1]), input([2, 1], [0, 2])],
      (x, low, high) => ops.clamp(x, low, high),
      each((x, low, high) => Math.min(Math.max(x, low), high)),
    ),
  ],
  {
    tolerance: { ulp: 0 },
    exact: true,
    dtypes: ['float32', 'float64', 'int32', 'int64'],
    special: [],
    errors: [
      fails([input([2])], (x) => ops.clamp(x), ArgumentError, /at least one of 'min' or 'max' must not be None/),
      fails([input([2])], (x) => ops.clamp(x, { low: 0 } as never), ArgumentError, /options among min, max, got low/),
    ],
  },
);

const oneBound = { tolerance: { ulp: 0 }, exact: true, dtypes: ['float32', 'float64', 'int32', 'int64'] } as const;
const bounded = (call: (x: Tensor) => Tensor, formula: ReturnType<typeof clampTo>) => [0, 5, 33].map((n) => variant([clampInput(n)], call as never, formula));

const gelu = unary(ops.gelu, truth.gelu, { ulp: 64, eps: 8, flops: 20, special: [NaN, Infinity, 0, -0].map((x) => [x]) });
const geluTanh = unary((x) => ops.gelu(x, { approximate: 'tanh' }), truth.geluTanh, {
  ulp: 64,
  eps: 8,
  flops: 20,
  special: [NaN, Infinity, 0, -0].map((x) => [x]),
});
const softplus = unary(ops.softplus, (x) => truth.softplus(x), { flops: 15, special: [NaN, Infinity, -Infinity, 0, -0, 19.5, 21, -80].map((x) => [x]) });

export const pointwise = {
  exp,
  log,
  sqrt,
  rsqrt,
  sin,
  cos,
  erf,
  abs,
  floor,
  ceil,
  round: {
    ...round,
    variants: [
      ...round.variants,
      ...[2, -1]
        .map((decimals) =>
          variant(
            [input([33], [-90, 90])],
            (x) => ops.round(x, { decimals }),
            each((x) => (decimals > 0 ? truth.roundEven(x * 10 ** decimals) / 10 ** decimals : truth.roundEven(x / 10 ** -decimals) * 10 ** -decimals)),
          ),
        )
        .map((v) => ({ ...v, dtypes: ['float64'] as const })),
    ],
    gradients: [
      ...round.gradients,
      variant(
        [input([3], [1.11, 1.14])],
        (x) => ops.round(x, { decimals: 1 }),
        each((x) => truth.roundEven(x * 10) / 10),
      ),
    ],
  },
  trunc,
  sign,
  relu,
  sigmoid,
  tanh,
  silu,
  clamp,
  gelu: {
    ...gelu,
    variants: [...gelu.variants, ...geluTanh.variants],
    gradients: [...gelu.gradients, ...geluTanh.gradients],
    errors: [fails([input([2])], (x) => ops.gelu(x, { approximate: 'erf' as never }), ArgumentError, /approximate to be one of "none", "tanh", got "erf"/)],
  },
  softplus: {
    ...softplus,
    variants: [
      ...softplus.variants,
      variant(
        [input([33], [-9, 9])],
        (x) => ops.softplus(x, 2, 5),
        each((x) => truth.softplus(x, 2, 5)),
      ),
    ],
    gradients: [
      ...softplus.gradients,
      variant(
        [input([7], [-9, 9], { away: [2.5] })],
        (x) => ops.softplus(x, { beta: 2, threshold: 5 }),
        each((x) => truth.softplus(x, 2, 5)),
      ),
    ],
    errors: [fails([input([2])], (x) => ops.softplus(x, 0), ArgumentError, /beta other than 0/)],
  },
  exp_: inPlace(ops.exp_, exp, [writesLeaf(ops.exp_), writesFloat(ops.exp_), overlaps(ops.exp_)]),
  log_: inPlace(ops.log_, log, [writesLeaf(ops.log_)]),
  sqrt_: inPlace(ops.sqrt_, sqrt, [writesLeaf(ops.sqrt_)]),
  rsqrt_: inPlace(ops.rsqrt_, rsqrt, [writesLeaf(ops.rsqrt_)]),
  sin_: inPlace(ops.sin_, sin, [writesLeaf(ops.sin_)]),
  cos_: inPlace(ops.cos_, cos, [writesLeaf(ops.cos_)]),
  erf_: inPlace(ops.erf_, erf, [writesLeaf(ops.erf_)]),
  abs_: inPlace(ops.abs_, abs, [writesLeaf(ops.abs_)]),
  floor_: inPlace(ops.floor_, floor, [writesLeaf(ops.floor_)]),
  ceil_: inPlace(ops.ceil_, ceil, [writesLeaf(ops.ceil_)]),
  round_: inPlace(ops.round_, round, [writesLeaf(ops.round_)]),
  trunc_: inPlace(ops.trunc_, trunc, [writesLeaf(ops.trunc_)]),
  sign_: inPlace(ops.sign_, sign, [writesLeaf(ops.sign_)]),
  relu_: inPlace(ops.relu_, relu, [writesLeaf(ops.relu_), overlaps(ops.relu_)]),
  sigmoid_: inPlace(ops.sigmoid_, sigmoid, [writesLeaf(ops.sigmoid_), writesFloat(ops.sigmoid_)]),
  tanh_: inPlace(ops.tanh_, tanh, [writesLeaf(ops.tanh_)]),
  silu_: inPlace(ops.silu_, silu, [writesLeaf(ops.silu_)]),
  clamp_: row(
    [0, 1, 9, 33].map((n) => variant([clampInput(n)], (x) => ops.clamp_(x.clone(), -1, 2), clampTo(-1, 2))),
    {
      tolerance: { ulp: 0 },
      dtypes: ['float32', 'float64', 'int32', 'int64'],
      errors: [writesLeaf((x) => ops.clamp_(x, 0)), fails([input([2])], (x) => ops.clamp_(x), ArgumentError, /must not be None/)],
    },
  ),
  clampMin: row(
    [
      ...bounded((x) => ops.clampMin(x, -1), clampTo(-1, Infinity)),
      variant([clampInput(2, 3), input([3], [-1, 0])], (x, low) => ops.clampMin(x, low), each(Math.max)),
    ],
    oneBound,
  ),
  clampMax: row(
    [
      ...bounded((x) => ops.clampMax(x, 2), clampTo(-Infinity, 2)),
      variant([clampInput(2, 3), input([3], [0, 1])], (x, high) => ops.clampMax(x, high), each(Math.min)),
    ],
    oneBound,
  ),
  clampMin_: row(
    bounded((x) => ops.clampMin_(x.clone(), -1), clampTo(-1, Infinity)),
    { ...oneBound, errors: [writesLeaf((x) => ops.clampMin_(x, 0))] },
  ),
  clampMax_: row(
    bounded((x) => ops.clampMax_(x.clone(), 2), clampTo(-Infinity, 2)),
    { ...oneBound, errors: [writesLeaf((x) => ops.clampMax_(x, 0))] },
  ),
};

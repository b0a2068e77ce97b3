// Activations of nn.functional besides the commonest.
import { ArgumentError, ShapeError } from '../../src/core/errors.js';
import * as gated from '../../src/ops/gated.js';
import * as rectifiers from '../../src/ops/rectifier.js';
import { build, each, look } from './grid.js';
import { fails, input, lines, row, unary, variant } from './row.js';
import * as truth from './truth.js';

const edges = [Number.NaN, Infinity, 0, -0, -80].map((x) => [x]);
const eluOf = (alpha: number, rate: number) => (x: number) => (x <= 0 ? alpha * Math.expm1(rate * x) : x);
/** With inplace the input is overwritten and is the result. */
const overwritten = variant([input([7], [-3, 3], { away: [0] })], (x) => rectifiers.elu(x.clone(), 1, true), each(eluOf(1, 1)));
const elu = unary(rectifiers.elu, eluOf(1, 1), { kinks: [0], ulp: 8, special: edges });
const celu = unary((x) => rectifiers.celu(x, 2), eluOf(2, 0.5), { kinks: [0], ulp: 8, special: edges });
const scale = 1.0507009873554805;
const between = (low: number, high: number) => (x: number) => (Number.isNaN(x) ? x : Math.min(Math.max(x, low), high));
const mish = (x: number): number => {
  const n = Math.exp(x) * (Math.exp(x) + 2);
  return x > 20 ? x : (x * n) / (n + 2);
};
const kinks = [-3, -1, -0.5, 0, 0.5, 1, 3, 6];
const hard = { kinks, range: [-5, 7], ulp: 4, eps: 4, special: [[NaN], [0], [1.25]] } as const;
const zeroWeight = (call: (x: never) => unknown, message: RegExp) => fails([input([3])], (x) => call(x as never), ArgumentError, message);

const glu = row(
  [
    variant(
      [[2, 6]],
      (x) => gated.glu(x),
      (x) => build([2, 3], ([i, j]) => look(x, [i, j]) * truth.sigmoid(look(x, [i, j + 3]))),
    ),
    variant(
      [[4, 3]],
      (x) => gated.glu(x, { dim: 0 }),
      (x) => build([2, 3], ([i, j]) => look(x, [i, j]) * truth.sigmoid(look(x, [i + 2, j]))),
    ),
  ],
  { errors: [fails([input([3])], (x) => gated.glu(x), ShapeError, /Halving dimension must be even/)] },
);

export const activations = {
  elu: { ...elu, variants: [...elu.variants, overwritten], gradients: [...elu.gradients, overwritten] },
  celu: { ...celu, errors: [zeroWeight((x) => rectifiers.celu(x, 0), /alpha cannot be 0/)] },
  selu: unary(rectifiers.selu, (x) => scale * eluOf(1.6732632423543772, 1)(x), { kinks: [0], ulp: 8, special: edges }),
  leakyRelu: unary(rectifiers.leakyRelu, (x) => (x > 0 ? x : x * 0.01), { kinks: [0] }),
  prelu: row(
    [
      variant(
        [input([7], [-3, 3], { away: [0] }), input([1])],
        (x, w) => rectifiers.prelu(x, w),
        each((x, w) => (x > 0 ? x : w * x)),
      ),
      variant(
        [input([2, 3, 2], [-3, 3], { away: [0] }), input([3])],
        (x, w) => rectifiers.prelu(x, w),
        (x, w) => build([2, 3, 2], (at) => (look(x, at) > 0 ? look(x, at) : w.data[at[1]] * look(x, at))),
      ),
    ],
    { errors: [fails([input([2, 3]), input([2])], (x, w) => rectifiers.prelu(x, w), ShapeError, /Mismatch of parameter numbers/)] },
  ),
  relu6: unary(rectifiers.relu6, between(0, 6), hard),
  hardtanh: unary(rectifiers.hardtanh, between(-1, 1), hard),
  hardsigmoid: unary(rectifiers.hardsigmoid, (x) => between(0, 6)(x + 3) / 6, hard),
  hardswish: unary(rectifiers.hardswish, (x) => (x * between(0, 6)(x + 3)) / 6, hard),
  hardshrink: unary(rectifiers.hardshrink, (x) => (x >= -0.5 && x <= 0.5 ? 0 : x), hard),
  softshrink: {
    ...unary(rectifiers.softshrink, (x) => (x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0), hard),
    errors: [zeroWeight((x) => rectifiers.softshrink(x, -1), /lambda must be greater or equal to 0/)],
  },
  threshold: unary(
    (x) => rectifiers.threshold(x, 0.5, -2),
    (x) => (x <= 0.5 ? -2 : x),
    hard,
  ),
  mish: unary(gated.mish, mish, { ulp: 8, special: edges }),
  glu,
  logsigmoid: unary(gated.logsigmoid, (x) => -truth.softplus(-x, 1, Infinity), { ulp: 8, special: edges }),
  softsign: unary(gated.softsign, (x) => x / (1 + Math.abs(x)), { kinks: [0], special: [[NaN], [0], [3e8]] }),
  tanhshrink: unary(gated.tanhshrink, (x) => x - Math.tanh(x), { ulp: 4, eps: 8, special: [[NaN], [30]] }),
  softmin: lines(gated.softmin, (values) => truth.softmax(values.map((v) => -v))),
  rrelu: {
    ...unary(gated.rrelu, (x) => (x > 0 ? x : (x * (1 / 8 + 1 / 3)) / 2), { kinks: [0], special: [[NaN], [0]] }),
  },
  gumbelSoftmax: row(
    [
      variant(
        [[2, 3]],
        (x) => gated.gumbelSoftmax(x).sum(-1),
        () => build([2], () => 1),
      ),
    ],
    { tolerance: { ulp: 0, eps: 8 }, gradients: false },
  ),
};

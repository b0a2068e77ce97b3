// Arithmetic, comparisons, logic and choice.
import { ArgumentError, DTypeError, GradientError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { each } from './grid.js';
import { binary, type Call, fails, floats, type Input, inPlace, input, numeric, type Row, row, unary, variant, whole } from './row.js';
import { most, power } from './truth.js';

const mismatch = (call: (a: Tensor, b: Tensor) => unknown) =>
  fails([input([2, 3]), input([4])], call as Call, ShapeError, /shapes that broadcast, got a \[2, 3\] and b \[4\]: sizes 3 and 4 must match at dim 1/);
const notOperand = (call: (a: Tensor, b: never) => unknown) =>
  fails([input([2])], (a) => call(a, 'two' as never), ArgumentError, /to be a tensor or a number, got "two"/);
const writesLeaf = (call: (a: Tensor, b: number) => unknown) =>
  fails([input([2], [1, 2], { grad: true })], (a) => call(a, 1), GradientError, /a leaf Variable that requires grad/);
const grows = (call: (a: Tensor, b: Tensor) => unknown) =>
  fails([input([3]), input([2, 3])], call as Call, ShapeError, /output with shape \[3\] that doesn't match the broadcast shape \[2, 3\]/);
const floatIntoInt = (call: (a: Tensor, b: number) => unknown) =>
  fails([whole('int32', [2], [1, 2])], (a) => call(a, 0.5), DTypeError, /result type float32 that can't be cast to the desired output type int32/);
const overlap = (call: (a: Tensor, b: Tensor) => unknown) =>
  fails(
    [input([5])],
    (x) => call(x.narrow(0, 0, 4), x.narrow(0, 1, 4)),
    ShapeError,
    /some elements of the input tensor and the written-to tensor refer to a single memory location/,
  );
const bool: Input = whole('bool', [2], [0, 1]);

const add = binary(ops.add, (a, b) => a + b, {
  ulp: 0.5,
  dtypes: numeric,
  errors: [mismatch(ops.add), notOperand(ops.add), fails([whole('int32', [2], [1, 2])], (x) => ops.add(x, x, { alpha: 0.5 }), DTypeError, /integer alpha/)],
});
const sub = binary(ops.sub, (a, b) => a - b, {
  ulp: 0.5,
  dtypes: ['float32', 'float64', 'int32', 'int64'],
  errors: [mismatch(ops.sub), fails([bool, bool], (a, b) => ops.sub(a, b), DTypeError, /numeric operands \(for bool use/)],
});
const mul = binary(ops.mul, (a, b) => a * b, { ulp: 0.5, dtypes: numeric, errors: [mismatch(ops.mul)] });
const div = binary(ops.div, (a, b) => a / b, { ulp: 0.5, range2: [0.5, 3], errors: [mismatch(ops.div)] });
const numbers = { range: [0.3, 3], range2: [-3, 3] } as const;
const pow = binary(ops.pow, power, {
  ...numbers,
  flops: 30,
  errors: [mismatch(ops.pow), fails([whole('int32', [2], [1, 2])], (x) => ops.pow(x, -1), ArgumentError, /a non-negative exponent/)],
});
const ofNumber = (call: (x: Tensor) => Tensor, truth: (x: number) => number, range: [number, number] = [0.5, 3]) => ({
  ...variant([input([5], range)], call as Call, each(truth)),
  dtypes: floats,
});
const withNumbers = (base: Row, ...variants: ReturnType<typeof variant>[]): Row => ({
  ...base,
  variants: [...base.variants, ...variants],
  gradients: [...base.gradients, ...variants],
});
const neg = unary(ops.neg, (x) => -x, {
  ulp: 0,
  dtypes: ['float32', 'float64', 'int32', 'int64'],
  errors: [fails([bool], (x) => ops.neg(x), DTypeError, /numeric tensor/)],
});

const larger = (a: number, b: number): number => most([a, b]);
const smaller = (a: number, b: number): number => -most([-a, -b]);
// Signs of equal zeros are left open.
const signless = [NaN, Infinity, -Infinity, 0, 1, -2.5].flatMap((a, _, all) => all.map((b) => [a, b]));

const compare = (call: (a: Tensor, b: Tensor) => Tensor, truth: (a: number, b: number) => boolean): Row =>
  binary(call, (a, b) => Number(truth(a, b)), { dtypes: numeric, differentiable: false, errors: [mismatch(call)] });
const logic = (call: (a: Tensor, b: Tensor) => Tensor, truth: (a: boolean, b: boolean) => boolean): Row =>
  binary(call, (a, b) => Number(truth(a !== 0, b !== 0)), {
    range: [-1, 1],
    dtypes: [...numeric, 'bool'],
    differentiable: false,
    special: [
      [NaN, 0],
      [-0, 1],
      [0, -0],
      [Infinity, NaN],
    ],
    errors: [mismatch(call)],
  });

/** In place, the truth values become numbers of the input's dtype. */
const into = (call: (x: Tensor, ...others: never[]) => Tensor, like: Row): Row =>
  inPlace(
    call,
    like,
    [fails([input([3]), input([2, 3])], call as Call, ShapeError, /doesn't match the broadcast shape/)].slice(0, like.variants[0].inputs.length - 1),
  );

const mask = whole('bool', [2, 3], [1, 0, 1, 1, 0, 0]);

export const arithmetic = {
  add: withNumbers(
    add,
    ofNumber(
      (x) => ops.add(x, 2.5),
      (x) => x + 2.5,
    ),
    ofNumber(
      (x) => ops.add(2, x, { alpha: 3 }),
      (x) => 2 + 3 * x,
    ),
    {
      ...variant(
        [[2, 2], [2]],
        (a, b) => ops.add(a, b, { alpha: -0.5 }),
        each((a, b) => a - 0.5 * b),
      ),
      dtypes: floats,
    },
    // One tensor as both operands.
    ofNumber(
      (x) => ops.add(x, x),
      (x) => 2 * x,
    ),
  ),
  sub: withNumbers(
    sub,
    ofNumber(
      (x) => ops.sub(1, x),
      (x) => 1 - x,
    ),
    variant(
      [[2, 2], [2]],
      (a, b) => ops.sub(a, b, { alpha: 2 }),
      each((a, b) => a - 2 * b),
    ),
  ),
  rsub: row(
    [
      variant(
        [[3], [2, 3]],
        (a, b) => ops.rsub(a, b),
        each((a, b) => b - a),
      ),
      ofNumber(
        (x) => ops.rsub(x, 1, { alpha: 2 }),
        (x) => 1 - 2 * x,
      ),
    ],
    { tolerance: { ulp: 1 } },
  ),
  mul: withNumbers(
    mul,
    ofNumber(
      (x) => ops.mul(x, -3),
      (x) => -3 * x,
    ),
    ofNumber(
      (x) => ops.mul(x, x),
      (x) => x * x,
    ),
  ),
  div: withNumbers(
    div,
    ofNumber(
      (x) => ops.div(1, x),
      (x) => 1 / x,
    ),
    ofNumber(
      (x) => ops.div(x, 4),
      (x) => x / 4,
    ),
    variant(
      [input([6], [-5, 5], { values: [-4.6, 4.6, -3.2, 3.2, 0.7, -0.7] })],
      (x) => ops.div(x, 2, { roundingMode: 'floor' }),
      each((x) => Math.floor(x / 2)),
    ),
    variant(
      [input([6], [-5, 5], { values: [-4.6, 4.6, -3.2, 3.2, 0.7, -0.7] })],
      (x) => ops.div(x, 2, { roundingMode: 'trunc' }),
      each((x) => Math.trunc(x / 2)),
    ),
  ),
  neg,
  pow: withNumbers(
    pow,
    ofNumber(
      (x) => ops.pow(x, 2),
      (x) => x * x,
      [-3, 3],
    ),
    ofNumber(
      (x) => ops.pow(x, 0),
      () => 1,
      [-3, 3],
    ),
    ofNumber(
      (x) => ops.pow(x, 3),
      (x) => x ** 3,
      [-3, 3],
    ),
    ofNumber(
      (x) => ops.pow(2, x),
      (x) => 2 ** x,
      [-3, 3],
    ),
    ofNumber(
      (x) => ops.pow(x, -1.5),
      (x) => x ** -1.5,
    ),
  ),
  square: unary(ops.square, (x) => x * x, { ulp: 1 }),
  reciprocal: unary(ops.reciprocal, (x) => 1 / x, { range: [0.3, 3], ulp: 1 }),
  maximum: binary(ops.maximum, larger, { ulp: 0, dtypes: numeric, special: signless, errors: [mismatch(ops.maximum)] }),
  minimum: binary(ops.minimum, smaller, { ulp: 0, dtypes: numeric, special: signless, errors: [mismatch(ops.minimum)] }),
  square_: inPlace(
    ops.square_,
    unary(
      (x) => ops.square(x),
      (x) => x * x,
      { ulp: 1 },
    ),
    [writesLeaf(ops.square_ as never)],
  ),
  reciprocal_: inPlace(
    ops.reciprocal_,
    unary(
      (x) => ops.reciprocal(x),
      (x) => 1 / x,
      { range: [0.3, 3], ulp: 1 },
    ),
    [writesLeaf((x) => ops.reciprocal_(x))],
  ),
  add_: inPlace(ops.add_, add, [writesLeaf(ops.add_), grows(ops.add_), floatIntoInt(ops.add_), overlap(ops.add_)]),
  sub_: inPlace(ops.sub_, sub, [writesLeaf(ops.sub_), grows(ops.sub_)]),
  mul_: inPlace(ops.mul_, mul, [
    writesLeaf(ops.mul_),
    grows(ops.mul_),
    overlap(ops.mul_),
    fails([input([2, 3])], (x) => ops.mul_(x.select(0, 0).expand(2, 3), 2), ShapeError, /more than one element of the written-to tensor/),
    fails([input([4], [1, 2], { grad: true })], (x) => ops.mul_(x.narrow(0, 0, 2), 2), GradientError, /a view of a leaf Variable that requires grad/),
    fails([input([4], [1, 2], { grad: true })], (x) => ops.mul_(x.mul(1).split(2)[0], 2), GradientError, /output of a function that returns multiple views/),
  ]),
  div_: inPlace(ops.div_, div, [writesLeaf(ops.div_), grows(ops.div_), floatIntoInt(ops.div_)]),
  pow_: inPlace(ops.pow_, pow, [writesLeaf(ops.pow_)]),
  neg_: inPlace(ops.neg_, neg, [fails([input([2], [1, 2], { grad: true })], (x) => ops.neg_(x), GradientError, /leaf Variable/)]),
  eq: compare(ops.eq, (a, b) => a === b),
  eq_: into(
    ops.eq_,
    compare(ops.eq, (a, b) => a === b),
  ),
  ne: compare(ops.ne, (a, b) => a !== b),
  ne_: into(
    ops.ne_,
    compare(ops.ne, (a, b) => a !== b),
  ),
  lt: compare(ops.lt, (a, b) => a < b),
  lt_: into(
    ops.lt_,
    compare(ops.lt, (a, b) => a < b),
  ),
  le: compare(ops.le, (a, b) => a <= b),
  le_: into(
    ops.le_,
    compare(ops.le, (a, b) => a <= b),
  ),
  gt: compare(ops.gt, (a, b) => a > b),
  gt_: into(
    ops.gt_,
    compare(ops.gt, (a, b) => a > b),
  ),
  ge: compare(ops.ge, (a, b) => a >= b),
  ge_: into(
    ops.ge_,
    compare(ops.ge, (a, b) => a >= b),
  ),
  isnan: unary(ops.isnan, (x) => Number(Number.isNaN(x)), { differentiable: false }),
  logicalAnd: logic(ops.logicalAnd, (a, b) => a && b),
  logicalAnd_: into(
    ops.logicalAnd_,
    logic(ops.logicalAnd, (a, b) => a && b),
  ),
  logicalOr: logic(ops.logicalOr, (a, b) => a || b),
  logicalOr_: into(
    ops.logicalOr_,
    logic(ops.logicalOr, (a, b) => a || b),
  ),
  logicalXor: logic(ops.logicalXor, (a, b) => a !== b),
  logicalXor_: into(
    ops.logicalXor_,
    logic(ops.logicalXor, (a, b) => a !== b),
  ),
  logicalNot: unary(ops.logicalNot, (x) => Number(x === 0), { differentiable: false }),
  logicalNot_: into(
    ops.logicalNot_,
    unary(
      (x) => ops.logicalNot(x),
      (x) => Number(x === 0),
      { differentiable: false },
    ),
  ),
  where: row(
    [
      variant(
        [mask, input([2, 3]), input([2, 3])],
        (c, a, b) => ops.where(c, a, b),
        each((c, a, b) => (c !== 0 ? a : b)),
      ),
      variant(
        [whole('bool', [3], [0, 1, 1]), input([2, 1]), input([])],
        (c, a, b) => ops.where(c, a, b),
        each((c, a, b) => (c !== 0 ? a : b)),
      ),
      variant(
        [whole('bool', [2, 1], [0, 1]), input([3])],
        (c, a) => ops.where(c, a, 7),
        each((c, a) => (c !== 0 ? a : 7)),
      ),
      variant(
        [whole('bool', [], [0]), input([3])],
        (c, a) => ops.where(c, -0.5, a),
        each((c, a) => (c !== 0 ? -0.5 : a)),
      ),
      ...[0, 1, 17, 33, 1000].map((n) =>
        variant(
          [input([n], [-1, 1]), input([n]), input([n])],
          (c, a, b) => ops.where(c.gt(0), a, b),
          each((c, a, b) => (c > 0 ? a : b)),
        ),
      ),
    ],
    {
      tolerance: { ulp: 0 },
      exact: true,
      errors: [
        fails([mask, input([2, 2]), input([2])], (c, a, b) => ops.where(c, a, b), ShapeError, /shapes that broadcast/),
        fails([input([2])], (a) => ops.where(true as never, a, a), ArgumentError, /condition to be a tensor, got true/),
      ],
    },
  ),
} satisfies Record<string, Row>;

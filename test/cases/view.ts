// Views and copies: where elements go. Every one of them is compared element by element, so that exactness is the tolerance.

import type { DType } from '../../src/core/dtype.js';
import { ArgumentError, DTypeError, GradientError, IndexError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { build, each, type Grid, look, permuted, reshaped } from './grid.js';
import { type Call, fails, floats, type Input, input, type Row, row, variant } from './row.js';

const x23 = input([2, 3]);
const x234 = input([2, 3, 4]);
const exact = { tolerance: { ulp: 0 }, exact: true, dtypes: [...floats, 'int32', 'int64', 'uint8', 'bool'] as readonly DType[] };
const badDim = (call: (x: Tensor) => unknown) => fails([x23], call as Call, IndexError, /in \[-2, 1\], got 2/);
const to =
  (...shape: number[]) =>
  (x: Grid): Grid =>
    reshaped(x, ...shape);
const shaped = (shape: number[], call: (x: Tensor) => unknown, ...result: number[]) => variant([shape], call as Call, to(...result));
const notInvolved = 'a view needs the layout it was made for';

const invalid = (call: (x: Tensor) => unknown) =>
  fails([x23], call as Call, ShapeError, /a shape of 6 elements for input of size \[2, 3\], got shape \[4, 2\], which is invalid/);
const reshapes = (call: (x: Tensor, ...sizes: (number | number[])[]) => Tensor) => [
  shaped([2, 3], (x) => call(x, [3, 2]), 3, 2),
  shaped([2, 3], (x) => call(x, 3, -1), 3, 2),
  shaped([2, 3], (x) => call(x, -1), 6),
  shaped([1], (x) => call(x, [])),
  shaped([], (x) => call(x, 1, 1), 1, 1),
  shaped([0, 3], (x) => call(x, 3, 0), 3, 0),
];
const reshapeErrors = (call: (x: Tensor, ...sizes: (number | number[])[]) => Tensor) => [
  invalid((x) => call(x, 4, 2)),
  fails([x23], (x) => call(x, -1, -1), ShapeError, /at most one size of -1/),
  fails([x23], (x) => call(x, 1.5, 4), ArgumentError, /size 0 to be an integer, got 1.5/),
  fails([x23], (x) => call(x, NaN), ArgumentError, /to be an integer, got NaN/),
  fails([x23], (x) => call(x, 2 ** 40, 2 ** 40), ShapeError, /elements/),
  fails([input([0])], (x) => call(x, 0, -1), ShapeError, /-1 can be any value/),
];
const part = (x: Grid, shape: number[], from: (index: number[]) => number[]): Grid => build(shape, (index) => look(x, from(index)));

const conversion = (call: (x: Tensor) => Tensor, convert: (v: number) => number, float: boolean): Row =>
  row(
    [
      variant([input([7], [-9, 9])], call as Call, each(convert)),
      variant([input([2, 3], [0, 9])], call as Call, each(convert)),
      variant([input([0])], call as Call, each(convert)),
    ],
    {
      ...exact,
      tolerance: { ulp: 1 },
      dtypes: ['float64', 'int32', 'int64'],
      gradients: float ? [variant([x23], call as Call, each(convert))] : false,
    },
  );
const swap = (call: (x: Tensor, a: number, b: number) => Tensor): Row =>
  row(
    [
      variant(
        [x234],
        (x) => call(x, 0, 2),
        (x) => permuted(x, 2, 1, 0),
      ),
      variant(
        [x23],
        (x) => call(x, -1, 0),
        (x) => permuted(x, 1, 0),
      ),
      variant([[]], (x) => call(x, 0, -1), to()),
    ],
    {
      ...exact,
      errors: [badDim((x) => call(x, 0, 2)), fails([x23], (x) => call(x, 0.5, 1), ArgumentError, /dim0 to be an integer, got 0.5/)],
    },
  );
const like: Input = input([3, 2]);

export const view = {
  reshape: row(reshapes(ops.reshape), { ...exact, errors: reshapeErrors(ops.reshape) }),
  view: row(reshapes(ops.view), {
    ...exact,
    contiguousOnly: notInvolved,
    errors: [...reshapeErrors(ops.view), fails([x23], (x) => ops.view(x.t(), 6), ShapeError, /at least one dimension spans across two contiguous subspaces/)],
  }),
  reshapeAs: row([variant([x23, like], (x, y) => ops.reshapeAs(x, y), to(3, 2))], {
    ...exact,
    errors: [fails([x23, input([5])], (x, y) => ops.reshapeAs(x, y), ShapeError, /which is invalid/)],
  }),
  viewAs: row([variant([x23, like], (x, y) => ops.viewAs(x, y), to(3, 2))], {
    ...exact,
    contiguousOnly: notInvolved,
    errors: [fails([x23, input([5])], (x, y) => ops.viewAs(x, y), ShapeError, /invalid/)],
  }),
  flatten: row(
    [
      shaped([2, 3], (x) => ops.flatten(x), 6),
      shaped([2, 2, 3], (x) => ops.flatten(x, 1), 2, 6),
      shaped([2, 2, 3], (x) => ops.flatten(x, 0, 1), 4, 3),
      shaped([], (x) => ops.flatten(x), 1),
    ],
    {
      ...exact,
      errors: [badDim((x) => ops.flatten(x, 0, 2)), fails([x23], (x) => ops.flatten(x, 1, 0), ShapeError, /start_dim cannot come after end_dim/)],
    },
  ),
  squeeze: row(
    [
      shaped([1, 2, 1], (x) => ops.squeeze(x), 2),
      shaped([1, 2, 1], (x) => ops.squeeze(x, 0), 2, 1),
      shaped([1, 2, 1], (x) => ops.squeeze(x, 1), 1, 2, 1),
      shaped([1], (x) => ops.squeeze(x, -1)),
    ],
    {
      ...exact,
      errors: [badDim((x) => ops.squeeze(x, 2))],
    },
  ),
  unsqueeze: row(
    [shaped([2, 3], (x) => ops.unsqueeze(x, 0), 1, 2, 3), shaped([2, 3], (x) => ops.unsqueeze(x, -1), 2, 3, 1), shaped([], (x) => ops.unsqueeze(x, 0), 1)],
    {
      ...exact,
      errors: [fails([x23], (x) => ops.unsqueeze(x, 3), IndexError, /in \[-3, 2\], got 3/)],
    },
  ),
  permute: row(
    [
      variant(
        [x234],
        (x) => ops.permute(x, 2, 0, 1),
        (x) => permuted(x, 2, 0, 1),
      ),
      variant(
        [x234],
        (x) => ops.permute(x, [0, -1, 1]),
        (x) => permuted(x, 0, 2, 1),
      ),
      shaped([], (x) => ops.permute(x, [])),
    ],
    {
      ...exact,
      errors: [
        badDim((x) => ops.permute(x, 0, 2)),
        fails([x23], (x) => ops.permute(x, 0), ShapeError, /number of dimensions does not match/),
        fails([x23], (x) => ops.permute(x, 1, -1), ArgumentError, /repeated dim/),
      ],
    },
  ),
  transpose: swap(ops.transpose),
  swapaxes: swap(ops.swapaxes),
  t: row(
    [
      variant(
        [x23],
        (x) => ops.t(x),
        (x) => permuted(x, 1, 0),
      ),
      shaped([3], (x) => ops.t(x), 3),
      shaped([], (x) => ops.t(x)),
    ],
    {
      ...exact,
      errors: [fails([x234], (x) => ops.t(x), ShapeError, /at most 2 dims, got \[2, 3, 4\]/)],
    },
  ),
  expand: row(
    [
      variant(
        [[3, 1]],
        (x) => ops.expand(x, 3, 4),
        (x) => build([3, 4], (i) => look(x, i)),
      ),
      variant(
        [[3]],
        (x) => ops.expand(x, [2, -1]),
        (x) => build([2, 3], (i) => look(x, i)),
      ),
      variant(
        [[]],
        (x) => ops.expand(x, 2, 2),
        (x) => build([2, 2], (i) => look(x, i)),
      ),
      variant(
        [[1]],
        (x) => ops.expand(x, 0),
        () => ({ shape: [0], data: [] }),
      ),
    ],
    {
      ...exact,
      errors: [
        fails([x23], (x) => ops.expand(x, 2, 4), ShapeError, /sizes must match at non-singleton dimensions/),
        fails([x23], (x) => ops.expand(x, 3), ShapeError, /sizes that shape \[2, 3\] expands to, got \[3\]/),
        fails([input([1])], (x) => ops.expand(x, -2), ShapeError, />= 0, got -2/),
      ],
    },
  ),
  expandAs: row(
    [
      variant(
        [input([3, 1]), input([3, 2])],
        (x, y) => ops.expandAs(x, y),
        (x) => build([3, 2], (i) => look(x, i)),
      ),
    ],
    { ...exact, errors: [fails([x23, input([4])], (x, y) => ops.expandAs(x, y), ShapeError, /expands to/)] },
  ),
  broadcastTo: row(
    [
      variant(
        [[3]],
        (x) => ops.broadcastTo(x, [2, 3]),
        (x) => build([2, 3], (i) => look(x, i)),
      ),
    ],
    { ...exact, errors: [fails([x23], (x) => ops.broadcastTo(x, [2, 4]), ShapeError, /non-singleton/)] },
  ),
  select: row(
    [
      variant(
        [x23],
        (x) => ops.select(x, 0, 1),
        (x) => part(x, [3], ([j]) => [1, j]),
      ),
      variant(
        [x23],
        (x) => ops.select(x, -1, -1),
        (x) => part(x, [2], ([i]) => [i, 2]),
      ),
    ],
    {
      ...exact,
      errors: [
        badDim((x) => ops.select(x, 2, 0)),
        fails([x23], (x) => ops.select(x, 0, 2), IndexError, /index in \[-2, 1\] for dim 0 of shape \[2, 3\], got 2: index out of range/),
        fails([input([])], (x) => ops.select(x, 0, 0), IndexError, /0-dim tensor/),
      ],
    },
  ),
  narrow: row(
    [
      variant(
        [[5]],
        (x) => ops.narrow(x, 0, 1, 3),
        (x) => part(x, [3], ([i]) => [i + 1]),
      ),
      variant(
        [[2, 4]],
        (x) => ops.narrow(x, 1, -2, 2),
        (x) => part(x, [2, 2], ([i, j]) => [i, j + 2]),
      ),
      variant(
        [[3]],
        (x) => ops.narrow(x, 0, 3, 0),
        () => ({ shape: [0], data: [] }),
      ),
    ],
    {
      ...exact,
      errors: [
        badDim((x) => ops.narrow(x, 2, 0, 1)),
        fails([x23], (x) => ops.narrow(x, 1, 2, 2), IndexError, /exceeds dimension size/),
        fails([x23], (x) => ops.narrow(x, 0, 0, -1), ShapeError, /length must be non-negative/),
        fails([input([])], (x) => ops.narrow(x, 0, 0, 1), ShapeError, /0-dim/),
      ],
    },
  ),
  clone: row([shaped([2, 3], (x) => ops.clone(x), 2, 3), shaped([], (x) => ops.clone(x)), shaped([0], (x) => ops.clone(x), 0)], {
    ...exact,
    errors: [fails([], () => ops.clone(1 as never), ArgumentError, /to be a tensor/)],
  }),
  contiguous: row(
    [
      shaped([2, 3], (x) => ops.contiguous(x), 2, 3),
      variant(
        [x23],
        (x) => ops.contiguous(x.t()),
        (x) => permuted(x, 1, 0),
      ),
    ],
    exact,
  ),
  detach: row([shaped([2, 3], (x) => ops.detach(x), 2, 3)], { ...exact, gradients: false }),
  detach_: row([shaped([2, 3], (x) => ops.detach_(x.clone()), 2, 3)], {
    ...exact,
    gradients: false,
    errors: [fails([input([4], [0, 1], { grad: true })], (x) => ops.detach_(x.mul(1).narrow(0, 0, 1)), GradientError, /view/)],
  }),
  to: row(
    [
      shaped([5], (x) => ops.to(x, 'float64'), 5),
      shaped([5], (x) => ops.to(x, { dtype: 'float64', copy: true }), 5),
      variant(
        [input([5], [-1, 1]), x23],
        (x, y) => ops.to(x, y),
        (x) => x,
      ),
    ],
    {
      ...exact,
      dtypes: ['float64'],
      errors: [fails([x23], (x) => ops.to(x, 'double' as never), DTypeError, /a dtype: 'float32', .* got "double"/)],
    },
  ),
  double: conversion(ops.double, (v) => v, true),
  float: conversion(ops.float, Math.fround, false),
  int: conversion(ops.int, Math.trunc, false),
  long: conversion(ops.long, Math.trunc, false),
  byte: conversion(ops.byte, (v) => Math.trunc(v) & 255, false),
  bool: conversion(ops.bool, (v) => Number(v !== 0), false),
  copy_: row(
    [
      variant(
        [x23, input([2, 3])],
        (x, y) => ops.copy_(x.clone(), y),
        (_, y) => y,
      ),
      variant(
        [x23, input([3])],
        (x, y) => ops.copy_(x.clone(), y),
        (_, y) => build([2, 3], (i) => look(y, i)),
      ),
      variant(
        [x23, input([])],
        (x, y) => ops.copy_(x.clone().t(), y),
        (_, y) => build([3, 2], () => y.data[0]),
      ),
    ],
    {
      ...exact,
      errors: [
        fails([x23, input([4])], (x, y) => ops.copy_(x, y), ShapeError, /output with shape \[2, 3\] that doesn't match the broadcast shape \[4\]/),
        fails([input([2], [0, 1], { grad: true }), input([2])], (x, y) => ops.copy_(x, y), GradientError, /leaf Variable/),
      ],
    },
  ),
  fill_: row(
    [
      variant(
        [x23],
        (x) => ops.fill_(x.clone(), 2),
        (x) => each(() => 2)(x),
      ),
      variant(
        [x23, input([], [1, 2])],
        (x, v) => ops.fill_(x.clone(), v),
        (x, v) => each(() => v.data[0])(x),
      ),
    ],
    {
      ...exact,
      dtypes: [...floats, 'int32', 'int64', 'uint8'],
      errors: [
        fails([x23, input([2])], (x, v) => ops.fill_(x, v), DTypeError, /0-d tensor/),
        fails([input([2], [0, 1], { grad: true })], (x) => ops.fill_(x, 1), GradientError, /leaf Variable/),
      ],
    },
  ),
  zero_: row(
    [
      variant(
        [x23],
        (x) => ops.zero_(x.clone()),
        each(() => 0),
      ),
    ],
    { ...exact, errors: [fails([input([2], [0, 1], { grad: true })], (x) => ops.zero_(x), GradientError, /leaf Variable/)] },
  ),
} satisfies Record<string, Row>;

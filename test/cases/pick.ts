// Joining, cutting, indexing.

import type { DType } from '../../src/core/dtype.js';
import { ArgumentError, DTypeError, GradientError, IndexError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import { slice } from '../../src/ops/indexing.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { build, type Grid, look } from './grid.js';
import { type Call, fails, floats, input, type Row, row, variant, whole } from './row.js';

const exact = { tolerance: { ulp: 0 }, exact: true, dtypes: [...floats, 'int32', 'int64', 'uint8'] as readonly DType[] };
const x23 = input([2, 3]);
const part = (x: Grid, shape: number[], from: (index: number[]) => number[]): Grid => build(shape, (index) => look(x, from(index)));
const columns = (x: Grid, start: number, size: number): Grid => part(x, [x.shape[0], size], ([i, j]) => [i, j + start]);
const badDim = (call: (x: Tensor) => unknown) => fails([x23], call as Call, IndexError, /dim in \[-2, 1\], got 2/);
const scalar = (call: (x: Tensor) => unknown) => fails([input([])], call as Call, ShapeError, /0-d tensor/);

const cat = (call: typeof ops.cat): Row =>
  row(
    [
      variant(
        [
          [2, 3],
          [4, 3],
        ],
        (a, b) => call([a, b]),
        (a, b) => ({ shape: [6, 3], data: [...a.data, ...b.data] }),
      ),
      variant(
        [
          [2, 3],
          [2, 1],
          [2, 2],
        ],
        (a, b, c) => call([a, b, c], 1),
        (a, b, c) => build([2, 6], ([i, j]) => (j < 3 ? look(a, [i, j]) : j < 4 ? look(b, [i, 0]) : look(c, [i, j - 4]))),
      ),
      variant(
        [[2], [0], [1]],
        (a, b, c) => call([a, b, c], { dim: -1 }),
        (a, _, c) => ({ shape: [3], data: [...a.data, ...c.data] }),
      ),
      variant(
        [[3]],
        (a) => call([a, a]),
        (a) => ({ shape: [6], data: [...a.data, ...a.data] }),
      ),
    ],
    {
      ...exact,
      errors: [
        fails([], () => call([]), ArgumentError, /non-empty list/),
        fails([x23, input([2, 4])], (a, b) => call([a, b]), ShapeError, /sizes that match except in dim 0, got \[2, 3\] and \[2, 4\] \(tensor 1\)/),
        fails([input([])], (a) => call([a, a]), ShapeError, /zero-dimensional tensor cannot be concatenated/),
        fails([x23], (a) => call(a as never), ArgumentError, /an array of tensors/),
        badDim((a) => call([a, a], 2)),
      ],
    },
  );

const rows23 = whole('int64', [2, 2], [0, 2, 1, 1]);
const labels = whole('int32', [4], [1, 0, 1, 1]);
const out = whole('int64', [1, 1], [3]);

export const pick = {
  cat: cat(ops.cat),
  concat: cat(ops.concat),
  stack: row(
    [
      variant(
        [[3], [3]],
        (a, b) => ops.stack([a, b]),
        (a, b) => ({ shape: [2, 3], data: [...a.data, ...b.data] }),
      ),
      variant(
        [[3], [3]],
        (a, b) => ops.stack([a, b], -1),
        (a, b) => build([3, 2], ([i, j]) => [a, b][j].data[i]),
      ),
      variant(
        [[], []],
        (a, b) => ops.stack([a, b]),
        (a, b) => ({ shape: [2], data: [...a.data, ...b.data] }),
      ),
    ],
    {
      ...exact,
      errors: [
        fails([], () => ops.stack([]), ArgumentError, /non-empty/),
        fails([x23, input([3])], (a, b) => ops.stack([a, b]), ShapeError, /equal size, got \[2, 3\] and \[3\]/),
      ],
    },
  ),
  split: row(
    [
      variant(
        [[2, 5]],
        (x) => ops.split(x, 2, 1),
        (x) => [columns(x, 0, 2), columns(x, 2, 2), columns(x, 4, 1)],
      ),
      variant(
        [[2, 5]],
        (x) => ops.split(x, [1, 0, 4], 1),
        (x) => [columns(x, 0, 1), columns(x, 1, 0), columns(x, 1, 4)],
      ),
      variant(
        [[2, 4]],
        (x) => ops.split(x, 3, 1)[1],
        (x) => columns(x, 3, 1),
      ),
    ],
    {
      ...exact,
      errors: [
        badDim((x) => ops.split(x, 1, 2)),
        scalar((x) => ops.split(x, 1)),
        fails([x23], (x) => ops.split(x, [1, 1], 1), ShapeError, /sum exactly to 3/),
        fails([x23], (x) => ops.split(x, 0), ShapeError, /a split size > 0/),
      ],
    },
  ),
  chunk: row(
    [
      variant(
        [[2, 5]],
        (x) => ops.chunk(x, 2, 1),
        (x) => [columns(x, 0, 3), columns(x, 3, 2)],
      ),
    ],
    { ...exact, errors: [scalar((x) => ops.chunk(x, 1)), fails([x23], (x) => ops.chunk(x, 0), ArgumentError, /chunks > 0/)] },
  ),
  unbind: row(
    [
      variant(
        [[2, 3]],
        (x) => ops.unbind(x),
        (x) => [0, 1].map((i) => part(x, [3], ([j]) => [i, j])),
      ),
      variant(
        [[2, 2]],
        (x) => ops.unbind(x, 1),
        (x) => [0, 1].map((j) => part(x, [2], ([i]) => [i, j])),
      ),
    ],
    {
      ...exact,
      errors: [badDim((x) => ops.unbind(x, 2))],
    },
  ),
  gather: row(
    [
      variant(
        [x23, rows23],
        (x, i) => ops.gather(x, 1, i),
        (x, k) => build([2, 2], ([i, j]) => look(x, [i, look(k, [i, j])])),
      ),
      variant(
        [x23, whole('int32', [1, 3], [1, 0, 1])],
        (x, i) => ops.gather(x, 0, i),
        (x, k) => build([1, 3], ([i, j]) => look(x, [look(k, [i, j]), j])),
      ),
      variant(
        [[], whole('int64', [], [0])].map((s) => (Array.isArray(s) ? input(s) : s)),
        (x, i) => ops.gather(x, 0, i),
        (x) => x,
      ),
      variant(
        [[5, 37].map(Number), whole('int64', [5, 2], [0, 36, 1, 1, 2, 20, 9, 9, 7, 0])].map((s) => (Array.isArray(s) ? input(s) : s)),
        (x, i) => ops.gather(x, 1, i),
        (x, k) => build([5, 2], ([i, j]) => look(x, [i, look(k, [i, j])])),
      ),
    ],
    {
      ...exact,
      errors: [
        fails([x23, out], (x, i) => ops.gather(x, 1, i), IndexError, /index 3 is out of bounds for dimension with size 3/),
        fails([x23, whole('int64', [1, 1], [-1])], (x, i) => ops.gather(x, 1, i), IndexError, /index -1 is out of bounds/),
        fails([x23, labels], (x, i) => ops.gather(x, 1, i), ShapeError, /same number of dimensions/),
        fails([x23, whole('int64', [3, 1], [0, 0, 0])], (x, i) => ops.gather(x, 1, i), ShapeError, /an index no larger than \[2, 3\]/),
        fails([x23], (x) => ops.gather(x, 1, x), DTypeError, /index to be int32 or int64, got float64/),
        badDim((x) => ops.gather(x, 2, x)),
      ],
    },
  ),
  indexSelect: row(
    [
      variant(
        [x23, labels],
        (x, i) => ops.indexSelect(x, 0, i),
        (x, k) => build([4, 3], ([i, j]) => look(x, [k.data[i], j])),
      ),
      variant(
        [x23, whole('int64', [2], [2, 0])],
        (x, i) => ops.indexSelect(x, -1, i),
        (x, k) => build([2, 2], ([i, j]) => look(x, [i, k.data[j]])),
      ),
      variant(
        [x23, whole('int64', [0], [])],
        (x, i) => ops.indexSelect(x, 1, i),
        () => ({ shape: [2, 0], data: [] }),
      ),
    ],
    {
      ...exact,
      errors: [
        fails([x23, labels], (x, i) => ops.indexSelect(x, 0, i.add(1)), IndexError, /out of bounds for dimension with size 2/),
        fails([x23, rows23], (x, i) => ops.indexSelect(x, 0, i), ShapeError, /Index is supposed to be a vector/),
        badDim((x) => ops.indexSelect(x, 2, x)),
      ],
    },
  ),
  at: row(
    [
      variant(
        [x23],
        (x) => ops.at(x, 1),
        (x) => part(x, [3], ([j]) => [1, j]),
      ),
      variant(
        [x23],
        (x) => ops.at(x, '...', -1),
        (x) => part(x, [2], ([i]) => [i, 2]),
      ),
      variant(
        [input([6])],
        (x) => ops.at(x, '1:5:2'),
        (x) => part(x, [2], ([i]) => [2 * i + 1]),
      ),
      variant(
        [x23],
        (x) => ops.at(x, slice(null, 1), null),
        (x) => ({ shape: [1, 1, 3], data: x.data.slice(0, 3) }),
      ),
      variant(
        [input([5])],
        (x) => ops.at(x, '-3:100'),
        (x) => part(x, [3], ([i]) => [i + 2]),
      ),
      variant(
        [x23, labels],
        (x, i) => ops.at(x, i),
        (x, k) => build([4, 3], ([i, j]) => look(x, [k.data[i], j])),
      ),
      variant(
        [x23],
        (x) => ops.at(x, ':', [-1, 0]),
        (x) => build([2, 2], ([i, j]) => look(x, [i, j === 0 ? 2 : 0])),
      ),
    ],
    {
      ...exact,
      errors: [
        fails([x23], (x) => ops.at(x, 0, 0, 0), IndexError, /too many indices for tensor of dimension 2/),
        fails([x23], (x) => ops.at(x, 2), IndexError, /index/),
        fails([x23], (x) => ops.at(x, '...', '...'), IndexError, /at most one '...'/),
        fails([x23], (x) => ops.at(x, 'a:b'), ArgumentError, /an index/),
        fails([x23], (x) => ops.at(x, '::0'), ArgumentError, /step must be positive/),
        fails([x23], (x) => ops.at(x, 0.5), ArgumentError, /integer/),
        fails([x23], (x) => ops.at(x, [2]), IndexError, /index 2 is out of bounds for dimension .*with size 2/),
      ],
    },
  ),
  setAt: row(
    [
      variant(
        [x23, input([3])],
        (x, v) => ops.setAt(x.clone(), 0, v),
        (x, v) => build([2, 3], ([i, j]) => (i === 0 ? v.data[j] : look(x, [i, j]))),
      ),
      variant(
        [x23, input([])],
        (x, v) => ops.setAt(x.clone(), ['...', '1:'], v),
        (x, v) => build([2, 3], ([i, j]) => (j > 0 ? v.data[0] : look(x, [i, j]))),
      ),
      variant(
        [x23],
        (x) => ops.setAt(x.clone(), [1, -1], 7),
        (x) => build([2, 3], ([i, j]) => (i === 1 && j === 2 ? 7 : look(x, [i, j]))),
      ),
      variant(
        [x23],
        (x) => ops.setAt(x.mul(1), [0], x.at(1)),
        (x) => build([2, 3], ([, j]) => look(x, [1, j])),
      ),
    ],
    {
      ...exact,
      errors: [
        fails([x23, input([4])], (x, v) => ops.setAt(x, 0, v), ShapeError, /doesn't match the broadcast shape/),
        fails([input([2], [0, 1], { grad: true })], (x) => ops.setAt(x, 0, 1), GradientError, /a view of a leaf Variable/),
        fails([x23], (x) => ops.setAt(x, [2], 1), IndexError, /index/),
      ],
    },
  ),
  indexPut: row(
    [
      variant(
        [x23, whole('int64', [2], [1, 0]), input([2, 3])],
        (x, i, v) => ops.indexPut(x, [i], v),
        (_, i, v) => build([2, 3], ([r, j]) => look(v, [i.data.indexOf(r), j])),
      ),
      variant(
        [x23, whole('int64', [3], [1, 1, 0]), input([3])],
        (x, i, v) => ops.indexPut(x, [null, i], v.narrow(0, 0, 1), true),
        (x, i, v) => build([2, 3], ([r, j]) => look(x, [r, j]) + i.data.filter((c) => c === j).length * v.data[0]),
      ),
    ],
    {
      ...exact,
      tolerance: { ulp: 2, eps: 2 },
      dtypes: floats,
      errors: [
        fails([x23, whole('int64', [1], [2]), input([3])], (x, i, v) => ops.indexPut(x, [i], v), IndexError, /index 2 is out of bounds/),
        fails([x23], (x) => ops.indexPut(x, [], x), ArgumentError, /at least one index tensor/),
      ],
    },
  ),
  indexPut_: row(
    [
      variant(
        [x23, whole('int64', [2], [1, 0]), input([2, 3])],
        (x, i, v) => ops.indexPut_(x.clone(), [i], v),
        (_, i, v) => build([2, 3], ([r, j]) => look(v, [i.data.indexOf(r), j])),
      ),
    ],
    {
      ...exact,
      dtypes: floats,
      errors: [
        fails(
          [input([2], [0, 1], { grad: true }), whole('int64', [1], [0])],
          (x, i) => ops.indexPut_(x, [i], x.detach().narrow(0, 0, 1)),
          GradientError,
          /leaf Variable/,
        ),
      ],
    },
  ),
} satisfies Record<string, Row>;

// Other orders, repetitions, diagonals, parts replaced, tensors assembled of several.
import type { DType } from '../../src/core/dtype.js';
import { ArgumentError, IndexError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { build, type Grid, look, reshaped } from './grid.js';
import { type Call, type ErrorRow, type Formula, fails, floats, input, type Row, row, type Variant, variant, whole } from './row.js';
import { torch } from './torch.js';

const exact = { tolerance: { ulp: 0 }, exact: true, dtypes: [...floats, 'int32', 'int64', 'uint8'] as readonly DType[] };
const notInvolved = 'a view needs the layout it was made for';
const x23 = input([2, 3]);
const one = (shape: number[], call: (x: Tensor) => unknown, formula: Formula): Variant => variant([shape], call as Call, formula);
const moves = (variants: Variant[], errors: ErrorRow[] = [], more: Partial<Row> = {}): Row => row(variants, { ...exact, errors, ...(more as object) });
/** The elements of `shape`, each taken from an index of x. */
const from =
  (shape: number[], where: (...index: number[]) => number[]): Formula =>
  (x: Grid) =>
    build(shape, (index) => look(x, where(...index)));
/** The elements of x where `keep` says so, zeros elsewhere. */
const masked =
  (keep: (...index: number[]) => boolean): Formula =>
  (x: Grid) =>
    build([...x.shape], (index) => (keep(...index) ? look(x, index) : 0));
/** x, but where `place` gives an index of the source. */
const patched =
  (place: (...index: number[]) => number[] | null): Formula =>
  (x: Grid, src: Grid) =>
    build([...x.shape], (index) => {
      const at = place(...index);
      return at === null ? look(x, index) : look(src, at);
    });
const shaped =
  (...shape: number[]): Formula =>
  (x: Grid) =>
    reshaped(x, ...shape);
const triangle = (call: (x: Tensor, k?: number) => Tensor, keep: (distance: number, k: number) => boolean): Row =>
  moves(
    [
      one(
        [3, 4],
        (x) => call(x),
        masked((i, j) => keep(j - i, 0)),
      ),
      one(
        [2, 3, 2],
        (x) => call(x, -1),
        masked((_, i, j) => keep(j - i, -1)),
      ),
      one(
        [0, 3],
        (x) => call(x, 1),
        masked(() => false),
      ),
    ],
    [fails([input([3])], (x) => call(x), ShapeError, /at least 2 dimensions/)],
  );
const vectors = [[2], [3]];
const matrices = [
  [2, 3],
  [2, 3],
];
const indices = (name: string, call: typeof ops.trilIndices): Row =>
  row(
    [
      variant([], () => call(3, 4), torch(`: ${name}(3, 4)`)),
      variant([], () => call(2, 3, -1), torch(`: ${name}(2, 3, -1)`)),
      variant([], () => call(0, 3, { offset: 1, dtype: 'int64' }), torch(`: ${name}(0, 3, offset=1)`)),
    ],
    {
      ...exact,
      gradients: false,
      errors: [fails([], () => call(-1, 2), ShapeError, /rows >= 0/)],
    },
  );

export const movement = {
  flip: moves(
    [
      one(
        [4],
        (x) => ops.flip(x, 0),
        from([4], (i) => [3 - i]),
      ),
      one(
        [2, 3],
        (x) => ops.flip(x, [0, -1]),
        from([2, 3], (i, j) => [1 - i, 2 - j]),
      ),
      one([0, 2], (x) => ops.flip(x, 0), shaped(0, 2)),
    ],
    [fails([x23], (x) => ops.flip(x, 0, 0), IndexError, /appears multiple times/), fails([x23], (x) => ops.flip(x, 2), IndexError, /dim in \[-2, 1\]/)],
  ),
  fliplr: moves(
    [
      one(
        [2, 3],
        (x) => ops.fliplr(x),
        from([2, 3], (i, j) => [i, 2 - j]),
      ),
    ],
    [fails([input([3])], (x) => ops.fliplr(x), ShapeError, /must be >= 2-d/)],
  ),
  flipud: moves(
    [
      one(
        [2, 3],
        (x) => ops.flipud(x),
        from([2, 3], (i, j) => [1 - i, j]),
      ),
    ],
    [fails([input([])], (x) => ops.flipud(x), ShapeError, /must be >= 1-d/)],
  ),
  roll: moves(
    [
      one(
        [5],
        (x) => ops.roll(x, 2),
        from([5], (i) => [(i + 3) % 5]),
      ),
      one(
        [2, 3],
        (x) => ops.roll(x, [1, -1], [0, 1]),
        from([2, 3], (i, j) => [(i + 1) % 2, (j + 1) % 3]),
      ),
      one(
        [2, 3],
        (x) => ops.roll(x, 1),
        (x: Grid) => ({ shape: [2, 3], data: x.data.map((_, i) => x.data[(i + 5) % 6]) }),
      ),
    ],
    [fails([x23], (x) => ops.roll(x, [1, 2], 0), ArgumentError, /must align/), fails([x23], (x) => ops.roll(x, []), ArgumentError, /`shifts` required/)],
  ),
  rot90: moves(
    [
      one(
        [2, 3],
        (x) => ops.rot90(x),
        from([3, 2], (i, j) => [j, 2 - i]),
      ),
      one(
        [2, 3],
        (x) => ops.rot90(x, 2),
        from([2, 3], (i, j) => [1 - i, 2 - j]),
      ),
      one(
        [2, 3],
        (x) => ops.rot90(x, -1),
        from([3, 2], (i, j) => [1 - j, i]),
      ),
    ],
    [fails([x23], (x) => ops.rot90(x, 1, [0]), ArgumentError, /dims == 2/), fails([x23], (x) => ops.rot90(x, 1, [0, 0]), IndexError, /once/)],
  ),
  movedim: moves(
    [
      one(
        [2, 3, 2],
        (x) => ops.movedim(x, 0, -1),
        from([3, 2, 2], (i, j, k) => [k, i, j]),
      ),
      one(
        [2, 3, 2],
        (x) => ops.movedim(x, [0, 1], [1, 0]),
        from([3, 2, 2], (i, j, k) => [j, i, k]),
      ),
    ],
    [
      fails([x23], (x) => ops.movedim(x, [0, 1], [0]), ArgumentError, /invalid source or destination/),
      fails([x23], (x) => ops.movedim(x, [0, 0], [0, 1]), IndexError, /source once/),
    ],
  ),
  repeat: moves(
    [
      one(
        [2, 3],
        (x) => ops.repeat(x, 2, 1),
        from([4, 3], (i, j) => [i % 2, j]),
      ),
      one(
        [3],
        (x) => ops.repeat(x, [2, 2]),
        from([2, 6], (_, j) => [j % 3]),
      ),
      one([2], (x) => ops.repeat(x, 0), shaped(0)),
    ].map((v, i) => (i === 2 ? { ...v, formula: () => ({ shape: [0], data: [] }) } : v)),
    [fails([x23], (x) => ops.repeat(x, 2), ShapeError, /can not be smaller/)],
  ),
  tile: moves(
    [
      one(
        [2, 3],
        (x) => ops.tile(x, 2),
        from([2, 6], (i, j) => [i, j % 3]),
      ),
    ],
    [fails([x23], (x) => ops.tile(x, -1), ShapeError, /size 0 >= 0/)],
  ),
  repeatInterleave: moves(
    [
      one(
        [2, 3],
        (x) => ops.repeatInterleave(x, 2),
        from([12], (i) => [Math.floor(i / 6), Math.floor(i / 2) % 3]),
      ),
      variant(
        [x23, whole('int64', [3], [1, 0, 2])],
        (x, n) => ops.repeatInterleave(x, n, 1),
        (x) => build([2, 3], ([i, j]) => look(x, [i, [0, 2, 2][j]])),
      ),
    ],
    [fails([x23, whole('int64', [2], [1, 1])], (x, n) => ops.repeatInterleave(x, n, 1), ShapeError, /same size as input along dim/)],
  ),
  diagonal: moves(
    [
      one(
        [3, 3],
        (x) => ops.diagonal(x),
        from([3], (i) => [i, i]),
      ),
      one(
        [2, 3],
        (x) => ops.diagonal(x, 1),
        from([2], (i) => [i, i + 1]),
      ),
      one(
        [2, 3, 2],
        (x) => ops.diagonal(x, { offset: -1, dim1: 0, dim2: 2 }),
        from([3, 1], (i, j) => [j + 1, i, j]),
      ),
    ],
    [fails([x23], (x) => ops.diagonal(x, 0, 1, -1), ArgumentError, /cannot be identical/)],
  ),
  diagEmbed: moves(
    [
      one(
        [2],
        (x) => ops.diagEmbed(x),
        (x: Grid) => build([2, 2], ([i, j]) => (i === j ? look(x, [i]) : 0)),
      ),
      one(
        [2, 2],
        (x) => ops.diagEmbed(x, 1),
        (x: Grid) => build([2, 3, 3], ([n, i, j]) => (j === i + 1 ? look(x, [n, i]) : 0)),
      ),
    ],
    [fails([x23], (x) => ops.diagEmbed(x, 0, 1, 1), ArgumentError, /cannot be identical/)],
  ),
  diag: moves(
    [
      one(
        [2],
        (x) => ops.diag(x, -1),
        (x: Grid) => build([3, 3], ([i, j]) => (i === j + 1 ? look(x, [j]) : 0)),
      ),
      one(
        [2, 3],
        (x) => ops.diag(x),
        from([2], (i) => [i, i]),
      ),
    ],
    [fails([input([])], (x) => ops.diag(x), ShapeError, /matrix or a vector expected/)],
  ),
  diagflat: moves([
    one(
      [2, 1],
      (x) => ops.diagflat(x),
      (x: Grid) => build([2, 2], ([i, j]) => (i === j ? look(x, [i, 0]) : 0)),
    ),
  ]),
  tril: triangle(ops.tril, (distance, k) => distance <= k),
  triu: triangle(ops.triu, (distance, k) => distance >= k),
  tril_: triangle(
    (x, k) => ops.tril_(x.clone(), k),
    (distance, k) => distance <= k,
  ),
  triu_: triangle(
    (x, k) => ops.triu_(x.clone(), k),
    (distance, k) => distance >= k,
  ),
  trilIndices: indices('torch.tril_indices', ops.trilIndices),
  triuIndices: indices('torch.triu_indices', ops.triuIndices),
  ravel: moves([one([2, 3], (x) => ops.ravel(x), shaped(6)), one([], (x) => ops.ravel(x), shaped(1))]),
  unflatten: moves([one([6], (x) => ops.unflatten(x, 0, [2, -1]), shaped(2, 3))], [fails([x23], (x) => ops.unflatten(x, 1, [2]), ShapeError, /invalid/)], {
    contiguousOnly: notInvolved,
  }),
  asStrided: moves(
    [
      one(
        [6],
        (x) => ops.asStrided(x, [2, 3], [1, 2]),
        from([2, 3], (i, j) => [i + 2 * j]),
      ),
      one(
        [5],
        (x) => ops.asStrided(x, [3, 2], [1, 1], 1),
        from([3, 2], (i, j) => [1 + i + j]),
      ),
    ],
    [
      fails([x23], (x) => ops.asStrided(x, [7], [1]), ShapeError, /out of bounds/),
      fails([x23], (x) => ops.asStrided(x, [2], [1, 1]), ArgumentError, /mismatch in length/),
    ],
    { contiguousOnly: notInvolved },
  ),
  asStridedScatter: moves(
    [
      variant(
        [[4], [2]],
        (x, s) => ops.asStridedScatter(x, s, [2], [2]),
        patched((i) => (i % 2 === 0 ? [i / 2] : null)),
      ),
    ],
    [],
    { contiguousOnly: notInvolved },
  ),
  selectScatter: moves(
    [
      variant(
        [[2, 3], [2]],
        (x, s) => ops.selectScatter(x, s, 1, -1),
        patched((i, j) => (j === 2 ? [i] : null)),
      ),
    ],
    [fails([x23, x23], (x, s) => ops.selectScatter(x, s, 0, 0), ShapeError, /size equal to the slice/)],
  ),
  sliceScatter: moves(
    [
      variant(
        [
          [2, 3],
          [2, 2],
        ],
        (x, s) => ops.sliceScatter(x, s, 1, 0, 3, 2),
        patched((i, j) => (j % 2 === 0 ? [i, j / 2] : null)),
      ),
    ],
    [fails([x23, x23], (x, s) => ops.sliceScatter(x, s, 0, 1), ShapeError, /size equal to the slice/)],
  ),
  diagonalScatter: moves([
    variant(
      [[3, 3], [2]],
      (x, s) => ops.diagonalScatter(x, s, 1),
      patched((i, j) => (j === i + 1 ? [i] : null)),
    ),
  ]),
  resize_: moves(
    [
      one([2, 3], (x) => ops.resize_(x.detach().clone(), 3, 2), shaped(3, 2)),
      one(
        [2],
        (x) => ops.resize_(x.detach().contiguous().clone(), [3]),
        (x: Grid) => ({ shape: [3], data: [...x.data, 0] }),
      ),
    ],
    [
      fails([x23], (x) => ops.resize_(x, -1), ShapeError, /size 0 >= 0/),
      fails([input([3])], (x) => ops.resize_(x.at('1:'), 5), ShapeError, /a view has no memory/),
    ],
    { gradients: false, contiguousOnly: 'it is about memory' } as never,
  ),
  sumToSize: row(
    [
      one(
        [2, 3],
        (x) => ops.sumToSize(x, 1, 3),
        (x: Grid) => build([1, 3], ([, j]) => look(x, [0, j]) + look(x, [1, j])),
      ),
      one(
        [2],
        (x) => ops.sumToSize(x, []),
        (x: Grid) => ({ shape: [], data: [x.data[0] + x.data[1]] }),
      ),
    ],
    { errors: [fails([x23], (x) => ops.sumToSize(x, 2), ShapeError, /not expandable/)] },
  ),
  atleast1d: moves([
    one([], (x) => ops.atleast1d(x), shaped(1)),
    variant(
      [[], [2]],
      (a, b) => ops.atleast1d(a, b),
      (a, b) => [reshaped(a, 1), b],
    ),
  ]),
  atleast2d: moves([
    one([2], (x) => ops.atleast2d(x), shaped(1, 2)),
    one(
      [],
      (x) => ops.atleast2d([x]),
      (x: Grid) => [reshaped(x, 1, 1)],
    ),
  ]),
  atleast3d: moves([one([2], (x) => ops.atleast3d(x), shaped(1, 2, 1)), one([2, 3], (x) => ops.atleast3d(x), shaped(2, 3, 1))]),
  vstack: moves(
    [
      variant(
        vectors.map(() => [2]),
        (a, b) => ops.vstack([a, b]),
        (a, b) => ({ shape: [2, 2], data: [...a.data, ...b.data] }),
      ),
    ],
    [fails([], () => ops.vstack([]), ArgumentError, /non-empty/)],
  ),
  rowStack: moves([
    variant(
      matrices,
      (a, b) => ops.rowStack([a, b]),
      (a, b) => ({ shape: [4, 3], data: [...a.data, ...b.data] }),
    ),
  ]),
  hstack: moves([
    variant(
      vectors,
      (a, b) => ops.hstack([a, b]),
      (a, b) => ({ shape: [5], data: [...a.data, ...b.data] }),
    ),
    variant(
      matrices,
      (a, b) => ops.hstack([a, b]),
      (a, b) => build([2, 6], ([i, j]) => look(j < 3 ? a : b, [i, j % 3])),
    ),
  ]),
  dstack: moves([
    variant(
      matrices,
      (a, b) => ops.dstack([a, b]),
      (a, b) => build([2, 3, 2], ([i, j, k]) => look(k === 0 ? a : b, [i, j])),
    ),
  ]),
  columnStack: moves([
    variant(
      [[2], [2, 2]],
      (a, b) => ops.columnStack([a, b]),
      (a, b) => build([2, 3], ([i, j]) => (j === 0 ? look(a, [i]) : look(b, [i, j - 1]))),
    ),
  ]),
  blockDiag: moves(
    [
      variant(
        [[2, 1], [2]],
        (a, b) => ops.blockDiag(a, b),
        (a, b) => build([3, 3], ([i, j]) => (i < 2 && j === 0 ? look(a, [i, 0]) : i === 2 && j > 0 ? look(b, [j - 1]) : 0)),
      ),
    ],
    [fails([input([1, 1, 1])], (a) => ops.blockDiag(a), ShapeError, /2 or fewer/)],
  ),
  broadcastTensors: moves(
    [
      variant(
        [[2, 1], [3]],
        (a, b) => ops.broadcastTensors(a, b),
        (a, b) => [build([2, 3], ([i]) => look(a, [i, 0])), build([2, 3], ([, j]) => look(b, [j]))],
      ),
    ],
    [fails([input([2]), input([3])], (a, b) => ops.broadcastTensors(a, b), ShapeError, /broadcast/)],
  ),
  meshgrid: moves(
    [
      variant(
        vectors,
        (a, b) => ops.meshgrid(a, b),
        (a, b) => [build([2, 3], ([i]) => look(a, [i])), build([2, 3], ([, j]) => look(b, [j]))],
      ),
      variant(
        vectors,
        (a, b) => ops.meshgrid([a, b], { indexing: 'xy' }),
        (a, b) => [build([3, 2], ([, j]) => look(a, [j])), build([3, 2], ([i]) => look(b, [i]))],
      ),
    ],
    [fails([x23], (a) => ops.meshgrid(a), ShapeError, /scalar or 1D tensor/)],
  ),
  cartesianProd: moves(
    [
      variant(
        vectors,
        (a, b) => ops.cartesianProd(a, b),
        (a, b) => build([6, 2], ([i, j]) => (j === 0 ? look(a, [Math.floor(i / 3)]) : look(b, [i % 3]))),
      ),
    ],
    [fails([x23], (a) => ops.cartesianProd(a), ShapeError, /1D vector/)],
  ),
  tensorSplit: moves(
    [
      one(
        [5],
        (x) => ops.tensorSplit(x, 2),
        (x: Grid) => [
          { shape: [3], data: x.data.slice(0, 3) },
          { shape: [2], data: x.data.slice(3) },
        ],
      ),
      one(
        [5],
        (x) => ops.tensorSplit(x, [1, -1]),
        (x: Grid) => [0, 1, 4].map((at, i) => ({ shape: [[1, 3, 1][i]], data: x.data.slice(at, [1, 4, 5][i]) })),
      ),
    ],
    [
      fails([input([])], (x) => ops.tensorSplit(x, 2), ShapeError, /at least a 1-dimensional/),
      fails([x23], (x) => ops.tensorSplit(x, 0), ArgumentError, /sections > 0/),
    ],
  ),
  hsplit: moves(
    [
      one(
        [4],
        (x) => ops.hsplit(x, 2),
        (x: Grid) => [0, 2].map((at) => ({ shape: [2], data: x.data.slice(at, at + 2) })),
      ),
    ],
    [fails([x23], (x) => ops.hsplit(x, 2), ArgumentError, /not evenly divisible/)],
  ),
  vsplit: moves(
    [
      one(
        [2, 2],
        (x) => ops.vsplit(x, 2),
        (x: Grid) => [0, 2].map((at) => ({ shape: [1, 2], data: x.data.slice(at, at + 2) })),
      ),
    ],
    [fails([input([4])], (x) => ops.vsplit(x, 2), ShapeError, /at least 2 dim/)],
  ),
  dsplit: moves(
    [
      one(
        [1, 1, 4],
        (x) => ops.dsplit(x, [1]),
        (x: Grid) => [
          { shape: [1, 1, 1], data: x.data.slice(0, 1) },
          { shape: [1, 1, 3], data: x.data.slice(1) },
        ],
      ),
    ],
    [fails([x23], (x) => ops.dsplit(x, 2), ShapeError, /at least 3 dim/)],
  ),
  splitWithSizes: moves(
    [
      one(
        [5],
        (x) => ops.splitWithSizes(x, [2, 3]),
        (x: Grid) => [
          { shape: [2], data: x.data.slice(0, 2) },
          { shape: [3], data: x.data.slice(2) },
        ],
      ),
    ],
    [fails([input([5])], (x) => ops.splitWithSizes(x, [2]), ShapeError, /sum exactly to 5/)],
  ),
} satisfies Record<string, Row>;

// Writing by index and by mask.
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { build, type Grid, look } from './grid.js';
import { type Call, type ErrorRow, type Formula, fails, floats, input, type Row, row, type Variant, variant, whole } from './row.js';

const x23 = input([2, 3]);
const x32 = input([3, 2]);
/** Each place once, so that the order of writing does not matter; and one with repetitions. */
const once = whole('int64', [2, 2], [2, 0, 1, 2]);
const often = whole('int64', [2, 2], [2, 2, 1, 1]);
const places = whole('int64', [2], [2, 0]);
const mask = whole('bool', [2, 3], [1, 0, 1, 0, 0, 1]);
const outside = whole('int64', [2, 2], [0, 3, 0, 0]);
const rowOf = (variants: Variant[], errors: ErrorRow[] = []): Row => row(variants, { tolerance: { ulp: 4, eps: 4 }, dtypes: [...floats, 'int64'], errors });

/** x with f(old, new) at every place that `to` gives for an index of src. */
function written(x: Grid, src: Grid, to: (index: number[]) => number[], f: (old: number, value: number) => number): Grid {
  const data = [...x.data];
  const strides = x.shape.map((_, d) => x.shape.slice(d + 1).reduce((a, b) => a * b, 1));
  build([...src.shape], (index) => {
    const at = to(index).reduce((sum, i, d) => sum + i * strides[d], 0);
    data[at] = f(data[at], look(src, index));
    return 0;
  });
  return { shape: [...x.shape], data };
}
const replace = (_: number, value: number): number => value;
const plus = (old: number, value: number): number => old + value;
/** Both forms of an op on copies of x. */
const both = (f: Call, f_: Call, variants: (call: Call) => Variant[], errors: (call: Call) => ErrorRow[] = () => []): [Row, Row] => {
  const onCopy: Call = (x, ...rest) => f_((x as Tensor).clone(), ...rest);
  return [rowOf(variants(f), errors(f)), rowOf(variants(onCopy), errors(onCopy))];
};
const along = (f: typeof ops.scatterAdd, f_: typeof ops.scatterAdd, how: (old: number, value: number) => number, index = once): [Row, Row] =>
  both(
    (x, i, s) => f(x, 1, i, s),
    (x, i, s) => f_(x, 1, i, s),
    (call) => [variant([x23, index, input([2, 2])], call, (x, k, s) => written(x, s, ([i, j]) => [i, look(k, [i, j])], how))],
    (call) => [
      fails([x23, outside, input([2, 2])], call, IndexError, /out of bounds/),
      fails([x23, whole('int64', [2], [0, 0]), input([2])], call, ShapeError, /same number of dimensions/),
      fails([x23, whole('int64', [2, 3], [0, 0, 0, 0, 0, 0]), input([2, 2])], call, ShapeError, /to be smaller than self and src/),
    ],
  );
const slices = (f: typeof ops.indexCopy, f_: typeof ops.indexCopy, how: (old: number, value: number) => number): [Row, Row] =>
  both(
    (x, i, s) => f(x, 0, i, s),
    (x, i, s) => f_(x, 0, i, s),
    (call) => [variant([x32, places, input([2, 2])], call, (x, k, s) => written(x, s, ([i, j]) => [k.data[i], j], how))],
    (call) => [
      fails([x32, whole('int64', [2], [0, 3]), input([2, 2])], call, IndexError, /out of bounds/),
      fails([x32, places, input([3, 2])], call, ShapeError, /do not match/),
    ],
  );
const [scatter, scatter_] = along(ops.scatter as typeof ops.scatterAdd, ops.scatter_ as typeof ops.scatterAdd, replace);
const [scatterAdd, scatterAdd_] = along(ops.scatterAdd, ops.scatterAdd_, plus, often);
const [indexCopy, indexCopy_] = slices(ops.indexCopy, ops.indexCopy_, replace);
const [indexAdd, indexAdd_] = slices(
  (x, d, i, s) => ops.indexAdd(x, d, i, s, { alpha: 2 }),
  (x, d, i, s) => ops.indexAdd_(x, d, i, s, { alpha: 2 }),
  (old, value) => old + 2 * value,
);
const [indexFill, indexFill_] = both(
  (x, i, v) => ops.indexFill(x, 0, i, v),
  (x, i, v) => ops.indexFill_(x, 0, i, v),
  (call) => [variant([x32, places, input([])], call, (x, k, v) => build([3, 2], ([i, j]) => (k.data.includes(i) ? v.data[0] : look(x, [i, j]))))],
  (call) => [fails([x32, places, input([2])], call, ShapeError, /0-dimensional value/)],
);
const [maskedFill, maskedFill_] = both(
  (x, m, v) => ops.maskedFill(x, m, v),
  (x, m, v) => ops.maskedFill_(x, m, v),
  (call) => [variant([x23, mask, input([])], call, (x, m, v) => build([2, 3], (i) => (look(m, i) ? v.data[0] : look(x, i))))],
  (call) => [fails([x23, x23, input([])], call, DTypeError, /BoolTensor/), fails([x23, mask, input([1])], call, ShapeError, /0-dimensional value/)],
);
const inOrder: Formula = (x, m, s) => {
  let next = 0;
  return { shape: [2, 3], data: x.data.map((v, i) => (m.data[i] ? s.data[next++] : v)) };
};
const [maskedScatter, maskedScatter_] = both(
  (x, m, s) => ops.maskedScatter(x, m, s),
  (x, m, s) => ops.maskedScatter_(x, m, s),
  (call) => [variant([x23, mask, input([4])], call, inOrder)],
  (call) => [fails([x23, mask, input([2])], call, ShapeError, /number of elements of source/)],
);
const [put, put_] = both(
  (x, i, s) => ops.put(x, i, s),
  (x, i, s) => ops.put_(x, i, s),
  (call) => [
    variant([x23, whole('int64', [2], [-1, 1]), input([2])], call, (x, _, s) => ({
      shape: [2, 3],
      data: x.data.map((v, i) => (i === 5 ? s.data[0] : i === 1 ? s.data[1] : v)),
    })),
  ],
  (call) => [fails([x23, places, input([3])], call, ShapeError, /same number of elements/)],
);

const folds: Record<string, (old: number, value: number) => number> = { sum: plus, prod: (a, b) => a * b, amax: Math.max, amin: Math.min };
type Combine = (x: Tensor, dim: number, index: Tensor, src: Tensor, how: never, options: { includeSelf: boolean }) => Tensor;
/** Along dim 0: what falls on one place, with what was there or without. */
const combining =
  (how: string, includeSelf: boolean): Formula =>
  (x, k, s) =>
    build([...x.shape], ([i, j]) => {
      const fallen = k.data.flatMap((to, n) => (to === i ? [look(s, [n, j])] : []));
      const values = fallen.length === 0 || includeSelf ? [look(x, [i, j]), ...fallen] : fallen;
      return how === 'mean' ? values.reduce(plus) / values.length : values.reduce((a, b) => folds[how](a, b));
    });
const combined = (names: readonly string[], f: Combine): Row => ({
  ...rowOf(
    names.flatMap((how) => [
      variant([x32, places, input([2, 2])], (x, i, s) => f(x, 0, i, s, how as never, { includeSelf: true }), combining(how, true)),
      variant([x32, whole('int64', [2], [2, 2]), input([2, 2])], (x, i, s) => f(x, 0, i, s, how as never, { includeSelf: false }), combining(how, false)),
    ]),
    [
      fails([x32, places, input([2, 2])], (x, i, s) => f(x, 0, i, s, 'any' as never, { includeSelf: true }), ArgumentError, /reduce to be one of/),
      fails([x32, whole('int64', [2], [0, 3]), input([2, 2])], (x, i, s) => f(x, 0, i, s, 'amax' as never, { includeSelf: true }), IndexError, /out of bounds/),
    ],
  ),
  // Means of integers are whole.
  dtypes: floats,
});
const spread = (i: Tensor): Tensor => i.reshape(2, 1).expand(2, 2);

export const scatters = {
  scatterReduce: combined(['sum', 'prod', 'mean', 'amax', 'amin'], (x, d, i, s, ...how) => ops.scatterReduce(x, d, spread(i), s, ...how)),
  scatterReduce_: combined(['sum', 'prod', 'mean', 'amax', 'amin'], (x, d, i, s, ...how) => ops.scatterReduce_(x.clone(), d, spread(i), s, ...how)),
  indexReduce: combined(['prod', 'mean', 'amax', 'amin'], (x, d, i, s, ...how) => ops.indexReduce(x, d, i, s, ...how)),
  indexReduce_: combined(['prod', 'mean', 'amax', 'amin'], (x, d, i, s, ...how) => ops.indexReduce_(x.clone(), d, i, s, ...how)),
  scatter,
  scatter_,
  scatterAdd,
  scatterAdd_,
  indexAdd,
  indexAdd_,
  indexCopy,
  indexCopy_,
  indexFill,
  indexFill_,
  maskedFill,
  maskedFill_,
  maskedScatter,
  maskedScatter_,
  put,
  put_,
  maskedSelect: rowOf(
    [
      variant(
        [x23, mask],
        (x, m) => ops.maskedSelect(x, m),
        (x) => ({ shape: [3], data: [0, 2, 5].map((i) => x.data[i]) }),
      ),
    ],
    [fails([x23, whole('bool', [2], [1, 0])], (x, m) => ops.maskedSelect(x, m), ShapeError, /broadcast/)],
  ),
  take: rowOf(
    [
      variant(
        [x23, whole('int64', [2, 2], [0, -1, 5, 2])],
        (x, i) => ops.take(x, i),
        (x) => ({ shape: [2, 2], data: [0, 5, 5, 2].map((i) => x.data[i]) }),
      ),
    ],
    [fails([x23, whole('int64', [1], [6])], (x, i) => ops.take(x, i), IndexError, /out of bounds/)],
  ),
  takeAlongDim: rowOf(
    [
      variant(
        [x23, whole('int64', [1, 2], [2, 0])],
        (x, i) => ops.takeAlongDim(x, i, 1),
        (x) => build([2, 2], ([i, j]) => look(x, [i, [2, 0][j]])),
      ),
      variant(
        [x23, whole('int64', [2], [4, 0])],
        (x, i) => ops.takeAlongDim(x, i),
        (x) => ({ shape: [2], data: [x.data[4], x.data[0]] }),
      ),
    ],
    [fails([x23, places], (x, i) => ops.takeAlongDim(x, i, 1), ArgumentError, /same number of dimensions/)],
  ),
} satisfies Record<string, Row>;

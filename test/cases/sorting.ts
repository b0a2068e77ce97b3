// Scans, differences, sorting, searching, counting.
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../../src/core/errors.js';
import { tensor } from '../../src/ops/create.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { along, fold, type Grid } from './grid.js';
import { type Call, fails, input, lines, numeric, type Row, row, variant, whole } from './row.js';
import { torch } from './torch.js';
import { logsumexp } from './truth.js';

type Op = (x: Tensor, ...args: never[]) => Tensor;
const running =
  (f: (a: number, b: number) => number) =>
  (values: number[]): number[] =>
    values.map((_, k) => values.slice(0, k + 1).reduce(f));
const badDim = (call: Op) => fails([input([2, 3])], (x) => (call as (x: Tensor, dim: number) => Tensor)(x, 2), IndexError, /dim in \[-2, 1\], got 2/);
const noDim = (call: Op) => fails([input([2])], (x) => call(x), ArgumentError, /dim to be an integer/);

const zeros = variant([input([5], [-2, 2], { values: [1.5, 0, -2, 0, 3] })], (x) => ops.cumprod(x, 0), torch('x: x.cumprod(0)'));
const cumsum = lines(
  (x, dim) => ops.cumsum(x, dim),
  running((a, b) => a + b),
  { eps: 128, errors: [badDim(ops.cumsum as Op), noDim(ops.cumsum as Op)] },
);
const products = lines(
  (x, dim) => ops.cumprod(x, dim),
  running((a, b) => a * b),
  { range: [0.6, 1.5], ulp: 600, errors: [badDim(ops.cumprod as Op)] },
);
const cumprod: Row = { ...products, variants: [...products.variants, zeros], gradients: [...products.gradients, zeros] };
const both = (found: { values: Tensor; indices: Tensor }): Tensor[] => [found.values, found.indices];
const extreme = (call: typeof ops.cummax, better: (x: number, best: number) => boolean): Row => {
  const best = (values: number[]): number => values.reduce((at, x, i) => (better(x, values[at]) ? i : at), 0);
  const of = (shape: number[], dim: number) =>
    variant(
      [shape],
      (x) => both(call(x, dim)),
      (x) => [along(x, dim, (v) => v.map((_, k) => v[best(v.slice(0, k + 1))])), along(x, dim, (v) => v.map((_, k) => best(v.slice(0, k + 1))))],
    );
  return row([of([6], 0), of([3, 4], 1), of([5, 2], 0), of([2, 17, 3], 1), of([], 0), of([0, 3], 0)], {
    tolerance: { ulp: 0 },
    errors: [badDim(call as unknown as Op)],
  });
};

// Sorting ---------------------------------------------------------------------------------------------------------------------------------------------------

const orderOf = (v: readonly number[], descending = false): number[] => [...v.keys()].sort((i, j) => (descending ? v[j] - v[i] : v[i] - v[j]) || i - j);
const sorted = (v: number[], descending = false): number[] => orderOf(v, descending).map((i) => v[i]);
const sorting = (shape: number[], dim: number, descending = false) =>
  variant(
    [shape],
    (x) => both(ops.sort(x, dim, descending)),
    (x) => [along(x, dim, (v) => sorted(v, descending)), along(x, dim, (v) => orderOf(v, descending))],
  );
const sort = row([sorting([5], 0), sorting([3, 4], 1, true), sorting([4, 3], 0), sorting([2, 70, 2], 1, true), sorting([], 0), sorting([0, 2], 1)], {
  tolerance: { ulp: 0 },
  dtypes: numeric,
  gradients: [sorting([5], 0), sorting([3, 4], 1, true), sorting([4, 3], 0)],
  errors: [badDim(ops.sort as unknown as Op)],
});
/** One place of every sorted line. */
const placed = (
  call: (x: Tensor, dim: number, keepdim: boolean) => { values: Tensor; indices: Tensor },
  place: (v: number[]) => number,
  errors: Row['errors'],
): Row => {
  const of = (shape: number[], dim: number, keepdim = false) =>
    variant(
      [shape],
      (x) => both(call(x, dim, keepdim)),
      (x): Grid[] => [fold(x, (v) => v[place(v)], dim, keepdim), fold(x, place, dim, keepdim)],
    );
  return row([of([5], 0), of([3, 4], 1), of([4, 3], 0, true), of([2, 7, 2], -2), of([], 0)], { tolerance: { ulp: 0 }, errors });
};
const middle = (v: number[]): number => orderOf(v)[(v.length - 1) >> 1];
const median = (name: string, call: typeof ops.median): Row => {
  const base = placed(call as never, middle, [
    badDim(call as unknown as Op),
    fails([whole('bool', [2], [0, 1])], (x) => call(x), DTypeError, /numeric/),
    fails([input([0])], (x) => call(x, 0), IndexError, /elements/),
  ]);
  const all = variant(
    [[2, 4]],
    (x) => call(x),
    (x) => fold(x, (v) => v[middle(v)]),
  );
  const holes = variant([input([4], [0, 1], { values: [3, Number.NaN, 1, 2] })], (x) => call(x, 0).values, torch(`x: ${name}(x, 0).values`));
  return { ...base, variants: [...base.variants, all, holes], gradients: [...base.gradients, all] };
};
const quantile = (name: string, call: typeof ops.quantile): Row => {
  const of = (shape: number[], q: number | number[], options: object, told: string) =>
    variant(
      [shape],
      (x) => call(x, typeof q === 'number' ? q : tensor(q, { dtype: x.dtype }), options),
      torch(`x: ${name}(x, ${typeof q === 'number' ? q : `torch.tensor([${q}], dtype=x.dtype)`}${told})`),
    );
  return row(
    [
      of([5], 0.3, {}, ''),
      of([2, 3], 0.5, { dim: 1 }, ', dim=1'),
      of([3, 2], 0.9, { dim: 0, keepdim: true, interpolation: 'midpoint' }, ", dim=0, keepdim=True, interpolation='midpoint'"),
      of([2, 3], [0.25, 0.75], { dim: 0 }, ', dim=0'),
      of([5], 0.3, { interpolation: 'higher' }, ", interpolation='higher'"),
      of([6], 0.3, { interpolation: 'nearest' }, ", interpolation='nearest'"),
      of([4], 0.4, { interpolation: 'lower' }, ", interpolation='lower'"),
    ],
    {
      tolerance: { ulp: 4, eps: 16 },
      errors: [fails([input([3])], (x) => call(x, 2), ArgumentError, /q in \[0, 1\]/), fails([input([0])], (x) => call(x, 0.5), ShapeError, /non-empty/)],
    },
  );
};

// Differences -----------------------------------------------------------------------------------------------------------------------------------------------

const smooth = { tolerance: { ulp: 8, eps: 32 } };
const plain = (...variants: [shapes: number[][], call: Call, source: string][]): Row =>
  row(
    variants.map(([shapes, call, source]) => variant(shapes, call, torch(source))),
    smooth,
  );
const counted = (variants: Row['variants'], errors: Row['errors'] = []): Row => row(variants, { gradients: false, tolerance: { ulp: 2, eps: 4 }, errors });
const unique = (name: string, call: typeof ops.unique): Row =>
  counted([
    variant(
      [whole('int32', [6], [3, 1, 1, 3, 2, 2])],
      (x) => call(x, { returnInverse: true, returnCounts: true }),
      torch(`x: ${name}(x, return_inverse=True, return_counts=True)`),
    ),
    variant(
      [whole('int64', [3, 2], [1, 2, 1, 2, 0, 5])],
      (x) => call(x, { dim: 0, returnInverse: true, returnCounts: true }),
      torch(`x: ${name}(x, dim=0, return_inverse=True, return_counts=True)`),
    ),
    variant([[4]], (x) => call(x), torch(`x: ${name}(x)`)),
  ]);
const edges = whole('float64', [4], [-2, -1, 0.5, 2]);

export const sorts = {
  cumsum,
  cumsum_: row(
    [
      variant(
        [[3, 4]],
        (x) => ops.cumsum_(x.clone(), 1),
        (x) =>
          along(
            x,
            1,
            running((a, b) => a + b),
          ),
      ),
    ],
    { tolerance: { ulp: 4, eps: 16 } },
  ),
  cumprod,
  cumprod_: row(
    [
      variant(
        [[3, 4]],
        (x) => ops.cumprod_(x.clone(), 0),
        (x) =>
          along(
            x,
            0,
            running((a, b) => a * b),
          ),
      ),
    ],
    { tolerance: { ulp: 4, eps: 16 } },
  ),
  logcumsumexp: lines(
    (x, dim) => ops.logcumsumexp(x, dim),
    (values) => values.map((_, k) => logsumexp(values.slice(0, k + 1))),
    { eps: 4, errors: [badDim(ops.logcumsumexp as Op)] },
  ),
  cummax: extreme(ops.cummax, (x, best) => x >= best),
  cummin: extreme(ops.cummin, (x, best) => x <= best),
  diff: plain(
    [[[5]], (x) => ops.diff(x), 'x: x.diff()'],
    [[[3, 4]], (x) => ops.diff(x, 2, 1), 'x: x.diff(2, 1)'],
    [
      [
        [3, 2],
        [1, 2],
        [2, 2],
      ],
      (x, p, a) => ops.diff(x, { dim: 0, prepend: p, append: a }),
      'x, p, a: torch.diff(x, dim=0, prepend=p, append=a)',
    ],
  ),
  gradient: plain(
    [[[5]], (x) => ops.gradient(x), 'x: torch.gradient(x)'],
    [[[3, 4]], (x) => ops.gradient(x, { spacing: 0.5, edgeOrder: 2 }), 'x: torch.gradient(x, spacing=0.5, edge_order=2)'],
    [[[3, 4]], (x) => ops.gradient(x, { dim: 1, spacing: [2] }), 'x: torch.gradient(x, dim=1, spacing=2)'],
  ),
  trapezoid: plain(
    [[[5]], (y) => ops.trapezoid(y), 'y: torch.trapezoid(y)'],
    [[[2, 4], [4]], (y, x) => ops.trapezoid(y, x), 'y, x: torch.trapezoid(y, x)'],
    [[[3, 2]], (y) => ops.trapezoid(y, { dx: 0.5, dim: 0 }), 'y: torch.trapezoid(y, dx=0.5, dim=0)'],
  ),
  cumulativeTrapezoid: plain(
    [[[5]], (y) => ops.cumulativeTrapezoid(y), 'y: torch.cumulative_trapezoid(y)'],
    [[[2, 4], [4]], (y, x) => ops.cumulativeTrapezoid(y, x), 'y, x: torch.cumulative_trapezoid(y, x)'],
  ),
  sort,
  argsort: row(
    [
      variant(
        [[7]],
        (x) => ops.argsort(x),
        (x) => along(x, 0, (v) => orderOf(v)),
      ),
    ],
    { gradients: false },
  ),
  msort: row(
    [
      variant(
        [[4, 3]],
        (x) => ops.msort(x),
        (x) => along(x, 0, (v) => sorted(v)),
      ),
    ],
    { tolerance: { ulp: 0 } },
  ),
  topk: row(
    [
      variant(
        [[6]],
        (x) => both(ops.topk(x, 3)),
        (x) => [sorted([...x.data], true), orderOf(x.data, true)].map((data) => ({ shape: [3], data: data.slice(0, 3) })),
      ),
      variant([[4, 3]], (x) => both(ops.topk(x, 2, 0, false)), torch('x: x.topk(2, 0, False)')),
    ],
    { tolerance: { ulp: 0 }, errors: [fails([input([3])], (x) => ops.topk(x, 4), IndexError, /out of range/)] },
  ),
  kthvalue: placed(
    (x, dim, keepdim) => ops.kthvalue(x, 1, dim, keepdim),
    (v) => orderOf(v)[0],
    [fails([input([3])], (x) => ops.kthvalue(x, 4), IndexError, /out of range/)],
  ),
  median: median('torch.median', ops.median),
  nanmedian: median('torch.nanmedian', ops.nanmedian),
  mode: placed(ops.mode as never, (v) => orderOf(v)[0], [badDim(ops.mode as unknown as Op)]),
  quantile: quantile('torch.quantile', ops.quantile),
  nanquantile: quantile('torch.nanquantile', ops.nanquantile),
  unique: unique('torch.unique', ops.unique),
  uniqueConsecutive: unique('torch.unique_consecutive', ops.uniqueConsecutive as never),
  nonzero: counted([
    variant(
      [whole('int32', [2, 3], [0, 1, 2, 0, 0, 3])],
      (x) => [ops.nonzero(x), ops.nonzero(x, { asTuple: true })],
      torch('x: (x.nonzero(), x.nonzero(as_tuple=True))'),
    ),
  ]),
  countNonzero: counted([
    variant(
      [whole('int32', [2, 3], [0, 1, 2, 0, 0, 3])],
      (x) => [ops.countNonzero(x), ops.countNonzero(x, 1)],
      torch('x: (x.count_nonzero(), x.count_nonzero(1))'),
    ),
  ]),
  aminmax: row(
    [
      variant([[2, 3]], (x) => [...ops.aminmax(x)], torch('x: x.aminmax()')),
      variant([[2, 3]], (x) => [...ops.aminmax(x, { dim: 1, keepdim: true })], torch('x: x.aminmax(dim=1, keepdim=True)')),
    ],
    {
      tolerance: { ulp: 0 },
    },
  ),
  bincount: counted(
    [
      variant([whole('int32', [5], [0, 3, 3, 1, 3])], (x) => ops.bincount(x, { minlength: 6 }), torch('x: x.bincount(minlength=6)')),
      variant([whole('int64', [3], [0, 2, 2]), [3]], (x, w) => ops.bincount(x, w.to('float64')), torch('x, w: x.bincount(w)')),
    ],
    [fails([whole('int64', [2], [1, -1])], (x) => ops.bincount(x), ArgumentError, /non-negative/)],
  ),
  histc: counted(
    [
      variant([[20]], (x) => ops.histc(x, 5), torch('x: x.histc(5)')),
      variant([[20]], (x) => ops.histc(x, { bins: 3, min: -1, max: 1 }), torch('x: x.histc(bins=3, min=-1, max=1)')),
    ],
    [fails([input([3])], (x) => ops.histc(x, 0), ArgumentError, /bins > 0/)],
  ),
  histogram: counted([
    variant([[20]], (x) => [...ops.histogram(x, 5)], torch('x: x.histogram(5)')),
    variant([[12], edges], (x, e) => [...ops.histogram(x, e.to(x.dtype), { density: true })], torch('x, e: x.histogram(e, density=True)')),
    variant([[9], [9]], (x, w) => [...ops.histogram(x, 4, { weight: w, range: [-1, 1] })], torch('x, w: x.histogram(4, weight=w, range=(-1, 1))')),
  ]),
  isin: counted([
    variant(
      [whole('int32', [2, 3], [0, 1, 2, 7, 0, 3]), whole('int32', [2], [0, 3])],
      (x, t) => [ops.isin(x, t), ops.isin(x, t, { invert: true }), ops.isin(x, 7)],
      torch('x, t: (torch.isin(x, t), torch.isin(x, t, invert=True), torch.isin(x, 7))'),
    ),
  ]),
  searchsorted: counted(
    [
      variant(
        [edges, [2, 5]],
        (e, x) => [ops.searchsorted(e.to(x.dtype), x), ops.searchsorted(e.to(x.dtype), 0.5, { right: true })],
        torch('e, x: (torch.searchsorted(e, x), torch.searchsorted(e, 0.5, right=True))'),
      ),
    ],
    [fails([input([2, 3]), input([3])], (e, x) => ops.searchsorted(e, x), ShapeError, /one line for each line/)],
  ),
  bucketize: counted(
    [variant([[2, 5], edges], (x, e) => ops.bucketize(x, e.to(x.dtype)), torch('x, e: torch.bucketize(x, e)'))],
    [fails([input([2]), input([2, 3])], (x, e) => ops.bucketize(x, e), ShapeError, /a vector/)],
  ),
} satisfies Record<string, Row>;

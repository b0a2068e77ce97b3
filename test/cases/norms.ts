// Normalisation, distances, embeddings and attention, and the reductions made of others. PyTorch's golden numbers are the reference where no formula stands here.
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../../src/core/errors.js';
import { tensor } from '../../src/ops/create.js';
import * as F from '../../src/ops/families.js';
import * as ops from '../../src/ops/index.js';
import * as masked from '../../src/ops/maskedReductions.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { along, build, fold, type Grid, look } from './grid.js';
import { fails, type Input, input, type Row, reduction, row, variant, whole } from './row.js';
import { pythonNumber, torch } from './torch.js';
import * as truth from './truth.js';

const tolerance = { ulp: 16, eps: 256 };
const length = (v: readonly number[], p = 2): number => truth.total(v.map((x) => Math.abs(x) ** p)) ** (1 / p);
const whiten = (eps: number) => (v: number[]) => v.map((x) => (x - truth.average(v)) / Math.sqrt(truth.variance(v, 0) + eps));
const [middles, spreads] = [
  [0.5, -0.25],
  [0.75, 1.5],
];
/** Running moments, which carry no gradient. */
const running = (x: Tensor): [mean: Tensor, variance: Tensor] => [tensor(middles, { dtype: x.dtype }), tensor(spreads, { dtype: x.dtype })];
const image = input([2, 2, 3]);
const [mean2, var2] = [input([2], [-1, 1]), input([2], [0.5, 2])];
const refuses = (call: (x: Tensor) => unknown, message: RegExp, shape: number[] = [3]) => fails([input(shape)], call, ShapeError, message);
const ofInts = (call: (x: Tensor) => unknown) => fails([whole('int64', [2, 2], [1, 2, 3, 4])], call, DTypeError, /a floating point tensor/);

const table = input([4, 3]);
const ids = whole('int64', [2, 2], [1, 3, 1, 0]);
const flat = whole('int64', [5], [1, 3, 3, 0, 2]);
const offsets = whole('int64', [3], [0, 2, 2]);
const bags = (x: Grid, f: (values: number[]) => number): Grid =>
  build([3, 3], ([b, j]) => {
    const rows = [[1, 3], [], [3, 0, 2]][b];
    return rows.length === 0 ? 0 : f(rows.map((i) => look(x, [i, j])));
  });

const mask = whole('bool', [2, 3], [1, 0, 1, 0, 0, 1]);
const kept = (x: Grid, n: number): number[] => [0, 1, 2].filter((j) => mask.values![3 * n + j] === 1).map((j) => look(x, [n, j]));
type Masked = (x: Tensor, ...args: never[]) => Tensor;
const counted = (call: Masked, f: (values: number[]) => number): Row => {
  const op = call as (x: Tensor, options: object) => Tensor;
  return row(
    [
      variant(
        [input([2, 3]), mask],
        (x, m) => op(x, { dim: 1, mask: m }),
        (x) => build([2], ([n]) => f(kept(x, n))),
      ),
      variant(
        [input([2, 3]), mask],
        (x, m) => op(x, { mask: m, keepdim: true }),
        (x) => build([1, 1], () => f([...kept(x, 0), ...kept(x, 1)])),
      ),
      variant(
        [input([2, 3])],
        (x) => op(x, { dim: 0 }),
        (x) => fold(x, f, 0),
      ),
    ],
    { tolerance, errors: [fails([input([2, 3]), whole('bool', [2], [1, 1])], (x, m) => op(x, { mask: m }), ShapeError, /a mask that broadcasts to \[2, 3\]/)] },
  );
};
const normalised = (call: (x: Tensor, dim: number, options?: object) => Tensor, f: (values: number[]) => number[]): Row =>
  row(
    [
      variant(
        [input([2, 3]), mask],
        (x, m) => ops.where(m, call(x, 1, { mask: m }), 0),
        (x) => build([2, 3], ([n, j]) => (mask.values![3 * n + j] === 1 ? f(kept(x, n))[kept(x, n).indexOf(look(x, [n, j]))] : 0)),
      ),
      variant(
        [input([2, 3])],
        (x) => call(x, 0),
        (x) => along(x, 0, f),
      ),
    ],
    { tolerance },
  );

const attention = (options: object) => (q: Tensor, k: Tensor, v: Tensor) => F.scaledDotProductAttention(q, k, v, { needAttnWeights: true, ...options });
const attended =
  (mayLook: (i: number, j: number) => boolean) =>
  (q: Grid, k: Grid, v: Grid): Grid[] => {
    const weights = build([1, 2, 3], ([n, i, j]) => {
      const scores = [0, 1, 2].map((s) => (mayLook(i, s) ? truth.total([0, 1].map((e) => look(q, [n, i, e]) * look(k, [n, s, e]))) / Math.SQRT2 : -Infinity));
      return truth.softmax(scores)[j];
    });
    return [build([1, 2, 2], ([n, i, e]) => truth.total([0, 1, 2].map((j) => look(weights, [n, i, j]) * look(v, [n, j, e])))), weights];
  };
const [query, key, value]: Input[] = [input([1, 2, 2]), input([1, 3, 2]), input([1, 3, 2])];

const pair = (call: typeof ops.varMean, f: (values: readonly number[], correction?: number) => number): Row =>
  row(
    [
      variant(
        [[2, 3]],
        (x) => call(x),
        (x) => [fold(x, (v) => f(v)), fold(x, truth.average)],
      ),
      variant(
        [[2, 3]],
        (x) => call(x, 1, false, true),
        (x) => [fold(x, (v) => f(v, 0), 1, true), fold(x, truth.average, 1, true)],
      ),
      variant(
        [[2, 3]],
        (x) => call(x, { dim: 0, correction: 0 }),
        (x) => [fold(x, (v) => f(v, 0), 0), fold(x, truth.average, 0)],
      ),
    ],
    { tolerance, errors: [ofInts((x) => call(x))] },
  );
const present = (v: readonly number[]): number[] => v.filter((x) => !Number.isNaN(x));
const holes = { special: [[NaN, 1], [1, NaN, 2], [NaN]] as number[][] };
const logical = (call: typeof ops.all, f: (values: number[]) => number): Row =>
  reduction(call as never, f, { range: [-1, 1], dtypes: ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool'], differentiable: false });

export const norms = {
  normalize: row(
    [
      variant(
        [[2, 3]],
        (x) => F.normalize(x),
        (x) => along(x, 1, (v) => v.map((e) => e / length(v))),
      ),
      variant(
        [[3, 2]],
        (x) => F.normalize(x, { p: 3, dim: 0 }),
        (x) => along(x, 0, (v) => v.map((e) => e / length(v, 3))),
      ),
      variant(
        [[2, 3]],
        (x) => F.normalize(x, { p: 1, dim: -1, eps: 10 }),
        (x) => along(x, 1, (v) => v.map((e) => e / 10)),
      ),
      ...[Infinity, -Infinity, 0].map((p) =>
        variant([input([2, 3], [0.5, 2])], (x) => F.normalize(x, { p }), torch(`x: F.normalize(x, p=${pythonNumber(p)})`)),
      ),
    ],
    { tolerance, errors: [ofInts((x) => F.normalize(x)), fails([input([2])], (x) => F.normalize(x), IndexError, /dim in \[-1, 0\], got 1/)] },
  ),
  pairwiseDistance: row(
    [
      variant(
        [input([2, 3], [0, 1]), input([2, 3], [2, 3])],
        (a, b) => F.pairwiseDistance(a, b),
        (a, b) => build([2], ([n]) => length([0, 1, 2].map((j) => look(a, [n, j]) - look(b, [n, j]) + 1e-6))),
      ),
      variant(
        [input([3], [0, 1]), input([3], [2, 3])],
        (a, b) => F.pairwiseDistance(a, b, 3, 0, true),
        (a, b) => ({
          shape: [1],
          data: [
            length(
              [0, 1, 2].map((j) => a.data[j] - b.data[j]),
              3,
            ),
          ],
        }),
      ),
      variant([input([2, 3], [0, 1]), input([3], [2, 3])], (a, b) => F.pairwiseDistance(a, b, { p: -1 }), torch('a, b: F.pairwise_distance(a, b, p=-1)')),
    ],
    { tolerance, errors: [fails([input([2, 3]), input([2])], (a, b) => F.pairwiseDistance(a, b), ShapeError, /shapes that broadcast/)] },
  ),
  cosineSimilarity: row(
    [
      variant(
        [[2, 3], [3]],
        (a, b) => F.cosineSimilarity(a, b),
        (a, b) =>
          build([2], ([n]) => {
            const [u, v] = [a, b].map((g) => [0, 1, 2].map((j) => look(g, [n, j])));
            return truth.total(u.map((x, j) => x * v[j])) / (length(u) * length(v));
          }),
      ),
      variant(
        [
          [3, 2],
          [3, 2],
        ],
        (a, b) => F.cosineSimilarity(a, b, 0),
        torch('a, b: F.cosine_similarity(a, b, 0)'),
      ),
    ],
    { tolerance, errors: [fails([input([2, 3]), input([2])], (a, b) => F.cosineSimilarity(a, b), ShapeError, /shapes that broadcast/)] },
  ),
  batchNorm: row(
    [
      variant(
        [image],
        (x) => F.batchNorm(x, ...running(x), { training: true }),
        (x) => {
          const middle = [0, 1].map((c) => [0, 1].flatMap((n) => [0, 1, 2].map((i) => look(x, [n, c, i]))));
          return build([2, 2, 3], ([n, c, i]) => (look(x, [n, c, i]) - truth.average(middle[c])) / Math.sqrt(truth.variance(middle[c], 0) + 1e-5));
        },
      ),
      variant(
        [image, var2, mean2],
        (x, w, b) => F.batchNorm(x, ...running(x), w, b, false, 0.1, 0.5),
        (x, w, b) => build([2, 2, 3], ([n, c, i]) => ((look(x, [n, c, i]) - middles[c]) / Math.sqrt(spreads[c] + 0.5)) * w.data[c] + b.data[c]),
      ),
      // The running moments follow: the variance is the unbiased one.
      variant(
        [[3, 2]],
        (x) => {
          const [m, v] = running(x);
          return [F.batchNorm(x, m, v, { training: true, momentum: 0.25 }), m, v];
        },
        (x) => [
          along(x, 0, whiten(1e-5)),
          build([2], ([c]) => 0.75 * middles[c] + 0.25 * truth.average([0, 1, 2].map((n) => look(x, [n, c])))),
          build([2], ([c]) => 0.75 * spreads[c] + 0.25 * truth.variance([0, 1, 2].map((n) => look(x, [n, c])))),
        ],
      ),
      variant(
        [image, var2, mean2],
        (x, w, b) => F.batchNorm(x, ...running(x), { weight: w, bias: b, training: true, eps: 0.1 }),
        (x, w, b) => {
          const middle = [0, 1].map((c) => [0, 1].flatMap((n) => [0, 1, 2].map((i) => look(x, [n, c, i]))));
          return build(
            [2, 2, 3],
            ([n, c, i]) => ((look(x, [n, c, i]) - truth.average(middle[c])) / Math.sqrt(truth.variance(middle[c], 0) + 0.1)) * w.data[c] + b.data[c],
          );
        },
      ),
      variant(
        [[4, 2], var2],
        (x, w) => F.batchNorm(x, null, null, w, null, true),
        (x, w) => {
          const y = along(x, 0, whiten(1e-5));
          return build([4, 2], (index) => look(y, index) * w.data[index[1]]);
        },
      ),
    ],
    {
      tolerance,
      errors: [
        fails([input([1, 2])], (x) => F.batchNorm(x, null, null, { training: true }), ArgumentError, /more than 1 value per channel/),
        fails([image], (x) => F.batchNorm(x, null, null), ArgumentError, /running moments in evaluation/),
        fails([image, input([3])], (x, m) => F.batchNorm(x, m, m), ShapeError, /runningMean of shape \[2\], got \[3\]/),
      ],
    },
  ),
  instanceNorm: row(
    [
      variant(
        [image],
        (x) => F.instanceNorm(x),
        (x) => along(x, 2, whiten(1e-5)),
      ),
      variant(
        [image, var2, mean2],
        (x, w, b) => F.instanceNorm(x, ...running(x), w, b, true, 0.3, 0.1),
        torch('x, w, b: F.instance_norm(x, MEAN.clone(), VARIANCE.clone(), w, b, True, 0.3, 0.1)'),
      ),
      variant(
        [[5, 2, 3], var2, mean2],
        (x, w, b) => F.instanceNorm(x, { weight: w, bias: b, eps: 0.5 }),
        (x, w, b) => {
          const y = along(x, 2, whiten(0.5));
          return build([5, 2, 3], ([n, c, i]) => look(y, [n, c, i]) * w.data[c] + b.data[c]);
        },
      ),
      variant(
        [image],
        (x) => F.instanceNorm(x, ...running(x), { useInputStats: false }),
        torch('x: F.instance_norm(x, MEAN.clone(), VARIANCE.clone(), use_input_stats=False)'),
      ),
    ],
    {
      tolerance,
      errors: [
        refuses((x) => F.instanceNorm(x), /at least 2 dims/),
        fails([input([2, 2, 1])], (x) => F.instanceNorm(x), ArgumentError, /more than 1 spatial element/),
      ],
    },
  ),
  groupNorm: row(
    [
      variant(
        [[2, 4]],
        (x) => F.groupNorm(x, 2),
        (x) => {
          const y = along({ shape: [2, 2, 2], data: x.data }, 2, whiten(1e-5));
          return { shape: [2, 4], data: y.data };
        },
      ),
      variant([image, mean2, var2], (x, b, w) => F.groupNorm(x, 1, w, b, 0.5), torch('x, b, w: F.group_norm(x, 1, w, b, 0.5)')),
      variant(
        [[2, 4, 3], [4], [4]],
        (x, w, b) => F.groupNorm(x, 2, w, b),
        (x, w, b) => {
          const y = along({ shape: [2, 2, 6], data: x.data }, 2, whiten(1e-5));
          return build([2, 4, 3], ([n, c, i]) => look({ shape: [2, 4, 3], data: y.data }, [n, c, i]) * w.data[c] + b.data[c]);
        },
      ),
      variant([[3, 4], [4], [4]], (x, w, b) => F.groupNorm(x, 2, w, b), torch('x, w, b: F.group_norm(x, 2, w, b)')),
    ],
    {
      tolerance,
      errors: [
        refuses((x) => F.groupNorm(x, 1), /at least 2 dims/),
        fails([image], (x) => F.groupNorm(x, 3), ArgumentError, /numGroups that divides 2 channels, got 3/),
      ],
    },
  ),
  layerNorm: row(
    [
      variant(
        [[2, 4]],
        (x) => F.layerNorm(x, [4]),
        (x) => along(x, 1, whiten(1e-5)),
      ),
      variant(
        [[2, 3], [3], [3]],
        (x, w, b) => F.layerNorm(x, [3], w, b, 0.5),
        (x, w, b) => {
          const y = along(x, 1, whiten(0.5));
          return build([2, 3], ([n, j]) => look(y, [n, j]) * w.data[j] + b.data[j]);
        },
      ),
      variant([image, [2, 3]], (x, w) => F.layerNorm(x, [2, 3], { weight: w }), torch('x, w: F.layer_norm(x, (2, 3), weight=w)')),
      // More samples than one task adds the parameters' gradients of.
      variant(
        [[35, 3], [3], [3]],
        (x, w, b) => F.layerNorm(x, [3], w, b),
        (x, w, b) => {
          const y = along(x, 1, whiten(1e-5));
          return build([35, 3], ([n, j]) => look(y, [n, j]) * w.data[j] + b.data[j]);
        },
      ),
      variant(
        [[0, 3]],
        (x) => F.layerNorm(x, [3]),
        (x) => x,
      ),
    ],
    {
      tolerance,
      errors: [
        refuses((x) => F.layerNorm(x, [2]), /an input whose last sizes are \[2\], got \[3\]/),
        fails([input([2, 3]), input([2])], (x, w) => F.layerNorm(x, [3], w), ShapeError, /weight of shape \[3\], got \[2\]/),
        ofInts((x) => F.layerNorm(x, [2])),
      ],
    },
  ),
  rmsNorm: row(
    [
      variant(
        [[2, 3], [3]],
        (x, w) => F.rmsNorm(x, [3], w, 0.1),
        (x, w) => build([2, 3], ([n, j]) => (look(x, [n, j]) * w.data[j]) / Math.sqrt(truth.average([0, 1, 2].map((i) => look(x, [n, i]) ** 2)) + 0.1)),
      ),
      // The default eps is the dtype's.
      ...(['float32', 'float64'] as const).map((dtype, i) => ({
        ...variant(
          [[4]],
          (x) => F.rmsNorm(x, [4]),
          (x) => {
            const scale = Math.sqrt(truth.average(x.data.map((v) => v * v)) + 2 ** [-23, -52][i]);
            return { shape: [4], data: x.data.map((v) => v / scale) };
          },
        ),
        dtypes: [dtype],
      })),
    ],
    { tolerance, errors: [refuses((x) => F.rmsNorm(x, []), /last sizes are \[\]/)] },
  ),
  embedding: row(
    [
      variant(
        [ids, table],
        (i, w) => F.embedding(i, w),
        (i, w) => build([2, 2, 3], ([a, b, j]) => look(w, [look(i, [a, b]), j])),
      ),
      variant(
        [whole('int32', [], [2]), table],
        (i, w) => F.embedding(i, w),
        (_i, w) => build([3], ([j]) => look(w, [2, j])),
      ),
      variant(
        [whole('int64', [0], []), table],
        (i, w) => F.embedding(i, w),
        () => ({ shape: [0, 3], data: [] }),
      ),
      variant(
        [ids, table],
        (i, w) => F.embedding(i, w.clone(), { maxNorm: 0.5 }).detach(),
        (i, w) =>
          build([2, 2, 3], ([a, b, j]) => {
            const id = look(i, [a, b]);
            const norm = length([0, 1, 2].map((c) => look(w, [id, c])));
            return look(w, [id, j]) * (norm > 0.5 ? 0.5 / (norm + 1e-7) : 1);
          }),
      ),
    ],
    {
      gradients: [variant([ids, table], (i, w) => F.embedding(i, w), torch('i, w: F.embedding(i, w)'))],
      tolerance,
      errors: [
        fails([ids, input([3])], (i, w) => F.embedding(i, w), ShapeError, /'weight' must be 2-D/),
        fails([whole('int64', [1], [4]), table], (i, w) => F.embedding(i, w), IndexError, /embedding: expected indices in .*index out of range in self/),
        fails([ids, table], (i, w) => F.embedding(i, w, { paddingIdx: 4 }), ArgumentError, /paddingIdx in \[-4, 3\], got 4/),
      ],
    },
  ),
  embeddingBag: row(
    [
      variant(
        [flat, table, offsets],
        (i, w, o) => F.embeddingBag(i, w, o),
        (_i, w) => bags(w, truth.average),
      ),
      variant(
        [flat, table, offsets],
        (i, w, o) => F.embeddingBag(i, w, o, { mode: 'sum' }),
        (_i, w) => bags(w, truth.total),
      ),
      variant(
        [flat, table, offsets],
        (i, w, o) => F.embeddingBag(i, w, o, { mode: 'max' }),
        (_i, w) => bags(w, truth.most),
      ),
      variant(
        [flat, table, whole('int64', [3], [0, 2, 5]), input([5])],
        (i, w, o, s) => F.embeddingBag(i, w, o, { mode: 'sum', perSampleWeights: s, includeLastOffset: true }),
        torch("i, w, o, s: F.embedding_bag(i, w, o, mode='sum', per_sample_weights=s, include_last_offset=True)"),
      ),
      variant([ids, table], (i, w) => F.embeddingBag(i, w, { mode: 'max' }), torch("i, w: F.embedding_bag(i, w, mode='max')")),
    ],
    {
      tolerance,
      errors: [
        fails([flat, table], (i, w) => F.embeddingBag(i, w), ArgumentError, /a vector of offsets, got none/),
        fails([ids, table, offsets], (i, w, o) => F.embeddingBag(i, w, o), ArgumentError, /if input is 2D, then offsets has to be None/),
        fails([ids, table, input([2, 2])], (i, w, s) => F.embeddingBag(i, w, { perSampleWeights: s }), ArgumentError, /with mode 'sum' only/),
      ],
    },
  ),
  scaledDotProductAttention: row(
    [
      variant(
        [query, key, value],
        attention({}),
        attended(() => true),
      ),
      variant(
        [query, key, value],
        attention({ isCausal: true }),
        attended((i, j) => j <= i),
      ),
      variant(
        [query, key, value, input([2, 3])],
        (q, k, v, m) => F.scaledDotProductAttention(q, k, v, m),
        torch('q, k, v, m: ((q @ k.mT) / 2 ** 0.5 + m).softmax(-1) @ v'),
      ),
      variant(
        [query, key, value, whole('bool', [2, 3], [1, 1, 0, 0, 1, 1])],
        (q, k, v, m) => F.scaledDotProductAttention(q, k, v, m),
        (q, k, v) => [attended((i, j) => (i === 0 ? j < 2 : j > 0))(q, k, v)[0]],
      ),
    ],
    {
      tolerance,
      errors: [
        refuses((x) => F.scaledDotProductAttention(x, x, x), /query of at least 3 dims/),
        fails(
          [query, key, value, mask],
          (q, k, v, m) => F.scaledDotProductAttention(q, k, v, { attnMask: m, isCausal: true }),
          ArgumentError,
          /attnMask or isCausal/,
        ),
      ],
    },
  ),
  varMean: pair(ops.varMean, truth.variance),
  stdMean: pair(ops.stdMean, (v, c) => Math.sqrt(truth.variance(v, c))),
  nansum: reduction(ops.nansum as never, (v) => truth.total(present(v)), { ...holes, dtypes: ['float32', 'float64', 'int32'] }),
  nanmean: reduction(ops.nanmean as never, (v) => truth.average(present(v)), holes),
  all: logical(ops.all, (v) => Number(v.every((x) => x !== 0))),
  any: logical(ops.any, (v) => Number(v.some((x) => x !== 0))),
} satisfies Record<string, Row>;

/** gt.masked is a namespace of its own; and the gradients that padding and frequency change are not the table's. */
export const behindNorms: Readonly<Record<string, Row>> = {
  'masked.sum': counted(masked.sum, truth.total),
  'masked.prod': counted(masked.prod, truth.times),
  'masked.mean': counted(masked.mean, truth.average),
  'masked.amax': counted(masked.amax, truth.most),
  'masked.amin': counted(masked.amin, truth.least),
  'masked.logsumexp': counted(masked.logsumexp, truth.logsumexp),
  'masked.var': counted(masked.var, (v) => truth.variance(v, 0)),
  'masked.std': { ...counted(masked.std, (v) => Math.sqrt(truth.variance(v, 0))), gradients: [] },
  'masked.softmax': normalised(masked.softmax, (v) => truth.softmax(v)),
  'masked.logSoftmax': normalised(masked.logSoftmax, (v) => truth.logSoftmax(v)),
  scaleGradient: row(
    [
      variant(
        [ids, table],
        (i, w) => {
          const leaf = w.detach().clone().requiresGrad_();
          F.embedding(i, leaf, { paddingIdx: 3, scaleGradByFreq: true }).sum().backward();
          return leaf.grad;
        },
        () => ({ shape: [4, 3], data: [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0] }),
      ),
    ],
    { gradients: false },
  ),
};

// nn.functional, and the draws.
import { ArgumentError, DTypeError, GradientError, IndexError, ShapeError } from '../../src/core/errors.js';
import { Generator } from '../../src/core/random.js';
import { crossEntropy, nllLoss } from '../../src/ops/classification.js';
import * as F from '../../src/ops/functional.js';
import * as ops from '../../src/ops/index.js';
import { linear } from '../../src/ops/linear.js';
import { bernoulli } from '../../src/ops/random.js';
import { mseLoss } from '../../src/ops/regression.js';
import { along, build, each, fold, type Grid, look, permuted, product } from './grid.js';
import { fails, type Input, input, type Row, row, variant, whole } from './row.js';
import { torch, torchDraws } from './torch.js';
import { average, logSoftmax, total } from './truth.js';

const tolerance = { ulp: 8, eps: 64 };
const affine = (x: Grid, w: Grid, b?: Grid): Grid => {
  const y = product(x.shape.length === 1 ? { shape: [1, ...x.shape], data: x.data } : x, permuted(w, 1, 0));
  const shape = [...x.shape.slice(0, -1), w.shape[0]];
  return { shape, data: y.data.map((v, i) => v + (b?.data[i % w.shape[0]] ?? 0)) };
};
const squares = each((a, b) => (a - b) ** 2);
const plus = each((a, b) => a + b);
const labels: Input = whole('int64', [3], [1, 0, 3]);
const some: Input = whole('int32', [3], [1, -100, 3]);
/** -log p[target], weighted, and the mean over the weights. */
const nll = (logp: Grid, target: Grid, weight: readonly number[] = [1, 1, 1, 1], mean = true): Grid => {
  const counts = target.data.map((t) => (t < 0 ? 0 : weight[t]));
  const loss = total(target.data.map((t, i) => (t < 0 ? 0 : -counts[i] * look(logp, [i, t]))));
  return { shape: [], data: [mean ? loss / total(counts) : loss] };
};
const weights = [0.5, 1, 2, 0.25];
const weight: Input = input([4], [0, 1], { values: weights, dtype: 'float64' });
const logits = input([3, 4]);
const log = (x: Grid): Grid => along(x, 1, logSoftmax);
const outOfRange = (call: typeof nllLoss) =>
  fails([logits, whole('int64', [3], [1, 4, 0])], (x, t) => call(x, t), IndexError, /labels in \[0, 3\], got 4: Target 4 is out of bounds/);
const wrongTarget = (call: typeof nllLoss) =>
  fails([logits, whole('int64', [2], [1, 0])], (x, t) => call(x, t), ShapeError, /a target of shape \[3\] for input \[3, 4\], got \[2\]/);
const unknown = (call: typeof nllLoss) =>
  fails([logits, labels], (x, t) => call(x, t, { reduce: true } as never), ArgumentError, /options among weight, .*, got reduce/);
const badWay = (call: typeof nllLoss) =>
  fails([logits, labels], (x, t) => call(x, t, { reduction: 'avg' as never }), ArgumentError, /reduction to be one of "none", "mean", "sum", got "avg"/);
const usual = (call: typeof nllLoss) => [
  outOfRange(call),
  wrongTarget(call),
  unknown(call),
  badWay(call),
  fails([logits, labels], (x, t) => call(x, t, { weight: ops.float(t) }), ShapeError, /either for all 4 classes or no classes/),
];
const seeded = (): Generator => new Generator().manualSeed(7);
const drawn = 'draws follow the memory, which another layout changes';
const drawErrors = (call: (x: never) => unknown) => [
  fails([input([2], [0, 1], { grad: true })], (x) => call(x as never), GradientError, /leaf Variable/),
  fails([input([1])], (x) => call(x.expand(3) as never), ShapeError, /more than one element/),
];
const bench = { inputs: [input([128, 784]), input([256, 784]), input([256])], flops: 2 * 128 * 784 * 256, bytes: 4 * (128 * 784 + 784 * 256 + 128 * 256) };

export const functional = {
  linear: row(
    [
      variant([[2, 3], [4, 3], [4]], (x, w, b) => linear(x, w, b), affine),
      variant(
        [
          [2, 3],
          [4, 3],
        ],
        (x, w) => linear(x, w),
        affine,
      ),
      variant([[3], [2, 3], [2]], (x, w, b) => linear(x, w, b), affine),
      variant([[2, 2, 3], [2, 3], [2]], (x, w, b) => linear(x, w, b), affine),
      variant([[0, 3], [2, 3], [2]], (x, w, b) => linear(x, w, b), affine),
      variant([[17, 40], [33, 40], [33]], (x, w, b) => linear(x, w, b), affine),
      variant([[2, 0], [3, 0], [3]], (x, w, b) => linear(x, w, b), affine),
      variant([[2, 3, 0, 3], [2, 3], [2]], (x, w, b) => linear(x, w, b), affine),
      // A bias for every element, a weight and an input that lie column by column, one weight for a single output, no weight matrix at all.
      variant(
        [
          [2, 3],
          [4, 3],
          [2, 4],
        ],
        (x, w, b) => linear(x, w, b),
        (x, w, b) => plus(affine(x, w), b),
      ),
      variant(
        [[3, 2], [3, 4], [4]],
        (x, w, b) => linear(x.t(), w.t(), b),
        (x, w, b) => affine(permuted(x, 1, 0), permuted(w, 1, 0), b),
      ),
      variant(
        [[2, 4, 3], [5, 2], [5]],
        (x, w, b) => linear(x.transpose(0, 2), w, b),
        (x, w, b) => affine(permuted(x, 2, 1, 0), w, b),
      ),
      variant(
        [[2, 3], [3], []],
        (x, w, b) => linear(x, w, b),
        (x, w, b) => build([2], ([i]) => look(b, []) + total([0, 1, 2].map((k) => look(x, [i, k]) * look(w, [k])))),
      ),
    ],
    {
      tolerance,
      work: bench,
      errors: [
        fails([input([2, 3]), input([4, 5])], (x, w) => linear(x, w), ShapeError, /an input whose last size is 5, got input \[2, 3\] and weight \[4, 5\]/),
        fails([input([2, 3]), input([4, 3]), input([3])], (x, w, b) => linear(x, w, b), ShapeError, /a bias that broadcasts to \[2, 4\], got \[3\]/),
        fails([input([2, 3]), input([4, 3])], (x, w) => linear(x, w, 1 as never), ArgumentError, /bias to be a tensor, got 1/),
        fails([input([], [0, 1]), input([4, 3])], (x, w) => linear(x, w), ShapeError, /at least 1D/),
        fails(
          [input([2, 3], [0, 1], { dtype: 'float32' }), input([4, 3], [0, 1], { dtype: 'float64' })],
          (x, w) => linear(x, w),
          DTypeError,
          /expected scalar type float32 but found float64/,
        ),
      ],
    },
  ),
  mseLoss: row(
    [
      variant(
        [
          [2, 3],
          [2, 3],
        ],
        (x, y) => mseLoss(x, y),
        (x, y) => fold(squares(x, y), average),
      ),
      variant(
        [
          [2, 3],
          [2, 3],
        ],
        (x, y) => mseLoss(x, y, { reduction: 'sum' }),
        (x, y) => fold(squares(x, y), total),
      ),
      variant([[2, 3], [3]], (x, y) => mseLoss(x, y, { reduction: 'none' }), squares),
      variant(
        [[2, 3], [3]],
        (x, y) => mseLoss(x, y),
        (x, y) => fold(squares(x, y), average),
      ),
      variant(
        [[], [2]],
        (x, y) => mseLoss(x, y, { reduction: 'sum' }),
        (x, y) => fold(squares(x, y), total),
      ),
    ],
    {
      tolerance,
      errors: [
        fails([input([2, 3]), input([4])], (x, y) => mseLoss(x, y), ShapeError, /shapes that broadcast/),
        fails([input([2]), input([2])], (x, y) => mseLoss(x, y, { reduction: 'max' as never }), ArgumentError, /reduction to be one of/),
        fails([labels, labels], (x, y) => mseLoss(x, y), DTypeError, /a floating point input or target, got int64 and int64/),
      ],
    },
  ),
  nllLoss: row(
    [
      variant(
        [logits, labels],
        (x, t) => nllLoss(x, t),
        (x, t) => nll(x, t),
      ),
      variant(
        [logits, some],
        (x, t) => nllLoss(x, t),
        (x, t) => nll(x, t),
      ),
      variant(
        [logits, labels, weight],
        (x, t, w) => nllLoss(x, t, w.to(x.dtype)),
        (x, t) => nll(x, t, weights),
      ),
      variant(
        [logits, some],
        (x, t) => nllLoss(x, t, { reduction: 'sum' }),
        (x, t) => nll(x, t, undefined, false),
      ),
      variant(
        [input([2, 3, 2]), whole('int64', [2, 2], [0, 2, 1, 1])],
        (x, t) => nllLoss(x, t, { reduction: 'none' }),
        (x, t) => ({ shape: [2, 2], data: t.data.map((c, i) => -look(x, [i >> 1, c, i & 1])) }),
      ),
      variant(
        [input([4]), whole('int64', [], [2])],
        (x, t) => nllLoss(x, t),
        (x) => ({ shape: [], data: [-x.data[2]] }),
      ),
    ],
    { tolerance, errors: usual(nllLoss) },
  ),
  crossEntropy: row(
    [
      variant(
        [logits, labels],
        (x, t) => crossEntropy(x, t),
        (x, t) => nll(log(x), t),
      ),
      variant(
        [logits, some, weight],
        (x, t, w) => crossEntropy(x, t, w.to(x.dtype)),
        (x, t) => nll(log(x), t, weights),
      ),
      variant(
        [logits, labels],
        (x, t) => crossEntropy(x, t, { labelSmoothing: 0.2 }),
        (x, t) => ({ shape: [], data: [0.8 * nll(log(x), t).data[0] - (0.2 / 4) * (total([...log(x).data]) / 3)] }),
      ),
      variant(
        [logits, input([3, 4], [0, 1])],
        (x, p) => crossEntropy(x, p),
        (x, p) => ({ shape: [], data: [-total(log(x).data.map((v, i) => v * p.data[i])) / 3] }),
      ),
      variant(
        [input([4]), whole('int64', [], [2])],
        (x, t) => crossEntropy(x, t),
        (x) => ({ shape: [], data: [-logSoftmax([...x.data])[2]] }),
      ),
      variant([input([2, 3, 2]), whole('int64', [2, 2], [0, 2, 1, 1])], (x, t) => crossEntropy(x, t), torch('x, t: F.cross_entropy(x, t)')),
    ],
    {
      tolerance,
      errors: [
        ...usual(crossEntropy),
        fails([logits, labels], (x, t) => crossEntropy(x, t, { labelSmoothing: 2 }), ArgumentError, /labelSmoothing in \[0, 1\], got 2/),
      ],
    },
  ),
  oneHot: row(
    [
      variant(
        [labels],
        (t) => F.oneHot(t),
        (t) => ({ shape: [3, 4], data: t.data.flatMap((c) => [0, 1, 2, 3].map((j) => Number(j === c))) }),
      ),
      variant(
        [whole('int32', [], [1])],
        (t) => F.oneHot(t, 2),
        () => ({ shape: [2], data: [0, 1] }),
      ),
      variant(
        [whole('int64', [0], [])],
        (t) => F.oneHot(t, { numClasses: 3 }),
        () => ({ shape: [0, 3], data: [] }),
      ),
    ],
    {
      gradients: false,
      errors: [
        fails([labels], (t) => F.oneHot(t, 3), IndexError, /smaller than num_classes/),
        fails([some], (t) => F.oneHot(t), IndexError, /non-negative/),
        fails([logits], (x) => F.oneHot(x), DTypeError, /int32 or int64/),
      ],
    },
  ),
  dropout: row(
    [
      variant([[3, 4]], (x) => F.dropout(x, 0.4, { generator: seeded() }), torchDraws('x: F.dropout(x, 0.4)')),
      variant(
        [[3, 4]],
        (x) => F.dropout(x, 0),
        (x) => x,
      ),
      variant(
        [[3, 4]],
        (x) => F.dropout(x, 1),
        each(() => 0),
      ),
      variant(
        [[3, 4]],
        (x) => F.dropout(x, { p: 0.4, training: false }),
        (x) => x,
      ),
      variant(
        [[0]],
        (x) => F.dropout(x),
        (x) => x,
      ),
    ],
    {
      contiguousOnly: drawn,
      errors: [
        fails([input([2])], (x) => F.dropout(x, 1.5), ArgumentError, /p in \[0, 1\]/),
        fails([whole('int32', [2], [1, 1])], (x) => F.dropout(x), DTypeError, /floating point tensor, got int32/),
      ],
    },
  ),
  uniform_: row([variant([[4]], (x) => ops.uniform_(x.clone(), 2, 3, { generator: seeded() }), torchDraws('x: x.clone().uniform_(2, 3)'))], {
    contiguousOnly: drawn,
    gradients: false,
    errors: [...drawErrors(ops.uniform_), fails([whole('int32', [2], [1, 1])], (x) => ops.uniform_(x), DTypeError, /floating point/)],
  }),
  normal_: row([variant([[4]], (x) => ops.normal_(x.clone(), 0, 1, { generator: seeded() }), torchDraws('x: x.clone().normal_()'))], {
    contiguousOnly: drawn,
    gradients: false,
    errors: drawErrors(ops.normal_),
  }),
  bernoulli_: row([variant([[4]], (x) => ops.bernoulli_(x.clone(), 0.5, { generator: seeded() }), torchDraws('x: x.clone().bernoulli_(0.5)'))], {
    contiguousOnly: drawn,
    // Of the form that reads its probabilities: 0.
    gradients: [variant([input([4], [0.2, 0.8])], (x) => bernoulli(x, { generator: seeded() }), torchDraws('x: torch.bernoulli(x)'))],
    errors: drawErrors(ops.bernoulli_),
  }),
} satisfies Record<string, Row>;

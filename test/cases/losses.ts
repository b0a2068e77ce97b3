// Losses. PyTorch's golden numbers are the reference where no formula stands here.
import { ArgumentError, IndexError, ShapeError } from '../../src/core/errors.js';
import { tensor } from '../../src/ops/create.js';
import * as F from '../../src/ops/families.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { build, each, fold, type Grid, look } from './grid.js';
import { fails, type Input, input, type Row, row, variant, whole } from './row.js';
import { torch } from './torch.js';
import { average, sigmoid, total } from './truth.js';

const tolerance = { ulp: 16, eps: 128 };
type Loss = (x: Tensor, y: Tensor, options?: object) => Tensor;
const wrongWay = (call: (...xs: Tensor[]) => unknown, ...inputs: Input[]) => fails(inputs, call, ArgumentError, /reduction to be one of/);
const badWay = { reduction: 'abc' } as never;

/** A loss of an elementwise formula, in all its reductions. */
function pointwise(loss: Loss, formula: (x: number, y: number) => number, x: Input, y: Input, options: object = {}): Row {
  const f = each(formula);
  const small = [input([3], x.range, { away: x.away }), input([3], y.range, { values: y.values?.slice(0, 3) })];
  return row(
    [
      variant(
        [x, y],
        (a, b) => loss(a, b, options),
        (a, b) => fold(f(a, b), average),
      ),
      variant(
        [x, y],
        (a, b) => loss(a, b, { ...options, reduction: 'sum' }),
        (a, b) => fold(f(a, b), total),
      ),
      variant(small, (a, b) => loss(a, b, { ...options, reduction: 'none' }), f),
    ],
    { tolerance, errors: [wrongWay((a, b) => loss(a, b, { reduction: 'abc' }), x, y)] },
  );
}
const more = (base: Row, ...variants: ReturnType<typeof variant>[]): Row => ({
  ...base,
  variants: [...base.variants, ...variants],
  gradients: [...base.gradients, ...variants],
});

const square = [2, 3];
const low = input(square, [-3, -0.3]);
const high = input(square, [0.4, 3]);
const probabilities = input(square, [0.1, 0.9]);
const signs: Input = input(square, [-1, 1], { values: [1, -1, 1, -1, -1, 1] });
const bce = (p: number, t: number): number => -(t * Math.log(p) + (1 - t) * Math.log(1 - p));
const otherShape = (call: Loss) => fails([input([2, 3], [0.1, 0.9]), input([3], [0.1, 0.9])], (a, b) => call(a, b), ShapeError, /a target of shape \[2, 3\]/);

const dot = (a: Grid, b: Grid, n: number): number => total([...Array(a.shape[1]).keys()].map((j) => look(a, [n, j]) * look(b, [n, j])));
const distance = (a: Grid, b: Grid, n: number): number =>
  Math.sqrt(total([...Array(a.shape[1]).keys()].map((j) => (look(a, [n, j]) - look(b, [n, j]) + 1e-6) ** 2)));
const triplet = (a: Grid, p: Grid, n: Grid, margin: number, swap: boolean): Grid => ({
  shape: [],
  data: [
    average(
      [...Array(a.shape[0]).keys()].map((i) => {
        const far = swap ? Math.min(distance(a, n, i), distance(p, n, i)) : distance(a, n, i);
        return Math.max(0, distance(a, p, i) - far + margin);
      }),
    ),
  ],
});
const [anchor, near, far] = [input([2, 3], [-1, 0.2]), input([2, 3], [0.3, 1]), input([2, 3], [-2, 2.5])];
const labels = whole('int64', [2], [2, 0]);
const scores = input([2, 3], [-2, 2], { values: [0.3, -1.2, 0.7, 0.9, 0.15, -0.4] });

// PyTorch's own check, too, is of ctc after a log-softmax: the gradient is that of the logits.
const spelled = whole('int64', [2, 2], [1, 1, 2, 0]);
const frames = input([4, 2, 3]);
const ctc = (options: object) => (x: Tensor, t: Tensor) => F.ctcLoss(ops.logSoftmax(x, 2), t, [4, 3], [2, 1], options);
/** By listing all alignments. */
const ctcTruth = (x: Grid): Grid => {
  const p = build([4, 2, 3], ([t, n, c]) => Math.exp(look(x, [t, n, c])) / total([0, 1, 2].map((k) => Math.exp(look(x, [t, n, k])))));
  const spell = (path: number[]): string =>
    path
      .filter((c, i) => c !== path[i - 1])
      .filter((c) => c !== 0)
      .join();
  const probability = (n: number, length: number, target: string): number => {
    let sum = 0;
    for (let code = 0; code < 3 ** length; code++) {
      const path = Array.from({ length }, (_, t) => Math.floor(code / 3 ** t) % 3);
      if (spell(path) === target) sum += path.reduce((q, c, t) => q * look(p, [t, n, c]), 1);
    }
    return sum;
  };
  return { shape: [2], data: [-Math.log(probability(0, 4, '1,1')), -Math.log(probability(1, 3, '2'))] };
};

export const losses = {
  l1Loss: pointwise(F.l1Loss, (x, y) => Math.abs(x - y), low, high),
  smoothL1Loss: more(
    pointwise(F.smoothL1Loss, (x, y) => (Math.abs(x - y) < 2 ? (x - y) ** 2 / 4 : Math.abs(x - y) - 1), low, high, { beta: 2 }),
    variant(
      [low, high],
      (x, y) => F.smoothL1Loss(x, y, { beta: 0 }),
      (x, y) => fold(each((a, b) => Math.abs(a - b))(x, y), average),
    ),
  ),
  huberLoss: {
    ...pointwise(F.huberLoss, (x, y) => (Math.abs(x - y) <= 2 ? (x - y) ** 2 / 2 : 2 * (Math.abs(x - y) - 1)), low, high, { delta: 2 }),
    errors: [fails([low, high], (x, y) => F.huberLoss(x, y, { delta: 0 }), ArgumentError, /delta > 0, got 0/)],
  },
  klDiv: more(
    pointwise(F.klDiv as Loss, (x, y) => y * (Math.log(y) - x), low, high),
    variant(
      [low, low],
      (x, y) => F.klDiv(x, y, { reduction: 'batchmean', logTarget: true }),
      (x, y) => fold(each((a, b) => (Math.exp(b) * (b - a)) / 2)(x, y), total),
    ),
  ),
  poissonNllLoss: more(
    pointwise(F.poissonNllLoss, (x, y) => Math.exp(x) - y * x, low, high),
    variant(
      [high, input(square, [1.2, 4])],
      (x, y) => F.poissonNllLoss(x, y, { logInput: false, full: true }),
      (x, y) => fold(each((a, t) => a - t * Math.log(a + 1e-8) + t * Math.log(t) - t + Math.log(2 * Math.PI * t) / 2)(x, y), average),
    ),
  ),
  gaussianNllLoss: row(
    [
      variant(
        [low, high, high],
        (x, y, v) => F.gaussianNllLoss(x, y, v),
        (x, y, v) => fold(each((a, b, c) => (Math.log(c) + (a - b) ** 2 / c) / 2)(x, y, v), average),
      ),
      variant(
        [low, high, input([2], [0.4, 3])],
        (x, y, v) => F.gaussianNllLoss(x, y, v, { full: true, reduction: 'none' }),
        torch("x, y, v: F.gaussian_nll_loss(x, y, v, full=True, reduction='none')"),
      ),
      variant(
        [low, high, input([2, 1], [0.4, 3])],
        (x, y, v) => F.gaussianNllLoss(x, y, v, { reduction: 'sum' }),
        torch("x, y, v: F.gaussian_nll_loss(x, y, v, reduction='sum')"),
      ),
    ],
    {
      tolerance,
      errors: [
        fails([low, high, low], (x, y, v) => F.gaussianNllLoss(x, y, v), ArgumentError, /variances >= 0/),
        fails([low, high, input([3], [1, 2])], (x, y, v) => F.gaussianNllLoss(x, y, v), ShapeError, /var is of incorrect size/),
      ],
    },
  ),
  binaryCrossEntropy: more(
    {
      ...pointwise(F.binaryCrossEntropy, bce, probabilities, probabilities),
      errors: [
        otherShape(F.binaryCrossEntropy),
        fails([high, probabilities], (x, t) => F.binaryCrossEntropy(x, t), ArgumentError, /all elements of input should be between 0 and 1/),
      ],
    },
    variant(
      [probabilities, probabilities, input([3], [0, 2])],
      (x, t, w) => F.binaryCrossEntropy(x, t, w, { reduction: 'sum' }),
      (x, t, w) => fold(each((p, q, f) => f * bce(p, q))(x, t, w), total),
    ),
  ),
  binaryCrossEntropyWithLogits: more(
    {
      ...pointwise(F.binaryCrossEntropyWithLogits, (x, t) => bce(sigmoid(x), t), input(square), probabilities),
      errors: [otherShape(F.binaryCrossEntropyWithLogits)],
    },
    variant(
      [input(square), probabilities, input([3], [0.5, 2])],
      (x, t, w) => F.binaryCrossEntropyWithLogits(x, t, { weight: w, posWeight: tensor([0.5, 2, 1], { dtype: x.dtype }) }),
      (x, t, w) =>
        fold(each((a, q, f, p) => -f * (p * q * Math.log(sigmoid(a)) + (1 - q) * Math.log(sigmoid(-a))))(x, t, w, { shape: [3], data: [0.5, 2, 1] }), average),
    ),
  ),
  softMarginLoss: pointwise(F.softMarginLoss, (x, y) => Math.log1p(Math.exp(-x * y)), input(square), signs),
  multilabelSoftMarginLoss: row(
    [
      variant(
        [input(square), probabilities],
        (x, t) => F.multilabelSoftMarginLoss(x, t),
        (x, t) => fold(each((a, q) => bce(sigmoid(a), q))(x, t), average),
      ),
      variant(
        [input(square), probabilities, input([3])],
        (x, t, w) => F.multilabelSoftMarginLoss(x, t, w, { reduction: 'none' }),
        torch("x, t, w: F.multilabel_soft_margin_loss(x, t, w, reduction='none')"),
      ),
    ],
    { tolerance, errors: [fails([input([2, 3]), input([2])], (x, t) => F.multilabelSoftMarginLoss(x, t), ShapeError, /a target of shape \[2, 3\]/)] },
  ),
  hingeEmbeddingLoss: pointwise(F.hingeEmbeddingLoss, (x, y) => (y === 1 ? x : Math.max(0, 1 - x)), input(square, [-2, 2], { away: [1] }), signs),
  marginRankingLoss: row(
    [
      variant(
        [low, high, signs],
        (a, b, t) => F.marginRankingLoss(a, b, t, 0.5),
        (a, b, t) => fold(each((x, y, s) => Math.max(0, 0.5 - s * (x - y)))(a, b, t), average),
      ),
      variant(
        [low, high, signs],
        (a, b, t) => F.marginRankingLoss(a, b, t, { reduction: 'none' }),
        torch("a, b, t: F.margin_ranking_loss(a, b, t, reduction='none')"),
      ),
    ],
    {
      tolerance,
      errors: [
        fails([low, high, input([3])], (a, b, t) => F.marginRankingLoss(a, b, t), ShapeError, /same number of dims/),
        wrongWay((a, b, t) => F.marginRankingLoss(a, b, t, badWay), low, high, signs),
      ],
    },
  ),
  cosineEmbeddingLoss: row(
    [
      variant(
        [near, far, input([2], [-1, 1], { values: [1, -1] })],
        (a, b, t) => F.cosineEmbeddingLoss(a, b, t, { margin: -0.9, reduction: 'none' }),
        (a, b, t) =>
          build([2], ([n]) => {
            const cosine = dot(a, b, n) / Math.sqrt((dot(a, a, n) + 1e-12) * (dot(b, b, n) + 1e-12));
            return t.data[n] === 1 ? 1 - cosine : Math.max(0, cosine + 0.9);
          }),
      ),
      variant(
        [input([3]), input([3]), whole('float64', [], [1])],
        (a, b, t) => F.cosineEmbeddingLoss(a, b, t.detach()),
        torch('a, b, t: F.cosine_embedding_loss(a, b, t)'),
      ),
    ],
    { tolerance, errors: [fails([near, far, signs], (a, b, t) => F.cosineEmbeddingLoss(a, b, t), ShapeError, /1-d target for rows/)] },
  ),
  tripletMarginLoss: row(
    [
      variant(
        [anchor, near, far],
        (a, p, n) => F.tripletMarginLoss(a, p, n, 2),
        (a, p, n) => triplet(a, p, n, 2, false),
      ),
      variant(
        [anchor, near, far],
        (a, p, n) => F.tripletMarginLoss(a, p, n, { swap: true, margin: 2 }),
        (a, p, n) => triplet(a, p, n, 2, true),
      ),
      variant(
        [anchor, near, far],
        (a, p, n) => F.tripletMarginLoss(a, p, n, { p: 3, reduction: 'none', margin: 4 }),
        torch("a, p, n: F.triplet_margin_loss(a, p, n, p=3, reduction='none', margin=4)"),
      ),
    ],
    { tolerance, errors: [fails([anchor, near, input([3])], (a, p, n) => F.tripletMarginLoss(a, p, n), ShapeError, /same number of dims/)] },
  ),
  tripletMarginWithDistanceLoss: row(
    [
      variant(
        [anchor, near, far],
        (a, p, n) => F.tripletMarginWithDistanceLoss(a, p, n, { margin: 2 }),
        (a, p, n) => triplet(a, p, n, 2, false),
      ),
      variant(
        [anchor, near, far],
        (a, p, n) =>
          F.tripletMarginWithDistanceLoss(a, p, n, { distanceFunction: (x, y) => ops.sum(ops.square(ops.sub(x, y)), 1), margin: 9, reduction: 'sum' }),
        torch("a, p, n: F.triplet_margin_with_distance_loss(a, p, n, distance_function=lambda x, y: (x - y).square().sum(1), margin=9, reduction='sum')"),
      ),
    ],
    { tolerance, errors: [fails([anchor, near, input([3])], (a, p, n) => F.tripletMarginWithDistanceLoss(a, p, n), ShapeError, /same number of dims/)] },
  ),
  multiMarginLoss: row(
    [
      variant(
        [scores, labels],
        (x, t) => F.multiMarginLoss(x, t, { reduction: 'none' }),
        (x, t) => build([2], ([n]) => total([0, 1, 2].map((c) => (c === t.data[n] ? 0 : Math.max(0, 1 - look(x, [n, t.data[n]]) + look(x, [n, c])) / 3)))),
      ),
      variant(
        [scores, labels, input([3], [0.5, 2])],
        (x, t, w) => F.multiMarginLoss(x, t, { p: 2, margin: 2, weight: w }),
        torch('x, t, w: F.multi_margin_loss(x, t, p=2, margin=2, weight=w)'),
      ),
      variant(
        [input([3], [-2, 2], { values: [0.3, -1.2, 0.7] }), whole('int64', [], [1])],
        (x, t) => F.multiMarginLoss(x, t),
        torch('x, t: F.multi_margin_loss(x, t)'),
      ),
    ],
    {
      tolerance,
      errors: [
        fails([scores, labels], (x, t) => F.multiMarginLoss(x, t, 3), ArgumentError, /p to be 1 or 2, got 3/),
        fails([scores, whole('int64', [3], [0, 1, 1])], (x, t) => F.multiMarginLoss(x, t), ShapeError, /2 labels/),
      ],
    },
  ),
  multilabelMarginLoss: row(
    [
      variant(
        [scores, whole('int64', [2, 3], [2, 0, -1, 1, -1, 0])],
        (x, t) => F.multilabelMarginLoss(x, t, { reduction: 'none' }),
        (x) =>
          build([2], ([n]) => {
            const pairs =
              n === 0
                ? [
                    [2, 1],
                    [0, 1],
                  ]
                : [
                    [1, 0],
                    [1, 2],
                  ];
            return total(pairs.map(([j, i]) => Math.max(0, 1 - (look(x, [n, j]) - look(x, [n, i]))) / 3));
          }),
      ),
      variant(
        [input([3], [-2, 2], { values: [0.3, -1.2, 0.7] }), whole('int64', [3], [1, -1, 2])],
        (x, t) => F.multilabelMarginLoss(x, t),
        torch('x, t: F.multilabel_margin_loss(x, t)'),
      ),
    ],
    {
      tolerance,
      errors: [
        fails([scores, whole('int64', [2, 3], [3, 0, 0, 0, 0, 0])], (x, t) => F.multilabelMarginLoss(x, t), IndexError, /labels below 3, got 3/),
        fails([scores, labels], (x, t) => F.multilabelMarginLoss(x, t), ShapeError, /a target of shape \[2, 3\]/),
      ],
    },
  ),
  ctcLoss: row(
    [
      variant([frames, spelled], ctc({ reduction: 'none' }), ctcTruth),
      variant([frames, spelled], ctc({ reduction: 'mean' }), (x) => ({ shape: [], data: [average(ctcTruth(x).data.map((v, i) => v / (2 - i)))] })),
      variant(
        [input([3, 3]), whole('int32', [1], [2])],
        (x, t) => F.ctcLoss(ops.logSoftmax(x, 1), t, [3], [1], { reduction: 'sum' }),
        torch("x, t: F.ctc_loss(x.log_softmax(1), t, torch.tensor(3), torch.tensor(1), reduction='sum')"),
      ),
      // Two frames cannot spell two equal labels.
      variant(
        [frames, spelled],
        (x, t) => F.ctcLoss(ops.logSoftmax(x, 2), t, [2, 3], [2, 0], { reduction: 'sum', zeroInfinity: true }),
        torch("x, t: F.ctc_loss(x.log_softmax(2), t, (2, 3), (2, 0), reduction='sum', zero_infinity=True)"),
      ),
    ],
    {
      tolerance,
      errors: [
        fails([frames, spelled], (x, t) => F.ctcLoss(x, t, [5, 3], [2, 1]), ArgumentError, /input lengths in \[0, 4\], got 5/),
        fails([frames, spelled], (x, t) => F.ctcLoss(x, t, [4, 3], [3, 1]), ShapeError, /targets of the lengths given/),
        fails([frames, whole('int64', [2, 2], [1, 3, 1, 1])], (x, t) => F.ctcLoss(x, t, [4, 3], [2, 1]), IndexError, /labels in \[0, 2\], got 3/),
        fails([frames, spelled], (x, t) => F.ctcLoss(x, t, [4, 3], [2, 1], 3), ArgumentError, /blank in \[0, 2\], got 3/),
      ],
    },
  ),
} satisfies Record<string, Row>;

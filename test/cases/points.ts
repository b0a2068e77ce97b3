// Where the rows of the case table are not smooth, and what their derivatives are at such points: PyTorch 1.13's, or the limits where it has none.

import type { DType } from '../../src/core/dtype.js';
import * as gt from '../../src/index.js';

/** The settings of points.test.ts at which a row's function has no two derivatives, with the reason. */
export type Settings = Partial<Record<'zeros' | 'ones' | 'minus ones' | 'one zero' | 'two zeros' | 'two equal' | 'first input' | 'last input', string>>;

const at = (reason: string, ...settings: (keyof Settings)[]): Settings => Object.fromEntries(settings.map((setting) => [setting, reason]));
const constant = ['zeros', 'ones', 'minus ones'] as const;
const ties = at('Ties: the function has a kink where its elements are equal.', ...constant);
const manyTies = { ...ties, ...at('Ties of two elements.', 'two zeros', 'two equal') };
const distance = at('The distance of equal points is a norm at 0.', ...constant);
const spread = at('The standard deviation of equal elements is a norm at 0.', ...constant);
const labels = 'A label is not differentiable, and must be 1 or -1.';
const pole = 'A pole, here or beside it.';
const border = 'The border of its domain, or beyond.';
const bound = 'The element is on the bound.';
const angle = 'The origin, where distance and angle have no derivative.';
const jump = 'A jump.';
const kink = 'A kink where both are equal.';
const poisson = 'The border of the logarithm, and of targets that have a Stirling term.';
const floor = 'Variances below 0 are refused, those below eps floored as in PyTorch.';
const prob = 'Probabilities and their border.';
const root = 'A root of zero, or of a sum below zero.';
const margin = 'The hinge, and the distance of equal points.';

export const singular: Readonly<Record<string, Settings>> = {
  lpPool1d: at(root, 'zeros', 'minus ones', 'two zeros'),
  lpPool2d: at(root, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  div: at(pole, 'zeros', 'one zero', 'two zeros', 'last input'),
  addcdiv: at(pole, 'zeros', 'one zero', 'two zeros', 'last input'),
  pow: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros', 'first input'),
  floatPower: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros', 'first input'),
  reciprocal: at(pole, 'zeros', 'one zero', 'two zeros'),
  log: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  sqrt: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  rsqrt: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  log2: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  log10: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  entr: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  clamp: at(bound, 'zeros', 'one zero', 'two zeros', 'first input'),
  asin: at(border, 'ones', 'minus ones'),
  erfinv: at(border, 'ones', 'minus ones'),
  acos: at(border, 'ones', 'minus ones'),
  atanh: at(border, 'ones', 'minus ones'),
  acosh: at(border, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal'),
  log1p: at(border, 'minus ones'),
  xlog1py: at(border, 'minus ones'),
  lgamma: at(pole, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  digamma: at(pole, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  polygamma: at(pole, 'zeros', 'minus ones', 'one zero', 'two zeros'),
  mvlgamma: at(pole, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal'),
  logit: at(border, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros'),
  atan2: at(angle, 'zeros', 'one zero', 'two zeros', 'first input'),
  hypot: at(angle, 'zeros', 'one zero', 'two zeros'),
  fmod: at(jump, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal', 'last input'),
  remainder: at(jump, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal', 'first input', 'last input'),
  floorDivide: at(jump, 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal', 'first input', 'last input'),
  fmax: at(kink, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal'),
  fmin: at(kink, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal'),
  l1Loss: at(kink, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal'),
  smoothL1Loss: at(kink, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal'),
  xlogy: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros', 'last input'),
  klDiv: at(border, 'zeros', 'minus ones', 'one zero', 'two zeros', 'last input'),
  poissonNllLoss: at(poisson, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal', 'first input', 'last input'),
  gaussianNllLoss: at(floor, 'zeros', 'minus ones', 'one zero', 'two zeros', 'last input'),
  binaryCrossEntropy: at(prob, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'first input'),
  marginRankingLoss: at(margin, 'zeros', 'ones', 'minus ones', 'one zero', 'two zeros', 'two equal', 'first input'),
  tripletMarginLoss: at(margin, 'zeros', 'ones', 'minus ones', 'first input'),
  tripletMarginWithDistanceLoss: at(margin, 'zeros', 'ones', 'minus ones', 'first input'),
  pairwiseDistance: at(margin, 'zeros', 'ones', 'minus ones', 'two zeros', 'two equal'),
  maximum: { ...manyTies, ...at('A tie in one element.', 'one zero') },
  minimum: { ...manyTies, ...at('A tie in one element.', 'one zero') },
  max: { ...manyTies, ...at('A tie in one element.', 'one zero') },
  min: { ...manyTies, ...at('A tie in one element.', 'one zero') },
  clampMin: at('The element is on the bound.', 'zeros', 'one zero', 'two zeros'),
  clampMax: at('The element is on the bound.', 'zeros', 'one zero', 'two zeros'),
  where: at('The condition counts as true beside 0.', 'zeros', 'one zero', 'two zeros', 'first input'),
  amax: ties,
  amin: { ...ties, ...at('Two elements are the smallest.', 'two zeros') },
  aminmax: manyTies,
  'masked.amax': { ...ties, ...at('Ties among the elements.', 'first input') },
  'masked.amin': { ...ties, ...at('Ties among the elements.', 'first input') },
  cummax: manyTies,
  cummin: manyTies,
  sort: manyTies,
  msort: ties,
  topk: { ...ties, ...at('Ties of two elements.', 'two equal') },
  kthvalue: { ...ties, ...at('Two elements are the smallest.', 'two zeros') },
  median: manyTies,
  nanmedian: manyTies,
  mode: manyTies,
  quantile: manyTies,
  nanquantile: manyTies,
  scatterReduce: { ...ties, ...at('Ties among the elements.', 'last input') },
  indexReduce: { ...ties, ...at('Ties among the elements.', 'last input') },
  embeddingBag: { ...ties, ...at('Ties among the elements.', 'last input') },
  std: spread,
  stdMean: spread,
  corrcoef: at('Rows without variance correlate with nothing.', ...constant),
  dist: distance,
  cdist: { ...distance, ...at('Two rows may be equal.', 'two zeros', 'two equal') },
  norm: { ...at('A norm at 0.', 'zeros'), ...at('Ties of the largest element.', 'ones', 'minus ones') },
  'linalg.norm': at('A norm at 0.', 'zeros'),
  'linalg.vectorNorm': {
    ...at('A norm at 0, or below p = 1 of an element that is 0.', 'zeros', 'one zero', 'two zeros'),
    ...at('Ties of the largest element.', 'ones', 'minus ones', 'two equal'),
  },
  'linalg.matrixNorm': {
    ...at('A norm at 0, and the absolute value of an element.', 'zeros', 'two zeros'),
    ...at('Ties of the largest sum.', 'ones', 'minus ones'),
  },
  normalize: { ...at('The norm is below eps, which counts as a constant there.', 'zeros'), ...at('An element of 0 in the 1-norm.', 'one zero', 'two zeros') },
  cosineSimilarity: at('A vector of 0: the gradient passes through the floor of its norm, as in PyTorch.', 'zeros', 'first input', 'last input'),
  rmsNorm: at('Steeper than any step: eps is 2^-52.', 'zeros'),
  hingeEmbeddingLoss: at(labels, 'zeros', 'minus ones', 'one zero', 'two zeros', 'two equal', 'first input', 'last input'),
  cosineEmbeddingLoss: at(labels, ...constant, 'one zero', 'two zeros', 'two equal', 'first input', 'last input'),
  det: at('The singular vectors of 0 are any; the second derivative is NaN, as in PyTorch.', 'zeros'),
  lu: at('A singular matrix has no derivative of its factors.', ...constant),
  svd: at('Equal singular values, and those that are 0.', ...constant),
  'linalg.svd': at('Equal singular values, and those that are 0.', ...constant),
};

/** A point where differences say nothing, or not enough. The derivatives are those of the sum of the results; the second one is that of the sum of the first. */
export interface Pin {
  readonly what: string;
  readonly call: (...inputs: gt.Tensor[]) => gt.Tensor;
  /** The elements of each input. */
  readonly at: readonly (readonly number[])[];
  readonly dtypes?: readonly DType[];
  readonly first: readonly (readonly number[])[];
  readonly second?: readonly (readonly number[])[];
}
const F = gt.nn.functional;
const S = gt.special;
const pin = (what: string, call: Pin['call'], x: readonly number[], first: readonly number[], second?: readonly number[], dtypes?: readonly DType[]): Pin => ({
  what,
  call,
  at: [x],
  first: [first],
  second: second && [second],
  dtypes,
});
const pin2 = (what: string, call: Pin['call'], inputs: Pin['at'], first: Pin['first'], second?: Pin['second']): Pin => ({
  what,
  call,
  at: inputs,
  first,
  second,
});
const curve = -3.289868133696453; // -pi² / 3
const far = [1e5, 1e10, 1e20, 1e30, Infinity, -1e10, -1e30, -Infinity];
const steps = [1, 1, 1, 1, 1, 0, 0, 0];
const flat = [0, 0, 0, 0, 0, 0, 0, 0];
const zeros = (n: number): gt.Tensor => gt.zeros([n], { dtype: 'float64' });

export const pins: readonly Pin[] = [
  pin('acosh', gt.acosh, [1], [Infinity], [-Infinity]),
  pin('asin', gt.asin, [1, -1], [Infinity, Infinity], [Infinity, -Infinity]),
  pin('acos', gt.acos, [1, -1], [-Infinity, -Infinity], [-Infinity, Infinity]),
  pin('atanh', gt.atanh, [1, -1, 0], [Infinity, Infinity, 1], [Infinity, -Infinity, 0]),
  pin('logit', (x) => gt.logit(x), [0, 1, 0.5], [Infinity, Infinity, 4], [-Infinity, Infinity, 0]),
  pin('sqrt', gt.sqrt, [0], [Infinity], [-Infinity]),
  pin('log', gt.log, [0], [Infinity], [-Infinity]),
  pin('entr', S.entr, [0, 1], [Infinity, -1], [-Infinity, -1]),
  pin('sinc', gt.sinc, [0, -0, 1e-8, 1e-20], [0, 0, curve * 1e-8, curve * 1e-20], [curve, curve, curve, curve]),
  pin('i0', gt.i0, [0, 1e-8], [0, 5e-9], [0.5, 0.5]),
  pin('i1', S.i1, [0, 1e-8, 1e-6], [0.5, 0.5, 0.5], [0, 3.75e-9, 3.75e-7]),
  pin('tanhshrink', F.tanhshrink, [0, 1e-6], [0, 1e-12], [0, 2e-6]),
  pin('softsign', F.softsign, [0, 1e12], [1, 1e-24], [0, -2e-36]),
  pin('mish', (x) => F.mish(x), far, steps, flat),
  pin('silu', (x) => gt.silu(x), far, steps, flat),
  pin('gelu', (x) => F.gelu(x), far, steps, flat),
  pin('gelu, tanh', (x) => F.gelu(x, 'tanh'), far, steps, flat),
  pin('abs', gt.abs, [0, -0], [0, 0]),
  pin('relu', (x) => gt.relu(x), [0, -0], [0, 0]),
  pin('elu', (x) => F.elu(x, 2), [0, -1], [2, 2 * Math.exp(-1)], [0, 2 * Math.exp(-1)]),
  pin('celu', (x) => F.celu(x, 2), [0], [1], [0]),
  pin('selu', (x) => F.selu(x), [0], [1.7580993408473766], [0]),
  pin('softplus', (x) => F.softplus(x, 2, 2), [1], [0.8807970779778823], [0]),
  pin('hardtanh', (x) => F.hardtanh(x), [-1, 1, NaN, 0], [0, 0, 1, 1]),
  pin('hardswish', (x) => F.hardswish(x), [-3, 3, 0], [-0.5, 1.5, 0.5], [0, 0, 1 / 3]),
  pin('clamp', (x) => gt.clamp(x, -1, 1), [-1, 1, 2, NaN], [1, 1, 0, 0]),
  pin('huberLoss', (x) => F.huberLoss(x, zeros(4), 'sum'), [0, 1, -1, 2], [0, 1, -1, 1], [1, 0, 0, 0]),
  pin('smoothL1Loss', (x) => F.smoothL1Loss(x, zeros(4), { reduction: 'sum' }), [0, 1, -1, 2], [0, 1, -1, 1], [1, 0, 0, 0]),
  pin('amax', (x) => gt.amax(x), [1, 1, 0], [0.5, 0.5, 0]),
  pin('max, dim', (x) => gt.max(x, 0).values, [1, 1, 0], [1, 0, 0]),
  pin('std', (x) => gt.std(x), [1, 1, 1], [0, 0, 0]),
  pin('norm', (x) => gt.norm(x), [0, 0], [0, 0], [NaN, NaN]),
  pin('norm, p 2.5', (x) => gt.norm(x, 2.5), [0, 2], [0, 1], [0, 0]),
  pin('normalize', (x) => F.normalize(x, { dim: 0, eps: 0.5 }), [0, 0], [2, 2], [0, 0]),
  pin('renorm', (x) => gt.renorm(x.reshape([2, 1]), 2, 0, 1), [0, 0.5], [1, 1], [0, 0]),
  pin('prod', (x) => gt.prod(x), [0, 0, 4], [0, 0, 0], [4, 4, 0]),
  pin('prod of three zeros', (x) => gt.prod(x), [0, 0, 0], [0, 0, 0], [0, 0, 0]),
  pin('prod that underflows', (x) => gt.prod(x), [1e-30, 1e-30, 1], [1e-30, 1e-30, 0], undefined, ['float32']),
  pin('prod that overflows', (x) => gt.prod(x), [1e30, 1e30, 1e-30], [1, 1, Infinity], undefined, ['float32']),
  pin('cumprod', (x) => gt.cumprod(x, 0), [0, 2, 0], [3, 0, 0], [3, 1, 2]),
  pin('logcumsumexp', (x) => gt.logcumsumexp(x, 0), [0, Infinity, 1, 2], [1, NaN, 0, 0]),
  pin('logsumexp', (x) => gt.logsumexp(x, 0), [0, -Infinity, 0], [0.5, 0, 0.5], [0, 0, 0]),
  pin(
    'scatterReduce',
    (x) => gt.scatterReduce(gt.ones([1], { dtype: x.dtype }), 0, gt.zeros([3], { dtype: 'int64' }), x, 'prod'),
    [0, 0, 4],
    [0, 0, 0],
    [4, 4, 0],
  ),
  pin2('pow', gt.pow, [[23], [0]], [[0], [Math.log(23)]], [[1 / 23], [1 / 23 + Math.log(23) ** 2]]),
  pin2(
    'pow at 0',
    gt.pow,
    [
      [0, 0, 0],
      [0, 1, 2],
    ],
    [
      [0, 1, 0],
      [0, 0, 0],
    ],
  ),
  pin2(
    'logaddexp',
    gt.logaddexp,
    [
      [1, 1, Infinity],
      [1, 2, Infinity],
    ],
    [
      [0.5, 1 / (1 + Math.E), 0.5],
      [0.5, 1 / (1 + 1 / Math.E), 0.5],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ),
  pin2('logaddexp of itself and 1', (a) => gt.logaddexp(a, gt.ones([1], { dtype: a.dtype })), [[1]], [[0.5]], [[0.25]]),
  pin2('logaddexp2 of itself and 1', (a) => gt.logaddexp2(a, gt.ones([1], { dtype: a.dtype })), [[1]], [[0.5]], [[0.25 * Math.LN2]]),
  pin2('maximum', gt.maximum, [[1], [1]], [[0.5], [0.5]]),
  pin2('hypot', gt.hypot, [[0], [0]], [[NaN], [NaN]]),
  pin2('atan2', gt.atan2, [[0], [0]], [[NaN], [NaN]]),
  pin2(
    'xlogy',
    gt.xlogy,
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0, 0],
      [NaN, 0],
    ],
  ),
  pin2(
    'cosineSimilarity',
    (a, b) => F.cosineSimilarity(a, b, { dim: 0, eps: 0.5 }),
    [
      [0, 0],
      [3, 4],
    ],
    [
      [1.2, 1.6],
      [0, 0],
    ],
  ),
  pin2(
    'cdist',
    (a, b) => gt.cdist(a.reshape([1, 2]), b.reshape([1, 2])),
    [
      [1, 2],
      [1, 2],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ),
];

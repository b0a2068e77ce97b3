// Where rows of the case table differ between float32 and float64 by more than the rounding of the
// result, with the reason: what PyTorch computes in float32 too.
import type { Setting } from './magnitudes.js';

type Reasons = Partial<Record<Setting, string>>;
const at = (reason: string, ...settings: Setting[]): Reasons => Object.fromEntries(settings.map((setting) => [setting, reason]));

const overflow = 'A difference, a sum or a product on the way is beyond float32, as in PyTorch.';
const few = 'Subnormal results, or subnormal divisors of the gradient, have few digits.';
const products = 'Sums of products in float32, as in PyTorch: terms overflow, and cancel.';
const apart = 'Neighbours that only float64 tells apart.';
const poles = 'The row adds whole numbers: poles of the gamma function.';
const square = 'The square in the derivative is infinite, as in PyTorch: 0 for a subnormal number.';
const softmax = 'Probabilities that are rounded add up to 1 within an epsilon, as in PyTorch.';
const distances = 'Two distances that eps or the anchor dominates cancel, as in PyTorch.';
const logs = 'The difference of two logarithms cancels, as in PyTorch.';
const hinge = 'The product with the target is 0, which is where the hinge has its kink.';
const pairs = 'In groups of two elements the gradient is what cancellation leaves.';
const added = 'The row adds numbers about 1.';
const cancels = 'An element of the gradient cancels to 0.';
const samples = 'The samples must be between 0 and 1.';
const quotients = 'Quotients beyond float32, of both signs, are added: Infinity - Infinity.';
const powers = 'Powers of the elements in float32, as in PyTorch.';

export const inexact: Readonly<Record<string, Reasons>> = {
  div: at(quotients, 'subnormal'),
  pow: at(overflow, 'largest'),
  square: at(overflow, 'largest'),
  std: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  mm: at(products, 'huge', 'largest'),
  mv: at(products, 'huge', 'largest'),
  dot: at(products, 'huge', 'largest'),
  asStrided: at(products, 'huge', 'largest'),
  mseLoss: at(overflow, 'largest'),
  nllLoss: at(overflow, 'largest'),
  crossEntropy: at(overflow, 'largest'),
  bilinear: at(products, 'huge', 'largest'),
  atanh: at(square, 'huge'),
  mvlgamma: at(poles, 'tiny'),
  atan2: at(overflow, 'largest'),
  hypot: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  xlogy: at(few, 'subnormal'),
  lerp: at(overflow, 'largest'),
  addcdiv: at(quotients, 'subnormal', 'tiny'),
  equal: at(apart, 'huge'),
  gumbelSoftmax: at(softmax, 'subnormal', 'tiny'),
  klDiv: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  poissonNllLoss: at(overflow, 'largest'),
  gaussianNllLoss: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  binaryCrossEntropy: at(overflow, 'largest'),
  binaryCrossEntropyWithLogits: at(products, 'huge', 'largest'),
  softMarginLoss: at(overflow, 'largest'),
  multilabelSoftMarginLoss: { ...at(logs, 'tiny'), ...at(products, 'huge', 'largest') },
  marginRankingLoss: { ...at(hinge, 'subnormal', 'tiny'), ...at(overflow, 'largest') },
  tripletMarginLoss: { ...at(distances, 'tiny', 'huge'), ...at(overflow, 'largest') },
  tripletMarginWithDistanceLoss: { ...at(distances, 'tiny', 'huge'), ...at(overflow, 'largest') },
  multiMarginLoss: at(overflow, 'largest'),
  multilabelMarginLoss: at(overflow, 'largest'),
  normalize: at(overflow, 'largest'),
  pairwiseDistance: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  cosineSimilarity: at(overflow, 'largest'),
  groupNorm: at(pairs, 'subnormal', 'tiny', 'huge', 'largest'),
  embeddingBag: at(products, 'huge', 'largest'),
  scaledDotProductAttention: at(products, 'huge', 'largest'),
  varMean: at(overflow, 'largest'),
  stdMean: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  nanmean: at(overflow, 'largest'),
  diff: at(overflow, 'largest'),
  gradient: at(overflow, 'largest'),
  trapezoid: at(products, 'huge', 'largest'),
  cumulativeTrapezoid: at(products, 'huge', 'largest'),
  det: at(products, 'huge', 'largest'),
  lu: { ...at(quotients, 'subnormal'), ...at(overflow, 'largest') },
  svd: at(overflow, 'largest'),
  norm: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  dist: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  cdist: { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  renorm: at(overflow, 'largest'),
  tensordot: at(products, 'huge', 'largest'),
  cross: at(products, 'huge', 'largest'),
  vdot: at(products, 'huge', 'largest'),
  addmv: at(products, 'largest'),
  addr: at(products, 'largest'),
  cov: at(overflow, 'largest'),
  sigmoidBackward: at(products, 'largest'),
  tanhBackward: at(products, 'largest'),
  softmaxBackward: at(products, 'huge', 'largest'),
  copySlices: at(products, 'huge', 'largest'),
  accumulateGrad: at(added, 'tiny'),
  'masked.mean': at(overflow, 'largest'),
  'masked.var': at(overflow, 'largest'),
  'masked.std': { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  rnnLayer: at(products, 'huge', 'largest'),
  gruLayer: at(products, 'huge', 'largest'),
  lstmLayer: at(products, 'huge', 'largest'),
  'linalg.solve': { ...at(cancels, 'tiny', 'huge'), ...at(overflow, 'largest') },
  'linalg.inv': at(overflow, 'largest'),
  'linalg.cholesky': at(products, 'huge', 'largest'),
  'linalg.svd': at(overflow, 'largest'),
  'linalg.vectorNorm': at(overflow, 'largest'),
  'linalg.matrixNorm': at(overflow, 'largest'),
  'linalg.norm': { ...at(few, 'subnormal'), ...at(overflow, 'largest') },
  'linalg.multiDot': at(products, 'largest'),
  conv3d: at(products, 'huge', 'largest'),
  convTranspose3d: at(products, 'huge', 'largest'),
  fractionalMaxPool2d: at(samples, 'huge', 'largest'),
  lpPool1d: at(powers, 'subnormal', 'tiny', 'huge', 'largest'),
  lpPool2d: at(powers, 'subnormal', 'tiny', 'huge', 'largest'),
};

/** The same where only one backend differs, as one rounds products before they are added. */
export const inexactOnOne: Readonly<Record<string, Reasons>> = {
  layerNorm: at(overflow, 'largest'),
  rmsNorm: at(overflow, 'largest'),
  sub: at(overflow, 'largest'),
};

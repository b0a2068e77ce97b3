// gt.special: PyTorch's torch.special.
export { sigmoid as expit } from './ops/activation.js';
export { round } from './ops/decimals.js';
export { exp2, expm1, log1p, logit, xlogy } from './ops/exponential.js';
export {
  digamma,
  digamma as psi,
  erfc,
  erfinv,
  i0,
  i1,
  lgamma as gammaln,
  mvlgamma as multigammaln,
  polygamma,
} from './ops/gamma.js';
export { erf } from './ops/pointwise.js';
export { logsumexp } from './ops/reduce.js';
export { logSoftmax, softmax } from './ops/softmax.js';
export { entr, ndtr, xlog1py } from './ops/special.js';
export { sinc } from './ops/trigonometry.js';

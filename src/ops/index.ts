// Every op, by the name that users know; methods.ts makes methods of those whose first argument is a tensor. Also hands the engine the ops that it uses itself.
import { installEngineOps } from '../tensor/backward.js';
import { add } from './arithmetic.js';
import { clone, toDtype } from './copy.js';
import { sumTo } from './reduce.js';

installEngineOps({ add: (a, b) => add(a, b), sumTo, to: toDtype, clone });

export * from './activation.js';
export * from './aliases.js';
export {
  add,
  add_,
  div,
  div_,
  mul,
  mul_,
  neg,
  neg_,
  reciprocal,
  reciprocal_,
  rsub,
  square,
  square_,
  sub,
  sub_,
} from './arithmetic.js';
export * from './assemble.js';
export {
  addcdiv,
  addcdiv_,
  addcmul,
  addcmul_,
  floatPower,
  lerp,
  lerp_,
} from './blend.js';
export { clamp, clamp_, clampMax, clampMax_, clampMin, clampMin_ } from './clamp.js';
export {
  eq,
  eq_,
  ge,
  ge_,
  gt,
  gt_,
  isnan,
  le,
  le_,
  logicalAnd,
  logicalAnd_,
  logicalNot,
  logicalNot_,
  logicalOr,
  logicalOr_,
  logicalXor,
  logicalXor_,
  lt,
  lt_,
  ne,
  ne_,
  where,
} from './compare.js';
export { bool, byte, clone, contiguous, copy_, detach, detach_, double, fill, fill_, float, int, long, to, zero_ } from './copy.js';
export { round, round_ } from './decimals.js';
export * from './diagonal.js';
export { cumulativeTrapezoid, diff, gradient, trapezoid } from './difference.js';
export { einsum, tensordot } from './einsum.js';
export {
  exp2,
  exp2_,
  expm1,
  expm1_,
  log1p,
  log1p_,
  log2,
  log2_,
  log10,
  log10_,
  logaddexp,
  logaddexp2,
  logit,
  logit_,
  xlogy,
  xlogy_,
} from './exponential.js';
export { amax, amin, argmax, argmin, max, min } from './extrema.js';
export { det, lu } from './factor.js';
export {
  allclose,
  copysign,
  copysign_,
  equal,
  fmax,
  fmin,
  isclose,
  isfinite,
  isinf,
  isneginf,
  isposinf,
  isreal,
  nanToNum,
  nanToNum_,
  positive,
  real,
  sgn,
  sgn_,
  signbit,
} from './finite.js';
export { unfold } from './fold.js';
export {
  digamma,
  digamma_,
  erfc,
  erfc_,
  erfinv,
  erfinv_,
  i0,
  i0_,
  lgamma,
  lgamma_,
  mvlgamma,
  mvlgamma_,
  polygamma,
  polygamma_,
} from './gamma.js';
export { gather, indexSelect } from './gather.js';
export { at, setAt } from './indexing.js';
export { cat, chunk, concat, split, stack, unbind } from './join.js';
export * from './masked.js';
export { addmm, bmm, dot, ger, matmul, mm, mv, outer } from './matmul.js';
export { all, any, nanmean, nansum, stdMean, varMean } from './moments.js';
export * from './movement.js';
export { cdist, dist, norm, renorm } from './norms.js';
export type { ValuesIndices } from './pair.js';
export { indexPut, indexPut_ } from './pick.js';
export {
  abs,
  abs_,
  cos,
  cos_,
  erf,
  erf_,
  exp,
  exp_,
  log,
  log_,
  maximum,
  minimum,
  rsqrt,
  rsqrt_,
  sin,
  sin_,
  sqrt,
  sqrt_,
} from './pointwise.js';
export { pow, pow_ } from './power.js';
export { addbmm, addbmm_, addmv, addmv_, addr, addr_, baddbmm, baddbmm_, corrcoef, cov, cross, inner, kron, trace, vdot } from './products.js';
export { nanquantile, quantile } from './quantile.js';
export { bernoulli_, normal_, uniform_ } from './random.js';
export { logsumexp, mean, prod, std, sum, sumToSize, var_ } from './reduce.js';
export {
  floorDivide,
  floorDivide_,
  fmod,
  fmod_,
  frac,
  frac_,
  remainder,
  remainder_,
} from './remainder.js';
export { resize_ } from './resize.js';
export { ceil, ceil_, floor, floor_, sign, sign_, trunc, trunc_ } from './round.js';
export { cummax, cummin, cumprod, cumprod_, cumsum, cumsum_, logcumsumexp } from './scan.js';
export { indexAdd, indexAdd_, indexCopy, indexCopy_, indexFill, indexFill_, scatterAdd, scatterAdd_ } from './scatter.js';
export { indexReduce, indexReduce_, scatter, scatter_, scatterReduce, scatterReduce_ } from './scatterReduce.js';
export { bincount, bucketize, histc, histogram, isin, searchsorted } from './search.js';
export { logSoftmax, softmax } from './softmax.js';
export { argsort, kthvalue, median, mode, msort, nanmedian, sort, topk } from './sort.js';
export { asStrided, asStridedScatter, diagonalScatter, selectScatter, sliceScatter } from './strided.js';
export { svd } from './svd.js';
export {
  acos,
  acos_,
  acosh,
  acosh_,
  asin,
  asin_,
  asinh,
  asinh_,
  atan,
  atan_,
  atan2,
  atan2_,
  atanh,
  atanh_,
  cosh,
  cosh_,
  deg2rad,
  deg2rad_,
  hypot,
  hypot_,
  rad2deg,
  rad2deg_,
  sinc,
  sinc_,
  sinh,
  sinh_,
  tan,
  tan_,
} from './trigonometry.js';
export { aminmax, countNonzero, nonzero, unique, uniqueConsecutive } from './unique.js';
export {
  broadcastTo,
  expand,
  expandAs,
  flatten,
  narrow,
  permute,
  ravel,
  reshape,
  reshapeAs,
  select,
  squeeze,
  swapaxes,
  t,
  transpose,
  unflatten,
  unsqueeze,
  view,
  viewAs,
} from './view.js';

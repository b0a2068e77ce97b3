// gt.nn.functional: what modules compute, as functions.

export { gelu, relu, relu_, sigmoid, silu, silu_, softplus, tanh } from '../ops/activation.js';
export { alphaDropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from '../ops/dropout.js';
export * from '../ops/families.js';
export { fractionalMaxPool2d, fractionalMaxPool3d } from '../ops/fractional.js';
export { dropout, oneHot } from '../ops/functional.js';
export { glu, gumbelSoftmax, logsigmoid, mish, rrelu, softmin, softsign, tanhshrink } from '../ops/gated.js';
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  bilinear,
  col2im as fold,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  im2col as unfold,
  interpolate,
  localResponseNorm,
  maxPool1d,
  maxPool2d,
  pad,
  pixelShuffle,
  pixelUnshuffle,
  upsampleBilinear,
  upsampleNearest,
} from '../ops/images.js';
export { adaptiveAvgPool3d, avgPool3d } from '../ops/pool.js';
export {
  celu,
  elu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  prelu,
  relu6,
  selu,
  softshrink,
  threshold,
} from '../ops/rectifier.js';
export { logSoftmax, softmax } from '../ops/softmax.js';
export { lpPool1d, lpPool2d, maxUnpool1d, maxUnpool2d, maxUnpool3d } from '../ops/unpool.js';
export { adaptiveMaxPool3d, conv3d, convTranspose3d, maxPool3d } from '../ops/volume.js';
export * from './inplace.js';

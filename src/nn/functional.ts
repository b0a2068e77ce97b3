// gt.nn.functional: what modules compute, as functions.

export { gelu, relu, relu_, sigmoid, silu, silu_, softplus, tanh } from '../ops/activation.js';
export { conv1d, conv2d, convTranspose1d, convTranspose2d } from '../ops/conv.js';
export { col2im as fold, im2col as unfold } from '../ops/fold.js';
export { crossEntropy, dropout, linear, mseLoss, nllLoss, oneHot } from '../ops/functional.js';
export { interpolate, upsampleBilinear, upsampleNearest } from '../ops/interpolate.js';
export { pad } from '../ops/pad.js';
export { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveMaxPool1d, adaptiveMaxPool2d, avgPool1d, avgPool2d, maxPool1d, maxPool2d } from '../ops/pool.js';
export { logSoftmax, softmax } from '../ops/softmax.js';
export { bilinear, localResponseNorm, pixelShuffle, pixelUnshuffle } from '../ops/vision.js';

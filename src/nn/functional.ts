// gt.nn.functional: what modules compute, as functions.
export { conv1d, conv2d, convTranspose1d, convTranspose2d } from '../ops/conv.js';
export { gelu, relu, relu_, sigmoid, silu, silu_, softplus, tanh } from '../ops/activation.js';
export { crossEntropy, dropout, linear, mseLoss, nllLoss, oneHot } from '../ops/functional.js';
export { logSoftmax, softmax } from '../ops/softmax.js';

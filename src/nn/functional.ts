// gt.nn.functional: what modules compute, as functions.
export { gelu, relu, relu_, sigmoid, silu, silu_, softplus, tanh } from '../ops/activation.js';
export { crossEntropy, dropout, linear, mseLoss, nllLoss, oneHot } from '../ops/functional.js';
export { logSoftmax, softmax } from '../ops/softmax.js';

// gt.nn: modules, and the namespaces beside them.
export { GELU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh } from './activation.js';
export { MultiheadAttention } from './attention.js';
export { GRUCell, LSTMCell, RNNCell } from './cells.js';
export { ModuleDict, ModuleList, ParameterList, Sequential } from './containers.js';
export { Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d } from './conv.js';
export { Dropout } from './dropout.js';
export { Embedding, EmbeddingBag } from './embedding.js';
export * as functional from './functional.js';
export type { ForwardHook, ForwardPreHook } from './hooks.js';
export * as init from './init.js';
export { Flatten, Identity, Linear, Unflatten } from './linear.js';
export { CrossEntropyLoss, MSELoss, NLLLoss } from './loss.js';
export { Module } from './module.js';
export { BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm1d, InstanceNorm2d, LayerNorm } from './norm.js';
export * from './pairLoss.js';
export { Parameter } from './parameter.js';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AvgPool1d,
  AvgPool2d,
  ConstantPad1d,
  ConstantPad2d,
  MaxPool1d,
  MaxPool2d,
  PixelShuffle,
  PixelUnshuffle,
  ReflectionPad1d,
  ReflectionPad2d,
  ReplicationPad1d,
  ReplicationPad2d,
  Upsample,
  ZeroPad2d,
} from './pool.js';
export { GRU, LSTM, RNN } from './recurrent.js';
export type { LoadResult, StateDict } from './state.js';
export { Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer } from './transformer.js';
export * as utils from './utils.js';

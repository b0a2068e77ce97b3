// gt.nn: modules, and the namespaces beside them.
export * from './activation.js';
export { AdaptiveLogSoftmaxWithLoss } from './adaptive.js';
export { MultiheadAttention } from './attention.js';
export type { BackwardHook } from './backwardHooks.js';
export { GRUCell, LSTMCell, RNNCell } from './cells.js';
export { ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential } from './containers.js';
export { Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv.js';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from './dropout.js';
export { Embedding, EmbeddingBag } from './embedding.js';
export * as functional from './functional.js';
export type { ForwardHook, ForwardPreHook } from './hooks.js';
export * as init from './init.js';
export * from './lazy.js';
export { Bilinear, Flatten, Identity, Linear, Unflatten } from './linear.js';
export { CrossEntropyLoss, MSELoss, NLLLoss, NLLLoss2d } from './loss.js';
export { Module } from './module.js';
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  CrossMapLRN2d,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  LocalResponseNorm,
  RMSNorm,
} from './norm.js';
export * from './pad.js';
export * from './pairLoss.js';
export { Parameter } from './parameter.js';
export * from './pool.js';
export { GRU, LSTM, RNN } from './recurrent.js';
export * from './resize.js';
export type { LoadResult, StateDict } from './state.js';
export { type Summary, type SummaryRow, summary } from './summary.js';
export { Transformer, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder, TransformerEncoderLayer } from './transformer.js';
export * as utils from './utils.js';

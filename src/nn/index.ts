// gt.nn: modules, and the namespaces beside them.
export { GELU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh } from './activation.js';
export { ModuleDict, ModuleList, ParameterList, Sequential } from './containers.js';
export { Dropout } from './dropout.js';
export * as functional from './functional.js';
export type { ForwardHook, ForwardPreHook } from './hooks.js';
export * as init from './init.js';
export { Flatten, Identity, Linear, Unflatten } from './linear.js';
export { CrossEntropyLoss, MSELoss, NLLLoss } from './loss.js';
export { Module } from './module.js';
export { Parameter } from './parameter.js';
export type { LoadResult, StateDict } from './state.js';
export * as utils from './utils.js';

// gt.optim: update rules, and the schedules of their learning rates.
export { Adam, type AdamOptions, AdamW } from './adam.js';
export * as lrScheduler from './lrScheduler.js';
export { type GroupArg, Optimizer, type OptimizerState, type ParamGroup } from './optimizer.js';
export { SGD, type SGDOptions } from './sgd.js';

// gt.optim.lrScheduler: learning rates that change with the epochs, or with a metric.
export { ChainedScheduler, SequentialLR } from './schedulers/composed.js';
export { CosineAnnealingLR, type CosineAnnealingLROptions, CosineAnnealingWarmRestarts, type WarmRestartsOptions } from './schedulers/cosine.js';
export { CyclicLR, type CyclicLROptions } from './schedulers/cyclic.js';
export {
  ConstantLR,
  type ConstantLROptions,
  ExponentialLR,
  type GammaOptions,
  LinearLR,
  type LinearLROptions,
  MultiStepLR,
  PolynomialLR,
  type PolynomialLROptions,
  StepLR,
} from './schedulers/decay.js';
export { type Factor, LambdaLR, MultiplicativeLR } from './schedulers/factors.js';
export { OneCycleLR, type OneCycleLROptions } from './schedulers/oneCycle.js';
export { type PlateauOptions, ReduceLROnPlateau } from './schedulers/plateau.js';
export { LRScheduler, Scheduler, type SchedulerOptions, type SchedulerState } from './schedulers/scheduler.js';

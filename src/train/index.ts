// gt.train: a training loop for those who do not want to write theirs.
export { type BestOptions, type EarlyStoppingOptions, earlyStopping } from './callbacks.js';
export { type Batches, type EvaluateOptions, evaluate, type Forward, type Result } from './evaluate.js';
export { type Callback, type FitOptions, fit } from './fit.js';
export { accuracy, ConfusionMatrix, type Metric, type MetricFunction, type Metrics, topKAccuracy } from './metrics.js';
export { type AnyOptimizer, type AnyScheduler, type EpochLog, type Progress, Run, type Snapshot } from './run.js';

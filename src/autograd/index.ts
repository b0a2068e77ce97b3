// gt.autograd: gradients as values, what checks them, and what a program can add to the tape.
export { detectAnomaly, isAnomalyCheckNanEnabled, isAnomalyEnabled, setDetectAnomaly } from './anomaly.js';
export type { Context } from './context.js';
export { AutogradFunction as Function, onceDifferentiable } from './function.js';
export * as functional from './functional.js';
export { type AllBackwardOptions, backward, type GradOptions, grad } from './grad.js';
export { type Checked, type GradcheckOptions, gradcheck, gradgradcheck } from './gradcheck.js';
export * as graph from './graph.js';

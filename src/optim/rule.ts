// What the formulas of update rules are made of, and the checks of the options that they share. Everything here runs unrecorded, inside a step.
import { add, add_, mul, mul_, neg } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Check } from './optimizer.js';

interface Penalty {
  readonly weightDecay?: number;
  readonly maximize?: boolean;
}

/** What to go against: the gradient, or its opposite to climb, plus weightDecay * p, the gradient of an L2 penalty. */
export function descent(p: Tensor, grad: Tensor, { weightDecay = 0, maximize = false }: Penalty): Tensor {
  const g = maximize ? neg(grad) : grad;
  return weightDecay === 0 ? g : add(g, p, { alpha: weightDecay });
}

/** mean = rate * mean + (1 - rate) * x, in place: a mean over the past, in which each step counts `rate` times the one after it. */
export const decay = (mean: Tensor, x: Tensor, rate: number): Tensor => add_(mul_(mean, rate), x, { alpha: 1 - rate });
/** The same of x^2. */
export const decaySquare = (mean: Tensor, x: Tensor, rate: number): Tensor => decay(mean, mul(x, x), rate);

export const atLeast0 = (name: string, value: number, label: string): Check => [`${name} >= 0`, value >= 0, value, label];

export const rateChecks = ({ lr, eps, weightDecay }: { lr: number; eps?: number; weightDecay?: number }): Check[] => [
  atLeast0('lr', lr, 'Invalid learning rate'),
  ...(eps === undefined ? [] : [atLeast0('eps', eps, 'Invalid epsilon value')]),
  ...(weightDecay === undefined ? [] : [atLeast0('weightDecay', weightDecay, 'Invalid weight_decay value')]),
];
export const betaChecks = (betas: readonly [number, number]): Check[] =>
  [0, 1].map((i) => [`betas[${i}] in [0, 1)`, betas?.[i] >= 0 && betas[i] < 1, betas?.[i], `Invalid beta parameter at index ${i}`]);

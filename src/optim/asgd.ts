// Averaged stochastic gradient descent.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { add_, copy_, mul_, sub } from '../ops/index.js';
import { roundToDefault } from '../tensor/defaults.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { descent, rateChecks } from './rule.js';

export interface ASGDOptions {
  lr?: number;
  /** Decay of the parameters beside the step. */
  lambd?: number;
  /** Power by which the rate falls: lr / (1 + lambd * lr * t)^alpha. */
  alpha?: number;
  /** The step from which on parameters are averaged. */
  t0?: number;
  weightDecay?: number;
  maximize?: boolean;
}

/** eta, the rate, and mu, the newest parameters' share in their average, are rounded as the 0-d tensors that PyTorch keeps them in. */
interface ASGDState {
  step: number;
  eta: number;
  mu: number;
  ax: Tensor;
}

const positional = ['lr', 'lambd', 'alpha', 't0', 'weightDecay'] as const;

/** p = (1 - lambd * eta) * p - eta * g; the state's ax is the mean of the parameters since t0. Polyak and Juditsky, 1992. */
export class ASGD extends StepOptimizer<ASGDOptions, ASGDState> {
  constructor(params: Params<ASGDOptions>, ...args: ArgsOf<ASGDOptions, typeof positional>) {
    const defaults = { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false };
    super(params, { ...defaults, ...readArgs<ASGDOptions>('ASGD', args, positional, ['maximize']) });
  }
  protected checks({ lr, weightDecay }: Required<ASGDOptions>): readonly Check[] {
    return rateChecks({ lr, weightDecay });
  }
  protected override get counters(): readonly string[] {
    return ['step', 'eta', 'mu'];
  }
  protected update(p: Tensor, grad: Tensor, group: ParamGroup<ASGDOptions>, state: Partial<ASGDState>): void {
    const { lr, lambd, alpha, t0 } = group;
    const g = descent(p, grad, group);
    const t = (state.step ?? 0) + 1;
    const { eta = roundToDefault(lr), mu = 1 } = state;
    state.ax ??= zerosLike(p);
    add_(mul_(p, 1 - lambd * eta), g, { alpha: -eta });
    if (mu === 1) copy_(state.ax, p);
    else add_(state.ax, sub(p, state.ax), { alpha: mu });
    state.step = t;
    state.eta = roundToDefault(lr / (1 + lambd * lr * t) ** alpha);
    state.mu = roundToDefault(1 / Math.max(1, t - t0));
  }
}

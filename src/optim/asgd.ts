// Averaged stochastic gradient descent.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { add_, copy_, mul_, sub } from '../ops/index.js';
import { roundToDefault } from '../tensor/defaults.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { descent, rateChecks } from './rule.js';

/** Options of `ASGD`. */
export interface ASGDOptions {
  /** Learning rate; 0.01 by default. */
  lr?: number;
  /** Decay of the parameters; 1e-4 by default. */
  lambd?: number;
  /** Exponent by which the rate falls: ηₜ = lr / (1 + lambd lr t)^alpha; 0.75 by default. */
  alpha?: number;
  /** The step from which on the parameters are averaged; 1e6 by default. */
  t0?: number;
  /** Factor λ of an L2 penalty; 0 by default. */
  weightDecay?: number;
  /** Whether the step ascends instead of descends. */
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

/**
 * Averaged stochastic gradient descent: p ← (1 - lambd η) p - η g. The state's `ax` is the mean of
 * p since step `t0`.
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.ASGD([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.8, 1.6]
 * @see Polyak and Juditsky, 1992; PyTorch `torch.optim.ASGD`
 */
export class ASGD extends StepOptimizer<ASGDOptions, ASGDState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `lambd`, `alpha`, `t0`, `weightDecay`, positional or by name; `maximize`.
   * @throws ArgumentError if an option is out of range.
   */
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

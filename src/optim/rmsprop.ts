// RMSprop.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { add_, div, mul, mul_, sqrt, sqrt_, sub } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { atLeast0, decay, decaySquare, descent, rateChecks } from './rule.js';

/** Options of `RMSprop`. */
export interface RMSpropOptions {
  /** Learning rate; 0.01 by default. */
  lr?: number;
  /** Decay rate of the mean of g²; 0.99 by default. */
  alpha?: number;
  /** Added to the denominator; 1e-8 by default. */
  eps?: number;
  /** Factor λ of an L2 penalty; 0 by default. */
  weightDecay?: number;
  /** Decay rate of the velocity; 0 by default. */
  momentum?: number;
  /** Whether to divide by the standard deviation: √(v - mean(g)²) for √v. */
  centered?: boolean;
  /** Whether the step ascends instead of descends. */
  maximize?: boolean;
}

interface RMSpropState {
  step: number;
  squareAvg: Tensor;
  momentumBuffer?: Tensor;
  gradAvg?: Tensor;
}

const positional = ['lr', 'alpha', 'eps', 'weightDecay', 'momentum', 'centered'] as const;

/**
 * p ← p - lr g / (√v + eps), where v is the decaying mean of g².
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.RMSprop([w], { lr: 0.01 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.9, 1.9]
 * @see Hinton's lectures, 2012; PyTorch `torch.optim.RMSprop`
 */
export class RMSprop extends StepOptimizer<RMSpropOptions, RMSpropState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `alpha`, `eps`, `weightDecay`, `momentum`, `centered`, positional or by
   * name; `maximize`.
   * @throws ArgumentError if an option is out of range.
   */
  constructor(params: Params<RMSpropOptions>, ...args: ArgsOf<RMSpropOptions, typeof positional>) {
    const defaults = { lr: 1e-2, momentum: 0, alpha: 0.99, eps: 1e-8, centered: false, weightDecay: 0, maximize: false };
    super(params, { ...defaults, ...readArgs<RMSpropOptions>('RMSprop', args, positional, ['maximize']) });
  }

  protected checks(options: Required<RMSpropOptions>): readonly Check[] {
    const { momentum, alpha } = options;
    return [
      ...rateChecks(options),
      atLeast0('momentum', momentum, 'Invalid momentum value'),
      ['alpha in [0, 1]', alpha >= 0 && alpha <= 1, alpha, 'Invalid alpha value'],
    ];
  }

  protected update(p: Tensor, grad: Tensor, group: ParamGroup<RMSpropOptions>, state: Partial<RMSpropState>): void {
    const { lr, alpha, eps, momentum, centered } = group;
    const g = descent(p, grad, group);
    state.step = (state.step ?? 0) + 1;
    state.squareAvg ??= zerosLike(p);
    const square = decaySquare(state.squareAvg, g, alpha);
    let deviation: Tensor;
    if (centered) {
      state.gradAvg ??= zerosLike(p);
      const mean = decay(state.gradAvg, g, alpha);
      deviation = sqrt_(sub(square, mul(mean, mean)));
    } else deviation = sqrt(square);
    const step = div(g, add_(deviation, eps));
    if (momentum > 0) {
      state.momentumBuffer ??= zerosLike(p);
      add_(p, add_(mul_(state.momentumBuffer, momentum), step), { alpha: -lr });
    } else add_(p, step, { alpha: -lr });
  }
}

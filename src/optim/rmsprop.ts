// RMSprop.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { add_, div, mul, mul_, sqrt, sqrt_, sub } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { atLeast0, decay, decaySquare, descent, rateChecks } from './rule.js';

export interface RMSpropOptions {
  lr?: number;
  /** Decay rate of the mean square. */
  alpha?: number;
  eps?: number;
  weightDecay?: number;
  momentum?: number;
  /** Divide by the deviation of the gradients, their mean taken off. */
  centered?: boolean;
  maximize?: boolean;
}

interface RMSpropState {
  step: number;
  squareAvg: Tensor;
  momentumBuffer?: Tensor;
  gradAvg?: Tensor;
}

const positional = ['lr', 'alpha', 'eps', 'weightDecay', 'momentum', 'centered'] as const;

/** p -= lr * g / (sqrt(v) + eps), v the decaying mean of g^2. Hinton's lectures, 2012. */
export class RMSprop extends StepOptimizer<RMSpropOptions, RMSpropState> {
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

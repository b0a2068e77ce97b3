// Stochastic gradient descent.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { emptyLike } from '../ops/create.js';
import { sgdStep } from '../ops/optim.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { atLeast0, rateChecks } from './rule.js';

/** Options of `SGD`. */
export interface SGDOptions {
  /** Learning rate; required. */
  lr?: number;
  /** Decay rate μ of the velocity; 0 by default, which keeps none. */
  momentum?: number;
  /** Share d of the gradient that the velocity leaves out; 0 by default. */
  dampening?: number;
  /** Factor λ of an L2 penalty; 0 by default. */
  weightDecay?: number;
  /** Whether the step looks ahead along the velocity; needs momentum and no dampening. */
  nesterov?: boolean;
  /** Whether the step ascends instead of descends. */
  maximize?: boolean;
}

interface SGDState {
  momentumBuffer: Tensor;
}

const positional = ['lr', 'momentum', 'dampening', 'weightDecay', 'nesterov'] as const;

/**
 * Stochastic gradient descent: p ← p - lr g, with g = gradient + λ p. With momentum b ← μ b + (1 -
 * d) g and p ← p - lr b, or p ← p - lr (g + μ b) with `nesterov`. The first b is g.
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.SGD([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.8, 1.6]
 * @see Sutskever et al., 2013; PyTorch `torch.optim.SGD`
 */
export class SGD extends StepOptimizer<SGDOptions, SGDState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `momentum`, `dampening`, `weightDecay`, `nesterov`, positional or by name;
   * `maximize`.
   * @throws ArgumentError if an option is out of range, or `lr` is missing.
   */
  constructor(params: Params<SGDOptions>, ...args: ArgsOf<SGDOptions, typeof positional>) {
    const defaults = { lr: undefined, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false };
    super(params, { ...defaults, ...readArgs<SGDOptions>('SGD', args, [...positional], ['maximize']) });
  }

  protected checks({ lr, momentum, dampening, weightDecay, nesterov }: Required<SGDOptions>): readonly Check[] {
    return [
      ...rateChecks({ lr, weightDecay }),
      atLeast0('momentum', momentum, 'Invalid momentum value'),
      [
        'momentum > 0 and dampening = 0 with nesterov',
        !nesterov || (momentum > 0 && dampening === 0),
        [momentum, dampening],
        'Nesterov momentum requires a momentum and zero dampening',
      ],
    ];
  }

  protected update(param: Tensor, grad: Tensor, group: ParamGroup<SGDOptions>, state: Partial<SGDState>): void {
    // A checkpoint of PyTorch may say null.
    const first = (state.momentumBuffer ?? null) === null;
    if (group.momentum !== 0) state.momentumBuffer ??= emptyLike(param);
    sgdStep(param, grad, group.momentum === 0 ? null : state.momentumBuffer!, first, group);
  }
}

// Stochastic gradient descent.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { emptyLike } from '../ops/create.js';
import { sgdStep } from '../ops/optim.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { atLeast0, rateChecks } from './rule.js';

export interface SGDOptions {
  lr?: number;
  momentum?: number;
  /** Share of the gradient that momentum does not take. */
  dampening?: number;
  /** Factor of an L2 penalty. */
  weightDecay?: number;
  nesterov?: boolean;
  /** Climb instead of descend. */
  maximize?: boolean;
}

interface SGDState {
  momentumBuffer: Tensor;
}

const positional = ['lr', 'momentum', 'dampening', 'weightDecay', 'nesterov'] as const;

/** p -= lr * g, with momentum: b = momentum * b + (1 - dampening) * g, p -= lr * b (Nesterov: lr * (g + momentum * b)). */
export class SGD extends StepOptimizer<SGDOptions, SGDState> {
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

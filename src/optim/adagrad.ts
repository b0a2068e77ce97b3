// Adagrad and Adadelta: steps by the size of all gradients so far, and of the recent ones.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { fullLike, zerosLike } from '../ops/create.js';
import { add, add_, div, div_, mul, mul_, sqrt, sqrt_ } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type GroupArg, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { atLeast0, decaySquare, descent, rateChecks } from './rule.js';

export interface AdagradOptions {
  lr?: number;
  /** The rate of step t, from 1, is lr / (1 + (t - 1) * lrDecay). */
  lrDecay?: number;
  weightDecay?: number;
  /** What the sum of squares begins with. */
  initialAccumulatorValue?: number;
  eps?: number;
  maximize?: boolean;
}

interface AdagradState {
  step: number;
  sum: Tensor;
}

const adagradPositional = ['lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps'] as const;

/** p -= lr * g / (sqrt(sum of g^2) + eps). Duchi, Hazan and Singer, 2011. */
export class Adagrad extends StepOptimizer<AdagradOptions, AdagradState> {
  constructor(params: Params<AdagradOptions>, ...args: ArgsOf<AdagradOptions, typeof adagradPositional>) {
    const defaults = { lr: 1e-2, lrDecay: 0, eps: 1e-10, weightDecay: 0, initialAccumulatorValue: 0, maximize: false };
    super(params, { ...defaults, ...readArgs<AdagradOptions>('Adagrad', args, adagradPositional, ['maximize']) });
  }

  protected checks(options: Required<AdagradOptions>): readonly Check[] {
    const { lrDecay, initialAccumulatorValue } = options;
    return [
      ...rateChecks(options),
      atLeast0('lrDecay', lrDecay, 'Invalid lr_decay value'),
      atLeast0('initialAccumulatorValue', initialAccumulatorValue, 'Invalid initial_accumulator_value value'),
    ];
  }

  /** The state stands from the beginning, as in PyTorch. */
  override addParamGroup(group: GroupArg<AdagradOptions>): void {
    super.addParamGroup(group);
    const { params, initialAccumulatorValue } = this.paramGroups.at(-1)!;
    for (const p of params) this.state.set(p, { step: 0, sum: fullLike(p, initialAccumulatorValue) });
  }

  protected update(p: Tensor, grad: Tensor, group: ParamGroup<AdagradOptions>, state: Partial<AdagradState>): void {
    const { lr, lrDecay, eps, initialAccumulatorValue } = group;
    const g = descent(p, grad, group);
    state.step = (state.step ?? 0) + 1;
    state.sum ??= fullLike(p, initialAccumulatorValue);
    add_(state.sum, mul(g, g));
    add_(p, div(g, add_(sqrt(state.sum), eps)), { alpha: -lr / (1 + (state.step - 1) * lrDecay) });
  }
}

export interface AdadeltaOptions {
  lr?: number;
  /** Decay rate of both means. */
  rho?: number;
  eps?: number;
  weightDecay?: number;
  maximize?: boolean;
}

interface AdadeltaState {
  step: number;
  squareAvg: Tensor;
  accDelta: Tensor;
}

const adadeltaPositional = ['lr', 'rho', 'eps', 'weightDecay'] as const;

/** d = g * sqrt(u + eps) / sqrt(v + eps), p -= lr * d; v and u are the decaying means of g^2 and d^2. Zeiler, 2012. */
export class Adadelta extends StepOptimizer<AdadeltaOptions, AdadeltaState> {
  constructor(params: Params<AdadeltaOptions>, ...args: ArgsOf<AdadeltaOptions, typeof adadeltaPositional>) {
    const defaults = { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false };
    super(params, { ...defaults, ...readArgs<AdadeltaOptions>('Adadelta', args, adadeltaPositional, ['maximize']) });
  }

  protected checks(options: Required<AdadeltaOptions>): readonly Check[] {
    const { rho } = options;
    return [...rateChecks(options), ['rho in [0, 1]', rho >= 0 && rho <= 1, rho, 'Invalid rho value']];
  }

  protected update(p: Tensor, grad: Tensor, group: ParamGroup<AdadeltaOptions>, state: Partial<AdadeltaState>): void {
    const { lr, rho, eps } = group;
    const g = descent(p, grad, group);
    state.step = (state.step ?? 0) + 1;
    state.squareAvg ??= zerosLike(p);
    state.accDelta ??= zerosLike(p);
    const root = sqrt_(add(decaySquare(state.squareAvg, g, rho), eps));
    const delta = mul_(div_(sqrt_(add(state.accDelta, eps)), root), g);
    decaySquare(state.accDelta, delta, rho);
    add_(p, delta, { alpha: -lr });
  }
}

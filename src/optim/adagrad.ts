// Adagrad and Adadelta: steps by the size of all gradients so far, and of the recent ones.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { fullLike, zerosLike } from '../ops/create.js';
import { add, add_, div, div_, mul, mul_, sqrt, sqrt_ } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type GroupArg, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { atLeast0, decaySquare, descent, rateChecks } from './rule.js';

/** Options of `Adagrad`. */
export interface AdagradOptions {
  /** Learning rate; 0.01 by default. */
  lr?: number;
  /** The rate of step t, from 1, is lr / (1 + (t - 1) lrDecay). */
  lrDecay?: number;
  /** Factor λ of an L2 penalty; 0 by default. */
  weightDecay?: number;
  /** First value of the sum of squares; 0 by default. */
  initialAccumulatorValue?: number;
  /** Added to the denominator; 1e-10 by default. */
  eps?: number;
  /** Whether the step ascends instead of descends. */
  maximize?: boolean;
}

interface AdagradState {
  step: number;
  sum: Tensor;
}

const adagradPositional = ['lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps'] as const;

/**
 * p ← p - lr g / (√s + eps), where s is the sum of all g² so far.
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.Adagrad([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.9, 1.9]
 * @see Duchi, Hazan and Singer, 2011; PyTorch `torch.optim.Adagrad`
 */
export class Adagrad extends StepOptimizer<AdagradOptions, AdagradState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `lrDecay`, `weightDecay`, `initialAccumulatorValue`, `eps`, positional or
   * by name; `maximize`.
   * @throws ArgumentError if an option is out of range.
   */
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

/** Options of `Adadelta`. */
export interface AdadeltaOptions {
  /** Factor of the step; 1 by default. */
  lr?: number;
  /** Decay rate of both means; 0.9 by default. */
  rho?: number;
  /** Added under both roots; 1e-6 by default. */
  eps?: number;
  /** Factor λ of an L2 penalty; 0 by default. */
  weightDecay?: number;
  /** Whether the step ascends instead of descends. */
  maximize?: boolean;
}

interface AdadeltaState {
  step: number;
  squareAvg: Tensor;
  accDelta: Tensor;
}

const adadeltaPositional = ['lr', 'rho', 'eps', 'weightDecay'] as const;

/**
 * d = g √(u + eps) / √(v + eps), p ← p - lr d. v and u are the decaying means of g² and d².
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.Adadelta([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.997, 1.997]
 * @see Zeiler, 2012; PyTorch `torch.optim.Adadelta`
 */
export class Adadelta extends StepOptimizer<AdadeltaOptions, AdadeltaState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `rho`, `eps`, `weightDecay`, positional or by name; `maximize`.
   * @throws ArgumentError if an option is out of range.
   */
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

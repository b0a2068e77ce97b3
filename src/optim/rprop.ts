// Resilient backpropagation.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { fullLike, zerosLike } from '../ops/create.js';
import { clamp_, gt, lt, mul, mul_, neg, sign, sub_, where } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { rateChecks } from './rule.js';

/** Options of `Rprop`. */
export interface RpropOptions {
  /** The first step size of every element; 0.01 by default. */
  lr?: number;
  /**
   * Factors of the step size where the gradient changed its sign, and where it kept it; [0.5, 1.2]
   * by default.
   */
  etas?: readonly [minus: number, plus: number];
  /** The smallest and the largest step size; [1e-6, 50] by default. */
  stepSizes?: readonly [number, number];
  /** Whether the step ascends instead of descends. */
  maximize?: boolean;
}

interface RpropState {
  step: number;
  prev: Tensor;
  stepSize: Tensor;
}

const positional = ['lr', 'etas', 'stepSizes'] as const;

/**
 * Resilient backpropagation: p ← p - sign(g) s. Each element has its own step size s, which grows
 * while the sign of g lasts and shrinks when it changes. For full batches.
 *
 * @example
 * const w = gt.tensor([1, -2], { requiresGrad: true });
 * const optimizer = new gt.optim.Rprop([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.9, -1.9]
 * @see Riedmiller and Braun, 1993; PyTorch `torch.optim.Rprop`
 */
export class Rprop extends StepOptimizer<RpropOptions, RpropState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `etas`, `stepSizes`, positional or by name; `maximize`.
   * @throws ArgumentError if an option is out of range.
   */
  constructor(params: Params<RpropOptions>, ...args: ArgsOf<RpropOptions, typeof positional>) {
    const defaults: RpropOptions = { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false };
    super(params, { ...defaults, ...readArgs<RpropOptions>('Rprop', args, positional, ['maximize']) });
  }
  protected checks({ lr, etas }: Required<RpropOptions>): readonly Check[] {
    const [minus, plus] = etas ?? [];
    return [...rateChecks({ lr }), ['0 < etas[0] < 1 < etas[1]', 0 < minus && minus < 1 && 1 < plus, etas, 'Invalid eta values']];
  }
  protected update(p: Tensor, grad: Tensor, group: ParamGroup<RpropOptions>, state: Partial<RpropState>): void {
    const { lr, etas, stepSizes, maximize } = group;
    const g = maximize ? neg(grad) : grad;
    state.step = (state.step ?? 0) + 1;
    state.prev ??= zerosLike(p);
    state.stepSize ??= fullLike(p, lr);
    const product = mul(g, state.prev);
    const changesSign = lt(product, 0);
    const size = clamp_(mul_(state.stepSize, where(changesSign, etas[0], where(gt(product, 0), etas[1], fullLike(p, 1)))), stepSizes[0], stepSizes[1]);
    // After a change of sign the element waits: no step now, and no change at the next.
    state.prev = where(changesSign, 0, g);
    sub_(p, mul(sign(state.prev), size));
  }
}

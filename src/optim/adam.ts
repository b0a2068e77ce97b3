// Adam, and AdamW, whose weight decay does not pass through the moments.

import { type ArgsOf, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { add_, div, maximum, mul_, sqrt } from '../ops/index.js';
import { adamStep } from '../ops/optim.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { betaChecks, decay, decaySquare, descent, rateChecks } from './rule.js';

/** Options of `Adam` and `AdamW`. */
export interface AdamOptions {
  /** Learning rate; 1e-3 by default. */
  lr?: number;
  /** Decay rates β₁, β₂ of the means of g and g²; [0.9, 0.999] by default. */
  betas?: readonly [number, number];
  /** Added to the denominator; 1e-8 by default. */
  eps?: number;
  /** Factor λ of the decay; 0 by default, 0.01 with AdamW. */
  weightDecay?: number;
  /** Whether the denominator uses the largest v so far. */
  amsgrad?: boolean;
  /** Whether the step ascends instead of descends. */
  maximize?: boolean;
}

interface AdamState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
  maxExpAvgSq?: Tensor;
}

const positional = ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad'] as const;
type AdamArgs = ArgsOf<AdamOptions, typeof positional>;

/**
 * p ← p - lr m̂ / (√v̂ + eps). m and v are the decaying means of g and g²; m̂ = m / (1 - β₁ᵗ) and
 * v̂ = v / (1 - β₂ᵗ) are free of the bias from their start at 0. g = gradient + λ p.
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.Adam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.9, 1.9]
 * @see Kingma and Ba, 2014; `amsgrad`: Reddi et al., 2018; PyTorch `torch.optim.Adam`
 */
export class Adam extends StepOptimizer<AdamOptions, AdamState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `betas`, `eps`, `weightDecay`, `amsgrad`, positional or by name;
   * `maximize`.
   * @throws ArgumentError if an option is out of range.
   */
  constructor(params: Params<AdamOptions>, ...args: AdamArgs) {
    super(params, read('Adam', args, 0));
  }

  protected checks(options: Required<AdamOptions>): readonly Check[] {
    return [...rateChecks(options), ...betaChecks(options.betas)];
  }

  protected get decoupled(): boolean {
    return false;
  }

  protected update(param: Tensor, grad: Tensor, group: ParamGroup<AdamOptions>, state: Partial<AdamState>): void {
    state.step = (state.step ?? 0) + 1;
    state.expAvg ??= zerosLike(param);
    state.expAvgSq ??= zerosLike(param);
    if (group.amsgrad) {
      state.maxExpAvgSq ??= zerosLike(param);
      amsgradStep(param, grad, state as Required<AdamState>, this.decoupled, group);
    } else adamStep(param, grad, state.expAvg, state.expAvgSq, state.step, this.decoupled, group);
  }
}

/**
 * `Adam` whose weight decay is apart from the gradient: p ← (1 - lr λ) p before the step.
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.AdamW([w], { lr: 0.1, weightDecay: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.89, 1.88]
 * @see Loshchilov and Hutter, 2017; PyTorch `torch.optim.AdamW`
 */
export class AdamW extends Adam {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `betas`, `eps`, `weightDecay` (0.01), `amsgrad`, positional or by name;
   * `maximize`.
   * @throws ArgumentError if an option is out of range.
   */
  constructor(params: Params<AdamOptions>, ...args: AdamArgs) {
    super(params, read('AdamW', args, 1e-2));
  }
  protected override get decoupled(): boolean {
    return true;
  }
}

function read(name: string, args: AdamArgs, weightDecay: number): AdamOptions {
  const defaults: AdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay, amsgrad: false, maximize: false };
  return { ...defaults, ...readArgs<AdamOptions>(name, args, [...positional], ['maximize']) };
}

/** Reddi et al., 2018: the denominator never shrinks. Composed of ops: it is rarely used. */
function amsgradStep(p: Tensor, grad: Tensor, state: Required<AdamState>, decoupled: boolean, options: ParamGroup<AdamOptions>): void {
  const { lr, betas, eps, weightDecay, maximize } = options;
  const g = descent(p, grad, decoupled ? { maximize } : options);
  if (decoupled) mul_(p, 1 - lr * weightDecay);
  decay(state.expAvg, g, betas[0]);
  state.maxExpAvgSq = maximum(state.maxExpAvgSq, decaySquare(state.expAvgSq, g, betas[1]));
  const root = add_(div(sqrt(state.maxExpAvgSq), Math.sqrt(1 - betas[1] ** state.step)), eps);
  add_(p, div(state.expAvg, root), { alpha: -lr / (1 - betas[0] ** state.step) });
}

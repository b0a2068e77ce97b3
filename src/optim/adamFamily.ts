// Adam's relatives: Adamax, NAdam and RAdam.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { abs, add_, div, maximum, mul_, sqrt } from '../ops/index.js';
import { roundToDefault } from '../tensor/defaults.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { atLeast0, betaChecks, decay, decaySquare, descent, rateChecks } from './rule.js';

/** Options that Adam's relatives share. */
interface MomentOptions {
  /** Learning rate; 2e-3 by default, 1e-3 with RAdam. */
  lr?: number;
  /** Decay rates β₁, β₂ of the means of g and g²; [0.9, 0.999] by default. */
  betas?: readonly [number, number];
  /** Added to the denominator; 1e-8 by default. */
  eps?: number;
  /** Factor λ of an L2 penalty; 0 by default. */
  weightDecay?: number;
}
const positional = ['lr', 'betas', 'eps', 'weightDecay'] as const;
const momentChecks = (options: Required<MomentOptions>): Check[] => [...rateChecks(options), ...betaChecks(options.betas)];

/** Options of `Adamax`. */
export interface AdamaxOptions extends MomentOptions {
  /** Whether the step ascends instead of descends. */
  maximize?: boolean;
}
interface AdamaxState {
  step: number;
  expAvg: Tensor;
  expInf: Tensor;
}

/**
 * `Adam` with a decaying maximum for the denominator: u ← max(β₂ u, |g| + eps), p ← p - lr / (1 -
 * β₁ᵗ) · m / u.
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.Adamax([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.9, 1.9]
 * @see Kingma and Ba, 2014; PyTorch `torch.optim.Adamax`
 */
export class Adamax extends StepOptimizer<AdamaxOptions, AdamaxState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `betas`, `eps`, `weightDecay`, positional or by name; `maximize`.
   * @throws ArgumentError if an option is out of range.
   */
  constructor(params: Params<AdamaxOptions>, ...args: ArgsOf<AdamaxOptions, typeof positional>) {
    const defaults: AdamaxOptions = { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false };
    super(params, { ...defaults, ...readArgs<AdamaxOptions>('Adamax', args, positional, ['maximize']) });
  }
  protected checks(options: Required<AdamaxOptions>): readonly Check[] {
    return momentChecks(options);
  }
  protected update(p: Tensor, grad: Tensor, group: ParamGroup<AdamaxOptions>, state: Partial<AdamaxState>): void {
    const { lr, betas, eps } = group;
    const g = descent(p, grad, group);
    state.step = (state.step ?? 0) + 1;
    state.expAvg ??= zerosLike(p);
    state.expInf ??= zerosLike(p);
    decay(state.expAvg, g, betas[0]);
    state.expInf = maximum(mul_(state.expInf, betas[1]), add_(abs(g), eps));
    add_(p, div(state.expAvg, state.expInf), { alpha: -lr / (1 - betas[0] ** state.step) });
  }
}

/** Options of `NAdam`. */
export interface NAdamOptions extends MomentOptions {
  /** How fast the momentum factor rises; 4e-3 by default. */
  momentumDecay?: number;
}
interface NAdamState {
  step: number;
  /** The product of all momentum factors so far, rounded as the 0-d tensor that PyTorch keeps it in. */
  muProduct: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}
const nadamPositional = [...positional, 'momentumDecay'] as const;

/**
 * `Adam` with Nesterov's momentum, whose factor μₜ = β₁ (1 - 0.96^(t · momentumDecay) / 2) rises.
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.NAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach().lt(gt.tensor([1, 2])); // [true, true]
 * @see Dozat, 2016; PyTorch `torch.optim.NAdam`
 */
export class NAdam extends StepOptimizer<NAdamOptions, NAdamState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `betas`, `eps`, `weightDecay`, `momentumDecay`, positional or by name.
   * @throws ArgumentError if an option is out of range.
   */
  constructor(params: Params<NAdamOptions>, ...args: ArgsOf<NAdamOptions, typeof nadamPositional>) {
    const defaults: NAdamOptions = { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, momentumDecay: 4e-3 };
    super(params, { ...defaults, ...readArgs<NAdamOptions>('NAdam', args, nadamPositional) });
  }
  protected checks(options: Required<NAdamOptions>): readonly Check[] {
    return [...momentChecks(options), atLeast0('momentumDecay', options.momentumDecay, 'Invalid momentum_decay value')];
  }
  protected override get counters(): readonly string[] {
    return ['step', 'mu_product'];
  }
  protected update(p: Tensor, grad: Tensor, group: ParamGroup<NAdamOptions>, state: Partial<NAdamState>): void {
    const { lr, betas, eps, momentumDecay } = group;
    const g = descent(p, grad, group);
    const t = (state.step ?? 0) + 1;
    state.step = t;
    state.expAvg ??= zerosLike(p);
    state.expAvgSq ??= zerosLike(p);
    const mu = betas[0] * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const muNext = betas[0] * (1 - 0.5 * 0.96 ** ((t + 1) * momentumDecay));
    const times = (a: number, b: number): number => roundToDefault(a * roundToDefault(b));
    state.muProduct = times(state.muProduct ?? 1, mu);
    const productNext = times(times(state.muProduct, mu), muNext);
    decay(state.expAvg, g, betas[0]);
    decaySquare(state.expAvgSq, g, betas[1]);
    const root = add_(sqrt(div(state.expAvgSq, 1 - betas[1] ** t)), eps);
    add_(p, div(g, root), { alpha: (-lr * (1 - mu)) / (1 - state.muProduct) });
    add_(p, div(state.expAvg, root), { alpha: (-lr * muNext) / (1 - productNext) });
  }
}

/** Options of `RAdam`. */
export type RAdamOptions = MomentOptions;
interface RAdamState {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

/**
 * `Adam` without a warm-up schedule. It steps by plain momentum until v has enough samples, and
 * then scales the step by the number of these.
 *
 * @example
 * const w = gt.tensor([1, 2], { requiresGrad: true });
 * const optimizer = new gt.optim.RAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.detach(); // [0.8, 1.6]
 * @see Liu et al., 2019; PyTorch `torch.optim.RAdam`
 */
export class RAdam extends StepOptimizer<RAdamOptions, RAdamState> {
  /**
   * @param params - Parameters, or groups `{ params, ...options }`.
   * @param args - `lr`, `betas`, `eps`, `weightDecay`, positional or by name.
   * @throws ArgumentError if an option is out of range.
   */
  constructor(params: Params<RAdamOptions>, ...args: ArgsOf<RAdamOptions, typeof positional>) {
    const defaults: RAdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 };
    super(params, { ...defaults, ...readArgs<RAdamOptions>('RAdam', args, positional) });
  }
  protected checks(options: Required<RAdamOptions>): readonly Check[] {
    return momentChecks(options);
  }
  protected update(p: Tensor, grad: Tensor, group: ParamGroup<RAdamOptions>, state: Partial<RAdamState>): void {
    const { lr, betas, eps } = group;
    const g = descent(p, grad, group);
    const t = (state.step ?? 0) + 1;
    state.step = t;
    state.expAvg ??= zerosLike(p);
    state.expAvgSq ??= zerosLike(p);
    decay(state.expAvg, g, betas[0]);
    decaySquare(state.expAvgSq, g, betas[1]);
    const bias2 = 1 - betas[1] ** t;
    const rate = lr / (1 - betas[0] ** t);
    // The length of the simple moving average that the second moment is worth, and its limit.
    const limit = 2 / (1 - betas[1]) - 1;
    const length = limit - (2 * t * betas[1] ** t) / bias2;
    if (length > 5) {
      const rectify = Math.sqrt(((length - 4) * (length - 2) * limit) / ((limit - 4) * (limit - 2) * length));
      add_(p, div(state.expAvg, add_(sqrt(state.expAvgSq), eps)), { alpha: -rate * rectify * Math.sqrt(bias2) });
    } else add_(p, state.expAvg, { alpha: -rate });
  }
}

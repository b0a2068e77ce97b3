// Adam, and AdamW, whose weight decay does not pass through the moments.

import { type ArgsOf, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { add_, div, maximum, mul_, sqrt } from '../ops/index.js';
import { adamStep } from '../ops/optim.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, type ParamGroup, type Params, StepOptimizer } from './optimizer.js';
import { betaChecks, decay, decaySquare, descent, rateChecks } from './rule.js';

export interface AdamOptions {
  lr?: number;
  /** Decay rates of the two moments. */
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
  /** Divide by the largest second moment so far. */
  amsgrad?: boolean;
  /** Climb instead of descend. */
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

/** p -= lr * m / (sqrt(v) + eps), m and v the decaying means of g and g^2 freed from their bias. Kingma and Ba, 2014. */
export class Adam extends StepOptimizer<AdamOptions, AdamState> {
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

/** Adam with the weights decayed beside the step: p *= 1 - lr * weightDecay. Loshchilov and Hutter, 2017. */
export class AdamW extends Adam {
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

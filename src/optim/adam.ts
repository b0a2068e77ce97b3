// Adam, and AdamW, whose weight decay does not pass through the moments.

import { type ArgsOf, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { add, add_, div, maximum, mul, mul_, neg, sqrt, sub_ } from '../ops/index.js';
import { adamStep } from '../ops/optim.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Check, Optimizer, type ParamGroup, type Params } from './optimizer.js';

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
export class Adam extends Optimizer<AdamOptions, AdamState> {
  constructor(params: Params<AdamOptions>, ...args: AdamArgs) {
    super(params, read('Adam', args, 0));
  }

  protected checks({ lr, betas, eps, weightDecay }: Required<AdamOptions>): readonly Check[] {
    return [
      ['lr >= 0', lr >= 0, lr, 'Invalid learning rate'],
      ['eps >= 0', eps >= 0, eps, 'Invalid epsilon value'],
      ['betas[0] in [0, 1)', betas?.[0] >= 0 && betas[0] < 1, betas?.[0], 'Invalid beta parameter at index 0'],
      ['betas[1] in [0, 1)', betas?.[1] >= 0 && betas[1] < 1, betas?.[1], 'Invalid beta parameter at index 1'],
      ['weightDecay >= 0', weightDecay >= 0, weightDecay, 'Invalid weight_decay value'],
    ];
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
  let g = maximize ? neg(grad) : grad;
  if (decoupled) mul_(p, 1 - lr * weightDecay);
  else if (weightDecay !== 0) g = add(g, p, { alpha: weightDecay });
  add_(mul_(state.expAvg, betas[0]), g, { alpha: 1 - betas[0] });
  add_(mul_(state.expAvgSq, betas[1]), mul(g, g), { alpha: 1 - betas[1] });
  state.maxExpAvgSq = maximum(state.maxExpAvgSq, state.expAvgSq);
  const root = Math.sqrt(1 - betas[1] ** state.step);
  sub_(p, div(state.expAvg, add(div(sqrt(state.maxExpAvgSq), root), eps)), { alpha: lr / (1 - betas[0] ** state.step) });
}

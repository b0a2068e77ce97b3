// The optimizers' way to the kernels: one fused update of one parameter, in place and unrecorded. Every buffer's layout is checked here, since the kernels trust it.

import { Category } from '../core/dtype.js';
import { DTypeError, fail, ShapeError } from '../core/errors.js';
import { sameShape, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { fillWith } from '../tensor/fill.js';
import { gradientOf, leafGradOf, shapeOf, storageOf } from '../tensor/inner.js';
import { checkWritable } from '../tensor/inplace.js';
import { addressOf, contiguousCopy, copyInto, replaceGradient, type Tensor } from '../tensor/tensor.js';
import { detach_ } from './copy.js';

/** Throws unless `t` can be walked beside the parameter; `role` names it. */
function checkLike(op: string, role: string, p: Tensor, t: Tensor): void {
  if (!sameShape(shapeOf(t), shapeOf(p))) fail(ShapeError, op, `${role} of the parameter's shape ${showShape(shapeOf(p))}`, showShape(shapeOf(t)));
  if (t.dt !== p.dt) fail(DTypeError, op, `${role} of the parameter's dtype ${p.dtype}`, t.dtype);
}

/** Runs `kernel` on contiguous forms of the tensors; those that were written, and are not contiguous themselves, are copied back. */
function update(op: string, p: Tensor, g: Tensor, states: readonly Tensor[], kernel: (p: number, g: number, s0: number, s1: number) => void): void {
  if (p.dt.category !== Category.Float) fail(DTypeError, op, 'a floating point parameter', p.dtype);
  checkLike(op, 'a gradient', p, g);
  for (const state of states) checkLike(op, 'state', p, state);
  checkWritable(op, p);
  if (p.count > 0) {
    const [at, gradient] = [contiguousCopy(p), contiguousCopy(g)];
    const packed = states.map(contiguousCopy);
    const addressAt = (i: number): number => (i < packed.length ? addressOf(packed[i]) : 0);
    kernel(addressOf(at), addressOf(gradient), addressAt(0), addressAt(1));
    if (at !== p) copyInto(p, at);
    for (let i = 0; i < packed.length; i++) if (packed[i] !== states[i]) copyInto(states[i], packed[i]);
  }
  storageOf(p).version++;
  for (const state of states) storageOf(state).version++;
}

export interface SgdStep {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly maximize: boolean;
}

/** p -= lr * g, with momentum in `buffer` (null without), which the `first` step fills. */
export function sgdStep(
  p: Tensor,
  g: Tensor,
  buffer: Tensor | null,
  first: boolean,
  { lr, momentum, dampening, weightDecay, nesterov, maximize }: SgdStep,
): void {
  update('SGD', p, g, buffer === null ? [] : [buffer], (at, grad, m) => {
    K.sgd_step[p.dt.code](at, grad, m, p.count, lr, buffer === null ? 0 : momentum, dampening, weightDecay, Number(nesterov), Number(maximize), Number(first));
  });
}

export interface AdamStep {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
}

/** Step number `t` (from 1) of Adam; with `decoupled` the weight decay is AdamW's. */
export function adamStep(
  p: Tensor,
  g: Tensor,
  m: Tensor,
  v: Tensor,
  t: number,
  decoupled: boolean,
  { lr, betas: [beta1, beta2], eps, weightDecay, maximize }: AdamStep,
): void {
  const stepsize = lr / (1 - beta1 ** t);
  const rootbias2 = Math.sqrt(1 - beta2 ** t);
  const [decay, shrink] = decoupled ? [0, lr * weightDecay] : [weightDecay, 0];
  update(decoupled ? 'AdamW' : 'Adam', p, g, [m, v], (at, grad, first, second) => {
    K.adam_step[p.dt.code](at, grad, first, second, p.count, stepsize, beta1, beta2, eps, rootbias2, decay, shrink, Number(maximize));
  });
}

/** Zeroes a leaf's gradient, or drops it. A gradient that has a history loses it. */
export function clearGrad(p: Tensor, setToNone: boolean): void {
  const gradient = gradientOf(p);
  if (gradient === null) return;
  if (setToNone) replaceGradient(p, null);
  else {
    if (gradient.gradFn !== null || leafGradOf(gradient)) detach_(gradient);
    fillWith(gradient, 0);
    storageOf(gradient).version++;
  }
}

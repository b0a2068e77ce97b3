// What losses have in common: how the single losses become one number.

import { fail, ShapeError } from '../core/errors.js';
import { type Shape, sameShape, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import type { Tensor } from '../tensor/tensor.js';
import { asChoice } from './args.js';
import { mean, sum } from './reduce.js';

export type Reduction = 'none' | 'mean' | 'sum';
export interface ReductionOption {
  /** The mean (the default), the sum, or the single losses. */
  reduction?: Reduction;
}

export const reductionOf = (op: string, reduction: unknown = 'mean'): Reduction => asChoice(op, 'reduction', reduction, ['none', 'mean', 'sum']);

export function reduced(op: string, loss: Tensor, reduction: unknown): Tensor {
  const how = reductionOf(op, reduction);
  return how === 'none' ? loss : how === 'mean' ? mean(loss) : sum(loss);
}

export function needSameShape(op: string, role: string, t: Tensor, shape: Shape): void {
  if (!sameShape(shapeOf(t), shape)) fail(ShapeError, op, `${role} of shape ${showShape(shape)}, that of the input`, showShape(shapeOf(t)));
}

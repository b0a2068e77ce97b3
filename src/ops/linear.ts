// The linear map of a layer: its product, its bias and its three gradients in one node.

import { fail, ShapeError } from '../core/errors.js';
import { expandsTo, numel, showShape } from '../core/shape.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { apply, defineOp, type OpDefinition } from '../tensor/op.js';
import { alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { add } from './arithmetic.js';
import { layoutBits, lying, matmul, mm, needsOther, product, sharedType, turned } from './matmul.js';
import { rawCast } from './promote.js';
import { reshape, t } from './view.js';

const rules: Omit<OpDefinition<number>, 'name'> = {
  saves: needsOther,
  forward: ([x, weight, bias]) => {
    const dt = sharedType('linear', x, weight);
    const w = rawCast(weight, dt);
    const y = empty([shapeOf(x)[0], shapeOf(w)[0]], dt);
    if (bias !== undefined) copyInto(y, bias);
    product('linear', rawCast(x, dt), alias(w, [shapeOf(w)[1], shapeOf(w)[0]], [stridesOf(w)[1], stridesOf(w)[0]], w.offset), y, 1, bias === undefined ? 0 : 1);
    return rawCast(y, x.dt);
  },
  vjp: [
    (dy, node) => lying(mm, (node.args as number) & 1, dy, node.x(1)),
    (dy, node) => lying(mm, (node.args as number) & 2, turned(dy), node.x(0)),
    (dy) => dy,
  ],
};
// Two only because PyTorch has two names for the node.
const linearOp = defineOp<number>({ ...rules, name: 'linear', nodeName: 'AddmmBackward0' });
const unbiasedOp = defineOp<number>({ ...rules, name: 'linearWithoutBias', nodeName: 'MmBackward0' });

function ofRows(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const layout = layoutBits(x, weight);
  if (bias === null) return apply(unbiasedOp, [x, weight], layout);
  sharedType('linear', x, asTensor('linear', 'bias', bias));
  const shape = [shapeOf(x)[0], shapeOf(weight)[0]];
  if (!expandsTo(shapeOf(bias), shape)) fail(ShapeError, 'linear', `a bias that broadcasts to ${showShape(shape)}`, showShape(shapeOf(bias)));
  return apply(linearOp, [x, weight, bias], layout);
}

/** y = x W^T + b: x (..., in), weight (out, in), bias (out). Gradients: dy W, dy^T x and dy summed over all but its last dim. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  asTensor('linear', 'input', x);
  asTensor('linear', 'weight', weight);
  const shape = shapeOf(x);
  if (weight.ndim === 2 && x.ndim > 0 && shape[shape.length - 1] !== shapeOf(weight)[1]) {
    const got = `input ${showShape(shape)} and weight ${showShape(shapeOf(weight))}: shapes cannot be multiplied`;
    fail(ShapeError, 'linear', `an input whose last size is ${shapeOf(weight)[1]}`, got);
  }
  if (weight.ndim === 2 && x.ndim === 2) return ofRows(x, weight, bias);
  if (weight.ndim === 2 && x.ndim > 2) {
    const lead = shape.slice(0, -1);
    return reshape(ofRows(reshape(x, [numel(lead), shapeOf(weight)[1]]), weight, bias), [...lead, shapeOf(weight)[0]]);
  }
  const y = matmul(x, weight.ndim === 2 ? t(weight) : weight);
  return bias === null ? y : add(y, asTensor('linear', 'bias', bias));
}

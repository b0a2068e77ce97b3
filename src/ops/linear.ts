// The linear map of a layer, in one node: its product, its bias and its three gradients.
import { fail, ShapeError } from '../core/errors.js';
import { expandsTo, numel, type Shape, showShape } from '../core/shape.js';
import { apply, defineOp } from '../tensor/op.js';
import { alias, contiguousCopy, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { add } from './arithmetic.js';
import { layoutBits, matmul, mm, needsOther, product, sharedType, turned } from './matmul.js';
import { rawCast } from './promote.js';
import { reshape } from './view.js';

/** The sizes of a matrix that has a row for each vector along the last dim. */
const matrixShape = ({ shape, count }: Tensor): [number, number] => {
  const size = shape[shape.length - 1];
  return [size === 0 ? numel(shape.slice(0, -1)) : count / size, size];
};
/** That matrix, not recorded. */
function matrix(x: Tensor): Tensor {
  if (x.ndim === 2) return x;
  const packed = contiguousCopy(x);
  const shape = matrixShape(x);
  return alias(packed, shape, [shape[1], 1], packed.offset);
}
const asMatrix = (x: Tensor): Tensor => (x.ndim === 2 ? x : reshape(x, matrixShape(x)));

/** a b; where the leaf that it is the gradient of lies column by column, it does too, so that the leaf gets it without a copy. */
const lying = (bit: number, a: Tensor, b: Tensor): Tensor => (bit ? turned(mm(turned(b), turned(a))) : mm(a, b));

const linearOp = defineOp<number>({
  name: 'linear',
  nodeName: 'AddmmBackward0',
  saves: needsOther,
  forward: ([x, weight, bias]) => {
    const dt = sharedType('linear', x, weight);
    const [size, width] = weight.shape;
    const y = empty([...x.shape.slice(0, -1), size], dt);
    if (bias !== undefined) copyInto(y, bias);
    const w = rawCast(weight, dt);
    product('linear', matrix(rawCast(x, dt)), alias(w, [width, size], [w.strides[1], w.strides[0]], w.offset), matrix(y), 1, bias === undefined ? 0 : 1);
    return rawCast(y, x.dt);
  },
  vjp: [
    (dy, node) => {
      const dx = lying((node.args as number) & 1, asMatrix(dy), node.x(1));
      const { shape } = node.inputMeta(0);
      return shape.length === 2 ? dx : reshape(dx, shape);
    },
    (dy, node) => lying((node.args as number) & 2, turned(asMatrix(dy)), asMatrix(node.x(0))),
    (dy) => dy,
  ],
});

function checkBias(bias: Tensor, x: Tensor, shape: Shape): void {
  if (!expandsTo(asTensor('linear', 'bias', bias).shape, shape))
    fail(ShapeError, 'linear', `a bias that broadcasts to ${showShape(shape)}`, showShape(bias.shape));
  sharedType('linear', x, bias);
}

/** y = x W^T + b: x (..., in), weight (out, in), bias (out). Gradients: dy W, dy^T x and dy summed over all but its last dim. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  asTensor('linear', 'input', x);
  asTensor('linear', 'weight', weight);
  if (weight.ndim !== 2 || x.ndim === 0) {
    const y = matmul(x, weight);
    return bias === null ? y : add(y, asTensor('linear', 'bias', bias));
  }
  const { shape } = x;
  const width = weight.shape[1];
  if (shape[shape.length - 1] !== width) {
    const got = `input ${showShape(shape)} and weight ${showShape(weight.shape)}: shapes cannot be multiplied`;
    fail(ShapeError, 'linear', `an input whose last size is ${width}`, got);
  }
  if (bias !== null) checkBias(bias, x, [...shape.slice(0, -1), weight.shape[0]]);
  return apply(linearOp, bias === null ? [x, weight] : [x, weight, bias], layoutBits(x, weight));
}

// resize_: the one op that changes what a tensor is, instead of what it holds.

import { fail, GradientError, ShapeError } from '../core/errors.js';
import { contiguousStrides, numel, type Shape, sizesOf } from '../core/shape.js';
import { zeroFill } from '../tensor/fill.js';
import { baseOf, setContents, storageOf } from '../tensor/inner.js';
import { isGradEnabled } from '../tensor/node.js';
import { alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';

/** A packed tensor's first elements as a vector, from its offset on. */
const first = (t: Tensor, n: number): Tensor => alias(t, [n], [1], t.offset);

/**
 * Gives the tensor itself other sizes, row-major over the memory it has. Where that is too small the tensor gets new memory, with the old elements and then zeros; tensors that
 * shared the old memory keep it, so that a view cannot grow.
 */
export function resize_(x: Tensor, ...sizes: (number | readonly number[])[]): Tensor {
  const shape: Shape = sizesOf('resize_', sizes);
  if (asTensor('resize_', 'input', x).requiresGrad && isGradEnabled()) throw new GradientError('resize_: cannot resize variables that require grad');
  const held = storageOf(x).bytes / x.dt.size - x.offset;
  const count = numel(shape);
  let storage = storageOf(x);
  let { offset } = x;
  if (count > held) {
    if (baseOf(x) !== null) fail(ShapeError, 'resize_', `at most ${held} elements, as a view has no memory of its own`, `${count}`);
    const grown = empty([count], x.dt);
    zeroFill(grown);
    copyInto(first(grown, held), first(x, held));
    storage = storageOf(grown);
    offset = 0;
  }
  setContents(x, { storage, dt: x.dt, shape, strides: contiguousStrides(shape), offset });
  return x;
}

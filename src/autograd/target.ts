// Where a backward pass starts and ends: a tensor's place in the graph, and the gradient to start from.

import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import { sameShape, showShape } from '../core/shape.js';
import type { Target } from '../tensor/backward.js';
import { full } from '../tensor/fill.js';
import { leafGradOf, outNrOf } from '../tensor/inner.js';
import { edgeOf } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';

/** The place in the graph that a tensor's gradient goes to; throws if there is none. */
export function targetOf(op: string, t: Tensor, role: string): Target {
  const node = edgeOf(t);
  if (node === null) throw new GradientError(`${op}: expected ${role} that requires grad, got one that does not require grad and does not have a gradFn`);
  return { node, nr: leafGradOf(t) ? 0 : outNrOf(t) };
}

/** The gradient to start from: the given one, or 1 for a single element. */
export function seedOf(op: string, t: Tensor, gradient: Tensor | null | undefined): Tensor {
  if (gradient === null || gradient === undefined) {
    if (t.count !== 1)
      throw new GradientError(
        `${op}: expected a gradient for an output that is not a scalar, got none for shape ${showShape(t.shape)}: grad can be implicitly created only for scalar outputs`,
      );
    return full(t.shape, 1, t.dt);
  }
  if (!(gradient instanceof Tensor)) fail(ArgumentError, op, 'gradient to be a tensor', show(gradient));
  if (!sameShape(gradient.shape, t.shape)) {
    throw new GradientError(`${op}: expected a gradient of the output's shape ${showShape(t.shape)}, got ${showShape(gradient.shape)}: Mismatch in shape`);
  }
  return gradient;
}

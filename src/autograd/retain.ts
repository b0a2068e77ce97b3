// retainGrad: a tensor that is no leaf keeps its gradient.

import { GradientError } from '../core/errors.js';
import { add } from '../ops/arithmetic.js';
import { clone } from '../ops/copy.js';
import { gradientOf, nodeOf, setGradient } from '../tensor/inner.js';
import { addRetained, historyOf, requires } from '../tensor/node.js';
import type { Hook, Tensor } from '../tensor/tensor.js';

/**
 * Keeps this tensor's `.grad` in backward although it is no leaf. Nothing happens to a leaf.
 *
 * @param self - The tensor.
 * @throws GradientError if it does not require grad.
 * @example
 * const x = gt.tensor([3], { requiresGrad: true });
 * const y = x.square();
 * y.retainGrad();
 * y.mul(2).sum().backward();
 * y.grad; // [2]
 * @see PyTorch `torch.Tensor.retain_grad`
 */
export function retainGrad(self: Tensor): void {
  if (!requires(self)) {
    throw new GradientError(
      "retainGrad: expected a tensor that requires grad, got one that does not: can't retain_grad on Tensor that has requires_grad=False",
    );
  }
  if (nodeOf(self) === null || self.retainsGrad) return;
  const keep: Hook = (dy) => {
    // A copy: what flows on may be the user's own gradient, or that of other tensors.
    const held = gradientOf(self);
    setGradient(self, held === null ? clone(dy) : add(held, dy));
  };
  addRetained(self, historyOf(self)!, keep);
}

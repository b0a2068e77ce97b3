// Backward and hooks as a tensor's methods.
import { ArgumentError, fail, show } from '../core/errors.js';
import { readArgs } from '../ops/args.js';
import type { Hook, HookHandle, Tensor } from '../tensor/tensor.js';
import { type AllBackwardOptions, backward as backwardAll } from './grad.js';
import { targetOf } from './target.js';

export { retainGrad } from './retain.js';

/** Options of a tensor's `backward`. */
export interface BackwardOptions extends AllBackwardOptions {
  /** The gradient of this tensor, to begin with: required unless it has one element. */
  gradient?: Tensor | null;
}

/**
 * Adds ∂ this / ∂ leaf to the `.grad` of every leaf that requires grad.
 *
 * @param self - The tensor.
 * @param args - `gradient`, `retainGraph`, `createGraph`, `inputs`; positional or by name.
 * @throws GradientError if the tensor does not require grad, has several elements and no `gradient`
 * is given, or its graph was freed.
 * @example
 * const x = gt.tensor([1, 2], { requiresGrad: true });
 * x.square().sum().backward();
 * x.grad; // [2, 4]
 * @see PyTorch `torch.Tensor.backward`
 */
export function backward(
  self: Tensor,
  ...args: [gradient?: Tensor | null | BackwardOptions, retainGraph?: boolean | BackwardOptions, createGraph?: boolean | BackwardOptions]
): void {
  const options = args.length === 0 ? {} : readArgs<BackwardOptions>('backward', args, ['gradient', 'retainGraph', 'createGraph', 'inputs']);
  const { gradient = null, ...rest } = options;
  backwardAll(self, gradient, rest);
}

/**
 * Calls `hook` with this tensor's gradient whenever it is computed. What the hook returns replaces
 * it. Hooks run in the order they were registered.
 *
 * @param self - The tensor.
 * @param hook - Gets the gradient; returns another one, or nothing.
 * @returns A handle whose `remove()` takes the hook off.
 * @throws GradientError if the tensor does not require grad.
 * @example
 * const x = gt.tensor([1, 2], { requiresGrad: true });
 * const handle = x.registerHook((g) => g.mul(10));
 * x.sum().backward();
 * handle.remove();
 * x.grad; // [10, 10]
 * @see PyTorch `torch.Tensor.register_hook`
 */
export function registerHook(self: Tensor, hook: Hook): HookHandle {
  if (typeof hook !== 'function') fail(ArgumentError, 'registerHook', 'a function', show(hook));
  const { node, nr } = targetOf('registerHook', self, 'a tensor');
  const entry = { nr, hook };
  node.addHook(entry);
  return { remove: () => node.removeHook(entry) };
}

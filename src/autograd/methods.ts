// Backward and hooks as a tensor's methods.
import { ArgumentError, fail, show } from '../core/errors.js';
import { readArgs } from '../ops/args.js';
import type { Hook, HookHandle, Tensor } from '../tensor/tensor.js';
import { type AllBackwardOptions, backward as backwardAll } from './grad.js';
import { targetOf } from './target.js';

export { retainGrad } from './retain.js';

export interface BackwardOptions extends AllBackwardOptions {
  /** d(something) / d(this): required unless this tensor has one element. */
  gradient?: Tensor | null;
}

/** Adds d this / d leaf to the .grad of every leaf that requires grad. */
export function backward(
  self: Tensor,
  ...args: [gradient?: Tensor | null | BackwardOptions, retainGraph?: boolean | BackwardOptions, createGraph?: boolean | BackwardOptions]
): void {
  const options = args.length === 0 ? {} : readArgs<BackwardOptions>('backward', args, ['gradient', 'retainGraph', 'createGraph', 'inputs']);
  const { gradient = null, ...rest } = options;
  backwardAll(self, gradient, rest);
}

/** Calls `hook` with this tensor's gradient whenever it is computed; what the hook returns takes its place. Hooks run in the order they were registered. */
export function registerHook(self: Tensor, hook: Hook): HookHandle {
  if (typeof hook !== 'function') fail(ArgumentError, 'registerHook', 'a function', show(hook));
  const { node, nr } = targetOf('registerHook', self, 'a tensor');
  const entry = { nr, hook };
  node.addHook(entry);
  return { remove: () => node.removeHook(entry) };
}

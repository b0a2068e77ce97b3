// Backward and hooks as a tensor's methods.
import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import { readArgs } from '../ops/args.js';
import { add } from '../ops/arithmetic.js';
import { clone } from '../ops/copy.js';
import { runBackward } from '../tensor/backward.js';
import { addRetained, historyOf, requires } from '../tensor/node.js';
import { type Hook, type HookHandle, Tensor } from '../tensor/tensor.js';
import { seedOf, targetOf } from './target.js';

export interface BackwardOptions {
  /** d(something) / d(this): required unless this tensor has one element. */
  gradient?: Tensor | null;
  /** Keep what the graph saved, so that backward can run again. */
  retainGraph?: boolean;
  /** Record the backward pass itself, for derivatives of derivatives. */
  createGraph?: boolean;
  /** Accumulate only into these. */
  inputs?: readonly Tensor[] | Tensor | null;
}

/** Adds d this / d leaf to the .grad of every leaf that requires grad. */
export function backward(
  self: Tensor,
  ...args: [gradient?: Tensor | null | BackwardOptions, retainGraph?: boolean | BackwardOptions, createGraph?: boolean | BackwardOptions]
): void {
  const options = args.length === 0 ? {} : readArgs<BackwardOptions>('backward', args, ['gradient', 'retainGraph', 'createGraph', 'inputs']);
  const createGraph = options.createGraph ?? false;
  const root = targetOf('backward', self, 'a tensor');
  const seed = seedOf('backward', self, options.gradient);
  const graph = { keepGraph: options.retainGraph ?? createGraph, createGraph };
  if (options.inputs === undefined || options.inputs === null) {
    runBackward([root], [seed], graph);
    return;
  }
  const inputs = options.inputs instanceof Tensor ? [options.inputs] : options.inputs;
  if (inputs.length === 0) throw new ArgumentError('backward: expected inputs to hold tensors, got []: inputs argument to backward() cannot be empty');
  const targets = inputs.map((t) => targetOf('backward', t, 'an input'));
  inputs.forEach(retainGrad);
  runBackward([root], [seed], { ...graph, targets, accumulate: true });
}

/** Keeps this tensor's .grad in backward although it is no leaf. */
export function retainGrad(self: Tensor): void {
  if (!requires(self)) {
    throw new GradientError(
      "retainGrad: expected a tensor that requires grad, got one that does not: can't retain_grad on Tensor that has requires_grad=False",
    );
  }
  if (self.node === null || self.retainsGrad) return;
  const keep: Hook = (dy) => {
    // A copy: what flows on may be the user's own gradient, or that of other tensors.
    self.gradient = self.gradient === null ? clone(dy) : add(self.gradient, dy);
  };
  addRetained(self, historyOf(self)!, keep);
}

/** Calls `hook` with this tensor's gradient whenever it is computed; what the hook returns takes its place. Hooks run in the order they were registered. */
export function registerHook(self: Tensor, hook: Hook): HookHandle {
  if (typeof hook !== 'function') fail(ArgumentError, 'registerHook', 'a function', show(hook));
  const { node, nr } = targetOf('registerHook', self, 'a tensor');
  const entry = { nr, hook };
  node.addHook(entry);
  return { remove: () => node.removeHook(entry) };
}

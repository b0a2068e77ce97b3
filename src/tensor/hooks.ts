// What hooks return in backward: checked, and run as what it is, the user's code.

import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import { sameShape, showShape } from '../core/shape.js';
import { shapeOf, storageOf } from './inner.js';
import type { Gradients, Node, NodeHook } from './node.js';
import { Owner, setArena } from './storage.js';
import { Tensor } from './tensor.js';

export function checkReplaced(dy: Tensor, replaced: unknown, at: string): asserts replaced is Tensor {
  if (!(replaced instanceof Tensor)) fail(ArgumentError, 'registerHook', 'a hook to return a tensor or nothing', show(replaced));
  const same = sameShape(shapeOf(replaced), shapeOf(dy)) && replaced.dt === dy.dt;
  if (same) return;
  const [wanted, got] = [dy, replaced].map((t) => `a ${t.dtype} tensor of shape ${showShape(shapeOf(t))}`);
  throw new GradientError(
    `registerHook: expected a hook at ${at} to return ${wanted}, got ${got}: a hook has changed the ${replaced.dt === dy.dt ? 'size' : 'type'} of value`,
  );
}

/** What a node's hook makes of the gradients that it may replace. It is the user's code: what it sees and makes is not the pass's to give back. */
export function called(node: Node, { call }: NodeHook, grads: Gradients, gradOutputs: Gradients): Gradients {
  for (const all of [grads, gradOutputs]) for (const grad of all) if (grad !== null) storageOf(grad).owner = Owner.None;
  const arena = setArena(null);
  try {
    const replaced = call([...grads], [...gradOutputs]) ?? grads;
    if (!Array.isArray(replaced)) fail(ArgumentError, 'registerHook', 'a hook to return an array of gradients or nothing', show(replaced));
    if (replaced.length === grads.length) return replaced.map((grad: Tensor | null | undefined) => grad ?? null);
    throw new GradientError(
      `registerHook: hook at ${node.name} has returned an incorrect number of values (got ${replaced.length}, but expected ${grads.length})`,
    );
  } finally {
    setArena(arena);
  }
}

/** The gradients of a node's inputs as its hooks leave them. */
export function after(node: Node, results: readonly (Tensor | null | undefined)[], dys: Gradients): readonly (Tensor | null | undefined)[] {
  if (node.hooks === null) return results;
  return node.hooks.reduce(
    (grads: Gradients, entry) => {
      if (!('when' in entry) || entry.when !== 'after') return grads;
      const replaced = called(node, entry, grads, dys);
      replaced.forEach((grad, i) => {
        if (grad !== null && grads[i] !== null) checkReplaced(grads[i], grad, node.name);
      });
      return replaced;
    },
    node.inputs.length === 0 || results.length === 0 ? [] : node.inputs.map((_, i) => results[i] ?? null),
  );
}

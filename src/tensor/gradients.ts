// One step of backward: a node's rules, asked only for the gradients that somebody needs.
import type { Node } from './node.js';
import type { Tensor } from './tensor.js';

export type Gradients = readonly (Tensor | null | undefined)[];

/** The gradients of a node's inputs from those of its outputs. */
export function gradientsOf(node: Node, dys: readonly (Tensor | null)[], needs: (i: number) => boolean): Gradients {
  const { op, inputs } = node;
  if (op.joint !== undefined) return op.joint(dys, node, needs);
  const dy = dys[0];
  const out = new Array<Tensor | null | undefined>(inputs.length);
  if (dy === null) return out;
  const rules = op.vjp ?? [];
  for (let i = 0; i < inputs.length; i++) if (needs(i)) out[i] = rules[i]?.(dy, node);
  return out;
}

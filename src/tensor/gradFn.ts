// What a user sees of the graph: a node's name, its edges and its hooks. The node itself, whose arguments and saved tensors kernels trust, stays inside.

import type { Gradients, Node, NodeHook } from './node.js';
import type { HookHandle } from './tensor.js';

const seen = new WeakMap<Node, GradFn>();

/** The public face of a node; always the same object for the same node. */
export function gradFnOf(node: Node | null): GradFn | null {
  if (node === null) return null;
  let face = seen.get(node);
  if (face === undefined) {
    face = new GradFn(node);
    seen.set(node, face);
  }
  return face;
}

/** A recorded op: what `gradFn` of a tensor is. */
export class GradFn {
  #node: Node;

  /** @internal */
  constructor(node: Node) {
    this.#node = node;
    Object.freeze(this);
  }

  /** PyTorch's name: mul is MulBackward0. */
  get name(): string {
    return this.#node.name;
  }
  /** The nodes that gradients go on to, each with the number of its output; null where no gradient is wanted. */
  get nextFunctions(): [GradFn | null, number][] {
    return this.#node.nextFunctions.map(([node, nr]) => [gradFnOf(node), nr]);
  }

  /** Calls `hook` with the gradients of the node's inputs and of its outputs, after each time it runs in backward; what it returns takes the place of the former. */
  registerHook(hook: (gradInputs: Gradients, gradOutputs: Gradients) => ReturnType<NodeHook['call']>): HookHandle {
    return this.#node.registerHook(hook);
  }
  /** Calls `hook` with the gradients of the node's outputs before it runs; what it returns takes their place. */
  registerPrehook(hook: (gradOutputs: Gradients) => ReturnType<NodeHook['call']>): HookHandle {
    return this.#node.registerPrehook(hook);
  }

  /** As PyTorch prints it, without the address. */
  toString(): string {
    return `<${this.name}>`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

// A module's backward hooks: an identity op around its inputs, and one around its outputs, through
// which backward passes with their gradients.
import type { Context } from '../autograd/context.js';
import { AutogradFunction } from '../autograd/function.js';
import { ArgumentError, fail } from '../core/errors.js';
import { requires } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';
import type { Module } from './module.js';

type Gradients = readonly (Tensor | null)[];
/**
 * Gets the gradients of a module's inputs and of its outputs, null where there is none. What it
 * returns reindices those of the inputs.
 */
export type BackwardHook = (
  module: Module,
  gradInput: Gradients,
  gradOutput: Gradients,
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing.
) => Tensor | Gradients | null | undefined | void;

/** Passes tensors; `seen` gets their gradients and may give others. */
class BackwardHookFunction extends AutogradFunction {
  static override forward(ctx: Context, seen: (grads: Gradients) => Gradients, ...tensors: Tensor[]): Tensor[] {
    ctx.seen = seen;
    return tensors;
  }
  static override backward(ctx: Context, ...grads: (Tensor | null)[]): (Tensor | null)[] {
    return [null, ...(ctx.seen as (grads: Gradients) => Gradients)(grads)];
  }
}

/** The two identity ops of one call. */
export class BackwardCall {
  #inputs = 0;
  /** Indices of the inputs that have a gradient. */
  #indices: readonly number[] = [];
  #gradOutput: Gradients = [];
  constructor(
    readonly module: Module,
    readonly hooks: () => readonly { readonly hook: BackwardHook }[],
  ) {}

  enter(inputs: unknown[]): unknown[] {
    this.#inputs = inputs.length;
    this.#indices = [...inputs.keys()].filter((i) => inputs[i] instanceof Tensor && requires(inputs[i] as Tensor));
    if (this.#indices.length === 0) return inputs;
    const seen = (grads: Gradients): Gradients => {
      const called = this.#call(inputs.map((_, i) => grads[this.#indices.indexOf(i)] ?? null));
      return this.#indices.map((i) => called[i]);
    };
    const passed: Tensor[] = BackwardHookFunction.apply(seen, ...this.#indices.map((i) => inputs[i]));
    return inputs.map((input, i) => passed[this.#indices.indexOf(i)] ?? input);
  }

  leave(output: unknown): unknown {
    const outputs: unknown[] = Array.isArray(output) ? output : [output];
    const indices = [...outputs.keys()].filter((i) => outputs[i] instanceof Tensor && requires(outputs[i] as Tensor));
    if (indices.length === 0) return output;
    const seen = (grads: Gradients): Gradients => {
      this.#gradOutput = outputs.map((_, i) => grads[indices.indexOf(i)] ?? null);
      if (this.#indices.length === 0) this.#call(new Array<null>(this.#inputs).fill(null));
      return grads;
    };
    const passed: Tensor[] = BackwardHookFunction.apply(seen, ...indices.map((i) => outputs[i]));
    const all = outputs.map((value, i) => passed[indices.indexOf(i)] ?? value);
    return Array.isArray(output) ? all : all[0];
  }

  #call(gradInput: Gradients): Gradients {
    let grads = gradInput;
    for (const { hook } of this.hooks()) {
      const replaced = hook(this.module, grads, this.#gradOutput) ?? null;
      if (replaced === null) continue;
      const list = replaced instanceof Tensor ? [replaced] : replaced;
      if (list.length !== grads.length) fail(ArgumentError, 'registerFullBackwardHook', `${grads.length} gradients from the hook`, String(list.length));
      grads = list;
    }
    return grads;
  }
}

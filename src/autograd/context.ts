// What a Function's forward tells its backward.
import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import type { Node } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';

/** Hands what is to be saved to the node of the call, which frees it. No method: a subclass or an assignment would be given the node. */
export let keep: (ctx: Context, node: Node) => void;
/** Lets go of all tensors. */
export let forget: (ctx: Context) => void;

export class Context {
  // biome-ignore lint/suspicious/noExplicitAny: forward leaves here for backward whatever is no tensor.
  [key: string]: any;
  /** Whether backward should make zeros of the gradients of outputs that were not used, instead of null. */
  materializeGrads = true;
  readonly dirty: Set<Tensor> = new Set();
  readonly nonDifferentiable: Set<Tensor> = new Set();
  /** Which arguments the node's inputs are; whether each output is a tensor. */
  places: readonly number[] = [];
  tensorOutputs: readonly boolean[] = [];
  #saving: readonly (Tensor | null)[] = [];
  /** Saved places; null where null was saved. */
  #kept: readonly (number | null)[] = [];
  #node: Node | null = null;

  constructor(
    readonly name: string,
    /** For every argument of forward, whether it needs a gradient. */
    readonly needsInputGrad: readonly boolean[],
  ) {}

  /** Keeps inputs and outputs for backward, where writes to them since then are noticed. */
  saveForBackward(...tensors: (Tensor | null)[]): void {
    this.#saving = this.#checked('saveForBackward', tensors, true);
  }

  /** The tensors that were given to saveForBackward. */
  get savedTensors(): (Tensor | null)[] {
    const node = this.#node;
    if (node === null) throw new GradientError(`${this.name}: expected a recorded call, got one without a graph: it has no savedTensors`);
    return this.#kept.map((place) => (place === null ? null : node.unpack(place)));
  }

  /** Tells which inputs forward wrote to; it has to return them. */
  markDirty(...tensors: Tensor[]): void {
    for (const t of this.#checked('markDirty', tensors)) this.dirty.add(t as Tensor);
  }

  /** Tells which outputs have no gradient. */
  markNonDifferentiable(...tensors: Tensor[]): void {
    for (const t of this.#checked('markNonDifferentiable', tensors)) this.nonDifferentiable.add(t as Tensor);
  }

  /** Whether outputs that were not used have gradients of zeros (the default) or null. */
  setMaterializeGrads(value: boolean): void {
    if (typeof value !== 'boolean') fail(ArgumentError, 'setMaterializeGrads', 'true or false', show(value));
    this.materializeGrads = value;
  }

  #checked(op: string, tensors: readonly unknown[], nullable = false): readonly (Tensor | null)[] {
    return tensors.map((t, i) => (t instanceof Tensor || (nullable && t === null) ? t : fail(ArgumentError, op, `argument ${i} to be a tensor`, show(t))));
  }

  static {
    keep = (ctx, node) => {
      ctx.#kept = ctx.#saving.map((t, i) => (t === null ? null : i));
      ctx.#saving.forEach((t, i) => {
        if (t !== null) node.save(i, t);
      });
      ctx.#node = node;
      forget(ctx);
    };
    forget = (ctx) => {
      ctx.#saving = [];
      ctx.dirty.clear();
      ctx.nonDifferentiable.clear();
    };
  }
}

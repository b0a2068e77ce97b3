// What a Function's forward tells its backward.
import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import type { Node } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';

/** Hands what is to be saved to the node of the call, which frees it. No method: a subclass or an assignment would be given the node. */
export let keep: (ctx: Context, node: Node) => void;
/** Lets go of all tensors. */
export let forget: (ctx: Context) => void;

/**
 * What the forward of a `Function` leaves for its backward. Fields of any name may be added.
 *
 * @example
 * class Scale extends gt.autograd.Function {
 *   static override forward(ctx: gt.autograd.Context, x: gt.Tensor, factor: number) {
 *     ctx.factor = factor;
 *     return x.mul(factor);
 *   }
 *   static override backward(ctx: gt.autograd.Context, dy: gt.Tensor) {
 *     return [dy.mul(ctx.factor), null];
 *   }
 * }
 * const x = gt.tensor([1], { requiresGrad: true });
 * Scale.apply(x, 3).sum().backward();
 * x.grad; // [3]
 */
export class Context {
  // biome-ignore lint/suspicious/noExplicitAny: forward leaves here for backward whatever is no tensor.
  [key: string]: any;
  /** Whether backward gets zeros, instead of null, for outputs that were not used. */
  materializeGrads = true;
  /** The inputs that forward wrote to. */
  readonly dirty: Set<Tensor> = new Set();
  /** The outputs without a gradient. */
  readonly nonDifferentiable: Set<Tensor> = new Set();
  /**
   * Indices of the arguments that are the node's inputs.
   *
   * @internal
   */
  places: readonly number[] = [];
  /**
   * Whether each output is a tensor.
   *
   * @internal
   */
  tensorOutputs: readonly boolean[] = [];
  #saving: readonly (Tensor | null)[] = [];
  /** Saved places; null where null was saved. */
  #kept: readonly (number | null)[] = [];
  #node: Node | null = null;

  /**
   * | @param name - The class's name, for errors.
   *
   * @param needsInputGrad - For every argument of forward, whether it needs a gradient.
   */
  constructor(
    readonly name: string,
    /** For every argument of forward, whether it needs a gradient. */
    readonly needsInputGrad: readonly boolean[],
  ) {}

  /**
   * Saves inputs and outputs for backward. A write to them in between is an error there.
   *
   * @param tensors - What to save; null stays null.
   * @throws ArgumentError if one is neither a tensor nor null.
   */
  saveForBackward(...tensors: (Tensor | null)[]): void {
    this.#saving = this.#checked('saveForBackward', tensors, true);
  }

  /** The tensors that saveForBackward was given. */
  get savedTensors(): (Tensor | null)[] {
    const node = this.#node;
    if (node === null) throw new GradientError(`${this.name}: expected a recorded call, got one without a graph: it has no savedTensors`);
    return this.#kept.map((place) => (place === null ? null : node.unpack(place)));
  }

  /**
   * Declares which inputs forward wrote to. It has to return them.
   *
   * @param tensors - These inputs.
   */
  markDirty(...tensors: Tensor[]): void {
    for (const t of this.#checked('markDirty', tensors)) this.dirty.add(t as Tensor);
  }

  /**
   * Declares which outputs have no gradient.
   *
   * @param tensors - These outputs.
   */
  markNonDifferentiable(...tensors: Tensor[]): void {
    for (const t of this.#checked('markNonDifferentiable', tensors)) this.nonDifferentiable.add(t as Tensor);
  }

  /**
   * Whether backward gets zeros (the default) or null for outputs that were not used.
   *
   * @param value - True for zeros.
   * @throws ArgumentError if it is no boolean.
   */
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

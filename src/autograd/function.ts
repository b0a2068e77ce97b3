// gt.autograd.Function: an op whose backward the user writes. It is recorded as one node, by the tape's own means.

import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import { zeroFill } from '../tensor/fill.js';
import { baseOf, creationAt, leafGradOf, outNrOf, setBase, setCreation, setLeafGrad, setNode, setOutNr, setViewVersion, storageOf } from '../tensor/inner.js';
import { checkRecordable, rebase } from '../tensor/inplace.js';
import { Creation, edgeOf, type Meta, Node, noGrad, requires } from '../tensor/node.js';
import { type JointVjp, needsGrad, type Op } from '../tensor/op.js';
import { Owner, setArena } from '../tensor/storage.js';
import { alias, empty, Tensor } from '../tensor/tensor.js';
import { Context, forget, keep } from './context.js';

/** What forward may return: tensors, and anything else, which passes through. */
type Returned = unknown;

/**
 * An op with a backward of your own. Subclass it with static forward(ctx, ...args) and static
 * backward(ctx, ...gradOutputs), and call `apply`. Backward returns one gradient (or null) for each
 * argument of forward. It can be differentiated again if it is made of differentiable ops.
 *
 * @example
 * class Cube extends gt.autograd.Function {
 *   static override forward(ctx: gt.autograd.Context, x: gt.Tensor) {
 *     ctx.saveForBackward(x);
 *     return x.pow(3);
 *   }
 *   static override backward(ctx: gt.autograd.Context, dy: gt.Tensor) {
 *     return ctx.savedTensors[0]!.square().mul(3).mul(dy);
 *   }
 * }
 * const x = gt.tensor([2], { requiresGrad: true });
 * Cube.apply(x).sum().backward();
 * x.grad; // [12]
 * @see PyTorch `torch.autograd.Function`
 */
export abstract class AutogradFunction {
  // biome-ignore-start lint/suspicious/noExplicitAny: every Function has arguments and results of its own.
  // biome-ignore-start lint/complexity/noThisInStatic: the subclass that was called.
  /**
   * Computes the outputs; runs unrecorded. Override it.
   *
   * @param _ctx - What backward gets too.
   * @param _args - What `apply` got.
   * @returns A tensor, an array with tensors, or any value, which passes through.
   * @throws GradientError unless overridden.
   */
  static forward(_ctx: Context, ..._args: any[]): any {
    throw new GradientError(`${this.name}: You must implement the forward function for custom autograd.Function`);
  }

  /**
   * Computes the gradients of the arguments. Override it.
   *
   * @param _ctx - What forward left.
   * @param _gradOutputs - One gradient for each output.
   * @returns One gradient or null for each argument of forward.
   * @throws GradientError unless overridden.
   */
  static backward(_ctx: Context, ..._gradOutputs: any[]): any {
    throw new GradientError(`${this.name}: You must implement the backward method for your custom autograd.Function to use it with backward mode AD`);
  }

  /**
   * Runs forward, and records it as one node if an argument requires grad.
   *
   * @param args - The arguments of forward.
   * @returns What forward returns.
   * @throws GradientError if an input marked dirty is not returned.
   */
  static apply(...args: any[]): any {
    return applyFunction(this, args);
  }
  // biome-ignore-end lint/complexity/noThisInStatic: see above.
  // biome-ignore-end lint/suspicious/noExplicitAny: see above.
}

/** The op that stands for a Function on the tape. */
const opOf = (fn: typeof AutogradFunction): Op<undefined> => ({
  name: fn.name,
  nodeName: `${fn.name}Backward`,
  forward: ([x]) => x,
  joint: (dys, node, needs) => backwardOf(fn, dys, node, needs),
});

class FunctionNode extends Node {
  constructor(
    /** What forward told backward. */
    readonly context: Context,
    op: Op<undefined>,
    edges: readonly { readonly node: Node | null; readonly nr: number }[],
    first: Meta,
    outputs: readonly Meta[] | null,
  ) {
    const nrs = edges.some(({ nr }) => nr !== 0) ? edges.map(({ nr }) => nr) : null;
    super(
      op,
      edges.map(({ node }) => node),
      nrs,
      undefined,
      first.shape,
      first.dt,
      outputs,
    );
  }
}

const zerosOf = ({ shape, dt }: Meta): Tensor => {
  const zeros = empty(shape, dt);
  zeroFill(zeros);
  return zeros;
};

/** The user's backward: its gradients and whatever it makes are not the engine's to give back. */
function backwardOf(fn: typeof AutogradFunction, dys: readonly (Tensor | null)[], node: Node, needs: (i: number) => boolean): ReturnType<JointVjp> {
  const ctx = (node as FunctionNode).context;
  const arena = setArena(null);
  try {
    const grads = ctx.tensorOutputs.map((isTensor, nr) => dys[nr] ?? (isTensor && ctx.materializeGrads ? zerosOf(node.meta(nr)) : null));
    for (const grad of grads) if (grad !== null) storageOf(grad).owner = Owner.None;
    const result: Returned = fn.backward(ctx, ...grads);
    const list: readonly unknown[] = Array.isArray(result) ? result : [result];
    return gradientsFor(node.name, list, ctx).map((grad, i) => (needs(i) ? grad : null));
  } finally {
    setArena(arena);
  }
}

/** Checks what backward returned, and picks the gradients of the tensors among the arguments. */
function gradientsFor(name: string, returned: readonly unknown[], ctx: Context): (Tensor | null)[] {
  const count = ctx.needsInputGrad.length;
  const extra = returned.slice(count).some((grad) => grad !== null && grad !== undefined);
  if (returned.length < count || extra) {
    throw new GradientError(`${name}: returned an incorrect number of gradients (expected ${count}, got ${returned.length})`);
  }
  for (let i = 0; i < count; i++) {
    const grad = returned[i] ?? null;
    if (grad !== null && !(grad instanceof Tensor)) fail(ArgumentError, name, `a tensor or null as gradient ${i}`, show(grad));
    if (grad !== null && !ctx.places.includes(i)) {
      throw new GradientError(`${name}: returned a gradient different than null at position ${i + 1}, but the corresponding forward input was not a tensor`);
    }
  }
  return ctx.places.map((place) => (returned[place] ?? null) as Tensor | null);
}

function applyFunction(fn: typeof AutogradFunction, args: readonly unknown[]): Returned {
  const tensors = args.filter((arg): arg is Tensor => arg instanceof Tensor);
  const ctx = new Context(
    fn.name,
    args.map((arg) => arg instanceof Tensor && requires(arg)),
  );
  const recorded = needsGrad(tensors) !== 0;
  // As they are before forward writes to any of them.
  const edges = new Map(recorded ? tensors.map((t) => [t, { node: edgeOf(t), nr: leafGradOf(t) ? 0 : outNrOf(t), creation: creationAt(t) }]) : []);
  const result: Returned = noGrad(() => fn.forward(ctx, ...args));
  const outputs: readonly unknown[] = Array.isArray(result) ? result : [result];
  const { dirty } = ctx;
  for (const t of dirty) {
    if (!outputs.includes(t)) {
      throw new GradientError(
        `${fn.name}: Some elements marked as dirty during the forward method were not returned as output; the inputs that are modified inplace must all be outputs of the Function`,
      );
    }
    if (recorded) checkRecordable(fn.name, t);
  }
  const first = outputs.find((y): y is Tensor => y instanceof Tensor);
  if (!recorded || first === undefined) {
    forget(ctx);
    return Array.isArray(result) ? outputs.map((y) => detachedIfInput(y, tensors, dirty)) : detachedIfInput(result, tensors, dirty);
  }

  // A view that is written to is input 0 of the node that wrote.
  const written = [...dirty].find((t) => baseOf(t) !== null);
  if (written !== undefined && outputs.length > 1) {
    throw new GradientError(`${fn.name}: expected one output where an input that is a view is marked dirty, got ${outputs.length}: clone() the view first`);
  }
  ctx.places = [...args.keys()].filter((i) => args[i] instanceof Tensor).sort((a, b) => Number(args[b] === written) - Number(args[a] === written));
  ctx.tensorOutputs = outputs.map((y) => y instanceof Tensor);
  const inputs = ctx.places.map((place) => edges.get(args[place] as Tensor)!);
  const metas =
    outputs.length > 1 ? outputs.map((y): Meta => ({ shape: (y instanceof Tensor ? y : first).shape, dt: (y instanceof Tensor ? y : first).dt })) : null;
  const node = new FunctionNode(ctx, opOf(fn), inputs, first, metas);
  const differentiable = (y: unknown): y is Tensor => y instanceof Tensor && y.dt.category === 2 && !ctx.nonDifferentiable.has(y);
  const creation = outputs.filter(differentiable).length > 1 ? Creation.MultiOutput : Creation.CustomFunction;
  const placed = outputs.map((y, nr) => {
    if (!differentiable(y)) return detachedIfInput(y, tensors, dirty);
    if (dirty.has(y)) {
      setCreation(y, edges.get(y)?.creation ?? Creation.Default);
      rebase(y, node, nr);
      return y;
    }
    const output = tensors.includes(y) ? viewAsItself(y) : y;
    setNode(output, node);
    setOutNr(output, nr);
    setLeafGrad(output, false);
    setViewVersion(output, storageOf(output).version);
    if (baseOf(output) !== null) setCreation(output, creation);
    return output;
  });
  // An input that is returned as it is was saved as the input; an output has its history by now.
  keep(ctx, node);
  return Array.isArray(result) ? placed : placed[0];
}

function viewAsItself(x: Tensor): Tensor {
  const y = alias(x, x.shape, x.strides, x.offset);
  setBase(y, baseOf(x) ?? x);
  return y;
}

/** An output without a gradient has no history either; an input keeps its own, and is returned as an alias. */
function detachedIfInput(y: unknown, inputs: readonly Tensor[], dirty: ReadonlySet<Tensor>): unknown {
  if (!(y instanceof Tensor) || dirty.has(y) || !requires(y)) return y;
  if (inputs.includes(y)) return alias(y, y.shape, y.strides, y.offset);
  if (baseOf(y) === null) {
    setNode(y, null);
    setOutNr(y, 0);
  }
  return y;
}

/**
 * Wraps a backward so that it runs unrecorded. Whoever differentiates its result gets an error, not
 * a wrong gradient.
 *
 * @param backward - The backward of a `Function`.
 * @returns A backward with the same arguments and result.
 * @example
 * class Double extends gt.autograd.Function {
 *   static override forward = (_ctx: gt.autograd.Context, x: gt.Tensor) => x.mul(2);
 *   static override backward = gt.autograd.onceDifferentiable((_ctx, dy: gt.Tensor) => dy.mul(2));
 * }
 * const x = gt.tensor([1], { requiresGrad: true });
 * Double.apply(x).sum().backward();
 * x.grad; // [2]
 * @see PyTorch `torch.autograd.function.once_differentiable`
 */
export function onceDifferentiable<A extends unknown[], R>(backward: (ctx: Context, ...gradOutputs: A) => R): (ctx: Context, ...gradOutputs: A) => R {
  return function once(this: unknown, ctx, ...gradOutputs) {
    const result = noGrad(() => backward.call(this, ctx, ...gradOutputs));
    const sources = gradOutputs.filter((grad): grad is A[number] & Tensor => grad instanceof Tensor);
    if (needsGrad(sources) === 0) return result;
    const barred = (grad: unknown): unknown => (grad instanceof Tensor && grad.dt.category === 2 ? Barrier.apply(grad, ...sources) : grad);
    return (Array.isArray(result) ? result.map(barred) : barred(result)) as R;
  };
}

/** A gradient that looks differentiable, so that whoever differentiates it is told. */
class Barrier extends AutogradFunction {
  static override forward(_ctx: Context, grad: Tensor): Tensor {
    return alias(grad, grad.shape, grad.strides, grad.offset);
  }
  static override backward(): never {
    throw new GradientError('onceDifferentiable: trying to differentiate twice a function that was marked with onceDifferentiable');
  }
}

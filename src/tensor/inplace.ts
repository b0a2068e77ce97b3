// In-place ops: what may be written to, and how the history of a tensor, and of the tensor it is a view of, goes on after the write.

import { promote } from '../core/dtype.js';
import { DTypeError, GradientError, ShapeError } from '../core/errors.js';
import { expandsTo, isDense, overlapsItself, showShape } from '../core/shape.js';
import { zeroFill } from './fill.js';
import { gradientsOf } from './gradients.js';
import { baseOf, creationAt, leafGradOf, nodeOf, outNrOf, setNode, setOutNr, shapeOf, storageOf, stridesOf } from './inner.js';
import { layoutOf, type Window } from './layout.js';
import { Creation, creationOf, edgeOf, historyOf, moveRetained, Node, requires } from './node.js';
import { apply, defineOp, makeNode, needsGrad, type Op, savedBits, saveOutput } from './op.js';
import { isInferenceModeEnabled } from './storage.js';
import { copyInto, empty, type Tensor } from './tensor.js';
import { window, windowSet } from './window.js';

/** Throws unless PyTorch would let `x` be written to by an op on `inputs`; gives the bits of those that need a gradient. `constant`: the same value goes everywhere. */
export function checkWritable(op: string, x: Tensor, inputs: readonly Tensor[] = [x], constant = false): number {
  if (storageOf(x).inference && !isInferenceModeEnabled()) {
    throw new GradientError(
      `${op}: Inplace update to inference tensor outside InferenceMode is not allowed. You can make a clone to get a normal tensor before doing inplace update`,
    );
  }
  const needs = x.dt.category === 2 ? needsGrad(inputs) : 0;
  if (needs !== 0) checkRecordable(op, x);
  if (!constant && !x.packed && overlapsItself(shapeOf(x), stridesOf(x))) {
    throw new ShapeError(
      `${op}: unsupported operation: more than one element of the written-to tensor of shape ${showShape(shapeOf(x))} and strides ${showShape(stridesOf(x))} refers to a single memory location; clone() it first`,
    );
  }
  return needs;
}

/** Throws when a write that will be recorded goes to a leaf, or through a view that PyTorch does not let be written through. */
export function checkRecordable(op: string, x: Tensor): void {
  if (creationAt(x) === Creation.MultiOutput) {
    throw new GradientError(
      `${op}: output of a function that returns multiple views is being modified inplace; such functions do not allow the output views to be modified inplace: clone() it first`,
    );
  }
  if (creationAt(x) === Creation.NoGrad || creationAt(x) === Creation.Inference) {
    throw new GradientError(`${op}: ${creationOf(x)} and is being modified inplace with grad mode enabled; make the view outside of it`);
  }
  if (creationAt(x) === Creation.CustomFunction) {
    throw new GradientError(
      `${op}: ${creationOf(x)} and is being modified inplace: the write would override the custom backward; clone() the output of the Function`,
    );
  }
  if (!requires(x)) return;
  const base = baseOf(x);
  if (base === null && leafGradOf(x)) throw new GradientError(`${op}: a leaf Variable that requires grad is being used in an in-place operation`);
  if (base !== null && nodeOf(base) === null)
    throw new GradientError(`${op}: a view of a leaf Variable that requires grad is being used in an in-place operation`);
}

/** Checks that the result of an op fits into the tensor it is to be written to. */
export function checkResult(op: string, x: Tensor, shape: readonly number[], dt: Tensor['dt']): void {
  if (!(expandsTo(shape, shapeOf(x)) && shape.length <= x.ndim)) {
    throw new ShapeError(
      `${op}: expected a result of the output's shape, got output with shape ${showShape(shapeOf(x))} that doesn't match the broadcast shape ${showShape(shape)}`,
    );
  }
  if (promote(dt, x.dt).category > x.dt.category) {
    throw new DTypeError(
      `${op}: expected a result that the output's dtype can hold, got result type ${dt.name} that can't be cast to the desired output type ${x.dt.name}`,
    );
  }
}

/** The input as it can be read while `x` is written: a copy where the two share memory without being the same elements. PyTorch refuses plain partial overlaps. */
export function readable(op: string, x: Tensor, input: Tensor): Tensor {
  if (input === x || storageOf(input) !== storageOf(x)) return input;
  if (input.offset === x.offset && rowsOf(input) === rowsOf(x)) return input;
  const [a0, a1] = rangeOf(x);
  const [b0, b1] = rangeOf(input);
  if (a1 < b0 || b1 < a0) return input;
  if (isDense(shapeOf(x), stridesOf(x)) && isDense(shapeOf(input), stridesOf(input))) {
    throw new ShapeError(
      `${op}: unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location; clone() the tensor before performing the operation`,
    );
  }
  return copyOf(input);
}

/** Sizes and strides as one word; strides of dims of size 1 do not matter. */
const rowsOf = (t: Tensor): string =>
  shapeOf(t)
    .map((size, d) => (size === 1 ? '1' : `${size}:${stridesOf(t)[d]}`))
    .join();

function rangeOf(t: Tensor): [number, number] {
  let low = t.offset;
  let high = t.offset;
  stridesOf(t).forEach((stride, d) => {
    if (stride < 0) low += stride * (shapeOf(t)[d] - 1);
    else high += stride * (shapeOf(t)[d] - 1);
  });
  return [low, high];
}

const copyOf = (t: Tensor): Tensor => {
  const packed = empty(shapeOf(t), t.dt);
  copyInto(packed, t);
  return packed;
};

/** What the tensor is before it is written to, in memory of its own, with the history it has. */
function valueBefore(x: Tensor): Tensor {
  const value = copyOf(x);
  setNode(value, historyOf(x));
  setOutNr(value, outNrOf(x));
  return value;
}

/** The history of a base of which a view was written to: outside the view the gradient passes, inside it goes through the op that wrote. */
const copySlices = defineOp<Window>({
  name: 'copySlices',
  nodeName: 'CopySlices',
  forward: ([x]) => x,
  joint: ([dy], node, needs) => {
    const slice = node.args as Window;
    const inner = gradientsOf((node as CopySlices).written ?? node.failFreed(), [apply(window, [dy!], slice)], needs);
    if (!needs(0)) return inner;
    let written = inner[0];
    if (written === null || written === undefined) {
      written = empty(slice.view.shape, dy!.dt);
      zeroFill(written);
    }
    return [apply(windowSet, [dy!, written], slice), ...inner.slice(1)];
  },
});

class CopySlices extends Node {
  constructor(
    /** The node of the op that wrote, with the view as its input 0; null once the graph was freed. */
    public written: Node | null,
    inputs: readonly (Node | null)[],
    nrs: readonly number[] | null,
    slice: Window,
    base: Tensor,
  ) {
    super(copySlices, inputs, nrs, slice, shapeOf(base), base.dt);
  }
  override free(): void {
    super.free();
    this.written = null;
  }
}

/** Runs an op with `inputs[0]` as its output too, and lets histories go on. The tensor is unchanged if the op's checks throw. */
export function applyInPlace<A>(op: Op<A>, inputs: readonly Tensor[], args: A): Tensor {
  const x = inputs[0];
  const needs = checkWritable(`${op.name}_`, x, inputs, op.constant);
  const values = needs !== 0 && savedBits(op, needs, args) & 1 ? [valueBefore(x), ...inputs.slice(1)] : inputs;
  const node = needs !== 0 ? makeNode(op, inputs, args, needs, x, null, values) : null;
  op.forward(inputs, args, x);
  storageOf(x).version++;
  if (node === null) return x;
  rebase(x, node);
  saveOutput(node, op, x, needs);
  return x;
}

/** After a write: `x` is now output `nr` of the node that wrote; if x is a view, its base goes on through that node, whose input 0 is x as it was. */
export function rebase(x: Tensor, node: Node, nr = 0): void {
  const base = baseOf(x);
  if (base === null) {
    setNode(x, node);
    setOutNr(x, nr);
    moveRetained(x, node);
    return;
  }
  const nrs = node.nrs === null && outNrOf(base) === 0 ? null : [outNrOf(base), ...(node.nrs ?? new Array(node.inputs.length).fill(0)).slice(1)];
  const window = { base: layoutOf(base), view: layoutOf(x) };
  setNode(base, new CopySlices(node, [edgeOf(base), ...node.inputs.slice(1)], nrs, window, base));
  setOutNr(base, 0);
}

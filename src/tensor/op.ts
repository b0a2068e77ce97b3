// defineOp: what an op is (forward, what it saves, its vector-Jacobian products) and how one runs: compute, then record if anybody wants the gradient.

import { anomalyMode, sawOutput } from './anomaly.js';
import { baseOf, creationAt, outNrOf, setBase, setCreation, setNode, setOutNr, setViewVersion, shapeOf, storageOf } from './inner.js';
import { Creation, edgeOf, isRecording, type Meta, Node, OUT, requires } from './node.js';
import { isInferenceModeEnabled } from './storage.js';
import type { Tensor } from './tensor.js';

/** The gradient of one input from that of the output; null or undefined means zero. Written with differentiable ops, so that it can be differentiated again. */
export type Vjp = (dy: Tensor, node: Node) => Tensor | null | undefined;

/** The gradients of all inputs at once, from those of all outputs (null where no gradient came in); `needs(i)` tells which are wanted. */
export type JointVjp = (dys: readonly (Tensor | null)[], node: Node, needs: (i: number) => boolean) => readonly (Tensor | null | undefined)[];

// biome-ignore lint/suspicious/noExplicitAny: each op types its own arguments; the tape only carries them.
type Args = any;

export interface OpDefinition<A = Args> {
  readonly name: string;
  /**
   * Checks the inputs, allocates and runs kernels; nothing is recorded inside. `out` is given for the in-place form: write there.
   * Several outputs come back as an array. `args` is plain data that nobody changes: a tensor that backward needs is an input or an output that is saved.
   */
  readonly forward: (inputs: readonly Tensor[], args: A, out?: Tensor) => Tensor | Tensor[];
  /** Bits of the inputs to keep for backward (1 << i) and OUT (all outputs), or a function of the bits of the inputs that need a gradient. */
  readonly saves?: number | ((needs: number, args: A) => number);
  /** One rule per input, or a joint one. An op without is not differentiable. */
  readonly vjp?: readonly (Vjp | null)[];
  readonly joint?: JointVjp;
  /** The output shares the input's storage. */
  readonly view?: boolean;
  /** The in-place form may be given a tensor whose elements share memory: it writes one value everywhere. */
  readonly constant?: boolean;
  /** Outputs, by place, that carry no gradient (indices). */
  readonly nondifferentiable?: readonly number[];
  /** Of several outputs, the places of those that OUT keeps, if not of all. */
  readonly keeps?: readonly number[];
  /** Overrides PyTorch's usual name of the node. */
  readonly nodeName?: string;
}

export interface Op<A = Args> extends OpDefinition<A> {
  readonly nodeName: string;
}

/** Every op that was defined, for the suite's completeness check and for docs. */
export const registry = new Map<string, Op>();

export function defineOp<A = undefined>(definition: OpDefinition<A>): Op<A> {
  const { name } = definition;
  const op: Op<A> = { nodeName: `${name[0].toUpperCase()}${name.slice(1)}Backward0`, ...definition };
  registry.set(name, op as Op);
  return op;
}

/** Bits of the inputs that need a gradient. Inputs past the 30th count as all of them: only lists are that long, and they have one rule. */
function needsOf(inputs: readonly Tensor[]): number {
  let needs = 0;
  for (let i = 0; i < inputs.length; i++) {
    const t = inputs[i];
    if (requires(t)) needs |= i < 30 ? 1 << i : (1 << 30) - 1;
  }
  return needs;
}

/** The node of an op on `inputs`, with the inputs it saves; `values` are what it computes from, where an input will not stay what it is. */
export function makeNode<A>(
  op: Op<A>,
  inputs: readonly Tensor[],
  args: A,
  needs: number,
  y: Tensor,
  outputs: readonly Meta[] | null = null,
  values = inputs,
): Node {
  const edges = new Array<Node | null>(inputs.length);
  let nrs: number[] | null = null;
  for (let i = 0; i < inputs.length; i++) {
    const t = inputs[i];
    edges[i] = edgeOf(t);
    if (outNrOf(t) !== 0 && edges[i] !== null) {
      nrs ??= new Array(inputs.length).fill(0);
      nrs[i] = outNrOf(t);
    }
  }
  const node = new Node(op, edges, nrs, args, shapeOf(y), y.dt, outputs);
  const bits = savedBits(op, needs, args);
  if (bits !== 0) for (let i = 0; i < inputs.length; i++) if (bits & (1 << i)) node.save(i, values[i]);
  return node;
}

/** What an op keeps for backward: bits of its inputs, and OUT. */
export const savedBits = <A>(op: Op<A>, needs: number, args: A): number => (typeof op.saves === 'function' ? op.saves(needs, args) : (op.saves ?? 0));

/** Keeps the output for backward if the op asks for it. In-place ops call this after the write. */
export function saveOutput<A>(node: Node, op: Op<A>, y: Tensor, needs: number): void {
  if (savedBits(op, needs, node.args as A) & OUT) node.save(node.inputs.length, y, true);
}

/** Runs an op with one output. */
export function apply<A>(op: Op<A>, inputs: readonly Tensor[], args: A): Tensor {
  const y = op.forward(inputs, args) as Tensor;
  const needs = isRecording() ? needsOf(inputs) : 0;
  if (needs !== 0 && y.dt.category === 2 && (op.vjp !== undefined || op.joint !== undefined)) {
    const node = makeNode(op, inputs, args, needs, y);
    saveOutput(node, op, y, needs);
    setNode(y, node);
    if (anomalyMode() !== null) sawOutput(node, inputs, [y]);
  }
  if (op.view) becomeView(y, inputs[0], Creation.Default);
  return y;
}

/** Runs an op with several outputs. */
export function applyMulti<A>(op: Op<A>, inputs: readonly Tensor[], args: A): Tensor[] {
  const ys = op.forward(inputs, args) as Tensor[];
  const needs = isRecording() ? needsOf(inputs) : 0;
  if (needs !== 0) {
    const node = makeNode(
      op,
      inputs,
      args,
      needs,
      ys[0],
      ys.map((y) => ({ shape: shapeOf(y), dt: y.dt })),
    );
    ys.forEach((y, nr) => {
      if (op.nondifferentiable?.includes(nr) || y.dt.category !== 2) return;
      setNode(y, node);
      setOutNr(y, nr);
    });
    if (savedBits(op, needs, args) & OUT) for (const nr of op.keeps ?? ys.keys()) node.save(inputs.length + nr, ys[nr]);
    if (anomalyMode() !== null) sawOutput(node, inputs, ys);
  }
  if (op.view) for (const y of ys) becomeView(y, inputs[0], Creation.MultiOutput);
  return ys;
}

/** A view remembers the tensor at the bottom, so that in-place writes through either reach the other's history. */
function becomeView(y: Tensor, x: Tensor, creation: Creation): void {
  setBase(y, baseOf(x) ?? x);
  setViewVersion(y, storageOf(y).version);
  // The strictest restriction of the whole chain holds.
  setCreation(y, isInferenceModeEnabled() ? Creation.Inference : !isRecording() ? Creation.NoGrad : creation !== Creation.Default ? creation : creationAt(x));
}

/** Whether any gradient would flow into these inputs. */
export const needsGrad = (inputs: readonly Tensor[]): number => (isRecording() ? needsOf(inputs) : 0);

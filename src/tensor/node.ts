// The tape: a node for every recorded op, with edges to the nodes that made its inputs. Also whether recording is on.

import type { DTypeInfo } from '../core/dtype.js';
import { ArgumentError, fail, GradientError } from '../core/errors.js';
import { type Shape, showShape } from '../core/shape.js';
import { anomalyMode, remember } from './anomaly.js';
import {
  accumulatorOf,
  baseOf,
  creationAt,
  leafGradOf,
  nodeOf,
  outNrOf,
  setAccumulator,
  setNode,
  setOutNr,
  setViewVersion,
  shapeOf,
  storageOf,
  viewVersionOf,
} from './inner.js';
import { layoutOf, type Window } from './layout.js';
import type { Op } from './op.js';
import { isInferenceModeEnabled, setInferring } from './storage.js';
import type { Hook, HookHandle, Tensor } from './tensor.js';

/** The bit of `saves` that stands for the output; bit i stands for input i. */
export const OUT = 1 << 30;

/** What the gradient of a node's output must look like. */
export interface Meta {
  readonly shape: Shape;
  readonly dt: DTypeInfo;
}

let sequence = 0;
type Saved = number | Tensor | (() => Tensor);
const nothing: readonly Saved[] = [];

/** Takes a tensor that is being saved, with its place in the graph, and gives what brings it back. */
export type Packer = (t: Tensor, edge: Node | null, nr: number) => () => Tensor;
let packer: Packer | null = null;

/** Who packs what nodes save from now on; null: they keep the tensors themselves. */
export function setPacker(next: Packer | null): Packer | null {
  const before = packer;
  packer = next;
  return before;
}

/** How a view came to be, which decides whether it may be written to: PyTorch's creation_meta. */
export enum Creation {
  Default = 0,
  /** One of several views that one function returned (split, chunk). */
  MultiOutput = 1,
  NoGrad = 2,
  /** Made in inference mode, of a tensor that was not. */
  Inference = 3,
  /** Returned by a user's Function, whose backward a write through it would bypass. */
  CustomFunction = 4,
}

/** What runs when the gradient of output `nr` is known. retainGrad is one that belongs to a tensor, and moves with it. */
export interface HookEntry {
  readonly nr: number;
  readonly hook: Hook;
  readonly retains?: Tensor;
}

export type Gradients = readonly (Tensor | null)[];
/** A hook of a node, before it runs or after: what it returns takes the place of the gradients that go in, or of those that come out. */
export interface NodeHook {
  readonly when: 'before' | 'after';
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing.
  readonly call: (grads: Gradients, gradOutputs: Gradients) => Gradients | null | undefined | void;
}

export class Node {
  /** Grows with every node, so that walking by falling sequence number meets a node after all that use it. */
  readonly seq = sequence++;
  /** What was saved: place (an input's, or one past the last for the output), tensor and its version, for each. */
  saved: readonly Saved[] = nothing;
  /** In the order they were registered; the list is replaced, never changed, so that a hook may add and remove some. */
  hooks: readonly (HookEntry | NodeHook)[] | null = null;
  /** The backward pass that last visited the node, and its place in it. */
  mark = 0;
  slot = 0;

  constructor(
    readonly op: Op,
    readonly inputs: readonly (Node | null)[],
    /** Which output of the input's node each edge means; null: all are output 0. */
    readonly nrs: readonly number[] | null,
    /** What the op was called with besides tensors: plain data that nobody changes, and no tensor, which backward could not tell had been written to. */
    readonly args: unknown,
    // Of the output, or of the first of several. The output itself is not kept: it lives as long as somebody else needs it.
    readonly shape: Shape,
    readonly dt: DTypeInfo,
    readonly outputs: readonly Meta[] | null = null,
  ) {
    if (anomalyMode() !== null) remember(this);
  }

  /** What the gradient of an output must look like. */
  meta(nr: number): Meta {
    return this.outputs === null ? this : this.outputs[nr];
  }
  /** What the gradient of an input must look like. */
  inputMeta(i: number): Meta {
    return this.inputs[i]!.meta(this.nrs === null ? 0 : this.nrs[i]);
  }

  /** PyTorch's name: mul is MulBackward0. */
  get name(): string {
    return this.op.nodeName;
  }
  get nextFunctions(): [Node | null, number][] {
    return this.inputs.map((node, i) => [node, this.nrs?.[i] ?? 0]);
  }

  /** Keeps a tensor for backward; `own`: it is about to become this node's output. */
  save(place: number, t: Tensor, own = false): void {
    const { version, inference } = storageOf(t);
    if (inference) {
      throw new GradientError(
        `${this.name}: Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor and use it in autograd`,
      );
    }
    const kept = packer === null ? t : packer(t, own ? this : edgeOf(t), own ? 0 : outNrOf(t));
    this.saved = this.saved.length === 0 ? [place, kept, version] : [...this.saved, place, kept, version];
  }

  /** Saved input i. */
  x(i: number): Tensor {
    return this.unpack(i);
  }
  /** The saved output. */
  get y(): Tensor {
    return this.unpack(this.inputs.length);
  }

  unpack(place: number): Tensor {
    const { saved } = this;
    let i = 0;
    while (i < saved.length && saved[i] !== place) i += 3;
    if (i >= saved.length) this.failFreed();
    const kept = saved[i + 1];
    if (typeof kept === 'function') return kept();
    const t = kept as Tensor;
    const expected = saved[i + 2];
    if (storageOf(t).version !== expected) {
      throw new GradientError(
        `${this.name}: one of the variables needed for gradient computation has been modified by an inplace operation: ${t.dtype} tensor of shape ${showShape(shapeOf(t))} is at version ${storageOf(t).version}; expected version ${expected} instead`,
      );
    }
    return t;
  }

  /** Drops what was saved. Freed nodes keep their edges, so that the graph can still be looked at. */
  free(): void {
    this.saved = nothing;
  }
  failFreed(): never {
    throw new GradientError(
      `${this.name}: trying to backward through the graph a second time (or to use saved tensors after they have been freed). Specify retainGraph: true to backward through the graph more than once`,
    );
  }

  /** Calls `hook` with the gradients of the node's inputs and of its outputs, after each time it runs in backward; what it returns takes the place of the former. */
  registerHook(hook: (gradInputs: Gradients, gradOutputs: Gradients) => ReturnType<NodeHook['call']>): HookHandle {
    return this.#register('registerHook', hook, 'after');
  }
  /** Calls `hook` with the gradients of the node's outputs before it runs; what it returns takes their place. */
  registerPrehook(hook: (gradOutputs: Gradients) => ReturnType<NodeHook['call']>): HookHandle {
    return this.#register('registerPrehook', hook, 'before');
  }
  #register(name: string, call: NodeHook['call'], when: NodeHook['when']): HookHandle {
    if (typeof call !== 'function') fail(ArgumentError, name, 'a function', typeof call);
    const entry: NodeHook = { when, call };
    this.addHook(entry);
    return { remove: () => this.removeHook(entry) };
  }

  addHook(entry: HookEntry | NodeHook): void {
    this.hooks = [...(this.hooks ?? []), entry];
  }
  removeHook(entry: HookEntry | NodeHook): void {
    const rest = this.hooks?.filter((other) => other !== entry) ?? [];
    this.hooks = rest.length === 0 ? null : rest;
  }
}

/** The end of the graph at a leaf: adds up its gradient. */
export class AccumulateGrad extends Node {
  constructor(readonly variable: Tensor) {
    super(accumulate, oneNull, null, undefined, shapeOf(variable), variable.dt);
  }
}

// Whether ops are recorded -----------------------------------------------------------------------------------------------------------------------------

let recording = true;

/** Whether ops are recorded for backward. */
export const isGradEnabled = (): boolean => recording;

/** Switches recording on or off for all that follows. */
export function setGradEnabled(on: boolean): void {
  if (typeof on !== 'boolean') fail(ArgumentError, 'setGradEnabled', 'true or false', String(on));
  recording = on;
}

/** Whether a node is made for what runs now: inference mode outdoes enableGrad. */
export const isRecording = (): boolean => recording && !isInferenceModeEnabled();

/** Runs `body` in a mode: `enter` switches it on and gives what switches it off again. */
export function within<T>(op: string, body: () => T, enter: () => () => void): T {
  if (typeof body !== 'function') fail(ArgumentError, op, 'a function to run', typeof body);
  const leave = enter();
  try {
    const result = body();
    if (result instanceof Promise) {
      result.catch(() => {});
      throw new ArgumentError(`${op}: expected a synchronous function, got an async one: what it awaits would run outside ${op}`);
    }
    return result;
  } finally {
    leave();
  }
}

/** Runs `body` with recording on or off. */
export const withGrad = <T>(on: boolean, body: () => T, op: string): T =>
  within(op, body, () => {
    const before = recording;
    recording = on;
    return () => {
      recording = before;
    };
  });

/** Runs `body` without recording. */
export const noGrad = <T>(body: () => T): T => withGrad(false, body, 'noGrad');
/** Runs `body` with recording on, inside noGrad too. */
export const enableGrad = <T>(body: () => T): T => withGrad(true, body, 'enableGrad');
/** Runs `body` without recording; what it makes can never become part of a graph, unless it is cloned. With `mode` false, leaves inference mode for a while. */
export const inferenceMode = <T>(body: () => T, mode = true): T =>
  within('inferenceMode', body, () => {
    if (typeof mode !== 'boolean') fail(ArgumentError, 'inferenceMode', 'mode to be true or false', String(mode));
    const [before, inferring] = [recording, setInferring(mode)];
    recording = !mode;
    return () => {
      recording = before;
      setInferring(inferring);
    };
  });

// Where a tensor's gradient goes --------------------------------------------------------------------------------------------------------------------------

let accumulate: Op;
let viewOf: Op<Window>;

/** The two ops that the tape itself makes nodes of; set by their files, which import this one. */
export function installTapeOps(ops: { accumulate?: Op; viewOf?: Op<Window> }): void {
  accumulate = ops.accumulate ?? accumulate;
  viewOf = ops.viewOf ?? viewOf;
}

const oneNull: readonly null[] = [];

/** Whether ops on the tensor are recorded. A view of a tensor that requires grad does too, even one made in noGrad, which has no history of its own. */
export function requires(t: Tensor): boolean {
  if (leafGradOf(t) || nodeOf(t) !== null) return true;
  const base = baseOf(t);
  return base !== null && (leafGradOf(base) || nodeOf(base) !== null);
}

/** The node that made a tensor, null for a leaf. Views follow in-place writes to their base. */
export function historyOf(t: Tensor): Node | null {
  const base = baseOf(t);
  if (base !== null && viewVersionOf(t) !== storageOf(t).version) refreshView(t, base);
  return nodeOf(t);
}

/** The node that a tensor's gradient goes to: the one that made it, the accumulator of a leaf that requires grad, or null. */
export function edgeOf(t: Tensor): Node | null {
  const node = historyOf(t);
  if (node !== null) return node;
  if (!leafGradOf(t)) return null;
  let accumulator = accumulatorOf(t);
  if (accumulator === null) {
    accumulator = new AccumulateGrad(t);
    setAccumulator(t, accumulator);
  }
  return accumulator;
}

const creations: Record<Creation, (t: Tensor) => string> = {
  [Creation.Default]: () => 'a view',
  [Creation.MultiOutput]: () => 'output of a function that returns multiple views',
  [Creation.NoGrad]: () => 'a view was created in noGrad mode',
  [Creation.Inference]: () => 'a view was created in inference mode',
  [Creation.CustomFunction]: (t) =>
    `output ${outNrOf(t)} of ${nodeOf(t)?.name} is a view that was created inside a custom Function (or because an input was returned as-is)`,
};
/** How a restricted view was made, for errors. */
export const creationOf = (t: Tensor): string => creations[creationAt(t)](t);

/** After an in-place write somewhere in the storage, a view's history is: a strided window on its base as it is now. */
function refreshView(t: Tensor, base: Tensor): void {
  if (nodeOf(t) === null && !requires(base)) return;
  if (creationAt(t) !== Creation.Default) {
    throw new GradientError(
      `view: expected a view that follows writes to its base, got one that cannot: ${creationOf(t)} and its base or another view of its base has been modified inplace`,
    );
  }
  const nrs = outNrOf(base) === 0 ? null : [outNrOf(base)];
  const node = new Node(viewOf, [edgeOf(base)], nrs, { base: layoutOf(base), view: layoutOf(t) }, shapeOf(t), t.dt);
  setNode(t, node);
  setOutNr(t, 0);
  setViewVersion(t, storageOf(t).version);
  moveRetained(t, node);
}

/** Where the hooks of retainGrad are. */
const retainedAt = new WeakMap<Tensor, Node>();
export const isRetained = (t: Tensor): boolean => retainedAt.has(t);

export function addRetained(t: Tensor, node: Node, hook: Hook): void {
  node.addHook({ nr: outNrOf(t), hook, retains: t });
  retainedAt.set(t, node);
}

/** retainGrad keeps the gradient of a tensor as it is now: it follows the tensor to the node of an in-place write. */
export function moveRetained(t: Tensor, to: Node): void {
  const from = retainedAt.get(t);
  const entry = from?.hooks?.find((hook): hook is HookEntry => 'nr' in hook && hook.retains === t);
  if (entry === undefined) return;
  from!.removeHook(entry);
  addRetained(t, to, entry.hook);
}

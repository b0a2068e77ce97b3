// The engine: the only code that walks the graph. Nodes are visited by falling sequence number, so that each runs after all that feed it; there is no recursion, whatever the depth.
//
// The engine, not the rules, undoes broadcasting, adds up, checks shapes and dtypes, and gives memory back. A gradient that a formula of this pass made, and that nobody else
// has seen (no hook, no .grad, no graph), ends when its last reader has run: `pins` counts the readers, `owner` says that the storage is the pass's own.

import { GradientError } from '../core/errors.js';
import { expandsTo, overlapsItself, sameShape, showShape } from '../core/shape.js';
import { deepenStack, heap, K } from '../kernels/load.js';
import { anomalyMode, checkNan, watch } from './anomaly.js';
import { gradientsOf } from './gradients.js';
import { after, called, checkReplaced } from './hooks.js';
import { gradientOf, setGradient, shapeOf, storageOf, stridesOf } from './inner.js';
import { collapse, dims, flat } from './loops.js';
import { type AccumulateGrad, installTapeOps, isGradEnabled, type Node, setGradEnabled } from './node.js';
import { defineOp, type Op } from './op.js';
import { Owner, type Storage, setArena } from './storage.js';
import { addressOf, contiguousCopy, copyInto, empty, type Tensor } from './tensor.js';

/** The ops that the engine itself uses; set by ops/, which import this room. */
export interface EngineOps {
  add(a: Tensor, b: Tensor): Tensor;
  sumTo(t: Tensor, shape: readonly number[]): Tensor;
  to(t: Tensor, dt: Tensor['dt']): Tensor;
  clone(t: Tensor): Tensor;
}
let ops: EngineOps;
export function installEngineOps(given: EngineOps): void {
  ops = given;
}

/** Where a gradient is wanted besides the leaves: output `nr` of a node. */
export interface Target {
  readonly node: Node;
  readonly nr: number;
}

export interface BackwardOptions {
  /** Keep what nodes saved, for another backward. */
  readonly keepGraph: boolean;
  /** Record the backward pass itself. */
  readonly createGraph: boolean;
  /** Catch the gradients here, and run only what they need. Without it, leaves accumulate. */
  readonly targets?: readonly Target[];
  /** With targets: run them too, so that leaves accumulate and hooks see what was retained, instead of catching (backward with inputs). */
  readonly accumulate?: boolean;
}

type Slot = Tensor | (Tensor | undefined)[] | undefined;

let passes = 0;
let depth = 0;
let everywhere = true;

/** Whether every backward that is under way goes to all leaves: those of a part that runs again are then right too. */
export const accumulatesEverywhere = (): boolean => everywhere;

/** What AccumulateGrad nodes are: the engine itself adds up, and only the name matters. */
const accumulate: Op<undefined> = defineOp({ name: 'accumulateGrad', nodeName: 'AccumulateGrad', forward: ([x]) => x, joint: () => [] });
installTapeOps({ accumulate });

/** So many places all nodes together may have to move before sorting from scratch is quicker. */
const movesANode = 8;

/** By falling sequence number. The walk leaves nodes nearly in order, which insertion makes right without a call a comparison. */
function sortBySequence(order: Node[]): void {
  let moves = movesANode * order.length;
  for (let i = 1; i < order.length; i++) {
    const node = order[i];
    let j = i;
    for (; j > 0 && order[j - 1].seq < node.seq; j--) order[j] = order[j - 1];
    order[j] = node;
    moves -= i - j;
    if (moves < 0) {
      order.sort((a, b) => b.seq - a.seq);
      return;
    }
  }
}

/** Nodes reachable from the roots, by falling sequence number, each marked with the pass and its place. */
function collect(roots: readonly Node[], pass: number, nested: boolean): { order: Node[]; restore: () => void } {
  const order: Node[] = [];
  const stack: Node[] = [];
  // A pass that a hook started inside another one must leave the outer one's marks as they were.
  const marks: number[] = [];
  const visit = (node: Node): void => {
    if (node.mark === pass) return;
    if (nested) marks.push(node.mark, node.slot);
    node.mark = pass;
    stack.push(node);
    order.push(node);
  };
  for (const root of roots) visit(root);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { inputs } = node;
    for (let i = 0; i < inputs.length; i++) if (inputs[i] !== null) visit(inputs[i]!);
  }
  const before = nested ? [...order] : [];
  sortBySequence(order);
  for (let i = 0; i < order.length; i++) order[i].slot = i;
  const restore = (): void => {
    for (let i = 0; i < before.length; i++) {
      before[i].mark = marks[2 * i];
      before[i].slot = marks[2 * i + 1];
    }
  };
  return { order, restore };
}

/** Marks of Pass.wanted. */
const isTarget = 1;
const runs = 2;

class Pass {
  readonly grads: Slot[];
  readonly caught: (Tensor | null)[];
  /** With targets: whether a node is one (1), runs (2), or neither and is not asked for; null where all run. */
  readonly wanted: Uint8Array | null;
  readonly arena: Storage[] | null;
  #node!: Node;

  constructor(
    readonly order: readonly Node[],
    readonly options: BackwardOptions,
  ) {
    this.grads = new Array(order.length);
    this.caught = (options.targets ?? []).map(() => null);
    this.arena = options.createGraph ? null : [];
    this.wanted = options.targets === undefined ? null : this.#reach(options.targets);
  }

  /** Marks the targets and the nodes that lead to them; inputs stand later in the order, so one walk from the end does it. */
  #reach(targets: readonly Target[]): Uint8Array {
    const { order } = this;
    const wanted = new Uint8Array(order.length);
    for (const { node } of targets) if (order[node.slot] === node) wanted[node.slot] = this.options.accumulate ? runs : isTarget;
    for (let s = order.length - 1; s >= 0; s--) {
      if (order[s].inputs.some((input) => input !== null && wanted[input.slot] !== 0)) wanted[s] |= runs;
    }
    return wanted;
  }

  /** Adds a pinned gradient to those that a node's output has so far. */
  put(node: Node, nr: number, grad: Tensor): void {
    const { slot } = node;
    if (node.outputs === null) {
      this.grads[slot] = this.#sum(this.grads[slot] as Tensor | undefined, grad);
      return;
    }
    const all = (this.grads[slot] as (Tensor | undefined)[] | undefined) ?? new Array<Tensor | undefined>(node.outputs.length);
    this.grads[slot] = all;
    all[nr] = this.#sum(all[nr], grad);
  }

  #sum(held: Tensor | undefined, grad: Tensor): Tensor {
    if (held === undefined) return grad;
    if (this.arena !== null && storageOf(held).owner === Owner.Pass && storageOf(held).pins === 1 && held.packed) {
      addInto(held, grad);
      this.release(grad);
      return held;
    }
    const total = ops.add(held, grad);
    storageOf(total).pins++;
    this.release(held);
    this.release(grad);
    return total;
  }

  /** One reader of a gradient less; the last one ends it. */
  release(grad: Tensor): void {
    const storage = storageOf(grad);
    if (--storage.pins === 0 && storage.owner === Owner.Pass) storage.giveBack();
  }

  run(): void {
    const { order, grads, wanted } = this;
    for (let s = 0; s < order.length; s++) {
      const node = order[s];
      const held = grads[s];
      if (held === undefined) {
        // No gradient has come here: nobody will run the node, which is as freed as those that ran.
        if (!this.options.keepGraph && (wanted === null || wanted[s] & runs)) node.free();
        continue;
      }
      grads[s] = undefined;
      const dys: (Tensor | null)[] = Array.isArray(held) ? Array.from(held, (g) => g ?? null) : [held];
      // As in PyTorch 1.13, what is caught is the gradient before hooks, and hooks of a node that does not run are not called.
      if (wanted !== null && wanted[s] & isTarget) this.#catch(node, dys);
      if (wanted === null || wanted[s] & runs) {
        if (node.hooks !== null) this.#show(node, node.hooks, dys);
        if (node.op === accumulate) this.#accumulate(node as AccumulateGrad, dys[0]!);
        else if (anomalyMode() === null) this.#step(node, dys);
        else watch(node, () => this.#step(node, dys));
      }
      for (const dy of dys) if (dy !== null) this.release(dy);
    }
  }

  /** Lets hooks see and replace the gradients; from then on they belong to the user too. */
  #show(node: Node, hooks: NonNullable<Node['hooks']>, dys: (Tensor | null)[]): void {
    for (const entry of hooks) {
      if ('when' in entry) {
        if (entry.when === 'before') called(node, entry, dys, dys).forEach((grad, nr) => void this.#replace(node, nr, grad, dys));
        continue;
      }
      const { nr, hook, retains } = entry;
      const dy = dys[nr];
      if (dy === null) continue;
      if (retains === undefined) storageOf(dy).owner = Owner.None;
      const replaced = hook(dy);
      if (replaced !== undefined && replaced !== null) this.#replace(node, nr, replaced, dys);
    }
  }

  #replace(node: Node, nr: number, replaced: Tensor | null, dys: (Tensor | null)[]): void {
    const dy = dys[nr];
    if (replaced === dy) return;
    if (dy !== null && replaced !== null) checkReplaced(dy, replaced, node.name);
    if (replaced !== null) storageOf(replaced).pins++;
    if (dy !== null) this.release(dy);
    dys[nr] = replaced;
  }

  #catch(node: Node, dys: readonly (Tensor | null)[]): void {
    this.options.targets!.forEach((target, i) => {
      const dy = target.node === node ? dys[target.nr] : null;
      if (dy === null) return;
      storageOf(dy).owner = Owner.None;
      this.caught[i] = dy;
    });
  }

  #needs = (i: number): boolean => {
    const input = this.#node.inputs[i];
    return input !== null && (this.wanted === null || this.wanted[input.slot] !== 0);
  };

  #step(node: Node, dys: readonly (Tensor | null)[]): void {
    const { arena } = this;
    this.#node = node;
    const outer = setArena(arena);
    try {
      const results = after(node, gradientsOf(node, dys, this.#needs), dys);
      const { inputs, nrs } = node;
      const fitted = new Array<Tensor | null>(inputs.length);
      // All are pinned before any is added up: two results may share a storage.
      for (let i = 0; i < inputs.length; i++) {
        const grad = results[i];
        const wanted = grad !== null && grad !== undefined && this.#needs(i);
        fitted[i] = wanted ? this.#check(inputs[i]!, nrs === null ? 0 : nrs[i], grad, node.name, i) : null;
        if (wanted) storageOf(fitted[i]!).pins++;
      }
      checkNan(node, fitted);
      for (let i = 0; i < inputs.length; i++) if (fitted[i] !== null) this.put(inputs[i]!, nrs === null ? 0 : nrs[i], fitted[i]!);
    } finally {
      setArena(outer);
    }
    if (!this.options.keepGraph) node.free();
    if (arena !== null && arena.length > 0) {
      for (const storage of arena) if (storage.pins === 0 && storage.owner === Owner.Pass) storage.giveBack();
      arena.length = 0;
    }
  }

  /** A gradient in the shape and dtype of what it is the gradient of: broadcasting undone, or an error that names who returned it. */
  #check(node: Node, nr: number, grad: Tensor, from: string, input?: number): Tensor {
    const meta = node.meta(nr);
    if (!sameShape(shapeOf(grad), meta.shape)) {
      if (!expandsTo(meta.shape, shapeOf(grad))) {
        const which = input === undefined ? '' : ` for input ${input}`;
        throw new GradientError(
          `${from}: returned an invalid gradient${which}: expected shape compatible with ${showShape(meta.shape)}, got ${showShape(shapeOf(grad))}`,
        );
      }
      grad = ops.sumTo(grad, meta.shape);
    }
    return grad.dt === meta.dt ? grad : ops.to(grad, meta.dt);
  }

  #accumulate(node: AccumulateGrad, dy: Tensor): void {
    const { createGraph } = this.options;
    const leaf = node.variable;
    const had = gradientOf(leaf);
    if (had === null) {
      const storage = storageOf(dy);
      const ours = this.arena !== null && storage.owner === Owner.Pass && storage.pins === 1 && dy.packed && storage.bytes === dy.count * dy.dt.size;
      const kept = createGraph ? ops.clone(dy) : ours ? dy : packedCopy(dy);
      setGradient(leaf, kept);
      // A hook that runs after this node sees the gradient.
      if (!createGraph) storageOf(kept).owner = node.hooks === null ? Owner.Leaf : Owner.None;
    } else if (createGraph) setGradient(leaf, ops.add(had, dy));
    else {
      if (!had.packed && overlapsItself(shapeOf(had), stridesOf(had))) {
        throw new GradientError(
          `backward: expected a .grad that can be added to, got one of shape ${showShape(shapeOf(had))} and strides ${showShape(stridesOf(had))}: more than one element refers to a single memory location; clone() it first`,
        );
      }
      addInto(had, storageOf(had) === storageOf(dy) ? packedCopy(dy) : dy);
      storageOf(had).version++;
    }
    after(node, [], [dy]);
  }
}

/** held += grad, not recorded. */
function addInto(held: Tensor, grad: Tensor): void {
  if (held.count === 0) return;
  const nd = held.packed && grad.packed ? flat(held.count, 3) : collapse(shapeOf(held), held, held, grad, held);
  K.add[held.dt.code](addressOf(held), addressOf(grad), addressOf(held), 1, nd, dims);
}

function packedCopy(t: Tensor): Tensor {
  if (!t.packed) return contiguousCopy(t);
  const out = empty(shapeOf(t), t.dt);
  copyInto(out, t);
  return out;
}

/** The levels of backward inside backward that are left to the stack as it is. PyTorch goes on in another thread after as many. */
const usualDepth = 60;

/** Hooks that call backward nest as functions do, and so their depth has the same bound. */
const tooDeep = (level: number): GradientError =>
  new GradientError(
    `backward: expected hooks that call backward to nest less deeply, got ${level} levels: the call stack is full; node --stack-size makes it larger`,
  );

/** Runs backward from the outputs of `roots` with the gradients `seeds`; gives the gradients caught at the targets. */
export function runBackward(roots: readonly Target[], seeds: readonly Tensor[], options: BackwardOptions): (Tensor | null)[] {
  const before = isGradEnabled();
  const outerArena = setArena(null);
  const level = depth++;
  if (level === usualDepth) deepenStack();
  const outerEverywhere = everywhere;
  everywhere &&= options.targets === undefined;
  const nodes = roots.map(({ node }) => node);
  const { order, restore } = collect(nodes, ++passes, level > 0);
  try {
    setGradEnabled(options.createGraph);
    const pass = new Pass(order, options);
    roots.forEach(({ node, nr }, i) => {
      const seed = ops.to(seeds[i], node.meta(nr).dt);
      storageOf(seed).pins++;
      pass.put(node, nr, seed);
    });
    pass.run();
    return pass.caught;
  } catch (error) {
    throw level > 0 && error instanceof RangeError && error.message.includes('call stack') ? tooDeep(level) : error;
  } finally {
    depth = level;
    everywhere = outerEverywhere;
    setGradEnabled(before);
    setArena(outerArena);
    restore();
    if (!options.keepGraph) heap.graphFreed();
  }
}

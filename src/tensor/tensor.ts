// The tensor: a typed, strided window on a storage, and its place in the graph. It knows no op; methods.ts installs those.

import { type DType, type DTypeInfo, dtypes, type TypedArray } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, GradientError, IndexError, ShapeError, show } from '../core/errors.js';
import { checkDim, checkRank, contiguousStrides, isContiguous, MAX_RANK, numel, type Shape, sameShape, showShape } from '../core/shape.js';
import { backend, heap, K } from '../kernels/load.js';
import { newArray } from './array.js';
import { nested, type SizeOf, sizeWithoutRows, type TensorJSON, tagOf, toJSON } from './compare.js';
import { formatTensor } from './format.js';
import { type GradFn, gradFnOf } from './gradFn.js';
import { gradientOf, installInside, isTensor, setGradient, shapeOf, storageOf, stridesOf } from './inner.js';
import { collapse, dims } from './loops.js';
import { Creation, historyOf, isRetained, type Node, requires } from './node.js';
import { allocate, isInferenceModeEnabled, Owner, Storage } from './storage.js';

/** What a user's hook gets and may return in its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing.
export type Hook = (grad: Tensor) => Tensor | null | undefined | void;

export interface HookHandle {
  /** Takes the hook off again. */
  remove(): void;
}

export type Nested<T> = T | Nested<T>[];

export class Tensor {
  // The graph. `node` made this tensor (output `outNr`); a leaf that requires grad has none, but an `accumulator` once it was used.
  #node: Node | null = null;
  #outNr = 0;
  #leafGrad = false;
  #accumulator: Node | null = null;
  #gradient: Tensor | null = null;
  /** A differentiable view's tensor that is no view; `node` is right while `viewVersion` is the storage's version. */
  #base: Tensor | null = null;
  #viewVersion = 0;
  #creation = Creation.Default;
  #storage: Storage;
  #dt: DTypeInfo;
  #shape: Shape;
  #strides: Shape;
  /** In elements. */
  #offset: number;
  #packed: boolean;
  /** Frozen copies of shape and strides, once somebody has asked: a user may keep what they get, and no kernel reads it. */
  #shown: { readonly shape: Shape; readonly strides: Shape } | null = null;
  #count: number;

  /** Tensors are made by functions: tensor, zeros, fromTypedArray, ...; @internal */
  constructor(storage: Storage, dt: DTypeInfo, shape: Shape, strides: Shape, offset: number, contiguous?: boolean) {
    // Nobody else can hold a storage, so that a window that is too large for one cannot be made from outside.
    if (!(storage instanceof Storage)) fail(ArgumentError, 'Tensor', 'a function that makes tensors, as tensor(data) or zeros(shape)', 'new Tensor(...)');
    if (shape.length > MAX_RANK) checkRank('Tensor', shape.length);
    this.#storage = storage;
    this.#dt = dt;
    this.#shape = shape;
    this.#strides = strides;
    this.#offset = offset;
    this.#packed = contiguous ?? isContiguous(shape, strides);
    this.#count = numel(shape);
  }

  static {
    installInside({
      isTensor: (value): value is Tensor => typeof value === 'object' && value !== null && #storage in value,
      storageOf: (t) => t.#storage,
      shapeOf: (t) => t.#shape,
      stridesOf: (t) => t.#strides,
      nodeOf: (t) => t.#node,
      setNode: (t, node) => {
        t.#node = node;
      },
      outNrOf: (t) => t.#outNr,
      setOutNr: (t, nr) => {
        t.#outNr = nr;
      },
      leafGradOf: (t) => t.#leafGrad,
      setLeafGrad: (t, on) => {
        t.#leafGrad = on;
      },
      accumulatorOf: (t) => t.#accumulator,
      setAccumulator: (t, node) => {
        t.#accumulator = node;
      },
      gradientOf: (t) => t.#gradient,
      setGradient: (t, gradient) => {
        t.#gradient = gradient;
      },
      baseOf: (t) => t.#base,
      setBase: (t, base) => {
        t.#base = base;
      },
      viewVersionOf: (t) => t.#viewVersion,
      setViewVersion: (t, version) => {
        t.#viewVersion = version;
      },
      creationAt: (t) => t.#creation,
      setCreation: (t, creation) => {
        t.#creation = creation;
      },
      setContents: (t, { storage, dt, shape, strides, offset }) => {
        checkRank('Tensor', shape.length);
        t.#storage = storage;
        t.#dt = dt;
        t.#shape = shape;
        t.#strides = strides;
        t.#shown = null;
        t.#offset = offset;
        t.#packed = isContiguous(shape, strides);
        t.#count = numel(shape);
      },
    });
  }

  /** The sizes: a frozen array. */
  get shape(): Shape {
    return (this.#shown ?? this.#show()).shape;
  }
  /** The strides in elements: a frozen array. */
  get strides(): Shape {
    return (this.#shown ?? this.#show()).strides;
  }
  /** Ops read the arrays themselves (inner.ts): freezing those would cost each op as much as a small kernel. */
  #show(): { readonly shape: Shape; readonly strides: Shape } {
    this.#shown = { shape: Object.freeze([...this.#shape]), strides: Object.freeze([...this.#strides]) };
    return this.#shown;
  }
  /** Where the first element is in the storage, in elements. */
  get offset(): number {
    return this.#offset;
  }
  get dt(): DTypeInfo {
    return this.#dt;
  }
  /** Whether the elements lie in row-major order without gaps. */
  get packed(): boolean {
    return this.#packed;
  }
  get count(): number {
    return this.#count;
  }

  get dtype(): DType {
    return this.dt.name;
  }
  get ndim(): number {
    return this.#shape.length;
  }
  dim(): number {
    return this.ndim;
  }
  numel(): number {
    return this.count;
  }
  /** The shape, or the size of one dim. */
  get size(): SizeOf {
    return this.#shape[0] === 0 ? sizeWithoutRows(this, Tensor.#size) : Tensor.#size;
  }
  static #size = function (this: Tensor, dim?: number): number | number[] {
    return dim === undefined ? [...this.#shape] : this.#shape[this.#dimAt('size', dim)];
  } as unknown as SizeOf;
  /** The strides in elements, or that of one dim. */
  stride(): number[];
  stride(dim: number): number;
  stride(dim?: number): number | number[] {
    if (dim === undefined) return [...this.#strides];
    return this.#strides[this.#dimAt('stride', dim)];
  }
  #dimAt(op: string, dim: number): number {
    if (this.ndim === 0) fail(IndexError, op, 'a tensor with dims', 'a 0-d tensor: it has no dimensions');
    return checkDim(op, dim, this.ndim);
  }
  storageOffset(): number {
    return this.offset;
  }
  isContiguous(): boolean {
    return this.packed;
  }
  elementSize(): number {
    return this.dt.size;
  }
  isFloatingPoint(): boolean {
    return this.dt.category === 2;
  }
  /** In-place writes to the storage so far. */
  get _version(): number {
    if (this.#storage.inference) throw new GradientError('_version: Inference tensors do not track version counter');
    return this.#storage.version;
  }

  get requiresGrad(): boolean {
    return requires(this);
  }
  set requiresGrad(value: boolean) {
    this.requiresGrad_(value);
  }
  /** Makes a leaf take part in backward (or not). */
  requiresGrad_(value = true): this {
    if (typeof value !== 'boolean') fail(ArgumentError, 'requiresGrad_', 'true or false', show(value));
    if (value && this.dt.category !== 2) fail(DTypeError, 'requiresGrad_', 'a floating point tensor', this.dtype);
    if (this.#node !== null) {
      if (value) return this;
      throw new GradientError('requiresGrad_: you can only change requiresGrad flags of leaf variables; use detach() on a computed tensor');
    }
    if (value && this.#storage.inference && !isInferenceModeEnabled()) {
      throw new GradientError('requiresGrad_: Setting requiresGrad=true on inference tensor outside InferenceMode is not allowed; clone() it first');
    }
    this.#leafGrad = value;
    return this;
  }
  /** Whether it was made in inference mode, and so cannot become part of a graph. */
  isInference(): boolean {
    return this.#storage.inference;
  }
  /** True for tensors that no recorded op made. */
  get isLeaf(): boolean {
    return historyOf(this) === null;
  }
  /** The node that made this tensor, null for a leaf. */
  get gradFn(): GradFn | null {
    return gradFnOf(historyOf(this));
  }
  /** Whether a tensor that is no leaf keeps its .grad: retainGrad. */
  get retainsGrad(): boolean {
    return isRetained(this);
  }
  get grad(): Tensor | null {
    if (this.#gradient !== null) storageOf(this.#gradient).owner = Owner.None;
    return this.#gradient;
  }
  set grad(value: Tensor | null | undefined) {
    if (value !== null && value !== undefined) {
      if (!isTensor(value)) fail(ArgumentError, 'grad', 'a tensor or null', show(value));
      if (value === this) throw new GradientError('grad: expected a tensor other than itself, got itself: a tensor cannot be its own grad');
      if (!sameShape(value.#shape, this.#shape)) fail(ShapeError, 'grad', `a gradient of shape ${showShape(this.#shape)}`, showShape(value.#shape));
      if (value.dt !== this.dt) fail(DTypeError, 'grad', `a gradient of dtype ${this.dtype}`, value.dtype);
    }
    replaceGradient(this, value ?? null);
  }

  /** The elements in row-major order, copied out. Bool comes as Uint8Array of 0 and 1. */
  toTypedArray(): TypedArray {
    const array = newArray('toTypedArray', this.dt, this.count);
    if (this.count > 0) {
      const packed = contiguousCopy(this);
      backend.copyOut(addressOf(packed), array);
    }
    return array;
  }

  /** The elements as nested plain arrays of numbers (or booleans); a 0-d tensor gives its element. */
  toArray(): Nested<number | boolean> {
    const read = plainReader(this);
    return nested(
      Array.from({ length: this.count }, (_, i) => read(i)),
      this.#shape,
    );
  }
  /** What JSON.stringify writes: `{ dtype, shape, data }`; what JSON has no number for is a string. */
  toJSON(): TensorJSON {
    return toJSON(this);
  }
  /** Test libraries compare tags: it tells the elements. */
  get [Symbol.toStringTag](): string {
    return #storage in this ? tagOf(this) : 'Tensor';
  }

  /** The only element, as a JavaScript number or boolean. */
  item(): number | boolean {
    if (this.count !== 1)
      throw new ShapeError(
        `item: expected a tensor with one element, got shape ${showShape(this.#shape)}: only one element tensors can be converted to scalars`,
      );
    const cell = cells[this.dt.code];
    backend.copyOut(addressOf(this), cell);
    return plain(cell[0], this.dt, 'item');
  }

  /** As PyTorch prints it. */
  toString(): string {
    const suffixes: string[] = [];
    const node = historyOf(this);
    if (node !== null) suffixes.push(`grad_fn=<${node.name}>`);
    else if (this.#leafGrad) suffixes.push('requires_grad=True');
    // Of a large tensor few elements are shown.
    const values = this.count > maxCopied ? null : this.toTypedArray();
    const read = (i: number): number | bigint => (values === null ? elementAt(this, i) : values[i]);
    const at = this.dt.name === 'bool' ? (i: number) => read(i) !== 0 : read;
    return formatTensor(at, this.#shape, this.dtype, suffixes);
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
  /** Numbers and template strings take one-element tensors. */
  valueOf(): number | boolean | this {
    return this.count === 1 && this.ndim === 0 ? this.item() : this;
  }
  [Symbol.toPrimitive](hint: string): number | boolean | string {
    if (hint === 'string') return this.toString();
    if (this.count === 1) return this.item();
    // -x, x + 1, x > y, Number(x): the language asks for a number, and tells nothing of the other operand.
    const advice = 'JavaScript has no operators on tensors: call x.neg(), x.add(y), x.gt(y), ...; in text, x.toString()';
    return fail(ShapeError, 'operator', 'a tensor with one element', `shape ${showShape(this.#shape)}: ${advice}`);
  }
  /** The rows along the first dim. A 0-d tensor has none, and no iterator, so that test libraries compare it as a whole. */
  get [Symbol.iterator](): () => Generator<Tensor> {
    return (this.ndim === 0 ? undefined : rows) as () => Generator<Tensor>;
  }
}

/** As PyTorch: the rows are views that one function returned, which may be read but not written to while they are part of a graph. */
function* rows(this: Tensor): Generator<Tensor> {
  yield* (this as unknown as { unbind(dim: number): Tensor[] }).unbind(0);
}

/** Sets or drops a gradient. The one before ends at once if its leaf has shown it to nobody: a training loop drops as many bytes a step as it has parameters. */
export function replaceGradient(t: Tensor, value: Tensor | null): void {
  const before = gradientOf(t);
  setGradient(t, value);
  if (before !== null && before !== value && storageOf(before).owner === Owner.Leaf) storageOf(before).giveBack();
}

/** One reusable cell per dtype for reading single elements. */
const cells: readonly TypedArray[] = dtypes.map((dt) => new dt.array(1));

/** Elements that are copied out to print a few of them. */
const maxCopied = 2 ** 16;
/** The element at a row-major index. */
function elementAt(t: Tensor, index: number): number | bigint {
  let [at, rest] = [0, index];
  for (let d = t.ndim - 1; d >= 0; d--) {
    at += (rest % shapeOf(t)[d]) * stridesOf(t)[d];
    rest = Math.floor(rest / shapeOf(t)[d]);
  }
  const cell = cells[t.dt.code];
  backend.copyOut(addressOf(t) + at * t.dt.size, cell);
  return cell[0];
}

function plain(value: number | bigint, dt: DTypeInfo, op: string): number | boolean {
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) fail(DTypeError, op, 'int64 elements that a number can hold (toTypedArray gives all)', `${value}`);
    return number;
  }
  return dt.name === 'bool' ? value !== 0 : value;
}

function plainReader(t: Tensor): (i: number) => number | boolean {
  const values = t.toTypedArray();
  return (i) => plain(values[i], t.dt, 'toArray');
}

/** Where the first element is, for the next kernel call: later the bytes may have moved. */
export function addressOf(t: Tensor): number {
  const { address: small, home } = storageOf(t);
  const address = home === null ? small : heap.reach(home);
  if (address === 0) throw new GradientError('internal: a tensor was used after its storage was given back');
  return address + t.offset * t.dt.size;
}

/** Uninitialised, contiguous. */
export function empty(shape: Shape, dt: DTypeInfo): Tensor {
  return new Tensor(allocate(numel(shape), dt.size), dt, shape, contiguousStrides(shape), 0, true);
}

/** Uninitialised, with the given strides, which must be dense. */
export function emptyStrided(shape: Shape, strides: Shape, dt: DTypeInfo): Tensor {
  return new Tensor(allocate(numel(shape), dt.size), dt, shape, strides, 0);
}

/** The same memory seen with other sizes; not recorded. */
export function alias(t: Tensor, shape: Shape, strides: Shape, offset: number): Tensor {
  return new Tensor(storageOf(t), t.dt, shape, strides, offset);
}

/** dst = src converted to dst's dtype, any strides, src broadcast; not recorded. */
export function copyInto(dst: Tensor, src: Tensor): void {
  if (dst.count === 0) return;
  const nd = collapse(shapeOf(dst), dst, src, dst);
  K.cast(addressOf(src), addressOf(dst), src.dt.code, dst.dt.code, nd, dims);
}

/** The tensor itself if contiguous, else a packed copy; not recorded. */
export function contiguousCopy(t: Tensor): Tensor {
  if (t.packed) return t;
  const out = empty(shapeOf(t), t.dt);
  copyInto(out, t);
  return out;
}

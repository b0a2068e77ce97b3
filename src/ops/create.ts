// Tensors from data, and filled ones.

import { bool, Category, type DType, type DTypeInfo, float32, int64, type TypedArray } from '../core/dtype.js';
import { ArgumentError, BackendError, DTypeError, fail, ShapeError, show } from '../core/errors.js';
import { checkShape, checkSize, MAX_RANK, numel, type Shape, showShape } from '../core/shape.js';
import { backend, K } from '../kernels/load.js';
import { defaultFloat, dtypeOf } from '../tensor/defaults.js';
import { checkHolds, full as filled, holds } from '../tensor/fill.js';
import { isTensor, shapeOf } from '../tensor/inner.js';
import { addressOf, type Nested, type Tensor, empty as uninitialised } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, isOptions, readArgs } from './args.js';
import { kernelFor } from './map.js';
import type { Scalar } from './promote.js';
import { checkMemory, readTyped } from './typed.js';

export interface CreateOptions {
  dtype?: DType | null;
  requiresGrad?: boolean;
  /** There is only one. */
  device?: 'cpu' | null;
}

/** Reads the arguments of a factory: dtype and requiresGrad besides what it names itself. */
export function readCreation<O extends CreateOptions>(
  op: string,
  given: readonly unknown[],
  positional: readonly (keyof O & string)[] = [],
  keywords: readonly (keyof O & string)[] = [],
): Partial<O> {
  const list = given.length === 1 && given[0] === undefined ? [] : given;
  const options = readArgs<O>(op, list, positional, [...keywords, 'dtype', 'requiresGrad', 'device']);
  if ((options.device ?? 'cpu') !== 'cpu') fail(BackendError, op, "device 'cpu'", show(options.device));
  return options;
}

export type TensorData = Nested<number | boolean | bigint> | TypedArray | Tensor;

// From data --------------------------------------------------------------------------------------------------------------------------------------------------

interface Flat {
  readonly shape: number[];
  readonly values: (number | boolean | bigint)[];
}

/** Elements that nested arrays may have: as many as V8 keeps in one array. */
const mostNested = 2 ** 27;

/**
 * The shape that the first element of every level suggests. It is read before anything is copied: an array that contains itself, or the same array many times, has no end or
 * more elements than memory.
 */
function suggestedShape(op: string, data: unknown): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) {
    if (shape.length === MAX_RANK) fail(ShapeError, op, `arrays nested at most ${MAX_RANK} levels deep`, 'deeper ones, or an array that contains itself');
    shape.push(level.length);
  }
  if (numel(shape) > mostNested) fail(ShapeError, op, 'nested arrays of at most 2^27 elements (a typed array may have more)', `shape ${showShape(shape)}`);
  return shape;
}

/** Nested arrays as one list, level by level; all siblings must be equally long. */
function flatten(op: string, data: unknown): Flat {
  const shape = suggestedShape(op, data);
  let level: unknown[] = [data];
  for (const [d, size] of shape.entries()) {
    const next: unknown[] = [];
    for (const item of level) {
      if (!Array.isArray(item) || item.length !== size) {
        fail(ShapeError, op, `sequences of length ${size} at dim ${d}`, Array.isArray(item) ? `length ${item.length}` : show(item));
      }
      for (let i = 0; i < size; i++) {
        if (item[i] === undefined) fail(ArgumentError, op, 'nested arrays of numbers or booleans', 'undefined');
        next.push(item[i]);
      }
    }
    level = next;
  }
  for (const value of level) {
    if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') {
      fail(ArgumentError, op, 'nested arrays of numbers or booleans', Array.isArray(value) ? 'sequences of unequal depth' : show(value));
    }
  }
  return { shape, values: level as Flat['values'] };
}

const inferred = (values: Flat['values']): DTypeInfo => {
  if (values.length === 0 || values.some((v) => typeof v === 'number')) return defaultFloat();
  return values.some((v) => typeof v === 'bigint') ? int64 : bool;
};

/** Numbers of a dtype as PyTorch converts them: integers cut fractions off, and refuse what they cannot hold instead of wrapping around. */
function convert(op: string, values: Flat['values'], dt: DTypeInfo): TypedArray {
  const array = new dt.array(values.length);
  const refuse = (v: Flat['values'][number]): never => fail(DTypeError, op, `numbers that ${dt.name} can hold`, String(v));
  if (array instanceof BigInt64Array) {
    values.forEach((v, i) => {
      if (typeof v === 'number' && !Number.isFinite(v)) refuse(v);
      const exact = BigInt(typeof v === 'number' ? Math.trunc(v) : v);
      if (BigInt.asIntN(64, exact) !== exact) refuse(v);
      array[i] = exact;
    });
    return array;
  }
  values.forEach((v, i) => {
    const number = Number(v);
    if (!holds(number, dt)) refuse(v);
    array[i] = dt === bool ? Number(number !== 0 || Number.isNaN(number)) : number;
  });
  return array;
}

/** Writes values into a fresh tensor. Buffers that another thread can change, or that are gone, are refused. */
export function fromArray(op: string, array: TypedArray, shape: Shape, dt: DTypeInfo): Tensor {
  checkMemory(op, array);
  if (array.length !== numel(shape)) fail(ShapeError, op, `an array of ${numel(shape)} elements for shape ${showShape(shape)}`, `${array.length}`);
  const t = uninitialised(shape, dt);
  if (array.length > 0) backend.copyIn(addressOf(t), array);
  return t;
}

/** Nested data of a given dtype, or of the one it suggests. */
export function fromData(op: string, data: unknown, dt?: DTypeInfo): Tensor {
  const { shape, values } = flatten(op, data);
  const type = dt ?? inferred(values);
  return fromArray(op, convert(op, values, type), shape, type);
}

function finish(op: string, t: Tensor, requiresGrad: unknown): Tensor {
  if (requiresGrad === undefined) return t;
  if (typeof requiresGrad !== 'boolean') fail(ArgumentError, op, 'requiresGrad to be true or false', show(requiresGrad));
  return t.requiresGrad_(requiresGrad);
}

/** A tensor of a copy of the data: nested arrays, a typed array (which gives its dtype), or a tensor. Numbers make the default float dtype, booleans bool, bigints int64. */
export function tensor(data: TensorData, options?: CreateOptions): Tensor {
  const { dtype, requiresGrad } = readCreation<CreateOptions>('tensor', [options]);
  const dt = dtype === undefined || dtype === null ? undefined : dtypeOf('tensor', dtype);
  if (isTensor(data)) return finish('tensor', fromTensor(data, dt ?? data.dt), requiresGrad);
  const typed = readTyped('tensor', data);
  if (typed !== undefined) {
    const { array, dt: own } = typed;
    const shape = [array.length];
    const t = dt === undefined || dt === own ? fromArray('tensor', array, shape, own) : fromArray('tensor', convert('tensor', [...array], dt), shape, dt);
    return finish('tensor', t, requiresGrad);
  }
  if (ArrayBuffer.isView(data))
    fail(DTypeError, 'tensor', 'a Float32Array, Float64Array, Int32Array, BigInt64Array or Uint8Array', (data as object).constructor.name);
  return finish('tensor', fromData('tensor', data, dt), requiresGrad);
}

const fromTensor = (t: Tensor, dt: DTypeInfo): Tensor => {
  const array = t.toTypedArray();
  return t.dt === dt ? fromArray('tensor', array, shapeOf(t), dt) : fromArray('tensor', convert('tensor', [...array], dt), shapeOf(t), dt);
};

/** A tensor of a copy of a typed array, in another shape if given; bool takes a Uint8Array. */
export function fromTypedArray(array: TypedArray, shape?: readonly number[], options?: CreateOptions): Tensor {
  const typed = readTyped('fromTypedArray', array);
  if (typed === undefined) fail(DTypeError, 'fromTypedArray', 'a Float32Array, Float64Array, Int32Array, BigInt64Array or Uint8Array', show(array));
  const { array: own, dt: held } = typed;
  const { dtype, requiresGrad } = readCreation<CreateOptions>('fromTypedArray', [options]);
  const dt = dtype ? dtypeOf('fromTypedArray', dtype) : held;
  const sizes = shape === undefined ? [own.length] : checkShape('fromTypedArray', shape);
  const t = fromArray('fromTypedArray', dt === held ? own : convert('fromTypedArray', [...own], dt), sizes, dt);
  return finish('fromTypedArray', t, requiresGrad);
}

// Filled -----------------------------------------------------------------------------------------------------------------------------------------------------

export type SizeArgs = (number | readonly number[] | CreateOptions)[];

/** zeros([2, 3], options) or zeros(2, 3, options). */
export function readSizes(
  op: string,
  args: readonly unknown[],
  keywords: readonly string[] = [],
): { shape: number[]; options: CreateOptions & Record<string, unknown> } {
  const named = args.length > 0 && isOptions(args[args.length - 1]);
  const sizes = named ? args.slice(0, -1) : args;
  const options = readCreation<CreateOptions & Record<string, unknown>>(op, named ? [args[args.length - 1]] : [], [], keywords);
  return { shape: checkShape(op, sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : [...sizes]), options };
}

const typeOf = (op: string, options: CreateOptions, missing: DTypeInfo = defaultFloat()): DTypeInfo =>
  options.dtype === undefined || options.dtype === null ? missing : dtypeOf(op, options.dtype);

const constantFill =
  (op: string, value: number | null) =>
  (...args: SizeArgs): Tensor => {
    const { shape, options } = readSizes(op, args);
    const dt = typeOf(op, options);
    return finish(op, value === null ? uninitialised(shape, dt) : filled(shape, value, dt), options.requiresGrad);
  };
/** All 0. */
export const zeros = constantFill('zeros', 0);
/** All 1. */
export const ones = constantFill('ones', 1);
/** Uninitialised memory. */
export const empty = constantFill('empty', null);

/** All `value`; a boolean makes bool, a whole number int64 where PyTorch would, other numbers the default float: here numbers are floats unless dtype says otherwise. */
export function full(size: readonly number[], value: Scalar, options?: CreateOptions): Tensor {
  const { dtype, requiresGrad } = readCreation<CreateOptions>('full', [options]);
  const dt = typeOf('full', { dtype }, typeof value === 'boolean' ? bool : defaultFloat());
  const number = typeof value === 'boolean' ? Number(value) : asNumber('full', 'value', value);
  return finish('full', filled(checkShape('full', size), checkHolds('full', number, dt), dt), requiresGrad);
}

const likeFill =
  (op: string, make: (x: Tensor, dt: DTypeInfo) => Tensor) =>
  (x: Tensor, options?: CreateOptions): Tensor => {
    asTensor(op, 'input', x);
    const read = readCreation<CreateOptions>(op, [options]);
    return finish(op, make(x, typeOf(op, read, x.dt)), read.requiresGrad);
  };
export const zerosLike = likeFill('zerosLike', (x, dt) => filled(shapeOf(x), 0, dt));
export const onesLike = likeFill('onesLike', (x, dt) => filled(shapeOf(x), 1, dt));
export const emptyLike = likeFill('emptyLike', (x, dt) => uninitialised(shapeOf(x), dt));
export function fullLike(x: Tensor, value: number, options?: CreateOptions): Tensor {
  return likeFill('fullLike', (like, dt) => filled(shapeOf(like), checkHolds('fullLike', asNumber('fullLike', 'value', value), dt), dt))(x, options);
}

// By a tensor's dtype ------------------------------------------------------------------------------------------------------------------------------------------

const newFill =
  (make: (...args: SizeArgs) => Tensor) =>
  (x: Tensor, ...args: SizeArgs): Tensor => {
    const named = isOptions(args[args.length - 1]);
    const [sizes, options] = named ? [args.slice(0, -1), args[args.length - 1] as CreateOptions] : [args, {}];
    return make(...sizes, { ...options, dtype: options.dtype ?? asTensor('new', 'input', x).dtype });
  };
/** Zeros of the given size and of x's dtype. */
export const newZeros = newFill(zeros);
export const newOnes = newFill(ones);
export const newEmpty = newFill(empty);
export const newFull = (x: Tensor, size: readonly number[], value: Scalar, options: CreateOptions = {}): Tensor =>
  full(size, value, { ...options, dtype: options.dtype ?? asTensor('newFull', 'input', x).dtype });

// Sequences --------------------------------------------------------------------------------------------------------------------------------------------------

export interface ArangeOptions extends CreateOptions {
  start?: number;
  end?: number;
  step?: number;
}
/** arange(end), arange(start, end) or arange(start, end, step): start, start + step, ... before end. Whole numbers make int64, as in PyTorch; others the default float. */
export function arange(...args: readonly (number | ArangeOptions)[]): Tensor {
  const given = readCreation<ArangeOptions>('arange', args, ['start', 'end', 'step']);
  // A number alone is the end.
  const [from, to] = given.end === undefined ? [0, given.start] : [given.start ?? 0, given.end];
  const numbers = [asNumber('arange', 'start', from), asNumber('arange', 'end', to), asNumber('arange', 'step', given.step ?? 1)];
  const [start, end, step] = numbers;
  if (![start, end].every(Number.isFinite)) fail(ArgumentError, 'arange', 'finite bounds', `${start} and ${end}: unsupported range`);
  if (!Number.isFinite(step) || step === 0) fail(ArgumentError, 'arange', 'step other than 0', `${step}: step must be nonzero`);
  if ((end - start) * step < 0)
    fail(
      ArgumentError,
      'arange',
      'bounds consistent with the step sign',
      `${start}, ${end}, ${step}: upper bound and larger bound inconsistent with step sign`,
    );
  const dt = typeOf('arange', given, numbers.every(Number.isInteger) ? int64 : defaultFloat());
  const [shape] = [[checkSize('arange', 'size', Math.ceil((end - start) / step))]];
  return finish('arange', ramp(shape, start, step, dt), given.requiresGrad);
}
function ramp(shape: Shape, start: number, step: number, dt: DTypeInfo): Tensor {
  const t = uninitialised(shape, dt);
  if (t.count > 0) kernelFor('arange', K.arange, dt)(addressOf(t), start, step, t.count);
  return t;
}

export interface SpacedOptions extends CreateOptions {
  start?: number;
  end?: number;
  steps?: number;
}
const spacedNames = ['start', 'end', 'steps'] as const;

/** `steps` numbers evenly spaced from start to end, both included; the second half counts back from the end, as in PyTorch. For integers the ends are cut to integers first. */
function spaced(op: string, { start, end, steps }: SpacedOptions, dt: DTypeInfo, round: (v: number) => number, map: (v: number) => number): Tensor {
  const held = (v: number): number => (dt.category === Category.Float ? v : Math.trunc(v));
  const [a, b, n] = [held(asNumber(op, 'start', start)), held(asNumber(op, 'end', end)), checkSize(op, 'steps', steps as number)];
  const step = n > 1 ? round((b - a) / (n - 1)) : 0;
  return computed(op, n, dt, (i) => map(n === 1 || i < n / 2 ? a + step * i : b - step * (n - 1 - i)));
}
const exactly = (v: number): number => v;

/** Elements that are held in JavaScript at once. */
const BLOCK = 1 << 16;
/** A tensor of n numbers by their places. It is allocated first: more than memory holds are refused before any is computed. */
function computed(op: string, n: number, dt: DTypeInfo, value: (i: number) => number): Tensor {
  const t = uninitialised([n], dt);
  for (let from = 0; from < n; from += BLOCK) {
    const block = new Array<number>(Math.min(BLOCK, n - from));
    for (let i = 0; i < block.length; i++) block[i] = value(from + i);
    backend.copyIn(addressOf(t) + from * dt.size, convert(op, block, dt));
  }
  return t;
}

/** Numbers evenly spaced from start to end. */
export function linspace(...args: ArgsOf<SpacedOptions, ['start', 'end', 'steps']>): Tensor {
  const options = readCreation<SpacedOptions>('linspace', args, spacedNames);
  const dt = typeOf('linspace', options);
  return finish('linspace', spaced('linspace', options, dt, dt === float32 ? Math.fround : exactly, exactly), options.requiresGrad);
}

/** Powers of `base` (10) whose exponents are evenly spaced from start to end. */
export function logspace(...args: ArgsOf<SpacedOptions & { base?: number }, ['start', 'end', 'steps', 'base']>): Tensor {
  const options = readCreation<SpacedOptions & { base?: number }>('logspace', args, [...spacedNames, 'base']);
  const base = asNumber('logspace', 'base', options.base ?? 10);
  const dt = typeOf('logspace', options);
  const power = (exponent: number): number => base ** exponent;
  return finish('logspace', spaced('logspace', options, dt, exactly, power), options.requiresGrad);
}

/** Ones on the diagonal of an (n, m) matrix of zeros. */
export function eye(n: number, ...args: [m?: number | CreateOptions, options?: CreateOptions]): Tensor {
  const rows = checkSize('eye', 'n', n);
  const { m = rows, dtype, requiresGrad } = readCreation<CreateOptions & { m?: number }>('eye', args, ['m']);
  const columns = checkSize('eye', 'm', m);
  const t = filled([rows, columns], 0, typeOf('eye', { dtype }));
  const diagonal = Math.min(rows, columns);
  if (diagonal > 0) kernelFor('fill', K.fill, t.dt)(addressOf(t), 1, 1, [diagonal, columns + 1]);
  return finish('eye', t, requiresGrad);
}

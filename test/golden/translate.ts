// PyTorch's calls as gradtape's, mechanically: names, namespaces, arguments. Nothing here knows a single op, but where the two interfaces differ on purpose.

import { lookupDType } from '../../src/core/dtype.js';
import * as gt from '../../src/index.js';
import { alias } from '../../src/tensor/tensor.js';
import type { Golden, GoldenArray, OpArguments, TensorRef } from './read.js';

type Call = (...args: unknown[]) => unknown;
type Space = Record<string, unknown>;

/** log_softmax is logSoftmax; a leading underscore is dropped, a trailing one stays. */
export const camel = (name: string): string => name.replace(/^_+(?=[a-z])/, '').replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

// The call --------------------------------------------------------------------------------------------------------------------------------------------------

/** Python's x[...] takes one argument: a tuple, or a list that holds more than integers, is several indices. */
function indices(index: unknown): unknown[] {
  const several = Array.isArray(index) && (index.length === 0 || tuples.has(index) || index.some((i) => typeof i !== 'number'));
  return several ? (index as unknown[]) : [index];
}

function lookUp(path: readonly string[]): Call | undefined {
  let space: Space | undefined = gt as Space;
  for (const part of path.slice(0, -1)) space = space?.[camel(part)] as Space | undefined;
  const f = space?.[camel(path[path.length - 1])];
  return typeof f === 'function' ? (f as Call) : undefined;
}

/** The gradtape call that PyTorch's op of that name stands for, undefined if there is none. An op in no namespace is a method if the input has it, else a function. */
export function callOf(op: string): Call | undefined {
  if (op === '__getitem__') return (x, index) => (x as gt.Tensor).at(...(indices(index) as gt.Index[]));
  const path = op.split('.');
  const name = camel(op);
  // The database calls in-place ops on copies of its leaves.
  const own = (x: unknown): Record<string, Call> => (name.endsWith('_') ? (x as gt.Tensor).clone() : x) as Record<string, Call>;
  const method = path.length === 1 && name in gt.Tensor.prototype ? (x: unknown, ...args: unknown[]) => own(x)[name](...args) : undefined;
  const f = lookUp(path);
  if (method === undefined || f === undefined) return method ?? f;
  return (x, ...args) => (x instanceof gt.Tensor ? method : f)(x, ...args);
}

// The arguments ---------------------------------------------------------------------------------------------------------------------------------------------

const tuples = new WeakSet<object>();

interface Encoded {
  $t?: TensorRef;
  $tuple?: unknown[];
  $slice?: (number | null)[];
  $ellipsis?: 1;
  $dtype?: string;
  $memory_format?: string;
}

/** A tensor that lies in memory as PyTorch's did; the gaps are NaN, or 12 as in PyTorch's, so that what reads them shows. */
export function laidOut(ref: TensorRef, values: GoldenArray): gt.Tensor {
  const dt = lookupDType(ref.dtype)!;
  const packed = gt.fromTypedArray(values, ref.shape, { dtype: dt.name });
  if (ref.stride === undefined) return packed;
  const { stride, storage_offset: offset = 0 } = ref;
  const span = values.length === 0 ? 0 : 1 + ref.shape.reduce((sum, size, d) => sum + (size - 1) * stride[d], 0);
  const whole = gt.full([offset + span], dt.category === 2 ? Number.NaN : 12, { dtype: dt.name });
  const view = alias(whole, ref.shape, stride, offset);
  view.copy_(packed);
  return view;
}

export interface Arguments {
  readonly args: unknown[];
  /** By their number: the inputs that require grad. */
  readonly leaves: gt.Tensor[];
}

/** Positional arguments as they stand, keyword arguments in one trailing object. */
export function argumentsOf(golden: Golden<unknown>, { input, args, kwargs }: OpArguments): Arguments {
  const leaves: gt.Tensor[] = [];
  const decode = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(decode);
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
    if (typeof value !== 'object' || value === null) return value;
    const { $t, $tuple, $slice, $ellipsis, $dtype } = value as Encoded;
    if ($tuple !== undefined) {
      const list = $tuple.map(decode);
      tuples.add(list);
      return list;
    }
    if ($slice !== undefined) return gt.slice(...$slice);
    if ($ellipsis !== undefined) return '...';
    if ($dtype !== undefined) return $dtype;
    if ($t === undefined) return named(value as Record<string, unknown>);
    const t = laidOut($t, golden.read($t));
    if ($t.rg) leaves[$t.leaf!] = t.requiresGrad_();
    return t;
  };
  // Memory formats say how a result lies, not what it is.
  const named = (kw: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(kw)
        .filter(([, value]) => (value as Encoded | null)?.$memory_format === undefined)
        .map(([name, value]) => [camel(name), decode(value)]),
    );
  const list = [decode(input), ...args.map(decode)];
  const options = named(kwargs);
  return { args: Object.keys(options).length === 0 ? list : [...list, options], leaves };
}

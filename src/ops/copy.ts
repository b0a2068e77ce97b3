// Copies and conversions.

import type { DType, DTypeInfo } from '../core/dtype.js';
import { BackendError, DTypeError, fail, GradientError, show } from '../core/errors.js';
import { isDense, type Shape } from '../core/shape.js';
import { dtypeOf } from '../tensor/defaults.js';
import { checkHolds, fillWith, zeroFill } from '../tensor/fill.js';
import { baseOf, setBase, setLeafGrad, setNode, setOutNr, shapeOf, stridesOf } from '../tensor/inner.js';
import { applyInPlace, checkResult, readable } from '../tensor/inplace.js';
import { apply, defineOp } from '../tensor/op.js';
import { alias, contiguousCopy, copyInto, empty, emptyStrided, Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { type Operand, operand } from './promote.js';

/** A copy in the memory order of the original where that has no gaps. */
const packed = (x: Tensor, dt: DTypeInfo): Tensor => {
  const y = !x.packed && isDense(shapeOf(x), stridesOf(x)) ? emptyStrided(shapeOf(x), stridesOf(x), dt) : empty(shapeOf(x), dt);
  copyInto(y, x);
  return y;
};

const cloneOp = defineOp({ name: 'clone', forward: ([x]) => packed(x, x.dt), vjp: [(dy) => dy] });
/** A copy with memory of its own; the gradient passes. */
export const clone = (x: Tensor): Tensor => apply(cloneOp, [asTensor('clone', 'input', x)], undefined);

const contiguousOp = defineOp({ name: 'contiguous', nodeName: 'CloneBackward0', forward: ([x]) => contiguousCopy(x), vjp: [(dy) => dy] });
/** The tensor itself if its elements lie in row-major order, else a copy that does. */
export const contiguous = (x: Tensor): Tensor => (asTensor('contiguous', 'input', x).packed ? x : apply(contiguousOp, [x], undefined));

// The engine brings the gradient back to the input's dtype.
const toOp = defineOp<DTypeInfo>({ name: 'to', nodeName: 'ToCopyBackward0', forward: ([x], dt) => packed(x, dt), vjp: [(dy) => dy] });

export interface ToOptions {
  dtype?: DType;
  /** There is only one, and no copy to wait for. */
  device?: 'cpu' | null;
  nonBlocking?: boolean;
  /** Copy even if the dtype is right already. */
  copy?: boolean;
}

type ToArgs = (DType | 'cpu' | Tensor | boolean | ToOptions | undefined)[];

/** The tensor in another dtype; itself if it has it. to(dtype), to(other) and to(device, dtype), each with nonBlocking and copy behind. */
export function to(x: Tensor, ...args: ToArgs): Tensor {
  asTensor('to', 'input', x);
  const [first, ...rest] = args;
  const list = first === 'cpu' ? rest : first instanceof Tensor ? [first.dtype, ...rest] : args;
  const { dtype, copy = false, nonBlocking = false, device } = readArgs<ToOptions>('to', list, ['dtype', 'nonBlocking', 'copy'], ['device']);
  if ((device ?? 'cpu') !== 'cpu') fail(BackendError, 'to', "device 'cpu'", show(device));
  asBoolean('to', 'nonBlocking', nonBlocking);
  return toDtype(x, dtype === undefined || dtype === null ? x.dt : dtypeOf('to', dtype), asBoolean('to', 'copy', copy));
}

export const toDtype = (x: Tensor, dt: DTypeInfo, copy = false): Tensor => (x.dt === dt && !copy ? x : apply(toOp, [x], dt));

const conversion =
  (dtype: DType) =>
  (x: Tensor): Tensor =>
    to(x, dtype);
export const double = conversion('float64');
export const float = conversion('float32');
export const int = conversion('int32');
export const long = conversion('int64');
export const byte = conversion('uint8');
export const bool = conversion('bool');

const copyOp = defineOp({
  name: 'copy',
  nodeName: 'CopyBackwards',
  forward: ([x, source], _args, out) => {
    checkResult('copy_', out!, shapeOf(source), out!.dt);
    copyInto(x, readable('copy_', x, source));
    return x;
  },
  vjp: [(dy) => zerosOf(dy), (dy) => dy],
});

/** Zeros of a gradient's dtype; not "no gradient", as PyTorch has it. */
export const zerosOf = (dy: Tensor, shape: Shape = shapeOf(dy)): Tensor => {
  const z = empty(shape, dy.dt);
  zeroFill(z);
  return z;
};

/** Overwrites x with source, broadcast and converted to x's dtype; the gradient goes to source. */
export const copy_ = (x: Tensor, source: Operand): Tensor =>
  applyInPlace(copyOp, [asTensor('copy_', 'input', x), operand('copy_', 'source', source, x)], undefined);

const fillOp = defineOp<number>({
  name: 'fill',
  constant: true,
  forward: (_inputs, value, out) => {
    fillWith(out!, value);
    return out!;
  },
  vjp: [(dy) => zerosOf(dy)],
});

/** Overwrites every element with a number, or with the element of a 0-d tensor, which gets the gradient. */
export function fill_(x: Tensor, value: Operand): Tensor {
  asTensor('fill_', 'input', x);
  if (value instanceof Tensor) {
    if (value.ndim > 0) fail(DTypeError, 'fill_', 'a number or a 0-d tensor', `a tensor of ${value.ndim} dims`);
    return copy_(x, value);
  }
  const number = typeof value === 'boolean' ? Number(value) : asNumber('fill_', 'value', value);
  return applyInPlace(fillOp, [x], checkHolds('fill_', number, x.dt));
}
/** As fill_, on a copy. */
export const fill = (x: Tensor, ...args: ArgsOf<{ value?: Operand }, ['value']>): Tensor =>
  fill_(clone(x), readArgs<{ value?: Operand }>('fill', args, ['value']).value as Operand);
export const zero_ = (x: Tensor): Tensor => fill_(x, 0);

/** The same elements outside the graph, in the same memory. */
export const detach = (x: Tensor): Tensor => alias(asTensor('detach', 'input', x), shapeOf(x), stridesOf(x), x.offset);

/** Cuts this tensor itself off from its history. */
export function detach_(x: Tensor): Tensor {
  if (baseOf(asTensor('detach_', 'input', x)) !== null)
    throw new GradientError("detach_: expected a tensor that is no view, got a view: can't detach views in-place; use detach()");
  setNode(x, null);
  setOutNr(x, 0);
  setLeafGrad(x, false);
  setBase(x, null);
  return x;
}

// Constants: filling memory, and the small cache of 0-d tensors that numbers in expressions become.

import { Category, type DTypeInfo, dtypes } from '../core/dtype.js';
import { DTypeError, fail } from '../core/errors.js';
import { type Shape, scalarShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf, storageOf } from './inner.js';
import { collapse, dims, flat } from './loops.js';
import { Owner } from './storage.js';
import { addressOf, empty, type Tensor } from './tensor.js';

/** Every element = value; not recorded. */
export function fillWith(t: Tensor, value: number): void {
  if (t.count === 0) return;
  const nd = t.packed ? flat(t.count, 1) : collapse(shapeOf(t), t, t);
  K.fill[t.dt.code](addressOf(t), t.dt.name === 'bool' ? Number(value !== 0) : value, nd, dims);
}

/** Whether a dtype can hold a number: integers refuse what is not finite or out of range, as PyTorch does; uint8 takes -255 to 255. */
export function holds(value: number, dt: DTypeInfo): boolean {
  if (dt.category !== Category.Integer) return true;
  if (dt.size === 1) return Math.abs(value) <= 255;
  const limit = 2 ** (8 * dt.size - 1);
  // 2^63 - 1 is no number.
  return value >= -limit && (dt.size === 8 ? value < limit : value <= limit - 1);
}

/** Throws unless the dtype can hold the number that a user wants everywhere. */
export function checkHolds(op: string, value: number, dt: DTypeInfo): number {
  if (!holds(value, dt)) fail(DTypeError, op, `a number that ${dt.name} can hold`, `${value}: value cannot be converted to type ${dt.name} without overflow`);
  return value;
}

export const zeroFill = (t: Tensor): void => fillWith(t, 0);

export function full(shape: Shape, value: number, dt: DTypeInfo): Tensor {
  const t = empty(shape, dt);
  fillWith(t, value);
  return t;
}

/** More constants than a program's formulas have; past it the cache starts anew. */
const most = 512;
const caches: readonly Map<number, Tensor>[] = dtypes.map(() => new Map());

/** A 0-d constant. Shared: never written to, never handed to users. */
export function constant(value: number, dt: DTypeInfo): Tensor {
  // A Map cannot tell -0 from 0.
  if (value === 0 && Object.is(value, -0)) return full(scalarShape, value, dt);
  const cache = caches[dt.code];
  let t = cache.get(value);
  if (t === undefined) {
    if (cache.size >= most) cache.clear();
    t = full(scalarShape, value, dt);
    // Whatever the mode it is first used in, everybody shares it.
    storageOf(t).inference = false;
    storageOf(t).owner = Owner.None;
    cache.set(value, t);
  }
  return t;
}

// The case table's rows made into tensors, and results read.
import type { DType } from '../../src/core/dtype.js';
import * as gt from '../../src/index.js';
import { count, type Grid } from './grid.js';
import type { Input, Variant } from './row.js';

export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';
/** Reproducible draws in [0, 1): a Weyl sequence, a different one for each seed. */
function draws(seed: number): () => number {
  let state = (seed + 1) * 0.7548776662466927;
  return () => {
    state = (state + 0.5698402909980532) % 1;
    return state;
  };
}

export function valuesOf({ shape, range: [low, high], away = [], values }: Input, dtype: DType, seed: number): number[] {
  if (values !== undefined) return values.map((v) => (dtype === 'float32' ? Math.fround(v) : v));
  const next = draws(seed);
  return Array.from({ length: count(shape) }, () => {
    let v = low + (high - low) * next();
    for (const kink of away) if (Math.abs(v - kink) < 0.05) v = kink + 0.1;
    if (isFloat(dtype)) return dtype === 'float32' ? Math.fround(v) : v;
    if (dtype === 'bool') return Number(v > (low + high) / 2);
    return dtype === 'uint8' ? Math.abs(Math.round(v)) : Math.round(v);
  });
}

export const make = (values: readonly number[], shape: readonly number[], dtype: DType): gt.Tensor => gt.tensor([...values], { dtype }).reshape(shape);
export const read = (t: gt.Tensor): number[] => Array.from(t.toTypedArray() as Iterable<number | bigint>, Number);

export interface Prepared {
  readonly tensors: gt.Tensor[];
  readonly grids: Grid[];
}
export function prepare({ inputs }: Variant, dtype: DType): Prepared {
  const grids = inputs.map((i, k) => ({ shape: i.shape, data: valuesOf(i, i.dtype ?? dtype, k) }));
  return { grids, tensors: inputs.map((i, k) => make(grids[k].data, i.shape, i.dtype ?? dtype)) };
}

/** The tensors in a result, at any depth of arrays. */
export function outputsOf(result: unknown): gt.Tensor[] {
  if (result instanceof gt.Tensor) return [result];
  return Array.isArray(result) ? result.flatMap(outputsOf) : [];
}

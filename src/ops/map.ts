// Runs elementwise kernels: common dtype, broadcast shape, output (fresh, or given by an in-place op), loop plan, call.
import { bool, type DTypeInfo } from '../core/dtype.js';
import { DTypeError, fail } from '../core/errors.js';
import { broadcastShapes, isDense, type Shape, sameShape } from '../core/shape.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { checkResult, readable } from '../tensor/inplace.js';
import { collapse, dims, flat } from '../tensor/loops.js';
import { addressOf, copyInto, empty, emptyStrided, type Tensor } from '../tensor/tensor.js';
import { rawCast, resultType } from './promote.js';

export type Kernel1 = (x: number, y: number, nd: number, dims: readonly number[]) => void;
export type Kernel2 = (a: number, b: number, y: number, nd: number, dims: readonly number[]) => void;
type Kernels<K> = readonly (K | undefined)[];

export function kernelFor<K>(op: string, kernels: Kernels<K>, dt: DTypeInfo): K {
  return kernels[dt.code] ?? fail(DTypeError, op, 'a dtype it is defined for', dt.name);
}

/** A fresh result: in the memory order of the first input that has the result's shape and is dense, as PyTorch keeps it; else row-major. */
export function resultLike(shape: Shape, dt: DTypeInfo, a: Tensor, b: Tensor = a): Tensor {
  const t = sameShape(shapeOf(a), shape) ? a : b;
  if (t.packed || !sameShape(shapeOf(t), shape)) return empty(shape, dt);
  if (isDense(shape, stridesOf(t))) return emptyStrided(shape, stridesOf(t), dt);
  if (t === b || b.packed || !sameShape(shapeOf(b), shape)) return empty(shape, dt);
  return isDense(shape, stridesOf(b)) ? emptyStrided(shape, stridesOf(b), dt) : empty(shape, dt);
}

/** Where to write: the in-place output itself, or a temporary when its dtype differs. */
function target(op: string, out: Tensor | undefined, shape: Shape, dt: DTypeInfo, a: Tensor, b: Tensor): Tensor {
  if (out === undefined) return resultLike(shape, dt, a, b);
  checkResult(op, out, shape, dt);
  return out.dt === dt ? out : empty(shapeOf(out), dt);
}

function finish(y: Tensor, out: Tensor | undefined): Tensor {
  if (out === undefined || out === y) return y;
  copyInto(out, y);
  return out;
}

/** y = f(x) with `kernels` of dtype `dt` (x is converted to it); the result has dtype `dt` too. */
export function map1(op: string, kernels: Kernels<Kernel1>, x: Tensor, dt: DTypeInfo, out?: Tensor): Tensor {
  const kernel = kernelFor(op, kernels, dt);
  const y = target(op, out, shapeOf(x), dt, x, x);
  const a = rawCast(x, dt);
  if (y.count > 0) {
    const nd = a.packed && y.packed ? flat(y.count, 2) : collapse(shapeOf(y), y, a, y);
    kernel(addressOf(a), addressOf(y), nd, dims);
  }
  return finish(y, out);
}

/** How a two-operand op runs beyond the usual. */
export interface Map2 {
  /** The dtype to compute in, if not the promoted one. */
  readonly compute?: (promoted: DTypeInfo) => DTypeInfo;
  /** Comparisons give bool. */
  readonly truth?: boolean;
}

/** y = f(a, b), broadcast; `call` runs the kernel of the dtype that the operands were brought to. */
export function map2(op: string, kernels: Kernels<Kernel2>, a: Tensor, b: Tensor, out?: Tensor, { compute, truth }: Map2 = {}): Tensor {
  const promoted = a.dt === b.dt ? a.dt : resultType(a, b);
  const dt = compute === undefined ? promoted : compute(promoted);
  const kernel = kernelFor(op, kernels, dt);
  const shape = broadcastShapes(op, shapeOf(a), shapeOf(b));
  const y = target(op, out, shape, truth ? bool : dt, a, b);
  const p = rawCast(out === undefined ? a : readable(op, out, a), dt);
  const q = rawCast(out === undefined ? b : readable(op, out, b), dt);
  if (y.count > 0) {
    const same = p.packed && q.packed && y.packed && p.count === y.count && q.count === y.count;
    const nd = same ? flat(y.count, 3) : collapse(shapeOf(y), y, p, q, y);
    kernel(addressOf(p), addressOf(q), addressOf(y), nd, dims);
  }
  return finish(y, out);
}

// Differences, gradients and integrals of samples along a dim.

import { bool } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError, show } from '../core/errors.js';
import { checkDim, checkInt, showShape } from '../core/shape.js';
import { full } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { logicalXor } from './compare.js';
import { clone } from './copy.js';
import { cat } from './join.js';
import { floatOf } from './promote.js';
import { sum } from './reduce.js';
import { cumsum } from './scan.js';
import { narrow, reshape } from './view.js';

/** Elements from `from` on, without the last `drop`. */
const part = (x: Tensor, dim: number, from: number, drop: number): Tensor =>
  narrow(x, dim, Math.min(from, shapeOf(x)[dim]), Math.max(0, shapeOf(x)[dim] - from - drop));

// diff ------------------------------------------------------------------------------------------------------------------------------------------------------

export interface DiffOptions {
  n?: number;
  dim?: number;
  prepend?: Tensor | null;
  append?: Tensor | null;
}
/** The n-th difference of neighbours along a dim. */
export function diff(x: Tensor, ...args: ArgsOf<DiffOptions, ['n', 'dim', 'prepend', 'append']>): Tensor {
  const op = 'diff';
  const { n = 1, dim = -1, prepend = null, append = null } = readArgs<DiffOptions>(op, args, ['n', 'dim', 'prepend', 'append']);
  if (asTensor(op, 'input', x).ndim === 0) fail(ShapeError, op, 'a tensor with dims', 'a 0-d tensor: diff expects input to be at least one-dimensional');
  if (checkInt(op, 'n', n) < 0) fail(ArgumentError, op, 'n >= 0', `${n}: order must be non-negative`);
  const d = checkDim(op, dim, x.ndim);
  if (prepend !== null) asTensor(op, 'prepend', prepend);
  if (append !== null) asTensor(op, 'append', append);
  if (n === 0) return clone(x);
  let y =
    prepend === null && append === null
      ? x
      : cat(
          [prepend, x, append].filter((t) => t !== null),
          d,
        );
  for (let i = Math.min(n, shapeOf(y)[d]); i > 0; i--) {
    const [after, before] = [part(y, d, 1, 0), part(y, d, 0, 1)];
    y = y.dt === bool ? logicalXor(after, before) : sub(after, before);
  }
  return y;
}

// trapezoid -------------------------------------------------------------------------------------------------------------------------------------------------

export interface TrapezoidOptions {
  x?: Tensor | null;
  /** The distance of samples, if x is not given. */
  dx?: number;
  dim?: number;
}
/** Twice the area between neighbours, and the dim. */
function trapezoids(op: string, y: Tensor, args: readonly unknown[]): { twice: Tensor; dim: number } {
  const positional = args[0] instanceof Tensor || args[0] === null;
  const { x = null, dx = 1, dim = -1 } = readArgs<TrapezoidOptions>(op, args, positional ? ['x', 'dim'] : [], positional ? [] : ['x', 'dx', 'dim']);
  const d = checkDim(op, dim, asTensor(op, 'input', y).ndim);
  if (y.ndim === 0) fail(ShapeError, op, 'a tensor with dims', 'a 0-d tensor');
  if (y.dt === bool || x?.dt === bool) fail(DTypeError, op, 'numeric tensors', 'bool: received a bool input for x or y, but bool is not supported');
  const sums = add(part(y, d, 1, 0), part(y, d, 0, 1));
  if (x === null) return { twice: mul(sums, asNumber(op, 'dx', dx)), dim: d };
  if (x.ndim === 1 && x.count !== shapeOf(y)[d])
    fail(ShapeError, op, `x of ${shapeOf(y)[d]} values`, `${x.count}: There must be one x value for each sample point`);
  const at =
    x.ndim === 1
      ? reshape(
          x,
          shapeOf(y).map((_, i) => (i === d ? x.count : 1)),
        )
      : x.ndim < y.ndim
        ? reshape(x, [...Array(y.ndim - x.ndim).fill(1), ...shapeOf(x)])
        : x;
  return { twice: mul(sums, sub(part(at, d, 1, 0), part(at, d, 0, 1))), dim: d };
}
type TrapezoidArgs = [x?: Tensor | null | TrapezoidOptions, options?: TrapezoidOptions];
/** The integral along a dim by the trapezoid rule, over the points x or dx apart. */
export function trapezoid(y: Tensor, ...args: TrapezoidArgs): Tensor {
  const { twice, dim } = trapezoids('trapezoid', y, args);
  return div(sum(twice, dim), 2);
}
/** The same up to every point after the first. */
export function cumulativeTrapezoid(y: Tensor, ...args: TrapezoidArgs): Tensor {
  const { twice, dim } = trapezoids('cumulativeTrapezoid', y, args);
  return div(cumsum(twice, dim), 2);
}

// gradient --------------------------------------------------------------------------------------------------------------------------------------------------

export interface GradientOptions {
  /** The distance of samples: one number, one a dim, or the coordinates of each dim. */
  spacing?: number | readonly number[] | readonly Tensor[] | null;
  dim?: number | readonly number[] | null;
  edgeOrder?: number;
}
/** The weights of three samples, dx1 and dx2 apart, in the derivative at the first, the middle or the last. */
const stencils = {
  first: (p: Tensor, q: Tensor) => [neg(div(add(mul(p, 2), q), mul(p, add(p, q)))), div(add(p, q), mul(p, q)), neg(div(p, mul(q, add(p, q))))],
  middle: (p: Tensor, q: Tensor) => [neg(div(q, mul(p, add(p, q)))), div(sub(q, p), mul(p, q)), div(p, mul(q, add(p, q)))],
  last: (p: Tensor, q: Tensor) => [div(q, mul(p, add(p, q))), neg(div(add(p, q), mul(p, q))), div(add(mul(q, 2), p), mul(q, add(p, q)))],
};
/** The derivative along one dim; `steps` are the distances of neighbours (size - 1, in that dim). */
function derivative(x: Tensor, dim: number, steps: Tensor, edgeOrder: number): Tensor {
  const n = shapeOf(x)[dim];
  const by = (stencil: (p: Tensor, q: Tensor) => Tensor[], from: number, length: number): Tensor => {
    const weights = stencil(narrow(steps, dim, from, length), narrow(steps, dim, from + 1, length));
    return weights.map((w, i) => mul(w, narrow(x, dim, from + i, length))).reduce((a, b) => add(a, b));
  };
  const slope = (at: number): Tensor => div(sub(narrow(x, dim, at + 1, 1), narrow(x, dim, at, 1)), narrow(steps, dim, at, 1));
  const edges = edgeOrder === 1 ? [slope(0), slope(n - 2)] : [by(stencils.first, 0, 1), by(stencils.last, n - 3, 1)];
  return cat(n > 2 ? [edges[0], by(stencils.middle, 0, n - 2), edges[1]] : edges, dim);
}
/** The derivatives of samples, one tensor a dim: central differences inside, one-sided ones at the edges. */
export function gradient(x: Tensor, ...args: ArgsOf<GradientOptions, []>): Tensor[] {
  const op = 'gradient';
  const { spacing = null, dim = null, edgeOrder = 1 } = readArgs<GradientOptions>(op, args, [], ['spacing', 'dim', 'edgeOrder']);
  if (asTensor(op, 'input', x).dtype === 'uint8') fail(DTypeError, op, 'a dtype other than uint8', 'uint8: torch.gradient does not support uint8 input');
  if (dim !== null && typeof dim !== 'number' && !Array.isArray(dim)) fail(ArgumentError, op, 'dim to be a number or a list of them', show(dim));
  const dims = (dim === null ? [...shapeOf(x).keys()] : typeof dim === 'number' ? [dim] : [...dim]).map((d) => checkDim(op, d, x.ndim));
  if (new Set(dims).size !== dims.length) fail(ArgumentError, op, 'each dim once', `[${dims}]: a dim appears multiple times in the list of dims`);
  if (edgeOrder !== 1 && edgeOrder !== 2) fail(ArgumentError, op, 'edgeOrder 1 or 2', `${show(edgeOrder)}: only supports edge_order=1 and edge_order=2`);
  if (Array.isArray(spacing) && spacing.length !== dims.length) {
    fail(ArgumentError, op, `spacing to be unspecified, a number or a list of length ${dims.length}`, `${spacing.length} of them`);
  }
  return dims.map((d, i) => {
    const n = shapeOf(x)[d];
    if (n <= edgeOrder) fail(ShapeError, op, 'each dim size to be at least edgeOrder + 1', showShape(shapeOf(x)));
    const space = Array.isArray(spacing) ? (spacing as readonly (number | Tensor)[])[i] : ((spacing ?? 1) as number);
    const shape = shapeOf(x).map((_, k) => (k === d ? n : 1));
    if (space instanceof Tensor) {
      if (space.ndim !== 1 || space.count !== n) fail(ShapeError, op, `coordinates of shape [${n}]`, showShape(shapeOf(space)));
      return derivative(x, d, diff(reshape(space, shape), 1, d), edgeOrder);
    }
    return derivative(x, d, full(shape.with(d, n - 1), asNumber(op, 'spacing', space), floatOf(x.dt)), edgeOrder);
  });
}

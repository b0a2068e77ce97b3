// The largest and smallest elements, and where they are.

import { bool, indexType, int32 } from '../core/dtype.js';
import { DTypeError, fail } from '../core/errors.js';
import { checkDim, numel } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf } from '../tensor/inner.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { div, mul } from './arithmetic.js';
import { eq, isnan, logicalAnd, logicalOr } from './compare.js';
import { clone, toDtype } from './copy.js';
import type { Binary } from './define.js';
import { gather } from './gather.js';
import { pairOf, type ValuesIndices } from './pair.js';
import { maximum, minimum } from './pointwise.js';
import { foldWith, needElements, type Over, type ReduceArgs, type Reduction, readReduce, reduceWith, sum, withDims } from './reduce.js';
import { squeeze } from './view.js';

type Same = (x: Tensor, y: Tensor) => Tensor;
/** The gradient is shared equally among all elements that are the extreme. */
export function toTies(dy: Tensor, x: Tensor, y: Tensor, over: Over, same: Same): Tensor {
  const ties = toDtype(same(x, withDims(y, over)), x.dt);
  return div(mul(withDims(dy, over), ties), sum(ties, { dim: over.dims, keepdim: true }));
}
const extreme = (name: string, kernels: readonly Reduction[], same: Same): Op<Over> =>
  defineOp<Over>({
    name,
    saves: 1 | OUT,
    forward: ([x], over) => {
      needElements(name, x, over);
      return foldWith(name, kernels, x, x.dt, over);
    },
    vjp: [(dy, node) => toTies(dy, node.x(0), node.y, node.args as Over, same)],
  });
// As in PyTorch, amax of something with NaN has no gradient but NaN, and max gives it to the NaNs.
const amaxOp = extreme('amax', K.amax, eq);
const aminOp = extreme('amin', K.amin, eq);
export const orNaN: Same = (x, y) => logicalOr(eq(x, y), logicalAnd(isnan(x), isnan(y)));
const maxOp = extreme('max', K.amax, orNaN);
const minOp = extreme('min', K.amin, orNaN);
/** The largest element over the given dims, or all; ties share the gradient. */
export const amax = (x: Tensor, ...args: ReduceArgs): Tensor => apply(amaxOp, [x], readReduce('amax', x, args).over);
/** The smallest element over the given dims, or all; ties share the gradient. */
export const amin = (x: Tensor, ...args: ReduceArgs): Tensor => apply(aminOp, [x], readReduce('amin', x, args).over);

export interface ArgOptions {
  dim?: number | null;
  keepdim?: boolean;
}
type ArgArgs = ArgsOf<ArgOptions, ['dim', 'keepdim']>;
type Arg = (x: Tensor, ...args: ArgArgs) => Tensor;

type ArgKernel = (x: number, y: number, wide: number, outer: number, r: number, inner: number) => void;

const argOf = (name: string, kernels: readonly ArgKernel[]): Arg => {
  const writing = (width: number): Reduction[] => kernels.map((kernel) => (x, y, outer, r, inner) => kernel(x, y, width, outer, r, inner));
  const [narrow, wide] = [writing(0), writing(1)];
  const op = defineOp<Over>({
    name,
    forward: ([x], over) => {
      needElements(name, x, over);
      const index = indexType(numel(over.dims.map((d) => shapeOf(x)[d])));
      return reduceWith(name, index === int32 ? narrow : wide, x, x.dt, over, index);
    },
  });
  return (x, ...args) => {
    asTensor(name, 'input', x);
    const { dim = null, keepdim = false } = readArgs<ArgOptions>(name, args, ['dim', 'keepdim']);
    const one = dim === null ? null : checkDim(name, dim, x.ndim);
    const dims = one === null || x.ndim === 0 ? [...shapeOf(x).keys()] : [one];
    return apply(op, [x], { dims, keepdim: asBoolean(name, 'keepdim', keepdim), shape: shapeOf(x) });
  };
};
const whereLargest = argOf('argmax', K.argmax);
const whereSmallest = argOf('argmin', K.argmin);
const ofNumbers =
  (name: string, arg: Arg): Arg =>
  (x, ...args) => {
    if (asTensor(name, 'input', x).dt === bool) fail(DTypeError, name, 'a numeric tensor', 'bool: not implemented for it');
    return arg(x, ...args);
  };
/** The index of the first largest element, along a dim or in the flattened tensor. */
export const argmax = ofNumbers('argmax', whereLargest);
/** The index of the first smallest element, along a dim or in the flattened tensor. */
export const argmin = ofNumbers('argmin', whereSmallest);

export interface Extreme {
  (x: Tensor): Tensor;
  (x: Tensor, other: Tensor): Tensor;
  (x: Tensor, dim: number, keepdim?: boolean | ArgOptions): ValuesIndices;
  (x: Tensor, options: { dim: number; keepdim?: boolean }): ValuesIndices;
}
/** The values along a dim are gathered from where they are, so that the gradient goes to that one place. */
const extremeOf = (name: string, all: Op<Over>, two: Binary<Tensor, Tensor>, arg: Arg): Extreme =>
  ((x: Tensor, ...args: [] | [Tensor] | ArgArgs) => {
    asTensor(name, 'input', x);
    if (args.length === 0) return apply(all, [x], readReduce(name, x, []).over);
    if (args[0] instanceof Tensor) return two(x, args[0]);
    const { dim, keepdim = false } = readArgs<ArgOptions>(name, args, ['dim', 'keepdim']);
    const d = checkDim(name, dim, x.ndim);
    const indices = arg(x, d, true);
    const values = x.ndim === 0 ? clone(x) : gather(x, d, indices);
    return asBoolean(name, 'keepdim', keepdim) || x.ndim === 0 ? pairOf(values, indices) : pairOf(squeeze(values, d), squeeze(indices, d));
  }) as Extreme;
/** max(x): the largest element. max(x, other): the larger of two. max(x, dim): the largest along a dim and where they are. */
export const max: Extreme = extremeOf('max', maxOp, maximum, whereLargest);
/** min(x): the smallest element. min(x, other): the smaller of two. min(x, dim): the smallest along a dim and where they are. */
export const min: Extreme = extremeOf('min', minOp, minimum, whereSmallest);

// Reductions made of others: mean and variance together, sums and means that pass over NaN, and whether all or any elements are true.

import { bool, Category, uint8 } from '../core/dtype.js';
import { reducedShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { full } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { asTensor, isOptions } from './args.js';
import { div } from './arithmetic.js';
import { isnan, logicalNot, where } from './compare.js';
import { toDtype } from './copy.js';
import { needFloat, rawCast } from './promote.js';
import { type Dims, foldWith, mean, type Over, type ReduceArgs, type Reduction, readReduce, std, sum, var_ } from './reduce.js';

// Mean and spread ---------------------------------------------------------------------------------------------------------------------------------------------

type VarArgs = Parameters<typeof var_> extends [Tensor, ...infer Rest] ? Rest : never;
type Spread = (x: Tensor, ...args: VarArgs) => Tensor;

/** The dim and keepdim of the arguments of var and std. */
function meanOver(args: readonly unknown[]): { dim: Dims; keepdim: boolean } {
  const named = (args.find(isOptions) ?? {}) as { dim?: Dims; keepdim?: boolean };
  const [first, , third] = args;
  const dim = typeof first === 'number' || Array.isArray(first) ? (first as Dims) : (named.dim ?? null);
  return { dim, keepdim: typeof third === 'boolean' ? third : (named.keepdim ?? false) };
}
const withMean =
  (spread: Spread) =>
  (x: Tensor, ...args: VarArgs): [spread: Tensor, mean: Tensor] => [spread(x, ...args), mean(x, meanOver(args))];

/** The variance and the mean. */
export const varMean = withMean(var_);
/** The standard deviation and the mean. */
export const stdMean = withMean(std);

// Without NaN ---------------------------------------------------------------------------------------------------------------------------------------------------

/** The sum of what is not NaN. */
export function nansum(x: Tensor, ...args: ReduceArgs): Tensor {
  asTensor('nansum', 'input', x);
  return sum(x.dt.category === Category.Float ? where(isnan(x), 0, x) : x, ...args);
}

/** The mean of what is not NaN. */
export function nanmean(x: Tensor, ...args: ReduceArgs): Tensor {
  const total = nansum(needFloat('nanmean', asTensor('nanmean', 'input', x)), ...args);
  const counted = toDtype(logicalNot(isnan(x)), x.dt);
  return div(total, sum(counted, ...args));
}

// Truth -----------------------------------------------------------------------------------------------------------------------------------------------------------

/** uint8 stays uint8; everything else gives bool. */
const truth = (name: string, kernels: readonly Reduction[], ofNothing: number): ((x: Tensor, ...args: ReduceArgs) => Tensor) => {
  const op = defineOp<Over>({
    name,
    forward: ([x], over) => {
      const dt = x.dt === uint8 ? uint8 : bool;
      const shape = reducedShape(shapeOf(x), over.dims, over.keepdim);
      const y = x.count === 0 ? full(shape, ofNothing, bool) : foldWith(name, kernels, x, bool, over);
      return rawCast(y, dt);
    },
  });
  return (x, ...args) => apply(op, [asTensor(name, 'input', x)], readReduce(name, x, args).over);
};
/** Whether all elements, over the given dims, are not zero. */
export const all = truth('all', K.amin, 1);
/** Whether any element, over the given dims, is not zero. */
export const any = truth('any', K.amax, 0);

// Combining what an index sends to one place: sums and means are made of scatterAdd; products, largest and smallest are one kernel with derivatives that share ties as PyTorch does.

import { Category, float32, float64 } from '../core/dtype.js';
import { K } from '../kernels/load.js';
import { constant } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { collapse, dims } from '../tensor/loops.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { addressOf, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asChoice, asTensor, readArgs } from './args.js';
import { div, mul, sub } from './arithmetic.js';
import { clampMin } from './clamp.js';
import { eq, logicalAnd, logicalOr, where } from './compare.js';
import { clone, copy_, toDtype } from './copy.js';
import { full } from './create.js';
import { fitted, gatherAlong } from './gather.js';
import { kernelFor } from './map.js';
import type { Operand } from './promote.js';
import { type Along, alongIndex, alongSlices, replaceAlong_, scatterAddAlong, scatterAlong, shapedAs } from './scatter.js';
import { expand } from './view.js';

const hows = ['prod', 'amax', 'amin'] as const;
type How = (typeof hows)[number];
interface Combination {
  readonly dim: number;
  readonly how: How;
  readonly includeSelf: boolean;
}

/** Inputs x, src and the checked int64 index, as scatter's. */
const combineOp: Op<Combination> = defineOp<Combination>({
  name: 'scatterReduce',
  saves: 1 | 2 | 4 | OUT,
  forward: ([x, src, index], { dim, how, includeSelf }) => {
    const y = empty(shapeOf(x), x.dt);
    copyInto(y, x);
    if (index.count === 0) return y;
    const plan = (values: Tensor): number => collapse(shapeOf(index), null, values, index, fitted(y, index, dim));
    if (!includeSelf) {
      // What is there does not count: it gives way to 1, or to one of those that come.
      const first = how === 'prod' ? expand(constant(1, x.dt), shapeOf(index)) : src;
      kernelFor('scatterReduce', K.scatter, x.dt)(addressOf(first), addressOf(index), addressOf(y), stridesOf(y)[dim], plan(first), dims);
    }
    const kernel = kernelFor('scatterReduce', K.scatter_reduce, x.dt);
    kernel(addressOf(src), addressOf(index), addressOf(y), hows.indexOf(how), stridesOf(y)[dim], plan(src), dims);
    return y;
  },
  joint: ([dy], node) => {
    const combination = node.args as Combination;
    const [x, src, index] = [node.x(0), node.x(1), node.x(2)];
    const along = { x, src, index, dim: combination.dim };
    const [dx, dsrc] = combination.how === 'prod' ? productBackward(dy!, along, node.y, combination) : extremeBackward(dy!, along, node.y);
    return [combination.includeSelf ? dx : scatterAlong(dx, nought(dx, index), index, combination.dim), dsrc, null];
  },
});
const nought = (like: Tensor, index: Tensor): Tensor => expand(constant(0, like.dt), shapeOf(index));
const combine = ({ x, src, index }: Along, combination: Combination): Tensor => apply(combineOp, [x, src, index], combination);

/**
 * The product of the others: y / factor, but for a factor that is the only zero, or one of two: their derivative is 0, but
 * not that of one by the other. Third derivatives of three zeros are not given.
 */
function productBackward(dy: Tensor, along: Along, y: Tensor, combination: Combination): [Tensor, Tensor] {
  const { x, src, index, dim } = along;
  if (x.dt === float32) {
    // The derivatives of a quotient cancel, and a product of some factors may leave the range of float32.
    const wide = { ...along, x: toDtype(x, float64), src: toDtype(src, float64) };
    const [dx, dsrc] = productBackward(toDtype(dy, float64), wide, combine(wide, combination), combination);
    return [toDtype(dx, float32), toDtype(dsrc, float32)];
  }
  const pick = (t: Tensor): Tensor => gatherAlong.forward(t, index, dim);
  const dx = mul(dy, combine({ ...along, x: full(shapeOf(x), 1, { dtype: x.dtype }) }, combination));
  const zero = eq(src, 0);
  const zeros = pick(scatterAddAlong(full(shapeOf(x), 0, { dtype: x.dtype }), toDtype(zero, x.dt), index, dim));
  const only = logicalAnd(zero, eq(zeros, 1));
  const pair = logicalAnd(zero, eq(zeros, 2));
  const rest = pick(mul(dy, combine({ ...along, src: where(logicalOr(only, pair), 1, src) }, combination)));
  const other = sub(pick(scatterAddAlong(full(shapeOf(x), 0, { dtype: x.dtype }), where(zero, src, 0), index, dim)), src);
  return [dx, where(only, rest, where(pair, mul(rest, other), div(pick(mul(dy, y)), where(zero, 1, src))))];
}

/** In equal parts to all that are the result. */
function extremeBackward(dy: Tensor, { x, src, index, dim }: Along, y: Tensor): [Tensor, Tensor] {
  const pick = (t: Tensor): Tensor => gatherAlong.forward(t, index, dim);
  const chosen = toDtype(eq(x, y), x.dt);
  const chosenSrc = toDtype(eq(src, pick(y)), x.dt);
  const share = div(dy, scatterAddAlong(chosen, chosenSrc, index, dim));
  // Where neither is the result (it was not included, and nothing came) the share is of no one.
  return [where(eq(x, y), share, 0), mul(chosenSrc, pick(share))];
}

export interface IncludeOption {
  /** Whether what is there before counts too. */
  includeSelf?: boolean;
}
export type Reduce = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

/** Any of the reductions on checked arguments. */
function reduced(along: Along, reduce: Reduce, includeSelf: boolean): Tensor {
  const { x, src, index, dim } = along;
  if (reduce !== 'sum' && reduce !== 'mean') return combine(along, { dim, how: reduce, includeSelf });
  const sum = scatterAddAlong(includeSelf ? x : scatterAlong(x, nought(x, index), index, dim), src, index, dim);
  if (reduce === 'sum') return sum;
  const one = expand(constant(1, x.dt), shapeOf(index));
  const counts = clampMin(scatterAddAlong(full(shapeOf(x), Number(includeSelf), { dtype: x.dtype }), one, index, dim), 1);
  return x.dt.category === Category.Float ? div(sum, counts) : toDtype(div(sum, counts, { roundingMode: 'floor' }), x.dt);
}
const readInclude = (op: string, args: readonly unknown[]): boolean =>
  asBoolean(op, 'includeSelf', readArgs<IncludeOption>(op, args, [], ['includeSelf']).includeSelf ?? true);

type IncludeArgs = ArgsOf<IncludeOption, []>;
/** A copy of x in which each place holds the sum, product, mean, largest or smallest of what the index sends there along a dim, and of what was there. */
export function scatterReduce(x: Tensor, dim: number, index: Tensor, src: Tensor, reduce: Reduce, ...args: IncludeArgs): Tensor {
  const how = asChoice('scatterReduce', 'reduce', reduce, ['sum', 'prod', 'mean', 'amax', 'amin']);
  return shapedAs(x, reduced(alongIndex('scatterReduce', x, dim, index, asTensor('scatterReduce', 'src', src)), how, readInclude('scatterReduce', args)));
}
/** From a copy: the input is needed for backward. */
export const scatterReduce_ = (x: Tensor, dim: number, index: Tensor, src: Tensor, reduce: Reduce, ...args: IncludeArgs): Tensor =>
  copy_(x, scatterReduce(clone(x), dim, index, src, reduce, ...args));
/** scatterReduce of whole slices of a dim, by a vector of indices. */
export function indexReduce(x: Tensor, dim: number, index: Tensor, source: Tensor, reduce: Exclude<Reduce, 'sum'>, ...args: IncludeArgs): Tensor {
  const how = asChoice('indexReduce', 'reduce', reduce, ['prod', 'mean', 'amax', 'amin']);
  return shapedAs(x, reduced(alongSlices('indexReduce', x, dim, index, asTensor('indexReduce', 'source', source)), how, readInclude('indexReduce', args)));
}
export const indexReduce_ = (x: Tensor, dim: number, index: Tensor, source: Tensor, reduce: Exclude<Reduce, 'sum'>, ...args: IncludeArgs): Tensor =>
  copy_(x, indexReduce(clone(x), dim, index, source, reduce, ...args));

export interface ScatterOptions {
  /** Combines with what is there instead of replacing it. */
  reduce?: 'add' | 'multiply';
}
/** A copy of x with src's elements, or a number, at the places that the index names along a dim; where it names one twice, the last. */
export function scatter(x: Tensor, dim: number, index: Tensor, src: Operand, ...args: ArgsOf<ScatterOptions, []>): Tensor {
  const { reduce } = readArgs<ScatterOptions>('scatter', args, [], ['reduce']);
  const along = alongIndex('scatter', x, dim, index, src);
  if (reduce === undefined) return shapedAs(x, scatterAlong(along.x, along.src, along.index, along.dim));
  const how = asChoice('scatter', 'reduce', reduce, ['add', 'multiply']) === 'add' ? 'sum' : 'prod';
  return shapedAs(x, reduced(along, how, true));
}
export function scatter_(x: Tensor, dim: number, index: Tensor, src: Operand, ...args: ArgsOf<ScatterOptions, []>): Tensor {
  const { reduce } = readArgs<ScatterOptions>('scatter_', args, [], ['reduce']);
  return reduce === undefined ? replaceAlong_(x, alongIndex('scatter_', x, dim, index, src)) : copy_(x, scatter(clone(x), dim, index, src, { reduce }));
}

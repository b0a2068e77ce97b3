// Scaled dot-product attention.

import { bool } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, div } from './arithmetic.js';
import { ge, where } from './compare.js';
import { toDtype } from './copy.js';
import { arange } from './create.js';
import { dropout } from './functional.js';
import { matmul } from './matmul.js';
import { needFloat } from './promote.js';
import { softmax } from './softmax.js';
import { transpose, unsqueeze } from './view.js';

export interface AttentionOptions {
  /** Truth: takes part; or numbers that are added to the scores. (L, S), or broadcast with the scores. */
  attnMask?: Tensor | null;
  dropoutP?: number;
  /** Also return the weights. */
  needAttnWeights?: boolean;
  /** Nobody attends to what comes later. */
  isCausal?: boolean;
}

const positional = ['attnMask', 'dropoutP', 'needAttnWeights', 'isCausal'] as const;

/** A mask of truths as numbers to add, 0 and -infinity: a mask is small where it broadcasts, and a sum's gradient costs nothing. */
const asNumbers = (mask: Tensor, like: Tensor): Tensor => (mask.dt === bool ? toDtype(where(mask, 0, Number.NEGATIVE_INFINITY), like.dt) : mask);

/** softmax(q k^T / sqrt(E)) v of q (..., L, E), k and v (..., S, E), and the weights, null unless asked for. */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...args: ArgsOf<AttentionOptions, typeof positional>
): [output: Tensor, weights: Tensor | null] {
  const op = 'scaledDotProductAttention';
  const { attnMask = null, dropoutP = 0, needAttnWeights = false, isCausal = false } = readArgs<AttentionOptions>(op, args, positional);
  needFloat(op, asTensor(op, 'query', query));
  for (const [role, t] of Object.entries({ query, key, value })) {
    if (asTensor(op, role, t).ndim < 3) fail(ShapeError, op, `${role} of at least 3 dims`, showShape(shapeOf(t)));
    if (t.dt !== query.dt) fail(DTypeError, op, `${role} of the query's dtype ${query.dtype}`, t.dtype);
  }
  const causal = asBoolean(op, 'isCausal', isCausal);
  if (causal && attnMask !== null) fail(ArgumentError, op, 'attnMask or isCausal', 'both: explicit attn_mask should not be set when is_causal=True');
  const scores = matmul(div(query, Math.sqrt(shapeOf(query).at(-1)!)), transpose(key, -2, -1));
  const mask = causal ? ge(unsqueeze(arange(shapeOf(query).at(-2)!), 1), arange(shapeOf(key).at(-2)!)) : attnMask;
  const all = softmax(mask === null ? scores : add(scores, asNumbers(asTensor(op, 'attnMask', mask), query)), -1);
  const p = asNumber(op, 'dropoutP', dropoutP);
  const weights = p > 0 ? dropout(all, p) : all;
  return [matmul(weights, value), asBoolean(op, 'needAttnWeights', needAttnWeights) ? weights : null];
}

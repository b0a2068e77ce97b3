// Rows of a table by index, one each (embedding) or a bag of them reduced to one (embedding bag).

import { Category, float64, int64 } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import { alias, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asChoice, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul } from './arithmetic.js';
import { gt, where } from './compare.js';
import { toDtype } from './copy.js';
import { fromArray, zeros } from './create.js';
import { max } from './extrema.js';
import { asIndex, indexSelect } from './gather.js';
import { pNorm } from './norms.js';
import { indexPut, indexPut_ } from './pick.js';
import { needFloat } from './promote.js';
import { reshape, unsqueeze } from './view.js';

export interface EmbeddingOptions {
  /** Rows of this index get no gradient. Negative ones count from the end. */
  paddingIdx?: number | null;
  /** Rows that are looked up and longer than this are shortened to it, in the table. */
  maxNorm?: number | null;
  normType?: number;
  /** Divides a row's gradient by how often it was looked up. */
  scaleGradByFreq?: boolean;
  /** Taken for PyTorch's sake: gradients are dense. */
  sparse?: boolean;
}

interface Lookup {
  readonly weight: Tensor;
  readonly index: Tensor;
  readonly ids: readonly number[];
  readonly padding: number | null;
}

/** The table and the indices, in either order: one is of floats, the other of integers. */
function readLookup(op: string, first: Tensor, second: Tensor, paddingIdx: number | null): Lookup {
  const floating = [asTensor(op, 'input', first), asTensor(op, 'weight', second)].map((t) => t.dt.category === Category.Float);
  const swapped = floating[0] && !floating[1];
  const [index, weight] = swapped ? [second, first] : [first, second];
  asIndex(op, 'input', index);
  needFloat(op, weight);
  if (weight.ndim !== 2) fail(ShapeError, op, 'a weight of 2 dims', `${showShape(shapeOf(weight))}: 'weight' must be 2-D`);
  const rows = shapeOf(weight)[0];
  if (paddingIdx !== null && !(Number.isInteger(paddingIdx) && paddingIdx >= -rows && paddingIdx < rows))
    fail(ArgumentError, op, `paddingIdx in [${-rows}, ${rows - 1}]`, `${show(paddingIdx)}: padding_idx must be within num_embeddings`);
  const ids = Array.from(index.toTypedArray() as Iterable<number | bigint>, Number);
  const odd = ids.findIndex((id) => !(id >= 0 && id < rows));
  if (odd >= 0) fail(IndexError, op, `indices in [0, ${rows - 1}]`, `${ids[odd]} at position ${odd}: index out of range in self`);
  return { weight, index: reshape(index, [index.count]), ids, padding: paddingIdx === null ? null : (paddingIdx + rows) % rows };
}

/** Shortens the rows that are looked up, in the table; not recorded. */
function shorten(op: string, { weight, index }: Lookup, maxNorm: number | null, normType: number): void {
  if (maxNorm === null || index.count === 0) return;
  const most = asNumber(op, 'maxNorm', maxNorm);
  noGrad(() => {
    const rows = indexSelect(weight, 0, index);
    const norms = pNorm(op, rows, asNumber(op, 'normType', normType), 1, true);
    indexPut_(weight, [index], mul(rows, where(gt(norms, most), div(most, add(norms, 1e-7)), 1)));
  });
}

/** The identity, but gradients are multiplied by a factor. Inputs y, of which nobody else knows, and the factor. */
const scaleGradientOp = defineOp({
  name: 'scaleGradient',
  saves: 2,
  forward: ([y]) => alias(y, shapeOf(y), stridesOf(y), y.offset),
  vjp: [(dy, node) => mul(dy, node.x(1)), null],
});

/** (n, width) rows at the indices; what their gradients count follows padding and frequency. */
function lookUp(op: string, { weight, index, ids, padding }: Lookup, byFrequency: boolean): Tensor {
  const rows = indexSelect(weight, 0, index);
  if (!byFrequency && padding === null) return rows;
  const counts = new Map<number, number>();
  if (byFrequency) for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  const factors = Float64Array.from(ids, (id) => (id === padding ? 0 : 1 / (counts.get(id) ?? 1)));
  return apply(scaleGradientOp, [rows, numbersAs(op, factors, [ids.length, 1], weight)], undefined);
}

const numbersAs = (op: string, values: Float64Array, shape: readonly number[], like: Tensor): Tensor => toDtype(fromArray(op, values, shape, float64), like.dt);

/** The rows of `weight` (rows, width) at the indices: (...) gives (..., width). */
export function embedding(
  input: Tensor,
  weight: Tensor,
  ...args: ArgsOf<EmbeddingOptions, ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse']>
): Tensor {
  const op = 'embedding';
  const positional = ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'] as const;
  const { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false } = readArgs<EmbeddingOptions>(op, args, positional);
  const lookup = readLookup(op, input, weight, paddingIdx);
  shorten(op, lookup, maxNorm, normType);
  const rows = lookUp(op, lookup, asBoolean(op, 'scaleGradByFreq', scaleGradByFreq));
  const shape = lookup.weight === weight ? shapeOf(input) : shapeOf(weight);
  return reshape(rows, [...shape, shapeOf(rows)[1]]);
}

// Bags -----------------------------------------------------------------------------------------------------------------------------------------------------------

export type BagMode = 'sum' | 'mean' | 'max';
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where each bag starts in a vector of indices; a matrix has a bag a row. */
  offsets?: Tensor | null;
  mode?: BagMode;
  /** Factors of the rows; only for sums. */
  perSampleWeights?: Tensor | null;
  /** The last offset is the end. */
  includeLastOffset?: boolean;
}

/** The places in the vector of indices where each bag starts, and the end. */
function boundsOf(op: string, index: Tensor, offsets: Tensor | null, includeLast: boolean): number[] {
  if (index.ndim === 2) {
    if (offsets !== null) fail(ArgumentError, op, 'no offsets with a matrix of indices', 'some: if input is 2D, then offsets has to be None');
    return Array.from({ length: shapeOf(index)[0] + 1 }, (_, i) => i * shapeOf(index)[1]);
  }
  if (index.ndim !== 1) fail(ShapeError, op, 'indices of 1 or 2 dims', showShape(shapeOf(index)));
  if (offsets === null || asIndex(op, 'offsets', offsets).ndim !== 1)
    fail(ArgumentError, op, 'a vector of offsets', offsets === null ? 'none' : showShape(shapeOf(offsets)));
  const starts = Array.from(offsets.toTypedArray() as Iterable<number | bigint>, Number);
  if (starts.length > 0 && starts[0] !== 0) fail(ArgumentError, op, 'offsets that start with 0', String(starts[0]));
  if (starts.some((at, i) => at > index.count || (i > 0 && at < starts[i - 1])))
    fail(ArgumentError, op, `rising offsets up to ${index.count}`, starts.join(', '));
  return includeLast ? starts : [...starts, index.count];
}

/** Places of the rows bag by bag, padding left out, as a (bags, longest) matrix; missing ones are -1. */
function placesOf(bounds: readonly number[], { ids, padding }: Lookup): { places: number[][]; longest: number } {
  const places = bounds.slice(1).map((end, b) => {
    const inside: number[] = [];
    for (let i = bounds[b]; i < end; i++) if (ids[i] !== padding) inside.push(i);
    return inside;
  });
  return { places, longest: Math.max(1, ...places.map((inside) => inside.length)) };
}

/** The largest of each bag, element by element; 0 for empty bags. */
function largest(op: string, rows: Tensor, places: readonly number[][], longest: number): Tensor {
  const [bags, width] = [places.length, shapeOf(rows)[1]];
  if (rows.count === 0 || bags === 0) return zeros([bags, width], { dtype: rows.dtype });
  const flat = BigInt64Array.from({ length: bags * longest }, (_, k) => BigInt(places[Math.floor(k / longest)][k % longest] ?? -1));
  const index = fromArray(op, flat, [bags * longest], int64);
  const there = reshape(gt(index, -1), [bags, longest, 1]);
  const picked = reshape(indexSelect(rows, 0, where(gt(index, -1), index, 0)), [bags, longest, width]);
  const empty = numbersAs(
    op,
    Float64Array.from(places, (inside) => Number(inside.length === 0)),
    [bags, 1],
    rows,
  );
  return where(gt(empty, 0), 0, max(where(there, picked, Number.NEGATIVE_INFINITY), 1).values);
}

/** Rows of `weight` reduced bag by bag: a vector of indices with offsets, or a matrix with a bag a row. */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  ...args: ArgsOf<
    EmbeddingBagOptions,
    ['offsets', 'maxNorm', 'normType', 'scaleGradByFreq', 'mode', 'sparse', 'perSampleWeights', 'includeLastOffset', 'paddingIdx']
  >
): Tensor {
  const op = 'embeddingBag';
  const given = readArgs<EmbeddingBagOptions>(op, args, [
    'offsets',
    'maxNorm',
    'normType',
    'scaleGradByFreq',
    'mode',
    'sparse',
    'perSampleWeights',
    'includeLastOffset',
    'paddingIdx',
  ]);
  const { offsets = null, perSampleWeights = null, scaleGradByFreq = false, paddingIdx = null } = given;
  const mode = asChoice(op, 'mode', given.mode ?? 'mean', ['sum', 'mean', 'max']);
  const lookup = readLookup(op, input, weight, paddingIdx);
  const shaped = lookup.weight === weight ? input : weight;
  if (perSampleWeights !== null && showShape(shapeOf(asTensor(op, 'perSampleWeights', perSampleWeights))) !== showShape(shapeOf(shaped)))
    fail(ShapeError, op, `perSampleWeights of the indices' shape ${showShape(shapeOf(shaped))}`, showShape(shapeOf(perSampleWeights)));
  if (perSampleWeights !== null && mode !== 'sum') fail(ArgumentError, op, "perSampleWeights with mode 'sum' only", mode);
  if (mode === 'max' && scaleGradByFreq) fail(ArgumentError, op, "scaleGradByFreq with modes 'sum' and 'mean' only", mode);
  const bounds = boundsOf(op, shaped, offsets, asBoolean(op, 'includeLastOffset', given.includeLastOffset ?? false));
  shorten(op, lookup, given.maxNorm ?? null, given.normType ?? 2);
  const rows = lookUp(op, lookup, asBoolean(op, 'scaleGradByFreq', scaleGradByFreq));
  const { places, longest } = placesOf(bounds, lookup);
  if (mode === 'max') return largest(op, rows, places, longest);
  const weighted = perSampleWeights === null ? rows : mul(rows, unsqueeze(reshape(perSampleWeights, [lookup.index.count]), 1));
  const inside = places.flat();
  const vector = (values: readonly number[]): Tensor => fromArray(op, BigInt64Array.from(values, BigInt), [values.length], int64);
  const kept = inside.length === lookup.ids.length ? weighted : indexSelect(weighted, 0, vector(inside));
  const bags = vector(places.flatMap((members, b) => members.map(() => b)));
  const sums = indexPut(zeros([places.length, shapeOf(rows)[1]], { dtype: rows.dtype }), [bags], kept, { accumulate: true });
  if (mode === 'sum') return sums;
  return div(
    sums,
    numbersAs(
      op,
      Float64Array.from(places, ({ length }) => Math.max(length, 1)),
      [places.length, 1],
      rows,
    ),
  );
}

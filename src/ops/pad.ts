// Padding: constants around a tensor, or its own elements mirrored, repeated or continued.

import { int32 } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { checkInt, type Shape, showShape } from '../core/shape.js';
import { checkHolds, fillWith } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asChoice, asNumber, asTensor, readArgs } from './args.js';
import { clone } from './copy.js';
import { fromArray } from './create.js';
import { indexSelect } from './gather.js';
import { narrow } from './view.js';

interface Frame {
  readonly before: readonly number[];
  readonly shape: Shape;
  readonly value: number;
}
const padOp: Op<Frame> = defineOp<Frame>({
  name: 'constantPadNd',
  forward: ([x], { before, shape, value }) => {
    const y = empty(shape, x.dt);
    fillWith(y, checkHolds('pad', value, x.dt));
    const offset = before.reduce((sum, n, d) => sum + n * stridesOf(y)[d], 0);
    copyInto(alias(y, shapeOf(x), stridesOf(y), offset), x);
    return y;
  },
  vjp: [
    (dy, node) => {
      const { before } = node.args as Frame;
      return node.inputMeta(0).shape.reduce((d, size, dim) => (shapeOf(dy)[dim] === size ? d : narrow(d, dim, before[dim], size)), dy);
    },
  ],
});

/** Constants around x: how many before and after, dim by dim; negative numbers cut. */
export function constantPad(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  const cut = shapeOf(x).reduce((y, size, d) => {
    const [from, to] = [Math.max(-before[d], 0), size - Math.max(-after[d], 0)];
    return from === 0 && to === size ? y : narrow(y, d, from, Math.max(to - from, 0));
  }, x);
  const front = before.map((n) => Math.max(n, 0));
  const shape = shapeOf(cut).map((size, d) => size + front[d] + Math.max(after[d], 0));
  return apply(padOp, [cut], { before: front, shape, value });
}

/** Which element of a dim of n stands at place i, where i may lie outside. */
const sources = {
  reflect: (i: number, n: number): number => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i),
  replicate: (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1),
  circular: (i: number, n: number): number => (i + n) % n,
};
const modes = ['constant', 'reflect', 'replicate', 'circular'] as const;
export type PadMode = (typeof modes)[number];

function checkSource(x: Tensor, d: number, mode: keyof typeof sources, pads: readonly number[]): void {
  const size = shapeOf(x)[d];
  const most = mode === 'reflect' ? size - 1 : mode === 'circular' ? size : Number.POSITIVE_INFINITY;
  if (pads.some((n) => n > most)) {
    const word =
      mode === 'reflect' ? 'Padding size should be less than the corresponding input dimension' : 'Padding value causes wrapping around more than once.';
    fail(ShapeError, 'pad', `padding of at most ${most} for dim ${d} of ${showShape(shapeOf(x))}`, `${showShape(pads)}: ${word}`);
  }
  if (size + pads[0] + pads[1] < 1 || size === 0)
    fail(ShapeError, 'pad', 'a result that is not empty', `${showShape(pads)} for dim ${d} of ${showShape(shapeOf(x))}: is too small`);
}

/** Circular padding is of what negative padding leaves, the other kinds are of the whole. */
function padCircular(x: Tensor, pads: readonly (readonly [number, number])[]): Tensor {
  const cuts = (side: 0 | 1): number[] => shapeOf(x).map((_, d) => Math.min(pads[x.ndim - 1 - d]?.[side] ?? 0, 0));
  const grown = pads.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)] as const);
  const kept = pads.flat().some((n) => n < 0) ? constantPad(x, cuts(0), cuts(1)) : x;
  return padFrom(kept, grown, 'circular');
}

/** The last dims' own elements around them. */
function padFrom(x: Tensor, pads: readonly (readonly [number, number])[], mode: keyof typeof sources): Tensor {
  if ((x.ndim !== pads.length + 1 && x.ndim !== pads.length + 2) || pads.length > 3)
    fail(
      ShapeError,
      'pad',
      `padding of the last dims of a 2D to 5D input for mode ${show(mode)}`,
      `input ${showShape(shapeOf(x))} with ${pads.length} padded: Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now`,
    );
  const last = x.ndim - 1;
  return pads.reduce((y, [before, after], k) => {
    const d = last - k;
    checkSource(x, d, mode, [before, after]);
    if (before === 0 && after === 0) return y;
    const n = shapeOf(x)[d];
    const places = Int32Array.from({ length: n + before + after }, (_, i) => sources[mode](i - before, n));
    return indexSelect(y, d, fromArray('pad', places, [places.length], int32));
  }, x);
}

export interface PadOptions {
  mode?: PadMode;
  value?: number | null;
}
/** Pads the last dims: [before, after] of the last, then those of the one before it, and so on. */
export function pad(x: Tensor, padding: readonly number[], ...args: ArgsOf<PadOptions, ['mode', 'value']>): Tensor {
  asTensor('pad', 'input', x);
  const { mode = 'constant', value = null } = readArgs<PadOptions>('pad', args, ['mode', 'value']);
  if (!Array.isArray(padding)) fail(ArgumentError, 'pad', 'padding to be an array of integers', show(padding));
  const how = asChoice('pad', 'mode', mode, modes);
  if (padding.length % 2 !== 0) fail(ArgumentError, 'pad', 'padding in pairs', `${show(padding)}: Padding length must be divisible by 2`);
  if (padding.length / 2 > x.ndim)
    fail(ArgumentError, 'pad', `at most ${x.ndim} pairs for ${showShape(shapeOf(x))}`, `${show(padding)}: Padding length too large`);
  const pads = Array.from(
    { length: padding.length / 2 },
    (_, k) => [checkInt('pad', 'padding', padding[2 * k]), checkInt('pad', 'padding', padding[2 * k + 1])] as const,
  );
  if (how !== 'constant') {
    if (value !== null && value !== 0) fail(ArgumentError, 'pad', `no value with mode ${show(how)}`, `${value}: Padding mode doesn't take in value argument`);
    const y = how === 'circular' ? padCircular(x, pads) : padFrom(x, pads, how);
    return y === x ? clone(x) : y;
  }
  const before = shapeOf(x).map((_, d) => pads[x.ndim - 1 - d]?.[0] ?? 0);
  const after = shapeOf(x).map((_, d) => pads[x.ndim - 1 - d]?.[1] ?? 0);
  shapeOf(x).forEach((size, d) => {
    if (size + before[d] + after[d] < 0)
      fail(ShapeError, 'pad', 'sizes that are not negative', `${size + before[d] + after[d]} for dim ${d}: resulted in a negative output size`);
  });
  return constantPad(x, before, after, value === null ? 0 : asNumber('pad', 'value', value));
}

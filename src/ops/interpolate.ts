// Resizing signals, images and volumes (n, channels, d1, ...): along every dim a table of weights, as PyTorch computes them.

import { float32, uint8 } from '../core/dtype.js';
import { ArgumentError, fail, show } from '../core/errors.js';
import { checkSize, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asChoice, asNumber, asTensor, readArgs } from './args.js';
import { toDtype } from './copy.js';
import { averageTo } from './pool.js';
import { checkTables, resample, Table, tableOf } from './resample.js';

const modes = ['nearest', 'nearest-exact', 'linear', 'bilinear', 'trilinear', 'bicubic', 'area'] as const;
export type InterpolationMode = (typeof modes)[number];

export interface InterpolateOptions {
  size?: number | readonly number[] | null;
  /** Instead of the size. */
  scaleFactor?: number | readonly number[] | null;
  mode?: InterpolationMode;
  /** Whether the corners' centres, instead of their outer edges, fall together. */
  alignCorners?: boolean | null;
  /** Whether the factor is recomputed from the rounded size. */
  recomputeScaleFactor?: boolean | null;
  /** Whether a smaller image's elements are averages of all that they cover. */
  antialias?: boolean;
}

/** One dim's resizing: to how many elements, the given factor if it counts, and where the corners are. */
interface Resize {
  readonly from: number;
  readonly to: number;
  readonly factor: number | null;
  readonly align: boolean;
}
type Entry = readonly [index: number, weight: number];
const rowsOf = ({ from, to }: Resize, row: (i: number) => readonly Entry[]): Table =>
  Table.of(
    from,
    Array.from({ length: to }, (_, i) => row(i)),
  );

/** Elements of the input to one of the output. */
const ratioOf = ({ from, to, factor, align }: Resize): number => {
  if (align) return to > 1 ? (from - 1) / (to - 1) : 0;
  return factor !== null && factor > 0 ? 1 / factor : from / to;
};
/** Where in the input the centre of element i of the output lies. */
const centre = (r: Resize, i: number): number => (r.align ? ratioOf(r) * i : ratioOf(r) * (i + 0.5) - 0.5);
const clamp = (i: number, from: number): number => Math.min(Math.max(i, 0), from - 1);

/** PyTorch computes these places in float32. */
const nearest = (r: Resize, exact: boolean): Table =>
  rowsOf(r, (i) => {
    if (!exact && r.to === r.from) return [[i, 1]];
    if (!exact && r.to === 2 * r.from) return [[i >> 1, 1]];
    const place = Math.fround(Math.fround(i + (exact ? 0.5 : 0)) * Math.fround(ratioOf(r)));
    return [[Math.min(Math.floor(place), r.from - 1), 1]];
  });

const linear = (r: Resize): Table =>
  rowsOf(r, (i) => {
    // As in PyTorch, whatever the factor was.
    if (r.to === r.from) return [[i, 1]];
    const place = Math.max(centre(r, i), 0);
    const low = Math.min(Math.floor(place), r.from - 1);
    const part = Math.min(place - low, 1);
    return low === r.from - 1
      ? [[low, 1]]
      : [
          [low, 1 - part],
          [low + 1, part],
        ];
  });

/** Keys' cubic convolution with parameter a. */
const keys = (x: number, a: number): number => {
  const d = Math.abs(x);
  if (d >= 2) return 0;
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
};
const cubic = (r: Resize): Table =>
  rowsOf(r, (i) => {
    const place = centre(r, i);
    const low = Math.floor(place);
    return [-1, 0, 1, 2].map((k) => [clamp(low + k, r.from), keys(place - low - k, -0.75)] as const);
  });

/** The filter stretched over what one element of the output covers, its weights scaled to sum to 1, as Pillow does. */
const antialiased = (r: Resize, reach: number, filter: (x: number) => number): Table => {
  const ratio = ratioOf(r);
  const stretch = Math.max(ratio, 1);
  return rowsOf(r, (i) => {
    const place = ratio * (i + 0.5);
    const begin = Math.max(Math.floor(place - reach * stretch + 0.5), 0);
    const end = Math.min(Math.floor(place + reach * stretch + 0.5), r.from);
    const weights = Array.from({ length: end - begin }, (_, k) => filter((begin + k - place + 0.5) / stretch));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w, k) => [begin + k, w / total] as const);
  });
};
const triangle = (x: number): number => Math.max(1 - Math.abs(x), 0);

/** One value a spatial dim. */
function each(op: string, role: string, value: unknown, x: Tensor): number[] {
  const dims = x.ndim - 2;
  if (!Array.isArray(value)) return new Array(dims).fill(asNumber(op, role, value));
  if (value.length !== dims) {
    fail(
      ArgumentError,
      op,
      `${role} of ${dims} elements for input ${showShape(shapeOf(x))}`,
      `${show(value)}: Input and ${role} must have the same number of spatial dimensions`,
    );
  }
  return value.map((v) => asNumber(op, role, v));
}

const rankOf: Partial<Record<InterpolationMode, number>> = { linear: 3, bilinear: 4, bicubic: 4, trilinear: 5 };

function resize(op: string, x: Tensor, options: InterpolateOptions): Tensor {
  asTensor(op, 'input', x);
  const mode = asChoice(op, 'mode', options.mode ?? 'nearest', modes);
  const smooth = rankOf[mode] !== undefined;
  const { size = null, scaleFactor = null, alignCorners = null, recomputeScaleFactor = null, antialias = false } = options;
  if (x.ndim < 3 || x.ndim > 5 || (smooth && rankOf[mode] !== x.ndim))
    fail(ArgumentError, op, `an input of ${rankOf[mode] ?? '3 to 5'} dims for mode ${show(mode)}`, `${showShape(shapeOf(x))}: Got ${x.ndim}D input`);
  if (!smooth && alignCorners !== null)
    fail(
      ArgumentError,
      op,
      'alignCorners with linear, bilinear, bicubic or trilinear only',
      `it with ${show(mode)}: align_corners option can only be set with the interpolating modes`,
    );
  if ((size === null) === (scaleFactor === null))
    fail(ArgumentError, op, 'either size or scaleFactor', size === null ? 'neither' : 'both: only one of size or scale_factor should be defined');
  if (recomputeScaleFactor === true && size !== null)
    fail(ArgumentError, op, 'recomputeScaleFactor without a size', 'both: recompute_scale_factor is not meaningful with an explicit size.');
  if (antialias && mode !== 'bilinear' && mode !== 'bicubic')
    fail(ArgumentError, op, 'antialias with bilinear or bicubic', `${show(mode)}: Anti-alias option is only supported for bilinear and bicubic modes`);
  const from = shapeOf(x).slice(2);
  const factors = scaleFactor === null ? null : each(op, 'scale factor', scaleFactor, x);
  const to = factors === null ? each(op, 'size', size, x).map((s) => checkSize(op, 'size', s)) : from.map((s, d) => Math.floor(s * factors[d]));
  if ([...from, ...to].some((s) => !(s > 0)) || shapeOf(x)[1] === 0)
    fail(
      ArgumentError,
      op,
      'input and output sizes greater than 0',
      `input (${from.join(', ')}) and output (${to.join(', ')}): Input and output sizes should be greater than 0`,
    );
  checkTables(op, to);
  if (mode === 'area') return averageTo(op, from.length, x, to);
  const align = alignCorners !== null && asBoolean(op, 'alignCorners', alignCorners);
  const table = (r: Resize): Table => {
    if (mode === 'nearest' || mode === 'nearest-exact') return nearest(r, mode === 'nearest-exact');
    if (antialias) return mode === 'bicubic' ? antialiased(r, 2, (v) => keys(v, -0.5)) : antialiased(r, 1, triangle);
    return mode === 'bicubic' ? cubic(r) : linear(r);
  };
  // Bytes, of which the nearest ones are taken, go through float32, which holds them.
  const bytes = x.dt === uint8 && mode.startsWith('nearest');
  // Innermost first: a dim is cheapest to go along when those inside it are long.
  const resized = from.reduceRight(
    (y, n, d) => {
      const factor = factors === null || recomputeScaleFactor === true ? null : factors[d];
      const key = [mode, antialias, n, to[d], factor, align].join();
      const made = tableOf(key, () => table({ from: n, to: to[d], factor, align }));
      return resample(y, d + 2, made);
    },
    bytes ? toDtype(x, float32) : x,
  );
  return bytes ? toDtype(resized, uint8) : resized;
}

const positional = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor', 'antialias'] as const;
/** Resizes (n, channels, d1, ...) to a size or by a factor. */
export const interpolate = (x: Tensor, ...args: ArgsOf<InterpolateOptions, typeof positional>): Tensor =>
  resize('interpolate', x, readArgs<InterpolateOptions>('interpolate', args, positional));

type UpsampleArgs = ArgsOf<InterpolateOptions, ['size', 'scaleFactor']>;
export const upsampleNearest = (x: Tensor, ...args: UpsampleArgs): Tensor =>
  resize('upsampleNearest', x, { ...readArgs<InterpolateOptions>('upsampleNearest', args, ['size', 'scaleFactor']), mode: 'nearest' });
/** Bilinear, with the corners' centres falling together. */
export const upsampleBilinear = (x: Tensor, ...args: UpsampleArgs): Tensor =>
  resize('upsampleBilinear', x, { ...readArgs<InterpolateOptions>('upsampleBilinear', args, ['size', 'scaleFactor']), mode: 'bilinear', alignCorners: true });

// Pooling, 1-d and 2-d. Averages are weighted sums along one dim after the other; a maximum remembers where it came from, and its gradient goes there.

import { indexType, int32, int64 } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkInt, numel, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf } from '../tensor/inner.js';
import { OUT } from '../tensor/node.js';
import { applyMulti, defineOp, type Op } from '../tensor/op.js';
import { addressOf, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { fromArray } from './create.js';
import { gatherAlong } from './gather.js';
import { kernelFor } from './map.js';
import { needFloat, rawCast } from './promote.js';
import { mean } from './reduce.js';
import { checkTables, resample, Table, tableOf } from './resample.js';
import { asImages, ofImage, type PerDim, perDim } from './spatial.js';
import { reshape } from './view.js';

// Windows -----------------------------------------------------------------------------------------------------------------------------------------------------

/** Windows along one dim: [begin, end) of each. Beginnings may be negative and ends past the size, where the padding is. */
type Windows = readonly (readonly [begin: number, end: number])[];

/** The windows of a kernel; with `ceil` also a last one that sticks out, as long as it begins inside the input or its left padding. */
function windowsOf(op: string, size: number, kernel: number, stride: number, padding: number, dilation: number, ceil: boolean): Windows {
  const span = dilation * (kernel - 1) + 1;
  let count = Math.floor((size + 2 * padding - span + (ceil ? stride - 1 : 0)) / stride) + 1;
  if (ceil && (count - 1) * stride >= size + padding) count--;
  checkTables(op, [count]);
  return Array.from({ length: Math.max(count, 0) }, (_, i) => [i * stride - padding, i * stride - padding + span]);
}

/** `count` windows that divide the dim as evenly as can be. */
const evenWindows = (size: number, count: number): Windows =>
  Array.from({ length: count }, (_, i) => [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)]);

function checkWindows(op: string, x: Tensor, windows: readonly Windows[]): void {
  if (windows.some((list) => list.length === 0))
    fail(ShapeError, op, 'windows that fit into the padded input', `input ${showShape(shapeOf(x))}: Output size is too small`);
}

/** Sizes that pooling accepts: only the batch may be empty. */
function checkInput(op: string, x: Tensor, dims: number): void {
  asTensor(op, 'input', x);
  const single = x.ndim === dims + 1;
  if (
    (!single && x.ndim !== dims + 2) ||
    shapeOf(x)
      .slice(single ? 0 : 1)
      .includes(0)
  ) {
    fail(
      ShapeError,
      op,
      `${dims + 1}D or ${dims + 2}D (batch mode) tensor with optional 0 dim batch size for input`,
      `${showShape(shapeOf(x))}: Expected ${dims + 1}D or ${dims + 2}D (batch mode) tensor`,
    );
  }
  needFloat(op, x);
}

interface Window {
  kernelSize?: PerDim;
  /** By default the kernel's size. */
  stride?: PerDim | null;
  padding?: PerDim;
  /** Whether windows may stick out at the end. */
  ceilMode?: boolean;
}

function readWindow(op: string, dims: number, { kernelSize, stride, padding = 0, ceilMode = false }: Window) {
  const kernel = perDim(op, 'kernel size', kernelSize, dims, 1);
  const steps = stride === undefined || stride === null || (Array.isArray(stride) && stride.length === 0) ? kernel : perDim(op, 'stride', stride, dims, 1);
  const before = perDim(op, 'padding', padding, dims, 0);
  before.forEach((p, d) => {
    if (p > kernel[d] / 2) fail(ArgumentError, op, 'padding of at most half the kernel', `${p} for ${kernel[d]}: pad should be at most half of kernel size`);
  });
  return { kernel, stride: steps, padding: before, ceil: asBoolean(op, 'ceilMode', ceilMode) };
}

// Averages ----------------------------------------------------------------------------------------------------------------------------------------------------

export interface AvgPoolOptions extends Window {
  /** Whether the padding's zeros count. */
  countIncludePad?: boolean;
}
export interface AvgPool2dOptions extends AvgPoolOptions {
  /** Divides instead of the number of elements. */
  divisorOverride?: number | null;
}

/** Means of the windows; `counted` tells by how much a window's sum is divided. */
export const meansOf = (size: number, windows: Windows, counted: (begin: number, end: number) => number): Table =>
  Table.of(
    size,
    windows.map(([begin, end]) => {
      const [from, to] = [Math.max(begin, 0), Math.min(end, size)];
      return Array.from({ length: Math.max(to - from, 0) }, (_, i) => [from + i, 1 / counted(begin, end)] as const);
    }),
  );

function averagePool(op: string, dims: number, x: Tensor, options: AvgPool2dOptions): Tensor {
  checkInput(op, x, dims);
  const { kernel, stride, padding, ceil } = readWindow(op, dims, options);
  const { divisorOverride = null } = options;
  if (divisorOverride !== null) checkInt(op, 'divisorOverride', divisorOverride);
  const includesPad = asBoolean(op, 'countIncludePad', options.countIncludePad ?? true);
  if (divisorOverride === 0) fail(ArgumentError, op, 'divisorOverride other than 0', '0: divisor must be not zero');
  const first = x.ndim - dims;
  const windows = kernel.map((k, d) => windowsOf(op, shapeOf(x)[first + d], k, stride[d], padding[d], 1, ceil));
  checkWindows(op, x, windows);
  return windows.reduce((y, list, d) => {
    const size = shapeOf(x)[first + d];
    const all = (begin: number, end: number): number => Math.min(end, size + padding[d]) - begin;
    const inside = (begin: number, end: number): number => Math.min(end, size) - Math.max(begin, 0);
    // A given divisor is taken for all dims at once.
    const counted = divisorOverride !== null ? () => (d === 0 ? divisorOverride : 1) : includesPad ? all : inside;
    const key = ['average', size, kernel[d], stride[d], padding[d], ceil, includesPad, d, divisorOverride].join();
    const table = tableOf(key, () => meansOf(size, list, counted));
    return resample(y, first + d, table);
  }, x);
}

/** Means over windows of a signal (n?, channels, length). */
export function avgPool1d(x: Tensor, ...args: ArgsOf<AvgPoolOptions, ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad']>): Tensor {
  return averagePool('avgPool1d', 1, x, readArgs<AvgPoolOptions>('avgPool1d', args, ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad']));
}
const averageOrder = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride'] as const;
type AverageArgs = ArgsOf<AvgPool2dOptions, typeof averageOrder>;
/** Means over windows of images (n?, channels, height, width). */
export function avgPool2d(x: Tensor, ...args: AverageArgs): Tensor {
  return averagePool('avgPool2d', 2, x, readArgs<AvgPool2dOptions>('avgPool2d', args, averageOrder));
}

/** Means over windows of volumes (n?, channels, depth, height, width). */
export function avgPool3d(x: Tensor, ...args: AverageArgs): Tensor {
  return averagePool('avgPool3d', 3, x, readArgs<AvgPool2dOptions>('avgPool3d', args, averageOrder));
}

/** One size, or one a dim; null keeps the input's. */
export type OutputSize = number | readonly (number | null)[];

function outputSizes(op: string, x: Tensor, dims: number, size: OutputSize): number[] {
  const list = Array.isArray(size) ? size : new Array<number>(dims).fill(checkInt(op, 'outputSize', size));
  if (list.length !== dims) fail(ArgumentError, op, `an output size of ${dims} elements`, `${list.length}: output_size must be ${dims}`);
  const sizes = Array.from<number | null, number>(list, (s, d) => perDim(op, 'output size', s ?? shapeOf(x)[x.ndim - dims + d], 1, 0)[0]);
  checkTables(op, sizes);
  return sizes;
}

/** Means over as many windows as asked for, each dim cut as evenly as can be. */
export function averageTo(op: string, dims: number, x: Tensor, size: OutputSize): Tensor {
  checkInput(op, x, dims);
  const first = x.ndim - dims;
  const sizes = outputSizes(op, x, dims, size);
  const all = sizes.map((_, d) => first + d);
  if (sizes.every((count) => count === 1)) return mean(x, all, true);
  return sizes.reduce((y, count, d) => {
    const from = shapeOf(x)[first + d];
    const table = tableOf(['adaptive', from, count].join(), () => meansOf(from, evenWindows(from, count), (begin, end) => end - begin));
    return resample(y, first + d, table);
  }, x);
}
type AdaptiveAvgArgs = ArgsOf<{ outputSize: OutputSize }, ['outputSize']>;
const sizeIn = (op: string, args: AdaptiveAvgArgs): OutputSize => readArgs<{ outputSize: OutputSize }>(op, args, ['outputSize']).outputSize as OutputSize;
export const adaptiveAvgPool1d = (x: Tensor, ...args: AdaptiveAvgArgs): Tensor => averageTo('adaptiveAvgPool1d', 1, x, sizeIn('adaptiveAvgPool1d', args));
export const adaptiveAvgPool2d = (x: Tensor, ...args: AdaptiveAvgArgs): Tensor => averageTo('adaptiveAvgPool2d', 2, x, sizeIn('adaptiveAvgPool2d', args));

export const adaptiveAvgPool3d = (x: Tensor, ...args: AdaptiveAvgArgs): Tensor => averageTo('adaptiveAvgPool3d', 3, x, sizeIn('adaptiveAvgPool3d', args));

// Maxima ------------------------------------------------------------------------------------------------------------------------------------------------------

interface Maxima {
  /** By row and by column of the result, inside the input. */
  readonly windows: readonly [Windows, Windows];
  readonly dilation: readonly [number, number];
}

/** Input (n, channels, height, width); the maxima, and where each was in its plane. */
const maxPoolOp: Op<Maxima> = defineOp<Maxima>({
  name: 'maxPool',
  saves: OUT,
  keeps: [1],
  nondifferentiable: [1],
  forward: ([x], { windows, dilation }) => {
    const [n, c, h, w] = shapeOf(x);
    const packed = contiguousCopy(x);
    const y = empty([n, c, windows[0].length, windows[1].length], x.dt);
    const index = empty(shapeOf(y), int64);
    const [rows, cols] = windows.map((list) => fromArray('maxPool', Int32Array.from(list.flat()), [list.length, 2], int32));
    if (y.count > 0) {
      const [oh, ow] = [shapeOf(y)[2], shapeOf(y)[3]];
      const kernel = kernelFor('maxPool', K.max_pool, x.dt);
      kernel(addressOf(packed), addressOf(rows), addressOf(cols), addressOf(y), addressOf(index), n * c, h, w, oh, ow, dilation[0], dilation[1]);
    }
    return [y, index];
  },
  // As if the maxima had been gathered.
  joint: ([dy], node) => {
    const index = node.unpack(2);
    const shape = node.inputMeta(0).shape;
    const planes = [shape[0] * shape[1], numel(shapeOf(index).slice(2))];
    return [reshape(gatherAlong.backward(reshape(dy!, planes), reshape(index, planes), 1, [planes[0], shape[2] * shape[3]]), shape)];
  },
});

export interface MaxPoolOptions extends Window {
  /** Distance of a window's elements. */
  dilation?: PerDim;
  /** Gives [maxima, where they were in the plane] instead of the maxima. */
  returnIndices?: boolean;
}
export type Pooled = Tensor | [values: Tensor, indices: Tensor];

function maximaOf(op: string, dims: number, x: Tensor, windows: readonly Windows[], dilation: readonly number[], returnIndices: unknown): Pooled {
  checkWindows(op, x, windows);
  const { images, back } = asImages(op, x, dims);
  // The windows begin at their first element inside the input and end there too.
  const inside = windows.map((list, d) => {
    const size = shapeOf(x)[x.ndim - dims + d];
    return list.map(([begin, end]) => {
      const from = begin < 0 ? begin + Math.ceil(-begin / dilation[d]) * dilation[d] : begin;
      const to = Math.min(end, size);
      // All elements of a dilated window may lie in the padding: then it is empty, at a place that exists.
      return from < to ? ([from, to] as const) : ([Math.min(from, size - 1), Math.min(from, size - 1)] as const);
    });
  });
  const args: Maxima = { windows: dims === 1 ? [[[0, 1]], inside[0]] : [inside[0], inside[1]], dilation: ofImage(dilation, 1) };
  const [y, index] = applyMulti(maxPoolOp, [images], args);
  return asBoolean(op, 'returnIndices', returnIndices ?? false) ? [back(y), back(rawCast(index, indexType(shapeOf(images)[2] * shapeOf(images)[3])))] : back(y);
}

function maxPool(op: string, dims: number, x: Tensor, options: MaxPoolOptions): Pooled {
  checkInput(op, x, dims);
  const { kernel, stride, padding, ceil } = readWindow(op, dims, options);
  const dilation = perDim(op, 'dilation', options.dilation ?? 1, dims, 1);
  const windows = kernel.map((k, d) => windowsOf(op, shapeOf(x)[x.ndim - dims + d], k, stride[d], padding[d], dilation[d], ceil));
  return maximaOf(op, dims, x, windows, dilation, options.returnIndices);
}

const maxPositional = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'] as const;
type MaxPoolArgs = ArgsOf<MaxPoolOptions, typeof maxPositional>;

/** Maxima over windows of a signal (n?, channels, length); the padding is -inf. */
export const maxPool1d = (x: Tensor, ...args: MaxPoolArgs): Pooled => maxPool('maxPool1d', 1, x, readArgs<MaxPoolOptions>('maxPool1d', args, maxPositional));
/** Maxima over windows of images (n?, channels, height, width); the padding is -inf. */
export const maxPool2d = (x: Tensor, ...args: MaxPoolArgs): Pooled => maxPool('maxPool2d', 2, x, readArgs<MaxPoolOptions>('maxPool2d', args, maxPositional));

export interface AdaptiveMaxOptions {
  outputSize?: OutputSize;
  returnIndices?: boolean;
}
type AdaptiveMaxArgs = ArgsOf<AdaptiveMaxOptions, ['outputSize', 'returnIndices']>;
function maximaTo(op: string, dims: number, x: Tensor, args: AdaptiveMaxArgs): Pooled {
  const { outputSize, returnIndices } = readArgs<AdaptiveMaxOptions>(op, args, ['outputSize', 'returnIndices']);
  checkInput(op, x, dims);
  const sizes = outputSizes(op, x, dims, outputSize!);
  checkTables(op, sizes);
  const windows = sizes.map((count, d) => evenWindows(shapeOf(x)[x.ndim - dims + d], count));
  return maximaOf(op, dims, x, windows, new Array(dims).fill(1), returnIndices);
}
/** Maxima over as many windows as asked for. */
export const adaptiveMaxPool1d = (x: Tensor, ...args: AdaptiveMaxArgs): Pooled => maximaTo('adaptiveMaxPool1d', 1, x, args);
export const adaptiveMaxPool2d = (x: Tensor, ...args: AdaptiveMaxArgs): Pooled => maximaTo('adaptiveMaxPool2d', 2, x, args);

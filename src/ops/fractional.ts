// Maxima over windows whose places are drawn, so that a pooling can shrink by any ratio. Graham, "Fractional Max-Pooling", 2014.

import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { numel, sameShape, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { tensor } from './create.js';
import { max } from './extrema.js';
import { gather } from './gather.js';
import type { Pooled } from './pool.js';
import { rand } from './random.js';
import { type PerDim, perDim } from './spatial.js';
import { reshape, unsqueeze } from './view.js';

export interface FractionalPoolOptions {
  kernelSize?: PerDim;
  /** The size of the result. */
  outputSize?: PerDim | null;
  /** Or its share of the input's size, between 0 and 1. */
  outputRatio?: PerDim | null;
  returnIndices?: boolean;
  /** Uniform numbers (batch, channels, dims) in place of drawn ones. */
  randomSamples?: Tensor | null;
}
const order = ['kernelSize', 'outputSize', 'outputRatio', 'returnIndices', 'randomSamples'] as const;
type FractionalArgs = ArgsOf<FractionalPoolOptions, typeof order>;

export function checkFraction(op: string, { outputSize = null, outputRatio = null }: FractionalPoolOptions): void {
  if (outputSize === null && outputRatio === null)
    fail(ArgumentError, op, 'outputSize or outputRatio', 'neither: requires specifying either an output size, or a pooling ratio');
  if (outputSize !== null && outputRatio !== null)
    fail(ArgumentError, op, 'outputSize or outputRatio', 'both: only one of output_size and output_ratio may be specified');
  const ratios = [outputRatio ?? 0.5].flat();
  if (!ratios.every((ratio) => ratio > 0 && ratio < 1))
    fail(ArgumentError, op, 'outputRatio between 0 and 1', `${show(outputRatio)}: output_ratio must be between 0 and 1`);
}

/** Where the windows along one dim begin. */
function starts(u: number, size: number, count: number, window: number, round: (x: number) => number): number[] {
  const alpha = round((size - window) / (count - 1));
  const first = Math.trunc(round(u * alpha));
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? size - window : Math.trunc(round(round(i + u) * alpha)) - first));
}

/** All combinations of one place of each dim, as places in the whole. */
const combined = (perDimension: readonly number[][], sizes: readonly number[]): number[] =>
  perDimension.reduce((places, own, d) => places.flatMap((place) => own.map((at) => place * sizes[d] + at)), [0]);

function fractional(op: string, dims: number, x: Tensor, args: FractionalArgs): Pooled {
  const options = readArgs<FractionalPoolOptions>(op, args, order);
  checkFraction(op, options);
  const { ndim } = asTensor(op, 'input', x);
  const shape = shapeOf(x);
  if (ndim !== dims + 1 && ndim !== dims + 2) fail(ShapeError, op, `an input of ${dims + 1} or ${dims + 2} dims`, showShape(shape));
  const [lead, sizes] = [shape.slice(0, -dims), shape.slice(-dims)];
  const kernel = perDim(op, 'kernel size', options.kernelSize, dims, 1);
  const { outputSize = null, outputRatio, returnIndices = false, randomSamples = null } = options;
  const ratios = [outputRatio ?? 0].flat();
  const out = outputSize === null ? sizes.map((size, d) => Math.trunc(size * (ratios[d] ?? ratios[0]))) : perDim(op, 'output size', outputSize, dims, 1);
  sizes.forEach((size, d) => {
    if (out[d] < 1 || kernel[d] + out[d] - 1 > size)
      fail(
        ShapeError,
        op,
        `at least ${kernel[d] + out[d] - 1} elements in dim ${d - dims}`,
        `${size} for ${out[d]} windows of ${kernel[d]}: pool too large relative to input`,
      );
  });
  const planes = numel(lead);
  const drawn = [ndim === dims + 1 ? 1 : lead[0], lead[lead.length - 1], dims];
  if (randomSamples !== null && !sameShape(shapeOf(asTensor(op, 'randomSamples', randomSamples)), drawn))
    fail(ShapeError, op, `random samples of shape ${showShape(drawn)}`, showShape(shapeOf(randomSamples)));
  const samples = (randomSamples ?? rand(drawn, { dtype: x.dtype })).toTypedArray();
  const round = x.dtype === 'float32' ? Math.fround : (v: number): number => v;
  const inWindow = combined(
    kernel.map((k) => Array.from({ length: k }, (_, i) => i)),
    sizes,
  );
  const places = Array.from({ length: planes }, (_, plane) => {
    // As PyTorch has it, the width's sample stands first in two dims and last in three.
    const begins = sizes.map((size, d) => starts(Number(samples[plane * dims + (dims === 2 ? 1 - d : d)]), size, out[d], kernel[d], round));
    return combined(begins, sizes).flatMap((begin) => inWindow.map((offset) => begin + offset));
  });
  const index = tensor(Int32Array.from(places.flat()));
  const windows = gather(reshape(x, [planes, numel(sizes)]), 1, reshape(index, [planes, numel(out) * inWindow.length]));
  const grid = [planes, numel(out), inWindow.length];
  const { values, indices } = max(reshape(windows, grid), 2);
  const y = reshape(values, [...lead, ...out]);
  if (!asBoolean(op, 'returnIndices', returnIndices)) return y;
  return [y, reshape(gather(reshape(index, grid), 2, unsqueeze(indices, 2)), shapeOf(y))];
}
/** Maxima of windows of images (n?, channels, height, width) at drawn places. */
export const fractionalMaxPool2d = (x: Tensor, ...args: FractionalArgs): Pooled => fractional('fractionalMaxPool2d', 2, x, args);
/** Maxima of windows of volumes (n?, channels, depth, height, width) at drawn places. */
export const fractionalMaxPool3d = (x: Tensor, ...args: FractionalArgs): Pooled => fractional('fractionalMaxPool3d', 3, x, args);

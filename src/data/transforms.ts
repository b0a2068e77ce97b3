// gt.utils.data.transforms: changes to images, (channels, height, width) or more dims before these, with torchvision's names; random ones draw from the default generator.
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { checkSize, numel, showShape } from '../core/shape.js';
import { asChoice, asNumber, asTensor, readArgs } from '../ops/args.js';
import { tensor } from '../ops/create.js';
import { interpolate } from '../ops/images.js';
import { add, cat, clamp, div, flip, float, mul, narrow, reshape, round, sub, to } from '../ops/index.js';
import { pad as padded } from '../ops/pad.js';
import { rand, randint } from '../ops/random.js';
import { perDim } from '../ops/spatial.js';
import type { Tensor } from '../tensor/tensor.js';

/** A change to an image: a tensor (..., height, width) to another. */
export type Transform = (image: Tensor) => Tensor;

/** [height, width], from both or from one number. */
function sizeOf(op: string, size: unknown): [height: number, width: number] {
  const [height, width] = perDim(op, 'size', size, 2, 1);
  return [height, width];
}
const probability = (op: string, p: unknown): number => (typeof p === 'number' && p >= 0 && p <= 1 ? p : fail(ArgumentError, op, 'p in [0, 1]', show(p)));
const finite = (op: string, role: string, values: unknown): number[] => {
  const list: unknown[] = Array.isArray(values) ? Array.from(values) : fail(ArgumentError, op, `${role} to be a list of numbers`, show(values));
  return list.every(Number.isFinite) ? (list as number[]) : fail(ArgumentError, op, `${role} to be finite numbers`, show(values));
};

function asImage(op: string, image: unknown): Tensor {
  const x = asTensor(op, 'image', image);
  return x.ndim >= 2 ? x : fail(ShapeError, op, 'an image (..., height, width)', showShape(x.shape));
}

/**
 * One transform after another.
 *
 * @param transforms - The transforms, the first first.
 * @returns Their composition.
 * @throws ArgumentError if one is no function.
 * @example
 * const { compose, pad, toTensor } = gt.utils.data.transforms;
 * compose([toTensor(), pad(1)])(gt.ones([1, 2, 2])).shape; // [1, 4, 4]
 * @see torchvision `Compose`
 */
export const compose = (transforms: readonly Transform[]): Transform => {
  if (!Array.isArray(transforms)) fail(ArgumentError, 'compose', 'a list of functions', show(transforms));
  const list: Transform[] = Array.from(transforms);
  if (!list.every((f) => typeof f === 'function')) fail(ArgumentError, 'compose', 'a list of functions', show(list));
  return (image) => list.reduce((x, f) => f(x), image);
};

/**
 * uint8 to float32 in [0, 1]: x / 255. Other dtypes stay.
 *
 * @returns A transform.
 * @example
 * gt.utils.data.transforms.toTensor()(gt.full([1, 1, 1], 51, { dtype: 'uint8' })); // [[[0.2]]]
 * @see torchvision `ToTensor`
 */
export const toTensor = (): Transform => (image) => {
  const x = asImage('toTensor', image);
  return x.dtype === 'uint8' ? div(float(x), 255) : x;
};

/**
 * (x - mean) / std.
 *
 * @param mean - One for each channel.
 * @param std - One for each channel, not 0.
 * @returns A transform of (..., channels, height, width).
 * @throws ArgumentError if the lengths differ, or a deviation is 0.
 * @example
 * gt.utils.data.transforms.normalize([1], [2])(gt.full([1, 1, 1], 5)); // [[[2]]]
 * @see torchvision `Normalize`
 */
export function normalize(mean: readonly number[], std: readonly number[]): Transform {
  const [means, deviations] = [finite('normalize', 'mean', mean), finite('normalize', 'std', std)];
  if (means.length !== deviations.length || deviations.includes(0))
    fail(ArgumentError, 'normalize', 'as many means as deviations, none of them 0', `${show(mean)} and ${show(std)}`);
  return (image) => {
    const x = asImage('normalize', image);
    const column = (values: readonly number[]): Tensor =>
      tensor(
        values.map((v) => [[v]]),
        { dtype: x.dtype },
      );
    return div(sub(x, column(means)), column(deviations));
  };
}

/**
 * A window at a random place. The row is drawn before the column; where only one fits, nothing is
 * drawn.
 *
 * @param size - Side of a square, or [height, width].
 * @param args - `padding`: zeros put around the image first.
 * @returns A transform; it throws ShapeError if the image is smaller than the window.
 * @example
 * gt.utils.data.transforms.randomCrop(2, { padding: 1 })(gt.ones([3, 4, 4])).shape; // [3, 2, 2]
 * @see torchvision `RandomCrop`
 */
export function randomCrop(size: number | readonly [height: number, width: number], ...args: [options?: { padding?: number }]): Transform {
  const op = 'randomCrop';
  const [height, width] = sizeOf(op, size);
  const padding = checkSize(op, 'padding', readArgs<{ padding?: number }>(op, args, [], ['padding']).padding ?? 0);
  return (image) => {
    const x = padding === 0 ? asImage(op, image) : padded(asImage(op, image), [padding, padding, padding, padding]);
    const [h, w] = x.shape.slice(-2);
    if (h < height || w < width) fail(ShapeError, op, `an image of at least ${showShape([height, width])}`, showShape([h, w]));
    if (h === height && w === width) return x;
    const [top, left] = [h - height, w - width].map((room) => randint(0, room + 1, [1]).item() as number);
    return narrow(narrow(x, -2, top, height), -1, left, width);
  };
}

/**
 * Mirrors left and right with probability p.
 *
 * @param p - The probability.
 * @returns A transform.
 * @throws ArgumentError if p is outside [0, 1].
 * @example
 * gt.utils.data.transforms.randomHorizontalFlip(1)(gt.tensor([[1, 2]])); // [[2, 1]]
 * @see torchvision `RandomHorizontalFlip`
 */
export function randomHorizontalFlip(p = 0.5): Transform {
  probability('randomHorizontalFlip', p);
  return (image) => {
    const x = asImage('randomHorizontalFlip', image);
    return (rand([1]).item() as number) < p ? flip(x, [-1]) : x;
  };
}

/**
 * Mirrors top and bottom with probability p.
 *
 * @param p - The probability.
 * @returns A transform.
 * @throws ArgumentError if p is outside [0, 1].
 * @example
 * gt.utils.data.transforms.randomVerticalFlip(1)(gt.tensor([[1], [2]])); // [[2], [1]]
 * @see torchvision `RandomVerticalFlip`
 */
export function randomVerticalFlip(p = 0.5): Transform {
  probability('randomVerticalFlip', p);
  return (image) => {
    const x = asImage('randomVerticalFlip', image);
    return (rand([1]).item() as number) < p ? flip(x, [-2]) : x;
  };
}

/**
 * Puts elements around the image.
 *
 * @param padding - As many on each side, or [left, top, right, bottom].
 * @param fill - Their value.
 * @returns A transform.
 * @example
 * gt.utils.data.transforms.pad([1, 0, 0, 0], 9)(gt.tensor([[1, 2]])); // [[9, 1, 2]]
 * @see torchvision `Pad`
 */
export function pad(padding: number | readonly [left: number, top: number, right: number, bottom: number], fill = 0): Transform {
  const [left, top, right, bottom] = perDim('pad', 'padding', padding, 4, 0);
  asNumber('pad', 'fill', fill);
  return (image) => padded(asImage('pad', image), [left, right, top, bottom], { value: fill });
}

/** Half of it; a half itself is rounded to even, as in Python. */
const half = (n: number): number => (n % 4 === 3 ? (n + 1) / 2 : n >> 1);

/**
 * The window in the middle; zeros are put around an image that is smaller.
 *
 * @param size - Side of a square, or [height, width].
 * @returns A transform.
 * @example
 * gt.utils.data.transforms.centerCrop([1, 2])(gt.tensor([[1, 2, 3, 4]])); // [[2, 3]]
 * @see torchvision `CenterCrop`
 */
export function centerCrop(size: number | readonly [height: number, width: number]): Transform {
  const [height, width] = sizeOf('centerCrop', size);
  return (image) => {
    const x = asImage('centerCrop', image);
    const [below, beside] = [Math.max(height - x.shape.at(-2)!, 0), Math.max(width - x.shape.at(-1)!, 0)];
    const wide = below + beside === 0 ? x : padded(x, [beside >> 1, (beside + 1) >> 1, below >> 1, (below + 1) >> 1]);
    const [top, left] = [half(wide.shape.at(-2)! - height), half(wide.shape.at(-1)! - width)];
    return narrow(narrow(wide, -2, top, height), -1, left, width);
  };
}

/**
 * Resizes by interpolation, without antialiasing. Integer dtypes are rounded.
 *
 * @param size - [height, width], or the length of the shorter side.
 * @param mode - The interpolation.
 * @returns A transform.
 * @example
 * gt.utils.data.transforms.resize([4, 6])(gt.ones([3, 2, 3])).shape; // [3, 4, 6]
 * @see torchvision `Resize`
 */
export function resize(size: number | readonly [height: number, width: number], mode: 'nearest' | 'bilinear' | 'bicubic' = 'bilinear'): Transform {
  sizeOf('resize', size);
  asChoice('resize', 'mode', mode, ['nearest', 'bilinear', 'bicubic']);
  return (image) => {
    const x = asImage('resize', image);
    const [h, w] = x.shape.slice(-2);
    const other = (long: number, short: number): number => Math.trunc(((size as number) * long) / short);
    const [height, width] = typeof size !== 'number' ? size : h <= w ? [size, other(w, h)] : [other(h, w), size];
    const lead = x.shape.slice(0, -2);
    const y = interpolate(reshape(x.isFloatingPoint() ? x : float(x), [1, numel(lead), h, w]), { size: [height, width], mode });
    const shaped = reshape(y, [...lead, height, width]);
    if (x.isFloatingPoint()) return shaped;
    return to(x.dtype === 'uint8' ? clamp(round(shaped), 0, 255) : round(shaped), x.dtype);
  };
}

/**
 * 0.2989 red + 0.587 green + 0.114 blue.
 *
 * @param channels - How many equal channels the result has.
 * @returns A transform of (..., 3, height, width); it throws ShapeError for other images.
 * @example
 * gt.utils.data.transforms.grayscale()(gt.ones([3, 1, 1])); // [[[0.9999]]]
 * @see torchvision `Grayscale`
 */
export const grayscale =
  (channels: 1 | 3 = 1): Transform =>
  (image) => {
    const x = asImage('grayscale', image);
    if (x.ndim < 3 || x.shape.at(-3) !== 3) fail(ShapeError, 'grayscale', 'an image (..., 3, height, width)', showShape(x.shape));
    const [red, green, blue] = [0, 1, 2].map((channel) => narrow(x, -3, channel, 1));
    const gray = add(add(mul(red, 0.2989), mul(green, 0.587)), mul(blue, 0.114));
    const own = x.isFloatingPoint() ? gray : to(gray, x.dtype);
    return channels === 1 ? own : cat([own, own, own], -3);
  };

// gt.utils.data.transforms: changes to images, (channels, height, width) or more dims before these, with torchvision's names; random ones draw from the default generator.
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { asTensor } from '../ops/args.js';
import { tensor } from '../ops/create.js';
import { div, flip, float, narrow, sub } from '../ops/index.js';
import { pad } from '../ops/pad.js';
import { rand, randint } from '../ops/random.js';
import type { Tensor } from '../tensor/tensor.js';

export type Transform = (image: Tensor) => Tensor;

function asImage(op: string, image: unknown): Tensor {
  const x = asTensor(op, 'image', image);
  return x.ndim >= 2 ? x : fail(ShapeError, op, 'an image (..., height, width)', showShape(x.shape));
}

/** One after another. */
export const compose = (transforms: readonly Transform[]): Transform => {
  const odd = transforms.find((f) => typeof f !== 'function');
  if (odd !== undefined) fail(ArgumentError, 'compose', 'a list of functions', show(odd));
  return (image) => transforms.reduce((x, f) => f(x), image);
};

/** Bytes to float32 in [0, 1]. */
export const toTensor = (): Transform => (image) => {
  const x = asImage('toTensor', image);
  return x.dtype === 'uint8' ? div(float(x), 255) : x;
};

/** (x - mean) / std, one of each a channel. */
export function normalize(mean: readonly number[], std: readonly number[]): Transform {
  if (mean.length !== std.length || std.includes(0))
    fail(ArgumentError, 'normalize', 'as many means as deviations, none of them 0', `${show(mean)} and ${show(std)}`);
  return (image) => {
    const x = asImage('normalize', image);
    const column = (values: readonly number[]): Tensor =>
      tensor(
        values.map((v) => [[v]]),
        { dtype: x.dtype },
      );
    return div(sub(x, column(mean)), column(std));
  };
}

/** A window of that size at a random place; `padding` zeros are put around the image first. The row is drawn before the column, and neither if there is no choice. */
export function randomCrop(size: number | readonly [height: number, width: number], { padding = 0 }: { padding?: number } = {}): Transform {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  return (image) => {
    const op = 'randomCrop';
    const x = padding === 0 ? asImage(op, image) : pad(asImage(op, image), [padding, padding, padding, padding]);
    const [h, w] = x.shape.slice(-2);
    if (h < height || w < width) fail(ShapeError, op, `an image of at least ${showShape([height, width])}`, showShape([h, w]));
    if (h === height && w === width) return x;
    const [top, left] = [h - height, w - width].map((room) => randint(0, room + 1, [1]).item() as number);
    return narrow(narrow(x, -2, top, height), -1, left, width);
  };
}

/** Mirrored with probability p. */
export const randomHorizontalFlip =
  (p = 0.5): Transform =>
  (image) => {
    const x = asImage('randomHorizontalFlip', image);
    return (rand([1]).item() as number) < p ? flip(x, [-1]) : x;
  };

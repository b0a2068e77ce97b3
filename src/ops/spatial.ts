// What convolution and pooling share: arguments that are one number or one a dim, and 1-d signals as images of height 1.

import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { checkInt, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import type { Tensor } from '../tensor/tensor.js';
import { squeeze, unsqueeze } from './view.js';

/** One number, or one a dim. */
export type PerDim = number | readonly number[];

/** As `dims` integers of at least `least`. */
export function perDim(op: string, role: string, value: unknown, dims: number, least: number): number[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length !== 1 && list.length !== dims) fail(ArgumentError, op, `${role} to be one integer or ${dims}`, show(value));
  const sizes = Array.from({ length: dims }, (_, d) => checkInt(op, role, list[list.length === 1 ? 0 : d]));
  const high = sizes.find((size) => size > 2 ** 31 - 1);
  if (high !== undefined) fail(ArgumentError, op, `${role} below 2^31`, String(high));
  const low = sizes.find((size) => size < least);
  if (low !== undefined)
    fail(ArgumentError, op, `${role} >= ${least}`, `${low}: ${least === 0 ? `negative ${role} is not supported` : `${role} must be positive`}`);
  return sizes;
}

/** One number a dim of an image: for signals, `one` for the height that they lack. */
export const ofImage = (values: readonly number[], one: number): readonly [number, number] => [values.length === 1 ? one : values[0], values.at(-1)!];

/** The input as a batch of images, with the way back for results. */
export function asImages(op: string, x: Tensor, dims: number): { images: Tensor; back: (y: Tensor) => Tensor } {
  const single = x.ndim === dims + 1;
  if (!single && x.ndim !== dims + 2) {
    fail(ShapeError, op, `${dims + 1}D (unbatched) or ${dims + 2}D (batched) input`, `input of size ${showShape(shapeOf(x))}`);
  }
  const batch = single ? unsqueeze(x, 0) : x;
  return {
    images: dims === 1 ? unsqueeze(batch, 2) : batch,
    back: (y) => {
      const signals = dims === 1 ? squeeze(y, 2) : y;
      return single ? squeeze(signals, 0) : signals;
    },
  };
}

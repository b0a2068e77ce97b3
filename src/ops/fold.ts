// Sliding windows: unfold, a view of overlapping windows along a dim; im2col, all patches of an image as columns, and its adjoint col2im. (nn.functional's unfold and fold.)

import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkDim, checkInt, contiguousStrides, type Shape, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import type { Window } from '../tensor/layout.js';
import { apply } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { window, windowBackward } from '../tensor/window.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { constantPad } from './pad.js';
import { asImages, type PerDim, perDim } from './spatial.js';
import { defineView, narrow, reshape } from './view.js';

interface Slide {
  readonly dim: number;
  readonly size: number;
  readonly step: number;
}
const unfoldOp = defineView<Slide>('unfold', (x, { dim, size, step }) => {
  if (x.shape.length === 0) return { shape: [size], strides: [1], offset: x.offset };
  return {
    shape: [...x.shape.with(dim, Math.floor((x.shape[dim] - size) / step) + 1), size],
    strides: [...x.strides.with(dim, x.strides[dim] * step), x.strides[dim]],
    offset: x.offset,
  };
});
/** Windows of `size` elements of a dim, `step` apart, in a new last dim: a view. */
export function unfold(x: Tensor, dimension: number, size: number, step: number): Tensor {
  asTensor('unfold', 'input', x);
  const dim = checkDim('unfold', dimension, x.ndim);
  const most = x.ndim === 0 ? 1 : shapeOf(x)[dim];
  if (checkInt('unfold', 'size', size) < 0 || size > most)
    fail(ShapeError, 'unfold', `a size in [0, ${most}]`, `${size}: maximum size for tensor at dimension ${dim} is ${most} but size is ${size}`);
  if (checkInt('unfold', 'step', step) <= 0) fail(ArgumentError, 'unfold', 'step > 0', `${step}: step is ${step} but must be > 0`);
  return apply(unfoldOp, [x], { dim, size, step });
}

export interface PatchOptions {
  kernelSize?: PerDim;
  dilation?: PerDim;
  padding?: PerDim;
  stride?: PerDim;
}
interface Patches {
  readonly padding: readonly number[];
  /** Columns a dim. */
  readonly counts: readonly number[];
  readonly kernel: readonly number[];
  /** The patches of a contiguous padded image as (n, channels, kh, kw, rows, columns). */
  readonly window: Window;
}

function patchesOf(
  op: string,
  n: number,
  channels: number,
  size: readonly number[],
  { kernelSize, dilation = 1, padding = 0, stride = 1 }: PatchOptions,
): Patches {
  const kernel = perDim(op, 'kernel size', kernelSize, 2, 1);
  const [apart, pads, steps] = [perDim(op, 'dilation', dilation, 2, 1), perDim(op, 'padding', padding, 2, 0), perDim(op, 'stride', stride, 2, 1)];
  const counts = size.map((s, d) => Math.floor((s + 2 * pads[d] - apart[d] * (kernel[d] - 1) - 1) / steps[d]) + 1);
  if (counts.some((count) => count < 1))
    fail(
      ShapeError,
      op,
      'patches that fit into the padded image',
      `${showShape(counts)}: calculated shape of the array of sliding blocks, but its components must be at least one`,
    );
  const shape: Shape = [n, channels, size[0] + 2 * pads[0], size[1] + 2 * pads[1]];
  const strides = contiguousStrides(shape);
  const view = {
    shape: [n, channels, ...kernel, ...counts],
    strides: [strides[0], strides[1], strides[2] * apart[0], strides[3] * apart[1], strides[2] * steps[0], strides[3] * steps[1]],
    offset: 0,
  };
  return { padding: pads, counts, kernel, window: { base: { shape, strides, offset: 0 }, view } };
}

const positional = ['kernelSize', 'dilation', 'padding', 'stride'] as const;
/** The patches under a sliding kernel as columns: (n?, c, h, w) -> (n?, c kh kw, positions). */
export function im2col(x: Tensor, ...args: ArgsOf<PatchOptions, typeof positional>): Tensor {
  const options = readArgs<PatchOptions>('unfold', args, positional);
  const { images } = asImages('unfold', asTensor('unfold', 'input', x), 2);
  const [n, c, h, w] = shapeOf(images);
  if (c === 0 || h === 0 || w === 0)
    fail(ShapeError, 'unfold', 'an image that is not empty', `${showShape(shapeOf(x))}: Expected 3D or 4D (batch mode) tensor with possibly 0 batch size`);
  const { padding, counts, kernel, window: patches } = patchesOf('unfold', n, c, [h, w], options);
  const padded = constantPad(images, [0, 0, ...padding], [0, 0, ...padding]);
  const columns = [c * kernel[0] * kernel[1], counts[0] * counts[1]];
  return reshape(apply(window, [padded], patches), x.ndim === 3 ? columns : [n, ...columns]);
}

export interface FoldOptions extends PatchOptions {
  /** Height and width of the image. */
  outputSize?: PerDim;
}
/** The image of which the columns are patches, overlapping ones added: (n?, c kh kw, positions) -> (n?, c, h, w). */
export function col2im(x: Tensor, ...args: ArgsOf<FoldOptions, ['outputSize', ...typeof positional]>): Tensor {
  const { outputSize, ...options } = readArgs<FoldOptions>('fold', args, ['outputSize', ...positional]);
  asTensor('fold', 'input', x);
  if (x.ndim !== 2 && x.ndim !== 3) fail(ShapeError, 'fold', '2D or 3D columns', showShape(shapeOf(x)));
  const size = perDim('fold', 'output size', outputSize, 2, 1);
  const kernel = perDim('fold', 'kernel size', options.kernelSize, 2, 1);
  const [rows, columns] = shapeOf(x).slice(-2);
  const n = x.ndim === 3 ? shapeOf(x)[0] : 1;
  const c = rows / (kernel[0] * kernel[1]);
  if (!Number.isInteger(c))
    fail(
      ShapeError,
      'fold',
      `rows divisible by the kernel's ${kernel[0] * kernel[1]} elements`,
      `${showShape(shapeOf(x))}: Expected size of input's dimension 1 to be divisible by the product of kernel_size`,
    );
  const { padding, counts, window: patches } = patchesOf('fold', n, c, size, options);
  if (counts[0] * counts[1] !== columns)
    fail(
      ShapeError,
      'fold',
      `${counts[0] * counts[1]} columns`,
      `${showShape(shapeOf(x))}: expected size of input's dimension 2 to match the calculated number of sliding blocks`,
    );
  const padded = apply(windowBackward, [reshape(x, patches.view.shape)], patches);
  const image = padding.reduce((y, p, d) => (p === 0 ? y : narrow(y, d + 2, p, size[d])), padded);
  return x.ndim === 2 ? reshape(image, [c, ...size]) : image;
}

// Resizing, shuffling of pixels and channels, and patches as modules.
import { fail, ShapeError } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { type ArgsOf, asTensor } from '../ops/args.js';
import type { FoldOptions, PatchOptions } from '../ops/fold.js';
import * as F from '../ops/images.js';
import { reshape, transpose } from '../ops/index.js';
import type { InterpolateOptions } from '../ops/interpolate.js';
import type { PerDim } from '../ops/spatial.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { checked, readOptions } from './options.js';
import { python, pythonFloat } from './repr.js';

const upsampleOrder = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor'] as const;
/**
 * Resizes images, signals or volumes (N, C, ...) by interpolation.
 *
 * @example
 * new gt.nn.Upsample({ scaleFactor: 2 }).forward(gt.ones([1, 1, 2, 3])).shape; // [1, 1, 4, 6]
 * @see PyTorch `torch.nn.Upsample`
 */
export class Upsample extends Module {
  protected options: InterpolateOptions;
  /**
   * @param args - `size` or `scaleFactor`, `mode` ('nearest'), `alignCorners`; positional or by
   * name.
   */
  constructor(...args: ArgsOf<InterpolateOptions, typeof upsampleOrder>) {
    super();
    this.options = readOptions<InterpolateOptions>('Upsample', args, upsampleOrder);
  }
  override forward(x: Tensor): Tensor {
    return F.interpolate(x, this.options);
  }
  override extraRepr(): string {
    const { size, scaleFactor, mode = 'nearest' } = this.options;
    // PyTorch keeps factors as floats.
    const factor = Array.isArray(scaleFactor)
      ? `(${scaleFactor.map(pythonFloat).join(', ')})`
      : typeof scaleFactor === 'number'
        ? pythonFloat(scaleFactor)
        : null;
    return `${factor === null ? `size=${python(size)}` : `scale_factor=${factor}`}, mode=${mode}`;
  }
}

/**
 * (..., C r², H, W) to (..., C, H r, W r).
 *
 * @example
 * new gt.nn.PixelShuffle(2).forward(gt.ones([1, 4, 2, 3])).shape; // [1, 1, 4, 6]
 * @see Shi et al., 2016; PyTorch `torch.nn.PixelShuffle`
 */
export class PixelShuffle extends Module {
  /**
   * @param upscaleFactor - The factor r.
   * @throws ShapeError in forward if r² does not divide the channels.
   */
  constructor(readonly upscaleFactor: number) {
    super();
    checked('PixelShuffle', 'upscaleFactor', upscaleFactor);
  }
  override forward(x: Tensor): Tensor {
    return F.pixelShuffle(x, this.upscaleFactor);
  }
  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}
/**
 * (..., C, H r, W r) to (..., C r², H, W).
 *
 * @example
 * new gt.nn.PixelUnshuffle(2).forward(gt.ones([1, 1, 4, 6])).shape; // [1, 4, 2, 3]
 * @see Shi et al., 2016; PyTorch `torch.nn.PixelUnshuffle`
 */
export class PixelUnshuffle extends Module {
  /**
   * @param downscaleFactor - The factor r.
   * @throws ShapeError in forward if r does not divide both sizes.
   */
  constructor(readonly downscaleFactor: number) {
    super();
    checked('PixelUnshuffle', 'downscaleFactor', downscaleFactor);
  }
  override forward(x: Tensor): Tensor {
    return F.pixelUnshuffle(x, this.downscaleFactor);
  }
  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}
/**
 * Splits the channels of (N, C, ...) into groups and interleaves these.
 *
 * @example
 * new gt.nn.ChannelShuffle(2).forward(gt.ones([1, 4, 2, 3])).shape; // [1, 4, 2, 3]
 * @see Zhang et al., 2017; PyTorch `torch.nn.ChannelShuffle`
 */
export class ChannelShuffle extends Module {
  /**
   * @param groups - How many groups; divides C.
   */
  constructor(readonly groups: number) {
    super();
    checked('ChannelShuffle', 'groups', groups);
  }
  override forward(x: Tensor): Tensor {
    const [n, c, ...rest] = asTensor('ChannelShuffle', 'input', x).shape;
    if (x.ndim < 3 || c % this.groups !== 0)
      fail(ShapeError, 'ChannelShuffle', `an input (N, channels, ...) whose channels are divisible by ${this.groups}`, showShape(x.shape));
    return reshape(transpose(reshape(x, [n, this.groups, c / this.groups, ...rest]), 1, 2), x.shape);
  }
  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}

/**
 * `Upsample` of images, with mode 'nearest'.
 *
 * @example
 * new gt.nn.UpsamplingNearest2d({ scaleFactor: 2 }).forward(gt.ones([1, 1, 2, 3])).shape; // [1, 1, 4, 6]
 * @see PyTorch `torch.nn.UpsamplingNearest2d`
 */
export class UpsamplingNearest2d extends Upsample {
  /**
   * @param args - `size` or `scaleFactor`; positional or by name.
   */
  constructor(...args: ArgsOf<InterpolateOptions, ['size', 'scaleFactor']>) {
    super({ ...readOptions<InterpolateOptions>('UpsamplingNearest2d', args, ['size', 'scaleFactor']), mode: 'nearest' });
  }
}
/**
 * `Upsample` of images, with mode 'bilinear' and alignCorners.
 *
 * @example
 * new gt.nn.UpsamplingBilinear2d({ scaleFactor: 2 }).forward(gt.ones([1, 1, 2, 3])).shape; // [1, 1, 4, 6]
 * @see PyTorch `torch.nn.UpsamplingBilinear2d`
 */
export class UpsamplingBilinear2d extends Upsample {
  /**
   * @param args - `size` or `scaleFactor`; positional or by name.
   */
  constructor(...args: ArgsOf<InterpolateOptions, ['size', 'scaleFactor']>) {
    super({ ...readOptions<InterpolateOptions>('UpsamplingBilinear2d', args, ['size', 'scaleFactor']), mode: 'bilinear', alignCorners: true });
  }
}

const patchOrder = ['dilation', 'padding', 'stride'] as const;
const described = ({ kernelSize, dilation = 1, padding = 0, stride = 1 }: PatchOptions): string =>
  `kernel_size=${python(kernelSize)}, dilation=${python(dilation)}, padding=${python(padding)}, stride=${python(stride)}`;
/**
 * The windows of images as columns: (N?, C, H, W) to (N?, C · kernel elements, windows).
 *
 * @example
 * new gt.nn.Unfold(2).forward(gt.ones([1, 3, 4, 5])).shape; // [1, 12, 12]
 * @see PyTorch `torch.nn.Unfold`
 */
export class Unfold extends Module {
  readonly #options: PatchOptions;
  /**
   * @param kernelSize - One size for both dims, or one for each.
   * @param args - `dilation` (1), `padding` (0), `stride` (1); positional or by name.
   */
  constructor(kernelSize: PerDim, ...args: ArgsOf<PatchOptions, typeof patchOrder>) {
    super();
    this.#options = { kernelSize: checked('Unfold', 'kernelSize', kernelSize), ...readOptions<PatchOptions>('Unfold', args, patchOrder) };
  }
  override forward(x: Tensor): Tensor {
    return F.im2col(x, this.#options);
  }
  override extraRepr(): string {
    return described(this.#options);
  }
}
/**
 * The sum of windows given as columns, the transpose of `Unfold`: to (N?, C, ...outputSize).
 *
 * @example
 * new gt.nn.Fold([4, 5], 2).forward(gt.ones([1, 12, 12])).shape; // [1, 3, 4, 5]
 * @see PyTorch `torch.nn.Fold`
 */
export class Fold extends Module {
  readonly #options: FoldOptions;
  /**
   * @param outputSize - Height and width of the result.
   * @param kernelSize - One size for both dims, or one for each.
   * @param args - `dilation` (1), `padding` (0), `stride` (1); positional or by name.
   * @throws ShapeError in forward if the number of windows does not fit.
   */
  constructor(outputSize: PerDim, kernelSize: PerDim, ...args: ArgsOf<PatchOptions, typeof patchOrder>) {
    super();
    checked('Fold', 'outputSize', outputSize);
    checked('Fold', 'kernelSize', kernelSize);
    this.#options = { outputSize, kernelSize, ...readOptions<PatchOptions>('Fold', args, patchOrder) };
  }
  override forward(x: Tensor): Tensor {
    return F.col2im(x, this.#options);
  }
  override extraRepr(): string {
    return `output_size=${python(this.#options.outputSize)}, ${described(this.#options)}`;
  }
}

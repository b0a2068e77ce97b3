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
/** Resizes to a size or by a factor. */
export class Upsample extends Module {
  protected options: InterpolateOptions;
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

/** (..., c r^2, h, w) -> (..., c, h r, w r). */
export class PixelShuffle extends Module {
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
/** (..., c, h r, w r) -> (..., c r^2, h, w). */
export class PixelUnshuffle extends Module {
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
/** (N, g c, ...) -> (N, c g, ...): the groups' channels in turn. */
export class ChannelShuffle extends Module {
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

/** Upsample by repeating pixels. */
export class UpsamplingNearest2d extends Upsample {
  constructor(...args: ArgsOf<InterpolateOptions, ['size', 'scaleFactor']>) {
    super({ ...readOptions<InterpolateOptions>('UpsamplingNearest2d', args, ['size', 'scaleFactor']), mode: 'nearest' });
  }
}
/** Upsample bilinearly, with the corners' centres falling together. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(...args: ArgsOf<InterpolateOptions, ['size', 'scaleFactor']>) {
    super({ ...readOptions<InterpolateOptions>('UpsamplingBilinear2d', args, ['size', 'scaleFactor']), mode: 'bilinear', alignCorners: true });
  }
}

const patchOrder = ['dilation', 'padding', 'stride'] as const;
const described = ({ kernelSize, dilation = 1, padding = 0, stride = 1 }: PatchOptions): string =>
  `kernel_size=${python(kernelSize)}, dilation=${python(dilation)}, padding=${python(padding)}, stride=${python(stride)}`;
/** The patches of images as columns: (n?, c, h, w) -> (n?, c kh kw, positions). */
export class Unfold extends Module {
  readonly #options: PatchOptions;
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
/** The images of which columns are patches, overlapping ones added: (n?, c kh kw, positions) -> (n?, c, h, w). */
export class Fold extends Module {
  readonly #options: FoldOptions;
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

// Convolution and maxima of volumes (n?, channels, depth, height, width), composed of those of images: depth by depth.

import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { numel, showShape } from '../core/shape.js';
import { zeroFill } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { add, div, mul } from './arithmetic.js';
import { type ConvOptions, type ConvTransposeOptions, conv2d, convTranspose2d } from './conv.js';
import { arange } from './create.js';
import { gather } from './gather.js';
import { constantPad } from './pad.js';
import { type AdaptiveMaxOptions, adaptiveMaxPool2d, type MaxPoolOptions, maxPool2d, type Pooled } from './pool.js';
import { indexAdd } from './scatter.js';
import { perDim } from './spatial.js';
import { narrow, permute, reshape, select, sliceDim, unsqueeze } from './view.js';

/** The input with a batch, and the way back. */
function batchOf(op: string, x: Tensor): { volumes: Tensor; back: (y: Tensor) => Tensor } {
  if (asTensor(op, 'input', x).ndim !== 4 && x.ndim !== 5)
    fail(ShapeError, op, '4D (unbatched) or 5D (batched) input', `input of size ${showShape(shapeOf(x))}`);
  return x.ndim === 5 ? { volumes: x, back: (y) => y } : { volumes: unsqueeze(x, 0), back: (y) => select(y, 0, 0) };
}
function checkWeight(op: string, w: Tensor): void {
  if (asTensor(op, 'weight', w).ndim !== 5) fail(ShapeError, op, 'a weight of 5 dims', showShape(shapeOf(w)));
}
/** (n, c, d, h, w) as (n, d, c, h, w), and back. */
const turned = (x: Tensor): Tensor => permute(x, [0, 2, 1, 3, 4]);
/** All depths of (n, d, c, h, w) as images. */
const slices = (x: Tensor): Tensor => reshape(x, [shapeOf(x)[0] * shapeOf(x)[1], ...shapeOf(x).slice(2)]);
const volumesOf = (images: Tensor, n: number): Tensor => reshape(images, [n, shapeOf(images)[0] / n, ...shapeOf(images).slice(1)]);

const convOrder = ['bias', 'stride', 'padding', 'dilation', 'groups'] as const;
/** Cross-correlation of volumes x (n?, groups c, d, h, w) with filters w (groups o, c, kd, kh, kw): the sum of the planes' over the filters' depth. */
export function conv3d(x: Tensor, w: Tensor, ...args: ArgsOf<ConvOptions, typeof convOrder>): Tensor {
  const op = 'conv3d';
  const { bias = null, stride: steps = 1, padding = 0, dilation: apart = 1, groups = 1 } = readArgs<ConvOptions>(op, args, convOrder);
  const { volumes, back } = batchOf(op, x);
  checkWeight(op, w);
  const [stride, dilation] = [perDim(op, 'stride', steps, 3, 1), perDim(op, 'dilation', apart, 3, 1)];
  const span = dilation[0] * (shapeOf(w)[2] - 1);
  const pads = typeof padding === 'string' ? null : perDim(op, 'padding', padding, 3, 0);
  const before = pads?.[0] ?? (padding === 'same' ? span >> 1 : 0);
  const after = pads?.[0] ?? (padding === 'same' ? span - (span >> 1) : 0);
  const padded = turned(constantPad(volumes, [0, 0, before, 0, 0], [0, 0, after, 0, 0]));
  const depth = Math.floor((shapeOf(padded)[1] - span - 1) / stride[0]) + 1;
  if (shapeOf(padded)[1] < span + 1)
    fail(ShapeError, op, `a depth of at least ${span + 1} with its padding`, `${shapeOf(padded)[1]}: Kernel size can't be greater than actual input size`);
  const options = { stride: stride.slice(1), padding: pads?.slice(1) ?? padding, dilation: dilation.slice(1), groups };
  const planes = (tap: number): Tensor => slices(sliceDim(padded, 1, tap * dilation[0], tap * dilation[0] + (depth - 1) * stride[0] + 1, stride[0]));
  let y = conv2d(planes(0), select(w, 2, 0), { ...options, bias });
  for (let tap = 1; tap < shapeOf(w)[2]; tap++) y = add(y, conv2d(planes(tap), select(w, 2, tap), options));
  return back(turned(volumesOf(y, shapeOf(volumes)[0])));
}

const transposedOrder = ['bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation'] as const;
/** The transpose of conv3d as a linear map: x (n?, groups o, d, h, w), w (groups o, c, kd, kh, kw). */
export function convTranspose3d(x: Tensor, w: Tensor, ...args: ArgsOf<ConvTransposeOptions, typeof transposedOrder>): Tensor {
  const op = 'convTranspose3d';
  const options = readArgs<ConvTransposeOptions>(op, args, transposedOrder);
  const { volumes, back } = batchOf(op, x);
  checkWeight(op, w);
  const [stride, dilation] = [perDim(op, 'stride', options.stride ?? 1, 3, 1), perDim(op, 'dilation', options.dilation ?? 1, 3, 1)];
  const [padding, extra] = [perDim(op, 'padding', options.padding ?? 0, 3, 0), perDim(op, 'outputPadding', options.outputPadding ?? 0, 3, 0)];
  if (extra[0] >= stride[0] && extra[0] >= dilation[0])
    fail(ArgumentError, op, 'outputPadding smaller than stride or dilation', `${extra[0]}: output padding must be smaller than either stride or dilation`);
  const [n, , depth] = shapeOf(volumes);
  const images = slices(turned(volumes));
  const planar = {
    stride: stride.slice(1),
    padding: padding.slice(1),
    outputPadding: extra.slice(1),
    dilation: dilation.slice(1),
    groups: options.groups ?? 1,
  };
  const reach = (depth - 1) * stride[0] + dilation[0] * (shapeOf(w)[2] - 1) + 1;
  const length = reach - 2 * padding[0] + extra[0];
  if (length <= 0) fail(ShapeError, op, 'a result that is not empty', `a depth of ${length}: output size is too small`);
  let y: Tensor | null = null;
  for (let tap = 0; tap < shapeOf(w)[2]; tap++) {
    const planes = volumesOf(convTranspose2d(images, select(w, 2, tap), planar), n);
    if (y === null) {
      y = empty([n, reach + extra[0], ...shapeOf(planes).slice(2)], planes.dt);
      zeroFill(y);
    }
    const places = arange(tap * dilation[0], tap * dilation[0] + (depth - 1) * stride[0] + 1, { step: stride[0], dtype: 'int64' });
    y = indexAdd(y, 1, places, planes);
  }
  const whole = turned(narrow(y!, 1, padding[0], length));
  const { bias = null } = options;
  return back(bias === null ? whole : add(whole, reshape(bias, [bias.count, 1, 1, 1])));
}

/** Maxima over height and width of every depth, then over depth: ties go to the first, as when all are seen at once. */
function maxima(x: Tensor, op: string, planar: (images: Tensor) => Pooled, deep: (images: Tensor) => Pooled, returnIndices: boolean): Pooled {
  const { volumes, back } = batchOf(op, x);
  const [n, c, d, h, w] = shapeOf(volumes);
  const [flat, inPlane] = planar(reshape(volumes, [n, c * d, h, w])) as [Tensor, Tensor];
  const [height, width] = shapeOf(flat).slice(2);
  const area = height * width;
  const [y, inDepth] = deep(reshape(flat, [n, c, d, area])) as [Tensor, Tensor];
  const volume = (t: Tensor): Tensor => back(reshape(t, [n, c, shapeOf(y)[2], height, width]));
  if (!returnIndices) return volume(y);
  const column = (t: Tensor): Tensor => reshape(t, [n, c, numel(shapeOf(t).slice(2)) * (t === inPlane ? d : 1)]);
  const places = column(inDepth);
  const depth = div(places, Math.max(area, 1), { roundingMode: 'floor' });
  return [volume(y), volume(add(mul(depth, h * w), gather(column(inPlane), 2, places)))];
}

const poolOrder = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'] as const;
/** Maxima over windows of volumes; the padding is -inf. With returnIndices, [maxima, where they were in the volume]. */
export function maxPool3d(x: Tensor, ...args: ArgsOf<MaxPoolOptions, typeof poolOrder>): Pooled {
  const op = 'maxPool3d';
  const options = readArgs<MaxPoolOptions>(op, args, poolOrder);
  const kernel = perDim(op, 'kernel size', options.kernelSize, 3, 1);
  const [stride, padding] = [perDim(op, 'stride', options.stride ?? kernel, 3, 1), perDim(op, 'padding', options.padding ?? 0, 3, 0)];
  const dilation = perDim(op, 'dilation', options.dilation ?? 1, 3, 1);
  const { ceilMode = false, returnIndices = false } = options;
  const part = (pick: (sizes: number[], usual: number) => number[]): MaxPoolOptions => ({
    kernelSize: pick(kernel, 1),
    stride: pick(stride, 1),
    padding: pick(padding, 0),
    dilation: pick(dilation, 1),
    ceilMode,
    returnIndices: true,
  });
  const planar = part((sizes) => sizes.slice(1));
  const deep = part((sizes, usual) => [sizes[0], usual]);
  return maxima(
    x,
    op,
    (images) => maxPool2d(images, planar),
    (images) => maxPool2d(images, deep),
    asBoolean(op, 'returnIndices', returnIndices),
  );
}
/** Maxima over as many windows as asked for; with returnIndices, [maxima, where they were in the volume]. */
export function adaptiveMaxPool3d(x: Tensor, ...args: ArgsOf<AdaptiveMaxOptions, ['outputSize', 'returnIndices']>): Pooled {
  const op = 'adaptiveMaxPool3d';
  const { outputSize, returnIndices = false } = readArgs<AdaptiveMaxOptions>(op, args, ['outputSize', 'returnIndices']);
  const [depth, height, width] = Array.isArray(outputSize) ? outputSize : [outputSize!, outputSize!, outputSize!];
  return maxima(
    x,
    op,
    (images) => adaptiveMaxPool2d(images, [height, width], true),
    (images) => adaptiveMaxPool2d(images, [depth, null], true),
    asBoolean(op, 'returnIndices', returnIndices),
  );
}

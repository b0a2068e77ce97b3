// Pooling by p-norms, and the way back from maxima to where they were.

import { ArgumentError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { checkShape, numel, sameShape, showShape } from '../core/shape.js';
import { zeroFill } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { empty, type Tensor } from '../tensor/tensor.js';
import { relu } from './activation.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { mul } from './arithmetic.js';
import { amax, amin } from './extrema.js';
import { abs } from './pointwise.js';
import { avgPool1d, avgPool2d } from './pool.js';
import { pow } from './power.js';
import { sign } from './round.js';

import { scatter } from './scatterReduce.js';
import { type PerDim, perDim } from './spatial.js';
import { reshape } from './view.js';

export interface LpPoolOptions {
  normType?: number;
  kernelSize?: PerDim;
  stride?: PerDim | null;
  ceilMode?: boolean;
}
const lpOrder = ['normType', 'kernelSize', 'stride', 'ceilMode'] as const;
type LpArgs = ArgsOf<LpPoolOptions, typeof lpOrder>;

/** As PyTorch computes it: the mean of powers, without its sign where negative powers' sum is, times the number of elements. */
function lpPool(op: string, dims: number, x: Tensor, args: LpArgs): Tensor {
  const { normType, kernelSize, stride = null, ceilMode = false } = readArgs<LpPoolOptions>(op, args, lpOrder);
  const p = asNumber(op, 'normType', normType);
  if (p === 0) fail(ArgumentError, op, 'normType other than 0', '0');
  const options = { kernelSize, stride, ceilMode };
  const powers = pow(asTensor(op, 'input', x), p);
  const means = dims === 1 ? avgPool1d(powers, options) : avgPool2d(powers, options);
  return pow(mul(mul(sign(means), relu(abs(means))), numel(perDim(op, 'kernel size', kernelSize, dims, 1))), 1 / p);
}
/** (sum of x^p)^(1/p) over windows of a signal (n?, channels, length). */
export const lpPool1d = (x: Tensor, ...args: LpArgs): Tensor => lpPool('lpPool1d', 1, x, args);
/** (sum of x^p)^(1/p) over windows of images (n?, channels, height, width). */
export const lpPool2d = (x: Tensor, ...args: LpArgs): Tensor => lpPool('lpPool2d', 2, x, args);

export interface UnpoolOptions {
  kernelSize?: PerDim;
  stride?: PerDim | null;
  padding?: PerDim;
  outputSize?: readonly number[] | null;
}
const unpoolOrder = ['kernelSize', 'stride', 'padding', 'outputSize'] as const;
type UnpoolArgs = ArgsOf<UnpoolOptions, typeof unpoolOrder>;

function maxUnpool(op: string, dims: number, x: Tensor, indices: Tensor, args: UnpoolArgs): Tensor {
  const { kernelSize, stride: given = null, padding: pads = 0, outputSize = null } = readArgs<UnpoolOptions>(op, args, unpoolOrder);
  if (asTensor(op, 'input', x).ndim !== dims + 1 && x.ndim !== dims + 2)
    fail(ShapeError, op, `an input of ${dims + 1} or ${dims + 2} dims`, showShape(shapeOf(x)));
  if (!sameShape(shapeOf(asTensor(op, 'indices', indices)), shapeOf(x)))
    fail(ShapeError, op, `indices of shape ${showShape(shapeOf(x))}`, showShape(shapeOf(indices)));
  const kernel = perDim(op, 'kernel size', kernelSize, dims, 1);
  const stride = perDim(op, 'stride', given ?? kernel, dims, 1);
  const padding = perDim(op, 'padding', pads, dims, 0);
  const lead = shapeOf(x).slice(0, -dims);
  const usual = shapeOf(x)
    .slice(-dims)
    .map((size, d) => (size - 1) * stride[d] - 2 * padding[d] + kernel[d]);
  const size = outputSize === null ? usual : checkShape(op, outputSize).slice(-dims);
  if (size.length !== dims || size.some((s, d) => !(Number.isInteger(s) && Math.abs(s - usual[d]) < stride[d])))
    fail(ArgumentError, op, `an output size nearer than the stride to ${showShape(usual)}`, `${show(outputSize)}: invalid output_size`);
  const [planes, places] = [numel(lead), numel(size)];
  if (x.count > 0 && ((amin(indices).item() as number) < 0 || (amax(indices).item() as number) >= places))
    fail(IndexError, op, `indices in [0, ${places - 1}]`, `found an invalid max index ${amax(indices).item()}`);
  const nothing = empty([planes, places], x.dt);
  zeroFill(nothing);
  const inner = planes === 0 ? 0 : x.count / planes;
  return reshape(scatter(nothing, 1, reshape(indices, [planes, inner]), reshape(x, [planes, inner])), [...lead, ...size]);
}
/** Zeros, and the maxima where maxPool1d found them. */
export const maxUnpool1d = (x: Tensor, indices: Tensor, ...args: UnpoolArgs): Tensor => maxUnpool('maxUnpool1d', 1, x, indices, args);
/** Zeros, and the maxima where maxPool2d found them. */
export const maxUnpool2d = (x: Tensor, indices: Tensor, ...args: UnpoolArgs): Tensor => maxUnpool('maxUnpool2d', 2, x, indices, args);
/** Zeros, and the maxima where maxPool3d found them. */
export const maxUnpool3d = (x: Tensor, indices: Tensor, ...args: UnpoolArgs): Tensor => maxUnpool('maxUnpool3d', 3, x, indices, args);

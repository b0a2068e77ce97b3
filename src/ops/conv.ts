// Convolution, 1-d and 2-d, and its transpose. Three linear kernels (forward, by input, by weight) are each other's derivatives, so that gradients of any order follow.

import { Category, type DTypeInfo, float64 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError } from '../core/errors.js';
import { checkInt, numel, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf } from '../tensor/inner.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { addressOf, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { add } from './arithmetic.js';
import { toDtype } from './copy.js';
import { rawCast } from './promote.js';
import { sum } from './reduce.js';
import { asImages, ofImage, type PerDim, perDim } from './spatial.js';
import { reshape, unsqueeze } from './view.js';

type Pair = readonly [height: number, width: number];

/** The geometry of y = conv(x, k): x (n, groups c, ...input), k (groups o, c, ...kernel), y (n, groups o, ...output). */
interface Geometry {
  readonly n: number;
  readonly groups: number;
  readonly c: number;
  readonly o: number;
  readonly input: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
}
type Sizes = [number, number, number, number, number, number, number, number, number, number, number, number, number, number, number, number];
const sizesOf = ({ n, groups, c, o, input, output, kernel, stride, padding, dilation }: Geometry): Sizes => [
  n,
  groups,
  c,
  ...input,
  o,
  ...output,
  ...kernel,
  ...stride,
  ...padding,
  ...dilation,
];
const xShape = ({ n, groups, c, input }: Geometry): number[] => [n, groups * c, ...input];
const kShape = ({ groups, o, c, kernel }: Geometry): number[] => [groups * o, c, ...kernel];
const yShape = ({ n, groups, o, output }: Geometry): number[] => [n, groups * o, ...output];

type Kernel = (a: number, b: number, out: number, ...sizes: Sizes) => void;

/** Multiply-adds up to which float32 is summed in double, as in small matrix products: the time goes into the call, and sums that cancel stay exact. */
const smallWork = 1 << 15;
const computeType = (dt: DTypeInfo, { n, groups, c, o, kernel, output }: Geometry): DTypeInfo =>
  n * groups * c * o * numel(kernel) * numel(output) <= smallWork ? float64 : dt;

/** Runs the kernel that `kernelOf` gives for the dtype to compute in. */
function run(kernelOf: (dt: DTypeInfo) => Kernel, a: Tensor, b: Tensor, shape: readonly number[], g: Geometry): Tensor {
  const dt = computeType(a.dt, g);
  const [p, q, y] = [contiguousCopy(rawCast(a, dt)), contiguousCopy(rawCast(b, dt)), empty(shape, dt)];
  if (y.count > 0) kernelOf(dt)(addressOf(p), addressOf(q), addressOf(y), ...sizesOf(g));
  return rawCast(y, a.dt);
}

/** What a rule needs of the other input. */
const needsOther = (needs: number): number => (needs & 2 ? 1 : 0) | (needs & 1 ? 2 : 0);

/** Inputs x, k and perhaps a bias. */
const convOp: Op<Geometry> = defineOp<Geometry>({
  name: 'convolution',
  saves: needsOther,
  forward: ([x, k, b], g) => {
    const forward = (dt: DTypeInfo): Kernel => {
      const bias = b === undefined ? undefined : contiguousCopy(rawCast(b, dt));
      return (px, pk, py, ...sizes) => K.conv[dt.code](px, pk, bias === undefined ? 0 : addressOf(bias), py, Number(bias !== undefined), ...sizes);
    };
    return run(forward, x, k, yShape(g), g);
  },
  vjp: [
    (dy, node) => apply(convInputOp, [dy, node.x(1)], node.args as Geometry),
    (dy, node) => apply(convWeightOp, [dy, node.x(0)], node.args as Geometry),
    (dy) => sum(dy, [0, 2, 3]),
  ],
});
/** dx from dy and k. */
const convInputOp: Op<Geometry> = defineOp<Geometry>({
  name: 'convolutionInput',
  saves: needsOther,
  forward: ([dy, k], g) => run((dt) => K.conv_bwd_input[dt.code], dy, k, xShape(g), g),
  vjp: [(d, node) => apply(convOp, [d, node.x(1)], node.args as Geometry), (d, node) => apply(convWeightOp, [node.x(0), d], node.args as Geometry)],
});
/** dk from dy and x. */
const convWeightOp: Op<Geometry> = defineOp<Geometry>({
  name: 'convolutionWeight',
  saves: needsOther,
  forward: ([dy, x], g) => run((dt) => K.conv_bwd_weight[dt.code], dy, x, kShape(g), g),
  vjp: [(d, node) => apply(convOp, [node.x(1), d], node.args as Geometry), (d, node) => apply(convInputOp, [node.x(0), d], node.args as Geometry)],
});

// Checks ------------------------------------------------------------------------------------------------------------------------------------------------------

/** Ranks, dtypes and channels that hold for both directions; `inputs` and `outputs` are the channels that the weight stands for. */
function check(op: string, dims: number, x: Tensor, w: Tensor, b: Tensor | null, groups: number, inputs: number, outputs: number): void {
  if (groups <= 0) fail(ArgumentError, op, 'groups >= 1', `${groups}: non-positive groups is not supported`);
  for (const [role, t] of Object.entries({ weight: w, bias: b })) {
    if (t !== null && t.dt !== x.dt)
      fail(DTypeError, op, `${role} of the input's dtype ${x.dtype}`, `${t.dtype}: Input type and ${role} type should be the same`);
  }
  if (x.dt.category === Category.Bool) fail(DTypeError, op, 'a numeric input', 'bool: not implemented for it');
  const channels = shapeOf(x)[x.ndim - dims - 1];
  if (shapeOf(w)[0] < groups || shapeOf(w)[0] % groups !== 0)
    fail(ShapeError, op, `weight sizes divisible by ${groups} groups`, `${showShape(shapeOf(w))}: expected weight to be at least ${groups} at dimension 0`);
  if (channels !== inputs) {
    fail(
      ShapeError,
      op,
      `input with ${inputs} channels for groups ${groups} and weight ${showShape(shapeOf(w))}`,
      `input ${showShape(shapeOf(x))} with ${channels} channels instead`,
    );
  }
  if (b !== null && (b.ndim !== 1 || shapeOf(b)[0] !== outputs))
    fail(ShapeError, op, `bias to be 1-dimensional with ${outputs} elements`, `bias of size ${showShape(shapeOf(b))}`);
}

function checkRanks(op: string, dims: number, x: Tensor, w: Tensor, bias: unknown): Tensor | null {
  asTensor(op, 'input', x);
  if (asTensor(op, 'weight', w).ndim !== dims + 2)
    fail(ShapeError, op, `a ${dims + 2}-dimensional weight`, `${showShape(shapeOf(w))}: weight should have at least three dimensions`);
  if (x.ndim !== dims + 1 && x.ndim !== dims + 2)
    fail(ShapeError, op, `${dims + 1}D (unbatched) or ${dims + 2}D (batched) input to ${op}`, `input of size ${showShape(shapeOf(x))}`);
  return bias === undefined || bias === null ? null : asTensor(op, 'bias', bias);
}

/** Images and filters, of floats: integers are computed in float64, exact as far as its mantissa goes. */
const floating = (t: Tensor): Tensor => (t.dt.category === Category.Float ? t : t.double());

// conv1d, conv2d ----------------------------------------------------------------------------------------------------------------------------------------------

export interface ConvOptions {
  bias?: Tensor | null;
  stride?: PerDim;
  /** Zeros on both sides of a dim; 'same' keeps its size, 'valid' is 0. */
  padding?: PerDim | 'same' | 'valid';
  dilation?: PerDim;
  groups?: number;
}
type ConvArgs = ArgsOf<ConvOptions, ['bias', 'stride', 'padding', 'dilation', 'groups']>;

/** Zeros before and in all, dim by dim. */
function paddingOf(op: string, padding: unknown, stride: readonly number[], spans: readonly number[]): { before: number[]; total: number[] } {
  if (padding === 'same') {
    if (stride.some((s) => s !== 1))
      fail(ArgumentError, op, "stride 1 with padding 'same'", `${showShape(stride)}: padding='same' is not supported for strided convolutions`);
    return { before: spans.map((span) => span >> 1), total: [...spans] };
  }
  if (typeof padding === 'string' && padding !== 'valid') fail(ArgumentError, op, "padding to be numbers, 'same' or 'valid'", padding);
  const before = perDim(op, 'padding', padding === 'valid' ? 0 : padding, spans.length, 0);
  return { before, total: before.map((p) => 2 * p) };
}

function convolve(op: string, dims: number, x: Tensor, w: Tensor, args: ConvArgs): Tensor {
  const options = readArgs<ConvOptions>(op, args, ['bias', 'stride', 'padding', 'dilation', 'groups']);
  const b = checkRanks(op, dims, x, w, options.bias);
  const groups = checkInt(op, 'groups', options.groups ?? 1);
  const stride = perDim(op, 'stride', options.stride ?? 1, dims, 1);
  const dilation = perDim(op, 'dilation', options.dilation ?? 1, dims, 1);
  check(op, dims, x, w, b, groups, shapeOf(w)[1] * groups, shapeOf(w)[0]);
  const kernel = shapeOf(w).slice(2);
  const spans = kernel.map((k, d) => dilation[d] * (k - 1));
  const { before, total } = paddingOf(op, options.padding ?? 0, stride, spans);
  const input = shapeOf(x).slice(-dims);
  const output = input.map((size, d) => Math.floor((size + total[d] - spans[d] - 1) / stride[d]) + 1);
  if (kernel.includes(0) || input.some((size, d) => size + total[d] < spans[d] + 1)) {
    fail(
      ShapeError,
      op,
      `a kernel no larger than the padded input ${showShape(input.map((size, d) => size + total[d]))}`,
      `${showShape(spans.map((s) => s + 1))}: Kernel size can't be greater than actual input size`,
    );
  }
  const { images, back } = asImages(op, x, dims);
  const g: Geometry = {
    n: shapeOf(images)[0],
    groups,
    c: shapeOf(w)[1],
    o: shapeOf(w)[0] / groups,
    input: ofImage(input, 1),
    output: ofImage(output, 1),
    kernel: ofImage(kernel, 1),
    stride: ofImage(stride, 1),
    padding: ofImage(before, 0),
    dilation: ofImage(dilation, 1),
  };
  const filters = dims === 1 ? unsqueeze(w, 2) : w;
  const inputs = b === null ? [images, filters] : [images, filters, b];
  return back(toDtype(apply(convOp, inputs.map(floating), g), x.dt));
}

/** Cross-correlation of signals x (n?, groups c, length) with filters w (groups o, c, k). */
export const conv1d = (x: Tensor, w: Tensor, ...args: ConvArgs): Tensor => convolve('conv1d', 1, x, w, args);
/** Cross-correlation of images x (n?, groups c, height, width) with filters w (groups o, c, kh, kw). */
export const conv2d = (x: Tensor, w: Tensor, ...args: ConvArgs): Tensor => convolve('conv2d', 2, x, w, args);

// convTranspose1d, convTranspose2d ----------------------------------------------------------------------------------------------------------------------------

export interface ConvTransposeOptions {
  bias?: Tensor | null;
  stride?: PerDim;
  padding?: PerDim;
  /** More output on one side: several input sizes of a strided convolution give one output size. */
  outputPadding?: PerDim;
  groups?: number;
  dilation?: PerDim;
}
type ConvTransposeArgs = ArgsOf<ConvTransposeOptions, ['bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation']>;

function convolveTransposed(op: string, dims: number, x: Tensor, w: Tensor, args: ConvTransposeArgs): Tensor {
  const options = readArgs<ConvTransposeOptions>(op, args, ['bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation']);
  const b = checkRanks(op, dims, x, w, options.bias);
  const groups = checkInt(op, 'groups', options.groups ?? 1);
  const stride = perDim(op, 'stride', options.stride ?? 1, dims, 1);
  const dilation = perDim(op, 'dilation', options.dilation ?? 1, dims, 1);
  const padding = perDim(op, 'padding', options.padding ?? 0, dims, 0);
  const extra = perDim(op, 'outputPadding', options.outputPadding ?? 0, dims, 0);
  const kernel = shapeOf(w).slice(2);
  check(op, dims, x, w, b, groups, shapeOf(w)[0], shapeOf(w)[1] * groups);
  extra.forEach((e, d) => {
    if (e >= stride[d] && e >= dilation[d])
      fail(ArgumentError, op, 'outputPadding smaller than stride or dilation', `${e}: output padding must be smaller than either stride or dilation`);
  });
  const output = shapeOf(x).slice(-dims);
  const input = output.map((size, d) => (size - 1) * stride[d] - 2 * padding[d] + dilation[d] * (kernel[d] - 1) + extra[d] + 1);
  if (input.some((size) => size <= 0)) fail(ShapeError, op, 'a result that is not empty', `${showShape(input)}: output size is too small`);
  const { images, back } = asImages(op, x, dims);
  const g: Geometry = {
    n: shapeOf(images)[0],
    groups,
    c: shapeOf(w)[1],
    o: shapeOf(w)[0] / groups,
    input: ofImage(input, 1),
    output: ofImage(output, 1),
    kernel: ofImage(kernel, 1),
    stride: ofImage(stride, 1),
    padding: ofImage(padding, 0),
    dilation: ofImage(dilation, 1),
  };
  const filters = dims === 1 ? unsqueeze(w, 2) : w;
  const y = apply(convInputOp, [floating(images), floating(filters)], g);
  return back(toDtype(b === null ? y : add(y, reshape(b, [b.count, 1, 1])), x.dt));
}

/** The transpose of conv1d as a linear map: x (n?, groups o, length), w (groups o, c, k). */
export const convTranspose1d = (x: Tensor, w: Tensor, ...args: ConvTransposeArgs): Tensor => convolveTransposed('convTranspose1d', 1, x, w, args);
/** The transpose of conv2d as a linear map: x (n?, groups o, height, width), w (groups o, c, kh, kw). */
export const convTranspose2d = (x: Tensor, w: Tensor, ...args: ConvTransposeArgs): Tensor => convolveTransposed('convTranspose2d', 2, x, w, args);

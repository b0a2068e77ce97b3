// nn.init: fills tensors in place, unrecorded, with PyTorch's draws.

import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import type { Generator } from '../core/random.js';
import { numel, showShape } from '../core/shape.js';
import { type ArgsOf, asChoice, asNumber, asTensor, readArgs } from '../ops/args.js';
import { clamp_ } from '../ops/clamp.js';
import { empty, eye, fromTypedArray, tensor } from '../ops/create.js';
import { add_, contiguous, copy_, double, erf, erfinv, fill_, mul_, narrow, reshape, setAt, transpose } from '../ops/index.js';
import * as random from '../ops/random.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';

interface Drawn {
  generator?: Generator | null;
}
export interface UniformOptions extends Drawn {
  /** Lower bound. */
  a?: number;
  /** Upper bound. */
  b?: number;
}
export interface NormalOptions extends Drawn {
  mean?: number;
  std?: number;
}

const uniform = (t: Tensor, a: number, b: number, generator?: Generator | null): Tensor => noGrad(() => random.uniform_(t, a, b, { generator }));
const normal = (t: Tensor, mean: number, std: number, generator?: Generator | null): Tensor => noGrad(() => random.normal_(t, mean, std, { generator }));

/** Uniform on [a, b). */
export function uniform_(tensor: Tensor, ...args: ArgsOf<UniformOptions, ['a', 'b']>): Tensor {
  const { a = 0, b = 1, generator } = readArgs<UniformOptions>('uniform_', args, ['a', 'b'], ['generator']);
  return uniform(tensor, a, b, generator);
}
export function normal_(tensor: Tensor, ...args: ArgsOf<NormalOptions, ['mean', 'std']>): Tensor {
  const { mean = 0, std = 1, generator } = readArgs<NormalOptions>('normal_', args, ['mean', 'std'], ['generator']);
  return normal(tensor, mean, std, generator);
}
export const constant_ = (tensor: Tensor, val: number): Tensor => noGrad(() => fill_(tensor, asNumber('constant_', 'val', val)));
export const ones_ = (tensor: Tensor): Tensor => constant_(tensor, 1);
export const zeros_ = (tensor: Tensor): Tensor => constant_(tensor, 0);

/** The identity, for a matrix. */
export function eye_(tensor: Tensor): Tensor {
  if (asTensor('eye_', 'tensor', tensor).ndim !== 2) fail(ShapeError, 'eye_', 'a tensor of 2 dims', showShape(tensor.shape));
  return noGrad(() => copy_(tensor, eye(tensor.shape[0], tensor.shape[1], { dtype: tensor.dtype })));
}

/** Convolution weights that pass as many channels through as possible: a 1 in the middle of channel d's kernel for output d, in each group. */
export function dirac_(tensor: Tensor, ...args: ArgsOf<{ groups?: number }, ['groups']>): Tensor {
  const { groups = 1 } = readArgs<{ groups: number }>('dirac_', args, ['groups']);
  const { shape } = asTensor('dirac_', 'tensor', tensor);
  if (shape.length < 3 || shape.length > 5) fail(ShapeError, 'dirac_', 'a tensor of 3, 4 or 5 dims', showShape(shape));
  if (!Number.isInteger(groups) || groups < 1 || shape[0] % groups !== 0)
    fail(ArgumentError, 'dirac_', `groups that divide dim 0, which is ${shape[0]}`, show(groups));
  const perGroup = shape[0] / groups;
  const middle = shape.slice(2).map((size) => Math.floor(size / 2));
  zeros_(tensor);
  return noGrad(() => {
    for (let out = 0; out < shape[0]; out++) if (out % perGroup < shape[1]) setAt(tensor, [out, out % perGroup, ...middle], 1);
    return tensor;
  });
}

// Scaled by the number of connections -------------------------------------------------------------------------------------------------------------------------------

const linear = ['linear', 'conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d', 'sigmoid'] as const;
export type Nonlinearity = (typeof linear)[number] | 'tanh' | 'relu' | 'leaky_relu' | 'selu';

/** How much the standard deviation of weights must exceed 1 / sqrt(fan) so that activations keep their variance; `param` is leaky_relu's slope. */
export function calculateGain(nonlinearity: Nonlinearity, param: number | null = null): number {
  const name = asChoice('calculateGain', 'nonlinearity', nonlinearity, [...linear, 'tanh', 'relu', 'leaky_relu', 'selu']);
  if (name === 'tanh') return 5 / 3;
  if (name === 'relu') return Math.sqrt(2);
  if (name === 'leaky_relu') return Math.sqrt(2 / (1 + asNumber('calculateGain', 'param', param ?? 0.01) ** 2));
  return name === 'selu' ? 3 / 4 : 1;
}

/** Connections into and out of one unit of a weight (out, in, ...kernel). */
export function fans(op: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  const { shape } = asTensor(op, 'tensor', tensor);
  if (shape.length < 2) fail(ShapeError, op, 'a tensor of at least 2 dims', `${showShape(shape)}: Fan in and fan out can not be computed`);
  const field = numel(shape.slice(2));
  return { fanIn: shape[1] * field, fanOut: shape[0] * field };
}

export interface XavierOptions extends Drawn {
  gain?: number;
}
function xavier(op: string, tensor: Tensor, args: readonly unknown[]): { std: number; generator?: Generator | null } {
  const { gain = 1, generator } = readArgs<XavierOptions>(op, args, ['gain'], ['generator']);
  const { fanIn, fanOut } = fans(op, tensor);
  return { std: gain * Math.sqrt(2 / (fanIn + fanOut)), generator };
}
/** Uniform within gain * sqrt(6 / (fanIn + fanOut)). Glorot and Bengio, 2010. */
export function xavierUniform_(tensor: Tensor, ...args: ArgsOf<XavierOptions, ['gain']>): Tensor {
  const { std, generator } = xavier('xavierUniform_', tensor, args);
  const bound = Math.sqrt(3) * std;
  return uniform(tensor, -bound, bound, generator);
}
/** Normal with deviation gain * sqrt(2 / (fanIn + fanOut)). */
export function xavierNormal_(tensor: Tensor, ...args: ArgsOf<XavierOptions, ['gain']>): Tensor {
  const { std, generator } = xavier('xavierNormal_', tensor, args);
  return normal(tensor, 0, std, generator);
}

export interface KaimingOptions extends Drawn {
  /** leaky_relu's slope. */
  a?: number;
  mode?: 'fan_in' | 'fan_out';
  nonlinearity?: Nonlinearity;
}
function kaiming(op: string, tensor: Tensor, args: readonly unknown[]): { std: number; generator?: Generator | null } {
  const { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu', generator } = readArgs<KaimingOptions>(op, args, ['a', 'mode', 'nonlinearity'], ['generator']);
  const { fanIn, fanOut } = fans(op, tensor);
  const fan = asChoice(op, 'mode', mode, ['fan_in', 'fan_out']) === 'fan_in' ? fanIn : fanOut;
  return { std: calculateGain(nonlinearity, a) / Math.sqrt(fan), generator };
}
/** Uniform within gain * sqrt(3 / fan). He et al., 2015. */
export function kaimingUniform_(tensor: Tensor, ...args: ArgsOf<KaimingOptions, ['a', 'mode', 'nonlinearity']>): Tensor {
  const { std, generator } = kaiming('kaimingUniform_', tensor, args);
  const bound = Math.sqrt(3) * std;
  return tensor.count === 0 ? tensor : uniform(tensor, -bound, bound, generator);
}
/** Normal with deviation gain / sqrt(fan). */
export function kaimingNormal_(tensor: Tensor, ...args: ArgsOf<KaimingOptions, ['a', 'mode', 'nonlinearity']>): Tensor {
  const { std, generator } = kaiming('kaimingNormal_', tensor, args);
  return tensor.count === 0 ? tensor : normal(tensor, 0, std, generator);
}

// Others ------------------------------------------------------------------------------------------------------------------------------------------------------

export interface TruncNormalOptions extends NormalOptions {
  /** Lower bound. */
  a?: number;
  /** Upper bound. */
  b?: number;
}
/** Normal, cut off outside [a, b], by the inverse of the distribution function. */
export function truncNormal_(t: Tensor, ...args: ArgsOf<TruncNormalOptions, ['mean', 'std', 'a', 'b']>): Tensor {
  const { mean = 0, std = 1, a = -2, b = 2, generator } = readArgs<TruncNormalOptions>('truncNormal_', args, ['mean', 'std', 'a', 'b'], ['generator']);
  if (!(a <= b)) fail(ArgumentError, 'truncNormal_', 'a <= b', `a ${show(a)} and b ${show(b)}`);
  /** 2 Phi((x - mean) / std) - 1. */
  const share = (x: number): number => erf(tensor((x - mean) / std / Math.SQRT2, { dtype: 'float64' })).item() as number;
  return noGrad(() => {
    random.uniform_(t, share(a), share(b), { generator });
    return clamp_(add_(mul_(copy_(t, erfinv(t)), std * Math.SQRT2), mean), a, b);
  });
}

/** A matrix (dim 0, all others) with orthonormal rows or columns, whichever are fewer, times gain. Saxe et al., 2014. */
export function orthogonal_(t: Tensor, ...args: ArgsOf<XavierOptions, ['gain']>): Tensor {
  const op = 'orthogonal_';
  const { gain = 1, generator } = readArgs<XavierOptions>(op, args, ['gain'], ['generator']);
  if (asTensor(op, 'tensor', t).ndim < 2)
    fail(ShapeError, op, 'a tensor of at least 2 dims', `${showShape(t.shape)}: Only tensors with 2 or more dimensions are supported`);
  if (t.count === 0) return t;
  const [rows, columns] = [t.shape[0], t.count / t.shape[0]];
  return noGrad(() => {
    const drawn = double(random.normal_(empty([rows, columns], { dtype: t.dtype }), 0, 1, { generator }));
    const tall = contiguous(rows < columns ? transpose(drawn, 0, 1) : drawn);
    const q = fromTypedArray(orthonormal(tall.toTypedArray() as Float64Array, ...(tall.shape as [number, number])), tall.shape);
    return mul_(copy_(t, reshape(rows < columns ? transpose(q, 0, 1) : q, t.shape)), gain);
  });
}

/** The columns of a row-major (m, n), n <= m, made orthonormal one after the other: the Q of its QR factorisation with positive diagonal. Twice is enough to leave rounding only. */
function orthonormal(a: Float64Array, m: number, n: number): Float64Array {
  for (let j = 0; j < n; j++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let dot = 0;
        for (let i = 0; i < m; i++) dot += a[i * n + k] * a[i * n + j];
        for (let i = 0; i < m; i++) a[i * n + j] -= dot * a[i * n + k];
      }
    }
    let square = 0;
    for (let i = 0; i < m; i++) square += a[i * n + j] ** 2;
    for (let i = 0; i < m; i++) a[i * n + j] /= Math.sqrt(square);
  }
  return a;
}

/** A matrix of normal draws, of which a share in each column is set to 0. */
export function sparse_(t: Tensor, sparsity: number, ...args: ArgsOf<NormalOptions, ['std']>): Tensor {
  const { std = 0.01, generator } = readArgs<NormalOptions>('sparse_', args, ['std'], ['generator']);
  if (asTensor('sparse_', 'tensor', t).ndim !== 2)
    fail(ShapeError, 'sparse_', 'a tensor of 2 dims', `${showShape(t.shape)}: Only tensors with 2 dimensions are supported`);
  const [rows, columns] = t.shape;
  const zeros = Math.ceil(asNumber('sparse_', 'sparsity', sparsity) * rows);
  return noGrad(() => {
    random.normal_(t, 0, std, { generator });
    for (let column = 0; column < columns; column++) setAt(t, [narrow(random.randperm(rows, { generator }), 0, 0, zeros), column], 0);
    return t;
  });
}

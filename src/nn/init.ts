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

/** Options of all that is drawn. */
interface Drawn {
  /** Draws the values; by default the default generator. */
  generator?: Generator | null;
}
/** Options of `uniform_`. */
export interface UniformOptions extends Drawn {
  /** Lower bound. */
  a?: number;
  /** Upper bound. */
  b?: number;
}
/** Options of `normal_`. */
export interface NormalOptions extends Drawn {
  /** The mean; 0 by default. */
  mean?: number;
  /** The standard deviation; 1 by default. */
  std?: number;
}

const uniform = (t: Tensor, a: number, b: number, generator?: Generator | null): Tensor => noGrad(() => random.uniform_(t, a, b, { generator }));
const normal = (t: Tensor, mean: number, std: number, generator?: Generator | null): Tensor => noGrad(() => random.normal_(t, mean, std, { generator }));

/**
 * Fills a tensor with values uniform in [a, b). Nothing is recorded.
 *
 * @param tensor - A floating point tensor.
 * @param args - `a` (0), `b` (1), positional or by name; `generator`.
 * @returns The tensor.
 * @example
 * const t = gt.nn.init.uniform_(gt.empty([100]), 2, 3);
 * t.ge(2).all(); // true
 * @see PyTorch `torch.nn.init.uniform_`
 */
export function uniform_(tensor: Tensor, ...args: ArgsOf<UniformOptions, ['a', 'b']>): Tensor {
  const { a = 0, b = 1, generator } = readArgs<UniformOptions>('uniform_', args, ['a', 'b'], ['generator']);
  return uniform(tensor, a, b, generator);
}
/**
 * Fills a tensor with normally distributed values. Nothing is recorded.
 *
 * @param tensor - A floating point tensor.
 * @param args - `mean` (0), `std` (1), positional or by name; `generator`.
 * @returns The tensor.
 * @example
 * gt.nn.init.normal_(gt.empty([2, 3])).shape; // [2, 3]
 * @see PyTorch `torch.nn.init.normal_`
 */
export function normal_(tensor: Tensor, ...args: ArgsOf<NormalOptions, ['mean', 'std']>): Tensor {
  const { mean = 0, std = 1, generator } = readArgs<NormalOptions>('normal_', args, ['mean', 'std'], ['generator']);
  return normal(tensor, mean, std, generator);
}
/**
 * Fills a tensor with one value. Nothing is recorded.
 *
 * @param tensor - The tensor.
 * @param val - The value.
 * @returns The tensor.
 * @example
 * gt.nn.init.constant_(gt.empty([2]), 3); // [3, 3]
 * @see PyTorch `torch.nn.init.constant_`
 */
export const constant_ = (tensor: Tensor, val: number): Tensor => noGrad(() => fill_(tensor, asNumber('constant_', 'val', val)));
/**
 * Fills a tensor with 1. Nothing is recorded.
 *
 * @param tensor - The tensor.
 * @returns The tensor.
 * @example
 * gt.nn.init.ones_(gt.empty([2])); // [1, 1]
 * @see PyTorch `torch.nn.init.ones_`
 */
export const ones_ = (tensor: Tensor): Tensor => constant_(tensor, 1);
/**
 * Fills a tensor with 0. Nothing is recorded.
 *
 * @param tensor - The tensor.
 * @returns The tensor.
 * @example
 * gt.nn.init.zeros_(gt.empty([2])); // [0, 0]
 * @see PyTorch `torch.nn.init.zeros_`
 */
export const zeros_ = (tensor: Tensor): Tensor => constant_(tensor, 0);

/**
 * Fills a matrix with the identity. Nothing is recorded.
 *
 * @param tensor - A 2-d tensor.
 * @returns The tensor.
 * @throws ShapeError if it has not 2 dims.
 * @example
 * gt.nn.init.eye_(gt.empty([2, 2])); // [[1, 0], [0, 1]]
 * @see PyTorch `torch.nn.init.eye_`
 */
export function eye_(tensor: Tensor): Tensor {
  if (asTensor('eye_', 'tensor', tensor).ndim !== 2) fail(ShapeError, 'eye_', 'a tensor of 2 dims', showShape(tensor.shape));
  return noGrad(() => copy_(tensor, eye(tensor.shape[0], tensor.shape[1], { dtype: tensor.dtype })));
}

/**
 * Fills convolution weights so that as many channels as possible pass unchanged: in each group
 * output d has a 1 in the middle of channel d's kernel.
 *
 * @param tensor - (out, in / groups, ...kernel), 3 to 5 dims.
 * @param args - `groups` (1); positional or by name.
 * @returns The tensor.
 * @throws ShapeError if the dims do not fit, or `groups` does not divide the outputs.
 * @example
 * gt.nn.init.dirac_(gt.empty([1, 1, 3])); // [[[0, 1, 0]]]
 * @see PyTorch `torch.nn.init.dirac_`
 */
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
/** The activations that `calculateGain` knows, by PyTorch's names. */
export type Nonlinearity = (typeof linear)[number] | 'tanh' | 'relu' | 'leaky_relu' | 'selu';

/**
 * The factor on 1 / √fan for weights before this activation, so that variances stay: 1 for linear
 * layers and sigmoid, 5/3 for tanh, √2 for relu, √(2 / (1 + slope²)) for leaky_relu, 3/4 for selu.
 *
 * @param nonlinearity - The activation.
 * @param param - The slope of leaky_relu; 0.01 by default.
 * @returns The factor.
 * @throws ArgumentError if the activation is unknown.
 * @example
 * gt.nn.init.calculateGain('relu'); // 1.4142
 * @see PyTorch `torch.nn.init.calculate_gain`
 */
export function calculateGain(nonlinearity: Nonlinearity, param: number | null = null): number {
  const name = asChoice('calculateGain', 'nonlinearity', nonlinearity, [...linear, 'tanh', 'relu', 'leaky_relu', 'selu']);
  if (name === 'tanh') return 5 / 3;
  if (name === 'relu') return Math.sqrt(2);
  if (name === 'leaky_relu') return Math.sqrt(2 / (1 + asNumber('calculateGain', 'param', param ?? 0.01) ** 2));
  return name === 'selu' ? 3 / 4 : 1;
}

/**
 * Connections into and out of one unit of a weight (out, in, ...kernel).
 *
 * @param op - Who asks, for errors.
 * @param tensor - The weight.
 * @returns in · kernel elements, and out · kernel elements.
 * @throws ShapeError if it has less than 2 dims.
 * @example
 * gt.nn.init.fans('example', gt.empty([8, 4, 3, 3])); // { fanIn: 36, fanOut: 72 }
 */
export function fans(op: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  const { shape } = asTensor(op, 'tensor', tensor);
  if (shape.length < 2) fail(ShapeError, op, 'a tensor of at least 2 dims', `${showShape(shape)}: Fan in and fan out can not be computed`);
  const field = numel(shape.slice(2));
  return { fanIn: shape[1] * field, fanOut: shape[0] * field };
}

/** Options of `xavierUniform_`, `xavierNormal_` and `orthogonal_`. */
export interface XavierOptions extends Drawn {
  /** A factor of the values; 1 by default. */
  gain?: number;
}
function xavier(op: string, tensor: Tensor, args: readonly unknown[]): { std: number; generator?: Generator | null } {
  const { gain = 1, generator } = readArgs<XavierOptions>(op, args, ['gain'], ['generator']);
  const { fanIn, fanOut } = fans(op, tensor);
  return { std: gain * Math.sqrt(2 / (fanIn + fanOut)), generator };
}
/**
 * Fills a tensor with values uniform in ±gain √(6 / (fanIn + fanOut)). Nothing is recorded.
 *
 * @param tensor - (out, in, ...kernel), floating point.
 * @param args - `gain` (1), positional or by name; `generator`.
 * @returns The tensor.
 * @throws ShapeError if it has less than 2 dims.
 * @example
 * gt.nn.init.xavierUniform_(gt.empty([2, 4])).abs().max().lt(1.001); // true
 * @see Glorot and Bengio, 2010; PyTorch `torch.nn.init.xavier_uniform_`
 */
export function xavierUniform_(tensor: Tensor, ...args: ArgsOf<XavierOptions, ['gain']>): Tensor {
  const { std, generator } = xavier('xavierUniform_', tensor, args);
  const bound = Math.sqrt(3) * std;
  return uniform(tensor, -bound, bound, generator);
}
/**
 * Fills a tensor with normal values of deviation gain √(2 / (fanIn + fanOut)). Nothing is recorded.
 *
 * @param tensor - (out, in, ...kernel), floating point.
 * @param args - `gain` (1), positional or by name; `generator`.
 * @returns The tensor.
 * @throws ShapeError if it has less than 2 dims.
 * @example
 * gt.nn.init.xavierNormal_(gt.empty([2, 4])).shape; // [2, 4]
 * @see Glorot and Bengio, 2010; PyTorch `torch.nn.init.xavier_normal_`
 */
export function xavierNormal_(tensor: Tensor, ...args: ArgsOf<XavierOptions, ['gain']>): Tensor {
  const { std, generator } = xavier('xavierNormal_', tensor, args);
  return normal(tensor, 0, std, generator);
}

/** Options of `kaimingUniform_` and `kaimingNormal_`. */
export interface KaimingOptions extends Drawn {
  /** The slope of leaky_relu; 0 by default. */
  a?: number;
  /** Whether the connections in ('fan_in', the default) or out ('fan_out') count. */
  mode?: 'fan_in' | 'fan_out';
  /** The activation that follows; 'leaky_relu' by default. */
  nonlinearity?: Nonlinearity;
}
function kaiming(op: string, tensor: Tensor, args: readonly unknown[]): { std: number; generator?: Generator | null } {
  const { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu', generator } = readArgs<KaimingOptions>(op, args, ['a', 'mode', 'nonlinearity'], ['generator']);
  const { fanIn, fanOut } = fans(op, tensor);
  const fan = asChoice(op, 'mode', mode, ['fan_in', 'fan_out']) === 'fan_in' ? fanIn : fanOut;
  return { std: calculateGain(nonlinearity, a) / Math.sqrt(fan), generator };
}
/**
 * Fills a tensor with values uniform in ±gain √(3 / fan). Nothing is recorded.
 *
 * @param tensor - (out, in, ...kernel), floating point.
 * @param args - `a` (0), `mode` ('fan_in'), `nonlinearity` ('leaky_relu'), positional or by name;
 * `generator`.
 * @returns The tensor.
 * @throws ShapeError if it has less than 2 dims.
 * @example
 * gt.nn.init.kaimingUniform_(gt.empty([2, 6])).abs().max().lt(1.001); // true
 * @see He et al., 2015; PyTorch `torch.nn.init.kaiming_uniform_`
 */
export function kaimingUniform_(tensor: Tensor, ...args: ArgsOf<KaimingOptions, ['a', 'mode', 'nonlinearity']>): Tensor {
  const { std, generator } = kaiming('kaimingUniform_', tensor, args);
  const bound = Math.sqrt(3) * std;
  return tensor.count === 0 ? tensor : uniform(tensor, -bound, bound, generator);
}
/**
 * Fills a tensor with normal values of deviation gain / √fan. Nothing is recorded.
 *
 * @param tensor - (out, in, ...kernel), floating point.
 * @param args - `a` (0), `mode` ('fan_in'), `nonlinearity` ('leaky_relu'), positional or by name;
 * `generator`.
 * @returns The tensor.
 * @throws ShapeError if it has less than 2 dims.
 * @example
 * gt.nn.init.kaimingNormal_(gt.empty([2, 6])).shape; // [2, 6]
 * @see He et al., 2015; PyTorch `torch.nn.init.kaiming_normal_`
 */
export function kaimingNormal_(tensor: Tensor, ...args: ArgsOf<KaimingOptions, ['a', 'mode', 'nonlinearity']>): Tensor {
  const { std, generator } = kaiming('kaimingNormal_', tensor, args);
  return tensor.count === 0 ? tensor : normal(tensor, 0, std, generator);
}

// Others ------------------------------------------------------------------------------------------------------------------------------------------------------

/** Options of `truncNormal_`. */
export interface TruncNormalOptions extends NormalOptions {
  /** The lower bound; -2 by default. */
  a?: number;
  /** The upper bound; 2 by default. */
  b?: number;
}
/**
 * Fills a tensor with normal values within [a, b]. Nothing is recorded.
 *
 * @param t - A floating point tensor.
 * @param args - `mean` (0), `std` (1), `a` (-2), `b` (2), positional or by name; `generator`.
 * @returns The tensor.
 * @throws ArgumentError if a > b.
 * @example
 * gt.nn.init.truncNormal_(gt.empty([100])).abs().max().le(2); // true
 * @see PyTorch `torch.nn.init.trunc_normal_`
 */
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

/**
 * Fills a matrix (dim 0, all others) with orthonormal rows or columns, whichever are fewer, times
 * gain.
 *
 * @param t - A floating point tensor of at least 2 dims.
 * @param args - `gain` (1), positional or by name; `generator`.
 * @returns The tensor.
 * @throws ShapeError if it has less than 2 dims.
 * @example
 * const q = gt.nn.init.orthogonal_(gt.empty([2, 3]));
 * q.matmul(q.t()); // [[1, 0], [0, 1]]
 * @see Saxe et al., 2014; PyTorch `torch.nn.init.orthogonal_`
 */
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

/**
 * Fills a matrix with normal values, and a share of each column with 0.
 *
 * @param t - A 2-d floating point tensor.
 * @param sparsity - The share of zeros in each column.
 * @param args - `std` (0.01), positional or by name; `generator`.
 * @returns The tensor.
 * @throws ShapeError if it has not 2 dims.
 * @example
 * gt.nn.init.sparse_(gt.empty([4, 1]), 0.5).ne(0).sum(); // 2
 * @see Martens, 2010; PyTorch `torch.nn.init.sparse_`
 */
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

// Rearranging channels and pixels, normalising over neighbouring channels, and the bilinear map of two vectors.

import { float32, float64 } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkInt, numel, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { add, div, mul } from './arithmetic.js';
import { gt } from './compare.js';
import { toDtype } from './copy.js';
import { bmm, matmul } from './matmul.js';
import { abs } from './pointwise.js';
import { meansOf } from './pool.js';
import { pow } from './power.js';
import { anyTrue } from './reduce.js';
import { resample } from './resample.js';
import { permute, reshape } from './view.js';

function factorOf(op: string, role: string, x: Tensor, args: readonly unknown[]): number {
  if (asTensor(op, 'input', x).ndim < 3)
    fail(ShapeError, op, 'an input of at least 3 dims', `${showShape(shapeOf(x))}: expects input to have at least 3 dimensions`);
  const r = checkInt(op, role, readArgs<Record<string, number>>(op, args, [role])[role]);
  if (r <= 0) fail(ArgumentError, op, `a positive ${role}`, `${r}: expects a positive factor`);
  return r;
}

/** (..., c r^2, h, w) -> (..., c, h r, w r): channels become pixels. */
export function pixelShuffle(x: Tensor, ...args: ArgsOf<{ upscaleFactor: number }, ['upscaleFactor']>): Tensor {
  const r = factorOf('pixelShuffle', 'upscaleFactor', x, args);
  const lead = shapeOf(x).slice(0, -3);
  const [c, h, w] = shapeOf(x).slice(-3);
  if (c % (r * r) !== 0)
    fail(
      ShapeError,
      'pixelShuffle',
      `channels divisible by ${r * r}`,
      `${c}: expects its input's 'channel' dimension to be divisible by the square of upscale_factor`,
    );
  const n = lead.length;
  const apart = reshape(x, [...lead, c / (r * r), r, r, h, w]);
  return reshape(permute(apart, [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2]), [...lead, c / (r * r), h * r, w * r]);
}
/** (..., c, h r, w r) -> (..., c r^2, h, w): pixels become channels. */
export function pixelUnshuffle(x: Tensor, ...args: ArgsOf<{ downscaleFactor: number }, ['downscaleFactor']>): Tensor {
  const r = factorOf('pixelUnshuffle', 'downscaleFactor', x, args);
  const lead = shapeOf(x).slice(0, -3);
  const [c, h, w] = shapeOf(x).slice(-3);
  if (h % r !== 0 || w % r !== 0)
    fail(ShapeError, 'pixelUnshuffle', `height and width divisible by ${r}`, `${showShape([h, w])}: expects height to be divisible by downscale_factor`);
  const n = lead.length;
  const apart = reshape(x, [...lead, c, h / r, r, w / r, r]);
  return reshape(permute(apart, [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3]), [...lead, c * r * r, h / r, w / r]);
}

export interface LocalResponseNormOptions {
  /** Neighbouring channels that count. */
  size?: number;
  alpha?: number;
  beta?: number;
  k?: number;
}
/** x / (k + alpha mean(x^2 over neighbouring channels))^beta; channels beyond the ends count as 0. */
export function localResponseNorm(x: Tensor, ...args: ArgsOf<LocalResponseNormOptions, ['size', 'alpha', 'beta', 'k']>): Tensor {
  const op = 'localResponseNorm';
  const { size, alpha = 1e-4, beta = 0.75, k = 1 } = readArgs<LocalResponseNormOptions>(op, args, ['size', 'alpha', 'beta', 'k']);
  if (asTensor(op, 'input', x).ndim < 3)
    fail(ShapeError, op, 'an input of at least 3 dims', `${showShape(shapeOf(x))}: Expected 3D or higher dimensionality input`);
  const n = checkInt(op, 'size', size);
  if (n <= 0) fail(ArgumentError, op, 'size >= 1', String(n));
  return byNeighbours(x, (c) => [c - (n >> 1), c - (n >> 1) + n], n, alpha, beta, k);
}
/** x / (k + alpha s / n)^beta, s being the squares of the window's channels summed. */
function byNeighbours(x: Tensor, window: (channel: number) => readonly [number, number], n: number, alpha: number, beta: number, k: number): Tensor {
  if (x.count === 0) return x;
  // Squares that float32 cannot hold are taken in float64.
  if (x.dt === float32 && anyTrue(gt(abs(x), 2 ** 60))) return toDtype(byNeighbours(toDtype(x, float64), window, n, alpha, beta, k), float32);
  const windows = Array.from({ length: shapeOf(x)[1] }, (_, c) => window(c));
  const means = resample(
    mul(x, x),
    1,
    meansOf(shapeOf(x)[1], windows, () => n),
  );
  return div(x, pow(add(mul(means, alpha), k), beta));
}
/** The older form of localResponseNorm: as many channels on either side, so that an even size counts as the odd one below it, but divides by itself. */
export function crossMapLrn2d(x: Tensor, size: number, alpha: number, beta: number, k: number): Tensor {
  if (asTensor('crossMapLRN2d', 'input', x).ndim !== 4) fail(ShapeError, 'crossMapLRN2d', 'an input (batch, channels, height, width)', showShape(shapeOf(x)));
  const side = (size - 1) >> 1;
  return byNeighbours(x, (c) => [c - side, c + side + 1], size, alpha, beta, k);
}

/** y_o = x1^T weight_o x2 + b_o on the last dim: (..., i), (..., j), weight (out, i, j), bias (out). */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, ...args: ArgsOf<{ bias?: Tensor | null }, ['bias']>): Tensor {
  const op = 'bilinear';
  const b = readArgs<{ bias?: Tensor | null }>(op, args, ['bias']).bias ?? null;
  const [p, q] = [asTensor(op, 'input1', x1), asTensor(op, 'input2', x2)];
  if (asTensor(op, 'weight', weight).ndim !== 3) fail(ShapeError, op, 'a weight of 3 dims', showShape(shapeOf(weight)));
  const [o, i, j] = shapeOf(weight);
  const lead = shapeOf(p).slice(0, -1);
  if (p.ndim !== q.ndim || showShape(lead) !== showShape(shapeOf(q).slice(0, -1)))
    fail(ShapeError, op, 'inputs of one batch shape', `${showShape(shapeOf(p))} and ${showShape(shapeOf(q))}: input batch dimensions do not match`);
  if (shapeOf(p).at(-1) !== i || shapeOf(q).at(-1) !== j)
    fail(
      ShapeError,
      op,
      `inputs of sizes ${i} and ${j} for weight ${showShape(shapeOf(weight))}`,
      `${showShape(shapeOf(p))} and ${showShape(shapeOf(q))}: sizes do not match`,
    );
  if (b !== null && (asTensor(op, 'bias', b).ndim !== 1 || shapeOf(b)[0] !== o)) fail(ShapeError, op, `a bias of ${o} elements`, showShape(shapeOf(b)));
  const rows = numel(lead);
  const half = reshape(matmul(reshape(p, [rows, i]), reshape(permute(weight, [1, 0, 2]), [i, o * j])), [rows, o, j]);
  const y = reshape(bmm(half, reshape(q, [rows, j, 1])), [...lead, o]);
  return b === null ? y : add(y, b);
}

// gt.nn.utils: clipping gradients, and parameters as one vector.

import { ArgumentError, fail, GradientError, ShapeError, show } from '../core/errors.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from '../ops/args.js';
import { clamp, clamp_ } from '../ops/clamp.js';
import { tensor } from '../ops/create.js';
import { abs, add, amax, cat, copy_, div, mul, mul_, narrow, pow, reshape, sqrt, stack, sum } from '../ops/index.js';
import { gradientOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';

export * as rnn from './packed.js';
export { removeSpectralNorm, removeWeightNorm, spectralNorm, weightNorm } from './reparametrise.js';

type Parameters = Tensor | Iterable<Tensor>;
const listOf = (op: string, parameters: Parameters): Tensor[] =>
  parameters instanceof Tensor ? [parameters] : Array.from(parameters, (p, i) => asTensor(op, `parameter ${i}`, p));
/** Read past `grad`, since nobody here keeps them: zeroGrad may then end them at once. */
const gradsOf = (op: string, parameters: Parameters): Tensor[] => listOf(op, parameters).flatMap((p) => gradientOf(p) ?? []);

function norm(t: Tensor, p: number): Tensor {
  if (p === Number.POSITIVE_INFINITY) return amax(abs(t));
  return p === 2 ? sqrt(sum(mul(t, t))) : pow(sum(pow(abs(t), p)), 1 / p);
}

export interface ClipOptions {
  /** Which p-norm; Infinity is the largest element. */
  normType?: number;
  errorIfNonfinite?: boolean;
}

/** Scales all gradients together so that their norm, seen as one vector, is at most maxNorm; returns the norm before. */
export function clipGradNorm_(parameters: Parameters, maxNorm: number, ...args: ArgsOf<ClipOptions, ['normType', 'errorIfNonfinite']>): Tensor {
  const op = 'clipGradNorm_';
  const { normType = 2, errorIfNonfinite = false } = readArgs<ClipOptions>(op, args, ['normType', 'errorIfNonfinite']);
  if (!(asNumber(op, 'normType', normType) > 0)) fail(ArgumentError, op, 'normType > 0', show(normType));
  const most = asNumber(op, 'maxNorm', maxNorm);
  const grads = gradsOf(op, parameters).filter((grad) => grad.count > 0);
  if (grads.length === 0) return tensor(0);
  return noGrad(() => {
    const norms = stack(grads.map((grad) => norm(grad, normType)));
    const total = norm(norms, normType);
    if (errorIfNonfinite && !Number.isFinite(total.item())) {
      throw new GradientError(
        `${op}: expected a finite norm of the gradients, got ${total.item()}: the total norm of order ${normType} is non-finite, so it cannot be clipped`,
      );
    }
    const scale = clamp(div(most, add(total, 1e-6)), { max: 1 });
    for (const grad of grads) mul_(grad, scale);
    return total;
  });
}

/** Brings every element of the gradients into [-clipValue, clipValue]. */
export function clipGradValue_(parameters: Parameters, clipValue: number): void {
  const most = asNumber('clipGradValue_', 'clipValue', clipValue);
  noGrad(() => {
    for (const grad of gradsOf('clipGradValue_', parameters)) clamp_(grad, -most, most);
  });
}

/** All parameters' elements, one after the other, as one vector that is connected to them in the graph. */
export function parametersToVector(parameters: Parameters): Tensor {
  return cat(listOf('parametersToVector', parameters).map((p) => reshape(p, [p.count])));
}

/** Copies a vector's elements into the parameters, one after the other. */
export function vectorToParameters(vec: Tensor, parameters: Parameters): void {
  const op = 'vectorToParameters';
  const list = listOf(op, parameters);
  const count = list.reduce((n, p) => n + p.count, 0);
  if (asTensor(op, 'vec', vec).ndim !== 1 || vec.count !== count) fail(ShapeError, op, `a vector of ${count} elements`, `shape [${vec.shape.join(', ')}]`);
  noGrad(() => {
    let at = 0;
    for (const p of list) {
      copy_(p, reshape(narrow(vec, 0, at, p.count), p.shape));
      at += p.count;
    }
  });
}

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

/** Options of `clipGradNorm_`. */
export interface ClipOptions {
  /** The p of the norm; 2 by default. Infinity is the largest element. */
  normType?: number;
  /** Whether a norm that is not finite is an error; false by default. */
  errorIfNonfinite?: boolean;
}

/**
 * Scales all gradients by min(1, maxNorm / (norm + 1e-6)), where norm is that of all of them as one
 * vector.
 *
 * @param parameters - A parameter or several.
 * @param maxNorm - The largest norm.
 * @param args - `normType` (2), `errorIfNonfinite` (false); positional or by name.
 * @returns The norm before, 0-d.
 * @throws GradientError if the norm is not finite, with `errorIfNonfinite`.
 * @example
 * const w = gt.tensor([3, 4], { requiresGrad: true });
 * w.square().sum().mul(0.5).backward();
 * gt.nn.utils.clipGradNorm_(w, 1); // 5
 * w.grad; // [0.6, 0.8]
 * @see PyTorch `torch.nn.utils.clip_grad_norm_`
 */
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

/**
 * Clamps every element of the gradients to [-clipValue, clipValue].
 *
 * @param parameters - A parameter or several.
 * @param clipValue - The bound.
 * @example
 * const w = gt.tensor([3, 4], { requiresGrad: true });
 * w.sum().backward();
 * gt.nn.utils.clipGradValue_(w, 0.5);
 * w.grad; // [0.5, 0.5]
 * @see PyTorch `torch.nn.utils.clip_grad_value_`
 */
export function clipGradValue_(parameters: Parameters, clipValue: number): void {
  const most = asNumber('clipGradValue_', 'clipValue', clipValue);
  noGrad(() => {
    for (const grad of gradsOf('clipGradValue_', parameters)) clamp_(grad, -most, most);
  });
}

/**
 * All elements of the parameters as one vector, connected to them in the graph.
 *
 * @param parameters - A parameter or several.
 * @returns A 1-d tensor.
 * @example
 * gt.nn.utils.parametersToVector(new gt.nn.Linear(3, 2).parameters()).shape; // [8]
 * @see PyTorch `torch.nn.utils.parameters_to_vector`
 */
export function parametersToVector(parameters: Parameters): Tensor {
  return cat(listOf('parametersToVector', parameters).map((p) => reshape(p, [p.count])));
}

/**
 * Copies a vector's elements into the parameters, one after the other.
 *
 * @param vec - A 1-d tensor with as many elements as all parameters.
 * @param parameters - A parameter or several.
 * @throws ShapeError if the count differs.
 * @example
 * const layer = new gt.nn.Linear(1, 1);
 * gt.nn.utils.vectorToParameters(gt.tensor([2, 3]), layer.parameters());
 * layer.forward(gt.ones([1])); // [5]
 * @see PyTorch `torch.nn.utils.vector_to_parameters`
 */
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

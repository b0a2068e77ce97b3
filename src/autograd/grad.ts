// Gradients as values: grad, and backward from several tensors.
import { ArgumentError, GradientError } from '../core/errors.js';
import { readArgs } from '../ops/args.js';
import { runBackward } from '../tensor/backward.js';
import { Tensor } from '../tensor/tensor.js';
import { retainGrad } from './retain.js';
import { seedOf, targetOf } from './target.js';

/** Options of `autograd.grad`. */
/** Options of `autograd.grad`. */
export interface GradOptions {
  /** One weight like each output; null is 1, for an output of one element. */
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Whether the graph stays, so that backward can run again; by default `createGraph`. */
  retainGraph?: boolean;
  /** Whether the gradients can be differentiated. */
  createGraph?: boolean;
  /** Whether an input that the outputs do not depend on gives null, instead of an error. */
  allowUnused?: boolean;
}

const listOf = (value: Tensor | readonly Tensor[]): readonly Tensor[] => (value instanceof Tensor ? [value] : value);

/**
 * The gradients of the sum of the outputs, weighted by `gradOutputs`, with respect to each input.
 * They are values: no `.grad` changes.
 *
 * @param outputs - A tensor or an array of tensors.
 * @param inputs - A tensor or an array of tensors.
 * @param options - `gradOutputs`, `retainGraph`, `createGraph`, `allowUnused`; see `GradOptions`.
 * @returns One gradient for each input, of its shape; null for an unused one, with `allowUnused`.
 * @throws GradientError if an output does not require grad, or an input is unused.
 * @example
 * const x = gt.tensor([3], { requiresGrad: true });
 * const [dx] = gt.autograd.grad(x.square(), x, { createGraph: true });
 * dx; // [6]
 * gt.autograd.grad(dx, x)[0]; // [2]
 * @see PyTorch `torch.autograd.grad`
 */
export function grad(outputs: Tensor | readonly Tensor[], inputs: Tensor | readonly Tensor[], options: GradOptions & { allowUnused: true }): (Tensor | null)[];
/**
 * The gradients of the sum of the outputs, weighted by `gradOutputs`, with respect to each input.
 * They are values: no `.grad` changes.
 *
 * @param outputs - A tensor or an array of tensors.
 * @param inputs - A tensor or an array of tensors.
 * @param options - `gradOutputs`, `retainGraph`, `createGraph`, `allowUnused`; see `GradOptions`.
 * @returns One gradient for each input, of its shape; null for an unused one, with `allowUnused`.
 * @throws GradientError if an output does not require grad, or an input is unused.
 * @example
 * const x = gt.tensor([3], { requiresGrad: true });
 * const [dx] = gt.autograd.grad(x.square(), x, { createGraph: true });
 * dx; // [6]
 * gt.autograd.grad(dx, x)[0]; // [2]
 * @see PyTorch `torch.autograd.grad`
 */
export function grad(outputs: Tensor | readonly Tensor[], inputs: Tensor | readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(outputs: Tensor | readonly Tensor[], inputs: Tensor | readonly Tensor[], options: GradOptions = {}): (Tensor | null)[] {
  const keywords = ['gradOutputs', 'retainGraph', 'createGraph', 'allowUnused'] as const;
  const { gradOutputs = null, createGraph = false, retainGraph = createGraph, allowUnused = false } = readArgs<GradOptions>('grad', [options], [], keywords);
  const [ys, xs] = [listOf(outputs), listOf(inputs)];
  if (xs.length === 0) throw new ArgumentError('grad: expected inputs to hold tensors, got []');
  const given = gradOutputs === null ? ys.map(() => null) : gradOutputs instanceof Tensor ? [gradOutputs] : gradOutputs;
  if (given.length !== ys.length) throw new ArgumentError(`grad: expected one gradOutput for each of ${ys.length} outputs, got ${given.length}`);
  const roots = ys.map((y) => targetOf('grad', y, 'an output'));
  const seeds = ys.map((y, i) => seedOf('grad', y, given[i]));
  const targets = xs.map((x) => targetOf('grad', x, 'an input'));
  const caught = runBackward(roots, seeds, { keepGraph: retainGraph, createGraph, targets });
  const unused = caught.indexOf(null);
  if (unused >= 0 && !allowUnused) {
    throw new GradientError(
      `grad: expected every input to be used in the graph, got input ${unused} that appears to not have been used in the graph. Set allowUnused: true if this is the desired behavior`,
    );
  }
  return caught;
}

/** Options of `autograd.backward`. */
/** Options of `autograd.backward`. */
export interface AllBackwardOptions {
  /** Whether the graph stays, so that backward can run again; by default `createGraph`. */
  retainGraph?: boolean;
  /** Whether the backward pass is recorded too, for derivatives of derivatives. */
  createGraph?: boolean;
  /** The only tensors to accumulate into; by default all leaves. */
  inputs?: readonly Tensor[] | Tensor | null;
}

/**
 * Adds the gradients of tensors, weighted by `gradTensors`, to the `.grad` of every leaf that
 * requires grad.
 *
 * @param tensors - A tensor or an array of tensors.
 * @param gradTensors - One weight like each tensor; null is 1, for a tensor of one element.
 * @param options - `retainGraph` keeps the graph for another pass; `createGraph` records this one;
 * `inputs` names the only tensors to accumulate into.
 * @throws GradientError if a tensor does not require grad, needs a weight, or its graph was freed.
 * @example
 * const x = gt.tensor([1, 2], { requiresGrad: true });
 * gt.autograd.backward(x.square().sum());
 * x.grad; // [2, 4]
 * @see PyTorch `torch.autograd.backward`
 */
export function backward(
  tensors: Tensor | readonly Tensor[],
  gradTensors: Tensor | readonly (Tensor | null)[] | null = null,
  options: AllBackwardOptions = {},
): void {
  const ys = listOf(tensors);
  const given = gradTensors === null ? ys.map(() => null) : gradTensors instanceof Tensor ? [gradTensors] : gradTensors;
  if (given.length !== ys.length) throw new ArgumentError(`backward: expected one gradient for each of ${ys.length} tensors, got ${given.length}`);
  const keywords = ['retainGraph', 'createGraph', 'inputs'] as const;
  const { createGraph = false, retainGraph = createGraph, inputs = null } = readArgs<AllBackwardOptions>('backward', [options], [], keywords);
  const roots = ys.map((y) => targetOf('backward', y, 'a tensor'));
  const seeds = ys.map((y, i) => seedOf('backward', y, given[i]));
  const graph = { keepGraph: retainGraph, createGraph };
  if (inputs === null) {
    runBackward(roots, seeds, graph);
    return;
  }
  const into = listOf(inputs);
  if (into.length === 0) throw new ArgumentError('backward: expected inputs to hold tensors, got []: inputs argument to backward() cannot be empty');
  const targets = into.map((t) => targetOf('backward', t, 'an input'));
  into.forEach(retainGrad);
  runBackward(roots, seeds, { ...graph, targets, accumulate: true });
}

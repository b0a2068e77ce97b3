// Gradients as values: grad, and backward from several tensors.
import { ArgumentError, GradientError } from '../core/errors.js';
import { readArgs } from '../ops/args.js';
import { runBackward } from '../tensor/backward.js';
import { Tensor } from '../tensor/tensor.js';
import { retainGrad } from './retain.js';
import { seedOf, targetOf } from './target.js';

export interface GradOptions {
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  retainGraph?: boolean;
  createGraph?: boolean;
  /** Give null for inputs that the outputs do not depend on, instead of an error. */
  allowUnused?: boolean;
}

const listOf = (value: Tensor | readonly Tensor[]): readonly Tensor[] => (value instanceof Tensor ? [value] : value);

/** The gradients of the sum of outputs (weighted by gradOutputs) with respect to each input; nothing is accumulated in .grad. */
export function grad(outputs: Tensor | readonly Tensor[], inputs: Tensor | readonly Tensor[], options: GradOptions & { allowUnused: true }): (Tensor | null)[];
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

export interface AllBackwardOptions {
  /** Keep what the graph saved, so that backward can run again. */
  retainGraph?: boolean;
  /** Record the backward pass itself, for derivatives of derivatives. */
  createGraph?: boolean;
  /** Accumulate only into these. */
  inputs?: readonly Tensor[] | Tensor | null;
}

/** Adds the gradients of several tensors to the leaves they come from. */
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

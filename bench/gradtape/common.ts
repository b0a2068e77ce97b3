// What gradtape's tasks share: inputs from the pattern, digests of tensors, and the loop of forward and backward.
import * as gt from '../../dist/index.js';
import { digest, scaled } from '../inputs.js';
import type { Task } from '../serve.js';
import type { Mode } from '../workloads.js';

export { gt };
export type Tensor = gt.Tensor;

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const input = (shape: readonly number[], offset = 0, scale = 1, shift = 0): Tensor =>
  gt.fromTypedArray(scaled(count(shape), offset, scale, shift), shape);
export const digestOf = (t: Tensor): number[] => digest(t.detach().toTypedArray() as Float32Array);

/** f alone, or f and its gradients by the leaves for a fixed gradient of its output. */
export function taskOf(mode: Mode, leaves: readonly Tensor[], f: () => Tensor): Task {
  if (mode !== 'backward') return { run: f, check: () => digestOf(f()) };
  for (const leaf of leaves) leaf.requiresGrad_();
  const { shape } = f();
  const gradient = shape.length === 0 ? undefined : input(shape, 5000);
  const run = (): Tensor => {
    for (const leaf of leaves) leaf.grad = null;
    const y = f();
    y.backward(gradient);
    return y;
  };
  return { run, check: () => [...digestOf(run()), ...leaves.flatMap((leaf) => digestOf(leaf.grad!))] };
}

/** Fills a model's parameters in their order, so that every contestant starts from the same: matrices by their fan-in, scales about 1, biases about 0. */
export function fill(model: gt.nn.Module): void {
  gt.noGrad(() =>
    model.namedParameters().forEach(([name, p], i) => {
      const { shape } = p;
      const matrix = shape.length > 1;
      const scale = matrix ? 2 / Math.sqrt(count(shape) / shape[0]) : 0.1;
      p.copy_(input(shape, 1000 * i, scale, !matrix && /weight[^.]*$/.test(name) ? 1 : 0));
    }),
  );
}

/** One training step; its check is the losses of the first four. */
export function training(optimizer: { zeroGrad(options: { setToNone: boolean }): void; step(): unknown }, loss: () => Tensor): Task {
  const run = (): Tensor => {
    optimizer.zeroGrad({ setToNone: true });
    const l = loss();
    l.backward();
    optimizer.step();
    return l;
  };
  return { run, check: () => Array.from({ length: 4 }, () => run().item() as number) };
}

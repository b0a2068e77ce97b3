// What a recurrent layer is, and the layer step by step out of differentiable ops: what derivatives of the fused op's derivatives are taken of.

import { runBackward } from '../tensor/backward.js';
import { outNrOf, shapeOf } from '../tensor/inner.js';
import { edgeOf, enableGrad, type Node, requires } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { relu, sigmoid, tanh } from './activation.js';
import { add, mul, sub } from './arithmetic.js';
import { cat } from './join.js';
import { linear } from './linear.js';
import { narrow, splitAt, view } from './view.js';

export type Cell = 'tanh' | 'relu' | 'lstm' | 'gru';
/** What a layer is made of: w_ih (gates * hidden, in), w_hh (gates * hidden, out), biases, and w_hr (out, hidden), which projects an LSTM's output. */
export interface LayerTensors {
  readonly x: Tensor;
  readonly h: Tensor;
  readonly wIh: Tensor;
  readonly wHh: Tensor;
  readonly c?: Tensor;
  readonly bIh?: Tensor;
  readonly bHh?: Tensor;
  readonly wHr?: Tensor;
}
export type Role = keyof LayerTensors;
export interface Layer {
  readonly cell: Cell;
  /** Rows of every step. */
  readonly batchSizes: readonly number[];
  /** From the last step to the first. */
  readonly reverse: boolean;
  readonly roles: readonly Role[];
}

export const byRole = (inputs: readonly Tensor[], { roles }: Layer): LayerTensors =>
  Object.fromEntries(roles.map((role, i) => [role, inputs[i]])) as unknown as LayerTensors;

/** Visits the steps in the layer's order, or against it, with the first row of each and how many there are. */
export function eachStep({ batchSizes, reverse }: Layer, visit: (first: number, rows: number, t: number) => void, against = false): void {
  const firsts: number[] = [];
  batchSizes.reduce((first, rows, t) => {
    firsts[t] = first;
    return first + rows;
  }, 0);
  const n = batchSizes.length;
  for (let i = 0; i < n; i++) {
    const t = reverse !== against ? n - 1 - i : i;
    visit(firsts[t], batchSizes[t], t);
  }
}

const gates = (z: Tensor, count: number): Tensor[] => splitAt(z, 1, new Array<number>(count).fill(shapeOf(z)[1] / count));

/** The states after one step, from the input's part of the gates and the states before. */
function step({ cell }: Layer, z: Tensor, h: Tensor, c: Tensor, { wHh, bHh, wHr }: LayerTensors): [h: Tensor, c: Tensor] {
  const a = linear(h, wHh, bHh);
  if (cell === 'gru') {
    const [[zr, zu, zn], [ar, au, an]] = [gates(z, 3), gates(a, 3)];
    const u = sigmoid(add(zu, au));
    const n = tanh(add(zn, mul(sigmoid(add(zr, ar)), an)));
    return [add(n, mul(u, sub(h, n))), c];
  }
  if (cell !== 'lstm') return [(cell === 'relu' ? relu : tanh)(add(z, a)), c];
  const [i, f, g, o] = gates(add(z, a), 4);
  const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
  const y = mul(sigmoid(o), tanh(next));
  return [wHr === undefined ? y : linear(y, wHr), next];
}

/** [y, h] or [y, h, c], as the fused op gives them. */
function layerByOps(layer: Layer, tensors: LayerTensors): Tensor[] {
  const { x, wIh, bIh } = tensors;
  const z = linear(x, wIh, bIh);
  let h = tensors.h;
  let c = tensors.c ?? h;
  const outputs: Tensor[] = [];
  eachStep(layer, (first, rows, t) => {
    const renewed = (state: Tensor, next: Tensor): Tensor =>
      rows === shapeOf(state)[0] ? next : cat([next, narrow(state, 0, rows, shapeOf(state)[0] - rows)]);
    const [y, cell] = step(layer, narrow(z, 0, first, rows), narrow(h, 0, 0, rows), narrow(c, 0, 0, rows), tensors);
    outputs[t] = y;
    h = renewed(h, y);
    c = renewed(c, cell);
  });
  const y = cat(outputs);
  return layer.cell === 'lstm' ? [y, h, c] : [y, h];
}

/** The gradients of a layer's inputs as part of the graph: the derivative of the steps, which are run again. */
export function differentiateSteps(dys: readonly (Tensor | null)[], node: Node, needs: (i: number) => boolean): readonly (Tensor | null)[] {
  const layer = node.args as Layer;
  const inputs = layer.roles.map((_, i) => node.x(i));
  // Views, so that the inner pass ends here and what it computes is connected to the inputs' own history.
  const ends = inputs.map((x, i) => (needs(i) ? view(x, shapeOf(x)) : x));
  const outputs = enableGrad(() => layerByOps(layer, byRole(ends, layer)));
  const roots = outputs.flatMap((y, i) => (dys[i] !== null && requires(y) ? [{ node: edgeOf(y)!, nr: outNrOf(y), seed: dys[i]! }] : []));
  const wanted = ends.filter((_, i) => needs(i));
  const caught = runBackward(
    roots,
    roots.map(({ seed }) => seed),
    { keepGraph: true, createGraph: true, targets: wanted.map((x) => ({ node: edgeOf(x)!, nr: outNrOf(x) })) },
  );
  let next = 0;
  return inputs.map((_, i) => (needs(i) ? caught[next++] : null));
}

// One direction of one layer of RNN, LSTM or GRU over all steps, as one op. All inputs are projected by one product and all weight gradients are one product each; a step costs one
// product with the state and one fused kernel.
//
// Sequences are packed: the rows of step t, one for each sequence that is that long, follow those of step t - 1, longest sequences first; equal lengths are the special case of
// equally many rows a step. The state has a row a sequence, of which a step uses the first ones: what is left of it at the end are the final states.

import { DTypeError, fail } from '../core/errors.js';
import { K } from '../kernels/load.js';
import { zeroFill } from '../tensor/fill.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { dims, flat } from '../tensor/loops.js';
import { isGradEnabled, type Node, OUT } from '../tensor/node.js';
import { applyMulti, defineOp, type Op } from '../tensor/op.js';
import { addressOf, alias, contiguousCopy, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { add } from './arithmetic.js';
import { product } from './matmul.js';
import { needFloat } from './promote.js';
import { byRole, type Cell, differentiateSteps, eachStep, type Layer, type LayerTensors, type Role } from './recurrentSteps.js';
import { sum } from './reduce.js';

/** Some rows of a contiguous matrix. */
const rowsOf = (m: Tensor, first: number, rows: number): Tensor => alias(m, [rows, shapeOf(m)[1]], stridesOf(m), first * shapeOf(m)[1]);
const turned = (m: Tensor): Tensor => alias(m, [shapeOf(m)[1], shapeOf(m)[0]], [stridesOf(m)[1], stridesOf(m)[0]], m.offset);
const matrix = (rows: number, { dt }: Tensor, columns: number): Tensor => empty([rows, columns], dt);
const copyOf = (m: Tensor): Tensor => {
  const copy = empty(shapeOf(m), m.dt);
  copyInto(copy, m);
  return copy;
};
/** A matrix product into fresh memory. */
function times(a: Tensor, b: Tensor): Tensor {
  const c = matrix(shapeOf(a)[0], a, shapeOf(b)[1]);
  product('recurrent', a, b, c);
  return c;
}
/** The bias in each of n rows, or zeros. */
function spread(bias: Tensor | undefined, n: number, like: Tensor, columns: number): Tensor {
  const m = matrix(n, like, columns);
  if (bias === undefined) zeroFill(m);
  else copyInto(m, alias(bias, [n, columns], [0, stridesOf(bias)[0]], bias.offset));
  return m;
}

// Forward -----------------------------------------------------------------------------------------------------------------------------------------------------

/**
 * What an op's outputs are, by place: the layer's output, the final state(s), and what only backward reads: the gates after their activations, the state(s) before each step, GRU's
 * part of the state in the gates, and an LSTM's output before its projection.
 */
const places = {
  rnn: { y: 0, h: 1, gates: 2, hs: 3 },
  gru: { y: 0, h: 1, gates: 2, hs: 3, parts: 4 },
  lstm: { y: 0, h: 1, c: 2, gates: 3, hs: 4, cs: 5, raw: 6 },
} as const;

function forward(inputs: readonly Tensor[], layer: Layer): Tensor[] {
  const { cell } = layer;
  const { x, h: h0, c: c0, wIh, wHh, bIh, bHh, wHr } = byRole(inputs.map(contiguousCopy), layer);
  const [n, width] = [shapeOf(x)[0], shapeOf(wIh)[0]];
  const hidden = c0?.shape[1] ?? shapeOf(h0)[1];
  const both = bIh !== undefined && cell !== 'gru' ? add(bIh, bHh!) : bIh;
  const gates = spread(both, n, x, width);
  product('recurrent', x, turned(wIh), gates, 1, 1);
  const parts = cell === 'gru' ? spread(bHh, n, x, width) : gates;
  const [h, hs, raw] = [copyOf(h0), matrix(n, x, shapeOf(h0)[1]), matrix(n, x, hidden)];
  const [c, cs] = c0 === undefined ? [h, hs] : [copyOf(c0), matrix(n, x, hidden)];
  const y = wHr === undefined ? raw : matrix(n, x, shapeOf(wHr)[0]);
  // In the memory order that a product reads fastest, once many steps share it.
  const w = layer.batchSizes.length > 2 ? contiguousCopy(turned(wHh)) : turned(wHh);
  const code = x.dt.code;
  eachStep(layer, (first, rows) => {
    const [state, before, z, out] = [rowsOf(h, 0, rows), rowsOf(hs, first, rows), rowsOf(gates, first, rows), rowsOf(raw, first, rows)];
    const part = cell === 'gru' ? rowsOf(parts, first, rows) : z;
    copyInto(before, state);
    product('recurrent', before, w, part, 1, 1);
    if (cell === 'lstm') {
      copyInto(rowsOf(cs, first, rows), rowsOf(c, 0, rows));
      K.lstm_cell[code](addressOf(z), addressOf(c), addressOf(out), rows, hidden);
    } else if (cell === 'gru') {
      K.gru_cell[code](addressOf(z), addressOf(part), addressOf(before), addressOf(out), rows, hidden);
    } else {
      K[cell][code](addressOf(z), addressOf(z), flat(z.count, 2), dims);
      copyInto(out, z);
    }
    if (wHr !== undefined) product('recurrent', out, turned(wHr), rowsOf(y, first, rows));
    copyInto(state, rowsOf(y, first, rows));
  });
  if (cell === 'lstm') return [y, h, c, gates, hs, cs, raw];
  return cell === 'gru' ? [y, h, gates, hs, parts] : [y, h, gates, hs];
}

// Backward ----------------------------------------------------------------------------------------------------------------------------------------------------

/** Backpropagation through time: dh and dc carry the states' gradients from step to step. */
function backward(dys: readonly (Tensor | null)[], node: Node, needs: (i: number) => boolean, at: Readonly<Record<string, number>>) {
  const layer = node.args as Layer;
  if (isGradEnabled()) return differentiateSteps(dys, node, needs);
  const { cell, roles } = layer;
  const {
    x,
    h: h0,
    wIh,
    wHh,
    wHr,
  } = byRole(
    roles.map((_, i) => contiguousCopy(node.x(i))),
    layer,
  );
  const kept = (name: string): Tensor => node.unpack(roles.length + at[name]);
  const [gates, hs] = [kept('gates'), kept('hs')];
  const [n, width] = shapeOf(gates);
  const [lstm, gru] = [cell === 'lstm', cell === 'gru'];
  const [cs, parts] = [lstm ? kept('cs') : hs, gru ? kept('parts') : gates];
  const fresh = (dy: Tensor | null | undefined, columns: number): Tensor =>
    dy === null || dy === undefined ? spread(undefined, shapeOf(h0)[0], x, columns) : copyOf(dy);
  const dy = dys[0] === null ? null : contiguousCopy(dys[0]);
  const dh = fresh(dys[1], shapeOf(h0)[1]);
  const hidden = shapeOf(cs)[1];
  const dc = lstm ? fresh(dys[2], hidden) : dh;
  const dz = matrix(n, x, width);
  const da = gru ? matrix(n, x, width) : dz;
  const [projected, unprojected] = wHr === undefined ? [null, null] : [matrix(n, x, shapeOf(wHr)[0]), matrix(shapeOf(h0)[0], x, hidden)];
  const code = x.dt.code;
  eachStep(
    layer,
    (first, rows) => {
      let d = rowsOf(dh, 0, rows);
      const step = d;
      if (dy !== null && step.count > 0) K.add[code](addressOf(step), addressOf(rowsOf(dy, first, rows)), addressOf(step), 1, flat(step.count, 3), dims);
      if (projected !== null) {
        copyInto(rowsOf(projected, first, rows), step);
        d = rowsOf(unprojected, 0, rows);
        product('recurrent', step, wHr!, d);
      }
      const [z, dgates, dparts] = [rowsOf(gates, first, rows), rowsOf(dz, first, rows), rowsOf(da, first, rows)];
      const before = addressOf(rowsOf(cs, first, rows));
      if (lstm) K.lstm_cell_bwd[code](addressOf(z), before, addressOf(d), addressOf(dc), addressOf(dgates), rows, hidden);
      else if (gru)
        K.gru_cell_bwd[code](addressOf(z), addressOf(rowsOf(parts, first, rows)), before, addressOf(d), addressOf(dgates), addressOf(dparts), rows, hidden);
      else K[cell === 'relu' ? 'relu_bwd' : 'tanh_bwd'][code](addressOf(d), addressOf(z), addressOf(dgates), flat(z.count, 3), dims);
      product('recurrent', dparts, wHh, step, 1, gru ? 1 : 0);
    },
    true,
  );
  const rules: Record<Role, () => Tensor> = {
    x: () => times(dz, wIh),
    h: () => dh,
    c: () => dc,
    wIh: () => times(turned(dz), x),
    wHh: () => times(turned(da), hs),
    bIh: () => sum(dz, 0),
    bHh: () => sum(da, 0),
    wHr: () => times(turned(projected!), kept('raw')),
  };
  return roles.map((role, i) => (needs(i) ? rules[role]() : null));
}

function layerOp(kind: keyof typeof places): Op<Layer> {
  const at: Readonly<Record<string, number>> = places[kind];
  const internal = Object.values(at).filter((place) => place >= at.gates);
  return defineOp<Layer>({
    name: `${kind}Layer`,
    // All inputs: a derivative that will be differentiated needs the biases and first states too.
    saves: OUT | 0xff,
    forward,
    joint: (dys, node, needs) => backward(dys, node, needs, at),
    nondifferentiable: internal,
    keeps: internal,
  });
}
const ops = { rnn: layerOp('rnn'), gru: layerOp('gru'), lstm: layerOp('lstm') };

/**
 * One direction of one layer: x (rows of all steps, in), h and c (sequences, out or hidden) -> the outputs (rows of all steps, out) and the final states.
 * RNN: h' = act(W_ih x + b_ih + W_hh h + b_hh). LSTM, with i f o = sigmoid and g = tanh of such sums: c' = f c + i g, h' = o tanh(c'). GRU, with r u = sigmoid of them and
 * n = tanh(W_in x + b_in + r (W_hn h + b_hn)): h' = (1 - u) n + u h.
 */
export function recurrentLayer(cell: Cell, tensors: LayerTensors, batchSizes: readonly number[], reverse = false): { y: Tensor; h: Tensor; c: Tensor } {
  const order: readonly Role[] = ['x', 'h', 'wIh', 'wHh', 'c', 'bIh', 'bHh', 'wHr'];
  const roles = order.filter((role) => tensors[role] !== undefined);
  for (const role of roles) {
    const { dt } = tensors[role]!;
    if (needFloat(cell, tensors[role]!).dt !== tensors.x.dt)
      fail(DTypeError, cell, `input, states and weights of one dtype, as the input's ${tensors.x.dtype}`, `${dt.name}`);
  }
  const op = cell === 'lstm' || cell === 'gru' ? ops[cell] : ops.rnn;
  const [y, h, c] = applyMulti(
    op,
    roles.map((role) => tensors[role]!),
    { cell, batchSizes, reverse, roles },
  );
  return { y, h, c };
}

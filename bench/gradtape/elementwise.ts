// Matrix products, and work by elements and along dims, as a user writes it.
import { labelsOf, pattern } from '../inputs.js';
import type { Task, Tasks } from '../serve.js';
import type { Pointwise } from '../workloads.js';
import { digestOf, gt, input, type Tensor, taskOf } from './common.js';

const F = gt.nn.functional;
const functions = {
  add: (x: Tensor, y: Tensor) => x.add(y),
  mul: (x: Tensor, y: Tensor) => x.mul(y),
  'add row': (x: Tensor, y: Tensor) => x.add(y),
  'add column': (x: Tensor, y: Tensor) => x.add(y),
  exp: (x: Tensor) => x.exp(),
  log: (x: Tensor) => x.log(),
  tanh: (x: Tensor) => x.tanh(),
  sigmoid: (x: Tensor) => x.sigmoid(),
  gelu: (x: Tensor) => F.gelu(x),
  relu: (x: Tensor) => x.relu(),
};
const inPlace = { add: (x: Tensor, y: Tensor) => x.add_(y), mul: (x: Tensor, y: Tensor) => x.mul_(y), relu: (x: Tensor) => x.relu_() };

function pointwise({ op, side, mode }: Pointwise): Task {
  // A logarithm needs positive numbers; a factor of 1 keeps a product in place from vanishing.
  const x = op === 'log' ? input([side, side], 0, 1, 1) : input([side, side], 0, 6);
  const binary = op === 'add' || op === 'mul';
  const shape = op === 'add row' ? [side] : op === 'add column' ? [side, 1] : binary ? [side, side] : null;
  if (mode === 'inPlace') {
    const y = op === 'mul' ? input([side, side], 7, 0, 1) : input([side, side], 7);
    const f = inPlace[op as keyof typeof inPlace];
    return { run: () => f(x, y), check: () => digestOf(f(x, y)) };
  }
  const y = shape === null ? x : input(shape, 7);
  const f = functions[op];
  return taskOf(mode, shape === null ? [x] : [x, y], () => f(x, y));
}

const dims = { all: undefined, rows: 1, columns: 0 };
const reductions = {
  sum: (x: Tensor, dim?: number) => (dim === undefined ? x.sum() : x.sum(dim)),
  max: (x: Tensor, dim?: number) => (dim === undefined ? (x.max() as Tensor) : x.max(dim).values),
  var: (x: Tensor, dim?: number) => (dim === undefined ? x.var() : x.var(dim)),
};

export const elementwise: Tasks = {
  gemm({ m, k, n, ta, tb, dtype }) {
    const a = gt.fromTypedArray(pattern(m * k), ta ? [k, m] : [m, k]).to(dtype);
    const b = gt.fromTypedArray(pattern(k * n, 11), tb ? [n, k] : [k, n]).to(dtype);
    const [left, right] = [ta ? a.t() : a, tb ? b.t() : b];
    return taskOf('forward', [], () => left.matmul(right));
  },
  pointwise,
  reduction({ op, over, side, mode }) {
    const x = input([side, side], 0, 6);
    return taskOf(mode, [x], () => reductions[op](x, dims[over]));
  },
  'row-wise'({ op, side, mode }) {
    const x = input([side, side], 0, 6);
    if (op === 'softmax') return taskOf(mode, [x], () => x.softmax(1));
    if (op === 'log-softmax') return taskOf(mode, [x], () => x.logSoftmax(1));
    if (op === 'cross-entropy') {
      const labels = gt.tensor(labelsOf(side, side)).to('int64');
      return taskOf(mode, [x], () => F.crossEntropy(x, labels));
    }
    const [weight, bias] = [input([side], 3, 1, 1), input([side], 4)];
    return taskOf(mode, [x, weight, bias], () => F.layerNorm(x, [side], weight, bias));
  },
  chain({ count }) {
    const x = input([count], 0, 6);
    return taskOf('backward', [x], () => x.mul(2).add(1).tanh().mul(0.5).sigmoid().sum());
  },
};

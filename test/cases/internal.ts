// Ops that users never name: the fused backward formulas, and the histories that in-place writes leave on views and their bases.
import * as ops from '../../src/ops/index.js';
import { apply, registry } from '../../src/tensor/op.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { along, build, each, fold, type Grid, look } from './grid.js';
import { binary, type Row, row, variant } from './row.js';
import * as truth from './truth.js';

const direct =
  (name: string, args?: unknown) =>
  (...inputs: Tensor[]): Tensor =>
    apply(registry.get(name)!, inputs, args);
const slope = (name: string, truthOf: (x: number) => number, more: object = {}): Row =>
  binary(direct(name) as never, (dy, x) => dy * truthOf(x), {
    eps: 8,
    ulp: 16,
    special: [
      [NaN, 1],
      [1, NaN],
      [0, 3],
    ],
    flops: 20,
    ...more,
  });

const smooth = { beta: 2, threshold: 5 };
const dots = (a: Grid, b: Grid, dim: number): Grid => fold(each((x, y) => x * y)(a, b), truth.total, dim, true);
const fused = (name: string, formula: (dy: Grid, y: Grid, dim: number) => Grid): Row =>
  row(
    [
      variant([[4], [4]], direct(name, 0), (a, b) => formula(a, b, 0)),
      variant(
        [
          [2, 3],
          [2, 3],
        ],
        direct(name, 1),
        (a, b) => formula(a, b, 1),
      ),
      variant(
        [
          [3, 2],
          [3, 2],
        ],
        direct(name, 0),
        (a, b) => formula(a, b, 0),
      ),
      variant(
        [
          [5, 33],
          [5, 33],
        ],
        direct(name, 1),
        (a, b) => formula(a, b, 1),
      ),
    ],
    { tolerance: { ulp: 8, eps: 64 } },
  );

const rows23 =
  (f: (x: Grid, i: number, j: number) => number) =>
  (x: Grid): Grid =>
    build([2, 3], ([i, j]) => f(x, i, j));

export const internal = {
  leakyReluBackward: binary(direct('leakyReluBackward', 0.1) as never, (dy, x) => (x > 0 ? dy : dy * 0.1), {
    kinks: [0],
    special: [
      [1, 2],
      [2, -1],
    ],
  }),
  eluBackward: binary(direct('eluBackward', { alpha: 2, rate: 0.5 }) as never, (dy, x) => (x <= 0 ? dy * Math.exp(x / 2) : dy), {
    kinks: [0],
    special: [
      [1, 2],
      [2, -1],
    ],
  }),
  hardswishBackward: binary(direct('hardswishBackward') as never, (dy, x) => (x < -3 ? 0 : x <= 3 ? dy * (x / 3 + 0.5) : dy), {
    range: [-4, 4],
    kinks: [-3, 3],
    eps: 4,
    special: [
      [1, 5],
      [2, -1],
      [3, -4],
    ],
  }),
  mishBackward: slope('mishBackward', truth.mishSlope, {
    special: [
      [NaN, 1],
      [2, 0],
    ],
  }),
  reluBackward: binary(direct('reluBackward') as never, (dy, y) => (y > 0 ? dy : 0), {
    ulp: 0,
    kinks: [0],
    special: [
      [NaN, 1],
      [1, 0],
      [3, -1],
    ],
  }),
  sigmoidBackward: binary(direct('sigmoidBackward') as never, (dy, y) => dy * y * (1 - y), {
    eps: 32,
    special: [
      [NaN, 0.5],
      [1, 0],
      [1, 1],
    ],
  }),
  tanhBackward: binary(direct('tanhBackward') as never, (dy, y) => dy * (1 - y * y), {
    eps: 32,
    special: [
      [NaN, 0.5],
      [1, 0],
      [1, 1],
    ],
  }),
  siluBackward: slope('siluBackward', truth.siluSlope),
  geluBackward: slope('geluBackward', truth.geluSlope),
  geluTanhBackward: slope('geluTanhBackward', truth.geluTanhSlope),
  softplusBackward: binary(
    direct('softplusBackward', smooth) as never,
    (dy, x) => (x * smooth.beta > smooth.threshold ? dy : dy * truth.sigmoid(x * smooth.beta)),
    {
      kinks: [2.5],
      special: [
        [1, NaN],
        [1, 9],
        [2, -400],
      ],
    },
  ),
  softmaxBackward: fused('softmaxBackward', (dy, y, dim) => each((g, p, s) => p * (g - s))(dy, y, dots(dy, y, dim))),
  logSoftmaxBackward: fused('logSoftmaxBackward', (dy, y, dim) => each((g, p, s) => g - Math.exp(p) * s)(dy, y, fold(dy, truth.total, dim, true))),
  // A write through a view changes its base ...
  copySlices: row(
    [
      variant(
        [[2, 3]],
        (x) => {
          const y = x.mul(1);
          y.select(0, 1).mul_(2);
          return y;
        },
        rows23((x, i, j) => look(x, [i, j]) * (i + 1)),
      ),
      variant(
        [[2, 3], [2]],
        (x, v) => {
          const y = x.mul(1);
          y.t().at('1:').mul_(v);
          return y.sin();
        },
        (x, v) => rows23((g, i, j) => Math.sin(look(g, [i, j]) * (j > 0 ? v.data[i] : 1)))(x),
      ),
      // ... twice over ...
      variant(
        [[2, 3]],
        (x) => {
          const y = x.clone();
          const part = y.narrow(1, 0, 2);
          part.add_(1);
          part.select(0, 0).pow_(2);
          return [y, part];
        },
        (x) => {
          const y = rows23((g, i, j) => (j < 2 ? (look(g, [i, j]) + 1) ** (i === 0 ? 2 : 1) : look(g, [i, j])))(x);
          return [y, build([2, 2], (index) => look(y, index))];
        },
      ),
    ],
    { tolerance: { ulp: 4 } },
  ),
  // ... and a write to the base, every view of it.
  asStrided: row(
    [
      variant(
        [[2, 3]],
        (x) => {
          const y = x.mul(1);
          const [row0, turned] = [y.select(0, 0), y.t()];
          y.mul_(3);
          return [row0, turned, y.sin()];
        },
        (x) => [build([3], ([j]) => 3 * look(x, [0, j])), build([3, 2], ([i, j]) => 3 * look(x, [j, i])), each((v) => Math.sin(3 * v))(x)],
      ),
      variant(
        [[3], [3]],
        (x, v) => {
          const y = ops.zero_(x.clone());
          const [a, b] = [y.narrow(0, 0, 2), y.narrow(0, 1, 2)];
          y.copy_(v);
          a.mul_(b.clone());
          return [y.mul(x), b];
        },
        (x, v) => {
          const [p, q, r] = v.data;
          const y = [p * q, q * r, r];
          return [each((a, b) => a * b)(x, { shape: [3], data: y }), { shape: [2], data: y.slice(1) }];
        },
      ),
    ],
    { tolerance: { ulp: 4 } },
  ),
  // Several uses of one leaf: its gradients add up.
  accumulateGrad: row(
    [
      variant(
        [[3]],
        (x) => x.mul(x).add(x.sin()).sub(x),
        each((v) => v * v + Math.sin(v) - v),
      ),
      variant(
        [[3]],
        (x) => x.softmax(0).mul(x),
        (x) => each((p, v) => p * v)(along(x, 0, truth.softmax), x),
      ),
    ],
    {
      tolerance: { ulp: 8, eps: 4 },
    },
  ),
} satisfies Record<string, Row>;

// Matrix products.
import { ArgumentError, DTypeError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { build, type Grid, look, product, reshaped } from './grid.js';
import { type Call, type ErrorRow, fails, floats, input, type Row, row, type Variant, variant } from './row.js';
import { torch } from './torch.js';

type Op = (a: Tensor, b: Tensor) => Tensor;
const inner = (call: Op, a: number[], b: number[]): ErrorRow =>
  fails([input(a), input(b)], call as Call, ShapeError, /inner sizes equal, got a .* and b .*shapes cannot be multiplied/);
const rank = (call: Op, a: number[], b: number[]): ErrorRow => fails([input(a), input(b)], call as Call, ShapeError, /of \d dims?, got/);
const mixed = (call: Op, a: number[], b: number[]): ErrorRow =>
  fails(
    [input(a, [0, 1], { dtype: 'float32' }), input(b, [0, 1], { dtype: 'float64' })],
    call as Call,
    DTypeError,
    /expected scalar type float32 but found float64/,
  );
const notTensor = (call: Op): ErrorRow => fails([input([2])], (x) => call(x, 3 as never), ArgumentError, /to be a tensor, got 3/);

/** Vectors as matrices, and the dims that this adds dropped again. */
function truth(a: Grid, b: Grid): Grid {
  const p = a.shape.length === 1 ? reshaped(a, 1, ...a.shape) : a;
  const q = b.shape.length === 1 ? reshaped(b, ...b.shape, 1) : b;
  const c = product(p, q);
  const shape = c.shape.filter((_, d, all) => !(d === all.length - 2 && a.shape.length === 1) && !(d === all.length - 1 && b.shape.length === 1));
  return { shape, data: c.data };
}
const of = (call: Op, a: readonly number[], b: readonly number[]): Variant => variant([a, b], call as Call, truth);
const tolerance = { ulp: 4, eps: 64 };
const work = (m: number) => ({ inputs: [input([m, m]), input([m, m])], flops: 2 * m ** 3, bytes: 12 * m * m });
const edges = [1, 2, 3, 5, 8, 13, 17, 33];

const plus = (a: Grid, b: Grid, beta: number, alpha: number): Grid => build(b.shape, (i) => beta * look(a, i) + alpha * look(b, i));
const addmm = (bias: number[], a: number[], b: number[], options: { beta?: number; alpha?: number } = {}): Variant =>
  variant(
    [bias, a, b],
    (c, x, y) => ops.addmm(c, x, y, options),
    (c, x, y) => plus(c, product(x, y), options.beta ?? 1, options.alpha ?? 1),
  );

export const matmul = {
  mm: row(
    [
      ...edges.flatMap((n) => [of(ops.mm, [n, 3], [3, 5]), of(ops.mm, [3, n], [n, 4]), of(ops.mm, [2, 3], [3, n])]),
      of(ops.mm, [2, 0], [0, 3]),
      of(ops.mm, [0, 2], [2, 3]),
      of(ops.mm, [65, 70], [70, 67]),
    ],
    {
      tolerance,
      dtypes: [...floats, 'int32', 'int64'],
      errors: [
        inner(ops.mm, [2, 3], [4, 5]),
        rank(ops.mm, [3], [3, 2]),
        rank(ops.mm, [2, 3], [3]),
        mixed(ops.mm, [2, 3], [3, 2]),
        notTensor((_, b) => ops.mm(b, b)),
      ],
      work: work(512),
    },
  ),
  bmm: row([...[0, 1, 3].map((n) => of(ops.bmm, [n, 2, 3], [n, 3, 4])), of(ops.bmm, [2, 17, 9], [2, 9, 33]), of(ops.bmm, [2, 2, 2], [2, 2, 2])], {
    tolerance,
    errors: [
      inner(ops.bmm, [1, 2, 3], [1, 4, 5]),
      rank(ops.bmm, [2, 3], [3, 2]),
      fails([input([2, 2, 3]), input([3, 3, 2])], (a, b) => ops.bmm(a, b), ShapeError, /equal batch sizes/),
    ],
    work: { inputs: [input([16, 128, 128]), input([16, 128, 128])], flops: 32 * 128 ** 3, bytes: 12 * 16 * 128 * 128 },
  }),
  mv: row(edges.flatMap((n) => [of(ops.mv, [n, 3], [3]), of(ops.mv, [3, n], [n])]).concat(of(ops.mv, [3, 0], [0])), {
    tolerance,
    errors: [inner(ops.mv, [2, 3], [2]), rank(ops.mv, [3], [3]), rank(ops.mv, [2, 3], [3, 1])],
    work: { inputs: [input([1024, 1024]), input([1024])], flops: 2 << 20, bytes: 4 << 20 },
  }),
  dot: row(
    [0, ...edges, 127, 1000].map((n) => of(ops.dot, [n], [n])),
    {
      tolerance: { ulp: 4, eps: 4096 },
      errors: [inner(ops.dot, [2], [3]), rank(ops.dot, [2, 2], [2]), mixed(ops.dot, [2], [2])],
      work: { inputs: [input([1 << 20]), input([1 << 20])], flops: 2 << 20, bytes: 8 << 20 },
    },
  ),
  outer: row(
    [
      variant(
        [[3], [4]],
        (a, b) => ops.outer(a, b),
        (a, b) => product(reshaped(a, 3, 1), reshaped(b, 1, 4)),
      ),
      variant([[0], [4]], (a, b) => ops.outer(a, b), torch('a, b: torch.outer(a, b)')),
    ],
    {
      tolerance: { ulp: 0.5 },
      errors: [rank(ops.outer, [2, 2], [2])],
    },
  ),
  ger: row(
    [
      variant(
        [[3], [4]],
        (a, b) => ops.ger(a, b),
        (a, b) => product(reshaped(a, 3, 1), reshaped(b, 1, 4)),
      ),
    ],
    { tolerance: { ulp: 0.5 } },
  ),
  addmm: row(
    [
      addmm([2, 4], [2, 3], [3, 4]),
      addmm([4], [2, 3], [3, 4]),
      addmm([2, 1], [2, 3], [3, 2], { beta: 0.5, alpha: -2 }),
      addmm([], [2, 3], [3, 2], { beta: 2 }),
      addmm([2, 2], [2, 3], [3, 2], { beta: 0 }),
      addmm([3], [2, 0], [0, 3]),
      addmm([33], [17, 40], [40, 33]),
    ],
    {
      tolerance,
      errors: [
        fails([input([3]), input([2, 3]), input([4, 3])], (c, a, b) => ops.addmm(c, a, b), ShapeError, /inner sizes equal/),
        fails([input([5]), input([2, 3]), input([3, 4])], (c, a, b) => ops.addmm(c, a, b), ShapeError, /an input that broadcasts to \[2, 4\]/),
        fails(
          [input([2, 2]), input([2, 2]), input([2, 2])],
          (c, a, b) => ops.addmm(c, a, b, { gamma: 1 } as never),
          ArgumentError,
          /options among beta, alpha, got gamma/,
        ),
      ],
      work: { inputs: [input([256]), input([128, 784]), input([784, 256])], flops: 2 * 128 * 784 * 256, bytes: 4 * (128 * 784 + 784 * 256 + 128 * 256) },
    },
  ),
  matmul: row(
    [
      of(ops.matmul, [3], [3]),
      of(ops.matmul, [2, 3], [3]),
      of(ops.matmul, [3], [3, 2]),
      of(ops.matmul, [2, 3], [3, 2]),
      of(ops.matmul, [2, 2, 3], [3]),
      of(ops.matmul, [3], [2, 3, 2]),
      of(ops.matmul, [2, 2, 3], [3, 2]),
      of(ops.matmul, [2, 3], [2, 3, 2]),
      of(ops.matmul, [2, 2, 3], [2, 3, 2]),
      of(ops.matmul, [2, 1, 2, 3], [3, 3, 2]),
      of(ops.matmul, [1, 2, 2], [2, 1, 2, 2]),
      of(ops.matmul, [0, 2, 3], [3, 2]),
      of(ops.matmul, [2, 2, 0], [2, 0, 3]),
      of(ops.matmul, [5, 17, 9], [9, 33]),
    ],
    {
      tolerance,
      errors: [
        inner(ops.matmul, [2, 3], [4, 5]),
        inner(ops.matmul, [3], [4]),
        fails([input([]), input([3])], (a, b) => ops.matmul(a, b), ShapeError, /both arguments need to be at least 1D/),
        fails([input([2, 2, 3]), input([3, 3, 2])], (a, b) => ops.matmul(a, b), ShapeError, /shapes that broadcast/),
        notTensor(ops.matmul),
        mixed(ops.matmul, [2, 3], [3, 2]),
      ],
      work: work(1024),
    },
  ),
} satisfies Record<string, Row>;

// Linear algebra beyond the plain products.
import { ArgumentError, DTypeError, ShapeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import * as linalg from '../../src/ops/linalg.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { build, look, product } from './grid.js';
import { type Call, fails, input, type Row, row, variant } from './row.js';
import { pythonNumber, torch } from './torch.js';

const near = { tolerance: { ulp: 64, eps: 1024 } };
type Case = [shapes: number[][], call: Call, source: string];
const plain = (errors: Row['errors'], ...variants: Case[]): Row =>
  row(
    variants.map(([shapes, call, source]) => variant(shapes, call, torch(source))),
    { ...near, errors },
  );

/** 4 times the identity, as large as the matrices of x. */
const eye = (x: Tensor): Tensor => {
  const n = x.shape.at(-1)!;
  const i = ops.cumsum(x.detach().flatten().narrow(0, 0, n).mul(0).add(1), 0);
  return ops
    .eq(ops.reshape(i, n, 1), i)
    .to(x.dtype)
    .mul(4);
};
/** Far from singular. */
const regular = (x: Tensor): Tensor => x.add(eye(x));
const definite = (x: Tensor): Tensor => ops.matmul(x, ops.transpose(x, -2, -1)).add(eye(x));
const notSquare = (call: (x: Tensor) => unknown) => fails([input([2, 3])], call, ShapeError, /square/);
const vector = (call: (x: Tensor) => unknown) => fails([input([3])], call, ShapeError, /at least 2 dim/);
/** Singular vectors up to their sign. */
const unsigned = ([u, s, v]: readonly Tensor[]): Tensor[] => [u.abs(), s, v.abs()];
const badBatch = (call: (a: Tensor, b: Tensor, c: Tensor) => unknown) => fails([input([3]), input([2, 2, 2, 2]), input([3])], call, ShapeError, /of \d dim/);
const added = (name: string, call: typeof ops.addmv, input_: number[], a: number[], b: number[]): Row =>
  plain(
    [badBatch(call)],
    [[input_, a, b], (x, y, z) => call(x, y, z), `x, y, z: torch.${name}(x, y, z)`],
    [[[], a, b], (x, y, z) => call(x, y, z, { beta: 0.5, alpha: 2 }), `x, y, z: torch.${name}(x, y, z, beta=0.5, alpha=2)`],
    [[[], a, b], (x, y, z) => call(x, y, z, { beta: 0 }), `x, y, z: torch.${name}(x, y, z, beta=0)`],
  );
const addedInPlace = (name: string, call: typeof ops.addmv, input_: number[], a: number[], b: number[]): Row =>
  plain([], [[input_, a, b], (x, y, z) => call(x.clone(), y, z, { beta: 0.5 }), `x, y, z: torch.${name}(x, y, z, beta=0.5)`]);
const einsum = (equation: string, ...shapes: number[][]): Case => [shapes, (...x) => ops.einsum(equation, ...x), `*x: torch.einsum('${equation}', *x)`];

export const algebra = {
  det: plain(
    [notSquare(ops.det), vector(ops.det)],
    [[[3, 3]], (x) => ops.det(x), 'x: x.det()'],
    [[[2, 2, 2]], (x) => ops.det(regular(x)), 'x: regular(x).det()'],
  ),
  lu: plain(
    [vector(ops.lu)],
    [[[3, 3]], (x) => ops.lu(regular(x)), 'x: regular(x).lu()'],
    [[[2, 4]], (x) => ops.lu(x)[0], 'x: x.lu()[0]'],
    [[[4, 2]], (x) => ops.lu(x, true, true)[0], 'x: x.lu()[0]'],
  ),
  svd: plain(
    [vector(ops.svd)],
    [[[3, 3]], (x) => unsigned(ops.svd(x)), 'x: unsigned(torch.svd(x))'],
    [[[4, 2]], (x) => unsigned(ops.svd(x)), 'x: unsigned(torch.svd(x))'],
    [[[2, 3, 4]], (x) => ops.svd(x, { computeUv: false })[1], 'x: linalg.svdvals(x)'],
  ),
  norm: plain(
    [fails([input([2, 2])], (x) => ops.norm(x.to('int32')), DTypeError, /floating point/)],
    [[[2, 3]], (x) => ops.norm(x), 'x: torch.norm(x)'],
    [[[2, 3]], (x) => ops.norm(x, 3, 1), 'x: torch.norm(x, 3, 1)'],
    [[[3, 3]], (x) => ops.norm(x, 'nuc'), "x: torch.norm(x, 'nuc')"],
    [[[2, 3]], (x) => ops.norm(x, 1.5, 0, true), 'x: torch.norm(x, 1.5, 0, True)'],
    [[[2, 3]], (x) => ops.norm(x, Number.POSITIVE_INFINITY, 1), 'x: torch.norm(x, inf, 1)'],
  ),
  dist: plain([], [[[4], [4]], (a, b) => ops.dist(a, b), 'a, b: torch.dist(a, b)'], [[[2, 3], [3]], (a, b) => ops.dist(a, b, 3), 'a, b: torch.dist(a, b, 3)']),
  cdist: plain(
    [fails([input([2]), input([2])], (a, b) => ops.cdist(a, b), ShapeError, /two dims/)],
    [
      [
        [3, 2],
        [4, 2],
      ],
      (a, b) => ops.cdist(a, b),
      'a, b: torch.cdist(a, b)',
    ],
    [
      [
        [3, 2],
        [2, 2],
      ],
      (a, b) => ops.cdist(a, b, 1),
      'a, b: torch.cdist(a, b, 1)',
    ],
    [
      [
        [2, 2, 3],
        [2, 1, 3],
      ],
      (a, b) => ops.cdist(a, b, 3),
      'a, b: torch.cdist(a, b, 3)',
    ],
  ),
  renorm: plain(
    [fails([input([3])], (x) => ops.renorm(x, 2, 0, 1), ShapeError, /2 dims/)],
    [[[3, 4]], (x) => ops.renorm(x, 2, 0, 1.5), 'x: torch.renorm(x, 2, 0, 1.5)'],
    [[[3, 2]], (x) => ops.renorm(x, 3, 1, 0.5), 'x: torch.renorm(x, 3, 1, 0.5)'],
  ),
  einsum: row(
    [
      einsum('ij,jk->ik', [2, 3], [3, 4]),
      einsum('bij,bjk,k->bi', [2, 2, 3], [2, 3, 2], [2]),
      einsum('ii->i', [3, 3]),
      einsum('...i,...i', [2, 3], [3]),
      einsum('ab,cd->dacb', [2, 2], [1, 3]),
      einsum('iji->j', [2, 3, 2]),
      einsum('i,i->', [5], [1]),
    ].map(([shapes, call, source]) => variant(shapes, call, torch(source))),
    {
      ...near,
      errors: [
        fails([input([2, 3]), input([2, 3])], (a, b) => ops.einsum('ij,jk->ik', a, b), ShapeError, /broadcast/),
        fails([input([2, 3])], (a) => ops.einsum('i->i', a), ShapeError, /subscripts/),
        fails([input([2])], (a) => ops.einsum('i->j', a), ArgumentError, /names of the operands/),
      ],
    },
  ),
  tensordot: plain(
    [fails([input([2, 3]), input([2, 3])], (a, b) => ops.tensordot(a, b, 1), ShapeError, /match/)],
    [
      [
        [2, 3],
        [3, 2],
      ],
      (a, b) => ops.tensordot(a, b, 1),
      'a, b: torch.tensordot(a, b, 1)',
    ],
    [
      [
        [2, 3, 2],
        [2, 3],
      ],
      (a, b) =>
        ops.tensordot(a, b, [
          [1, 0],
          [1, 0],
        ]),
      'a, b: torch.tensordot(a, b, ([1, 0], [1, 0]))',
    ],
  ),
  cross: plain(
    [fails([input([2]), input([2])], (a, b) => ops.cross(a, b), ShapeError, /size 3/)],
    [[[3], [3]], (a, b) => ops.cross(a, b), 'a, b: torch.cross(a, b)'],
    [
      [
        [2, 3],
        [1, 3],
      ],
      (a, b) => ops.cross(a, b, { dim: 1 }),
      'a, b: torch.cross(a, b, dim=1)',
    ],
  ),
  kron: row([
    variant(
      [
        [2, 3],
        [2, 2],
      ],
      (a, b) => ops.kron(a, b),
      (a, b) => build([4, 6], ([i, j]) => look(a, [i >> 1, j >> 1]) * look(b, [i & 1, j & 1])),
    ),
    variant([[3], [2, 2]], (a, b) => ops.kron(a, b), torch('a, b: torch.kron(a, b)')),
  ]),
  trace: plain(
    [fails([input([3])], (x) => ops.trace(x), ShapeError, /matrix/)],
    [[[3, 3]], (x) => ops.trace(x), 'x: torch.trace(x)'],
    [[[2, 4]], (x) => ops.trace(x), 'x: torch.trace(x)'],
  ),
  inner: plain(
    [fails([input([3]), input([2])], (a, b) => ops.inner(a, b), ShapeError, /last dim/)],
    [[[3], [3]], (a, b) => ops.inner(a, b), 'a, b: torch.inner(a, b)'],
    [
      [
        [2, 3],
        [2, 3],
      ],
      (a, b) => ops.inner(a, b),
      'a, b: torch.inner(a, b)',
    ],
    [[[], [3]], (a, b) => ops.inner(a, b), 'a, b: torch.inner(a, b)'],
  ),
  vdot: plain([], [[[4], [4]], (a, b) => ops.vdot(a, b), 'a, b: torch.vdot(a, b)']),
  addmv: added('addmv', ops.addmv, [2], [2, 3], [3]),
  addr: added('addr', ops.addr, [2, 3], [2], [3]),
  addbmm: added('addbmm', ops.addbmm, [2, 2], [2, 2, 3], [2, 3, 2]),
  baddbmm: added('baddbmm', ops.baddbmm, [2, 2, 2], [2, 2, 3], [2, 3, 2]),
  addmv_: addedInPlace('addmv', ops.addmv_, [2], [2, 3], [3]),
  addr_: addedInPlace('addr', ops.addr_, [2, 3], [2], [3]),
  addbmm_: addedInPlace('addbmm', ops.addbmm_, [2, 2], [2, 2, 3], [2, 3, 2]),
  baddbmm_: addedInPlace('baddbmm', ops.baddbmm_, [2, 2, 2], [2, 2, 3], [2, 3, 2]),
  cov: plain(
    [fails([input([2, 2, 2])], (x) => ops.cov(x), ShapeError, /two dims/)],
    [[[2, 4]], (x) => ops.cov(x), 'x: torch.cov(x)'],
    [[[5]], (x) => ops.cov(x, { correction: 0 }), 'x: torch.cov(x, correction=0)'],
  ),
  corrcoef: plain([fails([input([2, 2, 2])], (x) => ops.corrcoef(x), ShapeError, /two dims/)], [[[2, 4]], (x) => ops.corrcoef(x), 'x: torch.corrcoef(x)']),
} satisfies Record<string, Row>;

/** gt.linalg. */
export const spaces = {
  'linalg.solve': row(
    [
      variant(
        [
          [3, 3],
          [3, 2],
        ],
        (a, b) => linalg.solve(regular(a), b),
        torch('a, b: linalg.solve(regular(a), b)'),
      ),
      variant(
        [
          [2, 2, 2],
          [2, 2],
        ],
        (a, b) => linalg.solve(regular(a), b),
        torch('a, b: linalg.solve(regular(a), b)'),
      ),
      variant(
        [
          [2, 2],
          [3, 2, 1],
        ],
        (a, b) => linalg.solve(regular(a), b),
        torch('a, b: linalg.solve(regular(a), b)'),
      ),
      variant(
        [
          [3, 3],
          [3, 3],
        ],
        (a, b) => linalg.solve(regular(a), ops.matmul(regular(a), b)),
        (_, b) => b,
      ),
    ],
    {
      ...near,
      errors: [
        fails([input([2, 2], [0, 0]), input([2])], (a, b) => linalg.solve(a.mul(0), b), ArgumentError, /singular/),
        fails([input([2, 2]), input([3])], (a, b) => linalg.solve(a, b), ShapeError, /Incompatible/),
      ],
    },
  ),
  'linalg.inv': plain(
    [notSquare(linalg.inv), vector(linalg.inv)],
    [[[3, 3]], (x) => linalg.inv(regular(x)), 'x: regular(x).inverse()'],
    [[[2, 2, 2]], (x) => linalg.inv(regular(x)), 'x: regular(x).inverse()'],
  ),
  'linalg.cholesky': row(
    [
      variant([[3, 3]], (x) => linalg.cholesky(definite(x)), torch('x: linalg.cholesky(definite(x))')),
      variant([[2, 2, 2]], (x) => linalg.cholesky(definite(x), { upper: true }), torch('x: linalg.cholesky(definite(x), upper=True)')),
      variant(
        [[3, 3]],
        (x) => {
          const l = linalg.cholesky(definite(x));
          return ops.sub(ops.matmul(l, ops.t(l)), eye(x));
        },
        (x) =>
          product(
            x,
            build([3, 3], ([i, j]) => look(x, [j, i])),
          ),
      ),
    ],
    { ...near, errors: [notSquare(linalg.cholesky), fails([input([2, 2])], (x) => linalg.cholesky(x.mul(0).sub(1)), ArgumentError, /positive-definite/)] },
  ),
  'linalg.svd': plain(
    [vector(linalg.svd)],
    [[[2, 3]], (x) => unsigned(linalg.svd(x, false)), 'x: unsigned(linalg.svd(x, False))'],
    [[[3, 2]], (x) => linalg.svd(x)[1], 'x: linalg.svdvals(x)'],
  ),
  'linalg.vectorNorm': plain(
    [],
    ...[0.5, 1, 1.5, 2, 3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
      (ord): Case => [[[2, 3]], (x) => linalg.vectorNorm(x, ord, 1), `x: linalg.vector_norm(x, ${pythonNumber(ord)}, 1)`],
    ),
  ),
  'linalg.matrixNorm': plain(
    [vector(linalg.matrixNorm)],
    ...(['fro', 'nuc', 1, -1, 2, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const).map(
      (ord): Case => [[[3, 2]], (x) => linalg.matrixNorm(x, ord), `x: linalg.matrix_norm(x, ${typeof ord === 'string' ? `'${ord}'` : pythonNumber(ord)})`],
    ),
  ),
  'linalg.norm': plain(
    [],
    [[[2, 3]], (x) => linalg.norm(x), 'x: linalg.norm(x)'],
    [[[2, 3]], (x) => linalg.norm(x, 1), 'x: linalg.norm(x, 1)'],
    [[[2, 3]], (x) => linalg.norm(x, 3, 1, true), 'x: linalg.norm(x, 3, 1, True)'],
  ),
  'linalg.multiDot': plain(
    [fails([input([2, 2])], (a) => linalg.multiDot([a]), ArgumentError, /at least two/)],
    [
      [
        [2, 3],
        [3, 1],
        [1, 4],
      ],
      (...x) => linalg.multiDot(x),
      '*x: linalg.multi_dot(x)',
    ],
    [[[2], [2, 3], [3]], (...x) => linalg.multiDot(x), '*x: linalg.multi_dot(x)'],
  ),
} satisfies Record<string, Row>;

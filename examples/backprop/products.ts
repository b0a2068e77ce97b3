// Products of vectors and matrices. The loss weights the output by a matrix G, so that G is the gradient that comes in.
import * as gt from 'gradtape';
import { type Example, row } from './row.js';

type Nested = number[] | number[][];
const leaf = (data: Nested): gt.Tensor => gt.tensor(data, { dtype: 'float64', requiresGrad: true });
const constant = (data: Nested): gt.Tensor => gt.tensor(data, { dtype: 'float64' });

export function dotProduct(): Example {
  const [a, b] = [leaf([1, 2, 3]), leaf([4, -5, 6])];
  const L = a.dot(b);
  L.backward();
  return {
    title: 'Dot product: L = sum_i a_i b_i',
    derivation: 'dL/da = b, dL/db = a',
    rows: [row('L', L, 12), row('dL/da', a.grad, [4, -5, 6]), row('dL/db', b.grad, [1, 2, 3])],
  };
}

export function outerProduct(): Example {
  const [a, b] = [leaf([1, 2]), leaf([3, 4, 5])];
  const G = [
    [1, 0, 2],
    [0, -1, 1],
  ];
  const Y = a.outer(b);
  Y.mul(constant(G)).sum().backward();
  return {
    title: 'Outer product: Y_ij = a_i b_j, L = sum_ij G_ij Y_ij',
    derivation: 'dL/da = G b = [3 + 10, -4 + 5], dL/db = G^T a = [1, -2, 2 + 2]',
    rows: [
      row('Y', Y, [
        [3, 4, 5],
        [6, 8, 10],
      ]),
      row('dL/da', a.grad, [13, 1]),
      row('dL/db', b.grad, [1, -2, 4]),
    ],
  };
}

export function matrixVector(): Example {
  const W = leaf([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const x = leaf([1, 0, -1]);
  const g = [2, -1];
  const y = W.mv(x);
  y.mul(constant(g)).sum().backward();
  return {
    title: 'Matrix times vector: y = W x, L = g . y',
    derivation: 'dL/dW = g x^T (an outer product), dL/dx = W^T g = [2 - 4, 4 - 5, 6 - 6]',
    rows: [
      row('y', y, [-2, -2]),
      row('dL/dW', W.grad, [
        [2, 0, -2],
        [-1, 0, 1],
      ]),
      row('dL/dx', x.grad, [-2, -1, 0]),
    ],
  };
}

export function matrixMatrix(): Example {
  const A = leaf([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const B = leaf([
    [1, -1],
    [2, 0],
  ]);
  const G = [
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  const C = A.matmul(B);
  C.mul(constant(G)).sum().backward();
  return {
    title: 'Matrix times matrix: C = A B, L = sum_ij G_ij C_ij',
    derivation: 'dL/dA = G B^T, dL/dB = A^T G',
    rows: [
      row('C', C, [
        [5, -1],
        [11, -3],
        [17, -5],
      ]),
      row('dL/dA', A.grad, [
        [1, 2],
        [-1, 0],
        [0, 2],
      ]),
      row('dL/dB', B.grad, [
        [6, 8],
        [8, 10],
      ]),
    ],
  };
}

// The chain rule: through numbers, through the elements of a vector, through a small graph.
import * as gt from 'gradtape';
import { type Example, row } from './row.js';

const leaf = (data: number | number[]): gt.Tensor => gt.tensor(data, { dtype: 'float64', requiresGrad: true });

export function scalarChain(): Example {
  const x = leaf([5]);
  const L = x.mul(2).mul(3);
  L.backward();
  return {
    title: 'Scalar chain: y = 2x, L = 3y',
    derivation: 'dL/dx = dL/dy * dy/dx = 3 * 2 = 6',
    rows: [row('L', L, [30]), row('dL/dx', x.grad, [6])],
  };
}

export function vectorChain(): Example {
  const v = leaf([1, 2, 3]);
  const y = gt.zeros([2], { dtype: 'float64' });
  y.setAt([0], v.at(0).add(v.at(1).mul(2)));
  y.setAt([1], v.at(1).add(v.at(2).mul(2)));
  const L = y.sum();
  L.backward();
  return {
    title: 'Vector chain by index assignment: y0 = v0 + 2 v1, y1 = v1 + 2 v2, L = y0 + y1',
    derivation: 'dL/dv0 = 1, dL/dv1 = 2 + 1 = 3, dL/dv2 = 2',
    rows: [row('y', y, [5, 8]), row('dL/dv', v.grad, [1, 3, 2])],
  };
}

export function graph(): Example {
  const [x, y, z] = [leaf(2), leaf(-1), leaf(4)];
  const a = x.mul(2);
  const b = y.mul(3);
  const s = a.add(b);
  const L = s.mul(z);
  for (const inner of [a, b, s]) inner.retainGrad();
  L.backward();
  return {
    title: 'Graph: a = 2x, b = 3y, s = a + b, L = s z at x = 2, y = -1, z = 4',
    derivation: 'dL/ds = z = 4; a sum passes it on, dL/da = dL/db = 4; dL/dx = 2 * 4 = 8, dL/dy = 3 * 4 = 12, dL/dz = s = 1',
    rows: [
      row('L', L, 4),
      row('dL/ds', s.grad, 4),
      row('dL/da', a.grad, 4),
      row('dL/db', b.grad, 4),
      row('dL/dx', x.grad, 8),
      row('dL/dy', y.grad, 12),
      row('dL/dz', z.grad, 1),
    ],
  };
}

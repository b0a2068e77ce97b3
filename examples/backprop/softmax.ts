// Softmax, its Jacobian written out, and the two losses of a linear classifier.
import * as gt from 'gradtape';
import { type Example, row } from './row.js';

const leaf = (data: number[] | number[][]): gt.Tensor => gt.tensor(data, { dtype: 'float64', requiresGrad: true });

/** exp(x_i) / sum_k exp(x_k), on paper. */
function softmaxOf(x: readonly number[]): number[] {
  const e = x.map(Math.exp);
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
}

export function softmaxJacobian(): Example {
  const point = [1, 2, 0.5];
  const x = leaf(point);
  const s = x.softmax(0);
  const jacobian = point.map((_, i) => gt.autograd.grad(s.at(i), x, { retainGraph: true })[0]);
  const p = softmaxOf(point);
  return {
    title: 'Softmax: s_i = exp(x_i) / sum_k exp(x_k)',
    derivation: 'ds_i/dx_j = s_i (1 - s_i) on the diagonal, -s_i s_j off it',
    rows: [
      row('s', s, p),
      row(
        'ds/dx',
        gt.stack(jacobian),
        p.map((si, i) => p.map((sj, j) => (i === j ? si * (1 - si) : -si * sj))),
      ),
    ],
  };
}

// A linear classifier of 3 classes: scores s = W x, true class `label`. Both losses give ds; the rest is the matrix-vector rule.
const weights = [
  [0.5, -1, 0.2, 1],
  [1, 0.3, -0.4, 0],
  [-0.7, 0.8, 0.1, 0.6],
];
const input = [1, -2, 3, 0.5];
const label = 1;
const scores = weights.map((w) => w.reduce((sum, v, j) => sum + v * input[j], 0));

/** dW = ds x^T and dx = W^T ds. */
const paper = (ds: readonly number[]) => ({
  dW: ds.map((d) => input.map((v) => d * v)),
  dx: input.map((_, j) => ds.reduce((sum, d, i) => sum + d * weights[i][j], 0)),
});

function classify(lossOf: (s: gt.Tensor) => gt.Tensor, loss: number, ds: readonly number[]): Example['rows'] {
  const [W, x] = [leaf(weights), leaf(input)];
  const s = W.mv(x);
  s.retainGrad();
  const L = lossOf(s);
  L.backward();
  const { dW, dx } = paper(ds);
  return [row('s', s, scores), row('L', L, loss), row('dL/ds', s.grad, ds), row('dL/dW', W.grad, dW), row('dL/dx', x.grad, dx)];
}

export function crossEntropyLoss(): Example {
  const p = softmaxOf(scores);
  return {
    title: `Cross-entropy of s = W x: L = -log softmax(s)_y, y = ${label}`,
    derivation: 'dL/ds = softmax(s) - onehot(y), dL/dW = dL/ds x^T, dL/dx = W^T dL/ds',
    rows: classify(
      (s) => gt.nn.functional.crossEntropy(s.unsqueeze(0), gt.tensor([label], { dtype: 'int64' })),
      -Math.log(p[label]),
      p.map((v, i) => v - Number(i === label)),
    ),
  };
}

export function hingeLoss(): Example {
  const margins = scores.map((s, i) => (i === label ? 0 : Math.max(0, s - scores[label] + 1)));
  const over = margins.map((m) => Number(m > 0));
  const count = over.reduce((a, b) => a + b, 0);
  return {
    title: `Hinge loss of s = W x: L = sum_{i != y} max(0, s_i - s_y + 1), y = ${label}`,
    derivation: 'dL/ds_i = 1 where the margin is violated, else 0; dL/ds_y = -(number of violations); dW and dx as above',
    rows: classify(
      // The true class itself always adds max(0, 1) = 1.
      (s) => s.sub(s.at(label)).add(1).relu().sum().sub(1),
      margins.reduce((a, b) => a + b, 0),
      over.map((o, i) => (i === label ? -count : o)),
    ),
  };
}

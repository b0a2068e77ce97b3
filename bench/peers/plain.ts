// Plain TypeScript: the loops that one writes without a library. What takes such loops seconds is left out.
import { digest, patient, scaled } from '../inputs.js';
import { serve, type Task, type Tasks } from '../serve.js';

/** Row by row, so that the inner loop runs along memory. */
function matmul(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array {
  const c = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      for (let j = 0; j < n; j++) c[i * n + j] += factor * b[p * n + j];
    }
  }
  return c;
}

type Map1 = (x: Float32Array) => Float32Array;
// A loop of its own each: one loop over a function that is passed in would call it a million times.
const maps: Readonly<Record<string, Map1>> = {
  exp(x) {
    const y = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = Math.exp(x[i]);
    return y;
  },
  log(x) {
    const y = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = Math.log(x[i]);
    return y;
  },
  tanh(x) {
    const y = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = Math.tanh(x[i]);
    return y;
  },
  sigmoid(x) {
    const y = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = 1 / (1 + Math.exp(-x[i]));
    return y;
  },
  relu(x) {
    const y = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = Math.max(x[i], 0);
    return y;
  },
};
function add(x: Float32Array, y: Float32Array): Float32Array {
  const z = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) z[i] = x[i] + y[i];
  return z;
}
function mul(x: Float32Array, y: Float32Array): Float32Array {
  const z = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) z[i] = x[i] * y[i];
  return z;
}
function softmax(x: Float32Array, side: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let from = 0; from < x.length; from += side) {
    let max = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (let i = from; i < from + side; i++) max = Math.max(max, x[i]);
    for (let i = from; i < from + side; i++) {
      y[i] = Math.exp(x[i] - max);
      sum += y[i];
    }
    for (let i = from; i < from + side; i++) y[i] /= sum;
  }
  return y;
}
/** The value and, by the chain rule written out, the gradient, in one loop. */
function chain(x: Float32Array): [sum: number, gradient: Float32Array] {
  const gradient = new Float32Array(x.length);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const t = Math.tanh(x[i] * 2 + 1);
    const s = 1 / (1 + Math.exp(-t * 0.5));
    sum += s;
    gradient[i] = s * (1 - s) * (1 - t * t);
  }
  return [sum, gradient];
}

const plain = (f: () => Float32Array): Task => ({ run: f, check: () => digest(f()) });

const tasks: Tasks = {
  gemm({ m, k, n, ta, tb, dtype }) {
    if (ta || tb || dtype !== 'float32') return 'written for float32 as stored';
    if (2 * m * k * n > patient) return 'takes too long';
    const [a, b] = [scaled(m * k, 0, 1), scaled(k * n, 11, 1)];
    return plain(() => matmul(a, b, m, k, n));
  },
  pointwise({ op, side, mode }) {
    const count = side * side;
    const x = op === 'log' ? scaled(count, 0, 1, 1) : scaled(count, 0, 6);
    if (mode !== 'forward') return 'written forward';
    const y = scaled(count, 7, 1);
    if (op === 'add') return plain(() => add(x, y));
    if (op === 'mul') return plain(() => mul(x, y));
    const map = maps[op];
    return map ? plain(() => map(x)) : `${op} is not written`;
  },
  'row-wise'({ op, side, mode }) {
    if (op !== 'softmax' || mode !== 'forward') return 'softmax is written, forward';
    const x = scaled(side * side, 0, 6);
    return plain(() => softmax(x, side));
  },
  chain({ count }) {
    const x = scaled(count, 0, 6);
    return {
      run: () => chain(x),
      check: () => {
        const [sum, gradient] = chain(x);
        return [...digest([sum]), ...digest(gradient)];
      },
    };
  },
};

await serve(tasks, { node: process.version });

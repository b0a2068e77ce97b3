// TensorFlow.js with its WebAssembly backend as a contestant. Its kernels run when they are called; tidy frees what a run leaves. Images are NHWC here, as that backend wants them.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { digest, labelsOf, patient, pattern, scaled } from '../inputs.ts';
import { serve } from '../serve.ts';

const count = (shape) => shape.reduce((product, size) => product * size, 1);
const input = (shape, offset = 0, scale = 1, shift = 0) => tf.tensor(scaled(count(shape), offset, scale, shift), shape);
const images = (shape, offset, scale) => tf.tidy(() => input(shape, offset, scale).transpose([0, 2, 3, 1]));
const figures = (t) => digest(t.dataSync());

/** f of the leaves alone, or f and its gradients for a fixed gradient of its output; `shown` brings a result into the others' layout. */
function taskOf(mode, leaves, f, shown = (t) => t) {
  const forward = { run: () => tf.tidy(() => void f(...leaves)), check: () => tf.tidy(() => figures(shown(f(...leaves)))) };
  if (mode === 'inPlace') return 'no operations in place';
  if (mode !== 'backward') return forward;
  const { shape } = tf.tidy(() => f(...leaves));
  const gradient = shape.length === 0 ? tf.scalar(1) : input(shape, 5000);
  const gradients = tf.grads(f);
  return {
    run: () => tf.tidy(() => void gradients(leaves, gradient)),
    check: () => [...forward.check(), ...tf.tidy(() => gradients(leaves, gradient).flatMap((g) => figures(shown(g))))],
  };
}

const functions = {
  add: (x, y) => tf.add(x, y),
  mul: (x, y) => tf.mul(x, y),
  'add row': (x, y) => tf.add(x, y),
  'add column': (x, y) => tf.add(x, y),
  exp: tf.exp,
  log: tf.log,
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  gelu: (x) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1)),
  relu: tf.relu,
};
const reductions = {
  sum: (x, axis) => tf.sum(x, axis),
  max: (x, axis) => tf.max(x, axis),
  var: (x, axis) => {
    const n = axis === undefined ? x.size : x.shape[axis];
    return tf.moments(x, axis).variance.mul(n / (n - 1));
  },
};
function layerNorm(x, weight, bias) {
  const { mean, variance } = tf.moments(x, 1, true);
  return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(weight).add(bias);
}
const oneHot = (labels, classes) => tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat();
const crossEntropy = (logits, truth) => tf.losses.softmaxCrossEntropy(truth, logits);

/** Weights (in, out) of the same values as the others' (out, in), and biases. */
function linearLayers(sizes) {
  return sizes.slice(1).map((out, i) => {
    const inputs = sizes[i];
    const weight = tf.variable(tf.tidy(() => input([out, inputs], 2000 * i, 2 / Math.sqrt(inputs)).transpose()));
    return [weight, tf.variable(input([out], 2000 * i + 1000, 0.1))];
  });
}
const through = (layers, x, activation) => layers.reduce((h, [w, b], i) => (i === 0 ? h : activation(h)).matMul(w).add(b), x);
function training(optimizer, loss) {
  return {
    run: () => optimizer.minimize(loss),
    check: () => Array.from({ length: 4 }, () => tf.tidy(() => optimizer.minimize(loss, true).dataSync()[0])),
  };
}

const tasks = {
  gemm({ m, k, n, ta, tb, dtype }) {
    if ((ta || tb) && 2 * m * k * n > patient) return 'takes seconds where an operand is stored transposed';
    if (dtype !== 'float32') return 'no float64';
    const [a, b] = [input(ta ? [k, m] : [m, k]), input(tb ? [n, k] : [k, n], 11)];
    return taskOf('forward', [a, b], (x, y) => tf.matMul(x, y, ta, tb));
  },
  pointwise({ op, side, mode }) {
    const x = op === 'log' ? input([side, side], 0, 1, 1) : input([side, side], 0, 6);
    const shape = { add: [side, side], mul: [side, side], 'add row': [side], 'add column': [side, 1] }[op];
    return taskOf(mode, shape ? [x, input(shape, 7)] : [x], functions[op]);
  },
  reduction({ op, over, side, mode }) {
    const axis = { all: undefined, rows: 1, columns: 0 }[over];
    return taskOf(mode, [input([side, side], 0, 6)], (x) => reductions[op](x, axis));
  },
  'row-wise'({ op, side, mode }) {
    const x = input([side, side], 0, 6);
    if (op === 'softmax') return taskOf(mode, [x], (v) => tf.softmax(v));
    if (op === 'log-softmax') return taskOf(mode, [x], (v) => tf.logSoftmax(v));
    if (op === 'layer norm') return taskOf(mode, [x, input([side], 3, 1, 1), input([side], 4)], layerNorm);
    const truth = oneHot(labelsOf(side, side), side);
    return taskOf(mode, [x], (v) => crossEntropy(v, truth));
  },
  chain: ({ count: n }) => taskOf('backward', [input([n], 0, 6)], (x) => x.mul(2).add(1).tanh().mul(0.5).sigmoid().sum()),
  'scalar chain': ({ ops }) =>
    taskOf('backward', [tf.scalar(1)], (x) => {
      let y = x;
      for (let i = 0; i < ops; i++) y = y.mul(1.0001);
      return y;
    }),
  'scalar graph': ({ nodes }) =>
    taskOf(
      'backward',
      Array.from(pattern(192), (v) => tf.scalar(v)),
      (...leaves) => {
        let sum = null;
        for (let i = 0; i < nodes / 4; i++) {
          const neuron = leaves[i % 64]
            .mul(leaves[128 + ((i * 7) % 64)])
            .add(leaves[64 + ((i * 5) % 64)])
            .tanh();
          sum = sum === null ? neuron : sum.add(neuron);
        }
        return sum;
      },
    ),
  'small MLP'({ sizes, batch }) {
    const layers = linearLayers(sizes);
    const [x, y] = [input([batch, sizes[0]]), input([batch, 1], 9)];
    return training(tf.train.sgd(0.05), () => tf.losses.meanSquaredError(y, through(layers, x, tf.tanh)));
  },
  MLP({ sizes, batch }) {
    const layers = linearLayers(sizes);
    const [x, truth] = [input([batch, sizes[0]]), oneHot(labelsOf(batch, 10), 10)];
    return training(tf.train.adam(1e-3, 0.9, 0.999, 1e-8), () => crossEntropy(through(layers, x, tf.relu), truth));
  },
  conv({ batch, input: channels, output, size, kernel, stride, padding, groups, pass }) {
    if (groups > 1 && pass !== 'forward') return 'no gradients of depthwise convolution';
    const x = images([batch, channels, size, size]);
    const w = tf.tidy(() => input([output, channels / groups, kernel, kernel], 3, 0.1).transpose(groups > 1 ? [2, 3, 0, 1] : [2, 3, 1, 0]));
    const conv = (v, u) => (groups > 1 ? tf.depthwiseConv2d : tf.conv2d)(v, u, stride, padding);
    if (pass === 'forward')
      return taskOf(
        'forward',
        [],
        () => conv(x, w),
        (t) => t.transpose([0, 3, 1, 2]),
      );
    const { shape } = tf.tidy(() => conv(x, w));
    const gradient = images([shape[0], shape[3], shape[1], shape[2]], 5000);
    const byInput = pass === 'backward by input';
    const f = byInput ? () => tf.conv2dTranspose(gradient, w, x.shape, stride, padding) : tf.grad((u) => conv(x, u));
    return taskOf(
      'forward',
      [],
      () => (byInput ? f() : f(w, gradient)),
      (t) => t.transpose(byInput ? [0, 3, 1, 2] : [3, 2, 0, 1]),
    );
  },
  images({ op, shape, mode }) {
    if (op === 'batch norm') {
      const [weight, bias] = [input([shape[1]], 3, 1, 1), input([shape[1]], 4)];
      const normalise = (v, w, b) => {
        const { mean, variance } = tf.moments(v, [0, 1, 2]);
        return tf.batchNorm(v, mean, variance, b, w, 1e-5);
      };
      return mode === 'backward'
        ? 'no gradients of images in the common layout'
        : taskOf(mode, [images(shape, 0, 6), weight, bias], normalise, (t) => t.transpose([0, 3, 1, 2]));
    }
    const pool = op === 'max pool' ? tf.maxPool : tf.avgPool;
    const x = images(shape, 0, 6);
    return mode === 'backward'
      ? 'no gradients of pooling in its WebAssembly kernels'
      : taskOf(
          mode,
          [x],
          (v) => pool(v, 2, 2, 'valid'),
          (t) => t.transpose([0, 3, 1, 2]),
        );
  },
  attention({ batch, heads, steps, head, mode }) {
    const leaves = [0, 20, 40].map((offset) => input([batch, heads, steps, head], offset, 2));
    return taskOf(mode, leaves, (q, k, v) => tf.matMul(tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(head))), v));
  },
};

setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await tf.ready();
await serve(tasks, { tfjs: tf.version_core, 'tfjs-backend-wasm': version_wasm, node: process.version }, () => tf.disposeVariables());

// jax-js on its WebAssembly backend as a contestant. Every run is one jitted function, waited for; arrays are reference-counted: `.ref` where one is used again.
import { readFileSync } from 'node:fs';
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad, vjp } from '@jax-js/jax';
import { digest, labelsOf, patient, pattern, scaled } from '../inputs.ts';
import { serve } from '../serve.ts';

const count = (shape) => shape.reduce((product, size) => product * size, 1);
const input = (shape, offset = 0, scale = 1, shift = 0) => np.array(scaled(count(shape), offset, scale, shift)).reshape(shape);
const leavesOf = (t) => tree.leaves(t);
const figures = (t) => leavesOf(t).flatMap((leaf) => digest(leaf.dataSync()));

/** A jitted function of arrays that stay. */
function jitted(f, inputs) {
  const compiled = jit(f);
  const call = () => compiled(...inputs.map((x) => x.ref));
  return {
    async run() {
      const y = call();
      await blockUntilReady(y);
      for (const leaf of leavesOf(y)) leaf.dispose();
    },
    check: () => figures(call()),
  };
}
/** f of the leaves alone, or f and its gradients for a fixed gradient of its output. */
function taskOf(mode, leaves, f) {
  if (mode === 'inPlace') return 'no operations in place';
  if (mode !== 'backward') return jitted(f, leaves);
  const { shape } = f(...leaves.map((x) => x.ref));
  const gradient = shape.length === 0 ? np.array(1) : input(shape, 5000);
  const both = (g, ...xs) => {
    const [y, pull] = vjp(f, xs);
    return [y, ...pull(g)];
  };
  return jitted(both, [gradient, ...leaves]);
}

const functions = {
  add: (x, y) => x.add(y),
  mul: (x, y) => x.mul(y),
  'add row': (x, y) => x.add(y),
  'add column': (x, y) => x.add(y),
  exp: np.exp,
  log: np.log,
  tanh: np.tanh,
  sigmoid: nn.sigmoid,
  gelu: (x) => nn.gelu(x, { approximate: false }),
  relu: nn.relu,
};
const reductions = { sum: np.sum, max: np.max, var: (x, axis) => np.var_(x, axis, { correction: 1 }) };
function layerNorm(x, weight, bias) {
  const centred = x.ref.sub(np.mean(x, 1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), 1, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(weight)
    .add(bias);
}
const oneHot = (labels, classes) => nn.oneHot(np.array(new Int32Array(labels)), classes);
/** Mean over rows of -log softmax at the label. */
const crossEntropy = (logits, truth) =>
  nn
    .logSoftmax(logits, 1)
    .mul(truth.ref)
    .sum()
    .mul(-1 / truth.shape[0]);

const networkOf = (sizes) =>
  sizes.slice(1).map((out, i) => [input([out, sizes[i]], 2000 * i, 2 / Math.sqrt(sizes[i])).transpose(), input([out], 2000 * i + 1000, 0.1)]);
const through = (layers, x, activation) => layers.reduce((h, [w, b], i) => np.matmul(i === 0 ? h : activation(h), w).add(b), x);

/** A jitted step (state, x, y) -> (state, loss); the state of a run is the next one's. */
function training(initial, step, x, y) {
  const compiled = jit(step);
  let state = initial;
  const once = async () => {
    const [next, loss] = compiled(state, x.ref, y.ref);
    state = next;
    await blockUntilReady([state, loss]);
    return loss;
  };
  return {
    run: async () => (await once()).dispose(),
    async check() {
      const losses = [];
      for (let i = 0; i < 4; i++) losses.push((await once()).dataSync()[0]);
      return losses;
    },
  };
}
const [beta1, beta2, eps, lr] = [0.9, 0.999, 1e-8, 1e-3];
/** Adam on lists of [weight, bias]; t counts the steps. */
function adam(loss) {
  return ({ layers, m, v, t }, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(tree.ref(layers), x, y);
    const step = t.add(1);
    const scale1 = np.reciprocal(np.power(np.array(beta1), step.ref).mul(-1).add(1));
    const scale2 = np.reciprocal(np.power(np.array(beta2), step.ref).mul(-1).add(1));
    const m2 = tree.map((a, g) => a.mul(beta1).add(g.ref.mul(1 - beta1)), m, gradients);
    const v2 = tree.map((a, g) => a.mul(beta2).add(np.square(g).mul(1 - beta2)), v, gradients);
    const updated = tree.map(
      (p, a, b) =>
        p.sub(
          a.ref
            .mul(scale1.ref)
            .mul(lr)
            .div(np.sqrt(b.ref.mul(scale2.ref)).add(eps)),
        ),
      layers,
      m2,
      v2,
    );
    scale1.dispose();
    scale2.dispose();
    return [{ layers: updated, m: m2, v: v2, t: step }, value];
  };
}
const zerosLike = (layers) => tree.map((p) => np.zeros(p.shape), layers);

const tasks = {
  gemm({ m, k, n, ta, tb, dtype }) {
    if ((ta || tb || dtype === 'float64') && 2 * m * k * n > patient) return 'takes seconds in float64 or where an operand is stored transposed';
    const matrix = (rows, columns, offset) => {
      const values = pattern(rows * columns, offset);
      return np.array(dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values)).reshape([rows, columns]);
    };
    const [a, b] = [ta ? matrix(k, m, 0) : matrix(m, k, 0), tb ? matrix(n, k, 11) : matrix(k, n, 11)];
    return jitted((x, y) => np.matmul(ta ? x.transpose() : x, tb ? y.transpose() : y), [a, b]);
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
    if (op === 'softmax') return taskOf(mode, [x], (v) => nn.softmax(v, 1));
    if (op === 'log-softmax') return taskOf(mode, [x], (v) => nn.logSoftmax(v, 1));
    if (op === 'layer norm') return taskOf(mode, [x, input([side], 3, 1, 1), input([side], 4)], layerNorm);
    const truth = oneHot(labelsOf(side, side), side);
    return taskOf(mode, [x], (v) => crossEntropy(v, truth));
  },
  chain: ({ count: n }) => taskOf('backward', [input([n], 0, 6)], (x) => nn.sigmoid(np.tanh(x.mul(2).add(1)).mul(0.5)).sum()),
  'scalar chain': () => 'its reverse pass over thousands of scalar operations takes seconds',
  'scalar graph': () => 'its reverse pass over thousands of scalar operations takes seconds',
  'small MLP'({ sizes, batch }) {
    const [x, y] = [input([batch, sizes[0]]), input([batch, 1], 9)];
    const loss = (layers, u, v) => np.mean(np.square(through(layers, u, np.tanh).sub(v)));
    const step = (layers, u, v) => {
      const [value, gradients] = valueAndGrad(loss)(tree.ref(layers), u, v);
      return [tree.map((p, g) => p.sub(g.mul(0.05)), layers, gradients), value];
    };
    return training(networkOf(sizes), step, x, y);
  },
  MLP({ sizes, batch }) {
    const layers = networkOf(sizes);
    const [x, truth] = [input([batch, sizes[0]]), oneHot(labelsOf(batch, 10), 10)];
    const loss = (net, u, v) =>
      nn
        .logSoftmax(through(net, u, nn.relu), 1)
        .mul(v)
        .sum()
        .mul(-1 / batch);
    return training({ layers, m: zerosLike(layers), v: zerosLike(layers), t: np.array(0) }, adam(loss), x, truth);
  },
  conv({ batch, input: channels, output, size, kernel, stride, padding, groups, pass }) {
    const x = input([batch, channels, size, size]);
    const w = input([output, channels / groups, kernel, kernel], 3, 0.1);
    const pad = [padding, padding];
    const conv = (v, u) => lax.convGeneralDilated(v, u, [stride, stride], [pad, pad], { featureGroupCount: groups });
    if (pass === 'forward') return jitted(conv, [x, w]);
    const gradient = input(conv(x.ref, w.ref).shape, 5000);
    const byInput = pass === 'backward by input';
    const back = (g, v, u) => {
      const [y, pull] = byInput ? vjp((a) => conv(a, u), [v]) : vjp((a) => conv(v, a), [u]);
      y.dispose();
      return pull(g)[0];
    };
    return jitted(back, [gradient, x, w]);
  },
  attention({ batch, heads, steps, head, mode }) {
    const leaves = [0, 20, 40].map((offset) => input([batch, heads, steps, head], offset, 2));
    const attend = (q, k, v) => np.matmul(nn.softmax(np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(head)), -1), v);
    return taskOf(mode, leaves, attend);
  },
};

// Its float64 arrays look for this class, which Node 20 has not.
globalThis.Float16Array ??= class Float16Array {};
if (!(await init('wasm')).includes('wasm')) throw new Error('jax-js finds no WebAssembly backend here');
defaultDevice('wasm');
const { version } = JSON.parse(readFileSync(new URL('../node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'));
await serve(tasks, { 'jax-js': version, node: process.version });

// Work of many small ops, optimizers alone, and whole networks, as a user writes them.
import { labelsOf, pattern } from '../inputs.js';
import type { Tasks } from '../serve.js';
import { digestOf, fill, gt, input, type Tensor, taskOf, training } from './common.js';

const { nn, optim } = gt;
const F = nn.functional;

const labels = (count: number, classes: number): Tensor => gt.tensor(labelsOf(count, classes)).to('int64');
const scalar = (value: number): Tensor => gt.tensor(value, { requiresGrad: true });

function layers(sizes: readonly number[], activation: () => gt.nn.Module): gt.nn.Sequential {
  const linear = sizes.slice(1).map((out, i) => new nn.Linear(sizes[i], out));
  return new nn.Sequential(...linear.flatMap((layer, i) => (i === 0 ? [layer] : [activation(), layer])));
}

class Cnn extends nn.Module {
  conv1 = new nn.Conv2d(1, 16, 5, { padding: 2 });
  conv2 = new nn.Conv2d(16, 32, 5, { padding: 2 });
  out = new nn.Linear(32 * 7 * 7, 10);
  override forward(x: Tensor): Tensor {
    x = F.maxPool2d(this.conv1.forward(x).relu(), 2) as Tensor;
    x = F.maxPool2d(this.conv2.forward(x).relu(), 2) as Tensor;
    return this.out.forward(x.flatten(1));
  }
}

export const networks: Tasks = {
  'scalar chain'({ ops }) {
    const x = scalar(1);
    return taskOf('backward', [x], () => {
      let y = x;
      for (let i = 0; i < ops; i++) y = y.mul(1.0001);
      return y;
    });
  },
  /** The sum of nodes / 4 neurons tanh(w x + b) over 64 shared weights and biases. */
  'scalar graph'({ nodes }) {
    const [w, b] = [0, 64].map((offset) => Array.from(pattern(64, offset), scalar));
    const x = Array.from(pattern(64, 128), scalar);
    return taskOf('backward', [...w, ...b, ...x], () => {
      let sum: Tensor | null = null;
      for (let i = 0; i < nodes / 4; i++) {
        const neuron = w[i % 64]
          .mul(x[(i * 7) % 64])
          .add(b[(i * 5) % 64])
          .tanh();
        sum = sum === null ? neuron : sum.add(neuron);
      }
      return sum!;
    });
  },
  'small MLP'({ sizes, batch }) {
    const model = layers(sizes, () => new nn.Tanh());
    fill(model);
    const [x, y] = [input([batch, sizes[0]]), input([batch, 1], 9)];
    return training(new optim.SGD(model.parameters(), { lr: 0.05 }), () => F.mseLoss(model.forward(x), y));
  },
  MLP({ sizes, batch }) {
    const model = layers(sizes, () => new nn.ReLU());
    fill(model);
    const [x, y] = [input([batch, sizes[0]]), labels(batch, 10)];
    return training(new optim.Adam(model.parameters(), { lr: 1e-3 }), () => F.crossEntropy(model.forward(x), y));
  },
  CNN({ batch }) {
    const model = new Cnn();
    fill(model);
    const [x, y] = [input([batch, 1, 28, 28]), labels(batch, 10)];
    return training(new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }), () => F.crossEntropy(model.forward(x), y));
  },
  optimizer({ op, tensors, each }) {
    const parameters = Array.from({ length: tensors }, (_, i) => {
      const p = new nn.Parameter(input([each], 1000 * i));
      p.grad = input([each], 500 * i, 0.1);
      return p;
    });
    const optimizer = op === 'AdamW' ? new optim.AdamW(parameters, { lr: 1e-4 }) : new optim.SGD(parameters, { lr: 1e-4, momentum: 0.9 });
    const run = (): void => void optimizer.step();
    return {
      run,
      check: () => {
        for (let i = 0; i < 3; i++) run();
        return [...digestOf(parameters[0]), ...digestOf(parameters[tensors - 1])];
      },
    };
  },
};

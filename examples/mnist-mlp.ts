// npm run train: a perceptron learns the MNIST digits. `npm run train -- --help` lists the options.
import './lib/backend.js';
import * as gt from 'gradtape';
import { classify } from './lib/images.js';

const { nn } = gt;

await classify({
  name: 'mnist-mlp',
  description: 'Trains a 784-512-256-10 perceptron on the MNIST digits.',
  epochs: 8,
  batchSize: 128,
  lr: 3e-3,
  samples: (train) => new gt.utils.data.datasets.MNIST({ train }),
  mean: 0.1307,
  deviation: 0.3081,
  network: () =>
    new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(784, 512),
      new nn.ReLU(),
      new nn.Dropout(0.2),
      new nn.Linear(512, 256),
      new nn.ReLU(),
      new nn.Dropout(0.2),
      new nn.Linear(256, 10),
    ),
});

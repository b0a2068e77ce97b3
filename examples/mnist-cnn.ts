// A convolutional network learns the MNIST digits: node --import tsx examples/mnist-cnn.ts
import './lib/backend.js';
import * as gt from 'gradtape';
import { cnn } from './lib/cnn.js';
import { classify } from './lib/images.js';

await classify({
  name: 'mnist-cnn',
  description: 'Trains a convolutional network on the MNIST digits.',
  epochs: 8,
  batchSize: 64,
  lr: 4e-3,
  samples: (train) => new gt.utils.data.datasets.MNIST({ train }),
  mean: 0.1307,
  deviation: 0.3081,
  network: () => cnn(5, [16, 32]),
});

// A convolutional network learns to tell clothes apart: node --import tsx examples/fashion-cnn.ts
import './lib/backend.js';
import * as gt from 'gradtape';
import { cnn } from './lib/cnn.js';
import { classify } from './lib/images.js';

await classify({
  name: 'fashion-cnn',
  description: 'Trains a convolutional network on the Fashion-MNIST images.',
  epochs: 8,
  batchSize: 64,
  lr: 4e-3,
  samples: (train) => new gt.utils.data.datasets.FashionMNIST({ train }),
  mean: 0.286,
  deviation: 0.353,
  network: () => cnn(3, [32, 64]),
});

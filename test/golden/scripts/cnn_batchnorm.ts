// cnn_batchnorm.py, line by line.
import * as gt from '../../../src/index.js';
import type { Recorder } from './recorder.js';

const { nn } = gt;
const { DataLoader, TensorDataset } = gt.utils.data;

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 4, 3, { padding: 1 });
  norm1 = new nn.BatchNorm2d(4);
  conv2 = new nn.Conv2d(4, 8, 3, { padding: 1, bias: false });
  norm2 = new nn.BatchNorm2d(8);
  pool = new nn.MaxPool2d(2);
  drop = new nn.Dropout(0.2);
  out = new nn.Linear(32, 3);

  override forward(input: gt.Tensor): gt.Tensor {
    let x = this.pool.forward(gt.relu(this.norm1.forward(this.conv1.forward(input)))) as gt.Tensor;
    x = this.pool.forward(gt.relu(this.norm2.forward(this.conv2.forward(x)))) as gt.Tensor;
    return this.out.forward(this.drop.forward(x.flatten(1)));
  }
}

export function run(dtype: 'float32' | 'float64', record: Recorder): void {
  gt.manualSeed(2);
  const x = gt.rand([40, 1, 8, 8]).to(dtype);
  const y = gt.randint(0, 3, [40]);
  const model = new Net().to(dtype);
  record.weights(model);
  const loader = new DataLoader(new TensorDataset(x, y, gt.arange(40)), { batchSize: 8, shuffle: true });
  const optimizer = new gt.optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-3 });
  const scheduler = new gt.optim.lrScheduler.CosineAnnealingLR(optimizer, 100);
  for (let epoch = 0; epoch < 20; epoch++) {
    for (const [images, labels, indices] of loader) {
      const loss = nn.functional.crossEntropy(model.forward(images), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      scheduler.step();
      record.step(indices, loss);
    }
  }
}

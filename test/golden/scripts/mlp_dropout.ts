// mlp_dropout.py, line by line.
import * as gt from '../../../src/index.js';
import type { Recorder } from './recorder.js';

const { nn } = gt;
const { DataLoader, TensorDataset } = gt.utils.data;

export function run(dtype: 'float32' | 'float64', record: Recorder): void {
  gt.manualSeed(1);
  const x = gt.randn([80, 12]).to(dtype);
  const y = gt.randint(0, 4, [80]);
  const model = new nn.Sequential(new nn.Linear(12, 32), new nn.ReLU(), new nn.Dropout(0.3), new nn.Linear(32, 4)).to(dtype);
  record.weights(model);
  const loader = new DataLoader(new TensorDataset(x, y, gt.arange(80)), { batchSize: 16, shuffle: true });
  const optimizer = new gt.optim.Adam(model.parameters(), { lr: 1e-2 });
  const scheduler = new gt.optim.lrScheduler.StepLR(optimizer, 5, 0.5);
  for (let epoch = 0; epoch < 20; epoch++) {
    for (const [images, labels, indices] of loader) {
      const loss = nn.functional.crossEntropy(model.forward(images), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      record.step(indices, loss);
    }
    scheduler.step();
  }
}

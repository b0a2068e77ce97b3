// transformer_encoder.py, line by line.
import * as gt from '../../../src/index.js';
import type { Recorder } from './recorder.js';

const { nn } = gt;
const { DataLoader, TensorDataset } = gt.utils.data;

class Net extends nn.Module {
  token = new nn.Embedding(9, 16);
  encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(16, 2, 32, { dropout: 0.1, batchFirst: true }), 2);
  out = new nn.Linear(16, 3);

  override forward(x: gt.Tensor): gt.Tensor {
    return this.out.forward(this.encoder.forward(this.token.forward(x)).mean(1));
  }
}

export function run(dtype: 'float32' | 'float64', record: Recorder): void {
  gt.manualSeed(4);
  const x = gt.randint(0, 9, [40, 6]);
  const y = gt.randint(0, 3, [40]);
  const model = new Net().to(dtype);
  record.weights(model);
  const loader = new DataLoader(new TensorDataset(x, y, gt.arange(40)), { batchSize: 8, shuffle: true });
  const optimizer = new gt.optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.05 });
  const scheduler = new gt.optim.lrScheduler.OneCycleLR(optimizer, 5e-3, { totalSteps: 100 });
  for (let epoch = 0; epoch < 20; epoch++) {
    for (const [tokens, labels, indices] of loader) {
      const loss = nn.functional.crossEntropy(model.forward(tokens), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      scheduler.step();
      record.step(indices, loss);
    }
  }
}

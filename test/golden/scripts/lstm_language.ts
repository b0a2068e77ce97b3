// lstm_language.py, line by line.
import * as gt from '../../../src/index.js';
import type { Recorder } from './recorder.js';

const { nn } = gt;
const { DataLoader, TensorDataset } = gt.utils.data;

class Net extends nn.Module {
  token = new nn.Embedding(11, 8);
  lstm = new nn.LSTM(8, 16, 2, { batchFirst: true, dropout: 0.2 });
  head = new nn.Linear(16, 11);

  override forward(x: gt.Tensor): gt.Tensor {
    const [states] = this.lstm.forward(this.token.forward(x));
    return this.head.forward(states);
  }
}

export function run(dtype: 'float32' | 'float64', record: Recorder): void {
  gt.manualSeed(3);
  const text = gt.randint(0, 11, [401]);
  const [x, y] = [text.at(':-1').reshape(40, 10), text.at('1:').reshape(40, 10)];
  const model = new Net().to(dtype);
  record.weights(model);
  const loader = new DataLoader(new TensorDataset(x, y, gt.arange(40)), { batchSize: 8, shuffle: true, dropLast: true });
  const optimizer = new gt.optim.RMSprop(model.parameters(), { lr: 5e-3, momentum: 0.5 });
  for (let epoch = 0; epoch < 20; epoch++) {
    for (const [tokens, following, indices] of loader) {
      const scores = model.forward(tokens);
      const loss = nn.functional.crossEntropy(scores.reshape(-1, 11), following.reshape(-1));
      optimizer.zeroGrad({ setToNone: true });
      loss.backward();
      nn.utils.clipGradNorm_(model.parameters(), 0.5);
      optimizer.step();
      record.step(indices, loss);
    }
  }
}

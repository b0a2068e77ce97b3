// The first lesson: a line through points, by gradient descent. node --import tsx examples/linear-regression.ts
import './lib/backend.js';
import * as gt from 'gradtape';
import { readSeed } from './lib/options.js';

gt.manualSeed(readSeed({ name: 'linear-regression', description: 'Fits a line to points by gradient descent.' }));
const x = gt.rand([100, 1]).mul(10);
const y = x
  .mul(3)
  .add(2)
  .add(gt.randn([100, 1]).mul(0.5)); // y = 3 x + 2, and noise

const model = new gt.nn.Linear(1, 1);
const optimizer = new gt.optim.SGD(model.parameters(), { lr: 0.02 });
for (let step = 1; step <= 1000; step++) {
  const loss = gt.nn.functional.mseLoss(model.forward(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  if (step % 200 === 0) console.log(`step ${step}  loss ${(loss.item() as number).toFixed(4)}`);
}
console.log(`y = ${(model.weight.item() as number).toFixed(3)} x + ${(model.bias!.item() as number).toFixed(3)}`);

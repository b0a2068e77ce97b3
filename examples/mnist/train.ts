// Trains and tests the network, and tells how it went.
import * as gt from 'gradtape';
import type { Options } from './options.js';
import { startProgress, thousands } from './progress.js';

const { nn, optim } = gt;
const { DataLoader, datasets } = gt.utils.data;
const CLASSES = 10;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function describeBackend(): string {
  const { name, isa, threads, reasons } = gt.backend.info();
  return [`backend: ${name} (${isa}, ${threads} thread${threads === 1 ? '' : 's'})`, ...reasons.map((reason) => `  not taken: ${reason}`)].join('\n');
}

/** How often a digit (row) was taken for another (column). */
function confusionOf(model: gt.nn.Module, test: gt.utils.data.datasets.MNIST): number[][] {
  const counts = Array.from({ length: CLASSES }, () => new Array<number>(CLASSES).fill(0));
  model.eval();
  gt.noGrad(() => {
    for (const [images, labels] of new DataLoader(test, { batchSize: 1000 })) {
      const guesses = model.forward(images).argmax(1).toTypedArray();
      labels.toTypedArray().forEach((label, i) => {
        counts[Number(label)][Number(guesses[i])]++;
      });
    }
  });
  model.train();
  return counts;
}

const accuracyOf = (counts: readonly number[][]): number => counts.reduce((sum, row, i) => sum + row[i], 0) / counts.flat().reduce((a, b) => a + b, 0);

function showConfusion(counts: readonly number[][]): string {
  const line = (head: string, cells: readonly (number | string)[]): string => head.padStart(7) + cells.map((cell) => String(cell).padStart(6)).join('');
  return [line('digit', [...counts.keys()]), ...counts.map((row, digit) => line(String(digit), row))].join('\n');
}

export function run({ epochs, batchSize, lr, threads, seed }: Options): void {
  if (threads !== undefined) gt.setNumThreads(threads);
  gt.manualSeed(seed);
  console.log(describeBackend());

  const [train, test] = [new datasets.MNIST({ train: true }), new datasets.MNIST({ train: false })];
  const loader = new DataLoader(train, { batchSize, shuffle: true });
  const model = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(784, 256),
    new nn.ReLU(),
    new nn.Linear(256, 128),
    new nn.ReLU(),
    new nn.Linear(128, CLASSES),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr });
  const schedule = new optim.lrScheduler.CosineAnnealingLR(optimizer, epochs * loader.length);
  console.log(
    `${model}\n${thousands(model.parameters().reduce((n, p) => n + p.numel(), 0))} parameters, ${thousands(train.length)} training images, ${thousands(test.length)} test images\n`,
  );

  let counts: number[][] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const title = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
    const progress = startProgress(title, train.length);
    let total = 0;
    for (const [images, labels] of loader) {
      const loss = nn.functional.crossEntropy(model.forward(images), labels);
      optimizer.zeroGrad({ setToNone: true });
      loss.backward();
      optimizer.step();
      schedule.step();
      const value = loss.item() as number;
      total += value * labels.numel();
      progress.step(labels.numel(), value);
    }
    const rate = progress.rate();
    progress.stop();
    counts = confusionOf(model, test);
    const seconds = train.length / rate;
    console.log(
      `${title}  loss ${(total / train.length).toFixed(4)}  ${thousands(rate)} samples/s (${seconds.toFixed(2)} s)  test accuracy ${percent(accuracyOf(counts))}`,
    );
  }
  console.log(`\nconfusion matrix (rows: true digit, columns: guess)\n${showConfusion(counts)}\n\nfinal test accuracy: ${percent(accuracyOf(counts))}`);
}

// Learning to write like Moby Dick: everything but the network.
import * as gt from 'gradtape';
import { type Defaults, readOptions } from './options.js';
import { main, prepare, run } from './run.js';
import { readMobyDick, sample } from './text.js';

const { DataLoader, datasets, RandomSampler } = gt.utils.data;
const STEPS = 500;

export interface LanguageTask extends Defaults {
  readonly window: number;
  /** A network from tokens (batch, n) to scores (batch, n, vocabulary). */
  readonly network: (vocabulary: number) => gt.nn.Module;
}

export const learnToWrite = (task: LanguageTask): Promise<void> =>
  main(async () => {
    const options = readOptions(task);
    const { epochs, batchSize, lr } = options;
    const { window } = task;
    prepare(options);
    // Windows to train on begin anywhere; the last tenth of the novel is for validation, window after window.
    const [train, rest] = new datasets.TextDataset(readMobyDick(), window, { stride: 1 }).split(0.9);
    const { vocabulary } = train;
    const validation = new datasets.TextDataset(rest.tokens, window, { vocabulary });
    const model = task.network(vocabulary.size);
    console.log(`${model}\n${train.tokens.numel()} characters to train on, ${rest.tokens.numel()} for validation, ${vocabulary.size} different ones`);
    const scores = (tokens: gt.Tensor): gt.Tensor => model.forward(tokens) as gt.Tensor;
    const optimizer = new gt.optim.AdamW(model.parameters(), { lr, weightDecay: 0.1, betas: [0.9, 0.99] });
    const loss = await run(
      {
        name: task.name,
        model,
        optimizer,
        scheduler: new gt.optim.lrScheduler.OneCycleLR(optimizer, lr, { totalSteps: epochs * STEPS, pctStart: 0.1, cycleMomentum: false }),
        data: new DataLoader(train, { batchSize, sampler: new RandomSampler(train, { replacement: true, numSamples: STEPS * batchSize }) }),
        validation: new DataLoader(validation, { batchSize: 16 }),
        fit: { loss: (output, target) => gt.nn.functional.crossEntropy(output.reshape(-1, vocabulary.size), target.reshape(-1)), clipGradNorm: 1 },
        monitor: 'validation.loss',
        mode: 'min',
        batch: batchSize,
        perSample: window,
        unit: 'characters',
      },
      options,
    );
    if (loss === undefined) return;
    model.eval();
    console.log(`\n--- a sample ---${sample(vocabulary, scores, window, 600)}\n---\n\nfinal validation loss: ${loss.toFixed(4)} nats a character`);
  });

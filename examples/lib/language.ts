// Learning to write like Moby Dick: everything but the network.
import * as gt from 'gradtape';
import { type Defaults, readOptions } from './options.js';
import { main, prepare, run } from './run.js';
import { AllWindows, RandomWindows, readMobyDick, sample } from './text.js';

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
    const corpus = readMobyDick();
    const vocabulary = corpus.characters.length;
    const model = task.network(vocabulary);
    console.log(`${model}\n${corpus.train.numel()} characters to train on, ${corpus.validation.numel()} for validation, ${vocabulary} different ones`);
    const scores = (tokens: gt.Tensor): gt.Tensor => model.forward(tokens) as gt.Tensor;
    const optimizer = new gt.optim.AdamW(model.parameters(), { lr, weightDecay: 0.1, betas: [0.9, 0.99] });
    const loss = await run(
      {
        name: task.name,
        model,
        optimizer,
        scheduler: new gt.optim.lrScheduler.OneCycleLR(optimizer, lr, { totalSteps: epochs * STEPS, pctStart: 0.1, cycleMomentum: false }),
        data: new RandomWindows(corpus.train, STEPS, batchSize, window),
        validation: new AllWindows(corpus.validation, 16, window),
        fit: { loss: (output, target) => gt.nn.functional.crossEntropy(output.reshape(-1, vocabulary), target.reshape(-1)), clipGradNorm: 1 },
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
    console.log(`\n--- a sample ---${sample(corpus, scores, window, 600)}\n---\n\nfinal validation loss: ${loss.toFixed(4)} nats a character`);
  });

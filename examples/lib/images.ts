// Classifying 28 x 28 images: everything but the network.
import * as gt from 'gradtape';
import { type Defaults, readOptions } from './options.js';
import { main, prepare, run } from './run.js';

type Samples = gt.utils.data.datasets.MNIST;
const { DataLoader } = gt.utils.data;

/** Batches with the pixels brought to mean 0 and deviation 1. */
class Normalized {
  readonly #loader: gt.utils.data.DataLoader<[gt.Tensor, number], [gt.Tensor, gt.Tensor]>;
  constructor(
    samples: Samples,
    options: { batchSize: number; shuffle?: boolean },
    readonly mean: number,
    readonly deviation: number,
  ) {
    this.#loader = new DataLoader(samples, options) as never;
  }
  get length(): number {
    return this.#loader.length;
  }
  *[Symbol.iterator](): Iterator<gt.Tensor[]> {
    for (const [images, labels] of this.#loader) yield [images.sub(this.mean).div(this.deviation), labels];
  }
}

export interface ImageTask extends Defaults {
  readonly network: () => gt.nn.Module;
  readonly samples: (train: boolean) => Samples;
  readonly mean: number;
  readonly deviation: number;
}

export const classify = (task: ImageTask): Promise<void> =>
  main(async () => {
    const options = readOptions(task);
    const { epochs, batchSize, lr } = options;
    prepare(options);
    const [train, test] = [task.samples(true), task.samples(false)];
    const data = new Normalized(train, { batchSize, shuffle: true }, task.mean, task.deviation);
    const model = task.network();
    console.log(`${model}\n${train.length} training images, ${test.length} test images`);
    const optimizer = new gt.optim.AdamW(model.parameters(), { lr });
    const scheduler = new gt.optim.lrScheduler.OneCycleLR(optimizer, lr, { totalSteps: epochs * data.length });
    const confusion = new gt.train.ConfusionMatrix(10);
    const accuracy = await run(
      {
        name: task.name,
        model,
        optimizer,
        scheduler,
        data,
        validation: new Normalized(test, { batchSize: 1000 }, task.mean, task.deviation),
        fit: { loss: gt.nn.functional.crossEntropy, metrics: { accuracy: confusion } },
        monitor: 'validation.accuracy',
        mode: 'max',
        batch: batchSize,
        perSample: 1,
        unit: 'images',
      },
      options,
    );
    if (accuracy === undefined) return;
    await gt.train.evaluate(model, new Normalized(test, { batchSize: 1000 }, task.mean, task.deviation), {
      loss: gt.nn.functional.crossEntropy,
      metrics: { confusion },
    });
    console.log(`\nconfusion matrix (rows: true class, columns: guess)\n${confusion}\n\nfinal test accuracy: ${(100 * accuracy).toFixed(2)} %`);
  });

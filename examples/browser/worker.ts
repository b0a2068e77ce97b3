// The worker: fetches the digits, trains the network, and answers the page between steps.
import * as gt from 'gradtape';
import type { FromWorker, ToWorker } from './messages.js';

const { nn, optim } = gt;
const { DataLoader, datasets } = gt.utils.data;

/** What one press of the button trains. */
const epochs = 5;
const side = 28;
/** Test images that the page shows. */
const shown = 48;
const lr = 2e-3;
const [stepsPerTest, progressEvery] = [100, 100];

const say = (message: FromWorker): void => postMessage(message);

async function start(): Promise<void> {
  await gt.init();
  const digits = new URL('mnist/', location.href);
  const [train, test] = await Promise.all([datasets.MNIST.fetch(digits, { train: true }), datasets.MNIST.fetch(digits, { train: false })]);

  gt.manualSeed(1);
  const model = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(side * side, 128),
    new nn.ReLU(),
    new nn.Linear(128, 64),
    new nn.ReLU(),
    new nn.Linear(64, 10),
  );
  const optimizer = new optim.Adam(model.parameters(), { lr });
  const data = new DataLoader(train, { batchSize: 128, shuffle: true });

  const scores = (images: gt.Tensor): gt.Tensor => gt.noGrad(() => model.forward(images));
  const testing = [...new DataLoader(test, { batchSize: 1000 })];

  function tellAccuracy(): void {
    const guesses = testing.map(([images]) => scores(images).argmax(1));
    const right = testing.reduce((sum, [, labels], i) => sum + Number(guesses[i].eq(labels).sum().item()), 0);
    say({ type: 'tested', accuracy: right / test.length, guesses: Array.from(guesses[0].toTypedArray().subarray(0, shown), Number) });
  }

  let resume = (): void => {};
  let mayTrain = Promise.resolve();
  const pause = (): void => {
    mayTrain = new Promise((resolve) => {
      resume = resolve;
    });
  };
  pause();
  addEventListener('message', ({ data: message }: MessageEvent<ToWorker>) => {
    if (message.type === 'train') resume();
    else if (message.type === 'pause') pause();
    else {
      const image = gt.tensor(message.image).reshape([1, 1, side, side]).float().div(255);
      say({ type: 'classified', probabilities: Array.from(scores(image).softmax(1).toTypedArray(), Number) });
    }
  });

  const { name, isa } = gt.backend.info();
  const first = test.data.narrow(0, 0, shown).toTypedArray() as Uint8Array;
  const labels = Array.from(test.targets.narrow(0, 0, shown).toTypedArray(), Number);
  say({ type: 'ready', backend: `${name} (${isa})`, parameters: model.parameters().reduce((n, p) => n + p.numel(), 0), images: first, labels });
  tellAccuracy();

  // Each press of the button is one more round, with the schedule from its start.
  for (let round = 0; ; round++) {
    await mayTrain;
    let [losses, since] = [[] as number[], performance.now()];
    let epoch = round * epochs + 1;
    const tell = (): void => {
      const now = performance.now();
      const { liveBytes, pooledBytes } = gt.backend.memory();
      say({
        type: 'progress',
        epoch,
        epochs: (round + 1) * epochs,
        losses,
        rate: (losses.length * data.batchSize! * 1000) / (now - since),
        heldBytes: liveBytes + pooledBytes,
      });
      [losses, since] = [[], now];
    };
    optimizer.paramGroups[0].lr = lr;
    const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, epochs * data.length);
    await gt.train.fit(model, {
      data,
      loss: (output, target) => nn.functional.crossEntropy(output, target),
      optimizer,
      scheduler,
      scheduleBy: 'step',
      epochs,
      callbacks: [
        {
          async onStep(run) {
            losses.push(run.loss);
            epoch = round * epochs + run.epoch;
            if (run.step % stepsPerTest === 0) tellAccuracy();
            if (performance.now() - since >= progressEvery) tell();
            await mayTrain;
          },
          onEnd() {
            if (losses.length > 0) tell();
          },
        },
      ],
    });
    tellAccuracy();
    pause();
    say({ type: 'done' });
  }
}

start().catch((error: Error) => say({ type: 'failed', reason: error.message }));

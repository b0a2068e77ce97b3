// A small training script, with what all of examples/ share: `task.ts FOLDER [--resume]`. It tells of every batch, and validation takes long, or a batch never comes, if the environment says so.
import * as gt from 'gradtape';
import { main, prepare, run } from '../../examples/lib/run.js';

const { nn } = gt;
const [out, resume] = process.argv.slice(2);
const options = { epochs: 2, batchSize: 4, lr: 0.1, seed: 1, backend: 'auto', out, resume: resume === '--resume' ? true : undefined } as const;
const BATCHES = 6;

function* batches(count: number, role: string, milliseconds: number): Generator<gt.Tensor[]> {
  for (let i = 1; i <= count; i++) {
    console.log(`${role} ${i}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    const x = gt.randn([options.batchSize, 3]);
    yield [x, x.sum(1, true)];
  }
}

/** As batches(), but after the third nothing comes any more. */
async function* stuck(): AsyncGenerator<gt.Tensor[]> {
  yield* batches(3, 'batch', 0);
  await new Promise((done) => setTimeout(done, 1e8));
}

await main(async () => {
  prepare(options);
  const model = new nn.Linear(3, 1);
  await run(
    {
      name: 'task',
      model,
      optimizer: new gt.optim.SGD(model.parameters(), { lr: options.lr }),
      data: process.env.STUCK
        ? ({ length: BATCHES, [Symbol.asyncIterator]: stuck } as never)
        : { length: BATCHES, [Symbol.iterator]: () => batches(BATCHES, 'batch', 20) },
      validation: { [Symbol.iterator]: () => batches(Number(process.env.VALIDATION ?? 1), 'validation', 20) },
      fit: { loss: nn.functional.mseLoss },
      monitor: 'validation.loss',
      mode: 'min',
      batch: options.batchSize,
      perSample: 1,
      unit: 'samples',
    },
    options,
  );
});

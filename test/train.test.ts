// gt.train: the loop does what the plain loop does, stops and goes on where it should, and says what is wrong.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { nn, optim, train } = gt;
const { DataLoader, TensorDataset } = gt.utils.data;
const F = nn.functional;

function problem(samples = 24) {
  gt.manualSeed(3);
  const x = gt.randn([samples, 4]);
  const y = gt.argmax(x.at('...', gt.slice(0, 3)), 1);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(8, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  return { model, optimizer, data: new DataLoader(new TensorDataset(x, y), { batchSize: 5, shuffle: true }), loss: F.crossEntropy };
}
const settings = ({ model: _, ...options }: ReturnType<typeof problem>): Omit<ReturnType<typeof problem>, 'model'> => options;
const weightsOf = (model: gt.nn.Module): number[][] => model.parameters().map((p) => [...p.detach().toTypedArray()].map(Number));

describe('fit', () => {
  it('is the plain loop', async () => {
    const plain = problem();
    gt.manualSeed(5);
    for (let epoch = 0; epoch < 3; epoch++) {
      for (const [x, y] of plain.data) {
        const loss = F.crossEntropy(plain.model.forward(x), y);
        plain.optimizer.zeroGrad();
        loss.backward();
        plain.optimizer.step();
      }
    }
    const { model, ...options } = problem();
    gt.manualSeed(5);
    const run = await train.fit(model, { ...options, epochs: 3, metrics: { accuracy: train.accuracy } });
    expect(weightsOf(model)).toEqual(weightsOf(plain.model));
    expect(run.reason).toBe('epochs');
    expect(run.history.map(({ epoch, step, samples }) => [epoch, step, samples])).toEqual([
      [1, 5, 24],
      [2, 10, 24],
      [3, 15, 24],
    ]);
    expect(Object.keys(run.history[2].figures)).toEqual(['loss', 'accuracy']);
    expect(run.history[2].figures.loss).toBeLessThan(run.history[0].figures.loss);
  });

  it('averages the gradients of accumulated batches, those of an unfinished group too', async () => {
    const x = gt.randn([6, 2]);
    const y = gt.randn([6, 1]);
    const ends = await Promise.all(
      [
        { batchSize: 2, accumulate: 2 },
        { batchSize: 4, accumulate: 1 },
      ].map(async ({ batchSize, accumulate }) => {
        gt.manualSeed(1);
        const model = new nn.Linear(2, 1);
        const data = new DataLoader(new TensorDataset(x, y), { batchSize });
        await train.fit(model, { data, accumulate, loss: F.mseLoss, optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }) });
        return weightsOf(model).flat();
      }),
    );
    for (const [i, w] of ends[0].entries()) expect(w).toBeCloseTo(ends[1][i], 6);
  });

  it('goes on in mid-epoch as if it had not stopped', async () => {
    const whole = problem();
    gt.manualSeed(9);
    await train.fit(whole.model, { ...settings(whole), epochs: 3 });

    const first = problem();
    gt.manualSeed(9);
    const run = await train.fit(first.model, { ...settings(first), epochs: 3, maxSteps: 7 });
    expect([run.reason, run.epoch, run.batch]).toEqual(['maxSteps', 2, 2]);
    const snapshot = run.snapshot();

    const second = problem();
    gt.manualSeed(1234);
    const rest = await train.fit(second.model, { ...settings(second), epochs: 3, resume: snapshot });
    expect(rest.step).toBe(15);
    expect(rest.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
  });

  it('goes on between epochs as if it had not stopped', async () => {
    const whole = problem();
    gt.manualSeed(9);
    await train.fit(whole.model, { ...settings(whole), epochs: 2 });
    const first = problem();
    gt.manualSeed(9);
    const run = await train.fit(first.model, { ...settings(first), epochs: 1 });
    const snapshot = run.snapshot();
    const second = problem();
    gt.manualSeed(77);
    await train.fit(second.model, { ...settings(second), epochs: 2, resume: snapshot });
    expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
  });

  it('lets other work of the process have its turn', async () => {
    const { model, ...options } = problem();
    let turns = 0;
    const timer = setInterval(() => {
      turns++;
    }, 1);
    await train.fit(model, { ...options, epochs: 40, yieldEvery: 1 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it('validates in evaluation mode and schedules by what it found', async () => {
    const { model, ...options } = problem();
    const seen: (number | undefined)[] = [];
    const modes: boolean[] = [];
    model.registerForwardHook(() => void modes.push(model.training));
    const scheduler = { step: (figure?: number) => void seen.push(figure) };
    Object.defineProperty(scheduler.step, 'length', { value: 1 });
    const run = await train.fit(model, { ...options, epochs: 2, validation: options.data, scheduler });
    expect(seen).toEqual(run.history.map(({ figures }) => figures['validation.loss']));
    expect(new Set(modes)).toEqual(new Set([true, false]));
    expect(modes.slice(0, 10)).toEqual([...Array(5).fill(true), ...Array(5).fill(false)]);
    expect(model.training).toBe(true);
  });

  it('stops when asked to, after the step under way', async () => {
    const { model, ...options } = problem();
    const controller = new AbortController();
    const run = await train.fit(model, {
      ...options,
      epochs: 5,
      signal: controller.signal,
      callbacks: [{ onStep: ({ step }) => (step === 3 ? controller.abort() : undefined) }],
    });
    expect([run.reason, run.step, run.batch]).toEqual(['aborted', 3, 3]);
  });

  it('stops early, and can give back the best weights', async () => {
    const { model, ...options } = problem();
    const kept: number[][][] = [];
    // Figures that get worse after the second epoch.
    const figures = [3, 2, 4, 5, 6, 7];
    const callbacks: gt.train.Callback[] = [
      {
        onEpoch(run, log) {
          kept.push(weightsOf(run.model));
          log.figures.fake = figures[log.epoch - 1];
        },
      },
      train.earlyStopping({ monitor: 'fake', patience: 1, restoreBest: true }),
    ];
    const run = await train.fit(model, { ...options, epochs: 6, callbacks });
    expect([run.reason, run.history.length]).toEqual(['earlyStopping', 4]);
    expect(weightsOf(model)).toEqual(kept[1]);
  });

  it('early stopping takes a figure that is no number for no improvement, and counts on where a run is taken up again', async () => {
    const { model, ...options } = problem();
    const figures = [Number.NaN, 3, 2, 2.5, 2.6, 2.7];
    const given = (): gt.train.MetricFunction => {
      let calls = 0;
      return () => figures[Math.floor(calls++ / 5)];
    };
    const stop = { monitor: 'figure', patience: 1 };
    const run = await train.fit(model, { ...options, epochs: 4, metrics: { figure: given() }, callbacks: [train.earlyStopping(stop)] });
    expect([run.history.length, run.reason]).toEqual([4, 'epochs']);
    const rest = await train.fit(model, {
      ...options,
      epochs: 9,
      metrics: { figure: () => 2.6 },
      callbacks: [train.earlyStopping(stop)],
      resume: run.snapshot(),
    });
    expect([rest.history.length, rest.reason]).toEqual([5, 'earlyStopping']);
  });
  it('stops before the first step, or after a validation, if that is when it is asked to', async () => {
    const { model, ...options } = problem();
    expect((await train.fit(model, { ...options, signal: AbortSignal.abort() })).step).toBe(0);
    const controller = new AbortController();
    const run = await train.fit(model, { ...options, epochs: 3, callbacks: [{ onEpoch: () => controller.abort() }], signal: controller.signal });
    expect([run.step, run.reason]).toEqual([5, 'aborted']);
  });
  it('clips gradients', async () => {
    const { model, ...options } = problem();
    const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
    const before = weightsOf(model).flat();
    await train.fit(model, { ...options, optimizer, maxSteps: 1, clipGradNorm: 1e-3 });
    const moved = Math.hypot(
      ...weightsOf(model)
        .flat()
        .map((w, i) => w - before[i]),
    );
    expect(moved).toBeGreaterThan(9e-4);
    expect(moved).toBeLessThan(1.01e-3);
  });

  it('takes batches that come later, of any make', async () => {
    const model = new nn.Linear(1, 1);
    async function* data() {
      for (let i = 0; i < 3; i++) yield { value: gt.ones([2, 1]) };
    }
    const run = await train.fit(model, {
      data: { [Symbol.asyncIterator]: data },
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      forward: (m, { value }: { value: gt.Tensor }) => ({ loss: (m.forward(value) as gt.Tensor).square().mean(), samples: 2 }),
      epochs: 2,
    });
    expect([run.step, run.history[1].samples]).toEqual([6, 6]);
  });
});

describe('what is wrong', () => {
  const bad = (loss: (output: gt.Tensor) => gt.Tensor) => {
    const { model, ...options } = problem();
    return { model, run: () => train.fit(model, { ...options, loss }) };
  };
  it('a loss that is not finite ends it before the weights change, and says where', async () => {
    const { model, run } = bad((output) => output.sum().mul(0).log().mul(0));
    const before = weightsOf(model);
    await expect(run()).rejects.toThrow(/^fit: expected a finite loss, got NaN at step 1 \(epoch 1, batch 1\); autograd.setDetectAnomaly/);
    await expect(run()).rejects.toBeInstanceOf(gt.TrainingError);
    expect(weightsOf(model)).toEqual(before);
  });
  it('and in anomaly mode which op', async () => {
    const { run } = bad((output) => output.sum().mul(0).sub(1).sqrt());
    gt.autograd.setDetectAnomaly(true);
    try {
      await expect(run()).rejects.toThrow(/SqrtBackward0.*nan/);
      // The op where it began, not the one that backward meets first; and what came in from outside.
      const early = bad((output) => F.crossEntropy(output.sub(100).log(), gt.zeros([output.shape[0]], { dtype: 'int64' })));
      await expect(early.run()).rejects.toThrow(
        /at step 1 \(epoch 1, batch 1\): LogBackward0 gave the first nan\nError detected in LogBackward0.*\n.*\n +at .*train\.test\.ts/,
      );
      const data = bad((output) => output.mul(gt.tensor([1, 2, Number.NaN])).sum());
      await expect(data.run()).rejects.toThrow(/MulBackward0 gave the first nan, from an input that has some already/);
    } finally {
      gt.autograd.setDetectAnomaly(false);
    }
  });
  it('arguments', async () => {
    const { model, ...options } = problem();
    const rejects = (given: object, message: RegExp) => expect(train.fit(model, { ...options, ...given } as never)).rejects.toThrow(message);
    await rejects({ data: 5 }, /^fit: expected data to be batches/);
    await rejects({ data: [] }, /^fit: expected data with at least one batch, got none/);
    await rejects({ data: [gt.ones([2])] }, /^fit: expected batches \[input, target\]/);
    await rejects({ loss: undefined }, /^fit: expected either loss or forward, got neither/);
    await rejects({ forward: () => ({}) }, /^fit: expected either loss or forward, got both/);
    await rejects({ optimizer: {} }, /^fit: expected an optimizer/);
    await rejects({ epochs: 0 }, /^fit: expected epochs to be a whole number above 0, got 0/);
    await rejects({ accumulate: 1.5 }, /^fit: expected accumulate/);
    await rejects({ clipGradNorm: -1 }, /^fit: expected clipGradNorm > 0/);
    await rejects({ epoch: 2 }, /^fit: expected options among data, optimizer, .*, got epoch$/);
    await rejects({ scheduler: 3 }, /^fit: expected a scheduler, got 3/);
    await rejects({ scheduleBy: 'batch' }, /^fit: expected scheduleBy to be one of "epoch", "step", got "batch"/);
    await rejects({ metrics: { a: 3 } }, /^fit: expected metric a to be a function, or to have reset, update and compute, got 3/);
    await rejects({ monitor: 'accuracy', metrics: { right: train.accuracy } }, /^fit: expected monitor to be one of loss, right, got "accuracy"/);
    await rejects({ callbacks: {} }, /^fit: expected a list of callbacks, got Object/);
    await rejects({ callbacks: [{ onStep: 1 }] }, /^fit: expected onStep to be a function, got 1/);
    await rejects({ loss: () => 3 }, /^fit: expected a loss that is a tensor, got 3/);
    await rejects({ loss: (output: gt.Tensor) => output }, /^fit: expected a loss of one element, the mean of the batch say, got shape \[5, 3\]/);
    await rejects({ loss: undefined, forward: () => undefined }, /^fit: expected a loss that is a tensor, got undefined from forward/);
    await rejects({ resume: { model: {} } }, /^resume: expected what run.snapshot\(\) gave/);
    await rejects({ callbacks: [train.earlyStopping({ monitor: 'x' })] }, /^earlyStopping: expected monitor to be one of loss, got "x"/);
    await expect(train.fit(5 as never, options)).rejects.toThrow(/^fit: expected a Module/);
    await expect(train.evaluate(model, [], { loss: F.crossEntropy })).rejects.toThrow(/^evaluate: expected data with at least one batch/);
  });
  it('a snapshot of another model or optimizer changes nothing', async () => {
    const { model, ...options } = problem();
    const run = await train.fit(model, { ...options, maxSteps: 2 });
    const snapshot = run.snapshot();
    const other = problem();
    const before = weightsOf(other.model);
    const optimizer = new optim.SGD([{ params: [other.model.parameters()[0]] }], { lr: 1 });
    await expect(train.fit(other.model, { ...settings(other), optimizer, resume: snapshot })).rejects.toThrow(gt.FormatError);
    expect(weightsOf(other.model)).toEqual(before);
    const narrow = new nn.Linear(4, 2);
    const scheduled = problem();
    const scheduler = new optim.lrScheduler.StepLR(scheduled.optimizer, 1);
    const wrong = { ...snapshot, scheduler: { last_epoch: 'x' } };
    await expect(train.fit(scheduled.model, { ...settings(scheduled), scheduler, resume: wrong })).rejects.toThrow('StepLR.loadStateDict: expected last_epoch');
    expect([weightsOf(scheduled.model), scheduled.optimizer.state.size]).toEqual([weightsOf(problem().model), 0]);
    await expect(train.fit(narrow, { ...settings(other), optimizer: new optim.SGD(narrow.parameters(), { lr: 1 }), resume: snapshot })).rejects.toThrow(
      gt.FormatError,
    );
  });
});

describe('metrics', () => {
  const scores = gt.tensor([
    [0.1, 0.9, 0],
    [0.8, 0.1, 0.1],
    [0.2, 0.3, 0.5],
  ]);
  const target = gt.tensor([1, 1, 2], { dtype: 'int64' });
  it('accuracy, of the best guess and of the best k', () => {
    expect(train.accuracy(scores, target)).toBeCloseTo(2 / 3, 6);
    expect(train.topKAccuracy(2)(scores, target)).toBeCloseTo(1, 6);
    expect(() => train.accuracy(scores, scores)).toThrow(gt.ShapeError);
  });
  it('a confusion matrix counts over batches', async () => {
    const matrix = new train.ConfusionMatrix(3);
    class Same extends nn.Module {
      override forward(x: gt.Tensor) {
        return x;
      }
    }
    const figures = await train.evaluate(new Same(), [[scores, target]], { loss: F.crossEntropy, metrics: { matrix, accuracy: train.accuracy } });
    expect(matrix.counts).toEqual([
      [0, 0, 0],
      [1, 1, 0],
      [0, 0, 1],
    ]);
    expect(figures.matrix).toBeCloseTo(2 / 3, 6);
    expect(String(matrix).split('\n')).toHaveLength(4);
    expect(() => matrix.update(scores, gt.tensor([1, 3, 2], { dtype: 'int64' }))).toThrow('ConfusionMatrix: expected scores (N, 3) and labels (N) in [0, 2]');
    expect(matrix.compute()).toBeCloseTo(2 / 3, 6);
  });
  it('evaluation leaves every layer in the mode that it was in', async () => {
    const model = new nn.Sequential(new nn.Linear(4, 3), new nn.Dropout());
    model.at(1).eval();
    await train.evaluate(model, [[gt.ones([2, 4]), gt.tensor([0, 1], { dtype: 'int64' })]], { loss: F.crossEntropy });
    expect(model.modules().map(({ training }) => training)).toEqual([true, true, false]);
  });
});

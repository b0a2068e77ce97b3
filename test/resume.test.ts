// A run that is taken up again in mid-epoch, in another process too: what its history counts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'gradtape-train-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'snapshot');
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

/** As another process finds it. */
function structureOf(snapshot: gt.train.Snapshot): gt.train.Snapshot {
  gt.save(snapshot, file);
  return gt.load(file) as gt.train.Snapshot;
}

describe('history', () => {
  it('counts whole epochs wherever it was interrupted, in another process too', async () => {
    /** Its state is in one field. */
    class Largest implements gt.train.Metric {
      seen: number[] = [];
      reset() {
        this.seen = [];
      }
      update = (output: gt.Tensor) => void this.seen.push(Number(output.max().item()));
      compute = () => Math.max(...this.seen);
    }
    /** Its state is hidden, but told. */
    class Updates implements gt.train.Metric {
      #count = 0;
      reset() {
        this.#count = 0;
      }
      update = () => void this.#count++;
      compute = () => this.#count;
      stateDict = () => ({ count: this.#count });
      loadStateDict({ count }: { count: number }) {
        this.#count = count;
      }
    }
    const metrics = () => ({ accuracy: train.accuracy, matrix: new train.ConfusionMatrix(3), largest: new Largest(), updates: new Updates() });
    // Without a length, it cannot be known whether the last batch was the last.
    const open = (data: Iterable<gt.Tensor[]>) => ({
      *[Symbol.iterator]() {
        yield* data;
      },
    });
    for (const [k, withLength] of [...Array.from({ length: 9 }, (_, i) => [i + 1, true] as const), [5, false], [7, false]] as const) {
      const start = () => {
        const { model, data, ...rest } = problem();
        gt.manualSeed(9);
        return [model, { ...rest, data: withLength ? data : open(data), epochs: 2, metrics: metrics(), validation: data }] as const;
      };
      const told = (run: gt.train.Run) => run.history.map(({ seconds: _, ...log }) => log);
      const whole = await train.fit(...start());
      const [model, options] = start();
      const snapshot = (await train.fit(model, { ...options, maxSteps: k })).snapshot();
      const [other, again] = start();
      const run = await train.fit(other, { ...again, resume: structureOf(snapshot) });
      expect(told(run), `after step ${k}`).toEqual(told(whole));
      expect(run.history[0].samples).toBe(24);
    }
  });

  it('counts an epoch whose validation was cut by a signal: it ends after the batch under way, and is done anew', async () => {
    const start = () => {
      const { model, data, ...rest } = problem();
      gt.manualSeed(9);
      const metrics = { accuracy: train.accuracy, matrix: new train.ConfusionMatrix(3) };
      return [model, { ...rest, data, epochs: 2, metrics, validation: data as Iterable<gt.Tensor[]> }] as const;
    };
    const told = (run: gt.train.Run) => run.history.map(({ seconds: _, ...log }) => log);
    const whole = await train.fit(...start());
    // The last batch of training, the second of five of validation, the last of those.
    for (const at of [0, 2, 5]) {
      const [model, options] = start();
      const controller = new AbortController();
      let seen = 0;
      const validation = {
        *[Symbol.iterator]() {
          for (const batch of options.validation) {
            if (++seen === at) controller.abort();
            yield batch;
          }
        },
      };
      const onStep = ({ step }: gt.train.Run) => void (at === 0 && step === 5 && controller.abort());
      const run = await train.fit(model, { ...options, validation, signal: controller.signal, callbacks: [{ onStep }] });
      expect([run.reason, run.history, run.batch, seen, model.training]).toEqual(['aborted', [], 5, at, true]);
      const resume = structureOf(run.snapshot());
      const [other, again] = start();
      const rest = await train.fit(other, { ...again, resume });
      expect(told(rest), `batch ${at}`).toEqual(told(whole));
      expect(weightsOf(other)).toEqual(weightsOf(whole.model));
    }
  });

  it('refuses a metric that cannot go on in mid-epoch, and other metrics, before anything is changed', async () => {
    class Hidden implements gt.train.Metric {
      #count = 0;
      unit = 'batches';
      reset() {
        this.#count = 0;
      }
      update = () => void this.#count++;
      compute = () => this.#count;
    }
    const first = problem();
    const run = await train.fit(first.model, { ...settings(first), maxSteps: 2, metrics: { hidden: new Hidden() } });
    const resume = structureOf(run.snapshot());
    const second = problem();
    const before = weightsOf(second.model);
    const again = (metrics: gt.train.Metrics) => train.fit(second.model, { ...settings(second), metrics, resume });
    await expect(again({ hidden: new Hidden() })).rejects.toThrow(
      'resume: expected metric hidden to have stateDict and loadStateDict, by which it is 2 again in mid-epoch, got 0',
    );
    await expect(again({})).rejects.toThrow('resume: expected the metrics of the run that goes on, ["hidden"], got []');
    await expect(again({ hidden: () => 1, accuracy: train.accuracy })).rejects.toThrow(gt.ArgumentError);
    expect(weightsOf(second.model)).toEqual(before);
  });
});

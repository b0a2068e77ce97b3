// What all training scripts do around gt.train.fit: progress, the best checkpoint, interruption and resumption, a loss curve.
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as gt from 'gradtape';
import { interruptible } from './interrupt.js';
import type { Options } from './options.js';
import { progress, thousands } from './progress.js';

export interface Task<B> {
  name: string;
  model: gt.nn.Module;
  optimizer: gt.train.AnyOptimizer;
  /** Called after every step. */
  scheduler?: gt.train.AnyScheduler;
  data: Iterable<B> & { readonly length: number };
  validation: Iterable<B>;
  /** How a batch is judged: what gt.train.fit takes. */
  fit: Pick<gt.train.FitOptions<B>, 'loss' | 'forward' | 'metrics' | 'clipGradNorm'>;
  /** The figure by which the best weights are kept, and whether small or large is good. */
  monitor: string;
  mode: 'min' | 'max';
  /** Samples of a batch, units of work in a sample and their name, for the throughput. */
  batch: number;
  perSample: number;
  unit: string;
}

const say = (text: string): void => console.log(text);

export function describeBackend(): string {
  const { name, isa, threads, reasons } = gt.backend.info();
  return [`backend: ${name} (${isa}, ${threads} thread${threads === 1 ? '' : 's'})`, ...reasons.map((reason) => `  not taken: ${reason}`)].join('\n');
}

/** To be called before the model is made: weights are drawn from the seed. */
export function prepare({ seed, threads }: Options): void {
  if (threads !== undefined) gt.setNumThreads(threads);
  gt.manualSeed(seed);
  say(describeBackend());
}

/** What to go on from. A run that never came to save anything goes on from its beginning. */
function readSnapshot(resume: Options['resume'], last: string): gt.train.Snapshot | undefined {
  if (resume === undefined) return undefined;
  const file = resume === true ? last : resume;
  if (resolve(file) === resolve(last) && !existsSync(file)) {
    say(`there is no ${file} yet: starting from the beginning`);
    return undefined;
  }
  say(`going on from ${file}`);
  return gt.load(file) as gt.train.Snapshot;
}

/** Training and validation loss over the epochs, as a picture. */
export function curve(title: string, history: readonly gt.train.EpochLog[]): string {
  const x = history.map(({ epoch }) => epoch);
  const of = (name: string): number[] => history.map(({ figures }) => figures[name]);
  const series = [
    { name: 'training', x, y: of('loss'), dots: true },
    { name: 'validation', x, y: of('validation.loss'), dots: true },
  ];
  return gt.viz.lineChart(series, { title, xLabel: 'epoch', yLabel: 'loss' });
}

/** Trains; resolves to the best figure, with the model at its best, or to undefined if it was interrupted. */
export async function run<B>(task: Task<B>, { epochs, out, resume }: Options): Promise<number | undefined> {
  const { name, model, optimizer, scheduler, data, validation, fit, monitor, mode, batch, perSample, unit } = task;
  mkdirSync(out, { recursive: true });
  const [best, last, picture] = ['best.safetensors', 'last.safetensors', 'loss.svg'].map((file) => join(out, file));
  say(`${thousands(model.parameters().reduce((n, p) => n + p.numel(), 0))} parameters, ${thousands(data.length)} steps an epoch\n`);

  const sign = mode === 'min' ? -1 : 1;
  const value = (log: gt.train.EpochLog): number => sign * log.figures[monitor];
  const snapshot = readSnapshot(resume, last);
  const keep: gt.train.Callback = {
    onStart(run) {
      // From now on the folder is this run's: what an earlier one left is not what it goes on from.
      if (snapshot === undefined) gt.save(run.snapshot(), last);
    },
    onEpoch(run, log) {
      if (!run.history.some((other) => value(other) > value(log)) && !Number.isNaN(value(log))) gt.save(model.stateDict(), best);
      gt.save(run.snapshot(), last);
      gt.io.writeFile(picture, curve(name, run.history));
    },
  };
  const { result, exitCode } = await interruptible(async (signal) => {
    const callbacks = [keep, progress(epochs, data.length, batch, perSample, unit)];
    const done = await gt.train.fit(model, { ...fit, data, validation, optimizer, scheduler, scheduleBy: 'step', epochs, callbacks, signal, resume: snapshot });
    if (done.reason === 'aborted') gt.save(done.snapshot(), last);
    return done;
  });
  if (result.reason === 'aborted') {
    const words = [
      `node --import tsx examples/${name}.ts`,
      ...process.argv.slice(2).filter((word, i, all) => !/^--resume/.test(word) && all[i - 1] !== '--resume'),
    ];
    process.exitCode = exitCode;
    say(`stopped after step ${result.step}; saved to ${last}. Go on with: ${words.join(' ')} --resume ${last}`);
    return undefined;
  }
  // Only if it is of this run.
  if (result.history.some((log) => !Number.isNaN(value(log)))) model.loadStateDict(gt.load(best) as gt.nn.StateDict);
  say(`\nweights at their best: ${best}\nloss curve: ${picture}`);
  return sign * Math.max(...result.history.map(value).filter((v) => !Number.isNaN(v)));
}

/** What the library throws on purpose explains itself; anything else is a bug, and its trace helps. */
export async function main(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof gt.GradtapeError ? `${error.name}: ${error.message}` : error);
    process.exitCode = 1;
  }
}

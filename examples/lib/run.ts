// What all training scripts do around gt.train.fit: progress, the best checkpoint, Ctrl-C and resumption, a loss curve.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as gt from 'gradtape';
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

/** A terminal and the programs between it and this one (npx, tsx) may each pass on the same Ctrl-C, and all of it waits while a step runs. */
const ECHO = 1000;

/** While `body` runs, Ctrl-C asks it to end after the step under way; a second one, a while later, ends the program. */
async function interruptible<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let first: number | undefined;
  const interrupt = (): void => {
    if (first !== undefined && performance.now() - first > ECHO) process.exit(130);
    if (first !== undefined) return;
    first = performance.now();
    console.error('\nfinishing the step; Ctrl-C again to stop at once');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  try {
    return await body(controller.signal);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function readSnapshot(file: string): gt.train.Snapshot | undefined {
  say(`going on from ${file}`);
  return gt.load(file) as gt.train.Snapshot;
}

function curve(title: string, history: readonly gt.train.EpochLog[]): string {
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
  const keep: gt.train.Callback = {
    onEpoch(run, log) {
      if (!run.history.some((other) => value(other) > value(log)) && !Number.isNaN(value(log))) gt.save(model.stateDict(), best);
      gt.save(run.snapshot(), last);
      writeFileSync(picture, curve(name, run.history));
    },
  };
  const snapshot = resume === undefined ? undefined : readSnapshot(resume === true ? last : resume);
  const result = await interruptible(async (signal) => {
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
    say(`stopped after step ${result.step}; saved to ${last}. Go on with: ${words.join(' ')} --resume ${last}`);
    return undefined;
  }
  if (existsSync(best)) model.loadStateDict(gt.load(best) as gt.nn.StateDict);
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

// gt.train.fit: the training loop that everybody writes, with what everybody forgets. The plain loop (forward, zeroGrad, backward, step) needs nothing from here.
import { isAnomalyEnabled } from '../autograd/anomaly.js';
import { ArgumentError, fail, show, TrainingError } from '../core/errors.js';
import type { Module } from '../nn/module.js';
import { clipGradNorm_, clipGradValue_ } from '../nn/utils.js';
import { asChoice, readArgs } from '../ops/args.js';
import { mul_ } from '../ops/index.js';
import { Optimizer } from '../optim/optimizer.js';
import { withFirstNan } from '../tensor/anomaly.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Batches, checkBatches, checkMetrics, checkModel, type EvaluateOptions, evaluate, forwardOf, resultOf } from './evaluate.js';
import { Pause } from './pause.js';
import { type AnyOptimizer, type AnyScheduler, type EpochLog, Run, type Snapshot } from './run.js';

/** What is called as training goes on. Each member may be asynchronous; training waits for it. */
export interface Callback {
  /**
   * Before the first step.
   *
   * @param run - The run.
   */
  onStart?(run: Run): void | Promise<void>;
  /**
   * After every step of the optimizer.
   *
   * @param run - The run.
   */
  onStep?(run: Run): void | Promise<void>;
  /**
   * After every epoch and its validation.
   *
   * @param run - The run.
   * @param log - The epoch's figures; also the last of run.history.
   */
  onEpoch?(run: Run, log: EpochLog): void | Promise<void>;
  /**
   * In the end, also if training ends early, but not if it throws.
   *
   * @param run - The run.
   */
  onEnd?(run: Run): void | Promise<void>;
}

/** Options of `fit`. Exactly one of `loss` and `forward` is given. */
export interface FitOptions<B> extends EvaluateOptions<B> {
  /** The batches; iterated over anew for every epoch. */
  data: Batches<B>;
  /** Updates the model's parameters. */
  optimizer: AnyOptimizer;
  /** Passes over the data; 1 by default, or no limit with `maxSteps`. */
  epochs?: number;
  /** Steps of the optimizer after which training ends. */
  maxSteps?: number;
  /** Evaluated after every epoch; its figures are named `validation.loss` and so on. */
  validation?: Batches<B>;
  /** Its step() is called after every epoch, or every step of the optimizer. */
  scheduler?: AnyScheduler;
  /** When the scheduler steps; 'epoch' by default. */
  scheduleBy?: 'epoch' | 'step';
  /**
   * The figure for a scheduler that takes one (ReduceLROnPlateau); the (validation) loss by
   * default.
   */
  monitor?: string;
  /** Batches whose gradients are averaged for one step of the optimizer; 1 by default. */
  accumulate?: number;
  /** The largest norm of all gradients together. */
  clipGradNorm?: number;
  /** The largest absolute value of a gradient's element. */
  clipGradValue?: number;
  /** Called in this order. */
  callbacks?: readonly Callback[];
  /**
   * Ends training after the step, or the batch of validation, under way. A validation that was cut
   * is done anew by `resume`.
   */
  signal?: AbortSignal;
  /** Where an earlier run stopped: what run.snapshot() gave. */
  resume?: Snapshot;
}

const names = [
  'data',
  'optimizer',
  'loss',
  'forward',
  'epochs',
  'maxSteps',
  'validation',
  'metrics',
  'scheduler',
  'scheduleBy',
  'monitor',
  'accumulate',
  'clipGradNorm',
  'clipGradValue',
  'callbacks',
  'signal',
  'resume',
  'yieldEvery',
] as const;

function check<B>(model: Module, options: FitOptions<B>): void {
  const op = 'fit';
  checkModel(op, model);
  readArgs<FitOptions<B>>(op, [options], [], names);
  checkBatches(op, 'data', options.data);
  if (options.validation !== undefined) checkBatches(op, 'validation', options.validation);
  if (!(options.optimizer instanceof Optimizer)) fail(ArgumentError, op, 'an optimizer', show(options.optimizer));
  for (const name of ['epochs', 'maxSteps', 'accumulate'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) fail(ArgumentError, op, `${name} to be a whole number above 0`, show(value));
  }
  for (const name of ['clipGradNorm', 'clipGradValue'] as const) {
    const value = options[name];
    if (value !== undefined && !(typeof value === 'number' && value > 0)) fail(ArgumentError, op, `${name} > 0`, show(value));
  }
  checkMetrics(op, options.metrics ?? {});
  checkSchedule(op, options);
  checkCallbacks(op, options.callbacks ?? []);
}

function checkSchedule<B>(op: string, { scheduler, scheduleBy = 'epoch', monitor, validation, metrics = {} }: FitOptions<B>): void {
  asChoice(op, 'scheduleBy', scheduleBy, ['epoch', 'step']);
  if (scheduler !== undefined && typeof (scheduler as Partial<AnyScheduler> | null)?.step !== 'function')
    fail(ArgumentError, op, 'a scheduler', show(scheduler));
  if (monitor === undefined) return;
  const names = ['loss', ...Object.keys(metrics)];
  const known = [...names, ...(validation === undefined ? [] : names.map((name) => `validation.${name}`))];
  if (!known.includes(monitor)) fail(ArgumentError, op, `monitor to be one of ${known.join(', ')}`, show(monitor));
}

const moments = ['onStart', 'onStep', 'onEpoch', 'onEnd'] as const;

function checkCallbacks(op: string, callbacks: unknown): void {
  if (!Array.isArray(callbacks)) fail(ArgumentError, op, 'a list of callbacks', show(callbacks));
  for (const callback of callbacks) {
    if (typeof callback !== 'object' || callback === null) fail(ArgumentError, op, `callbacks that are objects with ${moments.join(', ')}`, show(callback));
    for (const name of moments)
      if (callback[name] !== undefined && typeof callback[name] !== 'function') fail(ArgumentError, op, `${name} to be a function`, show(callback[name]));
  }
}

/** Makes the gradients of `batches` batches those of their mean, and clips them. */
function prepare(params: Tensor[], batches: number, { clipGradNorm, clipGradValue }: { clipGradNorm?: number; clipGradValue?: number }): void {
  if (batches > 1) {
    noGrad(() => {
      for (const { grad } of params) if (grad !== null) mul_(grad, 1 / batches);
    });
  }
  if (clipGradValue !== undefined) clipGradValue_(params, clipGradValue);
  if (clipGradNorm !== undefined) clipGradNorm_(params, clipGradNorm, { errorIfNonfinite: true });
}

/** Why a step cannot go on: the loss is not finite. `cause` names the op that gave the first NaN; for what only overflows, backward may find one. */
function refuse(run: Run, loss: Tensor, cause: string | null): never {
  const where = `step ${run.step + 1} (epoch ${run.epoch}, batch ${run.batch + 1})`;
  let error: unknown;
  if (isAnomalyEnabled() && cause === null) {
    try {
      loss.backward();
    } catch (thrown) {
      error = thrown;
    }
  }
  const found = cause ?? (error as Error | undefined)?.message;
  const hint = found === undefined ? (isAnomalyEnabled() ? '' : '; autograd.setDetectAnomaly(true) finds the op') : `: ${found}`;
  throw new TrainingError(`fit: expected a finite loss, got ${run.loss} at ${where}${hint}`, { cause: error });
}

/** Batches until the signal comes. */
async function* untilAborted<B>(batches: Batches<B>, signal: AbortSignal): AsyncGenerator<B> {
  for await (const batch of batches) {
    yield batch;
    if (signal.aborted) return;
  }
}

/**
 * Trains a model: for every batch forward, backward and a step of the optimizer; after every epoch
 * a validation. The event loop gets its turn between steps, so a server stays responsive.
 *
 * @param model - The model.
 * @param options - `data`, `optimizer`, and `loss` or `forward`; see `FitOptions`.
 * @returns The run, with its history and the reason why it ended.
 * @throws ArgumentError if an option does not fit.
 * @throws TrainingError if a loss is not finite, before that step has changed a weight.
 * @example
 * const model = new gt.nn.Linear(1, 1);
 * const x = gt.linspace(-1, 1, 16).reshape([16, 1]);
 * const run = await gt.train.fit(model, {
 *   data: [[x, x.mul(3)]], epochs: 40, loss: (y, t) => gt.nn.functional.mseLoss(y, t),
 *   optimizer: new gt.optim.SGD(model.parameters(), { lr: 0.5 }),
 * });
 * run.history.length; // 40
 * run.loss < 0.01; // true
 */
export async function fit<B = Tensor[]>(model: Module, options: FitOptions<B>): Promise<Run> {
  check(model, options);
  const { data, optimizer, scheduler, scheduleBy = 'epoch', validation, maxSteps, accumulate = 1, callbacks = [], signal } = options;
  const { epochs = maxSteps === undefined ? 1 : Number.POSITIVE_INFINITY, monitor = validation === undefined ? 'loss' : 'validation.loss' } = options;
  const forward = forwardOf('fit', options);
  const { length } = data as { length?: number };
  const pause = new Pause(options.yieldEvery);
  const run = new Run(model, optimizer, scheduler, options.metrics);
  if (options.resume !== undefined) run.restore(options.resume);

  const call = async (name: keyof Callback, log?: EpochLog): Promise<void> => {
    for (const callback of callbacks) await callback[name]?.(run, log as EpochLog);
  };
  /** A step of the optimizer from the gradients of so many batches. */
  const update = async (batches: number): Promise<void> => {
    prepare(model.parameters(), batches, options);
    optimizer.step();
    optimizer.zeroGrad({ setToNone: true });
    run.step++;
    if (scheduleBy === 'step') scheduler?.step();
    await call('onStep');
    if (signal?.aborted) run.stop('aborted');
    if (maxSteps !== undefined && run.step >= maxSteps) run.stop('maxSteps');
  };

  optimizer.zeroGrad({ setToNone: true });
  await call('onStart');
  if (signal?.aborted) run.stop('aborted');
  while (run.reason === undefined && run.epoch <= epochs) {
    run.beginEpoch();
    model.train();
    let [seen, held] = [0, 0];
    for await (const batch of data) {
      if (run.hasDone(++seen)) continue;
      const [result, nan] = withFirstNan(() => resultOf('fit', forward, model, batch));
      run.loss = Number(result.loss.item());
      if (!Number.isFinite(run.loss)) refuse(run, result.loss, nan);
      result.loss.backward();
      run.count(result);
      if (++held === accumulate) {
        await update(held);
        held = 0;
      }
      if (run.reason !== undefined) break;
      await pause.turn();
    }
    if (seen === 0) fail(ArgumentError, 'fit', 'data with at least one batch', 'none');
    if (held > 0) await update(held);
    // Stopped on the way: the epoch is not over.
    if (run.reason === 'aborted' || (run.reason !== undefined && run.batch !== length)) break;
    const log = run.summary();
    if (validation !== undefined) {
      const batches = signal === undefined ? validation : untilAborted(validation, signal);
      const figures = await evaluate(model, batches, options);
      if (signal?.aborted) {
        run.stop('aborted');
        break;
      }
      for (const [name, value] of Object.entries(figures)) log.figures[`validation.${name}`] = value;
    }
    if (scheduleBy === 'epoch') scheduler?.step(...(scheduler.step.length > 0 ? [log.figures[monitor]] : []));
    run.endEpoch(log);
    await call('onEpoch', log);
    // It may have come during a callback.
    if (signal?.aborted) run.stop('aborted');
  }
  run.stop('epochs');
  await call('onEnd');
  return run;
}

// A training run: how far it is, and all that it takes to go on from there in another process.
import { FormatError, fail, show } from '../core/errors.js';
import type { Module } from '../nn/module.js';
import type { StateDict } from '../nn/state.js';
import { fromTypedArray } from '../ops/create.js';
import { clone } from '../ops/index.js';
import { getRngState, setRngState } from '../ops/random.js';
import type { Optimizer, OptimizerState } from '../optim/optimizer.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Result, samplesOf } from './evaluate.js';
import { Meter, type MeterState, type Metrics } from './metrics.js';

/** Any optimizer. */
// biome-ignore lint/suspicious/noExplicitAny: any optimizer will do.
export type AnyOptimizer = Optimizer<any, any>;

/** Any scheduler: what `step()` is called on. */
export interface AnyScheduler {
  /**
   * Goes on by one epoch or step.
   *
   * @param figure - The monitored figure, for a scheduler that takes one.
   */
  step(figure?: number): void;
  /** Its state, for a snapshot. */
  stateDict?(): object;
  /**
   * Takes what stateDict() gave.
   *
   * @param state - The state.
   */
  loadStateDict?(state: never): void;
}

/** What one epoch came to. */
export interface EpochLog {
  /** The epoch, counted from 1. */
  epoch: number;
  /** Steps of the optimizer since training began. */
  step: number;
  /** Samples of this epoch. */
  samples: number;
  /** Time of this epoch, without validation. */
  seconds: number;
  /** `loss` and the metrics by name; those of validation as `validation.loss` and so on. */
  figures: Record<string, number>;
}

/** How far a run is. */
export interface Progress {
  /** The epoch under way, counted from 1. */
  epoch: number;
  /** Batches of this epoch that are done. */
  batch: number;
  /** Steps of the optimizer since training began. */
  step: number;
}

/** All that a run resumes from: a plain object of tensors and numbers, for gt.save. */
export interface Snapshot {
  /** The model's state dict. */
  model: StateDict;
  /** The optimizer's state dict. */
  optimizer: OptimizerState;
  /** The scheduler's state dict; null without one. */
  scheduler: object | null;
  /** How far the run is. */
  progress: Progress;
  /** The finished epochs. */
  history: EpochLog[];
  /** What the epoch under way has come to; null between epochs. */
  tally: Tally | null;
  /** The default generator's state now. */
  rng: Tensor;
  /** The default generator's state when the epoch began: its order is drawn again from there. */
  epochRng: Tensor;
}

/** The part of an epoch that is done. */
interface Tally {
  samples: number;
  seconds: number;
  meter: MeterState;
}

const bytes = (t: Tensor): Uint8Array => t.toTypedArray() as Uint8Array;

/**
 * A training run: what `fit` returns, and gives to callbacks.
 *
 * @example
 * const model = new gt.nn.Linear(1, 1);
 * const data = [[gt.ones([4, 1]), gt.ones([4, 1])]];
 * const run: gt.train.Run = await gt.train.fit(model, {
 *   data, epochs: 2, loss: (y, t) => gt.nn.functional.mseLoss(y, t),
 *   optimizer: new gt.optim.SGD(model.parameters(), { lr: 0.1 }),
 * });
 * run.reason; // epochs
 * run.history.map(({ step }) => step); // [1, 2]
 */
export class Run implements Progress {
  /** The epoch under way, counted from 1. */
  epoch = 1;
  /** Batches of this epoch that are done. */
  batch = 0;
  /** Steps of the optimizer since training began. */
  step = 0;
  /** The loss of the last batch. */
  loss = Number.NaN;
  /** Loss and metrics of this epoch so far. */
  figures: Record<string, number> = {};
  /** The finished epochs. */
  readonly history: EpochLog[] = [];
  /** Why training ended; undefined while it goes on. */
  reason: string | undefined;
  /** Samples of this epoch. */
  samples = 0;
  #meter: Meter;
  /** When the epoch began; later by the time that passed while it was interrupted. */
  #began = 0;
  #epochRng = getRngState();
  /** Between an epoch's last batch and its end: how it stood before the validation, which uses the same metrics and generator. */
  #trained: { tally: Tally; rng: Uint8Array } | null = null;
  /** Of a run that is taken up again: batches of this epoch that are done, and the generator's state after them. */
  #resumed: { batch: number; rng: Uint8Array } | null = null;

  /**
   * | @param model - The model.
   *
   * @param optimizer - The optimizer.
   * @param scheduler - The scheduler, if any.
   * @param metrics - Metrics by name.
   */
  constructor(
    readonly model: Module,
    readonly optimizer: AnyOptimizer,
    readonly scheduler?: AnyScheduler,
    readonly metrics: Metrics = {},
  ) {
    this.#meter = new Meter(metrics);
  }

  /** Time of this epoch, in seconds. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /**
   * Counts a batch.
   *
   * @param result - What its forward pass gave.
   * @internal
   */
  count(result: Result): void {
    const samples = samplesOf(result);
    noGrad(() => this.#meter.update(this.loss, result.output, result.target, samples));
    this.figures = this.#meter.compute();
    this.samples += samples;
    this.batch++;
  }

  /**
   * Ends training after the step under way.
   *
   * @param reason - Why; the first reason counts.
   */
  stop(reason: string): void {
    this.reason ??= reason;
  }

  #tally(): Tally {
    return { samples: this.samples, seconds: this.seconds, meter: this.#meter.stateDict() };
  }

  /**
   * The state as it is, with the tensors themselves: save it at once.
   *
   * @returns What `resume` takes.
   */
  snapshot(): Snapshot {
    const { epoch, batch, step } = this;
    return {
      model: this.model.stateDict(),
      optimizer: this.optimizer.stateDict(),
      scheduler: this.scheduler?.stateDict?.() ?? null,
      progress: { epoch, batch, step },
      history: [...this.history],
      tally: batch === 0 ? null : (this.#trained?.tally ?? this.#tally()),
      rng: fromTypedArray(this.#trained?.rng ?? getRngState()),
      epochRng: fromTypedArray(this.#epochRng),
    };
  }

  /**
   * Resumes from a snapshot.
   *
   * @param snapshot - What snapshot() gave.
   * @throws FormatError if it does not fit; nothing has changed then.
   */
  restore(snapshot: Snapshot): void {
    const { model, optimizer, scheduler, progress, history, tally, rng, epochRng } = snapshot ?? {};
    if (!model || !optimizer || !progress || !rng || !epochRng) fail(FormatError, 'resume', 'what run.snapshot() gave', show(snapshot));
    if (progress.batch > 0 && !tally) fail(FormatError, 'resume', 'a snapshot with what its epoch has come to', 'one of an older version');
    if (tally) this.#meter.loadStateDict('resume', tally.meter);
    this.#take(model, optimizer, scheduler);
    this.samples = tally?.samples ?? 0;
    this.#began = performance.now() - 1000 * (tally?.seconds ?? 0);
    this.figures = { ...tally?.meter.figures };
    Object.assign(this, { epoch: progress.epoch, batch: progress.batch, step: progress.step });
    this.history.splice(0, this.history.length, ...(history ?? []));
    this.#epochRng = bytes(epochRng);
    this.#resumed = { batch: progress.batch, rng: bytes(rng) };
  }

  #take(model: StateDict, optimizer: OptimizerState, scheduler: object | null): void {
    const weights = Object.fromEntries(Object.entries(this.model.stateDict()).map(([name, t]) => [name, clone(t)]));
    const options = this.optimizer.stateDict();
    this.model.loadStateDict(model);
    try {
      this.optimizer.loadStateDict(optimizer);
      // Last: it changes nothing if it fails.
      if (scheduler !== null) this.scheduler?.loadStateDict?.(scheduler as never);
    } catch (error) {
      this.model.loadStateDict(weights);
      this.optimizer.loadStateDict(options);
      throw error;
    }
  }

  /**
   * Begins an epoch, or goes on with one that was interrupted.
   *
   * @internal
   */
  beginEpoch(): void {
    if (this.#resumed === null || this.#resumed.batch === 0) {
      this.#meter = new Meter(this.metrics);
      [this.samples, this.#began] = [0, performance.now()];
    }
    if (this.#resumed?.batch === 0) this.#takeUp();
    if (this.#resumed === null) this.#epochRng = getRngState();
    else setRngState(this.#epochRng);
  }
  /**
   * Whether an earlier run has done this batch.
   *
   * @internal
   */
  hasDone(seen: number): boolean {
    if (this.#resumed === null) return false;
    if (seen === this.#resumed.batch) this.#takeUp();
    return true;
  }
  #takeUp(): void {
    setRngState(this.#resumed!.rng);
    this.#resumed = null;
  }
  /**
   * What the epoch has come to, before its validation.
   *
   * @internal
   */
  summary(): EpochLog {
    this.#trained = { tally: this.#tally(), rng: getRngState() };
    const { epoch, step, samples, seconds, figures } = this;
    return { epoch, step, samples, seconds, figures: { ...figures } };
  }
  /**
   * Ends the epoch.
   *
   * @internal
   */
  endEpoch(log: EpochLog): void {
    this.#trained = null;
    this.history.push(log);
    this.epoch++;
    this.batch = 0;
  }
}

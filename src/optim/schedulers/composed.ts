// Schedules made of schedules: one after another, and all at once.
import { ArgumentError, FormatError, fail, show } from '../../core/errors.js';
import type { ArgsOf } from '../../ops/args.js';
import { type AnyOptimizer, common, LRScheduler, readOptions, Scheduler, type SchedulerOptions, type SchedulerState } from './scheduler.js';

abstract class Composed extends Scheduler {
  readonly #schedulers: readonly Scheduler[];
  constructor(optimizer: AnyOptimizer, schedulers: readonly Scheduler[]) {
    super(optimizer);
    for (const [i, scheduler] of schedulers.entries())
      if (scheduler.optimizer !== optimizer)
        fail(
          ArgumentError,
          new.target.name,
          'all schedulers to belong to the same optimizer',
          `another one's at index ${i}: expects all schedulers to belong to the same optimizer`,
        );
    this.#schedulers = schedulers;
  }
  override stateDict(): SchedulerState {
    return { ...super.stateDict(), _schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()) };
  }
  /** @internal */
  override checkState(state: SchedulerState): void {
    super.checkState(state);
    const states = state._schedulers;
    if (!Array.isArray(states) || states.length !== this.#schedulers.length)
      fail(FormatError, `${this.constructor.name}.loadStateDict`, `_schedulers: ${this.#schedulers.length} states`, show(states));
    for (const [i, scheduler] of this.#schedulers.entries()) scheduler.checkState(states[i]);
  }
  /** @internal */
  override restore(state: SchedulerState): void {
    super.restore(state);
    for (const [i, scheduler] of this.#schedulers.entries()) scheduler.restore((state._schedulers as SchedulerState[])[i]);
  }
}

/**
 * One schedule until each milestone, then the next, from its beginning.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const { ConstantLR, ExponentialLR, SequentialLR } = gt.optim.lrScheduler;
 * const parts = [new ConstantLR(optimizer, { factor: 0.5 }), new ExponentialLR(optimizer, 0.9)];
 * const scheduler = new SequentialLR(optimizer, parts, [2]);
 * scheduler.getLastLr(); // [0.5]
 * @see PyTorch `torch.optim.lr_scheduler.SequentialLR`
 */
export class SequentialLR extends Composed {
  /** The epoch that the rates are those of. */
  lastEpoch: number;
  protected _milestones: number[];
  readonly #parts: readonly LRScheduler[];
  /**
   * @param optimizer - The optimizer of all schedules.
   * @param schedulers - Schedules by epochs.
   * @param milestones - The epochs at which the next one takes over; one fewer than schedules.
   * @param args - `lastEpoch`, `verbose`; positional or by name.
   * @throws ArgumentError if the counts do not fit, or a schedule belongs to another optimizer.
   */
  constructor(optimizer: AnyOptimizer, schedulers: readonly LRScheduler[], milestones: readonly number[], ...args: ArgsOf<SchedulerOptions, typeof common>) {
    const name = 'SequentialLR';
    const { lastEpoch = -1 } = readOptions<SchedulerOptions>(name, args, common);
    if (!Array.isArray(schedulers) || schedulers.length === 0 || !schedulers.every((s) => s instanceof LRScheduler))
      fail(ArgumentError, name, 'a list of schedulers by epochs', show(schedulers));
    if (!Array.isArray(milestones) || milestones.length !== schedulers.length - 1)
      fail(ArgumentError, name, `${schedulers.length - 1} milestones between ${schedulers.length} schedulers`, show(milestones));
    super(optimizer, schedulers);
    this.#parts = schedulers;
    this._milestones = [...milestones];
    this.lastEpoch = lastEpoch + 1;
    // The schedulers have each made their first step already: undo them all, and begin with the first.
    for (const group of this.groups) group.lr = group.initialLr!;
    for (const scheduler of schedulers) scheduler.lastEpoch--;
    schedulers[0].restart();
    this.noteRates();
  }
  override step(): void {
    this.lastEpoch++;
    const past = this._milestones.findIndex((milestone) => milestone > this.lastEpoch);
    const i = past === -1 ? this._milestones.length : past;
    const scheduler = this.#parts[i];
    if (i > 0 && this._milestones[i - 1] === this.lastEpoch) scheduler.step(0);
    else scheduler.step();
    this.noteRates();
  }
}

/**
 * All schedules at every step, each on the rate that the one before it leaves.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const { ConstantLR, ExponentialLR, ChainedScheduler } = gt.optim.lrScheduler;
 * const parts = [new ConstantLR(optimizer, { factor: 0.5 }), new ExponentialLR(optimizer, 0.9)];
 * const scheduler = new ChainedScheduler(parts);
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.45]
 * @see PyTorch `torch.optim.lr_scheduler.ChainedScheduler`
 */
export class ChainedScheduler extends Composed {
  readonly #parts: readonly Scheduler[];
  /**
   * @param schedulers - Schedules of one optimizer.
   * @param surplus - Nothing: further arguments are an error.
   * @throws ArgumentError if there are none, or they belong to different optimizers.
   */
  constructor(schedulers: readonly Scheduler[], ...surplus: readonly never[]) {
    readOptions<SchedulerOptions>('ChainedScheduler', surplus, []);
    if (!Array.isArray(schedulers) || schedulers.length === 0 || !schedulers.every((s) => s instanceof Scheduler))
      fail(ArgumentError, 'ChainedScheduler', 'a list of schedulers', show(schedulers));
    super(schedulers[0].optimizer, schedulers);
    this.#parts = [...schedulers];
    this.noteRates();
  }
  override step(): void {
    for (const scheduler of this.#parts) scheduler.step();
    this.noteRates();
  }
}

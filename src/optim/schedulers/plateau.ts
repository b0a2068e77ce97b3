// The schedule that watches a metric.
import { ArgumentError, fail, show } from '../../core/errors.js';
import { type ArgsOf, asChoice, asNumber } from '../../ops/args.js';
import { type AnyOptimizer, checked, perGroup, readOptions, Scheduler, type SchedulerState, scientific } from './scheduler.js';

/** Options of `ReduceLROnPlateau`. */
export interface PlateauOptions {
  /** Whether a small ('min') or a large ('max') metric is good; 'min' by default. */
  mode?: 'min' | 'max';
  /** The factor of the rate, below 1; 0.1 by default. */
  factor?: number;
  /** How many epochs without improvement are let pass; 10 by default. */
  patience?: number;
  /** How much better an improvement must be; 1e-4 by default. */
  threshold?: number;
  /** Whether `threshold` is relative to the best metric ('rel') or absolute ('abs'). */
  thresholdMode?: 'rel' | 'abs';
  /** Epochs after a reduction in which nothing counts; 0 by default. */
  cooldown?: number;
  /** The lowest rate, for all groups or one for each; 0 by default. */
  minLr?: number | readonly number[];
  /** A change smaller than this is not made; 1e-8 by default. */
  eps?: number;
  /** Whether every change is printed. */
  verbose?: boolean;
}
const positional = ['mode', 'factor', 'patience', 'threshold', 'thresholdMode', 'cooldown', 'minLr', 'eps', 'verbose'] as const;

/**
 * lr ← max(factor lr, minLr) when the metric has not improved for more than `patience` epochs.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 1 });
 * for (const loss of [3, 2, 2, 2]) scheduler.step(loss);
 * optimizer.paramGroups[0].lr; // 0.1
 * @see PyTorch `torch.optim.lr_scheduler.ReduceLROnPlateau`
 */
export class ReduceLROnPlateau extends Scheduler {
  /** The factor of the rate. */
  factor: number;
  /** The lowest rate of each group. */
  minLrs: number[];
  /** How many epochs without improvement are let pass. */
  patience: number;
  /** Whether every change is printed. */
  verbose: boolean;
  /** Epochs after a reduction in which nothing counts. */
  cooldown: number;
  /** Epochs left in which nothing counts. */
  cooldownCounter = 0;
  /** Whether a small or a large metric is good. */
  mode: 'min' | 'max';
  /** How much better an improvement must be. */
  threshold: number;
  /** Whether `threshold` is relative or absolute. */
  thresholdMode: 'rel' | 'abs';
  /** The best metric so far. */
  best: number;
  /** Epochs without improvement. */
  numBadEpochs = 0;
  /** The worst metric there is. */
  modeWorse: number;
  /** A change smaller than this is not made. */
  eps: number;
  /** The epoch of the last metric. */
  lastEpoch = 0;

  /**
   * @param optimizer - The optimizer whose rates change.
   * @param args - `mode`, `factor`, `patience`, `threshold`, `thresholdMode`, `cooldown`, `minLr`,
   * `eps`, `verbose`; positional or by name.
   * @throws ArgumentError if `factor` is not below 1.
   */
  constructor(optimizer: AnyOptimizer, ...args: ArgsOf<PlateauOptions, typeof positional>) {
    const name = 'ReduceLROnPlateau';
    super(optimizer);
    const options = readOptions<PlateauOptions>(name, args, positional);
    const {
      mode = 'min',
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = 'rel',
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
      verbose = false,
    } = options;
    if (!(factor < 1)) fail(ArgumentError, name, 'factor < 1', `${show(factor)}: Factor should be < 1.0`);
    this.factor = factor;
    this.minLrs = perGroup<number>(name, 'minLr', this.groups, minLr);
    this.patience = patience;
    this.verbose = verbose;
    this.cooldown = cooldown;
    this.mode = asChoice(name, 'mode', mode, ['min', 'max']);
    this.threshold = threshold;
    this.thresholdMode = asChoice(name, 'thresholdMode', thresholdMode, ['rel', 'abs']);
    this.modeWorse = mode === 'min' ? Infinity : -Infinity;
    this.best = this.modeWorse;
    this.eps = eps;
  }

  /**
   * Takes the epoch's metric.
   *
   * @param metric - A number, or a tensor with one element.
   * @param epoch - The epoch; by default the next.
   */
  override step(metric: unknown, epoch: number = this.lastEpoch + 1): void {
    const current = asNumber('ReduceLROnPlateau.step', 'metric', metric);
    this.lastEpoch = checked('ReduceLROnPlateau.step', 'epoch', epoch);
    if (this.#isBetter(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > this.patience) {
      this.#reduce();
      this.cooldownCounter = this.cooldown;
      this.numBadEpochs = 0;
    }
    this.noteRates();
  }
  #isBetter(current: number): boolean {
    const { mode, threshold, thresholdMode, best } = this;
    const sign = mode === 'min' ? -1 : 1;
    const bar = thresholdMode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === 'min' ? current < bar : current > bar;
  }
  #reduce(): void {
    for (const [i, group] of this.groups.entries()) {
      const lr = Math.max(group.lr * this.factor, this.minLrs[i]);
      if (!(group.lr - lr > this.eps)) continue;
      group.lr = lr;
      if (this.verbose) console.log(`Epoch ${String(this.lastEpoch).padStart(5, '0')}: reducing learning rate of group ${i} to ${scientific(lr)}.`);
    }
  }

  /** @internal */
  override restore(state: SchedulerState): void {
    super.restore(state);
    this.modeWorse = this.mode === 'min' ? Infinity : -Infinity;
  }
}

// The schedule that watches a metric.
import { ArgumentError, fail, show } from '../../core/errors.js';
import { type ArgsOf, asChoice, asNumber } from '../../ops/args.js';
import { type AnyOptimizer, checked, perGroup, readOptions, Scheduler, type SchedulerState, scientific } from './scheduler.js';

export interface PlateauOptions {
  /** Which way the metric gets better. */
  mode?: 'min' | 'max';
  factor?: number;
  /** Epochs without improvement that are let pass. */
  patience?: number;
  /** What counts as an improvement: relative to the best, or absolute. */
  threshold?: number;
  thresholdMode?: 'rel' | 'abs';
  /** Epochs after a reduction in which nothing counts. */
  cooldown?: number;
  /** The lowest rate, for all groups or one by one. */
  minLr?: number | readonly number[];
  /** A change smaller than this is not made. */
  eps?: number;
  verbose?: boolean;
}
const positional = ['mode', 'factor', 'patience', 'threshold', 'thresholdMode', 'cooldown', 'minLr', 'eps', 'verbose'] as const;

/** Times `factor` when the metric has not become better for more than `patience` epochs. */
export class ReduceLROnPlateau extends Scheduler {
  factor: number;
  minLrs: number[];
  patience: number;
  verbose: boolean;
  cooldown: number;
  cooldownCounter = 0;
  mode: 'min' | 'max';
  threshold: number;
  thresholdMode: 'rel' | 'abs';
  best: number;
  numBadEpochs = 0;
  /** The worst there is. */
  modeWorse: number;
  eps: number;
  lastEpoch = 0;

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

  /** Takes the epoch's metric, a number or a tensor with one element. */
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

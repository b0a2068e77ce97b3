// Schedules that fall, or rise, in steps, lines and powers.
import { ArgumentError, fail, show } from '../../core/errors.js';
import type { ArgsOf } from '../../ops/args.js';
import { type AnyOptimizer, checked, common, LRScheduler, readOptions, type SchedulerOptions } from './scheduler.js';

/** Options of schedules with a factor. */
export interface GammaOptions extends SchedulerOptions {
  /** The factor; 0.1 by default. */
  gamma?: number;
}
const gammaCommon = ['gamma', ...common] as const;

/**
 * lr ← gamma lr every stepSize epochs.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 });
 * for (let epoch = 0; epoch < 3; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * scheduler.getLastLr(); // [0.5]
 * @see PyTorch `torch.optim.lr_scheduler.StepLR`
 */
export class StepLR extends LRScheduler {
  /** The factor. */
  gamma: number;
  /**
   * @param optimizer - The optimizer whose rates change.
   * @param stepSize - Epochs between two changes.
   * @param args - `gamma`, `lastEpoch`, `verbose`; positional or by name.
   * @throws ArgumentError if `stepSize` is no positive integer.
   */
  constructor(
    optimizer: AnyOptimizer,
    public stepSize: number,
    ...args: ArgsOf<GammaOptions, typeof gammaCommon>
  ) {
    const { gamma = 0.1, ...options } = readOptions<GammaOptions>('StepLR', args, gammaCommon);
    super(optimizer, options);
    if (!(Number.isInteger(stepSize) && stepSize > 0)) fail(ArgumentError, 'StepLR', 'stepSize a positive integer', show(stepSize));
    this.gamma = gamma;
    this.restart();
  }
  protected rates(): number[] {
    return this.times(this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? 1 : this.gamma);
  }
  protected override closedForm(): number[] {
    return this.baseTimes(this.gamma ** Math.floor(this.lastEpoch / this.stepSize));
  }
}

/**
 * lr ← gamma lr at each milestone.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.MultiStepLR(optimizer, [1, 3], { gamma: 0.5 });
 * for (let epoch = 0; epoch < 3; epoch++) {
 *   optimizer.step();
 *   scheduler.step();
 * }
 * scheduler.getLastLr(); // [0.25]
 * @see PyTorch `torch.optim.lr_scheduler.MultiStepLR`
 */
export class MultiStepLR extends LRScheduler {
  /** How often each epoch is a milestone. */
  milestones: Record<number, number>;
  /** The factor. */
  gamma: number;
  /**
   * @param optimizer - The optimizer whose rates change.
   * @param milestones - Epochs; one that is given twice counts twice.
   * @param args - `gamma`, `lastEpoch`, `verbose`; positional or by name.
   * @throws ArgumentError if `milestones` is no list of integers.
   */
  constructor(optimizer: AnyOptimizer, milestones: readonly number[], ...args: ArgsOf<GammaOptions, typeof gammaCommon>) {
    const { gamma = 0.1, ...options } = readOptions<GammaOptions>('MultiStepLR', args, gammaCommon);
    super(optimizer, options);
    if (!Array.isArray(milestones) || !Array.from(milestones).every((epoch) => Number.isInteger(epoch) && epoch >= 0))
      fail(ArgumentError, 'MultiStepLR', 'milestones a list of epochs', show(milestones));
    this.milestones = {};
    for (const epoch of milestones) this.milestones[epoch] = (this.milestones[epoch] ?? 0) + 1;
    this.gamma = gamma;
    this.restart();
  }
  protected rates(): number[] {
    return this.times(this.gamma ** (this.milestones[this.lastEpoch] ?? 0));
  }
  protected override closedForm(): number[] {
    const past = Object.entries(this.milestones).reduce((count, [epoch, times]) => (Number(epoch) <= this.lastEpoch ? count + times : count), 0);
    return this.baseTimes(this.gamma ** past);
  }
}

/**
 * lr ← gamma lr every epoch.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.ExponentialLR(optimizer, 0.5);
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.5]
 * @see PyTorch `torch.optim.lr_scheduler.ExponentialLR`
 */
export class ExponentialLR extends LRScheduler {
  /**
   * @param optimizer - The optimizer whose rates change.
   * @param gamma - The factor.
   * @param args - `lastEpoch`, `verbose`; positional or by name.
   */
  constructor(
    optimizer: AnyOptimizer,
    public gamma: number,
    ...args: ArgsOf<SchedulerOptions, typeof common>
  ) {
    super(optimizer, readOptions<SchedulerOptions>('ExponentialLR', args, common));
    checked('ExponentialLR', 'gamma', gamma);
    this.restart();
  }
  protected rates(): number[] {
    return this.times(this.lastEpoch === 0 ? 1 : this.gamma);
  }
  protected override closedForm(): number[] {
    return this.baseTimes(this.gamma ** this.lastEpoch);
  }
}

const isShare = (value: number): boolean => value >= 0 && value <= 1;

/** Options of `ConstantLR`. */
export interface ConstantLROptions extends SchedulerOptions {
  /** The factor, in [0, 1]; 1/3 by default. */
  factor?: number;
  /** The epoch at which it ends; 5 by default. */
  totalIters?: number;
}
const constantArgs = ['factor', 'totalIters', ...common] as const;

/**
 * The initial rate times `factor` before epoch totalIters, then the initial rate.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.ConstantLR(optimizer, { factor: 0.25 });
 * scheduler.getLastLr(); // [0.25]
 * @see PyTorch `torch.optim.lr_scheduler.ConstantLR`
 */
export class ConstantLR extends LRScheduler {
  /** The factor. */
  factor: number;
  /** The epoch at which it ends. */
  totalIters: number;
  /**
   * @param optimizer - The optimizer whose rates change.
   * @param args - `factor`, `totalIters`, `lastEpoch`, `verbose`; positional or by name.
   * @throws ArgumentError if `factor` is outside [0, 1].
   */
  constructor(optimizer: AnyOptimizer, ...args: ArgsOf<ConstantLROptions, typeof constantArgs>) {
    const { factor = 1 / 3, totalIters = 5, ...options } = readOptions<ConstantLROptions>('ConstantLR', args, constantArgs);
    super(optimizer, options);
    if (!isShare(factor))
      fail(ArgumentError, 'ConstantLR', 'factor in [0, 1]', `${show(factor)}: Constant multiplicative factor expected to be between 0 and 1`);
    this.factor = factor;
    this.totalIters = totalIters;
    this.restart();
  }
  protected rates(): number[] {
    return this.times(this.lastEpoch === 0 ? this.factor : this.lastEpoch === this.totalIters ? 1 / this.factor : 1);
  }
  protected override closedForm(): number[] {
    return this.baseTimes(this.lastEpoch >= this.totalIters ? 1 : this.factor);
  }
}

/** Options of `LinearLR`. */
export interface LinearLROptions extends SchedulerOptions {
  /** The first factor, in [0, 1]; 1/3 by default. */
  startFactor?: number;
  /** The last factor, in [0, 1]; 1 by default. */
  endFactor?: number;
  /** The epoch of the last factor; 5 by default. */
  totalIters?: number;
}
const linearArgs = ['startFactor', 'endFactor', 'totalIters', ...common] as const;

/**
 * The initial rate times a factor that goes from startFactor to endFactor in totalIters epochs, on
 * a line.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.75]
 * @see PyTorch `torch.optim.lr_scheduler.LinearLR`
 */
export class LinearLR extends LRScheduler {
  /** The first factor. */
  startFactor: number;
  /** The last factor. */
  endFactor: number;
  /** The epoch of the last factor. */
  totalIters: number;
  /**
   * @param optimizer - The optimizer whose rates change.
   * @param args - `startFactor`, `endFactor`, `totalIters`, `lastEpoch`, `verbose`; positional or
   * by name.
   * @throws ArgumentError if a factor is outside [0, 1].
   */
  constructor(optimizer: AnyOptimizer, ...args: ArgsOf<LinearLROptions, typeof linearArgs>) {
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5, ...options } = readOptions<LinearLROptions>('LinearLR', args, linearArgs);
    super(optimizer, options);
    if (!isShare(startFactor))
      fail(ArgumentError, 'LinearLR', 'startFactor in [0, 1]', `${show(startFactor)}: Starting multiplicative factor expected to be between 0 and 1`);
    if (!isShare(endFactor))
      fail(ArgumentError, 'LinearLR', 'endFactor in [0, 1]', `${show(endFactor)}: Ending multiplicative factor expected to be between 0 and 1`);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.restart();
  }
  protected rates(): number[] {
    const { startFactor, endFactor, totalIters, lastEpoch } = this;
    if (lastEpoch === 0) return this.times(startFactor);
    if (lastEpoch > totalIters) return this.times(1);
    const rise = endFactor - startFactor;
    return this.times(1 + rise / (totalIters * startFactor + (lastEpoch - 1) * rise));
  }
  protected override closedForm(): number[] {
    const { startFactor, endFactor, totalIters, lastEpoch } = this;
    return this.baseTimes(startFactor + ((endFactor - startFactor) * Math.min(totalIters, lastEpoch)) / totalIters);
  }
}

/** Options of `PolynomialLR`. */
export interface PolynomialLROptions extends SchedulerOptions {
  /** The epoch at which the rate is 0; 5 by default. */
  totalIters?: number;
  /** The exponent; 1 by default. */
  power?: number;
}
const polynomialArgs = ['totalIters', 'power', ...common] as const;

/**
 * The initial rate times (1 - epoch / totalIters)^power, down to 0.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.PolynomialLR(optimizer, { totalIters: 2, power: 2 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.25]
 * @see PyTorch `torch.optim.lr_scheduler.PolynomialLR`
 */
export class PolynomialLR extends LRScheduler {
  /** The epoch at which the rate is 0. */
  totalIters: number;
  /** The exponent. */
  power: number;
  /**
   * @param optimizer - The optimizer whose rates change.
   * @param args - `totalIters`, `power`, `lastEpoch`, `verbose`; positional or by name.
   */
  constructor(optimizer: AnyOptimizer, ...args: ArgsOf<PolynomialLROptions, typeof polynomialArgs>) {
    const { totalIters = 5, power = 1, ...options } = readOptions<PolynomialLROptions>('PolynomialLR', args, polynomialArgs);
    super(optimizer, options);
    this.totalIters = totalIters;
    this.power = power;
    this.restart();
  }
  protected rates(): number[] {
    const { totalIters, power, lastEpoch } = this;
    if (lastEpoch === 0 || lastEpoch > totalIters) return this.times(1);
    return this.times(((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power);
  }
  protected override closedForm(): number[] {
    return this.baseTimes((1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters) ** this.power);
  }
}

// Schedules that fall, or rise, in steps, lines and powers.
import { ArgumentError, fail, show } from '../../core/errors.js';
import type { ArgsOf } from '../../ops/args.js';
import { type AnyOptimizer, checked, common, LRScheduler, readOptions, type SchedulerOptions } from './scheduler.js';

export interface GammaOptions extends SchedulerOptions {
  gamma?: number;
}
const gammaCommon = ['gamma', ...common] as const;

/** Times gamma every stepSize epochs. */
export class StepLR extends LRScheduler {
  gamma: number;
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

/** Times gamma at each milestone. */
export class MultiStepLR extends LRScheduler {
  /** How often each epoch is a milestone. */
  milestones: Record<number, number>;
  gamma: number;
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

/** Times gamma every epoch. */
export class ExponentialLR extends LRScheduler {
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

export interface ConstantLROptions extends SchedulerOptions {
  factor?: number;
  totalIters?: number;
}
const constantArgs = ['factor', 'totalIters', ...common] as const;

/** Times `factor` until epoch totalIters. */
export class ConstantLR extends LRScheduler {
  factor: number;
  totalIters: number;
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

export interface LinearLROptions extends SchedulerOptions {
  startFactor?: number;
  endFactor?: number;
  totalIters?: number;
}
const linearArgs = ['startFactor', 'endFactor', 'totalIters', ...common] as const;

/** Times a factor that goes from startFactor to endFactor in totalIters epochs. */
export class LinearLR extends LRScheduler {
  startFactor: number;
  endFactor: number;
  totalIters: number;
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

export interface PolynomialLROptions extends SchedulerOptions {
  totalIters?: number;
  power?: number;
}
const polynomialArgs = ['totalIters', 'power', ...common] as const;

/** Times (1 - epoch / totalIters)^power, down to 0. */
export class PolynomialLR extends LRScheduler {
  totalIters: number;
  power: number;
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

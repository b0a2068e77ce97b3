// Schedules that multiply the rate by a user's function.
import { ArgumentError, fail, show } from '../../core/errors.js';
import type { ArgsOf } from '../../ops/args.js';
import { type AnyOptimizer, common, LRScheduler, perGroup, readOptions, type SchedulerOptions } from './scheduler.js';

/** A factor for an epoch. */
export type Factor = (epoch: number) => number;

abstract class FunctionLR extends LRScheduler {
  lrLambdas: readonly Factor[];
  constructor(optimizer: AnyOptimizer, lrLambda: Factor | readonly Factor[], ...args: ArgsOf<SchedulerOptions, typeof common>) {
    const { name } = new.target;
    super(optimizer, readOptions<SchedulerOptions>(name, args, common));
    this.lrLambdas = perGroup<Factor>(name, 'lrLambda', this.groups, lrLambda);
    if (!this.lrLambdas.every((f) => typeof f === 'function')) fail(ArgumentError, name, 'lrLambda to be functions of the epoch', show(lrLambda));
    this.restart();
  }
}

/** The initial rate times a function of the epoch; an array holds one function a group. */
export class LambdaLR extends FunctionLR {
  protected rates(): number[] {
    return this.baseLrs.map((base, i) => base * this.lrLambdas[i](this.lastEpoch));
  }
}

/** The rate before times a function of the epoch. */
export class MultiplicativeLR extends FunctionLR {
  protected rates(): number[] {
    return this.lastEpoch > 0 ? this.groups.map(({ lr }, i) => lr * this.lrLambdas[i](this.lastEpoch)) : this.times(1);
  }
}

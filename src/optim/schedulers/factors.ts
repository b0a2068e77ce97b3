// Schedules that multiply the rate by a user's function.
import { ArgumentError, fail, show } from '../../core/errors.js';
import type { ArgsOf } from '../../ops/args.js';
import { type AnyOptimizer, common, LRScheduler, perGroup, readOptions, type SchedulerOptions } from './scheduler.js';

/** A factor of the learning rate for an epoch. */
export type Factor = (epoch: number) => number;

/** Schedules that multiply by a user's function. */
abstract class FunctionLR extends LRScheduler {
  /** One function for each group. */
  lrLambdas: readonly Factor[];
  /**
   * | @param optimizer - The optimizer whose rates change.
   *
   * @param lrLambda - The factor of an epoch; an array has one function for each group.
   * @param args - `lastEpoch`, `verbose`; positional or by name.
   * @throws ArgumentError if `lrLambda` is no function, or not one for each group.
   */
  constructor(optimizer: AnyOptimizer, lrLambda: Factor | readonly Factor[], ...args: ArgsOf<SchedulerOptions, typeof common>) {
    const { name } = new.target;
    super(optimizer, readOptions<SchedulerOptions>(name, args, common));
    this.lrLambdas = perGroup<Factor>(name, 'lrLambda', this.groups, lrLambda);
    if (!this.lrLambdas.every((f) => typeof f === 'function')) fail(ArgumentError, name, 'lrLambda to be functions of the epoch', show(lrLambda));
    this.restart();
  }
}

/**
 * The initial rate times a function of the epoch.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.LambdaLR(optimizer, (epoch) => 1 / (1 + epoch));
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.5]
 * @see PyTorch `torch.optim.lr_scheduler.LambdaLR`
 */
export class LambdaLR extends FunctionLR {
  protected rates(): number[] {
    return this.baseLrs.map((base, i) => base * this.lrLambdas[i](this.lastEpoch));
  }
}

/**
 * The rate of the epoch before times a function of the epoch.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.MultiplicativeLR(optimizer, () => 0.5);
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.5]
 * @see PyTorch `torch.optim.lr_scheduler.MultiplicativeLR`
 */
export class MultiplicativeLR extends FunctionLR {
  protected rates(): number[] {
    return this.lastEpoch > 0 ? this.groups.map(({ lr }, i) => lr * this.lrLambdas[i](this.lastEpoch)) : this.times(1);
  }
}

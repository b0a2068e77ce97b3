// gt.optim.lrScheduler: learning rates that change by PyTorch's recursive formulas, each from the rate as it is, so that other changes to it last.
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { type ArgsOf, readArgs } from '../ops/args.js';
import { platform } from '../platform/index.js';
import { renamed, toCamel, toSnake } from './names.js';
import { Optimizer } from './optimizer.js';

// biome-ignore lint/suspicious/noExplicitAny: any optimizer will do.
type AnyOptimizer = Optimizer<any, any>;

export interface SchedulerOptions {
  /** The epoch to go on from; -1 starts anew. */
  lastEpoch?: number;
}
type State = Record<string, unknown>;

export abstract class LRScheduler {
  lastEpoch: number;
  /** The rates it started from, one a group. */
  baseLrs: number[];
  protected _stepCount = 0;
  protected _lastLr: number[] = [];
  readonly #optimizer: AnyOptimizer;

  /** Subclasses call start() once their own fields stand. */
  constructor(optimizer: AnyOptimizer, lastEpoch = -1) {
    if (!(optimizer instanceof Optimizer)) fail(ArgumentError, new.target.name, 'an optimizer', show(optimizer));
    this.#optimizer = optimizer;
    this.lastEpoch = lastEpoch;
    this.baseLrs = optimizer.paramGroups.map((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      return group.initialLr ?? fail(ArgumentError, new.target.name, `initialLr in group ${i} to resume from`, "none: param 'initial_lr' is not specified");
    });
  }
  protected start(): void {
    this.#optimizer.stepCount = 0;
    this.step();
  }

  /** The rates of the epoch that lastEpoch now names. */
  protected abstract rates(current: readonly number[]): number[];

  /** Goes on by one epoch; call it after the optimizer's step. */
  step(): void {
    if (this._stepCount === 1 && this.#optimizer.stepCount < 1) {
      platform.warn('lrScheduler.step() was called before optimizer.step(): the first value of the learning rate schedule is skipped');
    }
    this._stepCount++;
    this.lastEpoch++;
    const { paramGroups } = this.#optimizer;
    this.rates(paramGroups.map(({ lr }) => lr)).forEach((lr, i) => {
      paramGroups[i].lr = lr;
    });
    this._lastLr = paramGroups.map(({ lr }) => lr);
  }
  /** The rates set last, one a group. */
  getLastLr(): number[] {
    return [...this._lastLr];
  }

  /** Every field but functions, by PyTorch's names. */
  stateDict(): State {
    return Object.fromEntries(
      Object.entries(renamed(this, toSnake)).filter(
        ([, value]) => typeof value !== 'function' && !(Array.isArray(value) && value.some((v) => typeof v === 'function')),
      ),
    );
  }
  loadStateDict(state: State): void {
    if (typeof state !== 'object' || state === null) fail(FormatError, 'loadStateDict', 'a state dict', show(state));
    const known = Object.entries(renamed(state, toCamel)).filter(([name]) => Object.hasOwn(this, name));
    Object.assign(this, structuredClone(Object.fromEntries(known)));
  }
}

export interface StepLROptions extends SchedulerOptions {
  gamma?: number;
}
/** Times gamma every stepSize epochs. */
export class StepLR extends LRScheduler {
  gamma: number;
  constructor(
    optimizer: AnyOptimizer,
    public stepSize: number,
    ...args: ArgsOf<StepLROptions, ['gamma', 'lastEpoch']>
  ) {
    const { gamma = 0.1, lastEpoch } = readArgs<StepLROptions>('StepLR', args, ['gamma', 'lastEpoch']);
    super(optimizer, lastEpoch);
    if (!(Number.isInteger(stepSize) && stepSize > 0)) fail(ArgumentError, 'StepLR', 'stepSize a positive integer', show(stepSize));
    this.gamma = gamma;
    this.start();
  }
  protected rates(current: readonly number[]): number[] {
    return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? [...current] : current.map((lr) => lr * this.gamma);
  }
}

/** Times gamma every epoch. */
export class ExponentialLR extends LRScheduler {
  constructor(
    optimizer: AnyOptimizer,
    public gamma: number,
    ...args: ArgsOf<SchedulerOptions, ['lastEpoch']>
  ) {
    super(optimizer, readArgs<SchedulerOptions>('ExponentialLR', args, ['lastEpoch']).lastEpoch);
    this.start();
  }
  protected rates(current: readonly number[]): number[] {
    return this.lastEpoch === 0 ? [...current] : current.map((lr) => lr * this.gamma);
  }
}

export interface CosineAnnealingLROptions extends SchedulerOptions {
  etaMin?: number;
}
/** Half a cosine from the initial rate down to etaMin in TMax epochs, and back up. */
export class CosineAnnealingLR extends LRScheduler {
  etaMin: number;
  constructor(
    optimizer: AnyOptimizer,
    public TMax: number,
    ...args: ArgsOf<CosineAnnealingLROptions, ['etaMin', 'lastEpoch']>
  ) {
    const { etaMin = 0, lastEpoch } = readArgs<CosineAnnealingLROptions>('CosineAnnealingLR', args, ['etaMin', 'lastEpoch']);
    super(optimizer, lastEpoch);
    this.etaMin = etaMin;
    this.start();
  }
  protected rates(current: readonly number[]): number[] {
    const { TMax, etaMin, lastEpoch, baseLrs } = this;
    const rise = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / TMax);
    if (lastEpoch === 0) return [...current];
    if (this._stepCount === 1) return baseLrs.map((base) => etaMin + ((base - etaMin) * rise(lastEpoch)) / 2);
    // At the bottom the recursion would divide by zero.
    if ((lastEpoch - 1 - TMax) % (2 * TMax) === 0) return current.map((lr, i) => lr + ((baseLrs[i] - etaMin) * (1 - Math.cos(Math.PI / TMax))) / 2);
    return current.map((lr) => (rise(lastEpoch) / rise(lastEpoch - 1)) * (lr - etaMin) + etaMin);
  }
}

type Factor = (epoch: number) => number;
/** The initial rate times a function of the epoch; an array holds one function a group. */
export class LambdaLR extends LRScheduler {
  lrLambdas: readonly Factor[];
  constructor(optimizer: AnyOptimizer, lrLambda: Factor | readonly Factor[], ...args: ArgsOf<SchedulerOptions, ['lastEpoch']>) {
    super(optimizer, readArgs<SchedulerOptions>('LambdaLR', args, ['lastEpoch']).lastEpoch);
    this.lrLambdas = typeof lrLambda === 'function' ? this.baseLrs.map(() => lrLambda) : lrLambda;
    if (this.lrLambdas.length !== this.baseLrs.length)
      fail(ArgumentError, 'LambdaLR', `${this.baseLrs.length} functions, one a group`, `${this.lrLambdas.length}`);
    this.start();
  }
  protected rates(): number[] {
    return this.baseLrs.map((base, i) => base * this.lrLambdas[i](this.lastEpoch));
  }
}

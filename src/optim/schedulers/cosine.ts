// Cosine annealing, and the same with warm restarts. (Loshchilov and Hutter, SGDR, 2016)
import { ArgumentError, fail, show } from '../../core/errors.js';
import type { ArgsOf } from '../../ops/args.js';
import { type AnyOptimizer, checked, common, LRScheduler, readOptions, type SchedulerOptions } from './scheduler.js';

export interface CosineAnnealingLROptions extends SchedulerOptions {
  etaMin?: number;
}
const annealingArgs = ['etaMin', ...common] as const;

/** Half a cosine from the initial rate down to etaMin in TMax epochs, and back up. */
export class CosineAnnealingLR extends LRScheduler {
  etaMin: number;
  constructor(
    optimizer: AnyOptimizer,
    public TMax: number,
    ...args: ArgsOf<CosineAnnealingLROptions, typeof annealingArgs>
  ) {
    const { etaMin = 0, ...options } = readOptions<CosineAnnealingLROptions>('CosineAnnealingLR', args, annealingArgs);
    super(optimizer, options);
    checked('CosineAnnealingLR', 'TMax', TMax);
    this.etaMin = etaMin;
    this.restart();
  }
  #rise(epoch: number): number {
    return 1 + Math.cos((Math.PI * epoch) / this.TMax);
  }
  protected rates(): number[] {
    const { TMax, etaMin, lastEpoch, baseLrs } = this;
    if (lastEpoch === 0) return this.times(1);
    if (this._stepCount === 1) return this.closedForm();
    // At the bottom the recursion would divide by zero.
    if ((lastEpoch - 1 - TMax) % (2 * TMax) === 0) return this.groups.map(({ lr }, i) => lr + ((baseLrs[i] - etaMin) * (1 - Math.cos(Math.PI / TMax))) / 2);
    const factor = this.#rise(lastEpoch) / this.#rise(lastEpoch - 1);
    return this.groups.map(({ lr }) => factor * (lr - etaMin) + etaMin);
  }
  protected override closedForm(): number[] {
    return this.baseLrs.map((base) => this.etaMin + ((base - this.etaMin) * this.#rise(this.lastEpoch)) / 2);
  }
}

export interface WarmRestartsOptions extends SchedulerOptions {
  /** Factor from one cycle's length to the next. */
  TMult?: number;
  etaMin?: number;
}
const restartArgs = ['TMult', 'etaMin', ...common] as const;

/** Cosines from the initial rate down to etaMin, the first in T0 epochs, each TMult times as long as the one before. */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  TI: number;
  TMult: number;
  etaMin: number;
  TCur: number;
  constructor(
    optimizer: AnyOptimizer,
    public T0: number,
    ...args: ArgsOf<WarmRestartsOptions, typeof restartArgs>
  ) {
    const name = 'CosineAnnealingWarmRestarts';
    const { TMult = 1, etaMin = 0, ...options } = readOptions<WarmRestartsOptions>(name, args, restartArgs);
    super(optimizer, options);
    if (!(Number.isInteger(T0) && T0 > 0)) fail(ArgumentError, name, 'T0 a positive integer', `${show(T0)}: Expected positive integer T_0`);
    if (!(Number.isInteger(TMult) && TMult >= 1)) fail(ArgumentError, name, 'TMult an integer of at least 1', `${show(TMult)}: Expected integer T_mult >= 1`);
    this.TI = T0;
    this.TMult = TMult;
    this.etaMin = etaMin;
    this.TCur = this.lastEpoch;
    this.restart();
  }
  protected rates(): number[] {
    const { etaMin, TCur, TI } = this;
    return this.baseLrs.map((base) => etaMin + ((base - etaMin) * (1 + Math.cos((Math.PI * TCur) / TI))) / 2);
  }

  /** Goes on by one epoch, or to an epoch, which may be a fraction: epoch + batch / batches after every batch. */
  override step(epoch: number | undefined = this.lastEpoch < 0 ? 0 : undefined): void {
    const { T0, TMult } = this;
    if (epoch === undefined) {
      this.lastEpoch++;
      this.TCur++;
      if (this.TCur >= this.TI) {
        this.TCur -= this.TI;
        this.TI *= TMult;
      }
    } else {
      if (!(Number.isFinite(epoch) && epoch >= 0)) fail(ArgumentError, 'step', 'an epoch of at least 0', `${show(epoch)}: Expected non-negative epoch`);
      // The cycle that the epoch falls in is number n, from 0.
      const n = epoch < T0 || TMult === 1 ? 0 : Math.floor(Math.log((epoch / T0) * (TMult - 1) + 1) / Math.log(TMult));
      this.TI = T0 * TMult ** n;
      this.TCur = TMult === 1 ? epoch % T0 : epoch - (T0 * (TMult ** n - 1)) / (TMult - 1);
      this.lastEpoch = Math.floor(epoch);
    }
    this.setRates(this.rates());
  }
}

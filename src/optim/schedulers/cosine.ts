// Cosine annealing, and the same with warm restarts. (Loshchilov and Hutter, SGDR, 2016)
import { ArgumentError, fail, show } from '../../core/errors.js';
import type { ArgsOf } from '../../ops/args.js';
import { type AnyOptimizer, checked, common, LRScheduler, readOptions, type SchedulerOptions } from './scheduler.js';

/** Options of `CosineAnnealingLR`. */
export interface CosineAnnealingLROptions extends SchedulerOptions {
  /** The lowest rate; 0 by default. */
  etaMin?: number;
}
const annealingArgs = ['etaMin', ...common] as const;

/**
 * lr = etaMin + (lr₀ - etaMin) (1 + cos(π epoch / TMax)) / 2: down in TMax epochs, and up again.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.CosineAnnealingLR(optimizer, 2);
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.5]
 * @see Loshchilov and Hutter, 2016; PyTorch `torch.optim.lr_scheduler.CosineAnnealingLR`
 */
export class CosineAnnealingLR extends LRScheduler {
  /** The lowest rate. */
  etaMin: number;
  /**
   * @param optimizer - The optimizer whose rates change.
   * @param TMax - Epochs from the highest rate to the lowest.
   * @param args - `etaMin`, `lastEpoch`, `verbose`; positional or by name.
   */
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

/** Options of `CosineAnnealingWarmRestarts`. */
export interface WarmRestartsOptions extends SchedulerOptions {
  /** Factor from one cycle's length to the next; 1 by default. */
  TMult?: number;
  /** The lowest rate; 0 by default. */
  etaMin?: number;
}
const restartArgs = ['TMult', 'etaMin', ...common] as const;

/**
 * lr = etaMin + (lr₀ - etaMin) (1 + cos(π TCur / TI)) / 2, TCur epochs into a cycle of TI epochs.
 * The first cycle has T0 epochs, each further one TMult times as many.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler = new gt.optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, 2);
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.5]
 * @see Loshchilov and Hutter, 2016; PyTorch `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  /** Epochs of this cycle. */
  TI: number;
  /** Factor from one cycle's length to the next. */
  TMult: number;
  /** The lowest rate. */
  etaMin: number;
  /** Epochs since this cycle began. */
  TCur: number;
  /**
   * @param optimizer - The optimizer whose rates change.
   * @param T0 - Epochs of the first cycle.
   * @param args - `TMult`, `etaMin`, `lastEpoch`, `verbose`; positional or by name.
   * @throws ArgumentError if `T0` or `TMult` is no positive integer.
   */
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

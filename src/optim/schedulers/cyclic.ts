// Cyclic learning rates, with the momentum cycling against them. (Smith, 2015)
import { ArgumentError, fail, show } from '../../core/errors.js';
import { type ArgsOf, asChoice } from '../../ops/args.js';
import { type AnyOptimizer, checked, common, LRScheduler, perGroup, readOptions, type SchedulerOptions } from './scheduler.js';

const modes = ['triangular', 'triangular2', 'exp_range'] as const;

/** Options of `CyclicLR`. */
export interface CyclicLROptions extends SchedulerOptions {
  /** Steps of the rising half of a cycle; 2000 by default. */
  stepSizeUp?: number;
  /** Steps of the falling half; null: as many. */
  stepSizeDown?: number | null;
  /**
   * How the height changes: 'triangular' not, 'triangular2' halved every cycle, 'exp_range' times
   * gamma every step.
   */
  mode?: (typeof modes)[number];
  /** The factor of 'exp_range'; 1 by default. */
  gamma?: number;
  /** The height as a function, in place of `mode`. */
  scaleFn?: ((x: number) => number) | null;
  /** Whether `scaleFn` takes the number of the cycle (the default) or of the step. */
  scaleMode?: 'cycle' | 'iterations';
  /**
   * Whether the momentum falls from maxMomentum to baseMomentum while the rate rises; true by
   * default.
   */
  cycleMomentum?: boolean;
  /** The lowest momentum; 0.8 by default. */
  baseMomentum?: number | readonly number[];
  /** The highest momentum; 0.9 by default. */
  maxMomentum?: number | readonly number[];
}
const positional = ['stepSizeUp', 'stepSizeDown', 'mode', 'gamma', 'scaleFn', 'scaleMode', 'cycleMomentum', 'baseMomentum', 'maxMomentum', ...common] as const;

/**
 * Rises from baseLr to maxLr on a line and falls again, over and over. Step it after every batch.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1, momentum: 0.9 });
 * const scheduler = new gt.optim.lrScheduler.CyclicLR(optimizer, 0.1, 0.5, { stepSizeUp: 4 });
 * optimizer.step();
 * scheduler.step();
 * scheduler.getLastLr(); // [0.2]
 * @see Smith, 2015; PyTorch `torch.optim.lr_scheduler.CyclicLR`
 */
export class CyclicLR extends LRScheduler {
  /** The highest rate of each group. */
  maxLrs: number[];
  /** Steps of a cycle. */
  totalSize: number;
  /** Share of the rising half in a cycle. */
  stepRatio: number;
  /** How the height changes. */
  mode: (typeof modes)[number];
  /** The factor of 'exp_range'. */
  gamma: number;
  /** What the height is a function of. */
  scaleMode: 'cycle' | 'iterations';
  /** Whether the momentum cycles. */
  cycleMomentum: boolean;
  /** The lowest momentum of each group. */
  baseMomentums?: number[];
  /** The highest momentum of each group. */
  maxMomentums?: number[];
  readonly #scaleFn: ((x: number) => number) | null;

  /**
   * @param optimizer - The optimizer whose rates change.
   * @param baseLr - The lowest rate, for all groups or one for each.
   * @param maxLr - The highest rate, for all groups or one for each.
   * @param args - `stepSizeUp`, `stepSizeDown`, `mode`, `gamma`, `scaleFn`, `scaleMode`,
   * `cycleMomentum`, `baseMomentum`, `maxMomentum`, `lastEpoch`, `verbose`; positional or by name.
   * @throws ArgumentError if momentum cycles and the optimizer has none.
   */
  constructor(
    optimizer: AnyOptimizer,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    ...args: ArgsOf<CyclicLROptions, typeof positional>
  ) {
    const name = 'CyclicLR';
    const {
      stepSizeUp = 2000,
      stepSizeDown = null,
      mode = 'triangular',
      gamma = 1,
      scaleFn = null,
      scaleMode = 'cycle',
      cycleMomentum = true,
      baseMomentum = 0.8,
      maxMomentum = 0.9,
      ...options
    } = readOptions<CyclicLROptions>(name, args, positional);
    checked(name, 'baseLr', baseLr);
    checked(name, 'maxLr', maxLr);
    const groups = optimizer?.paramGroups ?? [];
    const baseLrs = perGroup<number>(name, 'baseLr', groups, baseLr);
    const maxLrs = perGroup<number>(name, 'maxLr', groups, maxLr);
    if (scaleFn === null) asChoice(name, 'mode', mode, modes);
    asChoice(name, 'scaleMode', scaleMode, ['cycle', 'iterations']);
    if (cycleMomentum && optimizer?.defaults?.momentum === undefined)
      fail(ArgumentError, name, 'an optimizer with momentum', `${show(optimizer)}: optimizer must support momentum with \`cycle_momentum\` option enabled`);
    if ((options.lastEpoch ?? -1) === -1)
      groups.forEach((group, i) => {
        group.lr = baseLrs[i];
      });
    super(optimizer, options);
    this.maxLrs = maxLrs;
    this.totalSize = stepSizeUp + (stepSizeDown ?? stepSizeUp);
    this.stepRatio = stepSizeUp / this.totalSize;
    this.mode = mode;
    this.gamma = gamma;
    this.#scaleFn = scaleFn;
    this.scaleMode = scaleFn === null ? (mode === 'exp_range' ? 'iterations' : 'cycle') : scaleMode;
    this.cycleMomentum = cycleMomentum;
    if (cycleMomentum) {
      const momenta = perGroup<number>(name, 'baseMomentum', groups, baseMomentum);
      if (this.lastEpoch === -1)
        this.groups.forEach((group, i) => {
          group.momentum = momenta[i];
        });
      this.baseMomentums = this.groups.map(({ momentum }) => momentum);
      this.maxMomentums = perGroup<number>(name, 'maxMomentum', groups, maxMomentum);
    }
    this.restart();
    this.baseLrs = baseLrs;
  }

  #scale(x: number): number {
    if (this.#scaleFn !== null) return this.#scaleFn(x);
    return this.mode === 'triangular' ? 1 : this.mode === 'triangular2' ? 1 / 2 ** (x - 1) : this.gamma ** x;
  }
  protected rates(): number[] {
    const { lastEpoch, totalSize, stepRatio } = this;
    const cycle = Math.floor(1 + lastEpoch / totalSize);
    const x = 1 + lastEpoch / totalSize - cycle;
    const height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const scale = this.#scale(this.scaleMode === 'cycle' ? cycle : lastEpoch);
    const { baseMomentums, maxMomentums } = this;
    if (baseMomentums !== undefined && maxMomentums !== undefined)
      this.groups.forEach((group, i) => {
        group.momentum = maxMomentums[i] - (maxMomentums[i] - baseMomentums[i]) * height * scale;
      });
    return this.baseLrs.map((base, i) => base + (this.maxLrs[i] - base) * height * scale);
  }
}

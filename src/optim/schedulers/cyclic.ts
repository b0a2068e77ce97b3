// Cyclic learning rates, with the momentum cycling against them. (Smith, 2015)
import { ArgumentError, fail, show } from '../../core/errors.js';
import { type ArgsOf, asChoice } from '../../ops/args.js';
import { type AnyOptimizer, checked, common, LRScheduler, perGroup, readOptions, type SchedulerOptions } from './scheduler.js';

const modes = ['triangular', 'triangular2', 'exp_range'] as const;

export interface CyclicLROptions extends SchedulerOptions {
  /** Steps of the rising half of a cycle. */
  stepSizeUp?: number;
  /** Of the falling half; null: as many. */
  stepSizeDown?: number | null;
  /** How the height changes: not; halved every cycle; times gamma every step. */
  mode?: (typeof modes)[number];
  gamma?: number;
  /** The height by a function, in place of mode; of the number of the cycle, or of the step. */
  scaleFn?: ((x: number) => number) | null;
  scaleMode?: 'cycle' | 'iterations';
  /** Moves the momentum from maxMomentum down to baseMomentum while the rate rises. */
  cycleMomentum?: boolean;
  baseMomentum?: number | readonly number[];
  maxMomentum?: number | readonly number[];
}
const positional = ['stepSizeUp', 'stepSizeDown', 'mode', 'gamma', 'scaleFn', 'scaleMode', 'cycleMomentum', 'baseMomentum', 'maxMomentum', ...common] as const;

/** Up from baseLr to maxLr and down again, over and over. */
export class CyclicLR extends LRScheduler {
  maxLrs: number[];
  totalSize: number;
  stepRatio: number;
  mode: (typeof modes)[number];
  gamma: number;
  scaleMode: 'cycle' | 'iterations';
  cycleMomentum: boolean;
  baseMomentums?: number[];
  maxMomentums?: number[];
  readonly #scaleFn: ((x: number) => number) | null;

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

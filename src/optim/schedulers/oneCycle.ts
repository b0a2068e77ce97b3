// One rise and one long fall of the learning rate, with the momentum against it. (Smith and Topin, Super-Convergence, 2017)
import { ArgumentError, fail, show } from '../../core/errors.js';
import { type ArgsOf, asChoice } from '../../ops/args.js';
import { type AnyOptimizer, checked, common, type Group, LRScheduler, perGroup, readOptions, type SchedulerOptions } from './scheduler.js';

/** Options of `OneCycleLR`. */
export interface OneCycleLROptions extends SchedulerOptions {
  /** Steps of the cycle; or give epochs and stepsPerEpoch. */
  totalSteps?: number | null;
  /** Epochs of the cycle. */
  epochs?: number | null;
  /** Steps of an epoch. */
  stepsPerEpoch?: number | null;
  /** Share of the steps in which the rate rises; 0.3 by default. */
  pctStart?: number;
  /** The curve; 'cos' by default. */
  annealStrategy?: 'cos' | 'linear';
  /** Whether the momentum (Adam: betas[0]) goes against the rate; true by default. */
  cycleMomentum?: boolean;
  /** The lowest momentum; 0.85 by default. */
  baseMomentum?: number | readonly number[];
  /** The highest momentum; 0.95 by default. */
  maxMomentum?: number | readonly number[];
  /** The initial rate is maxLr / divFactor; 25 by default. */
  divFactor?: number;
  /** The last rate is the initial one / finalDivFactor; 1e4 by default. */
  finalDivFactor?: number;
  /** Whether the rate falls as it rose, and then on to the last rate. */
  threePhase?: boolean;
}
const positional = [
  'totalSteps',
  'epochs',
  'stepsPerEpoch',
  'pctStart',
  'annealStrategy',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'divFactor',
  'finalDivFactor',
  'threePhase',
  ...common,
] as const;

type Rate = 'initialLr' | 'maxLr' | 'minLr';
type Momentum = 'maxMomentum' | 'baseMomentum';
/** Up to step `end`, from one of the group's values to another. */
interface Phase {
  readonly end: number;
  readonly lr: readonly [Rate, Rate];
  readonly momentum: readonly [Momentum, Momentum];
}

const anneal = {
  cos: (from: number, to: number, share: number): number => to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1),
  linear: (from: number, to: number, share: number): number => (to - from) * share + from,
};

/**
 * Rises from maxLr / divFactor to maxLr, then falls to nearly nothing. Step it after every batch.
 *
 * @example
 * const optimizer = new gt.optim.Adam([gt.ones([2])]);
 * const scheduler = new gt.optim.lrScheduler.OneCycleLR(optimizer, 0.1, { totalSteps: 10 });
 * scheduler.getLastLr(); // [0.004]
 * @see Smith and Topin, 2017; PyTorch `torch.optim.lr_scheduler.OneCycleLR`
 */
export class OneCycleLR extends LRScheduler {
  /** Steps of the cycle. */
  totalSteps: number;
  /** Whether the momentum cycles. */
  cycleMomentum: boolean;
  readonly #annealed: (from: number, to: number, share: number) => number;
  readonly #phases: readonly Phase[];

  /**
   * @param optimizer - The optimizer whose rates change.
   * @param maxLr - The highest rate, for all groups or one for each.
   * @param args - `totalSteps`, `epochs`, `stepsPerEpoch`, `pctStart`, `annealStrategy`,
   * `cycleMomentum`, `baseMomentum`, `maxMomentum`, `divFactor`, `finalDivFactor`, `threePhase`,
   * `lastEpoch`, `verbose`; positional or by name.
   * @throws ArgumentError if the number of steps is missing, or momentum cycles and the optimizer
   * has none.
   */
  constructor(optimizer: AnyOptimizer, maxLr: number | readonly number[], ...args: ArgsOf<OneCycleLROptions, typeof positional>) {
    const name = 'OneCycleLR';
    const {
      totalSteps = null,
      epochs = null,
      stepsPerEpoch = null,
      pctStart = 0.3,
      annealStrategy = 'cos',
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
      ...options
    } = readOptions<OneCycleLROptions>(name, args, positional);
    const total = stepsOf(name, totalSteps, epochs, stepsPerEpoch);
    if (!(pctStart >= 0 && pctStart <= 1)) fail(ArgumentError, name, 'pctStart in [0, 1]', `${show(pctStart)}: Expected float between 0 and 1 pct_start`);
    asChoice(name, 'annealStrategy', annealStrategy, ['cos', 'linear']);
    checked(name, 'maxLr', maxLr);
    const groups = (optimizer?.paramGroups ?? []) as unknown as Group[];
    const { momentum, betas } = optimizer?.defaults ?? {};
    if (cycleMomentum && momentum === undefined && betas === undefined)
      fail(
        ArgumentError,
        name,
        'an optimizer with momentum or betas',
        `${show(optimizer)}: optimizer must support momentum with \`cycle_momentum\` option enabled`,
      );
    const maxLrs = perGroup<number>(name, 'maxLr', groups, maxLr);
    const [lows, highs] = [perGroup<number>(name, 'baseMomentum', groups, baseMomentum), perGroup<number>(name, 'maxMomentum', groups, maxMomentum)];
    if ((options.lastEpoch ?? -1) === -1)
      groups.forEach((group, i) => {
        group.initialLr = maxLrs[i] / divFactor;
        group.maxLr = maxLrs[i];
        group.minLr = group.initialLr / finalDivFactor;
        if (!cycleMomentum) return;
        setMomentum(group, highs[i]);
        group.maxMomentum = highs[i];
        group.baseMomentum = lows[i];
      });
    super(optimizer, options);
    this.totalSteps = total;
    this.cycleMomentum = cycleMomentum;
    this.#annealed = anneal[annealStrategy];
    const up: Phase = { end: pctStart * total - 1, lr: ['initialLr', 'maxLr'], momentum: ['maxMomentum', 'baseMomentum'] };
    this.#phases = threePhase
      ? [
          up,
          { end: 2 * pctStart * total - 2, lr: ['maxLr', 'initialLr'], momentum: ['baseMomentum', 'maxMomentum'] },
          { end: total - 1, lr: ['initialLr', 'minLr'], momentum: ['maxMomentum', 'maxMomentum'] },
        ]
      : [up, { end: total - 1, lr: ['maxLr', 'minLr'], momentum: ['baseMomentum', 'maxMomentum'] }];
    this.restart();
  }

  protected rates(): number[] {
    const { lastEpoch, totalSteps } = this;
    const phases = this.#phases;
    if (lastEpoch > totalSteps)
      fail(
        ArgumentError,
        'OneCycleLR.step',
        `at most ${totalSteps} steps`,
        `${lastEpoch + 1}: Tried to step ${lastEpoch + 1} times. The specified number of total steps is ${totalSteps}`,
      );
    const found = phases.findIndex(({ end }) => lastEpoch <= end);
    const i = found === -1 ? phases.length - 1 : found;
    const { end, lr, momentum } = phases[i];
    const start = i === 0 ? 0 : phases[i - 1].end;
    const share = (lastEpoch - start) / (end - start);
    return this.groups.map((group) => {
      if (this.cycleMomentum) setMomentum(group, this.#annealed(group[momentum[0]]!, group[momentum[1]]!, share));
      return this.#annealed(group[lr[0]]!, group[lr[1]]!, share);
    });
  }
}

function setMomentum(group: Group, momentum: number): void {
  if (group.betas === undefined) group.momentum = momentum;
  else group.betas = [momentum, group.betas[1]];
}

function stepsOf(name: string, total: number | null, epochs: number | null, stepsPerEpoch: number | null): number {
  const positive = (role: string, value: number | null): number =>
    Number.isInteger(value) && value! > 0 ? value! : fail(ArgumentError, name, `${role} a positive integer`, show(value));
  if (total !== null) return positive('totalSteps', total);
  if (epochs === null && stepsPerEpoch === null)
    fail(ArgumentError, name, 'totalSteps, or epochs and stepsPerEpoch', 'neither: You must define either total_steps OR (epochs AND steps_per_epoch)');
  return positive('epochs', epochs) * positive('stepsPerEpoch', stepsPerEpoch);
}

// What schedulers share: the optimizer's rates, the count of epochs, the order of steps, and state dicts by PyTorch's names.
import { ArgumentError, FormatError, fail, show } from '../../core/errors.js';
import { readArgs } from '../../ops/args.js';
import { platform } from '../../platform/index.js';
import { renamed, toCamel, toSnake } from '../names.js';
import { Optimizer, type ParamGroup } from '../optimizer.js';

/** Any optimizer. */
// biome-ignore lint/suspicious/noExplicitAny: any optimizer will do.
export type AnyOptimizer = Optimizer<any, any>;
export type Group = ParamGroup<{ lr?: number; momentum?: number; betas?: readonly [number, number] }>;
/** What a scheduler's stateDict() gives: its fields by PyTorch's names. */
export type SchedulerState = Record<string, unknown>;

/** Options that all schedulers take. */
export interface SchedulerOptions {
  /** The epoch to go on from; -1 (the default) starts anew. */
  lastEpoch?: number;
  /** Whether every change is printed. */
  verbose?: boolean;
}
/** The positional arguments that end every scheduler's list. */
export const common = ['lastEpoch', 'verbose'] as const;

type Kind = readonly [requirement: string, holds: (value: unknown) => boolean];
const isFiniteNumber = (value: unknown): boolean => Number.isFinite(value);
const finite: Kind = ['a finite number', isFiniteNumber];
const flag: Kind = ['true or false', (value) => typeof value === 'boolean'];
const positive: Kind = ['a finite number > 0', (value) => isFiniteNumber(value) && (value as number) > 0];
const perGroupKind: Kind = [
  'a finite number, or one a group',
  (value) => isFiniteNumber(value) || (Array.isArray(value) && Array.from(value).every(isFiniteNumber)),
];
const orNull = ([requirement, holds]: Kind): Kind => [`${requirement}, or null`, (value) => value === null || holds(value)];
const choice: Kind = ['a name', (value) => typeof value === 'string'];
const kinds: Readonly<Record<string, Kind>> = {
  baseLr: perGroupKind,
  maxLr: perGroupKind,
  minLr: perGroupKind,
  baseMomentum: perGroupKind,
  maxMomentum: perGroupKind,
  verbose: flag,
  cycleMomentum: flag,
  threePhase: flag,
  totalIters: positive,
  TMax: positive,
  stepSizeUp: positive,
  stepSizeDown: orNull(positive),
  divFactor: positive,
  finalDivFactor: positive,
  totalSteps: orNull(positive),
  epochs: orNull(positive),
  stepsPerEpoch: orNull(positive),
  mode: choice,
  scaleMode: choice,
  thresholdMode: choice,
  annealStrategy: choice,
  scaleFn: ['a function, or null', (value) => value === null || typeof value === 'function'],
};

/** The value of a schedule's argument, refused if it is not of the kind that its name stands for: a finite number, most often. */
export function checked<T>(schedule: string, role: string, value: T): T {
  const [requirement, holds] = kinds[role] ?? finite;
  return holds(value) ? value : fail(ArgumentError, schedule, `${role} to be ${requirement}`, show(value));
}

/** The arguments after a schedule's required ones, as readArgs reads them, and checked. */
export function readOptions<O>(schedule: string, given: readonly unknown[], positional: readonly (keyof O & string)[]): Partial<O> {
  const options = readArgs<O>(schedule, given, positional);
  for (const [role, value] of Object.entries(options)) checked(schedule, role, value);
  return options;
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
const isSaved = (value: unknown): boolean =>
  value !== undefined && typeof value !== 'function' && !(Array.isArray(value) && value.some((v) => typeof v === 'function'));

/**
 * Anything that changes learning rates. To write a schedule by epochs, extend `LRScheduler`.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler: gt.optim.lrScheduler.Scheduler = new gt.optim.lrScheduler.ExponentialLR(optimizer, 0.5);
 * scheduler.getLastLr(); // [1]
 */
export abstract class Scheduler {
  protected _lastLr: number[] = [];
  readonly #optimizer: AnyOptimizer;

  /**
   * | @param optimizer - The optimizer whose rates change.
   *
   * @throws ArgumentError if it is no optimizer.
   */
  constructor(optimizer: AnyOptimizer) {
    if (!(optimizer instanceof Optimizer)) fail(ArgumentError, new.target.name, 'an optimizer', `${show(optimizer)}: it is not an Optimizer`);
    this.#optimizer = optimizer;
  }
  /** @internal */
  get optimizer(): AnyOptimizer {
    return this.#optimizer;
  }
  protected get groups(): Group[] {
    return this.#optimizer.paramGroups as unknown as Group[];
  }
  protected noteRates(): void {
    this._lastLr = this.groups.map(({ lr }) => lr);
  }

  /**
   * Goes on by one epoch. Call it after the optimizer's step.
   *
   * @param epochOrMetric - What the schedule needs; mostly nothing.
   */
  abstract step(epochOrMetric?: unknown): void;

  /**
   * The rates set last.
   *
   * @returns One rate for each group.
   */
  getLastLr(): number[] {
    return [...this._lastLr];
  }

  /**
   * Every field but functions, by PyTorch's names.
   *
   * @returns A plain object, for `gt.save`.
   */
  stateDict(): SchedulerState {
    return structuredClone(Object.fromEntries(Object.entries(renamed(this, toSnake)).filter(([, value]) => isSaved(value))));
  }
  /**
   * Takes what stateDict(), or PyTorch's state_dict(), gave. Unknown fields and functions are left
   * out.
   *
   * @param state - The state dict.
   * @throws FormatError if it does not fit; nothing has changed then.
   */
  loadStateDict(state: SchedulerState): void {
    this.checkState(state);
    this.restore(state);
  }

  /** @internal Throws unless every field is of the kind that it is here. */
  checkState(state: SchedulerState): void {
    const op = `${this.constructor.name}.loadStateDict`;
    if (kindOf(state) !== 'object') fail(FormatError, op, 'a state dict', show(state));
    for (const [name, value] of this.#known(state)) {
      const own = (this as SchedulerState)[name];
      const [is, was] = [kindOf(value), kindOf(own)];
      if (is !== was && is !== 'null' && was !== 'null') fail(FormatError, op, `${toSnake(name)} to be of type ${was}`, show(value));
      const perGroup = Array.isArray(own) && own.length === this.groups.length && own.every((v) => typeof v === 'number');
      if (perGroup && (!Array.isArray(value) || value.length !== own.length || !value.every((v) => typeof v === 'number')))
        fail(FormatError, op, `${toSnake(name)} to be ${own.length} numbers, one a group`, show(value));
    }
  }
  /** @internal */
  restore(state: SchedulerState): void {
    Object.assign(this, structuredClone(Object.fromEntries(this.#known(state))));
  }
  #known(state: SchedulerState): [string, unknown][] {
    return Object.entries(renamed(state, toCamel)).filter(([name]) => Object.hasOwn(this, name) && isSaved((this as SchedulerState)[name]));
  }
}

/**
 * A schedule by epochs as a recursion: each rate is made of the one before, so that other changes
 * to it last. Subclasses define `rates`, and call `restart` when their fields are set.
 *
 * @example
 * const optimizer = new gt.optim.SGD([gt.ones([2])], { lr: 1 });
 * const scheduler: gt.optim.lrScheduler.LRScheduler = new gt.optim.lrScheduler.StepLR(optimizer, 10);
 * scheduler.baseLrs; // [1]
 * @see PyTorch `torch.optim.lr_scheduler`
 */
export abstract class LRScheduler extends Scheduler {
  /** The epoch that the rates are those of. */
  lastEpoch: number;
  /** Whether every change is printed. */
  verbose: boolean;
  /** The initial rate of each group. */
  baseLrs: number[];
  protected _stepCount = 0;

  /**
   * | @param optimizer - The optimizer whose rates change.
   *
   * @param options - `lastEpoch`, `verbose`.
   * @throws ArgumentError if it goes on from an epoch and a group has no `initialLr`.
   */
  constructor(optimizer: AnyOptimizer, { lastEpoch = -1, verbose = false }: SchedulerOptions = {}) {
    super(optimizer);
    if (!Number.isInteger(lastEpoch) || lastEpoch < -1) fail(ArgumentError, new.target.name, 'lastEpoch an integer of at least -1', show(lastEpoch));
    this.lastEpoch = lastEpoch;
    this.verbose = verbose;
    this.baseLrs = this.groups.map((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      return group.initialLr ?? fail(ArgumentError, new.target.name, `initialLr in group ${i} to resume from`, "none: param 'initial_lr' is not specified");
    });
  }
  /** @internal Steps to the first epoch. */
  restart(): void {
    this.optimizer.stepCount = 0;
    this._stepCount = 0;
    this.step();
  }

  /** The rates of the epoch that lastEpoch now names. */
  protected abstract rates(): number[];
  /** The same without the past, where there is such a formula. */
  protected closedForm(): number[] {
    return this.rates();
  }

  /**
   * Goes on by one epoch. Call it after the optimizer's step.
   *
   * @param epoch - Jumps there by the closed formula; deprecated in PyTorch.
   */
  override step(epoch?: number): void {
    if (epoch !== undefined) checked(`${this.constructor.name}.step`, 'epoch', epoch);
    if (this._stepCount === 1 && this.optimizer.stepCount < 1) {
      platform.warn('lrScheduler.step() was called before optimizer.step(): the first value of the learning rate schedule is skipped');
    }
    this._stepCount++;
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    this.setRates(epoch === undefined ? this.rates() : this.closedForm());
  }
  protected setRates(rates: readonly number[]): void {
    const odd = rates.findIndex((rate) => !Number.isFinite(rate));
    if (odd >= 0) fail(ArgumentError, this.constructor.name, `a finite rate for group ${odd}`, show(rates[odd]));
    for (const [i, group] of this.groups.entries()) {
      group.lr = rates[i];
      if (this.verbose) console.log(`Adjusting learning rate of group ${i} to ${scientific(rates[i])}.`);
    }
    this.noteRates();
  }
  /** The rates as they are, each times a factor. */
  protected times(factor: number): number[] {
    return this.groups.map(({ lr }) => lr * factor);
  }
  protected baseTimes(factor: number): number[] {
    return this.baseLrs.map((base) => base * factor);
  }
}

/** As Python's .4e prints it. */
export const scientific = (value: number): string => value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2');

/** A value for each group, given one by one or one for all. */
export function perGroup<T>(op: string, role: string, groups: readonly unknown[], value: T | readonly T[]): T[] {
  if (!Array.isArray(value)) return groups.map(() => value as T);
  if (value.length !== groups.length) fail(ArgumentError, op, `${groups.length} values for ${role}, one a group`, `${value.length}`);
  return [...value];
}

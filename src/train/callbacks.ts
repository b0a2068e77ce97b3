// gt.train: callbacks that most runs want.
import { ArgumentError, fail, show } from '../core/errors.js';
import type { StateDict } from '../nn/state.js';
import { clone } from '../ops/index.js';
import type { Callback } from './fit.js';
import type { EpochLog } from './run.js';

/** Which figure counts, and when it is better. */
export interface BestOptions {
  /** The figure: `validation.loss` by default, or the name of a metric. */
  monitor?: string;
  /** Whether a small ('min') or a large ('max') figure is good; 'min' by default. */
  mode?: 'min' | 'max';
  /** By how much a figure must improve to count as better; 0 by default. */
  minDelta?: number;
}

/** Keeps the best figure seen. */
export class Best {
  value: number | undefined;
  readonly #monitor: string;
  readonly #sign: number;
  readonly #minDelta: number;
  constructor(
    readonly op: string,
    { monitor = 'validation.loss', mode = 'min', minDelta = 0 }: BestOptions,
  ) {
    if (mode !== 'min' && mode !== 'max') fail(ArgumentError, op, "mode 'min' or 'max'", show(mode));
    this.#monitor = monitor;
    this.#sign = mode === 'min' ? 1 : -1;
    this.#minDelta = minDelta;
  }
  /** Whether this epoch's figure is better than all before. */
  improves({ figures }: EpochLog): boolean {
    const value = figures[this.#monitor];
    if (value === undefined) fail(ArgumentError, this.op, `monitor to be one of ${Object.keys(figures).join(', ')}`, show(this.#monitor));
    // Nothing is better than NaN, and NaN than nothing.
    if (Number.isNaN(value)) return false;
    if (this.value !== undefined && !(this.#sign * (this.value - value) > this.#minDelta)) return false;
    this.value = value;
    return true;
  }
}

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions extends BestOptions {
  /** Epochs without a better figure that are let pass; 3 by default. */
  patience?: number;
  /** Whether the model gets the weights of its best epoch in the end; false by default. */
  restoreBest?: boolean;
}

/**
 * A callback that ends training when a figure has not improved for more than `patience` epochs.
 *
 * @param options - `monitor`, `mode`, `minDelta`, `patience`, `restoreBest`.
 * @returns A callback for `fit`.
 * @throws ArgumentError if an option is out of range, or no figure has the name `monitor`.
 * @example
 * const model = new gt.nn.Linear(1, 1);
 * const data = [[gt.ones([4, 1]), gt.ones([4, 1])]];
 * const run = await gt.train.fit(model, {
 *   data, epochs: 50, loss: (y, t) => gt.nn.functional.mseLoss(y, t),
 *   optimizer: new gt.optim.SGD(model.parameters(), { lr: 0 }),
 *   callbacks: [gt.train.earlyStopping({ monitor: 'loss', patience: 1 })],
 * });
 * run.reason; // earlyStopping
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const { patience = 3, restoreBest = false } = options;
  if (!(Number.isSafeInteger(patience) && patience >= 0)) fail(ArgumentError, 'earlyStopping', 'patience to be a whole number of epochs', show(patience));
  const best = new Best('earlyStopping', options);
  let weights: StateDict | undefined;
  let idle = 0;
  return {
    onStart(run) {
      // A run that is taken up again has waited before.
      for (const log of run.history) idle = best.improves(log) ? 0 : idle + 1;
    },
    onEpoch(run, log) {
      if (best.improves(log)) {
        idle = 0;
        if (restoreBest) weights = Object.fromEntries(Object.entries(run.model.stateDict()).map(([name, t]) => [name, clone(t)]));
      } else if (++idle > patience) run.stop('earlyStopping');
    },
    onEnd(run) {
      if (weights !== undefined) run.model.loadStateDict(weights);
    },
  };
}

// L-BFGS: Newton's direction from a limited memory of steps and gradient changes.

import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { checkInt, showShape } from '../core/shape.js';
import { type ArgsOf, readArgs } from '../ops/args.js';
import { zeros } from '../ops/create.js';
import { abs, add_, cat, clone, copy_, dot, max, mul, narrow, neg, reshape, sub, sum, to } from '../ops/index.js';
import { gradientOf } from '../tensor/inner.js';
import { enableGrad, noGrad } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';
import { type Check, Optimizer, type Params } from './optimizer.js';
import { rateChecks } from './rule.js';
import { type Point, strongWolfe } from './wolfe.js';

/** Options of `LBFGS`. */
export interface LBFGSOptions {
  /** Factor of the step; 1 by default. */
  lr?: number;
  /** Largest number of iterations in a step; 20 by default. */
  maxIter?: number;
  /** Largest number of evaluations of the closure in a step; null: 1.25 maxIter. */
  maxEval?: number | null;
  /** The largest |gradient| at which it stops; 1e-7 by default. */
  toleranceGrad?: number;
  /** The change of parameters or loss at which it stops; 1e-9 by default. */
  toleranceChange?: number;
  /** How many past steps are remembered; 100 by default. */
  historySize?: number;
  /** The line search, or null for a step of `lr`. */
  lineSearchFn?: 'strong_wolfe' | null;
}

/** Kept with the first parameter; all tensors are flat and as long as all parameters together. */
interface LBFGSState {
  funcEvals: number;
  nIter: number;
  d: Tensor;
  t: number;
  /** Changes of the gradient (y) and steps (s), oldest first, and 1 / (y . s) of each. */
  oldDirs: Tensor[];
  oldStps: Tensor[];
  ro: number[];
  HDiag: number;
  prevFlatGrad: Tensor;
  prevLoss: number;
}

const positional = ['lr', 'maxIter', 'maxEval', 'toleranceGrad', 'toleranceChange', 'historySize', 'lineSearchFn'] as const;
const largest = (x: Tensor): number => max(abs(x)).item() as number;
const inner = (a: Tensor, b: Tensor): number => dot(a, b).item() as number;

/**
 * p ← p + t d with d = -H g, where H is the inverse Hessian as estimated from the last steps. It
 * needs a closure that computes the loss and its gradients, and takes one parameter group.
 *
 * @example
 * const w = gt.tensor([3, -2], { requiresGrad: true });
 * const optimizer = new gt.optim.LBFGS([w], { lineSearchFn: 'strong_wolfe' });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = w.sub(1).square().sum();
 *   loss.backward();
 *   return loss;
 * });
 * w.detach(); // [1, 1]
 * @see Liu and Nocedal, 1989; PyTorch `torch.optim.LBFGS`
 */
export class LBFGS extends Optimizer<LBFGSOptions, LBFGSState> {
  /**
   * @param params - Parameters.
   * @param args - `lr`, `maxIter`, `maxEval`, `toleranceGrad`, `toleranceChange`, `historySize`,
   * `lineSearchFn`, positional or by name.
   * @throws ArgumentError if an option is out of range, or there are several groups.
   */
  constructor(params: Params<LBFGSOptions>, ...args: ArgsOf<LBFGSOptions, typeof positional>) {
    const options = readArgs<LBFGSOptions>('LBFGS', args, positional);
    const maxIter = checkInt('LBFGS', 'maxIter', options.maxIter ?? 20);
    const defaults: LBFGSOptions = {
      lr: 1,
      maxIter,
      maxEval: Math.floor((maxIter * 5) / 4),
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
    };
    super(params, { ...defaults, ...options, maxEval: options.maxEval ?? defaults.maxEval });
    if (this.paramGroups.length !== 1)
      fail(ArgumentError, 'LBFGS', 'one parameter group', `${this.paramGroups.length}: LBFGS doesn't support per-parameter options (parameter groups)`);
  }

  protected checks({ lr, lineSearchFn, historySize }: Required<LBFGSOptions>): readonly Check[] {
    return [
      ...rateChecks({ lr }),
      ['historySize a positive integer', Number.isInteger(historySize) && historySize > 0, historySize, 'Invalid history_size value'],
      ["lineSearchFn 'strong_wolfe' or null", lineSearchFn === null || lineSearchFn === 'strong_wolfe', lineSearchFn, "only 'strong_wolfe' is supported"],
    ];
  }
  get #params(): Tensor[] {
    return this.paramGroups[0].params;
  }

  /** Up to maxIter iterations; returns the closure's first result. */
  override step<T>(closure?: () => T): T {
    if (typeof closure !== 'function') fail(ArgumentError, 'LBFGS', 'step(closure), which computes the loss and its gradients', show(closure));
    const first = enableGrad(closure);
    noGrad(() => this.#iterate(lossOf(first), () => lossOf(enableGrad(closure))));
    this.stepCount++;
    return first;
  }

  #iterate(firstLoss: number, evaluate: () => number): void {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, lineSearchFn } = this.paramGroups[0];
    const owner = this.#params[0];
    const state: Partial<LBFGSState> = this.state.get(owner) ?? {};
    this.state.set(owner, state as LBFGSState);
    let evaluations = 1;
    let loss = firstLoss;
    state.funcEvals = (state.funcEvals ?? 0) + 1;
    state.nIter ??= 0;
    let g = this.#flatGrad();
    if (largest(g) <= toleranceGrad) return;

    for (let iteration = 1; iteration <= maxIter; iteration++) {
      state.nIter++;
      const d = this.#direction(g, state);
      state.d = d;
      state.prevFlatGrad = clone(g);
      state.prevLoss = loss;
      const slope = inner(g, d);
      const t = state.nIter === 1 ? Math.min(1, 1 / (sum(abs(g)).item() as number)) * lr : lr;
      state.t = t;
      if (slope > -toleranceChange) return;

      let tried = 0;
      if (lineSearchFn !== null) {
        const found = this.#search(evaluate, { t: 0, f: loss, g, slope }, t, d, toleranceChange);
        ({ f: loss, g, t: state.t } = found.point);
        tried = found.evaluations;
        this.#move(state.t, d);
      } else {
        this.#move(t, d);
        // After the last iteration nobody asks for the new gradient.
        if (iteration !== maxIter) {
          loss = evaluate();
          g = this.#flatGrad();
          tried = 1;
        }
      }
      evaluations += tried;
      state.funcEvals += tried;
      if (evaluations >= maxEval! || largest(g) <= toleranceGrad) return;
      if (largest(mul(d, state.t)) <= toleranceChange || Math.abs(loss - state.prevLoss) < toleranceChange) return;
    }
  }

  /** -H g by the two loops over the memory, after the memory has learned the step that led here. */
  #direction(g: Tensor, state: Partial<LBFGSState>): Tensor {
    if (state.nIter === 1) {
      Object.assign(state, { oldDirs: [], oldStps: [], ro: [], HDiag: 1 });
      return neg(g);
    }
    const { oldDirs, oldStps, ro, d, t, prevFlatGrad } = state as LBFGSState;
    const y = sub(g, prevFlatGrad);
    const s = mul(d, t);
    const ys = inner(y, s);
    if (ys > 1e-10) {
      if (oldDirs.length === this.paramGroups[0].historySize) for (const memory of [oldDirs, oldStps, ro]) memory.shift();
      oldDirs.push(y);
      oldStps.push(s);
      ro.push(1 / ys);
      state.HDiag = ys / inner(y, y);
    }
    const shares: number[] = [];
    const q = neg(g);
    for (let i = oldDirs.length - 1; i >= 0; i--) {
      shares[i] = inner(oldStps[i], q) * ro[i];
      add_(q, oldDirs[i], { alpha: -shares[i] });
    }
    const r = mul(q, state.HDiag!);
    for (let i = 0; i < oldDirs.length; i++) add_(r, oldStps[i], { alpha: shares[i] - inner(oldDirs[i], r) * ro[i] });
    return r;
  }

  #search(evaluate: () => number, start: Point, t: number, d: Tensor, toleranceChange: number): ReturnType<typeof strongWolfe> {
    const origin = this.#params.map((p) => clone(p));
    const at = (step: number): { f: number; g: Tensor } => {
      this.#move(step, d);
      try {
        return { f: evaluate(), g: this.#flatGrad() };
      } finally {
        for (const [i, p] of this.#params.entries()) copy_(p, origin[i]);
      }
    };
    return strongWolfe(at, t, d, largest(d), start, toleranceChange);
  }

  #flatGrad(): Tensor {
    const flat = (p: Tensor): Tensor => {
      const grad = gradientOf(p);
      return grad === null ? zeros([p.count], { dtype: p.dtype }) : reshape(grad, [-1]);
    };
    return cat(this.#params.map(flat));
  }
  #move(t: number, d: Tensor): void {
    let from = 0;
    for (const p of this.#params) {
      add_(p, reshape(narrow(d, 0, from, p.count), p.shape), { alpha: t });
      from += p.count;
    }
  }

  protected override restored(name: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item, i) => this.restored(`${name}.${i}`, item));
    if (!(value instanceof Tensor)) return value;
    const key = name.split('.')[1];
    if (['t', 'ro', 'al', 'H_diag', 'prev_loss'].includes(key)) return Number(value.item());
    const length = this.#params.reduce((total, p) => total + p.count, 0);
    if (value.ndim !== 1 || value.count !== length) fail(ShapeError, 'loadStateDict', `state ${name} of shape [${length}]`, showShape(value.shape));
    return noGrad(() => clone(to(value, this.#params[0].dtype)));
  }
}

function lossOf(value: unknown): number {
  const loss = value instanceof Tensor ? value.item() : value;
  return typeof loss === 'number' ? loss : fail(ArgumentError, 'LBFGS', 'a closure that returns the loss', show(value));
}

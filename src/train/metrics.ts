// gt.train: figures that tell how well a model does, taken batch by batch.
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { argmax, clone, eq, mean, sum, to, topk, unsqueeze } from '../ops/index.js';
import { Tensor } from '../tensor/tensor.js';

/** A metric that gathers over batches, for what is no mean of the batches' own figures. */
export interface Metric {
  /** Forgets what was gathered. */
  reset(): void;
  /**
   * Adds a batch.
   *
   * @param output - The model's output.
   * @param target - The target.
   */
  update(output: Tensor, target: Tensor): void;
  /** The figure of all batches so far. */
  compute(): number;
  /**
   * What was gathered, for a run that is resumed in mid-epoch. Left out, it is the metric's own
   * enumerable fields.
   */
  stateDict?(): object;
  /**
   * Takes what stateDict() gave.
   *
   * @param state - The state.
   */
  loadStateDict?(state: never): void;
}
/**
 * The figure of one batch, from output and target. Over several batches it is the mean, weighted by
 * samples.
 */
export type MetricFunction = (output: Tensor, target: Tensor) => number | Tensor;
/** Metrics by name. */
export type Metrics = Readonly<Record<string, Metric | MetricFunction>>;

const numberOf = (x: number | Tensor): number => (x instanceof Tensor ? Number(x.item()) : x);

/**
 * The share of samples whose largest score, over dim 1, is at the target's class.
 *
 * @param output - Scores (N, C, ...).
 * @param target - Classes (N, ...), of an integer dtype.
 * @returns A number in [0, 1].
 * @throws ShapeError if `output` has not one dim more than `target`.
 * @example
 * gt.train.accuracy(gt.tensor([[0.9, 0.1], [0.2, 0.8]]), gt.tensor([0, 0], { dtype: 'int64' })); // 0.5
 */
export function accuracy(output: Tensor, target: Tensor): number {
  if (output.ndim !== target.ndim + 1)
    fail(ShapeError, 'accuracy', 'scores (N, C, ...) and target (N, ...)', `${showShape(output.shape)} and ${showShape(target.shape)}`);
  return numberOf(mean(to(eq(argmax(output, 1), target), 'float32')));
}

/**
 * The share of samples whose class is among the k largest scores.
 *
 * @param k - How many scores count.
 * @returns A metric of scores (N, C) and classes (N).
 * @example
 * const metric = gt.train.topKAccuracy(2);
 * metric(gt.tensor([[0.5, 0.3, 0.2]]), gt.tensor([1], { dtype: 'int64' })); // 1
 */
export const topKAccuracy =
  (k: number): MetricFunction =>
  (output, target) =>
    numberOf(mean(to(sum(to(eq(topk(output, k, 1).indices, unsqueeze(target, 1)), 'float32'), 1), 'float32')));

/** The mean, weighted by samples, of the figures of single batches. */
export class Mean {
  #total = 0;
  #weight = 0;
  add(value: number, weight: number): void {
    this.#total += value * weight;
    this.#weight += weight;
  }
  get value(): number {
    return this.#total / this.#weight;
  }
  get state(): [total: number, weight: number] {
    return [this.#total, this.#weight];
  }
  static from([total, weight]: [total: number, weight: number]): Mean {
    const mean = new Mean();
    [mean.#total, mean.#weight] = [total, weight];
    return mean;
  }
}

/**
 * How often a class (row) was taken for another (column). Its figure is the accuracy.
 *
 * @example
 * const matrix = new gt.train.ConfusionMatrix(2);
 * matrix.update(gt.tensor([[0.9, 0.1], [0.2, 0.8]]), gt.tensor([0, 0], { dtype: 'int64' }));
 * matrix.counts; // [[1, 1], [0, 0]]
 * matrix.compute(); // 0.5
 */
export class ConfusionMatrix implements Metric {
  /** Samples by true class and by predicted class. */
  counts: number[][] = [];
  /**
   * @param classes - How many classes there are.
   * @throws ArgumentError if `classes` is no positive integer.
   */
  constructor(readonly classes: number) {
    if (!Number.isSafeInteger(classes) || classes < 1) fail(ArgumentError, 'ConfusionMatrix', 'a number of classes', show(classes));
    this.reset();
  }
  /** Sets all counts to 0. */
  reset(): void {
    this.counts = Array.from({ length: this.classes }, () => new Array<number>(this.classes).fill(0));
  }
  /**
   * Counts a batch.
   *
   * @param output - Scores (N, classes).
   * @param target - Classes (N).
   * @throws ArgumentError if the shapes or a class do not fit.
   */
  update(output: Tensor, target: Tensor): void {
    const guesses = argmax(output, 1).toTypedArray();
    const labels = Array.from(target.toTypedArray() as Iterable<number | bigint>, Number);
    if (output.shape[1] > this.classes || labels.length !== guesses.length || labels.some((label) => !(label >= 0 && label < this.classes)))
      fail(
        ArgumentError,
        'ConfusionMatrix',
        `scores (N, ${this.classes}) and labels (N) in [0, ${this.classes - 1}]`,
        `${showShape(output.shape)} and ${showShape(target.shape)}, labels up to ${Math.max(...labels)}`,
      );
    labels.forEach((label, i) => {
      this.counts[label][Number(guesses[i])]++;
    });
  }
  /** The accuracy: the diagonal's share. */
  compute(): number {
    const all = this.counts.flat().reduce((a, b) => a + b, 0);
    return this.counts.reduce((right, row, i) => right + row[i], 0) / all;
  }
  /** The counts as a table, one line for each true class. */
  toString(): string {
    const line = (head: string, cells: readonly unknown[]): string => head.padStart(7) + cells.map((cell) => String(cell).padStart(6)).join('');
    return [line('', [...this.counts.keys()]), ...this.counts.map((row, i) => line(String(i), row))].join('\n');
  }
}

/** A copy of numbers, strings, tensors, and arrays and plain objects of them. */
function copyOf(value: unknown): unknown {
  if (value instanceof Tensor) return clone(value.detach());
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, copyOf(child)]));
}

const isPlain = (value: unknown): boolean => {
  if (value === null || value instanceof Tensor || ['number', 'string', 'boolean'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  return typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
};

const stateOf = (metric: Metric): object => metric.stateDict?.() ?? Object.fromEntries(Object.entries(metric).filter(([, value]) => isPlain(value)));

/** What metrics have come to in the middle of a pass, for gt.save. */
export interface MeterState {
  names: string[];
  means: Record<string, [total: number, weight: number]>;
  gathered: Record<string, object>;
  figures: Record<string, number>;
}

/** The metrics of one pass over the data, by name. */
export class Meter {
  readonly #means = new Map<string, Mean>();
  constructor(readonly metrics: Metrics) {
    for (const metric of Object.values(metrics)) if (typeof metric !== 'function') metric.reset();
  }
  update(loss: number, output: Tensor | undefined, target: Tensor | undefined, samples: number): void {
    this.#add('loss', loss, samples);
    if (output === undefined || target === undefined) return;
    for (const [name, metric] of Object.entries(this.metrics)) {
      if (typeof metric === 'function') this.#add(name, numberOf(metric(output, target)), samples);
      else metric.update(output, target);
    }
  }
  #add(name: string, value: number, samples: number): void {
    let mean = this.#means.get(name);
    if (mean === undefined) {
      mean = new Mean();
      this.#means.set(name, mean);
    }
    mean.add(value, samples);
  }
  compute(): Record<string, number> {
    const gathered = this.#gathering().map(([name, metric]) => [name, metric.compute()] as const);
    return { ...Object.fromEntries([...this.#means].map(([name, mean]) => [name, mean.value])), ...Object.fromEntries(gathered) };
  }
  #gathering(): [string, Metric][] {
    return Object.entries(this.metrics).filter((entry): entry is [string, Metric] => typeof entry[1] !== 'function');
  }

  stateDict(): MeterState {
    const means = Object.fromEntries([...this.#means].map(([name, mean]) => [name, mean.state]));
    const gathered = Object.fromEntries(this.#gathering().map(([name, metric]) => [name, copyOf(stateOf(metric)) as object]));
    return { names: Object.keys(this.metrics).sort(), means, gathered, figures: this.compute() };
  }
  /** Goes on from what stateDict() gave. A metric that cannot give its figure again is refused: what came later would be of a part of the data. */
  loadStateDict(op: string, { names, means, gathered, figures }: MeterState): void {
    const now = Object.keys(this.metrics).sort();
    if (now.join() !== names.join()) fail(ArgumentError, op, `the metrics of the run that goes on, ${show(names)}`, show(now));
    for (const [name, mean] of Object.entries(means)) this.#means.set(name, Mean.from(mean));
    for (const [name, metric] of this.#gathering()) {
      const state = copyOf(gathered[name] ?? {}) as object;
      if (metric.loadStateDict === undefined) Object.assign(metric, state);
      else metric.loadStateDict(state as never);
    }
    const again = this.compute();
    for (const [name, figure] of Object.entries(figures)) {
      if (!Object.is(again[name], figure))
        fail(ArgumentError, op, `metric ${name} to have stateDict and loadStateDict, by which it is ${figure} again in mid-epoch`, `${again[name]}`);
    }
  }
}

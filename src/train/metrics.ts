// gt.train: figures that tell how well a model does, taken batch by batch.
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { argmax, clone, eq, mean, sum, to, topk, unsqueeze } from '../ops/index.js';
import { Tensor } from '../tensor/tensor.js';

/** A figure that gathers over batches, for what is no mean of the batches' own figures. */
export interface Metric {
  reset(): void;
  update(output: Tensor, target: Tensor): void;
  compute(): number;
  /** What it has gathered, for a run that goes on in mid-epoch; its own enumerable fields, if they are left out. */
  stateDict?(): object;
  loadStateDict?(state: never): void;
}
/** A figure of one batch; over several it is their mean, weighted by their samples. */
export type MetricFunction = (output: Tensor, target: Tensor) => number | Tensor;
export type Metrics = Readonly<Record<string, Metric | MetricFunction>>;

const numberOf = (x: number | Tensor): number => (x instanceof Tensor ? Number(x.item()) : x);

/** The share of samples whose largest score, over dim 1, is at the target's class: scores (N, C, ...), target (N, ...). */
export function accuracy(output: Tensor, target: Tensor): number {
  if (output.ndim !== target.ndim + 1)
    fail(ShapeError, 'accuracy', 'scores (N, C, ...) and target (N, ...)', `${showShape(output.shape)} and ${showShape(target.shape)}`);
  return numberOf(mean(to(eq(argmax(output, 1), target), 'float32')));
}

/** The share of samples whose target is among the k largest scores: scores (N, C), target (N). */
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

/** How often a class (row) was taken for another (column); its figure is the accuracy. */
export class ConfusionMatrix implements Metric {
  counts: number[][] = [];
  constructor(readonly classes: number) {
    if (!Number.isSafeInteger(classes) || classes < 1) fail(ArgumentError, 'ConfusionMatrix', 'a number of classes', show(classes));
    this.reset();
  }
  reset(): void {
    this.counts = Array.from({ length: this.classes }, () => new Array<number>(this.classes).fill(0));
  }
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
  compute(): number {
    const all = this.counts.flat().reduce((a, b) => a + b, 0);
    return this.counts.reduce((right, row, i) => right + row[i], 0) / all;
  }
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

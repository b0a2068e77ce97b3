// gt.train: figures that tell how well a model does, taken batch by batch.
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { argmax, eq, mean, sum, to, topk, unsqueeze } from '../ops/index.js';
import { Tensor } from '../tensor/tensor.js';

/** A figure that gathers over batches, for what is no mean of the batches' own figures. */
export interface Metric {
  reset(): void;
  update(output: Tensor, target: Tensor): void;
  compute(): number;
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
    const gathered = Object.entries(this.metrics).flatMap(([name, metric]) => (typeof metric === 'function' ? [] : [[name, metric.compute()] as const]));
    return { ...Object.fromEntries([...this.#means].map(([name, mean]) => [name, mean.value])), ...Object.fromEntries(gathered) };
  }
}

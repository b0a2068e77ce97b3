// The order in which a loader visits a dataset. Samplers draw what PyTorch's draw, and when it draws, so that the same seed gives the same order.
import { ArgumentError, fail, show } from '../core/errors.js';
import { multinomial } from '../core/multinomial.js';
import { Generator } from '../core/random.js';
import { type ArgsOf, asBoolean, readArgs } from '../ops/args.js';
import { defaultGenerator } from '../ops/random.js';

/** A whole number as torch.empty((), dtype=torch.int64).random_() draws it. */
export const drawSeed = (generator: Generator = defaultGenerator): bigint => BigInt.asUintN(63, generator.random64());

export interface Sampler<I = number> extends Iterable<I> {
  readonly length: number;
}

export class SequentialSampler implements Sampler {
  constructor(readonly source: { readonly length: number }) {}
  get length(): number {
    return this.source.length;
  }
  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

export interface RandomSamplerOptions {
  /** Draw each index anew, whatever came before. */
  replacement?: boolean;
  /** How many indices; null: as many as the source has. */
  numSamples?: number | null;
  generator?: Generator | null;
}
/** PyTorch draws with replacement in rounds of so many. */
const ROUND = 32;

/** Every index once, in random order, over and over until numSamples; or draws with replacement. Without a generator it seeds one of its own from the default one, each time. */
export class RandomSampler implements Sampler {
  readonly replacement: boolean;
  readonly generator: Generator | null;
  readonly #samples: number | null;
  constructor(
    readonly source: { readonly length: number },
    ...args: ArgsOf<RandomSamplerOptions, ['replacement', 'numSamples', 'generator']>
  ) {
    const name = 'RandomSampler';
    const options = readArgs<RandomSamplerOptions>(name, args, ['replacement', 'numSamples', 'generator']);
    this.replacement = asBoolean(name, 'replacement', options.replacement ?? false);
    this.generator = options.generator ?? null;
    this.#samples = options.numSamples ?? null;
    checkCount(name, this.length);
  }
  get length(): number {
    return this.#samples ?? this.source.length;
  }
  *[Symbol.iterator](): Iterator<number> {
    const { length } = this;
    const n = this.source.length;
    const generator = this.generator ?? new Generator().manualSeed(drawSeed());
    if (this.replacement) {
      for (let done = 0; done <= length; done += ROUND) yield* generator.randint(new Int32Array(Math.min(ROUND, length - done)), 0, n);
      return;
    }
    for (let done = 0; done + n <= length; done += n) yield* generator.randperm(new Int32Array(n));
    // An order is drawn for the samples past the last whole round too, also when there are none.
    yield* generator.randperm(new Int32Array(n)).subarray(0, length % n);
  }
}

/** The given indices in random order. */
export class SubsetRandomSampler implements Sampler {
  constructor(
    readonly indices: readonly number[],
    readonly generator: Generator | null = null,
  ) {}
  get length(): number {
    return this.indices.length;
  }
  *[Symbol.iterator](): Iterator<number> {
    for (const i of (this.generator ?? defaultGenerator).randperm(new Int32Array(this.length))) yield this.indices[i];
  }
}

/** Indices in proportion to their weights. */
export class WeightedRandomSampler implements Sampler {
  readonly weights: Float64Array;
  constructor(
    weights: Iterable<number>,
    readonly length: number,
    readonly replacement = true,
    readonly generator: Generator | null = null,
  ) {
    checkCount('WeightedRandomSampler', length);
    asBoolean('WeightedRandomSampler', 'replacement', replacement);
    this.weights = Float64Array.from(weights);
  }
  [Symbol.iterator](): Iterator<number> {
    const { weights } = this;
    return multinomial(this.generator ?? defaultGenerator, weights, 1, weights.length, this.length, this.replacement).values();
  }
}

function checkCount(name: string, count: number): void {
  if (!(Number.isInteger(count) && count > 0)) fail(ArgumentError, name, 'samples to draw', `${show(count)}: num_samples should be a positive integer value`);
}

/** A sampler's indices in lists of batchSize; the last may be shorter, or is left out. */
export class BatchSampler implements Sampler<number[]> {
  constructor(
    readonly sampler: Iterable<number> & { readonly length?: number },
    readonly batchSize: number,
    readonly dropLast: boolean,
  ) {
    if (!Number.isInteger(batchSize) || batchSize <= 0)
      fail(ArgumentError, 'DataLoader', 'batchSize a positive integer', `${show(batchSize)}: batch_size should be a positive integer value`);
  }
  get length(): number {
    const batches = (this.sampler.length ?? Number.NaN) / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }
  *[Symbol.iterator](): Iterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}

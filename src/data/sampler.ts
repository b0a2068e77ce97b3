// The order in which a loader visits a dataset. Samplers draw what PyTorch's draw, and when it draws, so that the same seed gives the same order.
import { ArgumentError, fail, show } from '../core/errors.js';
import { Generator } from '../core/random.js';
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

/** Every index once, in random order. Without a generator it seeds one of its own from the default one, each time. */
export class RandomSampler implements Sampler {
  readonly generator: Generator | null;
  constructor(
    readonly source: { readonly length: number },
    { generator = null }: { generator?: Generator | null } = {},
  ) {
    if (source.length === 0)
      fail(ArgumentError, 'RandomSampler', 'samples to draw from', 'a dataset of length 0: num_samples should be a positive integer value');
    this.generator = generator;
  }
  get length(): number {
    return this.source.length;
  }
  *[Symbol.iterator](): Iterator<number> {
    const generator = this.generator ?? new Generator().manualSeed(drawSeed());
    yield* generator.randperm(new Int32Array(this.length));
    // PyTorch draws an order for the samples past the last whole round too, of which there are none here.
    generator.randperm(new Int32Array(this.length));
  }
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

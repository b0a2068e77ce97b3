// The loader: an order, cut into batches, fetched from a dataset.
import { ArgumentError, fail, show } from '../core/errors.js';
import { Generator } from '../core/random.js';
import { type ArgsOf, readArgs } from '../ops/args.js';
import { type Collated, defaultCollate } from './collate.js';
import type { Dataset } from './dataset.js';
import { BatchSampler, drawSeed, RandomSampler, type Sampler, SequentialSampler } from './sampler.js';

export interface DataLoaderOptions<S, B> {
  /** Samples a batch; null gives single samples, not collated. */
  batchSize?: number | null;
  /** Visit the samples in a new random order each time. */
  shuffle?: boolean;
  /** The order of the indices, in place of shuffle. */
  sampler?: Sampler | Iterable<number> | null;
  /** The lists of indices, in place of all the above. */
  batchSampler?: Sampler<readonly number[]> | Iterable<readonly number[]> | null;
  /** Makes a batch of samples. */
  collateFn?: ((samples: S[]) => B) | null;
  /** Leave out a last batch that is not full. */
  dropLast?: boolean;
  generator?: Generator | null;
}

const positional = ['batchSize', 'shuffle', 'sampler', 'batchSampler'] as const;

/** Iterates over a dataset in batches, anew with every for...of. */
export class DataLoader<S, B = Collated<S>> implements Iterable<B> {
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  readonly sampler: Iterable<number> & { readonly length?: number };
  readonly batchSampler: (Iterable<readonly number[]> & { readonly length?: number }) | null;
  readonly generator: Generator | null;
  readonly collateFn: ((samples: S[]) => B) | null;

  constructor(
    readonly dataset: Dataset<S>,
    ...args: ArgsOf<DataLoaderOptions<S, B>, typeof positional>
  ) {
    const name = 'DataLoader';
    if (typeof dataset?.length !== 'number' || typeof dataset.at !== 'function')
      fail(ArgumentError, name, 'a dataset: something with length and at(index)', show(dataset));
    const options = readArgs<DataLoaderOptions<S, B>>(name, args, [...positional], ['collateFn', 'dropLast', 'generator']);
    const { batchSize = 1, shuffle = false, sampler = null, batchSampler = null, collateFn = null, dropLast = false, generator = null } = options;
    if (generator !== null && !(generator instanceof Generator)) fail(ArgumentError, name, 'generator to be a Generator', show(generator));
    if (sampler !== null && shuffle) fail(ArgumentError, name, 'sampler or shuffle', 'both: sampler option is mutually exclusive with shuffle');
    if (batchSampler !== null && (batchSize !== 1 || shuffle || sampler !== null || dropLast)) {
      fail(
        ArgumentError,
        name,
        'batchSampler alone',
        'others too: batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last',
      );
    }
    if (batchSize === null && dropLast)
      fail(ArgumentError, name, 'dropLast with a batchSize', 'batchSize null: it disables auto-batching and is mutually exclusive with drop_last');
    this.generator = generator;
    this.collateFn = collateFn;
    this.dropLast = dropLast;
    this.sampler = sampler ?? (shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset));
    this.batchSize = batchSampler === null ? batchSize : null;
    this.batchSampler = batchSampler ?? (batchSize === null ? null : new BatchSampler(this.sampler, batchSize, dropLast));
  }

  /** The number of batches. */
  get length(): number {
    return (this.batchSampler ?? this.sampler).length ?? fail(ArgumentError, 'DataLoader', 'a sampler with a length', 'one without');
  }

  [Symbol.iterator](): Iterator<B> {
    // PyTorch draws a seed for its workers here, with or without workers: what is drawn later depends on it.
    drawSeed(this.generator ?? undefined);
    return this.#batches();
  }
  *#batches(): Iterator<B> {
    if (this.batchSampler === null) for (const index of this.sampler) yield this.#sample(index) as unknown as B;
    else for (const indices of this.batchSampler) yield this.#fetch(indices);
  }
  #sample(index: number): S {
    return this.dataset.at(index) ?? fail(ArgumentError, 'DataLoader', `a sample at index ${index}`, 'none');
  }
  #fetch(indices: readonly number[]): B {
    const { dataset, collateFn } = this;
    if (collateFn === null && dataset.batch !== undefined) return dataset.batch(indices) as B;
    const samples = indices.map((index) => this.#sample(index));
    return collateFn === null ? (defaultCollate(samples) as B) : collateFn(samples);
  }
}

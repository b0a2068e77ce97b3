// The loader: an order, cut into batches, fetched from a dataset.
import { ArgumentError, fail, show } from '../core/errors.js';
import { Generator } from '../core/random.js';
import { type ArgsOf, readArgs } from '../ops/args.js';
import type { Collated } from './collate.js';
import { type Dataset, isIterableDataset } from './dataset.js';
import { fetcher, type Request } from './fetch.js';
import { WorkerPool } from './pool.js';
import { toPortable } from './portable.js';
import { BatchSampler, drawSeed, RandomSampler, type Sampler, SequentialSampler } from './sampler.js';

/** Options of `DataLoader`. */
export interface DataLoaderOptions<S, B> {
  /** Samples of a batch; 1 by default. Null gives single samples, not collated. */
  batchSize?: number | null;
  /** Whether each pass visits the samples in a new random order; false by default. */
  shuffle?: boolean;
  /** The order of the indices, in place of `shuffle`. */
  sampler?: Sampler | Iterable<number> | null;
  /** The lists of indices, in place of all the above. */
  batchSampler?: Sampler<readonly number[]> | Iterable<readonly number[]> | null;
  /** Makes a batch of samples; `defaultCollate` by default. */
  collateFn?: ((samples: S[]) => B) | null;
  /** Whether a last batch that is not full is left out; false by default. */
  dropLast?: boolean;
  /** Draws the order and the workers' seed; by default the default generator. */
  generator?: Generator | null;
  /** Threads that load batches ahead, for `for await`; 0 (the default) loads in this one. */
  numWorkers?: number;
  /** Batches that each worker works ahead; 2 by default. */
  prefetchFactor?: number;
  /** Whether the workers are kept for the next pass; false by default. */
  persistentWorkers?: boolean;
  /** Seconds to wait for a worker's batch; 0 (the default): as long as the worker lives. */
  timeout?: number;
}

const positional = ['batchSize', 'shuffle', 'sampler', 'batchSampler', 'numWorkers', 'collateFn'] as const;
const keywords = ['dropLast', 'timeout', 'generator', 'prefetchFactor', 'persistentWorkers'] as const;

/**
 * Iterates over a dataset in batches, anew with every `for...of`; with workers, with `for
 * await...of`.
 *
 * @example
 * const loader = new gt.utils.data.DataLoader([1, 2, 3], { batchSize: 2 });
 * loader.length; // 2
 * [...loader]; // [[1, 2], [3]]
 * @see PyTorch `torch.utils.data.DataLoader`
 */
export class DataLoader<S, B = Collated<S>> implements Iterable<B>, AsyncIterable<B> {
  /** Samples of a batch; null for single samples or a batch sampler. */
  readonly batchSize: number | null;
  /** Whether a last batch that is not full is left out. */
  readonly dropLast: boolean;
  /** The order of the indices. */
  readonly sampler: Iterable<number> & { readonly length?: number };
  /** The lists of indices; null for single samples. */
  readonly batchSampler: (Iterable<readonly number[]> & { readonly length?: number }) | null;
  /** Draws the order and the workers' seed; null: the default one. */
  readonly generator: Generator | null;
  /** Makes a batch of samples; null: `defaultCollate`. */
  readonly collateFn: ((samples: S[]) => B) | null;
  /** Threads that load batches ahead. */
  readonly numWorkers: number;
  /** Batches that each worker works ahead. */
  readonly prefetchFactor: number;
  /** Whether the workers are kept for the next pass. */
  readonly persistentWorkers: boolean;
  /** Seconds to wait for a worker's batch. */
  readonly timeout: number;
  readonly #streams: boolean;
  #pool: WorkerPool | undefined;

  /**
   * @param dataset - A dataset, or a stream.
   * @param args - `batchSize`, `shuffle`, `sampler`, `batchSampler`, `numWorkers`, `collateFn`,
   * positional or by name; `dropLast`, `timeout`, `generator`, `prefetchFactor`,
   * `persistentWorkers`.
   * @throws ArgumentError if options exclude each other.
   */
  constructor(
    readonly dataset: Dataset<S> | Iterable<S>,
    ...args: ArgsOf<DataLoaderOptions<S, B>, typeof positional>
  ) {
    const name = 'DataLoader';
    this.#streams = isIterableDataset(dataset);
    if (!this.#streams && (typeof (dataset as Dataset)?.length !== 'number' || typeof (dataset as Dataset).at !== 'function'))
      fail(ArgumentError, name, 'a dataset: something with length and at(index)', show(dataset));
    const options = readArgs<DataLoaderOptions<S, B>>(name, args, positional, keywords);
    const { batchSize = 1, shuffle = false, sampler = null, batchSampler = null, collateFn = null, dropLast = false, generator = null } = options;
    const { numWorkers = 0, prefetchFactor = 2, persistentWorkers = false, timeout = 0 } = options;
    checkOrder(options, this.#streams);
    checkWorkers(options);
    this.generator = generator;
    this.collateFn = collateFn;
    this.dropLast = dropLast;
    this.numWorkers = numWorkers;
    this.prefetchFactor = prefetchFactor;
    this.persistentWorkers = persistentWorkers;
    this.timeout = timeout;
    const source = this.#streams ? { length: 0 } : (dataset as Dataset);
    this.sampler = sampler ?? (shuffle ? new RandomSampler(source, { generator }) : new SequentialSampler(source));
    this.batchSize = batchSampler === null ? batchSize : null;
    this.batchSampler = batchSampler ?? (batchSize === null ? null : new BatchSampler(this.sampler, batchSize, dropLast));
  }

  /** The number of batches. */
  get length(): number {
    if (this.#streams) fail(ArgumentError, 'DataLoader', 'a dataset with a length', 'a stream, which has none');
    return (this.batchSampler ?? this.sampler).length ?? fail(ArgumentError, 'DataLoader', 'a sampler with a length', 'one without');
  }

  [Symbol.iterator](): Iterator<B> {
    if (this.numWorkers > 0) fail(ArgumentError, 'DataLoader', `'for await' to iterate with ${this.numWorkers} workers`, "'for', which cannot wait for them");
    this.#drawSeed();
    return this.#batches();
  }
  [Symbol.asyncIterator](): AsyncIterator<B> {
    const known = this.#pool?.usable ? this.#pool : undefined;
    // Workers that are kept have had their seed.
    const seed = known === undefined ? this.#drawSeed() : undefined;
    return this.numWorkers === 0 ? inTime(this.#batches()) : this.#loaded(seed);
  }

  /** PyTorch draws a seed for its workers, with or without workers: what is drawn later depends on it. */
  #drawSeed(): bigint {
    return drawSeed(this.generator ?? undefined);
  }
  /** What is to be fetched, request by request. */
  *#requests(): Iterator<Request> {
    if (this.#streams) for (;;) yield this.batchSize;
    else yield* this.batchSampler ?? this.sampler;
  }
  *#batches(): IterableIterator<B> {
    const collate = this.batchSize === null && this.batchSampler === null ? undefined : this.collateFn;
    const fetch = fetcher(this.dataset, collate as ((samples: unknown[]) => unknown) | null | undefined, this.dropLast);
    for (const request of { [Symbol.iterator]: () => this.#requests() }) {
      const batch = fetch(request);
      if (batch === undefined) return;
      yield batch as B;
    }
  }
  async *#loaded(seed: bigint | undefined): AsyncGenerator<B, undefined> {
    const { collateFn, dropLast, numWorkers, prefetchFactor, timeout } = this;
    let pool = this.#pool;
    if (pool === undefined || seed !== undefined) {
      pool = new WorkerPool(toPortable(this.dataset), { numWorkers, prefetchFactor, timeout, dropLast, collates: collateFn === null });
      if (this.persistentWorkers) this.#pool = pool;
    }
    try {
      for await (const batch of pool.pass(this.#requests(), seed)) yield collateFn === null ? (batch as B) : collateFn(batch as S[]);
    } finally {
      if (!this.persistentWorkers || !pool.usable) pool.close();
    }
  }
  /** Ends workers that were kept. */
  close(): void {
    this.#pool?.close();
    this.#pool = undefined;
  }
}

async function* inTime<B>(batches: Iterable<B>): AsyncGenerator<B> {
  yield* batches;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever is collated to whatever.
type AnyOptions = DataLoaderOptions<any, any>;

function checkOrder({ batchSize = 1, shuffle, sampler = null, batchSampler = null, dropLast = false, generator = null }: AnyOptions, streams: boolean): void {
  const name = 'DataLoader';
  if (generator !== null && !(generator instanceof Generator)) fail(ArgumentError, name, 'generator to be a Generator', show(generator));
  if (streams && (shuffle || sampler !== null || batchSampler !== null))
    fail(ArgumentError, name, 'an iterable dataset alone: it has an order of its own', shuffle ? 'shuffle too' : 'a sampler too');
  if (sampler !== null && shuffle) fail(ArgumentError, name, 'sampler or shuffle', 'both: sampler option is mutually exclusive with shuffle');
  if (batchSampler !== null && (batchSize !== 1 || shuffle || sampler !== null || dropLast)) {
    fail(ArgumentError, name, 'batchSampler alone', 'others too: batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last');
  }
  if (batchSize === null && dropLast)
    fail(ArgumentError, name, 'dropLast with a batchSize', 'batchSize null: it disables auto-batching and is mutually exclusive with drop_last');
}

function checkWorkers({ numWorkers = 0, prefetchFactor, persistentWorkers, timeout = 0, collateFn = null }: AnyOptions): void {
  const name = 'DataLoader';
  if (collateFn !== null && typeof collateFn !== 'function') fail(ArgumentError, name, 'collateFn to be a function', show(collateFn));
  if (!(Number.isInteger(numWorkers) && numWorkers >= 0))
    fail(ArgumentError, name, 'numWorkers an integer of at least 0', `${show(numWorkers)}: num_workers option should be non-negative`);
  if (!(timeout >= 0)) fail(ArgumentError, name, 'timeout >= 0', `${show(timeout)}: timeout option should be non-negative`);
  if (prefetchFactor !== undefined && !(Number.isInteger(prefetchFactor) && prefetchFactor > 0))
    fail(ArgumentError, name, 'prefetchFactor a positive integer', show(prefetchFactor));
  if (numWorkers === 0 && prefetchFactor !== undefined && prefetchFactor !== 2)
    fail(ArgumentError, name, 'prefetchFactor with workers', 'numWorkers 0: prefetch_factor option could only be specified in multiprocessing');
  if (numWorkers === 0 && persistentWorkers)
    fail(ArgumentError, name, 'persistentWorkers with workers', 'numWorkers 0: persistent_workers option needs num_workers > 0');
}

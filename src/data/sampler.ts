// The order in which a loader visits a dataset. Samplers draw what PyTorch's draw, and when it draws, so that the same seed gives the same order.
import { ArgumentError, fail, show } from '../core/errors.js';
import { multinomial } from '../core/multinomial.js';
import { Generator } from '../core/random.js';
import { type ArgsOf, asBoolean, readArgs } from '../ops/args.js';
import { defaultGenerator } from '../ops/random.js';

/** A whole number as torch.empty((), dtype=torch.int64).random_() draws it. */
export const drawSeed = (generator: Generator = defaultGenerator): bigint => BigInt.asUintN(63, generator.random64());

/** Indices, in the order in which a loader visits them; lists of indices for batches. */
export interface Sampler<I = number> extends Iterable<I> {
  /** The number of indices or lists. */
  readonly length: number;
}

/**
 * All indices in order.
 *
 * @example
 * [...new gt.utils.data.SequentialSampler(['a', 'b', 'c'])]; // [0, 1, 2]
 * @see PyTorch `torch.utils.data.SequentialSampler`
 */
export class SequentialSampler implements Sampler {
  /**
   * @param source - Something with a length.
   */
  constructor(readonly source: { readonly length: number }) {}
  /** The number of indices. */
  get length(): number {
    return this.source.length;
  }
  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/** Options of `RandomSampler`. */
export interface RandomSamplerOptions {
  /** Whether each index is drawn anew, whatever came before; false by default. */
  replacement?: boolean;
  /** How many indices; null: as many as the source has. */
  numSamples?: number | null;
  /** Draws the order; null: one that is seeded anew from the default one in each pass. */
  generator?: Generator | null;
}
/** PyTorch draws with replacement in rounds of so many. */
const ROUND = 32;

/**
 * All indices in random order, over and over until numSamples; or draws with replacement.
 *
 * @example
 * const order = [...new gt.utils.data.RandomSampler(['a', 'b', 'c'])];
 * order.sort(); // [0, 1, 2]
 * @see PyTorch `torch.utils.data.RandomSampler`
 */
export class RandomSampler implements Sampler {
  /** Whether each index is drawn anew. */
  readonly replacement: boolean;
  /** Draws the order. */
  readonly generator: Generator | null;
  readonly #samples: number | null;
  /**
   * @param source - Something with a length.
   * @param args - `replacement`, `numSamples`, `generator`; positional or by name.
   * @throws ArgumentError if there is nothing to draw.
   */
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
  /** The number of indices. */
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

/**
 * The given indices in random order.
 *
 * @example
 * [...new gt.utils.data.SubsetRandomSampler([5, 7])].sort(); // [5, 7]
 * @see PyTorch `torch.utils.data.SubsetRandomSampler`
 */
export class SubsetRandomSampler implements Sampler {
  /**
   * @param indices - The indices.
   * @param generator - Draws the order; null: the default one.
   */
  constructor(
    readonly indices: readonly number[],
    readonly generator: Generator | null = null,
  ) {}
  /** The number of indices. */
  get length(): number {
    return this.indices.length;
  }
  *[Symbol.iterator](): Iterator<number> {
    for (const i of (this.generator ?? defaultGenerator).randperm(new Int32Array(this.length))) yield this.indices[i];
  }
}

/**
 * Indices in proportion to their weights.
 *
 * @example
 * [...new gt.utils.data.WeightedRandomSampler([0, 1, 0], 2)]; // [1, 1]
 * @see PyTorch `torch.utils.data.WeightedRandomSampler`
 */
export class WeightedRandomSampler implements Sampler {
  /** The weights. */
  readonly weights: Float64Array;
  /**
   * @param weights - One weight, at least 0, for each index.
   * @param length - How many indices are drawn.
   * @param replacement - Whether an index can be drawn again.
   * @param generator - Draws the indices; null: the default one.
   * @throws ArgumentError if `length` is no positive integer.
   */
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

/**
 * A sampler's indices in lists of batchSize.
 *
 * @example
 * [...new gt.utils.data.BatchSampler([4, 5, 6], 2, false)]; // [[4, 5], [6]]
 * @see PyTorch `torch.utils.data.BatchSampler`
 */
export class BatchSampler implements Sampler<number[]> {
  /**
   * @param sampler - The indices.
   * @param batchSize - Indices of a list.
   * @param dropLast - Whether a last list that is not full is left out.
   * @throws ArgumentError if `batchSize` is no positive integer.
   */
  constructor(
    readonly sampler: Iterable<number> & { readonly length?: number },
    readonly batchSize: number,
    readonly dropLast: boolean,
  ) {
    if (!Number.isInteger(batchSize) || batchSize <= 0)
      fail(ArgumentError, 'DataLoader', 'batchSize a positive integer', `${show(batchSize)}: batch_size should be a positive integer value`);
  }
  /** The number of lists. */
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

// From indices to batches: what a loader does itself, and what each of its workers does.
import { ArgumentError, DatasetError, fail } from '../core/errors.js';
import { defaultCollate } from './collate.js';
import { type Dataset, isIterableDataset } from './dataset.js';
import type { AnyDataset } from './portable.js';

/** One batch's indices, or one sample's index; for a stream, how many samples to take, null for one. */
export type Request = readonly number[] | number | null;

/** The batch of a request, or undefined when a stream has ended. Without a collate function batches are lists of samples. */
export type Fetch = (request: Request) => unknown;

type Collate = (samples: unknown[]) => unknown;

export function fetcher(dataset: AnyDataset, collate: Collate | null | undefined, dropLast: boolean): Fetch {
  return isIterableDataset(dataset) ? streaming(dataset, collate, dropLast) : indexed(dataset as Dataset, collate);
}

/** `collate` null: the dataset's own way, or the default; undefined: none. */
function indexed(dataset: Dataset, collate: Collate | null | undefined): Fetch {
  const sample = (index: number): unknown =>
    named(`a sample at index ${index}`, () => dataset.at(index)) ?? fail(ArgumentError, 'DataLoader', `a sample at index ${index}`, 'none');
  return (request) => {
    if (!Array.isArray(request)) return sample(request as number);
    if (collate === null && dataset.batch !== undefined) return dataset.batch(request);
    const samples = request.map(sample);
    return collate === undefined ? samples : (collate ?? defaultCollate)(samples);
  };
}

/** Runs the user's code; of what it throws, the error tells which sample it was about. */
function named<T>(sample: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new DatasetError(sample, cause);
  }
}

function streaming(dataset: Iterable<unknown>, collate: Collate | null | undefined, dropLast: boolean): Fetch {
  const samples = dataset[Symbol.iterator]();
  let count = 0;
  const next = (): IteratorResult<unknown> => named(`sample ${count} of the stream`, () => samples.next());
  return (request) => {
    if (request === null) {
      const { value, done } = next();
      count++;
      return done ? undefined : value;
    }
    const batch: unknown[] = [];
    while (batch.length < (request as number)) {
      const { value, done } = next();
      if (done) break;
      count++;
      batch.push(value);
    }
    if (batch.length === 0 || (dropLast && batch.length < (request as number))) return undefined;
    return collate === undefined ? batch : (collate ?? defaultCollate)(batch);
  };
}

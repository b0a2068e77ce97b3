// Samples joined to a batch, as PyTorch's default_collate does.

import type { TypedArray } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { isOptions } from '../ops/args.js';
import { tensor } from '../ops/create.js';
import { stack } from '../ops/index.js';
import { Tensor } from '../tensor/tensor.js';

/** What a batch of samples of type S is. */
export type Collated<S> = S extends Tensor | number | boolean | bigint | TypedArray
  ? Tensor
  : S extends string
    ? string[]
    : S extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { -readonly [K in keyof S]: Collated<S[K]> }
      : unknown;

/** Tensors (and typed arrays) are stacked; whole numbers make int64, others float64, booleans bool; strings a list; arrays and plain objects go member by member. */
export function defaultCollate<S>(samples: readonly S[]): Collated<S> {
  return collate(samples) as Collated<S>;
}

function collate(samples: readonly unknown[]): unknown {
  const [first] = samples;
  if (first === undefined) fail(ArgumentError, 'collate', 'samples', 'none');
  if (first instanceof Tensor) return stack(samples as Tensor[]);
  if (ArrayBuffer.isView(first)) return stack(samples.map((sample) => tensor(sample as TypedArray)));
  if (typeof first === 'number') return tensor(samples as number[], { dtype: samples.every(Number.isInteger) ? 'int64' : 'float64' });
  if (typeof first === 'boolean') return tensor(samples as boolean[]);
  if (typeof first === 'bigint') return tensor(samples as bigint[]);
  if (typeof first === 'string') return [...samples];
  if (Array.isArray(first)) {
    const rows = samples as readonly (readonly unknown[])[];
    const odd = rows.find((row) => row.length !== first.length);
    if (odd !== undefined)
      fail(ShapeError, 'collate', `samples of ${first.length} members each`, `${odd.length}: each element in list of batch should be of equal size`);
    return first.map((_, i) => collate(rows.map((row) => row[i])));
  }
  if (isOptions(first))
    return Object.fromEntries(Object.keys(first).map((name) => [name, collate(samples.map((sample) => (sample as Record<string, unknown>)[name]))]));
  return fail(ArgumentError, 'collate', 'samples of tensors, numbers, booleans, strings, arrays or plain objects', show(first));
}

// Samples joined to a batch, as PyTorch's default_collate does.

import type { TypedArray } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { sameShape, showShape } from '../core/shape.js';
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

/**
 * Joins samples to a batch. Tensors and typed arrays are stacked. Whole numbers become int64,
 * others float64, booleans bool, strings a list. Arrays and plain objects are joined member by
 * member.
 *
 * @param samples - At least one sample, all of one kind.
 * @returns The batch; tensors have one dim more, the first.
 * @throws ShapeError if tensors differ in shape, or arrays in length.
 * @throws ArgumentError if the samples differ in kind.
 * @example
 * const [x, label] = gt.utils.data.defaultCollate([[gt.ones([2]), 0], [gt.zeros([2]), 1]] as [gt.Tensor, number][]);
 * x; // [[1, 1], [0, 0]]
 * label; // [0, 1]
 * @see PyTorch `torch.utils.data.default_collate`
 */
export function defaultCollate<S>(samples: readonly S[]): Collated<S> {
  return collate(samples) as Collated<S>;
}

const kindOf = (sample: unknown): string => {
  if (sample instanceof Tensor) return 'tensors';
  if (ArrayBuffer.isView(sample)) return 'typed arrays';
  if (Array.isArray(sample)) return 'arrays';
  if (typeof sample === 'number' || typeof sample === 'boolean') return 'numbers or booleans';
  return isOptions(sample) ? 'plain objects' : `of type ${typeof sample}`;
};

function stacked(samples: readonly Tensor[]): Tensor {
  const [{ shape }] = samples;
  const odd = samples.find((t) => !sameShape(t.shape, shape));
  if (odd !== undefined)
    fail(
      ShapeError,
      'collate',
      `samples of one shape, that of the first, ${showShape(shape)}`,
      `${showShape(odd.shape)}: stack expects each tensor to be equal size`,
    );
  return stack(samples as Tensor[]);
}

function byName(samples: readonly Readonly<Record<string, unknown>>[]): unknown {
  const names = Object.keys(samples[0]);
  const missing = (sample: object): string | undefined => names.find((name) => !Object.hasOwn(sample, name));
  const odd = samples.find((sample) => missing(sample) !== undefined);
  if (odd !== undefined) fail(ArgumentError, 'collate', `samples that all have ${missing(odd)}`, `one with ${Object.keys(odd).join(', ') || 'nothing'}`);
  return Object.fromEntries(names.map((name) => [name, collate(samples.map((sample) => sample[name]))]));
}

function collate(samples: readonly unknown[]): unknown {
  const [first] = samples;
  if (first === undefined) fail(ArgumentError, 'collate', 'samples', 'none');
  const kind = kindOf(first);
  const other = samples.find((sample) => kindOf(sample) !== kind);
  if (other !== undefined || samples.includes(undefined)) fail(ArgumentError, 'collate', `samples that are all ${kind}`, show(other));
  if (first instanceof Tensor) return stacked(samples as Tensor[]);
  if (ArrayBuffer.isView(first)) return stacked(samples.map((sample) => tensor(sample as TypedArray)));
  if (samples.every((sample) => typeof sample === 'boolean')) return tensor(samples as boolean[]);
  if (typeof first === 'number' || typeof first === 'boolean') {
    const values = samples.map(Number);
    return tensor(values, { dtype: values.every(Number.isInteger) ? 'int64' : 'float64' });
  }
  if (typeof first === 'bigint') return tensor(samples as bigint[]);
  if (typeof first === 'string') return [...samples];
  if (Array.isArray(first)) {
    const rows = samples as readonly (readonly unknown[])[];
    const odd = rows.find((row) => row.length !== first.length);
    if (odd !== undefined)
      fail(ShapeError, 'collate', `samples of ${first.length} members each`, `${odd.length}: each element in list of batch should be of equal size`);
    return first.map((_, i) => collate(rows.map((row) => row[i])));
  }
  if (isOptions(first)) return byName(samples as readonly Readonly<Record<string, unknown>>[]);
  return fail(ArgumentError, 'collate', 'samples of tensors, numbers, booleans, strings, arrays or plain objects', show(first));
}

// Datasets on their way to other threads. Functions and classes cannot travel: what does is how to make the dataset there.
import { ArgumentError, fail, show } from '../core/errors.js';
import type { Tensor } from '../tensor/tensor.js';
import { ConcatDataset, type Dataset, Subset, TensorDataset } from './dataset.js';
import { pack, SharedArena, unpack } from './packed.js';

export type AnyDataset = Dataset<unknown> | Iterable<unknown>;

interface Recipe {
  readonly url: string;
  readonly name: string;
  readonly args: readonly unknown[];
}
export type Portable =
  | { readonly kind: 'module'; readonly recipe: Recipe }
  | { readonly kind: 'values'; readonly values: readonly unknown[] }
  | { readonly kind: 'tensors'; readonly tensors: unknown }
  | { readonly kind: 'subset'; readonly of: Portable; readonly indices: readonly number[] }
  | { readonly kind: 'concat'; readonly of: readonly Portable[] };

const recipes = new WeakMap<object, Recipe>();

/**
 * The dataset that a module's function makes. A DataLoader's workers call the same function for
 * theirs.
 *
 * @param url - The module's URL, say `new URL('./dataset.js', import.meta.url)`.
 * @param name - The exported function, which may be asynchronous.
 * @param args - Its arguments: what structuredClone can copy.
 * @returns The dataset.
 * @throws ArgumentError if the module exports no such function, or it returns no dataset.
 * @example
 * const url = 'data:text/javascript,export const squares = (n) => Array.from({ length: n }, (_, i) => i * i)';
 * const dataset = await gt.utils.data.fromModule(url, 'squares', 3);
 * dataset.at(2); // 4
 */
export async function fromModule<D extends Dataset<unknown> | Iterable<unknown> = Dataset<unknown>>(
  url: string | URL,
  name = 'default',
  ...args: unknown[]
): Promise<D> {
  const recipe: Recipe = { url: String(url), name, args };
  const dataset = await make(recipe);
  recipes.set(dataset, recipe);
  return dataset as D;
}

async function make({ url, name, args }: Recipe): Promise<AnyDataset & object> {
  const exports = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
  const maker = exports[name];
  if (typeof maker !== 'function') fail(ArgumentError, 'fromModule', `${url} to export a function ${name}`, show(maker));
  const dataset: unknown = await maker(...args);
  return typeof dataset === 'object' && dataset !== null
    ? (dataset as AnyDataset)
    : fail(ArgumentError, 'fromModule', `${name} to return a dataset`, show(dataset));
}

export function toPortable(dataset: AnyDataset): Portable {
  const recipe = recipes.get(dataset);
  if (recipe !== undefined) return { kind: 'module', recipe };
  if (dataset instanceof Subset) return { kind: 'subset', of: toPortable(dataset.dataset), indices: dataset.indices };
  if (dataset instanceof ConcatDataset) return { kind: 'concat', of: dataset.datasets.map(toPortable) };
  if (dataset instanceof TensorDataset) return { kind: 'tensors', tensors: pack([...dataset.tensors], new SharedArena()) };
  if (Array.isArray(dataset)) return { kind: 'values', values: pack(dataset, new SharedArena()) as unknown[] };
  return fail(
    ArgumentError,
    'DataLoader',
    'with numWorkers a dataset made by fromModule, a TensorDataset, an array, or a Subset or ConcatDataset of these',
    `${show(dataset)}: it cannot travel to another thread`,
  );
}

export async function fromPortable(portable: Portable): Promise<AnyDataset> {
  switch (portable.kind) {
    case 'module':
      return make(portable.recipe);
    case 'values':
      return unpack(portable.values) as unknown[];
    case 'tensors':
      return new TensorDataset(...(unpack(portable.tensors) as Tensor[]));
    case 'subset':
      return new Subset((await fromPortable(portable.of)) as Dataset, portable.indices);
    case 'concat':
      return new ConcatDataset((await Promise.all(portable.of.map(fromPortable))) as Dataset[]);
  }
}

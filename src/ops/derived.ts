// In-place forms of composite ops, and of activations by their option.
import type { Tensor } from '../tensor/tensor.js';
import { asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { clone, copy_ } from './copy.js';

/** Writes f(x) into x; f sees a copy, so that what it saves for backward is not overwritten. */
export const rewrite =
  <R extends unknown[]>(f: (x: Tensor, ...rest: R) => Tensor) =>
  (x: Tensor, ...rest: R): Tensor =>
    copy_(x, f(clone(x), ...rest));

type Options<K extends string> = { [P in K]?: number } & { inplace?: boolean };
type Args<K extends string> = (number | boolean | Options<K> | undefined)[];

/** An activation with numbers for options, and with `inplace`, which overwrites the input, behind them. */
export function activation<K extends string>(
  op: string,
  defaults: Readonly<Record<K, number>>,
  f: (x: Tensor, values: Record<K, number>) => Tensor,
): (x: Tensor, ...args: Args<K>) => Tensor {
  const names = Object.keys(defaults) as K[];
  const overwrite = rewrite(f);
  return (x, ...args) => {
    asTensor(op, 'input', x);
    const given = readArgs<Record<string, unknown>>(op, args, [...names, 'inplace']);
    const values = Object.fromEntries(names.map((name) => [name, asNumber(op, name, given[name] ?? defaults[name])])) as Record<K, number>;
    return asBoolean(op, 'inplace', given.inplace ?? false) ? overwrite(x, values) : f(x, values);
  };
}

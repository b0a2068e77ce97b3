// PyTorch's arguments in JavaScript: positional ones in PyTorch's order, any of them by name in one trailing plain object instead; and the checks of single values.
import { ArgumentError, fail, show } from '../core/errors.js';
import { isTensor } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';

export type Options = Record<string, unknown>;

/** The argument list of an op whose options are O, those in K positional too. */
export type ArgsOf<O, K extends readonly (keyof O)[]> = K extends readonly [infer Head extends keyof O, ...infer Tail extends readonly (keyof O)[]]
  ? [value?: O[Head] | O, ...rest: ArgsOf<O, Tail>]
  : [options?: O];

export const isOptions = (value: unknown): value is Options => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // Another realm's Object.prototype.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
};

/**
 * Reads the arguments after the tensors. `positional` names them in PyTorch's order, `keywords` those that are only taken by name; what is not given is undefined.
 */
export function readArgs<O>(
  op: string,
  given: readonly unknown[],
  positional: readonly (keyof O & string)[],
  keywords: readonly (keyof O & string)[] = [],
): Partial<O> {
  // Without a prototype: what somebody put on Object.prototype is no option.
  const values = Object.create(null) as Options;
  const last = given.length - 1;
  const named = last >= 0 && isOptions(given[last]) ? (given[last] as Options) : undefined;
  const count = named === undefined ? given.length : last;
  if (count > positional.length) {
    fail(
      ArgumentError,
      op,
      `at most ${positional.length} argument${positional.length === 1 ? '' : 's'} (${positional.join(', ')}) after the input`,
      `${count}`,
    );
  }
  for (let i = 0; i < count; i++) if (given[i] !== undefined) values[positional[i]] = given[i];
  if (named !== undefined) {
    for (const [name, value] of Object.entries(named)) {
      const known: readonly string[] = [...positional, ...keywords];
      if (!known.includes(name)) fail(ArgumentError, op, `options among ${known.join(', ') || '(none)'}`, name);
      if (Object.hasOwn(values, name)) fail(ArgumentError, op, `${name} once`, 'it twice: by position and by name');
      if (value !== undefined) values[name] = value;
    }
  }
  return values as Partial<O>;
}

/** Throws, and says of an object that looks like a tensor why it is none. */
export function noTensor(op: string, requirement: string, value: unknown): never {
  if (value instanceof Tensor) fail(ArgumentError, op, requirement, 'an object that only inherits from one');
  // What structuredClone makes of an object whose fields are all private.
  const empty = isOptions(value) && Reflect.ownKeys(value).length === 0;
  const hint = ': tensors do not survive structuredClone or postMessage; send x.toTypedArray() and x.shape';
  return fail(ArgumentError, op, requirement, empty ? `{}${hint}` : show(value));
}

export function asTensor(op: string, role: string, value: unknown): Tensor {
  return isTensor(value) ? value : noTensor(op, `${role} to be a tensor`, value);
}

export function asTensors(op: string, role: string, value: unknown): Tensor[] {
  if (!Array.isArray(value)) fail(ArgumentError, op, `${role} to be an array of tensors`, show(value));
  // `map` leaves out holes.
  return Array.from(value, (t, i) => asTensor(op, `${role} ${i}`, t));
}

export function asNumber(op: string, role: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (isTensor(value) && value.count === 1) return Number(value.item());
  return fail(ArgumentError, op, `${role} to be a number`, show(value));
}

export function asBoolean(op: string, role: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail(ArgumentError, op, `${role} to be true or false`, show(value));
}

export function asChoice<const C extends readonly string[]>(op: string, role: string, value: unknown, choices: C): C[number] {
  if (typeof value === 'string' && choices.includes(value)) return value;
  return fail(ArgumentError, op, `${role} to be one of ${choices.map((choice) => show(choice)).join(', ')}`, show(value));
}

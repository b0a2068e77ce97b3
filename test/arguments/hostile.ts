// Values that no argument expects, each made anew; and every way to put one into a call.
import { types } from 'node:util';
import * as gt from '../../src/index.js';

/** What the caller's own code throws: it comes through as it is. */
export class Marker extends Error {}
const thrower = (): never => {
  throw new Marker('the caller threw');
};

class Stranger {
  size = 2;
}

function endless(): unknown[] {
  const list: unknown[] = [1];
  list.push(list);
  return list;
}

const everyTrap = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, thrower])) as ProxyHandler<object>;

export const hostile: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-1': () => -1,
  '1.5': () => 1.5,
  '2^53': () => 2 ** 53,
  '10n': () => 10n,
  '2n^70n': () => 2n ** 70n,
  true: () => true,
  "''": () => '',
  "'abc'": () => 'abc',
  "'0.1'": () => '0.1',
  'a long string': () => 'x'.repeat(1e5),
  'a symbol': () => Symbol('s'),
  '{}': () => ({}),
  '[]': () => [],
  '[[]]': () => [[]],
  '[1.5]': () => [1.5],
  "['a']": () => ['a'],
  '[undefined]': () => [undefined],
  'an array in itself': endless,
  'a function': () => () => {},
  'a date': () => new Date(0),
  'an instance': () => new Stranger(),
  'a proxy that throws': () => new Proxy({}, everyTrap),
  'getters that throw': () => ({
    get dim(): never {
      return thrower();
    },
  }),
  'a tensor': () => gt.tensor([1, 2, 3]),
  'a tensor of NaN': () => gt.tensor(Number.NaN),
  'a typed array': () => new Float64Array(2),
};

/** Values that mean nothing anywhere but where a function, or anything at all, is taken. */
const nothing = new Set(['a symbol', 'a date', 'an instance', 'a proxy that throws', "'abc'", "'0.1'", 'a long string', '2n^70n', 'an array in itself']);
export const isNothing = (value: string): boolean => nothing.has(value);

export const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !isProxy(value) && Object.getPrototypeOf(value) === Object.prototype;

const { isProxy } = types;

export interface Attempt {
  /** What was replaced. */
  readonly where: string;
  readonly value: string;
  readonly args: unknown[];
}

export interface Choice {
  /** Where in the arguments to begin. */
  readonly first?: number;
  /** One in so many values is tried, a different one in each place and for each `from`. */
  readonly every?: number;
  readonly from?: number;
}

/** Calls that differ from a valid one in one place. `make` gives the valid call's arguments anew. */
export function* attempts(make: () => unknown[], { first = 0, every = 1, from = 0 }: Choice = {}): Generator<Attempt> {
  const example = make();
  let turn = from;
  for (const [value, of] of Object.entries(hostile)) {
    for (const [i, arg] of example.entries()) {
      if (i < first) continue;
      if (turn++ % every === 0) yield { where: String(i), value, args: make().with(i, of()) };
      if (!isPlain(arg)) continue;
      for (const key of Object.keys(arg)) {
        if (turn++ % every === 0) yield { where: key, value, args: make().map((a, k) => (k === i ? { ...(a as object), [key]: of() } : a)) };
      }
    }
    if (turn++ % every === 0) yield { where: String(example.length), value, args: [...make(), of()] };
    // So that a place does not always meet the same values.
    turn++;
  }
  yield { where: String(example.length), value: 'an unknown option', args: [...make(), { nonsense: 1 }] };
}

/** The tensors in a value, at any depth of plain objects and arrays. */
export function tensorsIn(value: unknown, depth = 4): gt.Tensor[] {
  if (isProxy(value)) return [];
  if (value instanceof gt.Tensor) return [value];
  if (depth === 0 || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.slice(0, 20).flatMap((v) => tensorsIn(v, depth - 1));
  return isPlain(value) ? Object.keys(value).flatMap((key) => tensorsIn(Object.getOwnPropertyDescriptor(value, key)?.value, depth - 1)) : [];
}

const stateOf = (t: gt.Tensor): string => `${t.dtype} [${t.shape}] ${t._version} ${t.requiresGrad} ${t.toTypedArray()}`;

/** Makes a call. Tells what is wrong with how it ended; undefined where it gave a value or a typed error and, after an error, left its tensors as they were. */
export function outcome(call: (args: unknown[]) => unknown, args: unknown[]): { result?: unknown; error?: unknown; wrong?: string } {
  const tensors = tensorsIn(args);
  const before = tensors.map(stateOf);
  const start = performance.now();
  try {
    const result = call(args);
    const took = performance.now() - start;
    return took > 1500 ? { result, wrong: `took ${Math.round(took)} ms` } : { result };
  } catch (error) {
    if (!(error instanceof gt.GradtapeError || error instanceof Marker)) {
      const place =
        error instanceof Error
          ? error.stack
              ?.split('\n')
              .find((line) => line.includes('/src/'))
              ?.replace(/.*\/src\//, '')
          : '';
      return { error, wrong: `threw ${error instanceof Error ? `${error.name}: ${error.message.slice(0, 100)} at ${place}` : String(error)}` };
    }
    const changed = tensors.findIndex((t, i) => stateOf(t) !== before[i]);
    if (changed >= 0) return { error, wrong: `threw ${(error as Error).message}, after it had changed tensor ${changed}` };
    return { error };
  }
}

// Random calls of random ops: any public op with tensors of random shape, dtype and layout and random further arguments, right and wrong ones alike. The same number makes the same call.
import * as gt from '../../src/index.js';
import { cases } from '../cases/index.js';
import type { Input } from '../cases/row.js';

/** A small seeded generator (mulberry32): its numbers are the fuzzer's own and leave gradtape's generator alone. */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
  chance(p: number): boolean {
    return this.next() < p;
  }
}

type Call = (...args: unknown[]) => unknown;

/** Not ops, or ops whose result is not a matter of their arguments alone. */
const left = new Set([
  'init',
  'load',
  'save',
  'manualSeed',
  'seed',
  'initialSeed',
  'setRngState',
  'getRngState',
  'setDefaultDtype',
  'setGradEnabled',
  'setNumThreads',
  'empty',
  'emptyLike',
  'newEmpty',
]);
const random = /^(rand|bernoulli|normal|multinomial|dropout|alphaDropout|featureAlphaDropout|rrelu|gumbel|uniform|exponential|cauchy|geometric|logNormal)/;

const isCall = (value: unknown): value is Call => typeof value === 'function' && !/^class\s/.test(Function.prototype.toString.call(value));
const ops = (prefix: string, door: object): [string, Call][] =>
  Object.entries(door).flatMap(([name, f]): [string, Call][] => (isCall(f) && !left.has(name) && !random.test(name) ? [[`${prefix}${name}`, f]] : []));

const doors = gt as unknown as Record<string, object>;
const spaces = ['linalg', 'special', 'masked'].filter((space) => space in doors);
const notOps = new Set(['noGrad', 'enableGrad', 'inferenceMode', 'isGradEnabled', 'getNumThreads', 'getDefaultDtype']);

/** Every op by name. */
export const calls: readonly [string, Call][] = [
  ...ops('', gt).filter(([name]) => !notOps.has(name)),
  ...ops('nn.functional.', gt.nn.functional),
  ...spaces.flatMap((space) => ops(`${space}.`, doors[space])),
];

const dtypes: readonly gt.DType[] = ['float32', 'float64', 'float64', 'float64', 'int32', 'int64', 'uint8', 'bool'];
const sizes = [0, 1, 1, 2, 2, 3, 3, 4, 5];
const numbers = [0, 1, -1, 2, -2, 3, 5, 0.5, -1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9];

function shape(dice: Dice, like?: readonly number[]): number[] {
  if (like !== undefined && dice.chance(0.6)) return like.map((size) => (dice.chance(0.15) ? 1 : size));
  return Array.from({ length: dice.below(5) }, () => dice.pick(sizes));
}

export function tensor(dice: Dice, like?: readonly number[]): gt.Tensor {
  const dtype = dice.pick(dtypes);
  const wanted = shape(dice, like);
  const count = wanted.reduce((n, size) => n * size, 1);
  const special = dice.chance(0.15);
  const value = (): number =>
    special && dice.chance(0.2) ? dice.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]) : dice.next() * 6 - 3;
  const whole = (): number => dice.below(5) - (dtype === 'uint8' ? 0 : 1);
  const float = dtype === 'float32' || dtype === 'float64';
  const values = Array.from({ length: count }, () => (float ? value() : dtype === 'bool' ? dice.below(2) : whole()));
  return laidOut(dice, gt.tensor(values, { dtype }).reshape(wanted), float && dice.chance(0.4), dice.chance(0.15));
}

/** The tensor, a third of the time in another order in memory; `cut`: without its first row, so that it begins inside its memory. */
function laidOut(dice: Dice, x: gt.Tensor, grad: boolean, cut = false): gt.Tensor {
  const turned = x.ndim > 1 && dice.chance(0.3) ? x.transpose(0, -1).contiguous().transpose(0, -1) : x;
  const t = cut && x.ndim > 0 && x.shape[0] > 1 ? turned.narrow(0, 1, x.shape[0] - 1) : turned;
  return grad ? t.detach().requiresGrad_() : t;
}

const names = [
  'dim',
  'keepdim',
  'alpha',
  'beta',
  'dtype',
  'reduction',
  'p',
  'min',
  'max',
  'size',
  'stride',
  'padding',
  'mode',
  'weight',
  'unbiased',
  'descending',
  'largest',
  'accumulate',
  'nonsense',
];

function plain(dice: Dice): unknown {
  const kind = dice.below(14);
  if (kind < 6) return dice.below(6) - 2;
  if (kind < 7) return dice.pick(numbers);
  if (kind < 9) return Array.from({ length: dice.below(4) }, () => dice.below(5) - 1);
  if (kind < 10) return dice.chance(0.5);
  if (kind < 11) return null;
  if (kind < 12) return dice.pick(['mean', 'sum', 'none', 'float64', 'constant', 'amax', '1:3', '...', 'bogus']);
  return Object.fromEntries(
    Array.from({ length: 1 + dice.below(2) }, () => [dice.pick(names), dice.pick([1, 0, -1, 2, true, false, 'sum', 'float32', [0], [1, 2], null])]),
  );
}

/** Row by row the case table's own calls, which are right, on inputs of few elements. */
const known: readonly (readonly { readonly name: string; readonly call: Call; readonly inputs: readonly Input[] }[])[] = Object.entries(cases)
  .filter(([name]) => !random.test(name) && !left.has(name))
  .map(([name, row]) =>
    row.variants
      .filter(({ inputs }) => inputs.every(({ shape }) => shape.reduce((n, size) => n * size, 1) <= 200))
      .map(({ inputs, call }, i) => ({ name: `case ${name} ${i}`, call: call as Call, inputs })),
  );

/** An input as a case has it, often with one thing about it changed: a size, the rank, the dtype, where it lies, its elements. */
function variation(dice: Dice, { shape, range: [low, high], dtype, values }: Input, common: gt.DType): gt.Tensor {
  if (dice.chance(0.1)) return tensor(dice, shape);
  const wanted = dice.chance(0.15) && shape.length > 0 ? shape.with(dice.below(shape.length), dice.pick(sizes)) : shape;
  const count = wanted.reduce((n, size) => n * size, 1);
  const kind = dice.chance(0.1) ? dice.pick(dtypes) : (dtype ?? common);
  const float = kind === 'float32' || kind === 'float64';
  const drawn = (): number => {
    const v = dice.chance(0.02) ? dice.pick(numbers) : low + (high - low) * dice.next();
    return float ? v : kind === 'bool' ? Number(v > 0) : Math.round(v);
  };
  const kept = values !== undefined && values.length === count && dice.chance(0.8);
  // A tensor takes only numbers that its dtype can hold.
  const held = (v: number): number => (float ? v : !Number.isFinite(v) ? 0 : kind === 'uint8' ? v & 255 : v);
  const plain = Array.from({ length: count }, (_, i) => held(kept ? values[i] : drawn()));
  const x = gt.tensor(plain, { dtype: kind }).reshape(wanted);
  return laidOut(dice, x, float && dice.chance(0.5));
}
function knownCall(dice: Dice): Made {
  const { name, call, inputs } = dice.pick(dice.pick(known));
  const common = dice.chance(0.8) ? dice.pick(['float32', 'float64'] as const) : dice.pick(dtypes);
  return { name, call, args: inputs.map((i) => variation(dice, i, common)) };
}

interface Made {
  readonly name: string;
  readonly call: Call;
  readonly args: unknown[];
}

/** The call of a number: its name and its arguments. One half are calls of the case table with their inputs changed, the others are anybody's guess. */
export function makeCall(seed: number): Made {
  const dice = new Dice(Math.imul(seed + 1, 0x9e3779b1));
  if (dice.chance(0.5)) return knownCall(dice);
  const [name, call] = dice.pick(calls);
  const first = tensor(dice);
  const tensors = dice.chance(0.5) ? [] : Array.from({ length: 1 + dice.below(2) }, () => tensor(dice, first.shape));
  const lead: unknown[] = dice.chance(0.08) ? [[first, ...tensors]] : dice.chance(0.04) ? [plain(dice), first, ...tensors] : [first, ...tensors];
  const rest = Array.from({ length: dice.pick([0, 0, 0, 1, 1, 2, 3]) }, () => plain(dice));
  return { name, call, args: [...lead, ...rest] };
}

/** A call as a person would write it. */
export const describe = (name: string, args: readonly unknown[]): string => {
  const show = (value: unknown): string =>
    value instanceof gt.Tensor
      ? `${value.dtype}[${value.shape}]${value.isContiguous() ? '' : '*'}`
      : Array.isArray(value)
        ? `[${value.map(show).join(', ')}]`
        : (JSON.stringify(value) ?? String(value));
  return `${name}(${args.map(show).join(', ')})`;
};

// Rows of the case table in float32 against themselves in float64, of the same inputs, at all
// magnitudes that float32 has, at zeros, infinities and NaN: values and gradients.
import * as gt from '../../src/index.js';
import { isClose, type Tolerance, ulpAt } from '../close.js';
import { count } from './grid.js';
import { outputsOf, read, valuesOf } from './read.js';
import type { Input, Row, Variant } from './row.js';

const largest = (2 - 2 ** -23) * 2 ** 127;
const epsilon = 2 ** -23;
const single = { epsilon, smallest: 2 ** -149, largest };

/** What is put into the inputs, by the names that a row's exceptions use. */
export const settings = {
  subnormal: [1e-42, 1e-38],
  tiny: [1e-30, 1e-23, 1e-10],
  ordinary: [1],
  huge: [1e10, 1e23, 1e30],
  largest: [3e37, 3e38],
  zero: [0, -0],
  infinite: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  NaN: [Number.NaN],
} as const;
export type Setting = keyof typeof settings;
const specials: readonly Setting[] = ['zero', 'infinite', 'NaN'];

/** Inputs whose elements may be any float; labels, indices and masks keep theirs. */
const isFree = ({ dtype }: Input): boolean => dtype === undefined;
const cut = (x: number): number => Math.sign(x) * Math.min(Math.abs(x), largest);

/** The elements of all inputs: of one of them, or of all, at a magnitude or with one special element. */
function* trialsOf({ inputs }: Variant, setting: Setting): Generator<[what: string, data: number[][]]> {
  const drawn = inputs.map((i, k) => valuesOf(i, i.dtype ?? 'float32', k));
  const free = inputs.flatMap((i, k) => (isFree(i) && drawn[k].length > 0 ? [k] : []));
  const scaled = (k: number, by: number): number[] => drawn[k].map((x) => Math.fround(cut(x * by)));
  for (const value of settings[setting]) {
    if (specials.includes(setting)) {
      for (const k of free) yield [`${value} in input ${k}`, drawn.with(k, drawn[k].with(0, value))];
      continue;
    }
    yield [`all of ${value}`, drawn.map((x, k) => (free.includes(k) ? scaled(k, value) : x))];
    if (free.length < 2 || value === 1) continue;
    for (const k of free) yield [`input ${k} of ${value}`, drawn.with(k, scaled(k, value))];
  }
}

/** Multiples of 2^-10 below 1, so that sums of a few are exact. */
const draw = (i: number, k: number): number => Math.round(1024 * (((i + 1) * 0.5698402909980532 + (k + 8) * 0.7548776662466927) % 1)) / 1024;
/** The i-th of some numbers, changed by up to four float32 epsilons; pattern 0 changes nothing. */
const nudge = (x: number, i: number, k: number, pattern: number): number => (pattern === 0 ? x : x * (1 + (draw(i, k + 17 * pattern) - 0.5) * 8 * epsilon));

/** The outputs, and the gradients of the inputs for drawn gradients of the outputs; the name of the error if it is refused. */
function results({ inputs, call }: Variant, data: number[][], dtype: 'float32' | 'float64', pattern = 0): number[][] | string {
  const xs = inputs.map((i, k) => {
    const elements = isFree(i) ? data[k].map((x, at) => nudge(x, at, k, pattern)) : data[k];
    const x = gt.tensor(elements, { dtype: i.dtype ?? dtype }).reshape([...i.shape]);
    return isFree(i) ? x.requiresGrad_() : x;
  });
  try {
    const ys = outputsOf(call(...xs));
    const differentiable = ys.filter((y) => y.requiresGrad);
    const leaves = xs.filter((x) => x.requiresGrad);
    if (differentiable.length === 0) return ys.map(read);
    const gradOutputs = differentiable.map((y, k) =>
      gt
        .tensor(
          Array.from({ length: y.count }, (_, i) => nudge(draw(i, k), i, k + 5, pattern)),
          { dtype: y.dtype },
        )
        .reshape([...y.shape]),
    );
    const grads = gt.autograd.grad(differentiable, leaves, { gradOutputs, allowUnused: true });
    return [...ys, ...grads.filter((g) => g !== null)].map(read);
  } catch (error) {
    return (error as Error).name;
  }
}

/** The first element that is not near, by its own size or (unless it is elementwise) the largest one's. */
function far(got: readonly number[], want: readonly number[], { tolerance, exact }: Row, setting: Setting): number {
  const { ulp, eps = 0 } = tolerance;
  // Where most elements are about 1, the row's absolute tolerance holds; at least one epsilon.
  const isAbsolute = specials.includes(setting) || setting === 'ordinary';
  const near: Tolerance = { ulp: 2 * ulp, eps: isAbsolute && !exact ? Math.max(2 * eps, 1) : 0 };
  const top = want.reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), 0);
  const bound = exact ? 0 : 2 * (ulp + eps) * ulpAt(Math.min(top, largest), single);
  return want.findIndex((x, i) => got[i] !== Math.fround(x) && !isClose(got[i], x, 'float32', near) && !(Math.abs(cut(got[i]) - cut(x)) <= bound));
}

/** How much a result changes where each input changes by a few float32 epsilons. */
function sensitivity(v: Variant, data: number[][], want: number[][], result: number, at: number): number {
  let most = 0;
  for (const pattern of [1, 2, 3]) {
    const other = results(v, data, 'float64', pattern);
    if (typeof other === 'string') continue;
    const change = Math.abs(cut(other[result]?.[at]) - cut(want[result][at]));
    if (change > most) most = change;
  }
  return most;
}

/** What is wrong with a row in a setting; undefined if nothing is. */
export function complaint(row: Row, v: Variant, setting: Setting): string | undefined {
  for (const [what, data] of trialsOf(v, setting)) {
    const want = results(v, data, 'float64');
    const got = results(v, data, 'float32');
    const where = `${v.inputs.map(({ shape }) => `[${shape}]`).join(' ')} ${what}`;
    if (typeof got === 'string' || typeof want === 'string') {
      if (got !== want) return `${where}: ${typeof got === 'string' ? got : 'a result'}, in float64 ${typeof want === 'string' ? want : 'a result'}`;
      continue;
    }
    for (const [k, values] of got.entries()) {
      const at = far(values, want[k], row, setting);
      if (at < 0) continue;
      const difference = Math.abs(cut(values[at]) - cut(want[k][at]));
      if (difference <= 8 * sensitivity(v, data, want, k, at)) continue;
      return `${where}: element ${at} of result ${k} of ${got.length} is ${values[at]}, in float64 ${want[k][at]}`;
    }
  }
  return undefined;
}

const isTried = ({ inputs, dtypes }: Variant): boolean => {
  const sizes = inputs.map(({ shape }) => count(shape));
  const total = sizes.reduce((a, b) => a + b, 0);
  if (sizes.includes(0) || total > 100) return false;
  return dtypes === undefined || (dtypes.includes('float32') && dtypes.includes('float64'));
};

/** The variants that are tried: small ones, the first and the last of each call. */
export function variantsOf(row: Row): readonly Variant[] {
  const chosen = (row.gradients.length > 0 ? row.gradients : row.variants).filter(isTried);
  const texts = chosen.map(({ call }) => call.toString());
  return chosen.filter((_, i) => texts.indexOf(texts[i]) === i || texts.lastIndexOf(texts[i]) === i);
}

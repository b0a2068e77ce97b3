// First and second derivatives of every differentiable row AT special points (0, 1, -1, ties, one and two zeros, and what the row names) and 2^-30 to 2^-10 beside them, where masks,
// cancellation and 0 * Infinity hide. The first is compared with differences of the row's formula, the second with differences of the first.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { count, type Grid } from './cases/grid.js';
import { cases, internals } from './cases/index.js';
import { pins, singular } from './cases/points.js';
import type { Input, Row, Variant } from './cases/row.js';
import { isTorch } from './cases/torch.js';

/** In-place forms are the same ops. */
const rows: [string, Row][] = Object.entries({ ...cases, ...internals }).filter(
  ([name, row]) => row.gradients.length > 0 && (!name.endsWith('_') || name === 'var_'),
);
const deltas = [2 ** -30, 2 ** -10];

// Points ---------------------------------------------------------------------------------------------------------------------------------------------------------

/** What is put in the place of an input's drawn elements, whatever its range; kinks that the row keeps away from are left out. */
const settings: Record<string, (i: number, drawn: number, isLast: boolean) => number> = {
  zeros: () => 0,
  ones: () => 1,
  'minus ones': () => -1,
  'one zero': (i, drawn) => (i === 0 ? 0 : drawn),
  'two zeros': (i, drawn) => (i < 2 ? 0 : drawn),
  'two equal': (i, drawn) => (i < 2 ? 0.5 : drawn),
  'first input': (_, drawn, isLast) => (isLast ? drawn : 0),
  'last input': (_, drawn, isLast) => (isLast ? 0 : drawn),
};

/** A multiple of 2^-10: a sum of it and of a few small powers of two is exact, so that differences see only what the function does. */
const coarse = (v: number): number => Math.round(v * 1024) / 1024;
/** Numbers in [0.25, 1) that repeat for every run; in a matrix no row depends on the others. */
const draw = (i: number, k: number): number => {
  const wave = Math.sin((i + 1) * 12.9898 + k * 78.233) * 43758.5453;
  return coarse(0.25 + 0.75 * (wave - Math.floor(wave)));
};
const isFloat = (input: Input): boolean => input.dtype === undefined || input.dtype.startsWith('float');

/** The elements of an input in a setting; undefined where one of its declared kinks excludes them. */
function valuesOf(input: Input, k: number, setting: (i: number, drawn: number) => number): number[] | undefined {
  const {
    shape,
    range: [low, high],
    away = [],
    values,
  } = input;
  if (values !== undefined) return [...values];
  const n = count(shape);
  if (!isFloat(input)) return Array.from({ length: n }, (_, i) => Math.round(low + (high - low) * draw(i, k)));
  const drawn = Array.from({ length: n }, (_, i) => {
    const v = coarse(low + (high - low) * draw(i, k));
    return away.some((kink) => Math.abs(v - kink) < 0.1) ? v + 0.1875 : v;
  });
  const set = drawn.map((v, i) => setting(i, v));
  const moved = set.filter((v, i) => v !== drawn[i]);
  return moved.some((v) => away.includes(v)) ? undefined : set;
}

// Differences ----------------------------------------------------------------------------------------------------------------------------------------------------

const make = (values: readonly number[], { shape, dtype }: Input): gt.Tensor => gt.tensor([...values], { dtype: dtype ?? 'float64' }).reshape(shape);
const outputsOf = (result: unknown): gt.Tensor[] => (result instanceof gt.Tensor ? [result] : Array.isArray(result) ? result.flatMap(outputsOf) : []);

/** The derivative at 0 by differences over 1 and 2 steps, exact to the fourth order. */
const derivative = (f: (t: number) => number, h: number): number => (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);

/** A variant near a point, along a direction, weighted to a single number. */
class Line {
  readonly #directions: readonly (readonly number[])[];
  constructor(
    readonly variant: Variant,
    readonly at: readonly (readonly number[])[],
  ) {
    this.#directions = variant.inputs.map((input, k) => at[k].map((_, i) => (isFloat(input) ? draw(i, k + 3) * ((i + k) % 3 === 1 ? -1 : 1) : 0)));
  }
  moved(t: number): number[][] {
    return this.at.map((values, k) => values.map((v, i) => v + t * this.#directions[k][i]));
  }
  /** The weighted sum of the outputs by the formula, or by the op itself where the reference is PyTorch's numbers, of other points. */
  value(t: number): number {
    const { formula, inputs, call } = this.variant;
    const points = this.moved(t);
    const given = isTorch(formula) ? null : formula(...points.map((data, k): Grid => ({ shape: inputs[k].shape, data })));
    const grids =
      given === null
        ? outputsOf(call(...points.map((data, k) => make(data, inputs[k]))))
            .filter((y) => y.isFloatingPoint())
            .map((y) => [...y.toTypedArray()].map(Number))
        : [given].flat().map(({ data }) => data);
    return grids.reduce((s, data, k) => s + data.reduce((part, v, i) => part + v * draw(i, k + 7), 0), 0);
  }
  /** The first derivative along the direction, and the second if it is asked for, both by the tape. */
  analytic(t: number, second: boolean): [first: number, second: number] {
    const { inputs, call } = this.variant;
    const xs = this.moved(t).map((data, k) => (isFloat(inputs[k]) ? make(data, inputs[k]).requiresGrad_() : make(data, inputs[k])));
    const leaves = xs.filter((x) => x.requiresGrad);
    const along = (grads: readonly (gt.Tensor | null)[]): gt.Tensor => {
      const floats = this.#directions.filter((_, k) => isFloat(inputs[k]));
      const parts = grads.flatMap((g, k) => (g === null ? [] : [g.mul(gt.tensor([...floats[k]], { dtype: g.dtype }).reshape([...g.shape])).sum()]));
      return parts.length === 0 ? gt.zeros([], { dtype: 'float64' }) : parts.reduce((a, b) => a.add(b));
    };
    const ys = outputsOf(call(...xs)).filter((y) => y.isFloatingPoint());
    const weighted = ys.map((y, k) =>
      y
        .mul(
          gt
            .tensor(
              Array.from({ length: y.numel() }, (_, i) => draw(i, k + 7)),
              { dtype: y.dtype },
            )
            .reshape([...y.shape]),
        )
        .sum(),
    );
    const total = weighted.filter((y) => y.requiresGrad).reduce((a, b) => a.add(b));
    const first = along(gt.autograd.grad(total, leaves, { createGraph: second, allowUnused: true }));
    if (!second || !first.requiresGrad) return [Number(first.item()), 0];
    return [Number(first.item()), Number(along(gt.autograd.grad(first, leaves, { allowUnused: true })).item())];
  }
}

/** What is wrong with the derivatives at a point, with steps of h; undefined if nothing is. A refusal counts. */
function complaint(row: Row, variant: Variant, at: readonly (readonly number[])[], h: number): string | undefined {
  try {
    return difference(row, variant, at, h);
  } catch (error) {
    return (error as Error).message;
  }
}
function difference({ tolerance }: Row, variant: Variant, at: readonly (readonly number[])[], h: number): string | undefined {
  const line = new Line(variant, at);
  const [first, second] = line.analytic(0, true);
  const slopes = [-2, -1, 1, 2].map((k) => line.analytic(k * h, false)[0]);
  const values = [-2, -1, 1, 2].map((k) => line.value(k * h));
  const pick = (list: readonly number[]) => (t: number) => list[[-2, -1, 1, 2].indexOf(Math.round(t / h))];
  const numeric = [derivative(pick(values), h), derivative(pick(slopes), h)];
  const sizes = [Math.max(...values.map(Math.abs)), Math.max(...slopes.map(Math.abs))];
  const wrong = [first, second].flatMap((got, order) => {
    // What rounding leaves of the difference, and the step's own error.
    const noise = (2 ** -52 * (256 * sizes[order] + 16 * (tolerance.eps ?? 0))) / h + 2e-5 * (Math.abs(numeric[order]) + sizes[1]) + 1e-9;
    return Math.abs(got - numeric[order]) <= noise ? [] : [`derivative ${order + 1} is ${got}, by differences ${numeric[order]}`];
  });
  return wrong.length === 0 ? undefined : wrong.join('; ');
}

function* pointsOf(row: Row): Generator<[what: string, variant: Variant, at: number[][]]> {
  for (const variant of new Set([row.gradients[0], row.gradients.at(-1)!])) {
    for (const [what, setting] of Object.entries(settings)) {
      if (variant.inputs.length === 1 && what.endsWith(' input')) continue;
      const at = variant.inputs.map((input, k) => valuesOf(input, k, (i, drawn) => setting(i, drawn, k === variant.inputs.length - 1)));
      if (at.every((values) => values !== undefined)) yield [what, variant, at];
    }
  }
}

describe('derivatives at special points', () => {
  it.each(rows)('%s', (name, row) => {
    const declared = singular[name] ?? {};
    const complaints: string[] = [];
    const met = new Set<string>();
    for (const [what, variant, at] of pointsOf(row)) {
      const tell = (text: string | undefined, where: string): void => {
        if (text !== undefined) complaints.push(`${variant.inputs.map((i) => `[${i.shape}]`).join(' ')} ${where}: ${text}`);
      };
      // What is smooth but steep needs the small step, which rounding blurs elsewhere.
      const there = complaint(row, variant, at, 2 ** -9) && complaint(row, variant, at, 2 ** -22);
      if (what in declared) {
        if (there !== undefined) met.add(what);
      } else {
        tell(there, what);
        if (!['zeros', 'ones'].includes(what)) continue;
        for (const delta of deltas) tell(complaint(row, variant, new Line(variant, at).moved(delta), delta / 16), `${what}, ${delta} beside`);
      }
    }
    expect(complaints).toEqual([]);
    // A declaration that is not needed hides the next fault.
    expect([...met].sort()).toEqual(Object.keys(declared).sort());
  });
});

describe('derivatives where differences say nothing', () => {
  it.each(pins.map((pin) => [pin.what, pin]))('%s', (_, { call, at, dtypes = ['float32', 'float64'], first, second }) => {
    for (const dtype of dtypes) {
      const xs = at.map((values) => gt.tensor([...values], { dtype }).requiresGrad_());
      const grads = gt.autograd.grad(call(...xs).sum(), xs, { createGraph: second !== undefined });
      expectNear(grads, first, dtype);
      if (second === undefined) continue;
      const total = grads.map((g) => g!.sum()).reduce((a, b) => a.add(b));
      expectNear(gt.autograd.grad(total, xs, { allowUnused: true }), second, dtype);
    }
  });
});

function expectNear(got: readonly (gt.Tensor | null)[], want: readonly (readonly number[])[], dtype: string): void {
  const [relative, ofNothing] = dtype === 'float32' ? [1e-5, 3e-8] : [1e-10, 1e-15];
  const values = got.map((g, k) => (g === null ? want[k].map(() => 0) : [...g.toTypedArray()].map(Number)));
  const isNear = (a: number, b: number): boolean => Object.is(a + 0, b + 0) || Math.abs(a - b) <= (b === 0 ? ofNothing : relative * Math.abs(b));
  const near = want.map((list, k) => list.map((v, i) => (isNear(values[k][i], v) ? v : values[k][i])));
  expect(near, dtype).toEqual(want);
}

// The pictures that examples draw: where their lines run, against the numbers they show.
import { describe, expect, it } from 'vitest';
import { descend, drawDescent, optimizers, STEPS, start } from '../examples/lib/gradientDescent.js';
import { curve } from '../examples/lib/run.js';

type Point = readonly [number, number];
/** The points of every line of a picture, and its color; a plot of `size` shows `from` to `to`. */
function linesOf(svg: string, size: Point, from: Point, to: Point): { color: string; points: Point[]; pieces: number }[] {
  const at = (pixels: number, margin: number, length: number, axis: 0 | 1): number => from[axis] + ((pixels - margin) / length) * (to[axis] - from[axis]);
  return [...svg.matchAll(/<path d="([^"]*)" fill="none" stroke="([^"]*)"/g)].map(([, d, color]) => ({
    color,
    points: [...d.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [at(Number(x), 64, size[0], 0), at(40 + size[1] - Number(y), 0, size[1], 1)]),
    pieces: d.split('M').length - 1,
  }));
}

/** The loss (1 - a)^2 + 5 (b - a^2)^2, and its gradient. */
const lossAt = (a: number, b: number): number => (1 - a) ** 2 + 5 * (b - a * a) ** 2;
const gradAt = (a: number, b: number): number[] => [-2 * (1 - a) - 20 * a * (b - a * a), 10 * (b - a * a)];
/** A step of each optimizer by its definition: what is added to a weight; `m` and `v` are its state. */
const rules: Record<string, (g: number, state: { m: number; v: number }, t: number) => number> = {
  SGD: (g) => -0.01 * g,
  momentum(g, state) {
    state.m = 0.9 * state.m + g;
    return -0.01 * state.m;
  },
  RMSProp(g, state) {
    state.v = 0.99 * state.v + 0.01 * g * g;
    return (-0.03 * g) / (Math.sqrt(state.v) + 1e-8);
  },
  Adam(g, state, t) {
    state.m = 0.9 * state.m + 0.1 * g;
    state.v = 0.999 * state.v + 0.001 * g * g;
    return (-0.1 * (state.m / (1 - 0.9 ** t))) / (Math.sqrt(state.v / (1 - 0.999 ** t)) + 1e-8);
  },
};

describe('the picture of gradient descent', () => {
  const paths = Object.fromEntries(Object.entries(optimizers).map(([name, make]) => [name, descend(make).at]));
  const lines = linesOf(drawDescent(paths), [672, 672], [-2, -1], [2, 3]);

  it.each(Object.entries(rules))('shows the steps of %s', (name, rule) => {
    const drawn = lines.at(-1 - Object.keys(rules).length + Object.keys(paths).indexOf(name))!.points;
    expect(drawn).toHaveLength(STEPS + 1);
    const at = [...start];
    const states = at.map(() => ({ m: 0, v: 0 }));
    for (let t = 1; t <= STEPS + 1; t++) {
      // Half a hundredth of a pixel is 3e-5; the rest is float32, which adds up over the steps.
      const apart = Math.hypot(drawn[t - 1][0] - at[0], drawn[t - 1][1] - at[1]);
      expect(apart, `step ${t - 1}: ${drawn[t - 1]}, expected ${at}`).toBeLessThan(2e-4);
      const gradient = gradAt(at[0], at[1]);
      for (const i of [0, 1]) at[i] += rule(gradient[i], states[i], t);
    }
  });
  it('has contour lines at their levels, under the paths, and the minimum', () => {
    const contours = lines.slice(0, -1 - Object.keys(rules).length);
    expect(contours).toHaveLength(9);
    [0.1, 0.5, 1, 2, 4, 8, 16, 32, 64].forEach((level, i) => {
      const values = contours[i].points.map(([a, b]) => lossAt(a, b));
      // Linear between points that are 0.034 apart.
      expect(Math.max(...values.map((v) => Math.abs(v - level))), `level ${level}`).toBeLessThan(0.02 + 0.01 * level);
      // Each piece runs from one point to the next.
      expect(contours[i].points.length).toBe(2 * contours[i].pieces);
    });
    const [[a, b]] = lines.at(-1)!.points;
    expect([a, b].map((v) => Number(v.toFixed(3)))).toEqual([1, 1]);
  });
});

describe('the loss curve of a training run', () => {
  const logOf = (epoch: number, loss: number, validation: number) => ({
    epoch,
    step: 10 * epoch,
    samples: 100,
    seconds: 1,
    figures: { loss, 'validation.loss': validation, 'validation.accuracy': 0.9 },
  });
  it('shows both losses of every epoch, and a gap where there is none', () => {
    const losses = [2.5, 0.75, 0.5, 0.25];
    const validation = [2, 1, Number.NaN, 0.5];
    const svg = curve(
      'a & b',
      losses.map((loss, i) => logOf(i + 1, loss, validation[i])),
    );
    const [first, second] = linesOf(svg, [632, 332], [1, 0.25], [4, 2.5]);
    const near = (points: Point[]): number[][] => points.map((point) => point.map((v) => Number(v.toFixed(2))));
    expect(near(first.points)).toEqual(losses.map((loss, i) => [i + 1, loss]));
    expect([near(second.points), second.pieces]).toEqual([
      [
        [1, 2],
        [2, 1],
        [4, 0.5],
      ],
      2,
    ]);
    const dots = [...svg.matchAll(/<circle cx="[\d.]+" cy="[\d.]+" r="2.5" fill="(#\w+)"/g)].map(([, color]) => color);
    expect(dots).toEqual([...losses.map(() => first.color), ...[1, 2, 4].map(() => second.color)]);
    // The legend says which is which.
    for (const [name, { color }] of [
      ['training', first],
      ['validation', second],
    ] as const)
      expect(svg).toMatch(new RegExp(`stroke="${color}" stroke-width="2.5"/>(<circle[^>]*>)?<text [^>]*>${name}<`));
    expect(svg).toContain('>a &#38; b<');
  });
  it('shows the first epoch alone', () => {
    const svg = curve('one', [logOf(1, 0.5, 0.25)]);
    expect([svg.match(/r="2.5"/g)?.length, /NaN|Infinity|undefined/.test(svg)]).toEqual([2, false]);
  });
});

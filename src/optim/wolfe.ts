// The line search of L-BFGS: a step that fulfils the strong Wolfe conditions, by bracketing and cubic interpolation. (Nocedal and Wright, Numerical Optimization, algorithms
// 3.5 and 3.6, in the form of minFunc and PyTorch, whose steps it takes one for one.)
import { dot } from '../ops/index.js';
import type { Tensor } from '../tensor/tensor.js';

/** The objective at step t along the direction. */
export interface Point {
  readonly t: number;
  readonly f: number;
  readonly g: Tensor;
  /** The slope along the direction. */
  readonly slope: number;
}

/** Share of the promised decrease that a step must reach; share of the slope that may remain. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const MOST = 25;

/** The minimum of the cubic through two points with their slopes, kept in [low, high]; without a minimum the middle. */
function cubicMinimum(a: Point, b: Point, low = Math.min(a.t, b.t), high = Math.max(a.t, b.t)): number {
  const d1 = a.slope + b.slope - (3 * (a.f - b.f)) / (a.t - b.t);
  const square = d1 ** 2 - a.slope * b.slope;
  // NaN too has no root.
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const at =
    a.t <= b.t
      ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return Math.min(Math.max(at, low), high);
}

/** Searches from `start` (t = 0) along direction d, trying step t first; `evaluate` gives loss and gradient at a step. Returns the point and the number of evaluations. */
export function strongWolfe(
  evaluate: (t: number) => { f: number; g: Tensor },
  t: number,
  d: Tensor,
  dLargest: number,
  start: Point,
  toleranceChange: number,
): { point: Point; evaluations: number } {
  const at = (step: number): Point => {
    const { f, g } = evaluate(step);
    return { t: step, f, g, slope: dot(g, d).item() as number };
  };
  const tooHigh = (p: Point): boolean => p.f > start.f + DECREASE * p.t * start.slope;
  const flat = (p: Point): boolean => Math.abs(p.slope) <= -CURVATURE * start.slope;

  let now = at(t);
  let evaluations = 1;
  let before = start;
  let bracket: [Point, Point] | undefined;
  let tries = 0;
  for (; tries < MOST; tries++) {
    if (tooHigh(now) || (tries > 1 && now.f >= before.f)) {
      bracket = [before, now];
      break;
    }
    if (flat(now)) return { point: now, evaluations };
    if (now.slope >= 0) {
      bracket = [before, now];
      break;
    }
    const next = cubicMinimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
    before = now;
    now = at(next);
    evaluations++;
  }
  bracket ??= [start, now];

  // Zoom: the bracket shrinks around a point that fulfils the conditions.
  let low = bracket[0].f <= bracket[1].f ? 0 : 1;
  for (let stuck = false; tries < MOST; tries++) {
    if (Math.abs(bracket[1].t - bracket[0].t) * dLargest < toleranceChange) break;
    let next = cubicMinimum(bracket[0], bracket[1]);
    const [least, most] = [Math.min(bracket[0].t, bracket[1].t), Math.max(bracket[0].t, bracket[1].t)];
    // Close to an end for the second time, or on it: a tenth of the bracket away from it instead.
    const margin = 0.1 * (most - least);
    if (Math.min(most - next, next - least) < margin) {
      if (stuck || next >= most || next <= least) {
        next = Math.abs(next - most) < Math.abs(next - least) ? most - margin : least + margin;
        stuck = false;
      } else stuck = true;
    } else stuck = false;

    now = at(next);
    evaluations++;
    const high = 1 - low;
    if (tooHigh(now) || now.f >= bracket[low].f) {
      bracket[high] = now;
      low = bracket[0].f <= bracket[1].f ? 0 : 1;
      continue;
    }
    const done = flat(now);
    if (!done && now.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
    bracket[low] = now;
    if (done) break;
  }
  return { point: bracket[low], evaluations };
}

// Four optimizers side by side on a loss of two parameters.
import * as gt from 'gradtape';

const { SGD, RMSprop, Adam } = gt.optim;
export const STEPS = 200;
export const start = [-1.6, 1.4];
export const [xRange, yRange] = [
  [-2, 2],
  [-1, 3],
] as const;
/** Levels of the contour lines. */
const levels = [0.1, 0.5, 1, 2, 4, 8, 16, 32, 64];
/** Points of the grid that contour lines are found on, each way. */
const GRID = 120;

/**
 * A narrow bent valley, Rosenbrock's with gentler walls: (1 - a)^2 + 5 (b - a^2)^2, least at (1, 1).
 */
export const loss = (a: gt.Tensor, b: gt.Tensor): gt.Tensor => {
  const wall = b.sub(a.pow(2)).pow(2);
  return a.sub(1).pow(2).add(wall.mul(5));
};

export const optimizers: Record<string, (p: gt.Tensor) => gt.train.AnyOptimizer> = {
  SGD: (p) => new SGD([p], { lr: 0.01 }),
  momentum: (p) => new SGD([p], { lr: 0.01, momentum: 0.9 }),
  RMSProp: (p) => new RMSprop([p], { lr: 0.03 }),
  Adam: (p) => new Adam([p], { lr: 0.1 }),
};

/** Where an optimizer is after each step, its start first; and the loss in the end. */
export function descend(make: (p: gt.Tensor) => gt.train.AnyOptimizer): { at: number[][]; end: number } {
  const p = gt.tensor(start, { requiresGrad: true });
  const optimizer = make(p);
  const at = [p.toArray() as number[]];
  while (at.length <= STEPS) {
    optimizer.zeroGrad();
    loss(p.at(0), p.at(1)).backward();
    optimizer.step();
    at.push(p.toArray() as number[]);
  }
  return { at, end: loss(p.at(0), p.at(1)).item() as number };
}

/** The line loss = level, as pieces: where it crosses the edges of each cell of a grid. */
function contour(level: number): { x: number[]; y: number[] } {
  const a = gt.linspace(xRange[0], xRange[1], GRID).unsqueeze(1);
  const b = gt.linspace(yRange[0], yRange[1], GRID).unsqueeze(0);
  const values = loss(a, b).toArray() as number[][];
  const place = ([low, high]: readonly [number, number], i: number): number => low + ((high - low) * i) / (GRID - 1);
  const line: { x: number[]; y: number[] } = { x: [], y: [] };
  for (let i = 0; i + 1 < GRID; i++) {
    for (let j = 0; j + 1 < GRID; j++) {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ];
      const crossings = corners.flatMap(([a, b], k) => {
        const [c, d] = corners[(k + 1) % 4];
        const [v, w] = [values[a][b] - level, values[c][d] - level];
        return v < 0 === w < 0 ? [] : [[a + (c - a) * (v / (v - w)), b + (d - b) * (v / (v - w))]];
      });
      if (crossings.length < 2) continue;
      for (const [a, b] of crossings.slice(0, 2)) {
        line.x.push(place(xRange, a));
        line.y.push(place(yRange, b));
      }
      // The next piece is drawn apart.
      line.x.push(Number.NaN);
      line.y.push(Number.NaN);
    }
  }
  return line;
}

/** The paths over contour lines of the loss. */
export function drawDescent(paths: Readonly<Record<string, number[][]>>): string {
  // First, so that paths run over them; a gray that is seen on light and dark.
  const contours = levels.map((level) => ({ ...contour(level), color: '#8888', stroke: 1 }));
  const lines = Object.entries(paths).map(([name, at], i) => ({
    name,
    x: at.map(([a]) => a),
    y: at.map(([, b]) => b),
    color: ['#1f77b4', '#d62728', '#2ca02c', '#9467bd'][i],
    stroke: 2,
  }));
  const target = { name: 'minimum', x: [1], y: [1], color: '#ff7f0e', dots: true };
  const title = `${STEPS} steps down (1 - a)\u00b2 + 5 (b - a\u00b2)\u00b2 from (${start.join(', ')})`;
  const options = { title, xLabel: 'a', yLabel: 'b', width: 760, height: 760, xRange, yRange };
  return gt.viz.lineChart([...contours, ...lines, target], options);
}

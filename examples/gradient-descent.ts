// SGD, momentum, RMSProp and Adam side by side on a loss of two parameters, their paths drawn to gradient-descent.svg: node --import tsx examples/gradient-descent.ts [file]
import './lib/backend.js';
import { writeFileSync } from 'node:fs';
import * as gt from 'gradtape';
import { readFile } from './lib/options.js';

const { SGD, RMSprop, Adam } = gt.optim;
const file = readFile({ name: 'gradient-descent', description: 'Draws the paths of SGD, momentum, RMSProp and Adam down a loss of two parameters.' });
const STEPS = 200;
const start = [-1.6, 1.4];
const [xRange, yRange] = [
  [-2, 2],
  [-1, 3],
] as const;

/** A narrow bent valley, Rosenbrock's with gentler walls: (1 - a)^2 + 5 (b - a^2)^2, least at (1, 1). */
const loss = (a: gt.Tensor, b: gt.Tensor): gt.Tensor =>
  a
    .sub(1)
    .pow(2)
    .add(b.sub(a.pow(2)).pow(2).mul(5));

const optimizers: Record<string, (p: gt.Tensor) => gt.train.AnyOptimizer> = {
  SGD: (p) => new SGD([p], { lr: 0.01 }),
  momentum: (p) => new SGD([p], { lr: 0.01, momentum: 0.9 }),
  RMSProp: (p) => new RMSprop([p], { lr: 0.03 }),
  Adam: (p) => new Adam([p], { lr: 0.1 }),
};

const paths = Object.entries(optimizers).map(([name, make]) => {
  const p = gt.tensor(start, { requiresGrad: true });
  const optimizer = make(p);
  const at: number[][] = [];
  for (let step = 0; step <= STEPS; step++) {
    at.push(p.toArray() as number[]);
    const value = loss(p.at(0), p.at(1));
    if (step === STEPS)
      console.log(
        `${name.padEnd(9)} after ${STEPS} steps: loss ${(value.item() as number).toExponential(2)} at (${at[step].map((v) => v.toFixed(3)).join(', ')})`,
      );
    optimizer.zeroGrad();
    value.backward();
    optimizer.step();
  }
  return { name, x: at.map(([a]) => a), y: at.map(([, b]) => b), stroke: 2 };
});

/** The line loss = level, as pieces: where it crosses the edges of each cell of a grid. */
function contour(level: number): { x: number[]; y: number[] } {
  const n = 120;
  const values = loss(gt.linspace(xRange[0], xRange[1], n).unsqueeze(1), gt.linspace(yRange[0], yRange[1], n).unsqueeze(0)).toArray() as number[][];
  const place = (range: readonly [number, number], i: number): number => range[0] + ((range[1] - range[0]) * i) / (n - 1);
  const line: { x: number[]; y: number[] } = { x: [], y: [] };
  for (let i = 0; i + 1 < n; i++) {
    for (let j = 0; j + 1 < n; j++) {
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

const contours = [0.1, 0.5, 1, 2, 4, 8, 16, 32, 64].map((level) => ({ ...contour(level), color: '#bbb', stroke: 1 }));
const target = { x: [1], y: [1], color: '#000', dots: true };
const title = `${STEPS} steps down (1 - a)\u00b2 + 5 (b - a\u00b2)\u00b2 from (${start.join(', ')})`;
writeFileSync(file, gt.viz.lineChart([...paths, ...contours, target], { title, xLabel: 'a', yLabel: 'b', width: 760, height: 760, xRange, yRange }));
console.log(`paths drawn to ${file}`);

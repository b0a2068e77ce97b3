// SGD, momentum, RMSProp and Adam side by side on a loss of two parameters, their paths drawn to
// gradient-descent.svg: node --import tsx examples/gradient-descent.ts [file]
import './lib/backend.js';
import * as gt from 'gradtape';
import { descend, drawDescent, optimizers, STEPS } from './lib/gradientDescent.js';
import { readFile } from './lib/options.js';

const description = 'Draws the paths of SGD, momentum, RMSProp and Adam down a loss of two parameters.';
const file = readFile({ name: 'gradient-descent', description });
const paths: Record<string, number[][]> = {};
for (const [name, make] of Object.entries(optimizers)) {
  const { at, end } = descend(make);
  paths[name] = at;
  const place = at[STEPS].map((v) => v.toFixed(3)).join(', ');
  console.log(`${name.padEnd(9)} after ${STEPS} steps: loss ${end.toExponential(2)} at (${place})`);
}
gt.io.writeFile(file, drawDescent(paths));
console.log(`paths drawn to ${file}`);

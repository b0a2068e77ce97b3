// Drawing categories by their weights, with PyTorch's draws.

import { ArgumentError, fail, show } from './errors.js';
import type { FloatArray, Generator } from './random.js';

/**
 * For each of the rows of p (rows, categories): `samples` category numbers, drawn in proportion to the row's weights, written to y (rows, samples).
 * With replacement each sample inverts the cumulative distribution at one float64 uniform. Without, the largest of p / q win, q being exponential draws, one
 * for each weight: the race of exponential clocks.
 */
export function multinomial(generator: Generator, p: FloatArray, rows: number, categories: number, samples: number, replacement: boolean): Int32Array {
  if (samples < 1) fail(ArgumentError, 'multinomial', 'at least 1 sample', `${samples}`);
  if (!replacement && samples > categories) {
    fail(ArgumentError, 'multinomial', `at most ${categories} samples without replacement from ${categories} categories`, `${samples}`);
  }
  for (let row = 0; row < rows; row++) checkWeights(p, row, categories);
  const y = new Int32Array(rows * samples);
  if (replacement) {
    const cumulative = p.slice(0, categories);
    for (let row = 0; row < rows; row++) {
      accumulate(p.subarray(row * categories, (row + 1) * categories), cumulative);
      for (let j = 0; j < samples; j++) y[row * samples + j] = lowerBound(cumulative, generator.uniform64());
    }
    return y;
  }
  const race = generator.exponential(p.slice());
  for (let i = 0; i < race.length; i++) race[i] = p[i] / race[i];
  for (let row = 0; row < rows; row++) y.set(largest(race.subarray(row * categories, (row + 1) * categories), samples), row * samples);
  return y;
}

function checkWeights(p: FloatArray, row: number, categories: number): void {
  let sum = 0;
  for (let j = row * categories; j < (row + 1) * categories; j++) {
    if (!(p[j] >= 0 && p[j] < Infinity)) fail(ArgumentError, 'multinomial', 'finite weights >= 0', `${show(p[j])} in row ${row}`);
    sum += p[j];
  }
  if (sum === 0) fail(ArgumentError, 'multinomial', 'a row whose weights sum to more than 0', `row ${row} that sums to 0`);
}

/** The running sum of p in p's own precision, divided by its end; the last is 1 whatever the rounding. */
function accumulate(p: FloatArray, cumulative: FloatArray): void {
  const n = p.length;
  cumulative[0] = p[0];
  for (let j = 1; j < n; j++) cumulative[j] = cumulative[j - 1] + p[j];
  const sum = cumulative[n - 1];
  for (let j = 0; j < n; j++) cumulative[j] /= sum;
  cumulative[n - 1] = 1;
}

/** The first place whose value is not below u. */
function lowerBound(sorted: FloatArray, u: number): number {
  let left = 0;
  let right = sorted.length;
  while (left < right) {
    const middle = (left + right) >>> 1;
    if (sorted[middle] < u) left = middle + 1;
    else right = middle;
  }
  return left;
}

/** The places of the `count` largest values, largest first. */
function largest(values: FloatArray, count: number): number[] {
  if (count === 1) {
    let best = 0;
    for (let j = 1; j < values.length; j++) if (values[j] > values[best]) best = j;
    return [best];
  }
  return Array.from(values, (_, j) => j)
    .sort((a, b) => values[b] - values[a])
    .slice(0, count);
}

// The kernels behind every norm, over the layouts of all of them: rows, pieces of channels, runs of a batch, columns; and over groups that hardly vary.
import { dtypes } from '../../src/core/dtype.js';
import { references } from '../cases/kernels.js';
import { momentsOf } from '../cases/standardize.js';
import { isClose } from '../close.js';
import { dtypeOfSuffix, fillWith, Memory, run } from './memory.js';

const layouts: readonly (readonly [outer: number, groups: number, inner: number, channels: number, span: number])[] = [
  // Layer norm: rows with a channel an element.
  ...[1, 2, 3, 7, 16, 33, 64, 129, 515, 2100].map((n) => [1, 5, n, n, 1] as const),
  [1, 70, 19, 19, 1],
  // Group norm: of vectors; of pieces.
  [1, 6, 5, 15, 1],
  [1, 4, 6, 6, 2],
  [1, 8, 3 * 17, 6, 17],
  // Instance norm.
  [1, 12, 20, 4, 20],
  [1, 80, 49, 2, 49],
  // Batch norm: runs, columns.
  ...[2, 7, 49, 130, 700].map((n) => [3, 5, n, 5, n] as const),
  ...[1, 2, 3, 8, 17, 33].map((n) => [19, n, 1, n, 1] as const),
  [3, 0, 4, 0, 4],
  [0, 3, 4, 3, 4],
];
const forms = [
  { weighted: 1, biased: 1, centred: 1, eps: 1e-5 },
  { weighted: 1, biased: 0, centred: 0, eps: 0.5 },
  { weighted: 0, biased: 1, centred: 1, eps: 0.1 },
  { weighted: 0, biased: 0, centred: 1, eps: 0 },
];
/** Where x lies: around 0, far from it, and far with hardly any deviation, of which the first element is none. */
const ranges = [
  [-3, 3],
  [40, 41],
  [1000, 1000.01],
] as const;

function inputOf(dt: (typeof dtypes)[number], n: number, which: number): Memory {
  const x = new Memory(dt, n);
  fillWith(x, ranges[which]);
  if (which === 1 && n > 8) x.set(0, -60);
  return x;
}
const eachCase = (visit: (sizes: Record<string, number>, form: (typeof forms)[number], which: number) => void): void => {
  for (const [outer, groups, inner, channels, span] of layouts)
    for (const form of forms) for (const which of ranges.keys()) visit({ outer, groups, inner, channels, span }, form, which);
};
/** Groups far from 0 are stretched, and with them the rounding of a mean that float64 holds: 40 is 140 deviations, 1000 are up to a million. */
const stretch = (which: number, suffix: string): number => (suffix === 'f64' ? [1, 8, 2 ** 18][which] : 1);

export function standardizing(suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  eachCase((sizes, form, which) => {
    const { outer, groups, inner, channels } = sizes;
    // A single element without eps is 0 / 0 in every form; rounding decides what becomes of it.
    if (form.eps === 0 && outer * inner < 2) return;
    const x = inputOf(dt, outer * groups * inner, which);
    const [weight, bias, y] = [new Memory(dt, channels), new Memory(dt, channels), new Memory(dt, x.length)];
    const [mean, variance] = [new Memory(dtypes[1], groups), new Memory(dtypes[1], groups)];
    fillWith(weight, [-2, 2]);
    fillWith(bias, [-1, 1]);
    const what = `of ${JSON.stringify({ ...sizes, ...form })}, x in [${ranges[which]}]`;
    const tolerance = { ulp: 16, eps: 64 * stretch(which, suffix) };
    run({
      name: 'standardize',
      suffix,
      buffers: { x, weight, bias, y, mean, variance },
      numbers: { ...sizes, ...form },
      tolerance,
      ignore: ['mean', 'variance'],
      what,
    });
    for (let group = 0; group < groups; group++) {
      const elements = Array.from({ length: outer * inner }, (_, i) => x.get((Math.floor(i / inner) * groups + group) * inner + (i % inner)));
      const [middle, spread] = momentsOf(elements, form.centred);
      // A mean as exact as matters: next to the deviation.
      const near = { ulp: 4, eps: Math.sqrt(spread) };
      if (!isClose(mean.get(group), middle, dt.name, near) || !isClose(variance.get(group), spread, dt.name, { ulp: 8 * stretch(which, suffix) }))
        throw new Error(`standardize_${suffix} ${what}: moments ${mean.get(group)} and ${variance.get(group)}, expected ${middle} and ${spread}`);
    }
  });
}

export function standardizingBackward(suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  eachCase((sizes, form, which) => {
    const { outer, groups, inner, channels, span } = sizes;
    if (form.eps === 0 && outer * inner < 2) return;
    const samples = outer * inner === 0 || groups === 0 ? 0 : (groups * inner) / (channels * span);
    for (const [learnt, block] of [
      [1, 32],
      [1, 2],
      [0, 4],
    ]) {
      const x = inputOf(dt, outer * groups * inner, which);
      const [dy, dx, weight] = [new Memory(dt, x.length), new Memory(dt, x.length), new Memory(dt, channels)];
      const table = learnt ? Math.ceil(samples / block) * channels : 0;
      const [dweight, dbias] = [new Memory(dt, table), new Memory(dt, table)];
      fillWith(dy, [-1, 1]);
      fillWith(weight, [-2, 2]);
      const moments = { mean: new Memory(dtypes[1], groups), variance: new Memory(dtypes[1], groups) };
      const numbers = { ...sizes, ...form, learnt, block };
      references.standardize.run({ buffers: { x, weight, bias: weight, y: new Memory(dt, x.length), ...moments }, numbers, dims: [] });
      // Rounding, stretched as x is: 1 / sqrt(variance + eps) is a factor of dx, and z of the sums.
      const spread = Math.min(...Array.from({ length: groups }, (_, g) => moments.variance.get(g)));
      const scale = 1 / Math.sqrt(Math.max(spread, 0) + form.eps);
      const tolerance = { ulp: 16, eps: (128 + (outer * inner) / 8) * Math.max(scale, 1) * stretch(which, suffix) };
      const what = `of ${JSON.stringify(numbers)}, x in [${ranges[which]}]`;
      run({ name: 'standardize_bwd', suffix, buffers: { dy, x, ...moments, weight, dx, dweight, dbias }, numbers, tolerance, what });
    }
  });
}

// Every row in float32 against itself in float64, over all magnitudes that float32 has, of values and of gradients; and what
// PyTorch does at factors of 0, at the edges of bins and at equal sizes.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { inexact, inexactOnOne } from './cases/extremes.js';
import { cases, internals } from './cases/index.js';
import { complaint, type Setting, settings, variantsOf } from './cases/magnitudes.js';

const F = gt.nn.functional;
const read = (t: gt.Tensor): number[] => Array.from(t.toTypedArray() as Iterable<number | bigint>, Number);

/** In-place forms are the same ops. */
const rows = Object.entries({ ...cases, ...internals }).filter(
  ([name, { dtypes }]) => !name.endsWith('_') && dtypes.includes('float32') && dtypes.includes('float64'),
);

describe('float32 agrees with float64 over all magnitudes', () => {
  const names = Object.keys(settings) as Setting[];
  it.each(rows)('%s', (name, row) => {
    const variants = variantsOf(row);
    const found = names.map((setting) => {
      const complaints = variants.map((v) => complaint(row, v, setting));
      return [setting, complaints.find((c) => c !== undefined)] as const;
    });
    const declared = inexact[name] ?? {};
    for (const [setting, wrong] of found) {
      if (wrong === undefined && declared[setting] !== undefined) throw new Error(`${setting} is declared, but agrees`);
      if (wrong === undefined || declared[setting] !== undefined) continue;
      if (inexactOnOne[name]?.[setting] === undefined) throw new Error(`${setting}: ${wrong}`);
    }
  });
  it('only rows that are there are declared', () => {
    const tried = rows.map(([name]) => name);
    expect([inexact, inexactOnOne].flatMap((table) => Object.keys(table)).filter((name) => !tried.includes(name))).toEqual([]);
  });
});

describe('PyTorch at the edge', () => {
  it('every norm of 1e30', () => {
    const x = gt.tensor([[1e30, 2e30, -1e30, 0]]);
    const want = [0.4472136, 1.3416408, -1.3416408, -0.4472136];
    const column = x.reshape([4, 1]);
    const groups = gt.cat([x, x], 1).reshape([1, 2, 4]);
    const results = [F.layerNorm(x, [4]), F.batchNorm(column, null, null, { training: true }), F.groupNorm(groups, 2), F.instanceNorm(groups)];
    for (const y of results) for (const [i, v] of read(y).entries()) expect(v).toBeCloseTo(want[i % 4], 5);
    for (const [i, v] of read(F.rmsNorm(x, [4])).entries()) expect(v).toBeCloseTo([0.8164966, 1.6329932, -0.8164966, 0][i], 5);
  });
  it('a factor alpha of 0: what BLAS multiplies is not read, other products are', () => {
    const [one, nan] = [(...shape: number[]) => gt.ones(shape), (...shape: number[]) => gt.full(shape, Number.NaN)];
    const alpha = { alpha: 0 };
    expect(read(gt.addmm(one(2, 2), nan(2, 3), one(3, 2), alpha))).toEqual([1, 1, 1, 1]);
    expect(read(gt.addmv(one(2), one(2, 3), nan(3), alpha))).toEqual([1, 1]);
    expect(read(gt.addbmm(one(2, 2), nan(4, 2, 3), one(4, 3, 2), alpha))).toEqual([1, 1, 1, 1]);
    expect(read(gt.baddbmm(one(1, 1, 1), nan(1, 1, 1), one(1, 1, 1), alpha))).toEqual([Number.NaN]);
    expect(read(gt.addr(one(1, 1), nan(1), one(1), alpha))).toEqual([Number.NaN]);
    const [c, a, b] = [one(2, 2), one(2, 3), nan(3, 2)].map((t) => t.requiresGrad_());
    gt.addmm(c, a, b, alpha).sum().backward();
    expect([c, a, b].map((t) => read(t.grad!)[0])).toEqual([1, Number.NaN, 0]);
  });
  it('histc counts whole numbers in bins of width 1', () => {
    const hist = read(gt.histc(gt.arange(116, 129, 1, { dtype: 'float32' }), { bins: 151, min: 0, max: 151 }));
    expect(hist.slice(116, 129)).toEqual(new Array(13).fill(1));
    expect(hist.reduce((s, n) => s + n)).toBe(13);
  });
  it('linear interpolation to the same size is the input, whatever the factor', () => {
    const x = gt.tensor([[[0, 1, 2, 3.5, 4]]], { requiresGrad: true });
    const y = F.interpolate(x, { scaleFactor: 1.1, mode: 'linear' });
    y.sum().backward();
    expect(read(y)).toEqual([0, 1, 2, 3.5, 4]);
    expect(read(x.grad!)).toEqual([1, 1, 1, 1, 1]);
  });
});

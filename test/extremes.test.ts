// float32 where squares, sums and products on the way leave its range though the result does not: against the same call in
// float64, of values and of gradients; and what PyTorch does at factors of 0, at the edges of bins and at equal sizes.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { count } from './cases/grid.js';
import { cases, internals } from './cases/index.js';
import type { Variant } from './cases/row.js';

const F = gt.nn.functional;
const magnitudes = [1e-38, 1e-30, 1e-23, 1e-15, 1e-8, 1, 1e4, 1e8, 1e15, 1e23, 1e30, 3e37];
/** Rows whose results are in range for inputs of any one magnitude; what they compute on the way is not. */
const names = [
  ...['mean', 'std', 'stdMean', 'prod', 'norm', 'dist', 'cdist', 'renorm', 'normalize', 'cosineSimilarity', 'pairwiseDistance'],
  ...['linalg.norm', 'linalg.vectorNorm', 'linalg.matrixNorm', 'layerNorm', 'instanceNorm', 'batchNorm', 'localResponseNorm'],
  ...['atan2', 'hypot', 'log2', 'log10', 'asinh', 'acosh', 'l1Loss', 'smoothL1Loss', 'gaussianNllLoss', 'logsumexp', 'svd', 'linalg.svd'],
];
const read = (t: gt.Tensor): number[] => Array.from(t.toTypedArray() as Iterable<number | bigint>, Number);
const outputsOf = (y: unknown): gt.Tensor[] => (y instanceof gt.Tensor ? [y] : Array.isArray(y) ? y.flatMap(outputsOf) : []);
const draw = (n: number, seed: number): number[] => Array.from({ length: n }, (_, i) => ((i + 1) * 0.5698402909980532 + (seed + 1) * 0.7548776662466927) % 1);

/** The outputs and the gradients of the inputs, for weights of the outputs that are drawn. */
function results(v: Variant, dtype: 'float32' | 'float64', magnitude: number): number[][] {
  const inputs = v.inputs.map(({ shape, range: [low, high], dtype: own, values }, k) => {
    const drawn = values ?? draw(count(shape), k).map((u) => low + (high - low) * u);
    const scaled = own === undefined ? drawn.map((x) => Math.fround(x * magnitude)) : [...drawn];
    const x = gt.tensor(scaled, { dtype: own ?? dtype }).reshape([...shape]);
    return own === undefined ? x.requiresGrad_() : x;
  });
  const ys = outputsOf(v.call(...inputs));
  const differentiable = ys.filter((y) => y.requiresGrad);
  const weights = differentiable.map((y, k) => gt.tensor(draw(y.count, k + 7), { dtype }).reshape([...y.shape]));
  const leaves = inputs.filter((x) => x.requiresGrad);
  const grads = gt.autograd.grad(differentiable, leaves, { gradOutputs: weights, allowUnused: true });
  return [...ys, ...grads.filter((g) => g !== null)].map(read);
}

/** Near, measured by the largest element: gradients of norms are differences. Beyond the range it is infinity, or 0. */
function check(got: number[], want: number[], what: string): void {
  const largest = want.reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), 0);
  want.forEach((exact, i) => {
    if (Object.is(got[i], Math.fround(exact)) || got[i] === Math.fround(exact)) return;
    const cut = (x: number): number => Math.sign(x) * Math.min(Math.abs(x), 3.4028236e38);
    const near = Math.abs(cut(got[i]) - cut(exact)) <= 1e-3 * Math.min(largest, 3.4e38) + 2 ** -147;
    if (!near) throw new Error(`${what}: element ${i} is ${got[i]}, expected ${exact}`);
  });
}

describe('float32 agrees with float64 over all magnitudes', () => {
  it.each(names.map((name) => [name]))('%s', (name) => {
    const row = { ...cases, ...internals }[name as keyof typeof cases];
    for (const v of row.gradients.filter((v) => v.inputs.every(({ shape }) => count(shape) > 0))) {
      for (const magnitude of magnitudes) {
        const [got, want] = (['float32', 'float64'] as const).map((dtype) => results(v, dtype, magnitude));
        got.forEach((values, k) => {
          check(values, want[k], `${v.inputs.map(({ shape }) => `[${shape}]`)} of ${magnitude}, result ${k} of ${got.length}`);
        });
      }
    }
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

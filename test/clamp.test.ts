// Bounds that are NaN, on both backends, at sizes with and without whole vectors; and what an integer cannot hold.
import { expect, it } from 'vitest';
import * as gt from '../src/index.js';

it.each(['float32', 'float64'] as const)('a NaN bound makes all of a %s tensor NaN', (dtype) => {
  for (const n of [1, 3, 16, 33]) {
    const x = gt.linspace(-1, 1, n, { dtype });
    for (const y of [x.clamp(Number.NaN, 2), x.clamp(0, Number.NaN), gt.clampMin(x, Number.NaN), gt.clampMax(x, Number.NaN)])
      expect([...y.toTypedArray()].every((v) => Number.isNaN(Number(v)))).toBe(true);
  }
});
it('fullLike refuses what its dtype cannot hold, as full does', () => {
  expect(() => gt.fullLike(gt.zeros([2], { dtype: 'int64' }), Number.NaN)).toThrow(gt.GradtapeError);
  expect(
    gt
      .fullLike(gt.zeros([2]), Number.NaN)
      .isnan()
      .all()
      .item(),
  ).toBe(true);
});

// gt.multinomial: shapes, draws and errors; that the draws are PyTorch's is the golden test's of the generator.
import { expect, it } from 'vitest';
import * as gt from '../src/index.js';

it('draws what has weight, a row at a time', () => {
  gt.manualSeed(1);
  const y = gt.multinomial(
    gt.tensor([
      [0, 3, 0],
      [1, 0, 0],
    ]),
    4,
    { replacement: true },
  );
  expect([y.dtype, y.toArray()]).toEqual([
    'int64',
    [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ],
  ]);
  expect(new Set(gt.multinomial(gt.ones([5]), 5).toArray() as number[])).toEqual(new Set([0, 1, 2, 3, 4]));
});
it('draws in proportion', () => {
  const y = gt.multinomial(gt.tensor([1, 3]), 20000, true, { generator: new gt.Generator().manualSeed(2) });
  expect(y.to('float32').mean().item()).toBeCloseTo(0.75, 1);
});
it('checks what it is given', () => {
  expect(() => gt.multinomial(gt.ones([2, 2, 2]), 1)).toThrow(gt.ShapeError);
  expect(() => gt.multinomial(gt.tensor([1, 2]), 1)).not.toThrow();
  expect(() => gt.multinomial(gt.tensor([1, 2], { dtype: 'int32' }), 1)).toThrow(gt.DTypeError);
  expect(() => gt.multinomial(gt.ones([2]), 3)).toThrow(/at most 2 samples without replacement from 2 categories, got 3/);
  expect(() => gt.multinomial(gt.tensor([1, -1]), 1)).toThrow(/finite weights >= 0/);
  expect(() => gt.multinomial(gt.zeros([2]), 1)).toThrow(/sum/);
});

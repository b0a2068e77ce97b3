// utils.checkpoint: the same gradients and random numbers as without, on both ways of running again.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

const { checkpoint, checkpointSequential } = gt.utils.checkpoint;
const f64 = { dtype: 'float64' } as const;
const leaf = (data: number[]): gt.Tensor => gt.tensor(data, { ...f64, requiresGrad: true });
const of = (t: gt.Tensor | null): unknown => t?.toArray() ?? null;

describe.each([true, false])('useReentrant: %s', (useReentrant) => {
  const options = { useReentrant };

  test('gradients are those of the function itself; it runs twice', () => {
    const w = leaf([0.5, -1]);
    let runs = 0;
    const f = (x: gt.Tensor, factor: number): gt.Tensor => {
      runs++;
      return x.mul(w).tanh().mul(x).mul(factor);
    };
    const x = leaf([1, 2]);
    f(x.mul(2), 3).sum().backward();
    const expected = [of(x.grad), of(w.grad)];
    [x.grad, w.grad, runs] = [null, null, 0];
    const y = checkpoint(f, x.mul(2), 3, options);
    expect(runs).toBe(1);
    y.sum().backward();
    expect([of(x.grad), of(w.grad), runs]).toEqual([...expected, 2]);
  });

  test('random draws are the same the second time, and later ones go on as if it had not run', () => {
    const x = gt.ones([50], { ...f64, requiresGrad: true });
    const drop = (t: gt.Tensor): gt.Tensor => gt.nn.functional.dropout(t.mul(t), 0.5);
    gt.manualSeed(3);
    const y = checkpoint(drop, x, options);
    // Draws in between: the state after the second run is not the state before it.
    gt.rand(7);
    const state = gt.getRngState();
    y.sum().backward();
    expect(gt.getRngState()).toEqual(state);
    expect(of(x.grad)).toEqual(of(y.detach().mul(2)));
  });

  test('several outputs, and without any gradient', () => {
    const x = leaf([1, 2]);
    const [a, b] = checkpoint((t: gt.Tensor) => [t.mul(t), t.exp()], x, options);
    a.sum().add(b.sum().mul(0)).backward();
    expect(of(x.grad)).toEqual([2, 4]);
    expect(gt.noGrad(() => checkpoint((t: gt.Tensor) => t.mul(t), x, options)).requiresGrad).toBe(false);
    expect(checkpoint((t: gt.Tensor) => t.mul(t), x.detach(), options).requiresGrad).toBe(false);
  });

  test('checkpoints inside checkpoints', () => {
    const x = leaf([0.3, 0.4]);
    const inner = (t: gt.Tensor): gt.Tensor => t.sin().mul(t);
    const outer = (t: gt.Tensor): gt.Tensor => checkpoint(inner, t.exp(), options).mul(t);
    checkpoint(outer, x, options).sum().backward();
    const got = of(x.grad) as number[];
    x.grad = null;
    inner(x.exp()).mul(x).sum().backward();
    for (const [i, g] of (of(x.grad) as number[]).entries()) expect(got[i]).toBeCloseTo(g, 12);
  });

  test('a chain in segments', () => {
    const x = leaf([0.3, 0.4]);
    const steps = [(t: gt.Tensor) => t.sin(), new gt.nn.Tanh(), (t: gt.Tensor) => t.mul(t), (t: gt.Tensor) => t.exp(), (t: gt.Tensor) => t.neg()];
    for (const segments of [1, 2, 3, 5]) {
      x.grad = null;
      const y = checkpointSequential(steps, segments, x, options);
      y.sum().backward();
      const [got] = [of(x.grad)];
      x.grad = null;
      x.sin().tanh().pow(2).exp().neg().sum().backward();
      expect(
        gt
          .tensor(got as number[], f64)
          .sub(x.grad!)
          .abs()
          .max()
          .item(),
      ).toBeLessThan(1e-12);
    }
    const model = new gt.nn.Sequential(new gt.nn.Linear(2, 3), new gt.nn.Tanh(), new gt.nn.Linear(3, 1));
    checkpointSequential(model, 2, gt.ones([4, 2], { requiresGrad: true }), options)
      .sum()
      .backward();
    expect([...model.parameters()].every((p) => p.grad !== null)).toBe(true);
  });
});

test('gradients as values need useReentrant: false', () => {
  const x = leaf([1, 2]);
  const square = (t: gt.Tensor): gt.Tensor => t.mul(t);
  expect(() => gt.autograd.grad(checkpoint(square, x).sum(), x)).toThrow(/Checkpointing is not compatible with grad\(\)/);
  expect(() =>
    checkpoint(square, x)
      .sum()
      .backward({ inputs: [x] }),
  ).toThrow(/not compatible/);
  expect(of(gt.autograd.grad(checkpoint(square, x, { useReentrant: false }).sum(), x)[0])).toEqual([2, 4]);
});

test('parameters alone need useReentrant: false', () => {
  const w = leaf([1, 2]);
  const data = gt.ones([2], f64);
  expect(checkpoint((t: gt.Tensor) => t.mul(w), data).requiresGrad).toBe(false);
  checkpoint((t: gt.Tensor) => t.mul(w).exp(), data, { useReentrant: false })
    .sum()
    .backward();
  expect(of(w.grad)).toEqual(of(w.detach().exp()));
});

test('useReentrant: false saves only what the segment needs to run again, and notices when it does something else', () => {
  const x = leaf([1, 2]);
  let times = 0;
  const y = checkpoint((t: gt.Tensor) => (times++ === 0 ? t.mul(t).exp() : t.mul(t)), x, { useReentrant: false });
  expect(() => y.sum().backward()).toThrow(/expected the segment to do the same when it runs again, got 2 tensors saved instead of 3/);
});

test('useReentrant: false: what was written to since the segment ran is an error, not another gradient', () => {
  const segment =
    (w: gt.Tensor) =>
    (t: gt.Tensor): gt.Tensor =>
      t.add(1).mul(w).exp();
  for (const pick of [(x: gt.Tensor) => x, (_: gt.Tensor, w: gt.Tensor) => w]) {
    const [x, w] = [leaf([1, 2]), leaf([0.5, -1])];
    const y = checkpoint(segment(w), x, { useReentrant: false });
    gt.noGrad(() => pick(x, w).mul_(2));
    expect(() => y.sum().backward()).toThrow(/checkpoint: .*modified by an inplace operation/);
  }
});

test('bad calls', () => {
  expect(() => checkpoint(5 as never)).toThrow(gt.ArgumentError);
  expect(() => checkpointSequential([], 0, leaf([1]))).toThrow(/positive number of segments/);
  const x = leaf([1, 2]);
  expect(() =>
    checkpoint((t: gt.Tensor) => t.detach(), x)
      .sum()
      .backward(),
  ).toThrow(/none of output has requiresGrad/);
});

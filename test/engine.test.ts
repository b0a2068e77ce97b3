// The engine: accumulation, graph lifetime, derivatives of derivatives, gradients as values, chains of any length. What is expected here is what PyTorch 1.13 does.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

const f64 = { dtype: 'float64' } as const;
const leaf = (data: number | number[] | number[][]): gt.Tensor => gt.tensor(data, { ...f64, requiresGrad: true });
const of = (t: gt.Tensor | null): unknown => t?.toArray() ?? null;
const ones = (...shape: number[]): gt.Tensor => gt.ones(shape, f64);

describe('accumulation', () => {
  test('adds up over backward passes, in place', () => {
    const x = leaf([1, 2]);
    x.mul(3).sum().backward();
    const first = x.grad!;
    x.mul(4).sum().backward();
    expect(x.grad).toBe(first);
    expect(of(x.grad)).toEqual([7, 7]);
    expect(first._version).toBe(1);
  });

  test('a tensor used several times gets the sum', () => {
    const x = leaf([2, 3]);
    x.mul(x).add(x.add(x)).sum().backward();
    expect(of(x.grad)).toEqual([6, 8]);
    const y = leaf([2, 3]);
    gt.cat([y, y, y.neg()])
      .mul(gt.tensor([1, 2, 3, 4, 5, 6], f64))
      .sum()
      .backward();
    expect(of(y.grad)).toEqual([1 + 3 - 5, 2 + 4 - 6]);
    const z = leaf([
      [1, 2],
      [3, 4],
    ]);
    z.matmul(z).sum().backward();
    expect(of(z.grad)).toEqual([
      [7, 11],
      [9, 13],
    ]);
  });

  test('shared subexpressions are walked once', () => {
    const x = leaf(1.5);
    let calls = 0;
    const s = x.exp();
    s.registerHook(() => void calls++);
    s.mul(s).add(s).backward();
    expect(calls).toBe(1);
    expect(x.grad!.item()).toBeCloseTo(2 * Math.exp(3) + Math.exp(1.5), 12);
  });

  test('.grad is nobody else: not the given gradient, not that of another leaf', () => {
    const given = gt.full([600], 2, f64);
    const [a, b] = [gt.ones([600], { ...f64, requiresGrad: true }), gt.ones([600], { ...f64, requiresGrad: true })];
    a.add(b).backward(given);
    a.grad!.zero_();
    expect(b.grad!.sum().item()).toBe(1200);
    expect(given.sum().item()).toBe(1200);
    const y = a.mul(1);
    y.retainGrad();
    y.backward(given);
    y.grad!.zero_();
    expect(given.sum().item()).toBe(1200);
  });

  test('a given gradient is never modified, not even as two roots at once', () => {
    const given = gt.full([600], 2, f64);
    const x = gt.ones([600], { ...f64, requiresGrad: true });
    const y = x.mul(3);
    gt.autograd.backward([y, y], [given, given]);
    expect(x.grad!.at(0).item()).toBe(12);
    expect(given.sum().item()).toBe(1200);
    expect(given._version).toBe(0);
  });

  test('the gradient that backward starts from is never shared', () => {
    const x = leaf(3);
    const y = x.mul(1);
    const [g] = gt.autograd.grad(y, y);
    g.mul_(100);
    x.mul(2).backward();
    expect(x.grad!.item()).toBe(2);
  });

  test('.grad may be set, checked as in PyTorch', () => {
    const x = leaf([1, 2]);
    x.grad = gt.tensor([10, 20], f64);
    x.sum().backward();
    expect(of(x.grad)).toEqual([11, 21]);
    expect(() => (x.grad = ones(3))).toThrow(/grad: expected a gradient of shape \[2\], got \[3\]/);
    expect(() => (x.grad = gt.ones([2]))).toThrow(/expected a gradient of dtype float64, got float32/);
    expect(() => (x.grad = x)).toThrow(/its own grad/);
    expect(() => ((x as { grad: unknown }).grad = 5)).toThrow(gt.ArgumentError);
    expect(of(x.grad)).toEqual([11, 21]);
    x.grad = ones(1).expand(2);
    expect(() => x.sum().backward()).toThrow(/single memory location/);
  });

  test('dtypes: gradients come back in the dtype of what they belong to', () => {
    const x = gt.ones([3], { requiresGrad: true });
    x.double()
      .mul(gt.tensor([1, 2, 3], f64))
      .sum()
      .backward();
    expect(x.grad!.dtype).toBe('float32');
    expect(of(x.grad)).toEqual([1, 2, 3]);
    const y = leaf([1, 2, 3]);
    y.mul(2).backward(gt.tensor([1, 2, 3], { dtype: 'int64' }));
    expect(y.grad!.dtype).toBe('float64');
    expect(of(y.grad)).toEqual([2, 4, 6]);
  });
});

describe('graph lifetime', () => {
  test('a second backward is an error where something was saved', () => {
    const again = /retainGraph: true/;
    const x = leaf([1, 2]);
    for (const f of [(t: gt.Tensor) => t.mul(t), (t: gt.Tensor) => t.exp(), (t: gt.Tensor) => t.mul(2)]) {
      const y = f(x).sum();
      y.backward();
      expect(() => y.backward()).toThrow(again);
      expect(() => y.backward()).toThrow(gt.GradientError);
    }
    const z = x.mul(1);
    z.setAt([1], 5);
    const s = z.sum();
    s.backward();
    expect(() => s.backward()).toThrow(again);
  });

  test('ops that save nothing allow it', () => {
    const x = leaf([1, 2, 3]);
    for (const f of [(t: gt.Tensor) => t.add(2), (t: gt.Tensor) => t.at(gt.slice(1, 3)), (t: gt.Tensor) => t.neg().reshape(3, 1)]) {
      const y = f(x).sum();
      y.backward();
      y.backward();
    }
    expect(of(x.grad)).toEqual([0, 2, 2]);
  });

  test('retainGraph keeps it', () => {
    const x = leaf([1, 2]);
    const y = x.mul(x).sum();
    y.backward({ retainGraph: true });
    y.backward(null, true);
    y.backward();
    expect(of(x.grad)).toEqual([6, 12]);
    expect(() => y.backward()).toThrow(/second time/);
  });

  test('what a gradient does not need is neither run nor freed', () => {
    const x = leaf([1, 2]);
    const y = x.exp();
    const [g] = gt.autograd.grad(y.mul(2).sum(), y);
    expect(of(g)).toEqual([2, 2]);
    expect(of(gt.autograd.grad(y.sum(), x)[0])).toEqual(of(x.exp()));
  });

  test('an error in the middle leaves the engine usable', () => {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    const z = y.exp();
    y.add_(1);
    const bad = z.mul(y).mul(y.mul(y).add_(1));
    const w = y.mul(y);
    y.add_(1);
    expect(() => w.sum().backward()).toThrow(/modified by an inplace operation/);
    expect(() => bad.sum().backward()).toThrow(/modified by an inplace operation/);
    expect(gt.isGradEnabled()).toBe(true);
    x.grad = null;
    x.mul(5).sum().backward();
    expect(of(x.grad)).toEqual([5, 5]);
  });

  test('a chain of 1,000,000 ops is built, walked and freed', () => {
    const x = leaf(1);
    let y = x;
    for (let i = 0; i < 1_000_000; i++) y = y.mul(1);
    y.backward();
    expect(x.grad!.item()).toBe(1);
  });

  test('long chains of views with sums, and of index writes', () => {
    const x = leaf([1, 2]);
    let y = x.mul(1);
    for (let i = 0; i < 60_000; i++) y = y.reshape(2, 1).reshape(2).add(x);
    y.sum().backward();
    expect(of(x.grad)).toEqual([60_001, 60_001]);
    const z = x.mul(1);
    for (let i = 0; i < 20_000; i++) z.setAt([i % 2], z.at((i + 1) % 2));
    x.grad = null;
    z.sum().backward();
    expect(of(x.grad)).toEqual([0, 2]);
  });

  test('a wide graph: one tensor used 100,000 times', () => {
    const x = leaf(2);
    const parts = Array.from({ length: 100_000 }, () => x.mul(x));
    gt.stack(parts).sum().backward();
    expect(x.grad!.item()).toBe(400_000);
  });
});

describe('derivatives of derivatives', () => {
  test('createGraph up to the third', () => {
    const x = leaf(1.25);
    const [d1] = gt.autograd.grad(x.pow(5), x, { createGraph: true });
    const [d2] = gt.autograd.grad(d1, x, { createGraph: true });
    const [d3] = gt.autograd.grad(d2, x, { createGraph: true });
    expect(d1.item()).toBeCloseTo(5 * 1.25 ** 4, 12);
    expect(d2.item()).toBeCloseTo(20 * 1.25 ** 3, 12);
    expect(d3.item()).toBeCloseTo(60 * 1.25 ** 2, 12);
    expect(d3.requiresGrad).toBe(true);
  });

  test('of a function with exponentials, sines and a product', () => {
    const x = leaf(0.7);
    let d: gt.Tensor = x.sin().mul(x.exp());
    // The fourth derivative of sin(x) exp(x) is -4 sin(x) exp(x).
    for (let i = 0; i < 4; i++) [d] = gt.autograd.grad(d, x, { createGraph: true });
    expect(d.item()).toBeCloseTo(-4 * Math.sin(0.7) * Math.exp(0.7), 10);
  });

  test('.grad is part of the graph with createGraph, and not without', () => {
    const x = leaf(3);
    x.pow(3).backward({ createGraph: true });
    expect(x.grad!.requiresGrad).toBe(true);
    const penalty = x.grad!.pow(2);
    x.grad = null;
    penalty.backward();
    // d/dx (3 x^2)^2 = 36 x^3
    expect(x.grad!.item()).toBeCloseTo(36 * 27, 9);
    expect(x.grad!.requiresGrad).toBe(false);
  });

  test('through index writes', () => {
    const x = leaf([2, 3]);
    const y = x.mul(x);
    y.setAt([0], x.at(0).mul(x.at(1)).mul(x.at(0)));
    const [g] = gt.autograd.grad(y.mul(gt.tensor([1, 10], f64)).sum(), x, { createGraph: true });
    // x0^2 x1 + 10 x1^2
    expect(of(g)).toEqual([12, 4 + 60]);
    const [h] = gt.autograd.grad(g.sum(), x);
    expect(of(h)).toEqual([2 * 3 + 2 * 2, 2 * 2 + 20]);
  });
});

describe('gradients as values', () => {
  test('grad leaves .grad alone', () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    const [gx, gy] = gt.autograd.grad(x.mul(y).sum(), [x, y]);
    expect([of(gx), of(gy), x.grad, y.grad]).toEqual([[3, 4], [1, 2], null, null]);
  });

  test('intermediate tensors, the output itself, and the same input twice', () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const z = y.mul(y);
    const [gz, gy, gy2, gx] = gt.autograd.grad(z, [z, y, y, x], { gradOutputs: ones(2) });
    expect([of(gz), of(gy), of(gy2), of(gx)]).toEqual([
      [1, 1],
      [6, 12],
      [6, 12],
      [18, 36],
    ]);
  });

  test('unused inputs', () => {
    const [x, unused] = [leaf([1, 2]), leaf([1, 2])];
    expect(() => gt.autograd.grad(x.mul(2).sum(), [x, unused])).toThrow(/input 1 .*allowUnused: true/);
    const [g, none] = gt.autograd.grad(x.mul(2).sum(), [x, unused], { allowUnused: true });
    expect([of(g), none]).toEqual([[2, 2], null]);
    expect(() => gt.autograd.grad(x.mul(2).sum(), gt.ones(1))).toThrow(/does not require grad/);
    expect(() => gt.autograd.grad(gt.ones(1), x)).toThrow(/does not require grad/);
    expect(() => gt.autograd.grad(x.sum(), [])).toThrow(/grad: expected inputs to hold tensors/);
  });

  test('several outputs', () => {
    const x = leaf([1, 2]);
    expect(of(gt.autograd.grad([x.mul(2).sum(), x.mul(x).sum()], x)[0])).toEqual([4, 6]);
    expect(() => gt.autograd.grad([x.sum(), x.sum()], x, { gradOutputs: [null] })).toThrow(/one gradOutput for each of 2 outputs, got 1/);
  });

  test('backward with inputs', () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const y = x.mul(2);
    y.mul(w)
      .sum()
      .backward({ inputs: [w, y] });
    expect([of(x.grad), of(w.grad), of(y.grad), y.retainsGrad]).toEqual([null, [2, 4], [3, 4], true]);
    expect(() => y.sum().backward({ inputs: [] })).toThrow(/cannot be empty/);
    gt.autograd.backward([x.mul(w), x.mul(5)], [ones(2), ones(2)], { inputs: x });
    expect([of(x.grad), of(w.grad)]).toEqual([
      [8, 9],
      [2, 4],
    ]);
    expect(() => gt.autograd.backward([x.sum(), x.sum()], [null])).toThrow(/one gradient for each of 2 tensors, got 1/);
  });

  test('outputs without a gradient count as zero', () => {
    const x = leaf([1, 2, 3, 4]);
    const [, middle] = x.mul(2).split([1, 2, 1]);
    middle.mul(middle).sum().backward();
    expect(of(x.grad)).toEqual([0, 16, 24, 0]);
    const { values, indices } = leaf([
      [1, 5],
      [7, 2],
    ]).max(1);
    expect([values.requiresGrad, indices.requiresGrad]).toEqual([true, false]);
  });
});

describe('bad calls', () => {
  test('backward on a non-scalar, without a graph, with a gradient that does not fit', () => {
    const x = leaf([1, 2]);
    expect(() => x.mul(2).backward()).toThrow(/shape \[2\]: grad can be implicitly created only for scalar outputs/);
    expect(() => gt.ones([1]).backward()).toThrow(/does not require grad and does not have a gradFn/);
    expect(() => x.detach().sum().backward()).toThrow(gt.GradientError);
    expect(() => x.mul(2).backward(ones(3))).toThrow(/shape \[2\], got \[3\]: Mismatch in shape/);
    expect(() => x.mul(2).backward(ones(1))).toThrow(/Mismatch in shape/);
    expect(() => x.mul(2).backward([1, 1] as unknown as gt.Tensor)).toThrow(gt.ArgumentError);
    expect(() => x.sum().backward({ retaingraph: true } as object)).toThrow(/options among .*retainGraph.* got retaingraph/);
    expect(x.grad).toBe(null);
  });

  test('a leaf is its own graph', () => {
    const x = leaf(4);
    x.backward();
    x.backward();
    expect(x.grad!.item()).toBe(2);
  });
});

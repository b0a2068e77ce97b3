// In-place ops: versions and the error when something saved was overwritten, what is saved anyway, and recording switched on and off.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

const f64 = { dtype: 'float64' } as const;
const leaf = (data: number[]): gt.Tensor => gt.tensor(data, { ...f64, requiresGrad: true });
const of = (t: gt.Tensor | null): unknown => t?.toArray() ?? null;
const modified =
  /one of the variables needed for gradient computation has been modified by an inplace operation: float64 tensor of shape \[2\] is at version 1; expected version 0 instead/;

describe('versions', () => {
  test('what was saved may not have changed', () => {
    const x = leaf([1, 2]);
    const write: [string, (y: gt.Tensor) => unknown][] = [
      ['itself', (y) => y.add_(1)],
      ['a view', (y) => y.at('1:').zero_()],
      ['detached', (y) => y.detach().mul_(2)],
      ['in noGrad', (y) => gt.noGrad(() => y.setAt([0], 3))],
    ];
    for (const [, change] of write) {
      const y = x.mul(1);
      const z = y.mul(y).sum();
      change(y);
      expect(() => z.backward()).toThrow(modified);
      expect(() => z.backward()).toThrow(gt.GradientError);
    }
    expect(x.grad).toBe(null);
  });

  test('a view that was saved, then its base written to, even elsewhere', () => {
    const y = leaf([1, 2, 3]).mul(1);
    const view = y.at(':1');
    const z = view.mul(view).sum();
    y.setAt([2], 1);
    expect(() => z.backward()).toThrow(/modified by an inplace operation/);
  });

  test('an op that saved its output, or nothing, does not mind its input', () => {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    const z = y.exp().add(y).sum();
    y.zero_();
    z.backward();
    expect(of(x.grad)).toEqual(of(x.detach().exp().add(1)));
    const s = x.mul(1).exp();
    s.add_(1);
    expect(() => s.sum().backward()).toThrow(/ExpBackward0: .*modified by an inplace operation/);
  });

  test('count every write, and only writes', () => {
    const x = gt.zeros([3]);
    x.add(1).mul(2);
    expect(x._version).toBe(0);
    x.add_(1).mul_(2).at('1:').fill_(0);
    x.setAt([0], 5);
    expect(x._version).toBe(4);
    expect(() => x.add_(gt.ones([4]))).toThrow(gt.ShapeError);
    expect(x._version).toBe(4);
  });
});

describe('gradients', () => {
  test('an op that needs the value it overwrites keeps a copy', () => {
    const cases: [(y: gt.Tensor) => unknown, number[]][] = [
      [(y) => y.pow_(2), [2, 4]],
      [(y) => y.abs_(), [1, 1]],
      [(y) => y.exp_(), [Math.E, Math.exp(2)]],
      [(y) => y.neg_().abs_(), [1, 1]],
      [(y) => y.clamp_(0, 1.5), [1, 0]],
      [(y) => y.add_(y), [2, 2]],
      [(y) => y.sub_(gt.ones([2], f64), { alpha: 3 }), [1, 1]],
      [(y) => y.zero_(), [0, 0]],
      [(y) => y.copy_(gt.ones([2], f64)), [0, 0]],
    ];
    for (const [write, gradient] of cases) {
      const x = leaf([1, 2]);
      const y = x.mul(1);
      write(y);
      y.sum().backward();
      for (const [i, g] of (of(x.grad) as number[]).entries()) expect(g).toBeCloseTo(gradient[i], 12);
    }
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    x.mul(1).mul_(w).sum().backward();
    expect([of(x.grad), of(w.grad)]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const y = x.mul(1);
    y.mul_(y);
    expect(() => y.sum().backward()).toThrow(/modified by an inplace operation/);
  });

  test('and a copy that can be differentiated again', () => {
    const x = leaf([2, 3]);
    const y = x.mul(x);
    const w = leaf([1, 1]);
    y.mul_(w);
    const [gw] = gt.autograd.grad(y.sum(), w, { createGraph: true });
    expect(of(gw)).toEqual([4, 9]);
    expect(of(gt.autograd.grad(gw.sum(), x)[0])).toEqual([4, 6]);
  });

  test('dtypes and shapes of results must fit', () => {
    expect(() => gt.tensor([1, 2], { dtype: 'int32' }).add_(1.5)).toThrow(/result type float32 that can't be cast to the desired output type int32/);
    expect(gt.ones([2]).add_(gt.ones([2], f64)).dtype).toBe('float32');
    const target = gt.tensor([0, 0], { dtype: 'int64' });
    target.copy_(leaf([1.9, 2.9]));
    expect([of(target), target.requiresGrad]).toEqual([[1, 2], false]);
  });
});

describe('recording', () => {
  test('noGrad, enableGrad and setGradEnabled nest, and survive exceptions', () => {
    const x = leaf([1]);
    const states: boolean[] = [];
    const note = (): void => void states.push(x.mul(1).requiresGrad);
    gt.noGrad(() => {
      note();
      gt.enableGrad(() => {
        note();
        expect(() =>
          gt.noGrad(() => {
            note();
            throw new Error('x');
          }),
        ).toThrow('x');
        note();
      });
      note();
      gt.setGradEnabled(true);
      note();
    });
    note();
    gt.setGradEnabled(false);
    note();
    gt.setGradEnabled(true);
    expect(states).toEqual([false, true, false, true, false, true, true, false]);
    expect(gt.noGrad(() => 42)).toBe(42);
    expect(() => gt.setGradEnabled(1 as never)).toThrow(gt.ArgumentError);
  });

  test('async functions are refused, and recording goes on', async () => {
    expect(() => gt.noGrad(async () => 1)).toThrow(/expected a synchronous function, got an async one/);
    expect(() => gt.enableGrad(() => Promise.reject(new Error('unseen')))).toThrow(gt.ArgumentError);
    expect(() => gt.noGrad(5 as never)).toThrow(gt.ArgumentError);
    expect(gt.isGradEnabled()).toBe(true);
  });

  test('detach, requiresGrad_ and isLeaf', () => {
    const x = leaf([1, 2]);
    const d = x.detach();
    expect([d.requiresGrad, d.isLeaf, x.mul(2).detach().gradFn]).toEqual([false, true, null]);
    d.requiresGrad_();
    d.mul(3).sum().backward();
    expect([of(d.grad), x.grad]).toEqual([[3, 3], null]);
    expect(() => {
      x.mul(2).requiresGrad = false;
    }).toThrow(/leaf/);
    expect(x.mul(2).requiresGrad_().requiresGrad).toBe(true);
    expect(() => gt.tensor([1], { dtype: 'int32' }).requiresGrad_()).toThrow(/floating point/);
    expect(() => x.requiresGrad_('no' as never)).toThrow(/true or false, got "no"/);
    const y = x.mul(2);
    y.detach_();
    expect([y.requiresGrad, y.isLeaf]).toEqual([false, true]);
    expect(x.requiresGrad_(false).isLeaf).toBe(true);
  });

  test('an optimizer step by hand', () => {
    const w = leaf([1, 2]);
    for (let i = 0; i < 3; i++) {
      w.mul(w).sum().backward();
      gt.noGrad(() => w.sub_(w.grad!, { alpha: 0.25 }));
      w.grad = null;
    }
    expect([of(w), w._version, w.isLeaf]).toEqual([[0.125, 0.25], 3, true]);
  });
});

// Tensor hooks and retained gradients, in PyTorch 1.13's order and with its checks; hooks that keep what they see, fail, or run backward themselves.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';
import { loadNative } from '../src/kernels/native.js';

const f64 = { dtype: 'float64' } as const;
const leaf = (data: number | number[]): gt.Tensor => gt.tensor(data, { ...f64, requiresGrad: true });
const of = (t: gt.Tensor | null): unknown => t?.toArray() ?? null;

describe('hooks', () => {
  test('run in the order they were registered, each seeing what the one before returned', () => {
    const x = leaf([1, 2]);
    const order: number[] = [];
    x.registerHook((g) => {
      order.push(1);
      return g.mul(2);
    });
    x.registerHook((g) => {
      order.push(2);
      return g.add(1);
    });
    x.mul(1).sum().backward();
    expect(order).toEqual([1, 2]);
    expect(of(x.grad)).toEqual([3, 3]);
  });

  test('on a tensor that is no leaf they change what flows on, once per backward', () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const seen: unknown[] = [];
    y.registerHook((g) => {
      seen.push(of(g));
      return g.neg();
    });
    y.mul(y).add(y).sum().backward();
    expect(seen).toEqual([[5, 9]]);
    expect(of(x.grad)).toEqual([-10, -18]);
  });

  test('can be removed, also while they run', () => {
    const x = leaf(1);
    let calls = 0;
    const first = x.registerHook(() => void calls++);
    const second = x.registerHook(() => {
      calls += 10;
      second.remove();
      second.remove();
    });
    x.mul(1).backward();
    x.mul(1).backward();
    expect(calls).toBe(12);
    first.remove();
    x.mul(1).backward();
    expect(calls).toBe(12);
  });

  test('what they return must fit', () => {
    const returning = (value: unknown) => () => {
      const x = leaf([1, 2]);
      const y = x.mul(2);
      y.registerHook(() => value as gt.Tensor);
      y.sum().backward();
    };
    expect(returning(gt.tensor(3, f64))).toThrow(/float64 tensor of shape \[2\], got a float64 tensor of shape \[\]: a hook has changed the size/);
    expect(returning(gt.ones([2]))).toThrow(/changed the type of value/);
    expect(returning(3)).toThrow(gt.ArgumentError);
    expect(returning(null)).not.toThrow();
    expect(() => leaf(1).registerHook(5 as never)).toThrow(/registerHook: expected a function, got 5/);
    expect(() => gt.ones([1]).registerHook(() => {})).toThrow(/requires grad/);
  });

  test('gradients as values are caught before hooks, and the hooks of tensors beyond are not called', () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    let calls = 0;
    y.registerHook((g) => {
      calls++;
      return g.mul(10);
    });
    const [gy, gx] = gt.autograd.grad(y.sum(), [y, x], { retainGraph: true });
    expect([of(gy), of(gx), calls]).toEqual([[1, 1], [20, 20], 1]);
    expect(of(gt.autograd.grad(y.sum(), y, { retainGraph: true })[0])).toEqual([1, 1]);
    expect(calls).toBe(1);
    x.registerHook((g) => g.mul(100));
    expect(of(gt.autograd.grad(y.sum(), x, { retainGraph: true })[0])).toEqual([20, 20]);
    y.sum().backward({ inputs: x });
    expect(of(x.grad)).toEqual([2000, 2000]);
  });

  test('a hook registered before an in-place write sees the gradient of the value before it', () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const seen: unknown[] = [];
    y.registerHook((g) => void seen.push(of(g)));
    y.mul_(3);
    y.registerHook((g) => void seen.push(of(g)));
    y.sum().backward();
    expect(seen).toEqual([
      [1, 1],
      [3, 3],
    ]);
  });

  test('a gradient that a hook keeps stays what it was', () => {
    const x = gt.ones([1000], { ...f64, requiresGrad: true });
    const kept: gt.Tensor[] = [];
    const y = x.mul(2);
    for (const t of [x, y]) t.registerHook((g) => void kept.push(g));
    y.mul(3).sum().backward();
    x.grad!.zero_();
    for (let i = 0; i < 50; i++) gt.full([1000], 9, f64);
    expect(kept.map((g) => g.sum().item())).toEqual([3000, 6000]);
  });

  test('an exception in a hook reaches the caller and breaks nothing', () => {
    const x = gt.ones([1000], { ...f64, requiresGrad: true });
    const y = x.mul(2).tanh();
    const handle = y.registerHook(() => {
      throw new TypeError('mine');
    });
    expect(() => y.mul(y).sum().backward()).toThrow(new TypeError('mine'));
    expect(x.grad).toBe(null);
    expect(gt.isGradEnabled()).toBe(true);
    handle.remove();
    y.mul(y).sum().backward();
    const expected = 1000 * 2 * Math.tanh(2) * (1 - Math.tanh(2) ** 2) * 2;
    expect(x.grad!.sum().item()).toBeCloseTo(expected, 8);
  });

  test('recording is off in hooks, and on with createGraph', () => {
    const x = leaf(2);
    const states: boolean[] = [];
    const y = x.mul(x);
    y.registerHook(() => void states.push(gt.isGradEnabled()));
    y.backward({ retainGraph: true });
    y.backward({ createGraph: true });
    expect(states).toEqual([false, true]);
  });
});

describe('backward inside a hook', () => {
  test('of another graph', () => {
    const [x, other] = [leaf([1, 2]), leaf([3, 4])];
    const y = x.mul(2);
    y.registerHook((g) => gt.enableGrad(() => other.mul(other).mul(g).sum().backward()));
    y.mul(y).sum().backward();
    expect(of(other.grad)).toEqual([4 * 6, 8 * 8]);
    expect(of(x.grad)).toEqual([8, 16]);
  });

  test('of the same graph', () => {
    const x = leaf([1, 2]);
    const shared = x.mul(x);
    const y = shared.mul(3);
    let once = false;
    y.registerHook(() => {
      if (once) return;
      once = true;
      shared.backward(gt.ones([2], f64), { retainGraph: true });
    });
    y.add(shared).sum().backward();
    expect(of(x.grad)).toEqual([2 + 8, 4 + 16]);
  });

  test('500 levels deep; a stack that is full is one clear error', () => {
    const nest = (levels: number): void => {
      const y = gt.enableGrad(() => leaf(1).mul(2));
      if (levels > 0) y.registerHook(() => nest(levels - 1));
      y.backward();
    };
    nest(500);
    expect(() => nest(1e6)).toThrow(/backward: expected hooks that call backward to nest less deeply/);
    expect(gt.isGradEnabled()).toBe(true);
    const x = leaf(3);
    x.mul(x).backward();
    expect(x.grad!.item()).toBe(6);
  });
});

// test_deep_reentrant: what V8 gives to JavaScript is enough for a few hundred levels; the addon, on whatever backend, opens the rest of the thread's stack. Windows has no more.
describe('a Function’s backward that runs backward', () => {
  class Deep extends gt.autograd.Function {
    static override forward(ctx: gt.autograd.Context, x: gt.Tensor): gt.Tensor {
      ctx.x = gt.enableGrad(() => x.detach().requiresGrad_().sub(1));
      return ctx.x.detach();
    }
    static override backward(ctx: gt.autograd.Context, g: gt.Tensor): gt.Tensor {
      if (ctx.x.item() < 0) return g;
      nested++;
      gt.enableGrad(() => Deep.apply(ctx.x).sum().backward());
      return g;
    }
  }
  let nested = 0;
  const addon = ((): boolean => {
    try {
      return loadNative().name === 'native';
    } catch {
      return false;
    }
  })();

  test.each(addon && process.platform !== 'win32' ? [2000, 200] : [200])('%i levels deep', (levels) => {
    nested = 0;
    const x = leaf(levels);
    Deep.apply(x).sum().backward();
    expect(nested).toBe(levels);
    expect(x.grad!.item()).toBe(1);
  });
});

describe('retainGrad', () => {
  test('keeps and accumulates the gradient of a tensor that is no leaf', () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    expect(y.retainsGrad).toBe(false);
    y.retainGrad();
    y.retainGrad();
    y.mul(y).sum().backward({ retainGraph: true });
    expect(of(y.grad)).toEqual([4, 8]);
    y.sum().backward();
    expect(of(y.grad)).toEqual([5, 9]);
    expect([y.retainsGrad, y.isLeaf]).toEqual([true, false]);
    expect(() => gt.ones([1]).retainGrad()).toThrow(/requires_grad=False/);
    expect(() => x.retainGrad()).not.toThrow();
  });

  test('takes its turn among the hooks', () => {
    const x = leaf([1, 2]);
    const [before, after] = [x.mul(2), x.mul(2)];
    before.retainGrad();
    before.registerHook((g) => g.mul(10));
    after.registerHook((g) => g.mul(10));
    after.retainGrad();
    before.add(after).sum().backward();
    expect([of(before.grad), of(after.grad)]).toEqual([
      [1, 1],
      [10, 10],
    ]);
  });

  test('follows the tensor through in-place writes, to it and to its base', () => {
    const x = leaf([1, 2, 3]);
    const y = x.mul(2);
    y.retainGrad();
    y.mul_(3);
    expect(y.retainsGrad).toBe(true);
    y.sum().backward();
    expect([of(y.grad), of(x.grad)]).toEqual([
      [1, 1, 1],
      [6, 6, 6],
    ]);

    const base = x.mul(1);
    const view = base.at('1:');
    view.retainGrad();
    view.mul_(3);
    view.sum().mul(2).add(base.sum()).backward();
    expect(of(view.grad)).toEqual([2, 2]);

    const other = x.mul(1);
    const part = other.at('1:');
    part.retainGrad();
    other.mul_(3);
    part.sum().add(other.sum()).backward();
    expect(of(part.grad)).toEqual([1, 1]);
  });

  test('with createGraph it can be differentiated', () => {
    const x = leaf(3);
    const y = x.mul(x);
    y.retainGrad();
    y.mul(y).backward({ createGraph: true });
    expect(y.grad!.item()).toBe(18);
    expect(gt.autograd.grad(y.grad!, x)[0].item()).toBe(12);
  });
});

describe('hooks of nodes', () => {
  test('see the gradients that come out and go in, and replace those that come out', () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    const seen: unknown[] = [];
    const handle = y.gradFn!.registerHook((gradInputs, gradOutputs) => {
      seen.push(gradInputs.map(of), gradOutputs.map(of));
      return gradInputs.map((g) => g?.mul(2) ?? null);
    });
    y.sum().backward({ retainGraph: true });
    expect([seen, of(x.grad)]).toEqual([
      [[[3, 3], null], [[1, 1]]],
      [6, 6],
    ]);
    expect(of(gt.autograd.grad(y.sum(), x, { retainGraph: true })[0])).toEqual([6, 6]);
    handle.remove();
    expect(of(gt.autograd.grad(y.sum(), x)[0])).toEqual([3, 3]);
  });

  test('before the node runs, in turn with those of tensors', () => {
    const x = leaf([1, 2]);
    const y = x.exp();
    y.registerHook((g) => g.add(1));
    y.gradFn!.registerPrehook(([g]) => [g!.mul(10)]);
    y.sum().backward();
    expect(x.grad!.at(0).item()).toBeCloseTo(20 * Math.E, 12);
  });

  test('of accumulators run when .grad is there', () => {
    const x = leaf([1, 2]);
    const accumulator = x.expand(2).gradFn!.nextFunctions[0][0]!;
    const seen: unknown[] = [];
    accumulator.registerHook((gradInputs, [g]) => void seen.push(gradInputs.length, of(g), of(x.grad)));
    x.mul(3).sum().backward();
    expect(seen).toEqual([0, [3, 3], [3, 3]]);
  });

  test('must return as many as they were given, of the same shapes', () => {
    const y = leaf([1, 2]).mul(3);
    const short = y.gradFn!.registerHook(() => []);
    expect(() => y.sum().backward({ retainGraph: true })).toThrow(/incorrect number of values \(got 0, but expected 2\)/);
    short.remove();
    y.gradFn!.registerHook(() => [gt.ones([3], f64), null]);
    expect(() => y.sum().backward()).toThrow(/a hook has changed the size of value/);
    expect(() => y.gradFn!.registerHook(5 as never)).toThrow(gt.ArgumentError);
  });

  test('may keep what they see', () => {
    const x = gt.ones([1000], { ...f64, requiresGrad: true });
    const kept: (gt.Tensor | null)[] = [];
    const y = x.mul(2);
    const z = y.tanh();
    for (const t of [y, z]) t.gradFn!.registerHook((a, b) => void kept.push(...a, ...b));
    z.gradFn!.registerPrehook((a) => void kept.push(...a));
    z.mul(3).sum().backward();
    const before = kept.map((t) => t?.toArray());
    for (let i = 0; i < 50; i++) gt.full([1000], 9, f64);
    expect(kept.map((t) => t?.toArray())).toEqual(before);
  });
});

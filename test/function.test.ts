// autograd.Function: ops with a backward of the user's own. What is expected here is what PyTorch 1.13 does.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

type Context = gt.autograd.Context;
const f64 = { dtype: 'float64' } as const;
const leaf = (data: number | number[] = [1, 2]): gt.Tensor => gt.tensor(data, { ...f64, requiresGrad: true });
const of = (t: gt.Tensor | null | undefined): unknown => t?.toArray() ?? null;

// biome-ignore lint/suspicious/noExplicitAny: every Function has arguments of its own.
type Any = any;
/** A Function from its two functions. */
const make = (forward: (ctx: Context, ...args: Any[]) => unknown, backward: (ctx: Context, ...grads: Any[]) => unknown) =>
  class MyFn extends gt.autograd.Function {
    static override forward = forward;
    static override backward = backward;
  };
const double = make(
  (_, x: gt.Tensor) => x.mul(2),
  (_, g: gt.Tensor) => g.mul(2),
);

class Exp extends gt.autograd.Function {
  static override forward(ctx: Context, x: gt.Tensor): gt.Tensor {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static override backward(ctx: Context, g: gt.Tensor): gt.Tensor {
    return g.mul(ctx.savedTensors[0]!);
  }
}

describe('a Function', () => {
  test('is one node, named after its class', () => {
    const x = leaf();
    const y = Exp.apply(x);
    expect([y.requiresGrad, y.isLeaf, y.gradFn.name, y.gradFn.nextFunctions[0][0].name]).toEqual([true, false, 'ExpBackward', 'AccumulateGrad']);
    y.sum().backward();
    expect(of(x.grad)).toEqual(of(x.detach().exp()));
  });

  test('records nothing inside forward, nor when no gradient is wanted', () => {
    const states: boolean[] = [];
    const F = make(
      (_, x) => {
        states.push(gt.isGradEnabled());
        return x.mul(2);
      },
      (_, g) => g,
    );
    F.apply(leaf());
    expect(states).toEqual([false]);
    expect(F.apply(gt.ones([2])).requiresGrad).toBe(false);
    expect(gt.noGrad(() => F.apply(leaf())).gradFn).toBe(null);
  });

  test('can be differentiated twice where backward is made of differentiable ops', () => {
    const x = leaf([0.3, -0.7]);
    expect(gt.autograd.gradcheck((t) => Exp.apply(t), [x])).toBe(true);
    expect(gt.autograd.gradgradcheck((t) => Exp.apply(t), [x])).toBe(true);
  });

  test('takes arguments that are no tensors, and tells which inputs need a gradient', () => {
    let needs: readonly boolean[] = [];
    const Scale = make(
      (ctx, x: gt.Tensor, factor: number, other: gt.Tensor) => {
        ctx.factor = factor;
        return x.mul(factor).add(other);
      },
      (ctx, g: gt.Tensor) => {
        needs = ctx.needsInputGrad;
        return [g.mul(ctx.factor), null, null];
      },
    );
    const x = leaf();
    Scale.apply(x, 3, gt.ones([2], f64))
      .sum()
      .backward();
    expect(of(x.grad)).toEqual([3, 3]);
    expect(needs).toEqual([true, false, false]);
  });

  test('several outputs: gradients of those that were not used are zeros, or null if asked for', () => {
    const seen: unknown[] = [];
    const two = (materialize: boolean) =>
      make(
        (ctx, x: gt.Tensor) => {
          ctx.setMaterializeGrads(materialize);
          return [x.mul(2), x.mul(3)];
        },
        (_, a, b) => {
          seen.push([of(a), of(b)]);
          return (a ?? b).mul(2);
        },
      );
    two(true).apply(leaf())[0].sum().backward();
    two(false).apply(leaf())[1].sum().backward();
    expect(seen).toEqual([
      [
        [1, 1],
        [0, 0],
      ],
      [null, [1, 1]],
    ]);
  });

  test('outputs that are no tensors pass through', () => {
    const F = make(
      (_, x) => [x.mul(2), 5, null],
      (_, g, five, none) => [five, none].some((grad) => grad !== null) || g.mul(2),
    );
    const x = leaf();
    const [y, five, none] = F.apply(x);
    expect([five, none]).toEqual([5, null]);
    y.sum().backward();
    expect(of(x.grad)).toEqual([2, 2]);
    expect(
      make(
        () => 5,
        () => null,
      ).apply(x),
    ).toBe(5);
  });

  test('outputs without a gradient: marked ones, and integers', () => {
    const F = make(
      (ctx, x: gt.Tensor) => {
        const marked = x.mul(5);
        ctx.markNonDifferentiable(marked);
        return [x.mul(2), x.gt(1), marked];
      },
      (_, g) => g.mul(2),
    );
    const x = leaf();
    const [y, mask, marked] = F.apply(x);
    expect([y.requiresGrad, mask.requiresGrad, marked.requiresGrad, marked.gradFn]).toEqual([true, false, false, null]);
    y.sum().backward();
    expect(of(x.grad)).toEqual([2, 2]);
  });

  test('null as the gradient stops there', () => {
    const [x, w] = [leaf(), leaf()];
    const F = make(
      (_, a, b) => a.mul(b),
      (_, g) => [null, g],
    );
    F.apply(x.mul(1), w).sum().backward();
    expect([of(x.grad), of(w.grad)]).toEqual([null, [1, 1]]);
  });

  test('the same tensor as two arguments gets the sum', () => {
    const x = leaf();
    make(
      (_, a, b) => a.mul(b),
      (_, g) => [g.mul(10), g],
    )
      .apply(x, x)
      .sum()
      .backward();
    expect(of(x.grad)).toEqual([11, 11]);
  });

  test('backward inside backward', () => {
    const Inner = make(
      (ctx, x: gt.Tensor) => {
        ctx.saveForBackward(x);
        return x.mul(x);
      },
      (ctx, g) => {
        const inner = ctx.savedTensors[0]!.detach().requiresGrad_();
        gt.enableGrad(() => inner.mul(inner).sum()).backward();
        return g.mul(inner.grad);
      },
    );
    const x = leaf();
    Inner.apply(x.mul(1)).mul(3).sum().backward();
    expect(of(x.grad)).toEqual([6, 12]);
  });
});

describe('saved tensors', () => {
  test('are freed by backward', () => {
    let ctx!: Context;
    class Keep extends Exp {
      static override backward(given: Context, g: gt.Tensor): gt.Tensor {
        ctx = given;
        return Exp.backward(given, g);
      }
    }
    const y = Keep.apply(leaf());
    y.sum().backward({ retainGraph: true });
    expect(of(ctx.savedTensors[0])).toEqual(of(y));
    y.sum().backward();
    expect(() => ctx.savedTensors).toThrow(/after they have been freed.*retainGraph/);
    expect(() => y.sum().backward()).toThrow(/second time/);
  });

  test('may not have been written to', () => {
    const y = Exp.apply(leaf());
    y.add_(1);
    expect(() => y.sum().backward()).toThrow(/ExpBackward: .*modified by an inplace operation/);
  });

  test('have the history of what was saved', () => {
    const x = leaf(3);
    const Square = make(
      (ctx, t: gt.Tensor) => {
        ctx.saveForBackward(t, null);
        return t.mul(t);
      },
      (ctx, g) => {
        expect(ctx.savedTensors[1]).toBe(null);
        return g.mul(ctx.savedTensors[0]).mul(2);
      },
    );
    const [g] = gt.autograd.grad(Square.apply(x), x, { createGraph: true });
    expect(gt.autograd.grad(g, x)[0].item()).toBe(2);
    expect(() =>
      make(
        (ctx) => ctx.saveForBackward(5 as never),
        () => null,
      ).apply(x),
    ).toThrow(/saveForBackward: expected argument 0 to be a tensor, got 5/);
  });
});

describe('inputs among the outputs', () => {
  const asIs = make(
    (_, x) => x,
    (_, g) => g.mul(3),
  );

  test('an input that is returned as it is becomes another tensor over the same memory', () => {
    const x = leaf();
    const y = asIs.apply(x);
    expect([y === x, y.isLeaf, x.isLeaf, y.gradFn.name]).toEqual([false, false, true, 'MyFnBackward']);
    y.sum().backward();
    expect(of(x.grad)).toEqual([3, 3]);
  });

  test('nothing that shares an input’s memory may be written to, as the write would bypass backward', () => {
    const view = make(
      (_, x) => x.view(2, 1),
      (_, g) => g.view(2).mul(3),
    );
    const forbidden = /output 0 of MyFnBackward is a view that was created inside a custom Function/;
    expect(() => asIs.apply(leaf().mul(1)).add_(1)).toThrow(forbidden);
    expect(() => view.apply(leaf().mul(1)).add_(1)).toThrow(forbidden);
    const base = leaf().mul(1);
    const y = view.apply(base);
    base.add_(1);
    expect(() => y.gradFn).toThrow(forbidden);
    const several = make(
      (_, x) => [x.view(2, 1), x.at(0)],
      (_, g) => g.view(2),
    );
    expect(() => several.apply(leaf().mul(1))[0].add_(1)).toThrow(/multiple views/);
    const x = leaf();
    view.apply(x.mul(1)).sum().backward();
    expect(of(x.grad)).toEqual([3, 3]);
  });

  const inPlace = make(
    (ctx, x: gt.Tensor) => {
      ctx.markDirty(x);
      return x.mul_(2);
    },
    (_, g) => g.mul(2),
  );

  test('markDirty: an input that was written to goes on as the output', () => {
    const x = leaf();
    const y = x.mul(1);
    const z = inPlace.apply(y);
    expect([z === y, y.gradFn!.name, y._version]).toEqual([true, 'MyFnBackward', 1]);
    z.mul(z).sum().backward();
    expect(of(x.grad)).toEqual([8, 16]);
  });

  test('markDirty of a view: its base follows, whatever argument it was', () => {
    const second = make(
      (ctx, factor: gt.Tensor, x: gt.Tensor) => {
        ctx.markDirty(x);
        ctx.saveForBackward(factor);
        return x.mul_(factor);
      },
      (ctx, g) => [null, g.mul(ctx.savedTensors[0])],
    );
    const x = leaf([1, 2, 3]);
    for (const write of [(v: gt.Tensor) => inPlace.apply(v), (v: gt.Tensor) => second.apply(gt.tensor(2, f64).requiresGrad_(), v)]) {
      x.grad = null;
      const base = x.mul(1);
      const view = base.at('1:');
      expect(write(view)).toBe(view);
      expect([base.gradFn!.name, of(base)]).toEqual(['CopySlices', [1, 4, 6]]);
      base.sum().backward();
      expect(of(x.grad)).toEqual([1, 2, 2]);
    }
  });

  test('markDirty: leaves are refused, and what is dirty must be returned', () => {
    expect(() => inPlace.apply(leaf())).toThrow(/a leaf Variable that requires grad/);
    const lost = make(
      (ctx, x: gt.Tensor) => {
        ctx.markDirty(x);
        return x.mul_(2).clone();
      },
      (_, g) => g,
    );
    expect(() => lost.apply(leaf().mul(1))).toThrow(/marked as dirty during the forward method were not returned as output/);
  });

  test('a detached input is an output like any other', () => {
    const F = make(
      (_, x) => x.detach(),
      (_, g) => g.mul(3),
    );
    const x = leaf();
    F.apply(x.mul(1)).sum().backward();
    expect(of(x.grad)).toEqual([3, 3]);
  });
});

describe('what backward returns is checked', () => {
  const returning =
    (value: unknown, ...others: unknown[]) =>
    () =>
      make(
        (_, x) => x.mul(2),
        () => value,
      )
        .apply(leaf(), ...others)
        .sum()
        .backward();
  const g = gt.ones([2], f64);
  test.each([
    [[g, g], [], /incorrect number of gradients \(expected 1, got 2\)/],
    [g, [leaf()], /incorrect number of gradients \(expected 2, got 1\)/],
    [[g, g], [3], /gradient different than null at position 2/],
    [gt.ones([3], f64), [], /MyFnBackward: returned an invalid gradient for input 0: expected shape compatible with \[2\], got \[3\]/],
    [5, [], /a tensor or null as gradient 0, got 5/],
  ])('%#', (value, others, message) => {
    expect(returning(value, ...others)).toThrow(message);
    expect(returning(value, ...others)).toThrow(gt.GradtapeError);
  });
  test('nulls at the end, broadcast gradients and other dtypes are fine', () => {
    expect(returning([g, null, null])).not.toThrow();
    expect(returning(gt.ones([3, 2]))).not.toThrow();
    expect(returning(null)).not.toThrow();
  });
  test('missing forward or backward', () => {
    class Nothing extends gt.autograd.Function {}
    class OneWay extends gt.autograd.Function {
      static override forward = (_: Context, x: gt.Tensor): gt.Tensor => x.mul(2);
    }
    expect(() => Nothing.apply(leaf())).toThrow(/Nothing: You must implement the forward function/);
    expect(() => OneWay.apply(leaf()).sum().backward()).toThrow(/OneWay: You must implement the backward/);
  });
  test('an exception reaches the caller', () => {
    const bad = make(
      (_, x) => x.mul(2),
      () => {
        throw new TypeError('mine');
      },
    );
    expect(() => bad.apply(leaf()).sum().backward()).toThrow(new TypeError('mine'));
    expect(gt.isGradEnabled()).toBe(true);
  });
});

test('onceDifferentiable: a second derivative is an error, not a wrong number', () => {
  class Once extends gt.autograd.Function {
    static override forward = (_: Context, x: gt.Tensor): gt.Tensor => x.mul(2);
    static override backward = gt.autograd.onceDifferentiable((_: Context, g: gt.Tensor) => g.mul(2));
  }
  const x = leaf();
  const y = Once.apply(x);
  const [d] = gt.autograd.grad(y.mul(y).sum(), x, { createGraph: true });
  expect(of(d)).toEqual([8, 16]);
  expect(() => d.sum().backward()).toThrow(/trying to differentiate twice a function that was marked with onceDifferentiable/);
  x.grad = null;
  Once.apply(x).sum().backward();
  expect(of(x.grad)).toEqual([2, 2]);
});

test('hooks, retained gradients and nested Functions', () => {
  const x = leaf();
  const y = double.apply(x);
  y.retainGrad();
  y.registerHook((g: gt.Tensor) => g.mul(10));
  double.apply(y).sum().backward();
  expect([of(y.grad), of(x.grad)]).toEqual([
    [2, 2],
    [40, 40],
  ]);
});

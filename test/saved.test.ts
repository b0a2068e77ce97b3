// autograd.graph.savedTensorsHooks: what nodes keep is packed by the user, and unpacked when backward needs it.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

const { savedTensorsHooks } = gt.autograd.graph;
const f64 = { dtype: 'float64' } as const;
const leaf = (data: number | number[]): gt.Tensor => gt.tensor(data, { ...f64, requiresGrad: true });
const of = (t: gt.Tensor | null): unknown => t?.toArray() ?? null;
const same = (t: gt.Tensor): gt.Tensor => t;

describe('savedTensorsHooks', () => {
  test('what unpack returns is what backward computes with', () => {
    const x = leaf([1, 2]);
    const y = savedTensorsHooks(
      (t) => t.mul(10),
      (t) => t,
      () => x.mul(x),
    );
    y.sum().backward();
    expect(of(x.grad)).toEqual([20, 40]);
  });

  test('anything can stand for a tensor: numbers in an array', () => {
    const x = leaf([1, 2]);
    const y = savedTensorsHooks(
      (t) => t.toArray() as number[],
      (numbers) => gt.tensor(numbers, f64),
      () => x.exp().mul(x),
    );
    y.sum().backward();
    const expected = x.detach().exp().mul(x.detach().add(1));
    expect(x.grad!.sub(expected).abs().max().item()).toBeLessThan(1e-14);
  });

  test('second derivatives find the place in the graph again, of inputs, leaves and outputs', () => {
    const f = (t: gt.Tensor): gt.Tensor =>
      savedTensorsHooks(
        (s) => s.clone(),
        same,
        () => t.exp().mul(t).tanh(),
      );
    expect(gt.autograd.gradcheck(f, [leaf([0.3, -0.4])])).toBe(true);
    expect(gt.autograd.gradgradcheck(f, [leaf([0.3, -0.4])])).toBe(true);
  });

  test('in-place ops give the value before the write', () => {
    const x = leaf([1, 2]);
    const packed: unknown[] = [];
    const y = x.mul(1);
    savedTensorsHooks(
      (t) => {
        packed.push(of(t));
        return t;
      },
      same,
      () => y.pow_(2),
    );
    y.sum().backward();
    expect([packed, of(x.grad)]).toEqual([[[1, 2]], [2, 4]]);
  });

  test('of nested ones the innermost serve, and only inside', () => {
    const x = leaf(3);
    const log: string[] = [];
    const hooked = <T>(name: string, body: () => T): T =>
      savedTensorsHooks(
        (t) => {
          log.push(name);
          return t;
        },
        same,
        body,
      );
    hooked('outer', () => {
      x.exp();
      hooked('inner', () => x.exp());
      x.exp();
    });
    x.exp();
    expect(log).toEqual(['outer', 'inner', 'outer']);
  });

  test('a Function’s saved tensors are packed too', () => {
    class Square extends gt.autograd.Function {
      static override forward(ctx: gt.autograd.Context, t: gt.Tensor): gt.Tensor {
        ctx.saveForBackward(t);
        return t.mul(t);
      }
      static override backward(ctx: gt.autograd.Context, g: gt.Tensor): gt.Tensor {
        return g.mul(ctx.savedTensors[0]!).mul(2);
      }
    }
    const x = leaf([1, 2]);
    savedTensorsHooks(
      (t) => t.mul(10),
      same,
      () => Square.apply(x),
    )
      .sum()
      .backward();
    expect(of(x.grad)).toEqual([20, 40]);
  });

  test('errors', () => {
    const x = leaf([1, 2]);
    expect(() =>
      savedTensorsHooks(
        (t) => t.add_(1),
        same,
        () => x.mul(x),
      ),
    ).toThrow(/pack hook is modifying its input/);
    const y = savedTensorsHooks(
      () => 5,
      (n) => n as never,
      () => x.mul(x),
    );
    expect(() => y.sum().backward()).toThrow(/expected unpack to return a tensor, got 5/);
    expect(() => savedTensorsHooks(5 as never, same, () => x)).toThrow(gt.ArgumentError);
    const z = savedTensorsHooks(same, same, () => x.mul(x).sum());
    z.backward();
    expect(() => z.backward()).toThrow(/retainGraph: true/);
  });
});

// autograd.functional: products with Jacobians and Hessians, whole ones, their shapes, their graphs, and strict mode. As PyTorch 1.13 has it.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

const { vjp, jvp, jacobian, hessian, vhp, hvp } = gt.autograd.functional;
const f64 = { dtype: 'float64' } as const;
const t = (data: number | number[] | number[][]): gt.Tensor => gt.tensor(data, f64);
const of = (value: unknown): unknown => (value instanceof gt.Tensor ? value.toArray() : Array.isArray(value) ? value.map(of) : value);
const shapes = (value: unknown): unknown => (value instanceof gt.Tensor ? [...value.shape] : (value as unknown[]).map(shapes));
type T = gt.Tensor;

const square = (x: T): T => x.mul(x);
const rowSums = (x: T): T => x.mul(x).sum(1);
const cubes = (x: T): T => x.pow(3).sum();
const mixed = (x: T, y: T): T => x.mul(x).mul(y).sum();

describe('products with the Jacobian', () => {
  test('vjp gives the outputs and v^T J', () => {
    const x = t([
      [1, 2],
      [3, 4],
    ]);
    expect(of(vjp(rowSums, x, t([1, 10])))).toEqual([
      [5, 25],
      [
        [2, 4],
        [60, 80],
      ],
    ]);
    expect(of(vjp(mixed, [t([1, 2]), t([3, 4])]))).toEqual([
      19,
      [
        [6, 16],
        [1, 4],
      ],
    ]);
    expect(of(vjp((x: T) => [x.mul(2), x.sum()], t([1, 2]), [t([1, 1]), t(5)]))).toEqual([
      [[2, 4], 3],
      [7, 7],
    ]);
  });

  test('jvp gives the outputs and J v', () => {
    const x = t([
      [1, 2],
      [3, 4],
    ]);
    const v = t([
      [1, 0],
      [1, 1],
    ]);
    expect(of(jvp(rowSums, x, v))).toEqual([
      [5, 25],
      [2, 14],
    ]);
    expect(of(jvp((x: T, y: T) => [x.mul(y), y.exp().mul(0)], [t([1, 2]), t([3, 4])], [t([1, 1]), t([10, 20])]))).toEqual([
      [
        [3, 8],
        [0, 0],
      ],
      [
        [13, 44],
        [0, 0],
      ],
    ]);
    expect(of(jvp(square, t(3)))).toEqual([9, 6]);
  });

  test('with respect to what is not used: zeros', () => {
    expect(of(vjp((x: T) => x.sum(), [t([1, 2]), t(5)]))).toEqual([3, [[1, 1], 0]]);
    expect(of(jvp(() => t([1, 2]), t([1, 2]), t([1, 1])))).toEqual([
      [1, 2],
      [0, 0],
    ]);
    expect(of(vjp((x: T) => x.detach().sum(), t([1, 2])))).toEqual([3, [0, 0]]);
  });

  test('results have a graph with createGraph only', () => {
    const x = t([1, 2]).requiresGrad_();
    const [y0, g0] = vjp(cubes, x) as [T, T];
    expect([y0.requiresGrad, g0.requiresGrad]).toEqual([false, false]);
    const [y, g] = vjp(cubes, x, { createGraph: true }) as [T, T];
    expect([y.requiresGrad, g.requiresGrad]).toEqual([true, true]);
    expect(of(gt.autograd.grad(g.sum(), x))).toEqual([[6, 12]]);
    const v = t([1, 1]).requiresGrad_();
    const [, jv] = jvp(square, x, v, true) as [T, T];
    expect(of(gt.autograd.grad(jv.sum(), [x, v]))).toEqual([
      [2, 2],
      [2, 4],
    ]);
    expect(x.grad).toBe(null);
  });

  test('work in noGrad, and differ between an argument and the same tensor closed over', () => {
    const x = t([1, 2]).requiresGrad_();
    expect(of(gt.noGrad(() => vjp((y: T) => y.mul(x).sum(), x)))).toEqual([5, [1, 2]]);
    expect(of(gt.noGrad(() => jvp(square, x, t([1, 1]))))).toEqual([
      [1, 4],
      [2, 4],
    ]);
  });
});

describe('Jacobians', () => {
  test('have the output’s shape, then the input’s; arrays where inputs or outputs are', () => {
    const [a, b] = [t([1, 2, 3]), t([[1, 2]])];
    expect(of(jacobian(square, t([1, 2])))).toEqual([
      [2, 0],
      [0, 4],
    ]);
    expect(shapes(jacobian(rowSums, b))).toEqual([1, 1, 2]);
    expect(shapes(jacobian((x: T) => x.sum(), a))).toEqual([3]);
    expect(shapes(jacobian((x: T, y: T) => x.sum().mul(y), [a, b]))).toEqual([
      [1, 2, 3],
      [1, 2, 1, 2],
    ]);
    expect(shapes(jacobian((x: T, y: T) => [x, y.sum()], [a, b]))).toEqual([
      [
        [3, 3],
        [3, 1, 2],
      ],
      [[3], [1, 2]],
    ]);
    expect(shapes(jacobian((x: T) => [x.mul(2)], a))).toEqual([[3, 3]]);
    expect(shapes(jacobian((x: T) => x.mul(2), t([])))).toEqual([0, 0]);
  });

  test('can be differentiated with createGraph', () => {
    const x = t([1, 2]).requiresGrad_();
    const plain = jacobian(square, x) as T;
    expect(plain.requiresGrad).toBe(false);
    const graph = jacobian(square, x, { createGraph: true }) as T;
    expect(of(gt.autograd.grad(graph.sum(), x))).toEqual([[2, 2]]);
    expect(gt.autograd.gradcheck((y) => jacobian((z: T) => z.pow(3), y, true) as T, [x])).toBe(true);
  });

  test('vectorize changes nothing but excludes strict; forward mode is refused', () => {
    expect(of(jacobian(square, t([1, 2]), { vectorize: true }))).toEqual(of(jacobian(square, t([1, 2]))));
    expect(() => jacobian(square, t([1]), { vectorize: true, strict: true })).toThrow(/not supported together/);
    expect(() => jacobian(square, t([1]), { strategy: 'forward-mode' as never })).toThrow(gt.ArgumentError);
  });
});

describe('Hessians', () => {
  test('of one input and of several', () => {
    expect(of(hessian(cubes, t([1, 2])))).toEqual([
      [6, 0],
      [0, 12],
    ]);
    expect(of(hessian(mixed, [t([1, 2]), t([3, 4])]))).toEqual([
      [
        [
          [6, 0],
          [0, 8],
        ],
        [
          [2, 0],
          [0, 4],
        ],
      ],
      [
        [
          [2, 0],
          [0, 4],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ],
    ]);
    expect(shapes(hessian((x: T) => x.pow(3).sum(), t([[1, 2]])))).toEqual([1, 2, 1, 2]);
    const x = t([1, 2]).requiresGrad_();
    expect((hessian(cubes, x) as T).requiresGrad).toBe(false);
    expect(of(gt.autograd.grad((hessian(cubes, x, true) as T).sum(), x))).toEqual([[6, 6]]);
  });

  test('their products: vhp and hvp', () => {
    expect(of(vhp(cubes, t([1, 2]), t([1, 10])))).toEqual([9, [6, 120]]);
    expect(of(hvp(cubes, t([1, 2]), t([1, 10])))).toEqual([9, [6, 120]]);
    const inputs = [t([1, 2]), t([3, 4])];
    const v = [t([1, 0]), t([0, 1])];
    const expected = [
      19,
      [
        [6, 4],
        [2, 0],
      ],
    ];
    expect(of(vhp(mixed, inputs, v))).toEqual(expected);
    expect(of(hvp(mixed, inputs, v))).toEqual(expected);
    expect(of(vhp((x: T) => x.sum(), t([1, 2]), t([1, 1])))).toEqual([3, [0, 0]]);
    expect(of(hvp((x: T) => x.sum(), t([1, 2]), t([1, 1])))).toEqual([3, [0, 0]]);
    const x = t([1, 2]).requiresGrad_();
    const [, product] = vhp(cubes, x, t([1, 1]), true) as [T, T];
    expect(of(gt.autograd.grad(product.sum(), x))).toEqual([[6, 6]]);
    const [, other] = hvp(cubes, x, t([1, 1]), true) as [T, T];
    expect(of(gt.autograd.grad(other.sum(), x))).toEqual([[6, 6]]);
  });

  test('need one number', () => {
    for (const f of [hessian, vhp, hvp] as ((...args: unknown[]) => unknown)[]) {
      expect(() => f(square, t([1, 2]), t([1, 1]))).toThrow(f === hessian ? gt.ArgumentError : /should contain a single element/);
      expect(() => f((x: T) => [x.sum()], t(1))).toThrow(/should return a single tensor/);
    }
    expect(() => hessian(square, t([1, 2]))).toThrow(/should contain a single element/);
  });
});

describe('refusals', () => {
  test('v that is missing or does not fit', () => {
    expect(() => vjp(square, t([1, 2]))).toThrow(/vector v can only be null if what the user-provided function returns/);
    expect(() => jvp(square, t([1, 2]))).toThrow(/vector v can only be null if the input/);
    expect(() => vjp(square, t([1, 2]), t([1, 2, 3]))).toThrow(/v has invalid size: should be \[2\] but got \[3\]/);
    expect(() => jvp(mixed, [t([1]), t([2])], [t([1])])).toThrow(/v is an array of invalid length: should be 2 but got 1/);
    expect(() => vhp(mixed, [t([1]), t([2])], [t([1]), t(1)])).toThrow(/Entry 1 in v has invalid size/);
  });

  test('what is no tensor', () => {
    expect(() => vjp(square, 5 as never)).toThrow(/vjp: expected inputs to be a tensor or an array of tensors, got 5/);
    expect(() => jacobian(square, [t(1), 'x' as never])).toThrow(/got "x" at index 1/);
    expect(() => jvp(() => 5 as never, t(1))).toThrow(/outputs of the user-provided function/);
    expect(() => vjp(square, t(1), { creategraph: true } as never)).toThrow(/options among/);
  });

  test('strict: whatever is independent of the inputs is an error', () => {
    const strict = { strict: true };
    const constant = (): T => t(1);
    for (const f of [vjp, jvp, jacobian, hessian, vhp, hvp]) {
      expect(() => f(constant, t(1), strict)).toThrow(/Output 0 of the user-provided function does not require gradients.*strict mode/);
    }
    const first = (x: T, _: T): T => x.mul(x).mul(x).sum();
    const both = [t(1), t(1)];
    for (const f of [vjp, jacobian, hessian]) expect(() => f(first, both, strict)).toThrow(/independent of input 1|input 1 is independent/);
    for (const f of [jvp, vhp, hvp]) expect(() => f(first, both, { v: both, ...strict })).toThrow(/independent of input 1/);
    const linear = (x: T): T => x.sum();
    for (const f of [hessian, vhp, hvp]) expect(() => f(linear, t(1), strict)).toThrow(/independent of the inputs/);
    expect(() => vjp(linear, t(1).requiresGrad_(), { createGraph: true, ...strict })).toThrow(
      /The jacobian of the user-provided function is independent of input 0/,
    );
    for (const f of [vjp, jvp, jacobian, hessian, vhp, hvp]) expect(() => f(cubes, t(2), strict)).not.toThrow();
  });
});

// What a hostile or careless program can do to a tensor from outside: nothing that changes a result, and nothing that leads a kernel to foreign memory.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const made = (): Record<string, gt.Tensor> => {
  const leaf = gt.tensor([1, 2, 3, 4, 5, 6], { requiresGrad: true });
  return {
    scalar: gt.tensor(5),
    leaf,
    view: leaf.reshape([2, 3]),
    transposed: gt.arange(6).to('float32').reshape([2, 3]).transpose(0, 1),
    computed: leaf.mul(2),
    slice: gt.arange(10).to('float64').slice(0, 2, 8, 2),
    parameter: new gt.nn.Parameter(gt.ones([2, 3])),
  };
};

const wrong = [2e8, -1, Number.NaN, null, undefined, 'x', {}, [2e8], { address: 64, bytes: 2e9, version: 0 }, gt.ones([3]), Symbol('s')];

/** Whatever happens, it is an error or nothing. */
function attempt(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof gt.GradtapeError || error instanceof TypeError)) throw error;
  }
}

/** An assignment. */
function set(target: object, key: PropertyKey, value: unknown): void {
  (target as Record<PropertyKey, unknown>)[key] = value;
}

/** Writes to everything that can be reached from what a tensor hands out, without entering other tensors. */
function mutate(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || value instanceof gt.Tensor || seen.has(value) || seen.size > 200) return;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) mutate((value as Record<PropertyKey, unknown>)[key], seen);
  for (const key of [...Reflect.ownKeys(value), 0]) attempt(() => set(value, key, 2e8));
  attempt(() => void (value as unknown[]).push?.(7));
}

/** The names of the properties, own and inherited, that are no methods. */
function propertiesOf(t: gt.Tensor): PropertyKey[] {
  const names = new Set<PropertyKey>(['storage', 'node', 'shape', 'strides', 'offset', 'dt', 'base', 'gradient', 'count', 'packed', 'version']);
  for (let level: object = t; level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const key of Reflect.ownKeys(level)) if (typeof Object.getOwnPropertyDescriptor(level, key)!.value !== 'function') names.add(key);
  }
  return [...names].filter((name) => name !== 'grad' && name !== 'requiresGrad');
}

const report = (t: gt.Tensor): unknown => {
  const out = [t.toArray(), t.mul(2).toArray(), t.sum().item(), t.isContiguous(), t.numel(), t.size(), t.stride(), t.dtype, `${t}`];
  if (!t.requiresGrad) return out;
  const [grad] = gt.autograd.grad(t.mul(t).sum(), [t]);
  return [...out, grad?.toArray()];
};

describe('what a tensor hands out', () => {
  for (const name of Object.keys(made())) {
    it(`cannot be used to change it: ${name}`, () => {
      const before = report(made()[name]);
      const t = made()[name];
      for (const property of propertiesOf(t)) {
        attempt(() => mutate((t as unknown as Record<PropertyKey, unknown>)[property]));
        for (const value of wrong) attempt(() => set(t, property, value));
      }
      for (const method of ['size', 'stride'] as const) mutate(t[method]());
      mutate(t.gradFn);
      mutate(t.gradFn?.nextFunctions);
      expect(report(t)).toEqual(before);
    });
  }

  it('is not what kernels read, even where properties are defined anew', () => {
    const t = gt.tensor([1, 2, 3]);
    expect(() => (t.shape as number[]).fill(2e8)).toThrow(TypeError);
    expect(() => (t.strides as number[]).push(1)).toThrow(TypeError);
    for (const name of ['storage', 'node', 'base', 'gradient']) Object.defineProperty(t, name, { value: { address: 64, version: 0 } });
    expect(t.mul(2).toArray()).toEqual([2, 4, 6]);
  });

  it('is no way to a tensor without memory', () => {
    expect(() => new (gt.Tensor as unknown as new (...args: unknown[]) => gt.Tensor)({ address: 64, bytes: 2e9 }, gt.ones([1]).dt, [1e8], [1], 0)).toThrow(
      gt.ArgumentError,
    );
    for (const fake of [Object.create(gt.Tensor.prototype), Object.create(gt.ones([2])), structuredClone(gt.ones([2]))]) {
      for (const use of [() => gt.add(fake, 1), () => gt.mul(1, fake), () => gt.exp(fake), () => gt.ones([2]).add_(fake), () => gt.cat([gt.ones([2]), fake])])
        expect(use).toThrow(gt.ArgumentError);
      expect(() => gt.tensor(fake)).toThrow(gt.ArgumentError);
      expect(() => set(gt.ones([2]), 'grad', fake)).toThrow(gt.ArgumentError);
    }
    expect(() => gt.exp(structuredClone(gt.ones([2])))).toThrow(/send x\.toTypedArray\(\) and x\.shape/);
    expect(() => gt.exp({ a: 1 } as unknown as gt.Tensor)).toThrow(/got Object$/);
  });

  it('shows of the graph names, edges and hooks, always as the same object', () => {
    const y = gt.ones([2], { requiresGrad: true }).mul(3);
    expect(y.gradFn).toBe(y.gradFn);
    expect(`${y.gradFn}`).toBe('<MulBackward0>');
    expect(Reflect.ownKeys(y.gradFn!)).toEqual([]);
  });
});

describe('what JavaScript would let pass', () => {
  const [x, y] = [gt.tensor([1, 2, 3]), gt.ones([3])] as unknown as [number, number];
  const text = 'a';
  const operators: Record<string, () => unknown> = {
    '-x': () => -x,
    'x + 1': () => x + 1,
    'x > y': () => x > y,
    "'a' + x": () => text + x,
    'Number(x)': () => Number(x),
    'of no elements': () => -(gt.tensor([]) as unknown as number),
  };
  it.each(Object.entries(operators))('operators name the methods: %s', (_, use) => {
    expect(use).toThrow(gt.ShapeError);
    expect(use).toThrow(/x\.neg\(\), x\.add\(y\), x\.gt\(y\)/);
  });
  it('operators and texts take what they can', () => {
    const one = gt.tensor([5]) as unknown as number;
    expect([-one, one + 1, one > 4, `${x}`]).toEqual([-5, 6, true, 'tensor([1., 2., 3.])']);
  });

  const names = { requires_grad: 'requiresGrad', grad_fn: 'gradFn', is_leaf: 'isLeaf', retain_grad: 'retainGrad', data: 'detach', T: 't' };
  it.each(Object.entries(names))("PyTorch's attribute %s names ours, %s", (theirs, ours) => {
    expect(ours in gt.Tensor.prototype).toBe(true);
    const error = new RegExp(`^Tensor: expected x\\.${ours}\\b.*, got x\\.${theirs}$`);
    expect(() => Reflect.get(x as unknown as object, theirs)).toThrow(error);
    expect(() => set(x as unknown as object, theirs, true)).toThrow(gt.ArgumentError);
    expect(Object.keys(x)).toEqual([]);
  });
  it('a tensor is no array without elements', () => {
    for (const t of [gt.tensor(5), gt.tensor([1, 2])] as unknown as number[][]) {
      expect(() => new Float32Array(2).set(t)).toThrow(gt.ArgumentError);
      expect(() => Math.max.apply(null, t)).toThrow(gt.ArgumentError);
    }
    expect(() => Array.from(gt.tensor(5))).toThrow(gt.ArgumentError);
    expect(Array.from(gt.tensor([1, 2]), Number)).toEqual([1, 2]);
  });

  it('numbers that are no counts, and names of what is no tensor', () => {
    const labels = gt.tensor([0, 1], { dtype: 'int64' });
    const call = (f: unknown, ...args: unknown[]): unknown => (f as (...args: unknown[]) => unknown)(...args);
    const wrong: Record<string, () => unknown> = {
      oneHot: () => gt.nn.functional.oneHot(labels, 2.5),
      'oneHot of none': () => gt.nn.functional.oneHot(gt.tensor([], { dtype: 'int64' }), 1.5),
      tensor: () => gt.tensor([2n ** 70n]),
      conv2d: () => call(gt.nn.functional.conv2d, gt.ones([1, 1, 3, 3]), gt.ones([1, 1, 2, 2]), { groups: 10n }),
      histogram: () => call(gt.histogram, gt.ones([3]), 3, { weight: 'sum' }),
      'histogram without bins': () => call(gt.histogram, gt.ones([3]), null, { weight: 'sum' }),
      setNumThreads: () => gt.setNumThreads(2 ** 53),
    };
    for (const [name, use] of Object.entries(wrong)) expect(use, name).toThrow(gt.GradtapeError);
  });
});

it('arguments that are too many are refused', () => {
  const setAt = (...args: unknown[]): unknown => (gt.zeros([2, 2]).setAt as (...args: unknown[]) => unknown)(...args);
  expect(() => setAt(0, 1, 5)).toThrow(gt.ArgumentError);
});

it('options are not read from Object.prototype', () => {
  const polluted = Object.prototype as Record<string, unknown>;
  polluted.dim = 0;
  polluted.keepdim = true;
  try {
    expect(gt.ones([2, 3]).sum().shape).toEqual([]);
  } finally {
    delete polluted.dim;
    delete polluted.keepdim;
  }
});

describe('a Function', () => {
  it('is never given the node of its call, whatever its context overrides', () => {
    const given: unknown[] = [];
    class Square extends gt.autograd.Function {
      static override forward(ctx: Parameters<typeof gt.autograd.Function.forward>[0], x: gt.Tensor): gt.Tensor {
        ctx.saveForBackward(x);
        for (const name of ['keep', 'forget']) ctx[name] = (...args: unknown[]) => given.push(...args);
        return x.mul(x);
      }
      static override backward(ctx: Parameters<typeof gt.autograd.Function.forward>[0], dy: gt.Tensor): gt.Tensor {
        return dy.mul(ctx.savedTensors[0]!).mul(2);
      }
    }
    const x = gt.tensor([3], { requiresGrad: true });
    (Square.apply(x) as gt.Tensor).sum().backward();
    expect(given).toEqual([]);
    expect(x.grad!.item()).toBe(6);
  });
});

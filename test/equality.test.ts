// What other programs see of a tensor as a whole: test libraries that compare and print it, and JSON.
import assert from 'node:assert';
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { tensor, zeros, nn } = gt;
const wide = (): gt.Tensor => gt.arange(1040).to('float32').reshape([20, 52]);
const changed = (index: number[], value: number): gt.Tensor => {
  const t = wide();
  t.setAt(index, value);
  return t;
};

/** Tensors of which any two differ in dtype, shape or one element. */
const different: (() => gt.Tensor)[] = [
  () => tensor(1),
  () => tensor(2),
  () => tensor(-0),
  () => tensor(0),
  () => tensor(1, { dtype: 'float64' }),
  () => tensor(Number.NaN),
  () => tensor([1]),
  () => tensor([1], { dtype: 'int32' }),
  () => tensor([1], { dtype: 'int64' }),
  () => tensor([2n ** 60n]),
  () => tensor([2n ** 60n + 1n]),
  () => tensor([true]),
  () => tensor([1, 2]),
  () => tensor([1, 2 + 2 ** -22]),
  () => tensor([1, Number.NaN]),
  () => tensor([1, Infinity]),
  () => tensor([[1, 2]]),
  () => tensor([[1], [2]]),
  () => tensor([]),
  () => tensor([], { dtype: 'int64' }),
  () => zeros([0, 3]),
  () => zeros([0, 4]),
  () => zeros([2, 0]),
  () => zeros([2, 0, 3]),
  () => zeros([2, 0, 4]),
  wide,
  () => changed([0, 0], -1),
  () => changed([11, 7], -1),
  () => changed([19, 51], -1),
  () => changed([19, 51], Number.NaN),
  () => new nn.Parameter(tensor(1)),
  () => new nn.Parameter(tensor([1, 2])),
];

type Comparison = (a: unknown, b: unknown) => void;
const comparisons: Record<string, Comparison> = {
  toEqual: (a, b) => expect(a).toEqual(b),
  toStrictEqual: (a, b) => expect(a).toStrictEqual(b),
  deepEqual: (a, b) => assert.deepEqual(a, b),
  deepStrictEqual: (a, b) => assert.deepStrictEqual(a, b),
};

describe('equality', () => {
  for (const [name, compare] of Object.entries(comparisons)) {
    const equal = (a: unknown, b: unknown): boolean => {
      try {
        compare(a, b);
        return true;
      } catch (error) {
        if ((error as Error).name !== 'AssertionError') throw error;
        return false;
      }
    };
    it(`${name}: tensors are equal that have the same dtype, shape and elements`, () => {
      const wrong: string[] = [];
      different.forEach((make, i) => {
        different.forEach((other, j) => {
          if (equal(make(), other()) !== (i === j)) wrong.push(`${make} and ${other}`);
          if (i === j && !equal({ rows: [make()] }, { rows: [other()] })) wrong.push(`within an object: ${make}`);
        });
      });
      expect(wrong).toEqual([]);
    });
    it(`${name}: strides, history and gradients do not matter`, () => {
      const x = tensor(
        [
          [1, 3],
          [2, 4],
        ],
        { requiresGrad: true },
      );
      x.sum().backward();
      expect(
        equal(
          x.transpose(0, 1).mul(1),
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      ).toBe(true);
      expect(
        equal(
          x,
          tensor([
            [1, 3],
            [2, 4],
          ]),
        ),
      ).toBe(true);
      expect(equal(wide().transpose(0, 1), wide())).toBe(false);
      expect(equal(wide().transpose(0, 1).contiguous().transpose(0, 1), wide())).toBe(true);
    });
    it(`${name}: modules are equal that have equal members`, () => {
      const build = (bias = 0): gt.nn.Module => {
        const net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
        for (const p of net.parameters()) gt.nn.init.constant_(p, 0.5);
        gt.noGrad(() => net.getBuffer('1.running_mean').fill_(bias));
        return net;
      };
      expect(equal(build(), build())).toBe(true);
      expect(equal(build(), build(1))).toBe(false);
      expect(equal(build(), build().eval())).toBe(false);
      const other = build();
      gt.noGrad(() => other.getParameter('0.weight').setAt([1, 1], 0.25));
      expect(equal(build(), other)).toBe(false);
    });
  }

  it('is told by what is printed, with every digit', () => {
    const message = (() => {
      try {
        assert.deepStrictEqual(tensor([1, 0.5]), tensor([1, 0.5 + 2 ** -24]));
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    })();
    expect(message).toContain('Tensor [Tensor float32 [2] 1, 0.5]');
    expect(message).toContain('Tensor [Tensor float32 [2] 1, 0.5000000596046448]');
  });

  it('leaves iteration and sizes as they are', () => {
    expect([...tensor([1, 2])].map((t) => t.item())).toEqual([1, 2]);
    expect([...zeros([0, 3])]).toEqual([]);
    expect([zeros([0, 3]).size(), zeros([0, 3]).size(1), tensor([[1, 2]]).size(-1)]).toEqual([[0, 3], 3, 2]);
    expect(() => zeros([0, 3]).size(2)).toThrow(gt.IndexError);
    expect(() => [...tensor(1)]).toThrow(/iterable/);
    expect(`${Object.prototype.toString.call(Object.create(gt.Tensor.prototype))}`).toBe('[object Tensor]');
  });
});

describe('JSON', () => {
  // biome-ignore lint/suspicious/noExplicitAny: whatever stands in JSON.
  const read = (value: unknown): any => JSON.parse(JSON.stringify(value));
  it('of a tensor is its dtype, shape and elements (toJSON)', () => {
    expect(
      read(
        tensor(
          [
            [1, 2.5],
            [3, 4],
          ],
          { requiresGrad: true },
        ).mul(2),
      ),
    ).toEqual({
      dtype: 'float32',
      shape: [2, 2],
      data: [
        [2, 5],
        [6, 8],
      ],
    });
    expect(read(tensor(true))).toEqual({ dtype: 'bool', shape: [], data: true });
    expect(read(zeros([2, 0]))).toEqual({ dtype: 'float32', shape: [2, 0], data: [[], []] });
  });
  it('has strings where JSON has no number, which make the same tensor again', () => {
    expect(read(tensor([1, Number.NaN, Infinity, -Infinity])).data).toEqual([1, 'NaN', 'Infinity', '-Infinity']);
    expect(read(tensor([2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n)])).data).toEqual([2 ** 53 - 1, '9007199254740992', '-9223372036854775808']);
  });
  it('of a module is its members', () => {
    const net = new nn.Linear(1, 1);
    gt.nn.init.ones_(net.weight);
    expect(read(net)).toEqual({
      training: true,
      inFeatures: 1,
      outFeatures: 1,
      weight: { dtype: 'float32', shape: [1, 1], data: [[1]] },
      bias: { dtype: 'float32', shape: [1], data: [net.bias!.item()] },
    });
  });
});

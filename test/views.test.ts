// Views: shared memory and versions, histories that follow writes through any of them, and what may not be written to. As PyTorch 1.13 has it.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

const f64 = { dtype: 'float64' } as const;
const leaf = (data: number[] | number[][]): gt.Tensor => gt.tensor(data, { ...f64, requiresGrad: true });
const plain = (data: number[] | number[][]): gt.Tensor => gt.tensor(data, f64);
const of = (t: gt.Tensor | null): unknown => t?.toArray() ?? null;

describe('memory', () => {
  test('views share it, and the version that counts writes', () => {
    const x = gt.arange(12).reshape(3, 4);
    const view = x.t().at(1).narrow(0, 1, 2);
    view.fill_(-1);
    expect(of(x)).toEqual([
      [0, 1, 2, 3],
      [4, -1, 6, 7],
      [8, -1, 10, 11],
    ]);
    expect([x._version, view._version, x.detach()._version]).toEqual([1, 1, 1]);
    x.detach().add_(1);
    expect([x._version, view.at(0).item()]).toEqual([2, 0]);
    const copy = x.clone();
    copy.zero_();
    expect([x._version, copy._version]).toEqual([2, 1]);
  });

  test('reshape is a view where the memory allows it, else a copy; view refuses', () => {
    const x = gt.arange(6).reshape(2, 3);
    x.reshape(3, 2).setAt([0, 1], 50);
    expect(x.at(0, 1).item()).toBe(50);
    x.t().reshape(6).setAt([0], 70);
    expect(x.at(0, 0).item()).toBe(0);
    expect(() => x.t().view(6)).toThrow(/use reshape/);
  });
});

describe('gradients', () => {
  test('go back to the place that a view shows', () => {
    const x = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    x.t()
      .at('1:', 1)
      .mul(plain([10, 20]))
      .sum()
      .backward();
    expect(of(x.grad)).toEqual([
      [0, 0, 0],
      [0, 10, 20],
    ]);
    x.grad = null;
    x.at(0).expand(4, 3).mul(2).sum().backward();
    expect(of(x.grad)).toEqual([
      [8, 8, 8],
      [0, 0, 0],
    ]);
    x.grad = null;
    const [a, , c] = x.unbind(1);
    a.mul(c).sum().backward();
    expect(of(x.grad)).toEqual([
      [3, 0, 1],
      [6, 0, 4],
    ]);
  });

  test('views of leaves', () => {
    const x = leaf([1, 2, 3]);
    const v = x.at('1:');
    expect([v.requiresGrad, v.isLeaf, v.gradFn?.name]).toEqual([true, false, 'SliceBackward0']);
    expect(x.isLeaf).toBe(true);
    expect(x.gradFn).toBe(null);
    expect(v.gradFn!.nextFunctions.map(([node, nr]) => [node?.name, nr])).toEqual([['AccumulateGrad', 0]]);
    v.mul(v).sum().backward();
    expect(of(x.grad)).toEqual([0, 4, 6]);
  });

  test('names and next functions of a small graph', () => {
    const [x, y] = [leaf([1, 2]), plain([3, 4])];
    const z = x.mul(y).add(x);
    expect(z.gradFn!.name).toBe('AddBackward0');
    expect(z.gradFn!.nextFunctions.map(([node]) => node!.name)).toEqual(['MulBackward0', 'AccumulateGrad']);
    expect(z.gradFn!.nextFunctions[0][0]!.nextFunctions.map(([node]) => node?.name ?? null)).toEqual(['AccumulateGrad', null]);
    expect(`${z}`).toBe('tensor([4., 10.], dtype=float64, grad_fn=<AddBackward0>)'.replace('[4., 10.]', '[ 4., 10.]'));
  });
});

describe('writes', () => {
  test('to a base after a view was taken: the view follows', () => {
    const x = leaf([1, 2, 3]);
    const base = x.mul(1);
    const view = base.at('1:');
    base.mul_(plain([2, 3, 4]));
    expect(of(view)).toEqual([6, 12]);
    expect(view.gradFn!.name).toBe('AsStridedBackward0');
    view.sum().backward();
    expect(of(x.grad)).toEqual([0, 3, 4]);
  });

  test('to a view: the base and its other views follow, whatever lies between', () => {
    const [x, w] = [
      leaf([
        [1, 2],
        [3, 4],
      ]),
      leaf([10, 20]),
    ];
    const base = x.mul(1);
    const other = base.at(1);
    base.t().at(0).mul_(w);
    expect(base.gradFn!.name).toBe('CopySlices');
    expect(of(base)).toEqual([
      [10, 2],
      [60, 4],
    ]);
    other
      .mul(plain([1, 100]))
      .sum()
      .backward();
    expect([of(x.grad), of(w.grad)]).toEqual([
      [
        [0, 0],
        [20, 100],
      ],
      [0, 3],
    ]);
  });

  test('to constant memory make it part of the graph', () => {
    const x = leaf([1, 2]);
    const y = gt.zeros([3], f64);
    const before = y.at('1:');
    y.setAt([1], x.at(0).mul(5));
    expect([y.requiresGrad, y.isLeaf, before.requiresGrad, before.isLeaf]).toEqual([true, false, true, false]);
    before.sum().backward();
    expect(of(x.grad)).toEqual([5, 0]);
  });

  test('of a base onto its own elements', () => {
    const x = leaf([1, 2, 3]);
    const y = x.mul(1);
    y.setAt([0], y.at(1).mul(2));
    y.setAt([1], y.at(0).add(y.at(2)));
    y.sum().backward();
    expect(of(x.grad)).toEqual([0, 4, 2]);
    const z = plain([1, 2, 3, 4]);
    expect(() => z.at('1:').copy_(z.at(':-1'))).toThrow(/single memory location/);
    expect(() => z.reshape(2, 2).add_(z.reshape(2, 2).t())).toThrow(/clone\(\)/);
    expect(of(z)).toEqual([1, 2, 3, 4]);
  });

  test('to expanded memory are refused', () => {
    const x = gt.zeros([3]);
    const wide = x.expand(2, 3);
    expect(() => wide.add_(1)).toThrow(/more than one element of the written-to tensor of shape \[2, 3\] and strides \[0, 1\]/);
    expect(() => wide.copy_(gt.ones([2, 3]))).toThrow(gt.ShapeError);
    wide.setAt([0], 5);
    expect(of(x)).toEqual([5, 5, 5]);
    expect(() => gt.zeros([3]).add_(gt.zeros([2, 3]))).toThrow(/doesn't match the broadcast shape \[2, 3\]/);
  });

  test('to one of several views of one function are refused, once they would be recorded', () => {
    const x = leaf([1, 2, 3, 4]);
    for (const pieces of [
      x.mul(1).split(2),
      x.mul(1).chunk(2),
      x.mul(1).unbind(0),
      [...x.mul(1)],
      x
        .mul(1)
        .split(2)
        .map((p) => p.at('1:')),
    ]) {
      expect(() => pieces[0].mul_(2)).toThrow(/returns multiple views/);
    }
    const [free] = plain([1, 2]).split(1);
    expect(of(free.mul_(3))).toEqual([3]);
    const base = x.mul(1);
    const [piece] = base.split(2);
    base.mul_(2);
    expect(piece.requiresGrad).toBe(true);
    expect(() => piece.mul(1)).toThrow(/its base or another view of its base has been modified inplace/);
  });

  test('to views made in noGrad are refused in grad mode', () => {
    const x = leaf([1, 2, 3]);
    const y = x.mul(1);
    const view = gt.noGrad(() => y.at('1:'));
    expect([view.requiresGrad, view.isLeaf, view.gradFn]).toEqual([true, true, null]);
    expect(() => view.mul_(2)).toThrow(/view was created in noGrad mode/);
    gt.noGrad(() => view.mul_(2));
    expect(of(y)).toEqual([1, 4, 6]);
    expect(() => view.mul(1)).toThrow(/created in noGrad mode and its base or another view/);
    expect(of(gt.noGrad(() => view.mul(1)))).toEqual([4, 6]);
  });

  test('to leaves and their views are refused, except in noGrad', () => {
    const x = leaf([1, 2]);
    const view = x.at('1:');
    expect(() => x.mul_(2)).toThrow(/a leaf Variable that requires grad is being used in an in-place operation/);
    expect(() => view.mul_(2)).toThrow(/a view of a leaf Variable/);
    expect(() => x.setAt([0], 1)).toThrow(/a view of a leaf Variable/);
    expect(of(x)).toEqual([1, 2]);
    gt.noGrad(() => view.mul_(10));
    expect([of(x), x._version, view.gradFn!.name]).toEqual([[1, 20], 1, 'AsStridedBackward0']);
    view.sum().backward();
    expect(of(x.grad)).toEqual([0, 1]);
    expect(() => view.detach_()).toThrow(/can't detach views in-place/);
  });

  test('a view of a view of a view', () => {
    const x = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const y = x.mul(1);
    const inner = y.t().at('1:').reshape(2, 1, 2).at(1, 0, '1:');
    inner.mul_(10).add_(1);
    expect(of(y)).toEqual([
      [1, 2, 3],
      [4, 5, 61],
    ]);
    y.mul(y).sum().backward();
    expect(of(x.grad)).toEqual([
      [2, 4, 6],
      [8, 10, 2 * 61 * 10],
    ]);
  });
});

describe('index writes', () => {
  test('the worked example', () => {
    const v = leaf([1, 2, 3]);
    const y = gt.zeros([2], f64);
    y.setAt([0], v.at(0).add(v.at(1).mul(2)));
    y.setAt([1], v.at(1).add(v.at(2).mul(2)));
    y.sum().backward();
    expect(of(v.grad)).toEqual([1, 3, 2]);
  });

  test('broadcast values, overlapping writes', () => {
    const [x, s, r] = [
      leaf([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      gt.tensor(7, { ...f64, requiresGrad: true }),
      leaf([8, 9]),
    ];
    const y = x.mul(1);
    y.setAt([0], s);
    y.setAt(['...', '1:'], r);
    y.setAt([1, 2], s.mul(2));
    expect(of(y)).toEqual([
      [7, 8, 9],
      [4, 8, 14],
    ]);
    y.mul(
      plain([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    )
      .sum()
      .backward();
    expect([of(x.grad), of(s.grad), of(r.grad)]).toEqual([
      [
        [0, 0, 0],
        [4, 0, 0],
      ],
      1 + 12,
      [7, 3],
    ]);
  });

  test('a value that does not fit changes nothing', () => {
    const y = gt.zeros([2, 3]);
    expect(() => y.setAt([0], gt.ones([2]))).toThrow(/\[3\].*\[2\]/);
    expect(() => y.setAt([2], 1)).toThrow(/index in \[-2, 1\]/);
    expect([y._version, of(y)]).toEqual([
      0,
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ]);
  });
});

// gradcheck must pass right gradients and fail wrong ones, of every kind of wrong.
import { describe, expect, it, vi } from 'vitest';
import * as gt from '../src/index.js';
import { noGrad } from '../src/tensor/node.js';
import { apply, defineOp, type JointVjp, registry, type Vjp } from '../src/tensor/op.js';

const { gradcheck, gradgradcheck } = gt.autograd;
const input = (...values: number[]): gt.Tensor => gt.tensor(values, { dtype: 'float64', requiresGrad: true });

/** x^3 with a given gradient. */
function cubeWith(vjp: Vjp): (x: gt.Tensor) => gt.Tensor {
  const op = defineOp({ name: 'testCube', saves: 1, forward: ([x]) => noGrad(() => x.mul(x).mul(x)), vjp: [vjp] });
  registry.delete('testCube');
  return (x) => apply(op, [x], undefined);
}
/** [x, 2 x] as two outputs of one op. */
function pairWith(joint: JointVjp): (x: gt.Tensor) => gt.Tensor[] {
  return (x) => {
    const y = cubeWith((dy, node) => joint([dy], node, () => true)[0])(x);
    return [y, x.mul(2)];
  };
}
const right: Vjp = (dy, node) => dy.mul(node.x(0).mul(node.x(0)).mul(3));

describe('gradcheck passes', () => {
  it('a right gradient, to any order', () => {
    const cube = cubeWith(right);
    expect(gradcheck(cube, input(-1.5, 0.3, 2))).toBe(true);
    expect(gradgradcheck(cube, [input(-1.5, 0.3, 2)])).toBe(true);
  });
  it('several outputs, of which some carry no gradient', () => {
    expect(gradcheck((x) => [x.mul(2), x.gt(0), x.exp(), x.detach()], input(-1, 0.5, 2))).toBe(true);
    expect(gradcheck((x) => x.max(0).values, input(-1, 0.5, 2))).toBe(true);
    expect(gradgradcheck((x, y) => [x.mul(y), x.sum(), y.sin()], [input(1, 2), input(3, -4)])).toBe(true);
  });
  it('outputs that no input moves', () => {
    expect(gradcheck((x) => x.detach().mul(0), input(1, 2))).toBe(true);
  });
  it('inputs of which only some require grad, strided ones, and 0-d ones', () => {
    const base = gt.arange(6, { dtype: 'float64' });
    const column = base.reshape(3, 2).t().detach().requiresGrad_();
    const before = column.toArray();
    expect(gradcheck((a, b) => a.mul(b).sum(), [column, gt.full([2, 3], 3, { dtype: 'float64' })])).toBe(true);
    expect(column.toArray()).toEqual(before);
    expect(gradcheck((x) => x.pow(3), gt.tensor(1.5, { dtype: 'float64', requiresGrad: true }))).toBe(true);
  });
  it('functions that close over their inputs', () => {
    const w = input(1, 2, 3);
    expect(gradcheck(() => w.mul(w), [w])).toBe(true);
  });
  it('gradients with given output gradients', () => {
    expect(gradgradcheck((x) => x.exp(), input(0.1, 0.2), gt.tensor([2, -1], { dtype: 'float64' }))).toBe(true);
  });
});

describe('gradcheck fails', () => {
  const x = () => input(-1.5, 0.3, 2);
  const wrong: [string, Vjp][] = [
    ['a factor', (dy, node) => dy.mul(node.x(0).mul(node.x(0)).mul(3.1))],
    ['a sign', (dy, node) => dy.mul(node.x(0).mul(node.x(0)).mul(-3))],
    ['no gradient', () => null],
    ['a gradient at the wrong place', (dy, node) => gt.cat([dy.mul(node.x(0).pow(2).mul(3)).narrow(0, 1, 2), dy.narrow(0, 0, 1)])],
    ['NaN', (dy) => dy.mul(Number.NaN)],
  ];
  it.each(wrong)('%s', (_, vjp) => {
    expect(() => gradcheck(cubeWith(vjp), x())).toThrow(/Jacobian mismatch for output 0 with respect to input 0/);
    expect(gradcheck(cubeWith(vjp), x(), { raiseException: false })).toBe(false);
  });
  it('shows both Jacobians', () => {
    expect(() =>
      gradcheck(
        cubeWith(() => null),
        input(1),
      ),
    ).toThrow(/numerical:tensor\(\[\[3\.0+\]\][\s\S]*analytical:tensor\(\[\[0\.\]\]/);
  });
  it('one wrong output of two', () => {
    expect(() =>
      gradcheck(
        pairWith(([dy]) => [dy!.mul(2)]),
        x(),
      ),
    ).toThrow(/mismatch for output 0/);
  });
  it('a wrong second derivative, which only gradgradcheck sees', () => {
    const cut = cubeWith((dy, node) => dy.mul(node.x(0).detach().pow(2).mul(3)));
    expect(gradcheck(cut, x())).toBe(true);
    expect(() => gradgradcheck(cut, x())).toThrow(/Jacobian mismatch/);
  });
  it('a backward that is not the same twice', () => {
    let calls = 0;
    expect(() =>
      gradcheck(
        cubeWith((dy, node) => right(dy, node)!.add(1e-9 * calls++)),
        x(),
      ),
    ).toThrow(/Backward is not reentrant/);
    expect(
      gradcheck(
        cubeWith((dy, node) => right(dy, node)!.add(1e-9 * calls++)),
        x(),
        { nondetTol: 1e-3 },
      ),
    ).toBe(true);
  });
  it('an output cut off although it moves', () => {
    expect(() => gradcheck((v) => v.detach().mul(2), x())).toThrow(/Numerical gradient for function expected to be zero/);
  });
});

describe('gradcheck refuses', () => {
  it('inputs without gradient, expanded ones, unknown options', () => {
    expect(() => gradcheck((v) => v, gt.ones(2, { dtype: 'float64' }))).toThrow(gt.ArgumentError);
    const expanded = gt.ones(1, { dtype: 'float64' }).expand(3).detach().requiresGrad_();
    expect(() => gradcheck((v) => v, expanded)).toThrow(/stride 0/);
    expect(() => gradcheck((v) => v, input(1), { tolerance: 1 } as never)).toThrow(/options among eps, atol, rtol/);
  });
  it('float32 only with a warning', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const x = gt.ones(2, { requiresGrad: true });
    expect(gradcheck((v) => v.mul(2), x, { raiseException: false })).toBe(false);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('not float64'), 'GradtapeWarning');
    warn.mockRestore();
  });
});

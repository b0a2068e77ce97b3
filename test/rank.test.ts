// Nesting and rank: what has no end, or more dims than PyTorch's 64, is a typed error wherever it enters; rank 64 works.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { tensor, zeros, ShapeError, ArgumentError, GradtapeError } = gt;
const most = 64;
const dims = (n: number): number[] => new Array(n).fill(1);
const nested = (depth: number, inner: unknown = 1): never => {
  let data = inner;
  for (let i = 0; i < depth; i++) data = [data];
  return data as never;
};

describe('nested arrays', () => {
  it('that contain themselves, or go deeper than tensors can, are refused', () => {
    const self: unknown[] = [];
    self.push(self);
    const twice: unknown[] = [];
    twice.push(twice, twice);
    const second: unknown[] = [1];
    second.push(second);
    let many: unknown[] = [1, 1];
    for (let i = 0; i < 40; i++) many = [many, many];
    for (const data of [
      self,
      twice,
      many,
      nested(most + 1),
      nested(100_000),
      [[1], nested(90)],
      [nested(90), [1]],
      new Array(2 ** 32 - 1),
      new Array(2 ** 26),
    ]) {
      expect(() => tensor(data as never)).toThrow(GradtapeError);
      expect(() => zeros([2]).at(data as never)).toThrow(GradtapeError);
      expect(() => zeros(data as never)).toThrow(GradtapeError);
      expect(() => zeros([2]).reshape(data as never)).toThrow(GradtapeError);
      expect(() => zeros([2]).add(data as never)).toThrow(GradtapeError);
      expect(() => zeros([2], { dtype: data as never })).toThrow(GradtapeError);
    }
    expect(() => tensor(second as never)).toThrow(ArgumentError);
    expect(tensor(nested(most)).ndim).toBe(most);
  });
});

describe('a rank above 64 is a ShapeError', () => {
  const x = zeros(dims(most));
  const over = dims(most + 1);
  const makers: Record<string, () => unknown> = {
    zeros: () => zeros(over),
    full: () => gt.full(over, 1),
    rand: () => gt.rand(over),
    randint: () => gt.randint(0, 2, over),
    empty: () => gt.empty(...over),
    newZeros: () => x.newZeros(over),
    fromTypedArray: () => gt.fromTypedArray(new Float32Array(1), over),
    tensor: () => tensor(nested(most + 1)),
    reshape: () => tensor([1]).reshape(over),
    view: () => tensor([1]).view(...over),
    unflatten: () => x.unflatten(0, [1, 1]),
    unsqueeze: () => x.unsqueeze(0),
    expand: () => x.expand(over),
    at: () => x.at(null),
    atMany: () => tensor([1]).at(...dims(most).map(() => null)),
    stack: () => gt.stack([x, x]),
    asStrided: () => x.asStrided(over, over),
    unfold: () => x.unfold(0, 1, 1),
    tile: () => x.tile(over),
    repeat: () => x.repeat(over),
    outer: () => gt.tensordot(x, x, 0),
    meshgrid: () => gt.meshgrid(...over.map((n) => zeros([n]))),
    resize_: () => tensor([1]).resize_(over),
    diagEmbed: () => x.diagEmbed(),
    oneHot: () => gt.nn.functional.oneHot(x.to('int64'), 2),
    broadcast: () => x.broadcastTo(over),
  };
  for (const [name, make] of Object.entries(makers)) it(name, () => expect(make).toThrow(ShapeError));
});

it('rank 64 works', () => {
  const shape = dims(most);
  for (const d of [0, 31, 32, 63]) shape[d] = 2;
  const x = gt.arange(16).to('float32').reshape(shape);
  const back = [...shape.keys()].reverse();
  const flat = gt.arange(16).to('float32').reshape([2, 2, 2, 2]);
  expect(x.permute(back).reshape([16])).toEqual(flat.permute([3, 2, 1, 0]).reshape([16]));
  expect(x.permute(back).contiguous().permute(back)).toEqual(x);
  expect(x.sum().item()).toBe(120);
  expect(x.sum(31).reshape([8])).toEqual(flat.sum(1).reshape([8]));
  expect(x.permute(back).sum([0, 31]).reshape([4])).toEqual(flat.permute([3, 2, 1, 0]).sum([0, 1]).reshape([4]));
  expect(x.amax([0, 63]).ndim).toBe(62);
  expect(x.add(x.permute(back)).reshape([16])).toEqual(flat.add(flat.permute([3, 2, 1, 0])).reshape([16]));
  expect(
    x
      .add(tensor([1, 2]))
      .sum()
      .item(),
  ).toBe(120 + 24);
  expect(tensor(nested(most, 5)).toString()).toBe(`tensor(${'['.repeat(most)}5.${']'.repeat(most)})`);
  expect(tensor(x.toArray())).toEqual(x);
  const y = x.detach().requiresGrad_();
  expect(gt.autograd.grad(y.permute(back).mul(x).sum(), [y])[0]).toEqual(x.permute(back).contiguous());
  expect(x.cumsum(31).select(31, 1).reshape([8])).toEqual(flat.sum(1).reshape([8]));
});

it('more than 64 pieces are no dims', () => {
  expect(zeros([130]).split(dims(130).map(() => 1))).toHaveLength(130);
  expect(zeros([200]).splitWithSizes(dims(100).map(() => 2))).toHaveLength(100);
});

it('a shape is read once, by index', () => {
  class Sizes extends Array<number> {
    override map(): never {
      throw new Error('map of a subclass');
    }
  }
  let reads = 0;
  const growing = new Proxy([2, 3], {
    get: (target, key) => (key === '1' ? 3 + 1e6 * reads++ : Reflect.get(target, key)),
  });
  expect(zeros(Sizes.of(2, 3)).shape).toEqual([2, 3]);
  expect(zeros(growing).shape).toEqual([2, 3]);
  expect(reads).toBe(1);
  expect(zeros([6]).reshape(Sizes.of(2, 3)).shape).toEqual([2, 3]);
  expect(tensor(Sizes.of(2, 3) as never).shape).toEqual([2]);
});

// Beyond 2^31: natively every op counts and addresses in 64 bits; on WASM what cannot be held is refused; and reductions read
// large inputs as they are, without a copy.
import { expect, test } from 'vitest';
import * as gt from '../src/index.js';
import { platform } from '../src/platform/index.js';
import type { Tensor } from '../src/tensor/tensor.js';

const native = gt.backend.info().name === 'native';
const free = platform.availableMemory(0);
const enough = free >= 8 * 2 ** 30;
const natively = (name: string, body: () => void): void => {
  const why = native ? '' : ' (skipped: the wasm backend holds no such tensors)';
  const full = native && !enough ? ` (skipped: ${Math.round(free / 2 ** 30)} GB of 8 GB are free)` : '';
  test.skipIf(!native || !enough)(name + why + full, body);
};

/** More elements than 2^31, and an index past it. */
const [n, at] = [2 ** 31 + 100, 2 ** 31 + 50];
const u8 = { dtype: 'uint8' } as const;
const held = (): number => {
  const { liveBytes, pooledBytes } = gt.backend.memory();
  return liveBytes + pooledBytes;
};
const shown = (t: Tensor): [string, unknown] => [t.dtype, t.toArray()];

natively('values and indices of 2^31 elements and more', () => {
  // Fresh memory of the system: zeros, of which none is taken before it is written.
  const x = gt.empty([n], u8);
  x.setAt(at, 7);
  // Nothing large is made on the way but masks: a copy as int64 would be 17 GB.
  const before = held();
  expect(shown(x.argmax())).toEqual(['int64', at]);
  expect(shown(x.narrow(0, 1, n - 1).argmin(0, true))).toEqual(['int64', [0]]);
  const { values, indices } = x.max(0);
  expect([values.item(), ...shown(indices)]).toEqual([7, 'int64', at]);
  expect(shown(x.sum())).toEqual(['int64', 7]);
  expect(shown(x.bincount())).toEqual(['int64', [n - 1, 0, 0, 0, 0, 0, 0, 1]]);
  expect(held() - before).toBeLessThan(2 ** 29);
  expect(shown(x.nonzero() as Tensor)).toEqual(['int64', [[at]]]);
  expect(String(x)).toBe('tensor([0, 0, 0,  ..., 0, 0, 0], dtype=uint8)');

  // Reading and writing by index.
  const index = gt.tensor(BigInt64Array.of(BigInt(at), 3n, BigInt(n - 1)));
  expect(x.indexSelect(0, index).toArray()).toEqual([7, 0, 0]);
  expect(x.gather(0, index).toArray()).toEqual([7, 0, 0]);
  expect(x.take(index).toArray()).toEqual([7, 0, 0]);
  expect(() => x.take(gt.tensor(BigInt64Array.of(BigInt(n))))).toThrow(gt.IndexError);
  x.indexFill_(0, index, 4);
  x.scatter_(0, index.narrow(0, 2, 1), gt.tensor([9], u8));
  expect([x.select(0, at).item(), x.select(0, 3).item(), x.select(0, -1).item(), x.select(0, n - 1).item()]).toEqual([4, 4, 9, 9]);

  // Views, copies and conversions past 2^31.
  const end = x.narrow(0, at - 1, 3);
  expect(end.storageOffset()).toBe(at - 1);
  expect(end.to('float32').toArray()).toEqual([0, 4, 0]);
  expect(gt.cat([end, gt.flip(end, 0)]).toArray()).toEqual([0, 4, 0, 0, 4, 0]);
  const pairs = x.view(n / 2, 2).t();
  expect([pairs.stride(), pairs.select(1, at / 2).toArray()]).toEqual([
    [1, 2],
    [4, 0],
  ]);
  x.asStrided([2], [2 ** 31], 60).fill_(5);
  expect([x.select(0, 60).item(), x.select(0, 2 ** 31 + 60).item()]).toEqual([5, 5]);

  // A sorted line: zeros, then ones.
  x.indexFill_(0, gt.tensor(BigInt64Array.of(3n, 60n)), 0);
  x.narrow(0, at, n - at).fill_(1);
  const searched = gt.searchsorted(x, gt.tensor([0, 1, 2], u8));
  expect(shown(searched)).toEqual(['int64', [0, at, n]]);
  expect(() => gt.searchsorted(x, gt.tensor([1], u8), { outInt32: true })).toThrow(gt.ArgumentError);
});

natively('offsets past 2^32 bytes and elements', () => {
  const x = gt.empty([2 ** 32 + 100], u8);
  const far = 2 ** 32 + 50;
  x.narrow(0, far - 1, 3).copy_(gt.tensor([1, 2, 3], u8));
  expect(x.narrow(0, far, 2).toArray()).toEqual([2, 3]);
  expect(x.asStrided([2, 2], [far, 1], 0).select(0, 1).toArray()).toEqual([2, 3]);
  expect(x.take(gt.tensor(BigInt64Array.of(BigInt(far)))).item()).toBe(2);
  x.setAt(far, 8);
  expect(x.select(0, far).item()).toBe(8);
});

test('what cannot be held is refused, and takes nothing', () => {
  const one = gt.ones([1]);
  const before = gt.backend.memory().liveBytes;
  const refused = (f: () => unknown, error: new (message: string) => Error): void => {
    let caught: unknown;
    try {
      f();
    } catch (e) {
      caught = e;
    }
    expect(caught, String(f)).toBeInstanceOf(error);
    expect((caught as Error).message).toMatch(/^\w+: expected [^\n]+, got [^\n]+$/);
  };
  // Sizes that numbers cannot count.
  refused(() => gt.zeros([2 ** 30, 2 ** 30]), gt.ShapeError);
  refused(() => one.expand([1e18]), gt.ShapeError);
  refused(() => one.expand([2 ** 52, 2]), gt.ShapeError);
  refused(() => gt.zeros([2 ** 53]), gt.ShapeError);
  refused(() => gt.zeros([-1]), gt.ShapeError);
  refused(() => gt.zeros([1.5]), gt.ArgumentError);
  refused(() => gt.zeros([Number.NaN]), gt.ArgumentError);
  refused(() => one.repeat(2 ** 30, 2 ** 30), gt.ShapeError);
  // More than tables in JavaScript's memory can describe.
  const signal = one.expand([1, 1, 2 ** 40]);
  refused(() => gt.nn.functional.maxPool1d(signal, 2), gt.ShapeError);
  refused(() => gt.nn.functional.avgPool1d(signal, 2), gt.ShapeError);
  refused(() => gt.nn.functional.adaptiveMaxPool1d(signal, 2 ** 30), gt.ShapeError);
  refused(() => gt.trilIndices(2 ** 20, 2 ** 20), gt.ShapeError);
  // More than any machine has.
  const far = one.expand([2 ** 51]);
  for (const f of [gt.exp, gt.neg, (x: Tensor) => x.eq(1), (x: Tensor) => x.argmax(), (x: Tensor) => x.sort(), (x: Tensor) => x.clone()])
    refused(() => f(far), gt.BackendError);
  refused(() => gt.empty([2 ** 46]), gt.BackendError);
  refused(() => gt.arange(2 ** 46), gt.BackendError);
  refused(() => gt.randint(9, [2 ** 46]), gt.BackendError);
  refused(() => far.toTypedArray(), gt.BackendError);
  refused(() => far.toArray(), gt.BackendError);
  expect(String(far)).toBe('tensor([1., 1., 1.,  ..., 1., 1., 1.])');
  if (!native) {
    // Kernels count in 32 bits.
    refused(() => gt.zeros([n], u8), gt.BackendError);
    refused(() => gt.empty([2, 1250000000], u8), gt.BackendError);
    const wide = gt.ones([1], u8).expand([n]);
    for (const f of [(x: Tensor) => x.argmax(), (x: Tensor) => x.max(0), (x: Tensor) => x.mul(2), (x: Tensor) => x.cumsum(0)])
      refused(() => f(wide), gt.BackendError);
    const rows = gt.zeros([2 ** 20], { dtype: 'int64' });
    refused(() => gt.zeros([1, 2 ** 12]).indexAdd(0, rows, gt.ones([1, 1]).expand([2 ** 20, 2 ** 12])), gt.BackendError);
    refused(() => one.expand([n]).dot(one.expand([n])), gt.BackendError);
    refused(() => wide.indexSelect(0, gt.tensor([0], { dtype: 'int64' })), gt.BackendError);
    refused(() => gt.zeros([1]).scatterAdd(0, gt.zeros([1], { dtype: 'int64' }).expand([n]), one.expand([n])), gt.BackendError);
    expect([wide.select(0, n - 1).item(), wide.narrow(0, at, 2).sum().item()]).toEqual([1, 2]);
  }
  expect(gt.backend.memory().liveBytes - before).toBeLessThan(2 ** 26);
});

test('a large reduction is that of a copy in its dtype, over any dims and layout', () => {
  const layouts: readonly [number[], (x: Tensor) => Tensor][] = [
    [[3, 301, 307], (x) => x],
    [[307, 3, 301], (x) => x.permute(1, 2, 0)],
    [[2, 150000], (x) => x],
    [[2, 150000], (x) => x.t()],
    [[1, 600000, 1], (x) => x.asStrided([1, 300000, 1], [1, 2, 1], 1)],
    [[190, 1500], (x) => x],
    [[2, 100, 3000], (x) => x],
    [[1, 1500], (x) => x.expand([200, 1500])],
  ];
  gt.manualSeed(3);
  for (const [shape, seen] of layouts) {
    const x = seen(gt.randint(0, 3, shape, u8));
    const dims = [...x.shape.keys()];
    const wide = x.to('int64').contiguous();
    const real = x.to('float64').contiguous();
    for (const dim of [
      dims,
      ...dims.map((d) => [d]),
      ...(dims.length > 2
        ? [
            [0, 1],
            [0, 2],
            [1, 2],
          ]
        : []),
    ]) {
      const same = (y: Tensor, want: Tensor): void => expect([dim, y.dtype, y.shape, y.equal(want)]).toEqual([dim, want.dtype, want.shape, true]);
      same(x.sum(dim), wide.sum(dim));
      same(x.sum({ dim, dtype: 'uint8', keepdim: true }), wide.sum(dim, true).to('uint8'));
      same(x.bool().sum(dim), wide.bool().to('int64').sum(dim));
      same(x.countNonzero(dim), wide.bool().to('int64').sum(dim));
      same(x.mean({ dim, dtype: 'float64' }), real.mean(dim));
      same(x.amax(dim), wide.amax(dim).to('uint8'));
      same(x.bool().any(dim), wide.amax(dim).to('bool'));
      same(x.all(dim), wide.amin(dim).to('bool').to('uint8'));
      const odd = x.mul(2).add(1);
      if (dim.length === dims.length || dim.length === 1)
        same(
          odd.prod({ dim: dim.length === 1 ? dim[0] : null }),
          odd
            .to('int64')
            .contiguous()
            .prod(dim.length === 1 ? dim[0] : null),
        );
    }
  }
});

test('a large sum takes a few MB, and its gradient is that of a small one', () => {
  const x = gt.ones([2 ** 25], u8);
  const before = held();
  expect([x.sum().item(), x.countNonzero().item(), x.prod().item(), x.any().item()]).toEqual([2 ** 25, 2 ** 25, 1, 1]);
  expect(x.mean({ dtype: 'float32' }).item()).toBe(1);
  expect(
    gt
      .ones([1], u8)
      .expand([2 ** 28])
      .sum()
      .item(),
  ).toBe(2 ** 28);
  expect(held() - before).toBeLessThan(2 ** 26);
  const y = gt.full([1200, 1000], 0.5, { requiresGrad: true });
  y.t().sum({ dtype: 'float64' }).backward();
  expect([y.grad!.dtype, y.grad!.amin().item(), y.grad!.amax().item()]).toEqual(['float32', 1, 1]);
});

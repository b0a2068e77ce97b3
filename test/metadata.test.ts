// What a tensor tells about itself, and small makers that nothing else covers.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

describe('a tensor tells', () => {
  const x = gt.arange(24, { dtype: 'float32' }).reshape(2, 3, 4);
  it('its rank, its place in memory and whether it is dense', () => {
    const part = x.at(1, ':', '1:3');
    expect([x.dim(), part.dim(), gt.tensor(1).dim()]).toEqual([3, 2, 0]);
    expect([x.storageOffset(), part.storageOffset()]).toEqual([0, 13]);
    expect([x.isContiguous(), part.isContiguous(), x.t === undefined, x.transpose(0, 2).isContiguous()]).toEqual([true, false, false, false]);
    expect(part.toArray()).toEqual([[13, 14], [17, 18], [21, 22]]); // biome-ignore format: a matrix
  });
  it('as a value what its one element is', () => {
    expect([gt.tensor(2.5).valueOf(), gt.tensor(true).valueOf(), x.valueOf() === x]).toEqual([2.5, true, true]);
  });
  it('the bytes of an element, and what numbers it holds', () => {
    const sizes = (['float32', 'float64', 'int32', 'int64', 'uint8', 'bool'] as const).map((dtype) => {
      const t = gt.zeros([1], { dtype });
      return [t.elementSize(), t.isFloatingPoint()];
    });
    expect(sizes).toEqual([[4, true], [8, true], [4, false], [8, false], [1, false], [1, false]]); // biome-ignore format: pairs
  });
});

describe('makers', () => {
  const like = gt.zeros([2], { dtype: 'float64' });
  it('newFull, newOnes and newEmpty take the dtype of their tensor', () => {
    expect([like.newFull([2, 2], 1.5).dtype, like.newFull([2, 2], 1.5).toArray()]).toEqual(['float64', [[1.5, 1.5], [1.5, 1.5]]]); // biome-ignore format: a matrix
    expect([like.newOnes([3]).dtype, like.newOnes([3]).toArray()]).toEqual(['float64', [1, 1, 1]]);
    expect(like.newOnes([3], { dtype: 'int32' }).dtype).toBe('int32');
    expect([gt.full([2], 3).toArray(), gt.empty([2, 0]).shape, gt.emptyLike(like).dtype]).toEqual([[3, 3], [2, 0], 'float64']);
    expect([like.newEmpty([3, 2]).dtype, like.newEmpty([3, 2]).shape]).toEqual(['float64', [3, 2]]);
  });
  it('randLike and randnLike draw what rand and randn draw', () => {
    for (const [f, g] of [
      [gt.randLike, gt.rand],
      [gt.randnLike, gt.randn],
    ] as const) {
      // biome-ignore format: pairs
      gt.manualSeed(3);
      const got = f(gt.zeros([4, 5], { dtype: 'float64' }));
      gt.manualSeed(3);
      expect([got.dtype, got.toArray()]).toEqual(['float64', g([4, 5], { dtype: 'float64' }).toArray()]);
    }
  });
  it('fans count a filter’s inputs and outputs', () => {
    expect(gt.nn.init.fans('test', gt.zeros([5, 3]))).toEqual({ fanIn: 3, fanOut: 5 });
    expect(gt.nn.init.fans('test', gt.zeros([6, 4, 3, 2]))).toEqual({ fanIn: 24, fanOut: 36 });
  });
  it('unpadSequence undoes padSequence', () => {
    const { padSequence, unpadSequence } = gt.nn.utils.rnn;
    const parts = [3, 1, 2].map((n) =>
      gt
        .arange(n * 2, { dtype: 'float32' })
        .reshape(n, 2)
        .add(n),
    );
    for (const batchFirst of [false, true]) {
      const back = unpadSequence(padSequence(parts, { batchFirst }), gt.tensor([3, 1, 2], { dtype: 'int64' }), { batchFirst });
      expect(back.map((t) => t.toArray())).toEqual(parts.map((t) => t.toArray()));
    }
  });
  it('padSequence fills up with the value given', () => {
    const parts = [gt.ones([1]), gt.ones([3])];
    expect(gt.nn.utils.rnn.padSequence(parts, true, -2).toArray()).toEqual([
      [1, -2, -2],
      [1, 1, 1],
    ]);
  });
  it('removeSpectralNorm leaves the normalised weight as the parameter', () => {
    gt.manualSeed(0);
    const layer = gt.nn.utils.spectralNorm(new gt.nn.Linear(3, 2));
    const x = gt.randn([4, 3]);
    layer.eval();
    const before = layer.forward(x).toArray();
    gt.nn.utils.removeSpectralNorm(layer);
    expect(layer.forward(x).toArray()).toEqual(before);
    expect([...layer.namedParameters()].map(([name]) => name).sort()).toEqual(['bias', 'weight']);
    expect(() => gt.nn.utils.removeSpectralNorm(layer)).toThrow(gt.ArgumentError);
  });
});

describe('inplace', () => {
  const F = gt.nn.functional;
  type Call = (x: gt.Tensor, ...args: unknown[]) => gt.Tensor;
  /** Everything of nn.functional that has it in PyTorch, with the arguments that stand before it there. */
  const calls: Record<string, [call: unknown, ...before: unknown[]]> = {
    relu: [F.relu],
    silu: [F.silu],
    mish: [F.mish],
    selu: [F.selu],
    relu6: [F.relu6],
    hardswish: [F.hardswish],
    hardsigmoid: [F.hardsigmoid],
    elu: [F.elu, 1],
    celu: [F.celu, 1],
    leakyRelu: [F.leakyRelu, 0.1],
    hardtanh: [F.hardtanh, -1, 1],
    threshold: [F.threshold, 0.5, 2],
    rrelu: [F.rrelu, 0.1, 0.3, false],
    dropout: [F.dropout, 0.5, true],
    alphaDropout: [F.alphaDropout, 0.5, true],
    featureAlphaDropout: [F.featureAlphaDropout, 0.5, true],
    dropout1d: [F.dropout1d, 0.5, true],
    dropout2d: [F.dropout2d, 0.5, true],
    dropout3d: [F.dropout3d, 0.5, true],
  };
  it.each(Object.entries(calls))('%s writes into its input, by name and by position, with the same gradient', (name, [f, ...before]) => {
    const call = f as Call;
    const shape = name === 'dropout3d' ? [2, 2, 1, 2, 1] : name === 'dropout2d' ? [2, 2, 2, 1] : [2, 2, 2];
    const run = (...last: unknown[]): number[][] => {
      gt.manualSeed(5);
      const leaf = gt.tensor([-2, -0.7, -0.2, 0.3, 0.6, 1.5, 4, 7]).reshape(shape).requiresGrad_();
      const x = leaf.mul(1);
      const y = call(x, ...before, ...last);
      expect([y === x, x._version]).toEqual(last.length === 0 || last[0] === false ? [false, 0] : [true, 1]);
      y.sum().backward();
      return [y, leaf.grad!].map((t) => [...(t.toTypedArray() as Float32Array)]);
    };
    const plain = run();
    for (const last of [true, { inplace: true }, false]) expect(run(last)).toEqual(plain);
    expect(() => call(gt.ones(shape), ...before, 1)).toThrow(gt.ArgumentError);
  });
});

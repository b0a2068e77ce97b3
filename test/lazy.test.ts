// Lazy layers, and the poolings and norms beside PyTorch's usual ones: numbers quoted from version 1.13.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { nn } = gt;
const F = nn.functional;
const close = (got: ArrayLike<unknown>, want: ArrayLike<unknown>): void =>
  expect(Math.max(...Array.from(got, (v, i) => Math.abs(Number(v) - Number(want[i]))))).toBeLessThan(1e-6);
const makeNet = () => new nn.Sequential(new nn.LazyConv2d(2, 3, { bias: true }), new nn.LazyBatchNorm2d(), new nn.Flatten(), new nn.LazyLinear(2));

describe('lazy layers', () => {
  it('print, draw and become what they stand for as in PyTorch', () => {
    gt.manualSeed(7);
    const net = makeNet();
    expect(String(net)).toBe(`Sequential(
  (0): LazyConv2d(0, 2, kernel_size=(3, 3), stride=(1, 1))
  (1): LazyBatchNorm2d(0, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
  (2): Flatten(start_dim=1, end_dim=-1)
  (3): LazyLinear(in_features=0, out_features=2, bias=True)
)`);
    const held = net.parameters();
    const y = net.forward(gt.ones([2, 3, 4, 4]));
    expect(String(net)).toBe(`Sequential(
  (0): Conv2d(3, 2, kernel_size=(3, 3), stride=(1, 1))
  (1): BatchNorm2d(2, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
  (2): Flatten(start_dim=1, end_dim=-1)
  (3): Linear(in_features=8, out_features=2, bias=True)
)`);
    expect(net.parameters().every((p, i) => p === held[i])).toBe(true);
    expect(net.parameters().map((p) => (p.reshape(-1).toArray() as number[]).slice(0, 2))).toEqual([
      [0.013441692106425762, -0.1159307062625885],
      [-0.15206493437290192, 0.005258338060230017],
      [1, 1],
      [0, 0],
      [-0.16447992622852325, -0.000679702206980437],
      [0.19357866048812866, -0.19380776584148407],
    ]);
    expect(y.shape).toEqual([2, 2]);
    expect(gt.rand([1]).item()).toBe(0.3826383948326111);
    y.sum().backward();
    expect(held.every((p) => p.grad !== null)).toBe(true);
  });
  it('take their shapes from a state dict, or another dtype, and train with an optimizer that was made before', () => {
    const [given, lazy] = [makeNet(), makeNet().double()];
    const x = gt.rand([2, 3, 4, 4]);
    given.forward(x);
    const state = given.stateDict();
    lazy.loadStateDict(state);
    const optimizer = new gt.optim.SGD(lazy.parameters(), { lr: 0.1 });
    const before = gt.getRngState();
    lazy.eval();
    given.eval();
    const y = lazy.forward(x.double());
    expect(gt.getRngState()).toEqual(before);
    close(y.toTypedArray(), given.forward(x).toTypedArray());
    y.sum().backward();
    optimizer.step();
    expect(lazy.stateDict()['3.bias'].dtype).toBe('float64');
    expect(lazy.stateDict()['3.bias'].equal(state['3.bias'].double())).toBe(false);
  });
  it('are there for every dim', () => {
    for (const [layer, shape, text] of [
      [new nn.LazyConv1d(4, 2), [2, 5, 6], 'Conv1d(5, 4, kernel_size=(2,), stride=(1,))'],
      [new nn.LazyConv3d(4, 2), [3, 5, 5, 5], 'Conv3d(3, 4, kernel_size=(2, 2, 2), stride=(1, 1, 1))'],
      [new nn.LazyConvTranspose1d(4, 2), [1, 5, 6], 'ConvTranspose1d(5, 4, kernel_size=(2,), stride=(1,))'],
      [new nn.LazyConvTranspose2d(4, 2, { groups: 2 }), [1, 6, 3, 3], 'ConvTranspose2d(6, 4, kernel_size=(2, 2), stride=(1, 1), groups=2)'],
      [new nn.LazyConvTranspose3d(4, 2), [1, 2, 3, 3, 3], 'ConvTranspose3d(2, 4, kernel_size=(2, 2, 2), stride=(1, 1, 1))'],
      [new nn.LazyBatchNorm1d(), [4, 3], 'BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)'],
      [new nn.LazyBatchNorm3d(), [4, 3, 2, 2, 2], 'BatchNorm3d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)'],
      [new nn.LazyInstanceNorm1d(), [4, 3, 5], 'InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)'],
      [new nn.LazyInstanceNorm2d({ affine: true }), [4, 3, 5, 5], 'InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=False)'],
      [new nn.LazyInstanceNorm3d(), [4, 3, 2, 2, 2], 'InstanceNorm3d(3, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)'],
    ] as [gt.nn.Module, number[], string][]) {
      expect(layer.constructor.name).toMatch(/^Lazy/);
      layer.forward(gt.rand(shape));
      expect(String(layer)).toBe(text);
    }
    expect(() => new nn.LazyConv2d(2, 3).forward(gt.rand([4]))).toThrow('LazyConv2d: expected an input of 3 or 4 dims, got [4]');
  });
});

describe('poolings with places', () => {
  it('fractional windows, given and drawn', () => {
    const x = gt.arange(98, { dtype: 'float32' }).reshape(1, 2, 7, 7).cos();
    const randomSamples = gt.tensor([
      [
        [0.1, 0.9],
        [0.6, 0.35],
      ],
    ]);
    const [y, i] = F.fractionalMaxPool2d(x, 2, [3, 4], { randomSamples, returnIndices: true }) as [gt.Tensor, gt.Tensor];
    expect(i.reshape(-1).toArray()).toEqual([0, 1, 11, 6, 14, 23, 25, 19, 43, 44, 38, 48, 1, 1, 3, 13, 21, 22, 32, 33, 43, 44, 39, 40]);
    expect(y.toArray()).toEqual(
      x
        .flatten(2)
        .gather(2, i.flatten(2).long())
        .reshape(...y.shape)
        .toArray(),
    );
    gt.manualSeed(3);
    const [, drawn] = new nn.FractionalMaxPool2d(2, { outputSize: [3, 4], returnIndices: true }).forward(x) as [gt.Tensor, gt.Tensor];
    expect(drawn.reshape(-1).toArray()).toEqual([0, 1, 11, 6, 14, 23, 25, 19, 43, 44, 38, 48, 1, 2, 3, 13, 14, 16, 25, 20, 43, 45, 39, 40]);
    expect(gt.rand([1]).item()).toBe(0.47161436080932617);
  });
  it('of volumes', () => {
    const x = gt.arange(216, { dtype: 'float32' }).reshape(1, 1, 6, 6, 6).sin();
    const randomSamples = gt.tensor([[[0.1, 0.9, 0.4]]]);
    const [, i] = F.fractionalMaxPool3d(x, 2, [2, 3, 4], { randomSamples, returnIndices: true }) as [gt.Tensor, gt.Tensor];
    expect(i.reshape(-1).toArray()).toEqual([1, 8, 39, 46, 13, 14, 58, 58, 66, 26, 33, 71, 145, 146, 190, 190, 157, 158, 165, 196, 210, 170, 171, 209]);
    expect((new nn.FractionalMaxPool3d(2, { outputRatio: 0.5 }).forward(x) as gt.Tensor).shape).toEqual([1, 1, 3, 3, 3]);
    const [y, at] = new nn.MaxPool3d(2, { returnIndices: true }).forward(x) as [gt.Tensor, gt.Tensor];
    const want = [1, 8, 46, 13, 14, 58, 66, 33, 71, 115, 116, 77, 121, 128, 89, 102, 140, 101, 145, 146, 190, 157, 165, 196, 210, 171, 209];
    expect(at.reshape(-1).toArray()).toEqual(want);
    expect((new nn.AdaptiveMaxPool3d(3, { returnIndices: true }).forward(x) as gt.Tensor[])[1].toArray()).toEqual(at.toArray());
    const back = new nn.MaxUnpool3d(2).forward(y, at);
    expect(back.shape).toEqual(x.shape);
    expect(back.sum().item()).toBeCloseTo(21.00988006591797, 4);
  });
  it('refuses what makes no windows', () => {
    const x = gt.rand([1, 1, 7, 7]);
    expect(() => new nn.FractionalMaxPool2d(2)).toThrow('requires specifying either an output size, or a pooling ratio');
    expect(() => new nn.FractionalMaxPool2d(2, { outputSize: 2, outputRatio: 0.5 })).toThrow('only one of output_size and output_ratio may be specified');
    expect(() => new nn.FractionalMaxPool2d(2, { outputRatio: 1.5 })).toThrow('output_ratio must be between 0 and 1');
    expect(() => F.fractionalMaxPool2d(x, 4, 5)).toThrow('pool too large relative to input');
  });
});

it('CrossMapLRN2d takes an even size for the odd one below it', () => {
  const x = gt.arange(12, { dtype: 'float32' }).reshape(1, 6, 1, 2);
  const even = new nn.CrossMapLRN2d(4, { alpha: 0.5, beta: 0.75, k: 1.5 });
  expect(String(even)).toBe('CrossMapLRN2d(4, alpha=0.5, beta=0.75, k=1.5)');
  // Of every channel one pixel: the other's first channel stays in PyTorch's sums for ever.
  const first = (layer: gt.nn.Module): ArrayLike<unknown> => layer.forward(x).select(3, 0).toTypedArray();
  close(first(even), [0, 0.7071067690849304, 0.8035183548927307, 0.75, 0.6849448084831238, 0.9844257831573486]);
  close(
    first(new nn.CrossMapLRN2d(3, { alpha: 0.5 })),
    [0, 0.6659067273139954, 0.6940322518348694, 0.6266063451766968, 0.5640310049057007, 0.8142855763435364],
  );
});

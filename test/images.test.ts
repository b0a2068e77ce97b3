// The modules for signals and images: they draw, compute and print as PyTorch 1.13 does.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { nn } = gt;

describe('convolution modules', () => {
  gt.manualSeed(3);
  const conv2d = new nn.Conv2d(2, 4, 3, { padding: 1, groups: 2 });
  const conv1d = new nn.Conv1d(2, 3, 2, { stride: 2, bias: false, paddingMode: 'circular', padding: 1 });
  const transposed = new nn.ConvTranspose2d(2, 3, [2, 3], 2, { outputPadding: 1, dilation: [1, 2] });
  const x = gt.arange(32).reshape(1, 2, 4, 4).div(8);
  const total = (y: gt.Tensor): number => y.sum().item() as number;

  it('print as in PyTorch', () => {
    expect([conv2d, conv1d, transposed, new nn.Conv2d(1, 1, 3, { padding: 'same' })].map(String)).toEqual([
      'Conv2d(2, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=2)',
      'Conv1d(2, 3, kernel_size=(2,), stride=(2,), padding=(1,), bias=False, padding_mode=circular)',
      'ConvTranspose2d(2, 3, kernel_size=(2, 3), stride=(2, 2), dilation=(1, 2), output_padding=(1, 1))',
      'Conv2d(1, 1, kernel_size=(3, 3), stride=(1, 1), padding=same)',
    ]);
  });
  it('draw and compute as in PyTorch', () => {
    expect(total(conv2d.forward(x))).toBeCloseTo(-68.76958465576172, 4);
    expect(total(conv1d.forward(x.select(2, 0)))).toBeCloseTo(-4.693339824676514, 4);
    expect(total(transposed.forward(x))).toBeCloseTo(-30.767005920410156, 3);
    expect(total(transposed.forward(x, [8, 12]))).toBeCloseTo(-26.772686004638672, 3);
  });
  it('keep an infinity and a NaN to the results that see them', () => {
    const images = gt.ones([1, 16, 16, 16]);
    images.setAt([0, 3, 8, 8], Number.POSITIVE_INFINITY);
    images.setAt([0, 5, 2, 3], Number.NaN);
    const y = nn.functional.conv2d(images, gt.ones([16, 16, 3, 3]), { padding: 1 });
    const seen = (row: number, column: number): boolean =>
      [
        [8, 8],
        [2, 3],
      ].some(([r, c]) => Math.abs(row - r) <= 1 && Math.abs(column - c) <= 1);
    for (let i = 0; i < 16; i++) for (let j = 0; j < 16; j++) expect(Number.isFinite(y.at(0, 7, i, j).item())).toBe(!seen(i, j));
  });
  it('keep an infinity to the elements of the filters gradient that see it', () => {
    const images = gt.ones([4, 16, 16, 16]);
    images.setAt([0, 3, 0, 0], Number.POSITIVE_INFINITY);
    const filters = gt.ones([16, 16, 3, 3]).requiresGrad_();
    nn.functional.conv2d(images, filters).sum().backward();
    for (let c = 0; c < 16; c++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) expect(filters.grad!.at(9, c, i, j).item()).toBe(c === 3 && i + j === 0 ? Number.POSITIVE_INFINITY : 784);
  });
  it('of many filters are those of float64 up to rounding, the same on any number of threads', () => {
    const threads = gt.backend.getNumThreads();
    const [a, w] = [gt.randn([15, 352, 8, 8]), gt.randn([352, 352, 3, 3])];
    const run = (x: gt.Tensor, k: gt.Tensor): gt.Tensor[] => {
      const leaves = [x, k].map((t) => t.clone().requiresGrad_());
      const y = nn.functional.conv2d(leaves[0], leaves[1], { padding: 1 });
      y.backward(x);
      return [y.detach(), ...leaves.map((t) => t.grad!)];
    };
    const results = [1, 2].map((count) => {
      gt.backend.setNumThreads(count);
      return run(a, w);
    });
    gt.backend.setNumThreads(threads);
    const exact = run(a.double(), w.double());
    results[0].forEach((y, i) => {
      expect(y.equal(results[1][i])).toBe(true);
      expect(y.double().sub(exact[i]).abs().max().item()).toBeLessThan(1e-5 * (exact[i].abs().max().item() as number));
    });
  });
  it('with a group for every channel have gradients of gradients, the same on any number of threads', () => {
    const [a, w, b] = [gt.randn([30, 10, 15, 14]), gt.randn([10, 1, 3, 3]), gt.randn([10])];
    const conv = (x: gt.Tensor, k: gt.Tensor, bias: gt.Tensor): gt.Tensor => nn.functional.conv2d(x, k, { bias, stride: 2, padding: 1, groups: x.shape[1] });
    const small = [gt.randn([2, 5, 5, 4]), gt.randn([5, 1, 3, 3]), gt.randn([5])].map((t) => t.double().requiresGrad_());
    expect(gt.autograd.gradgradcheck(conv, small)).toBe(true);
    const run = (threads: number): string => {
      gt.backend.setNumThreads(threads);
      const [x, k, bias] = [a, w, b].map((t) => t.clone().requiresGrad_());
      const y = conv(x, k, bias);
      y.square().sum().backward();
      return JSON.stringify([y, x.grad!, k.grad!, bias.grad!].map((t) => t.toArray()));
    };
    const threads = gt.backend.getNumThreads();
    expect(run(2)).toBe(run(1));
    gt.backend.setNumThreads(threads);
  });
  it('refuse sizes that no input has', () => {
    expect(() => transposed.forward(x, [9, 13])).toThrow(/requested an output size of \[9, 13\]/);
    expect(() => new nn.Conv2d(3, 4, 1, { groups: 2 })).toThrow(/in_channels must be divisible by groups/);
    expect(() => new nn.Conv2d(2, 4, 1, { padding: 'same', stride: 2 })).toThrow(/not supported for strided convolutions/);
  });
  it('learn', () => {
    const net = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.AvgPool2d(2), new nn.Flatten(), new nn.Linear(16, 2));
    const images = gt.randn(8, 1, 6, 6);
    const labels = gt.tensor([0, 1, 0, 1, 0, 1, 0, 1], { dtype: 'int64' });
    const optimizer = new gt.optim.Adam(net.parameters(), { lr: 0.05 });
    const losses = Array.from({ length: 40 }, () => {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(net.forward(images) as gt.Tensor, labels);
      loss.backward();
      optimizer.step();
      return loss.item() as number;
    });
    expect(losses.at(-1)).toBeLessThan(losses[0] / 4);
  });
});

describe('tables of weights', () => {
  it('outlive the backward pass that made them', () => {
    const x = gt.randn(1, 1, 300, 300).requiresGrad_();
    const y = nn.functional.interpolate(x, { size: [700, 900], mode: 'bilinear' });
    const seed = gt.onesLike(y);
    const grads = Array.from({ length: 3 }, () => gt.autograd.grad([y], [x], { gradOutputs: [seed], retainGraph: true })[0]!);
    gt.randn(64, 1024);
    expect(grads[0].sum().item()).toBeCloseTo(y.count, -1);
    for (const grad of grads.slice(1)) expect(grad.eq(grads[0]).sum().item()).toBe(x.count);
  });
});

describe('pooling, padding and resizing modules', () => {
  const x = gt.arange(64).float().reshape(1, 4, 4, 4);
  const line = x.select(0, 0).select(1, 0);
  it.each([
    [new nn.MaxPool2d(2), 'MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)', [1, 4, 2, 2]],
    [new nn.AvgPool2d([2, 1], 1), 'AvgPool2d(kernel_size=(2, 1), stride=1, padding=0)', [1, 4, 3, 4]],
    [new nn.AdaptiveAvgPool2d([1, null]), 'AdaptiveAvgPool2d(output_size=(1, None))', [1, 4, 1, 4]],
    [new nn.AdaptiveMaxPool2d(3), 'AdaptiveMaxPool2d(output_size=3)', [1, 4, 3, 3]],
    [new nn.ReflectionPad2d(1), 'ReflectionPad2d((1, 1, 1, 1))', [1, 4, 6, 6]],
    [new nn.ReplicationPad2d([1, 2, 0, 1]), 'ReplicationPad2d((1, 2, 0, 1))', [1, 4, 5, 7]],
    [new nn.ConstantPad2d(1, 2.5), 'ConstantPad2d(padding=(1, 1, 1, 1), value=2.5)', [1, 4, 6, 6]],
    [new nn.ZeroPad2d(1), 'ZeroPad2d((1, 1, 1, 1))', [1, 4, 6, 6]],
    [new nn.Upsample({ scaleFactor: 2, mode: 'bilinear' }), 'Upsample(scale_factor=2.0, mode=bilinear)', [1, 4, 8, 8]],
    [new nn.Upsample({ size: [3, 4] }), 'Upsample(size=(3, 4), mode=nearest)', [1, 4, 3, 4]],
    [new nn.PixelShuffle(2), 'PixelShuffle(upscale_factor=2)', [1, 1, 8, 8]],
    [new nn.PixelUnshuffle(2), 'PixelUnshuffle(downscale_factor=2)', [1, 16, 2, 2]],
  ] as [gt.nn.Module, string, number[]][])('%s', (module, text, shape) => {
    expect(String(module)).toBe(text);
    expect((module.forward(x) as gt.Tensor).shape).toEqual(shape);
  });
  it.each([
    [new nn.MaxPool1d(3, 2, 1), 'MaxPool1d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=False)', [4, 2]],
    [new nn.AvgPool1d(2), 'AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))', [4, 2]],
    [new nn.AdaptiveAvgPool1d(3), 'AdaptiveAvgPool1d(output_size=3)', [4, 3]],
    [new nn.AdaptiveMaxPool1d(3), 'AdaptiveMaxPool1d(output_size=3)', [4, 3]],
    [new nn.ReflectionPad1d(1), 'ReflectionPad1d((1, 1))', [4, 6]],
    [new nn.ReplicationPad1d(1), 'ReplicationPad1d((1, 1))', [4, 6]],
    [new nn.ConstantPad1d(1, 2.5), 'ConstantPad1d(padding=(1, 1), value=2.5)', [4, 6]],
  ] as [gt.nn.Module, string, number[]][])('%s', (module, text, shape) => {
    expect(String(module)).toBe(text);
    expect((module.forward(line) as gt.Tensor).shape).toEqual(shape);
  });
  it('a window whose elements all lie in the padding is empty, at a place that exists', () => {
    const y = gt.zeros(1, 1, 2).requiresGrad_();
    const pooled = nn.functional.maxPool1d(y, { kernelSize: 2, padding: 1, dilation: 3 }) as gt.Tensor;
    expect(pooled.item()).toBe(Number.NEGATIVE_INFINITY);
    pooled.sum().backward();
    expect(y.grad!.shape).toEqual([1, 1, 2]);
  });
  it('sizes without bounds are refused', () => {
    expect(() => nn.functional.interpolate(line.unsqueeze(0), 2 ** 40)).toThrow(/sizes of at most/);
    expect(() => nn.functional.adaptiveAvgPool1d(line, 2 ** 30)).toThrow(/sizes of at most/);
    expect(() => nn.functional.maxPool1d(line, 2, 2 ** 33)).toThrow(/stride below 2\^31/);
  });
  it('maxima come with where they were', () => {
    const [values, indices] = new nn.MaxPool2d(2, { returnIndices: true }).forward(x) as [gt.Tensor, gt.Tensor];
    expect(indices.dtype).toBe('int32');
    expect(
      x
        .reshape(1, 4, 16)
        .gather(2, indices.reshape(1, 4, 4))
        .reshape(1, 4, 2, 2)
        .eq(values)
        .sum()
        .item(),
    ).toBe(16);
  });
});

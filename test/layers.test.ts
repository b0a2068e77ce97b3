// Normalisation, embeddings and losses as modules: their parameters and buffers, what training changes, and that they compute what their functions do.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { nn } = gt;
const F = nn.functional;
const f64 = { dtype: 'float64' } as const;
const values = (t: gt.Tensor): number[] => Array.from(t.toTypedArray() as Iterable<number | bigint>, Number);
const rounded = (list: readonly number[]): number[] => list.map((v) => Math.round(v * 1e6) / 1e6 + 0);
const close = (got: gt.Tensor, want: readonly number[]): void => expect(rounded(values(got))).toEqual(rounded(want));
const same = (got: gt.Tensor, want: gt.Tensor): void => expect(values(got)).toEqual(values(want));

describe('normalisation', () => {
  const norms: Readonly<Record<string, { shape: number[]; channels: number[]; call: (x: gt.Tensor, weight: gt.Tensor, bias: gt.Tensor) => gt.Tensor }>> = {
    layer: { shape: [70, 37], channels: [37], call: (x, w, b) => F.layerNorm(x, [37], w, b) },
    'layer of two dims': { shape: [3, 4, 5], channels: [4, 5], call: (x, w, b) => F.layerNorm(x, [4, 5], w, b) },
    rms: { shape: [70, 37], channels: [37], call: (x, w, b) => F.rmsNorm(x, [37], w).add(b) },
    group: { shape: [5, 6, 7], channels: [6], call: (x, w, b) => F.groupNorm(x, 3, w, b) },
    instance: { shape: [40, 6, 70], channels: [6], call: (x, w, b) => F.instanceNorm(x, { weight: w, bias: b }) },
    batch: { shape: [9, 6, 5, 4], channels: [6], call: (x, w, b) => F.batchNorm(x, null, null, w, b, true) },
    'batch of vectors': { shape: [50, 150], channels: [150], call: (x, w, b) => F.batchNorm(x, null, null, w, b, true) },
  };
  it.each(Object.entries(norms))(
    '%s norm has the same gradients by its kernel as by differentiable ops, from strided inputs too',
    (_, { shape, channels, call }) => {
      const leaf = (sizes: number[]): gt.Tensor => gt.randn(sizes, f64).requiresGrad_();
      const [x, weight, bias] = [leaf(shape), leaf(channels), leaf(channels)];
      const turned = gt.randn([...shape].reverse(), f64);
      const back = [...shape.keys()].reverse();
      const gradients = (createGraph: boolean, inputs = [x, weight, bias]): gt.Tensor[] => {
        const loss = call(x, weight, bias).mul(turned.permute(back)).sum();
        return gt.autograd.grad(loss, inputs, { createGraph }) as gt.Tensor[];
      };
      const [fused, ops] = [gradients(false), gradients(true)];
      for (const i of [0, 1, 2]) expect(gt.allclose(fused[i], ops[i], { rtol: 1e-9, atol: 1e-10 })).toBe(true);
      // One alone, too.
      for (const [i, input] of [x, weight, bias].entries())
        expect(gt.allclose(gradients(false, [input])[0], fused[i], { rtol: 1e-12, atol: 1e-12 })).toBe(true);
      const strided = x.detach().permute(back).contiguous().permute(back);
      same(call(strided, weight, bias), call(x, weight, bias));
    },
  );
  it('groups that hardly vary keep what they do vary by', () => {
    // 1000 and a few steps of float32 there.
    const steps = Array.from({ length: 200 }, (_, i) => ((i * 7) % 13) - 6);
    const x = gt.tensor(steps.map((k) => 1000 + k * 2 ** -14));
    const variance = steps.reduce((sum, k) => sum + (k * 2 ** -14) ** 2, 0) / 200 - ((steps.reduce((sum, k) => sum + k, 0) / 200) * 2 ** -14) ** 2;
    const average = steps.reduce((sum, k) => sum + k, 0) / 200;
    const want = steps.map((k) => ((k - average) * 2 ** -14) / Math.sqrt(variance + 1e-5));
    for (const y of [F.layerNorm(x, [200]), F.batchNorm(x.reshape(200, 1), null, null, { training: true }), F.groupNorm(x.reshape(1, 2, 100), 1)])
      close(y, want);
    for (const value of [0.1, 1e10]) {
      const flat = gt.full([7, 33], value);
      same(F.layerNorm(flat, [33]), gt.zeros([7, 33]));
      same(F.batchNorm(flat, null, null, { training: true }), gt.zeros([7, 33]));
    }
  });
  it('parameters of another dtype promote as in a product', () => {
    const x = gt.randn([4, 3]);
    const [weight, bias] = [gt.randn([3], f64), gt.randn([3])];
    const y = F.layerNorm(x, [3], weight, bias);
    expect(y.dtype).toBe('float64');
    same(y, F.layerNorm(x, [3]).mul(weight).add(bias));
    expect(F.groupNorm(gt.randn([2, 4], f64), 2, gt.ones([4])).dtype).toBe('float64');
  });
  it('batch norm follows the moments in training and uses them in evaluation', () => {
    const norm = new nn.BatchNorm1d(2, f64);
    expect(Object.keys(norm.stateDict())).toEqual(['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']);
    const x = gt.tensor(
      [
        [1, 2],
        [3, 6],
        [5, 4],
      ],
      f64,
    );
    close(norm.forward(x).mean(0), [0, 0]);
    close(norm.runningMean!, [0.3, 0.4]);
    close(norm.runningVar!, [1.3, 1.3]);
    expect(norm.num_batches_tracked!.item()).toBe(1);
    norm.eval();
    close(norm.forward(x).select(0, 0), [(1 - 0.3) / Math.sqrt(1.3 + 1e-5), (2 - 0.4) / Math.sqrt(1.3 + 1e-5)]);
    close(norm.runningMean!, [0.3, 0.4]);
    expect(() => norm.forward(x.unsqueeze(0).unsqueeze(0))).toThrow(gt.ShapeError);
  });
  it('momentum null averages over all batches', () => {
    const norm = new nn.BatchNorm1d(1, { ...f64, momentum: null });
    for (const v of [1, 3, 8]) norm.forward(gt.tensor([[v], [v + 2]], f64));
    close(norm.runningMean!, [5]);
    close(norm.runningVar!, [2]);
  });
  it('without running moments, evaluation uses the batch too', () => {
    const norm = new nn.BatchNorm2d(2, { ...f64, trackRunningStats: false, affine: false }).eval() as InstanceType<typeof nn.BatchNorm2d>;
    expect(Object.keys(norm.stateDict())).toEqual([]);
    close(norm.forward(gt.randn([2, 2, 3, 3], f64)).mean([0, 2, 3]), [0, 0]);
  });
  it('layer, group and instance norm are their functions', () => {
    const x = gt.randn([2, 4, 3], f64);
    same(new nn.LayerNorm([4, 3], f64).forward(x), F.layerNorm(x, [4, 3]));
    same(new nn.GroupNorm(2, 4, f64).forward(x), F.groupNorm(x, 2));
    same(new nn.InstanceNorm1d(4).forward(x), F.instanceNorm(x));
    expect(`${new nn.LayerNorm(3)}`).toBe('LayerNorm((3,), eps=1e-05, elementwise_affine=True)');
    expect(() => new nn.GroupNorm(3, 4)).toThrow(gt.ArgumentError);
  });
});

describe('activations that write into their input', () => {
  const F = nn.functional;
  it('give what their functions give, and the input itself', () => {
    const values = [-2, -0.5, 0, 0.5, 2];
    const cases: [inPlace: (x: gt.Tensor) => gt.Tensor, apart: (x: gt.Tensor) => gt.Tensor][] = [
      [(x) => F.celu_(x, 0.5), (x) => F.celu(x, 0.5)],
      [(x) => F.elu_(x, { alpha: 0.5 }), (x) => F.elu(x, 0.5)],
      [(x) => F.hardtanh_(x, -1, 0.25), (x) => F.hardtanh(x, -1, 0.25)],
      [(x) => F.leakyRelu_(x, 0.1), (x) => F.leakyRelu(x, 0.1)],
      [(x) => F.rrelu_(x), (x) => F.rrelu(x)],
      [(x) => F.selu_(x), (x) => F.selu(x)],
      [(x) => F.threshold_(x, 0.1, 7), (x) => F.threshold(x, 0.1, 7)],
    ];
    for (const [inPlace, apart] of cases) {
      const x = gt.tensor(values);
      expect(inPlace(x)).toBe(x);
      expect(x.toArray()).toEqual(apart(gt.tensor(values)).toArray());
      expect(x.toArray()).not.toEqual(values);
    }
    expect(() => F.elu_(gt.ones(1), { beta: 1 } as never)).toThrow('elu_: expected options among alpha, got beta');
  });
});

describe('embeddings', () => {
  const ids = gt.tensor(
    [
      [1, 3],
      [0, 1],
    ],
    { dtype: 'int64' },
  );
  it('the padding row is zero and has no gradient', () => {
    const table = new nn.Embedding(4, 3, { paddingIdx: 1 });
    close(table.weight.select(0, 1), [0, 0, 0]);
    table.forward(ids).sum().backward();
    close(table.weight.grad!.sum(1), [3, 0, 0, 3]);
    expect(`${table}`).toBe('Embedding(4, 3, padding_idx=1)');
  });
  it('a bag is the mean of its rows', () => {
    const bag = new nn.EmbeddingBag(4, 3, f64);
    close(bag.forward(ids), values(F.embedding(ids, bag.weight).mean(1)));
  });
});

describe('losses', () => {
  const [p, t] = [gt.tensor([0.2, 0.7], f64), gt.tensor([0, 1], f64)];
  it('keep the options of their functions', () => {
    const loss = new nn.BCEWithLogitsLoss({ reduction: 'sum', posWeight: gt.tensor([2, 3], f64) });
    expect(loss.reduction).toBe('sum');
    expect(Object.keys(loss.stateDict())).toEqual(['pos_weight']);
    same(loss.forward(p, t), F.binaryCrossEntropyWithLogits(p, t, { reduction: 'sum', posWeight: gt.tensor([2, 3], f64) }));
    same(new nn.BCELoss().forward(p, t), F.binaryCrossEntropy(p, t));
    same(new nn.SmoothL1Loss({ beta: 0.1 }).forward(p, t), F.smoothL1Loss(p, t, { beta: 0.1 }));
    same(new nn.TripletMarginLoss(0.5, 1).forward(p, t, p.mul(2)), F.tripletMarginLoss(p, t, p.mul(2), 0.5, 1));
    same(new nn.KLDivLoss({ reduction: 'batchmean' }).forward(p, t), F.klDiv(p, t, { reduction: 'batchmean' }));
  });
  it('refuse a reduction that there is not', () => expect(() => new nn.L1Loss({ reduction: 'avg' as never })).toThrow(gt.ArgumentError));
});

describe('nodes', () => {
  const [x, w, b] = [gt.rand([2, 3]), gt.rand([4, 3], { requiresGrad: true }), gt.rand([4])];
  it('have the names that PyTorch prints', () => {
    const names = [F.linear(x, w, b), F.linear(x, w), F.linear(x.unsqueeze(0), w, b), F.linear(x.select(0, 0), w, b)].map((y) => y.gradFn?.name);
    expect(names).toEqual(['AddmmBackward0', 'MmBackward0', 'ViewBackward0', 'AddBackward0']);
    const y = F.linear(x, w, b);
    const losses = [F.mseLoss(y, y.detach()), F.crossEntropy(y, gt.tensor([0, 1]).to('int64')), F.nllLoss(y, gt.tensor([0, 1]).to('int64'))];
    expect(losses.map((loss) => loss.gradFn?.name)).toEqual(['MseLossBackward0', 'NllLossBackward0', 'NllLossBackward0']);
  });
  it('of losses that are all 0 give 0, and not -0', () => {
    const labels = gt.tensor([0, 1]).to('int64');
    for (const reduction of ['mean', 'sum'] as const) expect(F.nllLoss(gt.zeros([2, 3]), labels, { reduction }).item()).toBe(0);
    expect(F.nllLoss(gt.zeros([0, 3]), gt.zeros([0]).to('int64'), { reduction: 'sum' }).item()).toBe(0);
  });
});

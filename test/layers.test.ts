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

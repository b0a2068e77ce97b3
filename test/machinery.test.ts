// What modules do besides computing: backward hooks, look-ups by path, dicts of parameters, summaries, packed sequences, and calls that must be refused.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { nn } = gt;
const { rnn } = nn.utils;
const leaf = (...sizes: number[]): gt.Tensor => gt.ones(sizes).requiresGrad_();

describe('full backward hooks', () => {
  it('see the gradients of inputs and outputs, and may replace the former', () => {
    const layer = new nn.Linear(2, 3, { bias: false });
    const seen: unknown[] = [];
    const handle = layer.registerFullBackwardHook((module, gradInput, gradOutput) => {
      seen.push(module === layer, gradInput[0]!.shape, gradOutput[0]!.toArray());
      return [gradInput[0]!.mul(10)];
    });
    const x = leaf(1, 2);
    layer.forward(x).sum().backward();
    expect(seen).toEqual([true, [1, 2], [[1, 1, 1]]]);
    const plain = layer.weight.detach().sum(0).mul(10);
    expect(x.grad!.reshape(-1).toArray()).toEqual(plain.toArray());
    expect(layer.weight.grad!.toArray()).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    handle.remove();
    layer.forward(x).sum().backward();
    expect(seen.length).toBe(3);
    expect(Object.hasOwn(layer, 'forward')).toBe(false);
  });
  it('are called without input gradients where no input has one, and not at all without recording', () => {
    const layer = new nn.Linear(2, 1);
    const seen: unknown[] = [];
    layer.registerFullBackwardHook(
      (_, gradInput, gradOutput) =>
        void seen.push(
          gradInput,
          gradOutput.map((g) => g!.shape),
        ),
    );
    layer.forward(gt.ones(4, 2)).sum().backward();
    gt.noGrad(() => layer.forward(gt.ones(4, 2)));
    expect(seen).toEqual([[null], [[4, 1]]]);
  });
  it('serve modules of several inputs and outputs', () => {
    class Swap extends nn.Module {
      override forward(a: gt.Tensor, n: number, b: gt.Tensor): gt.Tensor[] {
        return [b.mul(n), a];
      }
    }
    const swap = new Swap();
    const seen: unknown[] = [];
    swap.registerFullBackwardHook((_, gradInput, gradOutput) => void seen.push([...gradInput, ...gradOutput].map((g) => (g === null ? null : g.item()))));
    const [y, z] = swap.forward(leaf(1), 3, leaf(1));
    y.add(z.mul(2)).sum().backward();
    expect(seen).toEqual([[2, null, 3, 1, 2]]);
  });
  it('must return as many gradients as there are inputs', () => {
    const layer = new nn.Tanh();
    layer.registerFullBackwardHook((_, [g]) => [g, g]);
    expect(() => layer.forward(leaf(1)).sum().backward()).toThrow('registerFullBackwardHook: expected 1 gradients from the hook, got 2');
    expect(() => layer.registerFullBackwardHook(1 as never)).toThrow('registerFullBackwardHook: expected a function, got 1');
  });
});

describe('look-ups', () => {
  const net = new nn.Sequential({ a: new nn.Sequential(new nn.Linear(2, 3)), norm: new nn.BatchNorm1d(3) });
  it('find modules, parameters and buffers by path', () => {
    expect(net.getSubmodule('')).toBe(net);
    expect(net.getSubmodule('a.0')).toBeInstanceOf(nn.Linear);
    expect(net.getParameter('a.0.weight').shape).toEqual([3, 2]);
    expect(net.getBuffer('norm.running_mean').shape).toEqual([3]);
  });
  it('say what is missing', () => {
    expect(() => net.getSubmodule('a.1')).toThrow('"a.1": Sequential has no module "1"');
    expect(() => net.getParameter('norm.running_mean')).toThrow('BatchNorm1d has none of that name');
    expect(() => net.getBuffer('a.0.weight')).toThrow(gt.ArgumentError);
  });
});

describe('lists of what a module has', () => {
  class Net extends nn.Module {
    scale = new nn.Parameter(gt.ones(2));
    first = new nn.Sequential(new nn.Linear(2, 2));
    again = this.first;
    constructor() {
      super();
      this.registerBuffer('mean', gt.zeros(2));
    }
  }
  const net = new Net();
  const names = (list: readonly (readonly [string, unknown])[]): string[] => list.map(([name]) => name);
  it('have a prefix, leave out what is below, or name a module each time', () => {
    expect(names(net.namedParameters('net'))).toEqual(['net.scale', 'net.first.0.weight', 'net.first.0.bias']);
    expect(names(net.namedParameters({ prefix: 'net', recurse: false }))).toEqual(['net.scale']);
    expect(net.parameters(false)[0]).toBe(net.scale);
    expect([net.parameters(false).length, net.buffers({ recurse: false }).length, names(net.namedBuffers('b'))]).toEqual([1, 1, ['b.mean']]);
    expect(names(net.namedModules({ prefix: 'x' }))).toEqual(['x', 'x.first', 'x.first.0']);
    expect(names(net.namedModules({ removeDuplicate: false }))).toEqual(['', 'first', 'first.0', 'again', 'again.0']);
    const state = net.stateDict({ prefix: 'model.', keepVars: true });
    expect(state['model.scale']).toBe(net.scale);
    expect(Object.keys(state)).toEqual(Object.keys(net.stateDict()).map((key) => `model.${key}`));
  });
  it('take no other options', () => {
    expect(() => net.namedParameters({ recursive: false } as never)).toThrow('namedParameters: expected options among prefix, recurse, got recursive');
    expect(() => net.namedParameters(1 as never)).toThrow('namedParameters: expected prefix to be a string, got 1');
    expect(() => net.stateDict('model.' as never)).toThrow('stateDict: expected at most 0 arguments');
  });
  it('are cut as arrays are; a Sequential keeps its names', () => {
    const [a, b, c] = [new nn.ReLU(), new nn.Tanh(), new nn.Sigmoid()];
    expect(new nn.ModuleList([a, b, c]).slice(-1).namedChildren()).toEqual([['0', c]]);
    expect(names(new nn.Sequential(a, b, c).slice(1, 3).namedChildren())).toEqual(['1', '2']);
  });
});

describe('ParameterDict', () => {
  it('holds parameters by name', () => {
    const dict = new nn.ParameterDict({ a: new nn.Parameter(gt.zeros(2, 3)) });
    dict.set('b', new nn.Parameter(gt.zeros(1)));
    expect(Object.keys(dict.stateDict())).toEqual(['a', 'b']);
    expect(dict.pop('a').shape).toEqual([2, 3]);
    expect([dict.keys(), dict.size]).toEqual([['b'], 1]);
    expect(`${new nn.ParameterDict({ a: new nn.Parameter(gt.zeros(2, 3)) })}`).toBe(
      'ParameterDict(  (a): Parameter containing: [torch.FloatTensor of size 2x3])',
    );
    expect(() => dict.pop('x')).toThrow('ParameterDict.pop: expected a name among b, got "x"');
    expect(() => dict.set('c', gt.ones(1) as never)).toThrow('expected a Parameter or null');
  });
});

describe('summary', () => {
  it('counts parameters and multiply-adds by layer, and leaves the model as it was', () => {
    const net = new nn.Sequential(new nn.Conv2d(1, 8, 3, { groups: 1 }), new nn.BatchNorm2d(8), new nn.ReLU(), new nn.Flatten(), new nn.Linear(8 * 16, 10));
    net.at(0).requiresGrad_(false);
    gt.manualSeed(3);
    const before = gt.getRngState();
    const { rows, totalParams, trainableParams, multAdds } = nn.summary(net, [2, 1, 6, 6]);
    expect(gt.getRngState()).toEqual(before);
    expect(net.training).toBe(true);
    expect(rows.map(({ name, outputShape, params, multAdds: adds }) => [name, outputShape, params, adds])).toEqual([
      ['', [2, 10], 0, 0],
      ['0', [2, 8, 4, 4], 80, 2 * 8 * 16 * 9],
      ['1', [2, 8, 4, 4], 16, 0],
      ['2', [2, 8, 4, 4], 0, 0],
      ['3', [2, 128], 0, 0],
      ['4', [2, 10], 1290, 2 * 1280],
    ]);
    expect([totalParams, trainableParams, multAdds]).toEqual([1386, 1306, 2304 + 2560]);
    expect(`${nn.summary(new nn.Linear(3, 2), [1, 3])}`).toBe(
      [
        'Layer (type)  Output shape  Params  Mult-adds',
        '---------------------------------------------',
        'Linear        [1, 2]             8          6',
        '---------------------------------------------',
        'Parameters: 8',
        'Trainable: 8',
        'Multiply-adds: 6',
      ].join('\n'),
    );
  });
  it('knows recurrent layers, attention and transposed convolutions', () => {
    const adds = (module: gt.nn.Module, ...shapes: number[][]): number => nn.summary(module, shapes).multAdds;
    expect(adds(new nn.LSTM(4, 8), [5, 3, 4])).toBe(15 * 4 * 8 * (4 + 8));
    expect(adds(new nn.MultiheadAttention(8, 2), [5, 3, 8], [5, 3, 8], [5, 3, 8])).toBe(3 * (4 * 5 * 64 + 2 * 25 * 8));
    expect(adds(new nn.ConvTranspose2d(2, 3, 2), [1, 2, 4, 4])).toBe(16 * 2 * 3 * 4);
  });
  it('puts the modes back when the model fails', () => {
    const net = new nn.Sequential(new nn.Linear(2, 2));
    expect(() => nn.summary(net, [1, 3])).toThrow(gt.ShapeError);
    expect([net.training, Object.hasOwn(net.at(0), 'forward')]).toEqual([true, false]);
  });
});

describe('packed sequences', () => {
  const x = gt.arange(12).reshape(4, 3, 1);
  it('come back as they were, in their order', () => {
    const packed = rnn.packPaddedSequence(x, [2, 4, 1], { enforceSorted: false });
    expect([packed.batchSizes.toArray(), packed.sortedIndices!.toArray(), packed.unsortedIndices!.toArray()]).toEqual([
      [3, 2, 1, 1],
      [1, 0, 2],
      [1, 0, 2],
    ]);
    expect(packed.data.reshape(-1).toArray()).toEqual([1, 0, 2, 4, 3, 7, 10]);
    const [padded, lengths] = rnn.padPackedSequence(packed, { batchFirst: true, paddingValue: -1, totalLength: 5 });
    expect(padded.squeeze(2).toArray()).toEqual([
      [0, 3, -1, -1, -1],
      [1, 4, 7, 10, -1],
      [2, -1, -1, -1, -1],
    ]);
    expect(lengths.toArray()).toEqual([2, 4, 1]);
    expect(rnn.unpackSequence(packed).map((s) => s.reshape(-1).toArray())).toEqual([[0, 3], [1, 4, 7, 10], [2]]);
  });
  it('are made of lists', () => {
    const list = [gt.tensor([1, 2, 3]), gt.tensor([4])];
    expect(rnn.padSequence(list, true, 9).toArray()).toEqual([
      [1, 2, 3],
      [4, 9, 9],
    ]);
    expect(rnn.packSequence(list).data.toArray()).toEqual([1, 4, 2, 3]);
  });
  it('refuse lengths that do not fit', () => {
    expect(() => rnn.packPaddedSequence(x, [1, 2, 3])).toThrow('must be sorted in decreasing order');
    expect(() => rnn.packPaddedSequence(x, [4, 2])).toThrow('packPaddedSequence: expected a length for each of 3 sequences, got 2');
    expect(() => rnn.packPaddedSequence(x, [5, 2, 1])).toThrow('lengths in [1, 4], got 5');
    expect(() => rnn.packPaddedSequence(x, [4, 2, 0])).toThrow('has to be greater than 0');
    expect(() => rnn.padPackedSequence(rnn.packPaddedSequence(x, [4, 2, 1]), { totalLength: 3 })).toThrow('totalLength >= 4');
    expect(() => rnn.padSequence([])).toThrow('at least one sequence');
  });
});

describe('tables of given rows', () => {
  it('are frozen unless told otherwise', () => {
    const rows = gt.arange(6, { dtype: 'float32' }).reshape(3, 2);
    const table = nn.Embedding.fromPretrained(rows);
    expect([table.numEmbeddings, table.embeddingDim, table.weight.requiresGrad]).toEqual([3, 2, false]);
    expect(table.forward(gt.tensor([2], { dtype: 'int64' })).toArray()).toEqual([[4, 5]]);
    expect(nn.EmbeddingBag.fromPretrained(rows, false, { mode: 'sum' }).weight.requiresGrad).toBe(true);
    expect(() => nn.Embedding.fromPretrained(gt.ones(2))).toThrow('expected to be 2-dimensional');
  });
});

describe('weight norm', () => {
  it('comes off again, leaving the weight as a parameter', () => {
    const layer = nn.utils.weightNorm(new nn.Linear(3, 2));
    expect(Object.keys(layer.stateDict())).toEqual(['bias', 'weight_g', 'weight_v']);
    const weight = layer.weight.toArray();
    expect(nn.utils.removeWeightNorm(layer)).toBe(layer);
    expect(Object.keys(layer.stateDict())).toEqual(['bias', 'weight']);
    expect(layer.weight.toArray()).toEqual(weight);
    expect(Object.hasOwn(layer, 'forward')).toBe(false);
    expect(() => nn.utils.removeWeightNorm(layer)).toThrow('removeWeightNorm: expected a module with weightNorm of "weight", got Linear');
    expect(() => nn.utils.weightNorm(layer, 'x')).toThrow('weightNorm: expected the name of a parameter, got "x"');
    const spectral = nn.utils.spectralNorm(new nn.Linear(3, 2));
    expect(() => nn.utils.spectralNorm(spectral)).toThrow('Cannot register two hooks on the same parameter');
  });
});

describe('layers refuse', () => {
  const wrong: [what: string, call: () => unknown, error: unknown, message: string][] = [
    ['a sequence of another size', () => new nn.LSTM(3, 4).forward(gt.ones(5, 2, 2)), gt.ShapeError, 'LSTM: expected an input whose last size is 3, got 2'],
    ['a sequence of no steps', () => new nn.LSTM(3, 4).forward(gt.ones(0, 2, 3)), gt.ShapeError, 'Expected sequence length to be larger than 0'],
    ['a sequence of 4 dims', () => new nn.GRU(3, 4).forward(gt.ones(1, 5, 2, 3)), gt.ShapeError, 'Expected input to be 2-D or 3-D but received 4-D'],
    ['a state that does not fit', () => new nn.RNN(3, 4).forward(gt.ones(5, 2, 3), gt.ones(1, 3, 4)), gt.ShapeError, 'Expected hidden size [1, 2, 4]'],
    ['batched states of one sequence', () => new nn.RNN(3, 4).forward(gt.ones(5, 3), gt.ones(1, 1, 4)), gt.ShapeError, 'should also be 2-D'],
    ['mixed dtypes', () => new nn.LSTM(3, 4).forward(gt.ones([5, 2, 3], { dtype: 'float64' })), gt.DTypeError, "of one dtype, as the input's float64"],
    ['dropout beyond 1', () => new nn.LSTM(3, 4, { dropout: 2 }), gt.ArgumentError, 'dropout should be a number in range [0, 1]'],
    ['a projection that is none', () => new nn.LSTM(3, 4, { projSize: 4 }), gt.ArgumentError, 'proj_size has to be smaller than hidden_size'],
    ['projections in GRU', () => new nn.GRU(3, 4, { projSize: 2 } as never), gt.ArgumentError, 'got projSize'],
    ['another nonlinearity', () => new nn.RNN(3, 4, { nonlinearity: 'gelu' as never }), gt.ArgumentError, 'one of "tanh", "relu"'],
    ['a cell of 3 dims', () => new nn.LSTMCell(3, 4).forward(gt.ones(1, 1, 3)), gt.ShapeError, 'Expected input to be 1-D or 2-D but received 3-D'],
    ['heads that do not divide', () => new nn.MultiheadAttention(6, 4), gt.ArgumentError, 'embed_dim must be divisible by num_heads'],
    [
      'queries of another size',
      () => new nn.MultiheadAttention(4, 2).forward(gt.ones(2, 1, 3), gt.ones(2, 1, 4), gt.ones(2, 1, 4)),
      gt.ShapeError,
      'a query of embedding dimension 4',
    ],
    [
      'masks that do not fit',
      () => {
        const x = gt.ones(3, 1, 4);
        return new nn.MultiheadAttention(4, 2).forward(x, x, x, { attnMask: gt.ones(2, 3) });
      },
      gt.ShapeError,
      'attnMask of shape [3, 3] or [2, 3, 3], got [2, 3]',
    ],
    [
      'masks of integers',
      () => {
        const x = gt.ones(3, 1, 4);
        return new nn.MultiheadAttention(4, 2).forward(x, x, x, gt.ones([1, 3], { dtype: 'int64' }));
      },
      gt.DTypeError,
      'only bool and floating types',
    ],
    [
      'sources of other batches',
      () => new nn.Transformer(4, 2, 1, 1, 4).forward(gt.ones(3, 2, 4), gt.ones(3, 1, 4)),
      gt.ShapeError,
      'the batch number of src and tgt must be equal',
    ],
    ['layers that cannot be copied', () => new nn.TransformerEncoder(new nn.Linear(2, 2), 2), gt.ArgumentError, 'a layer with a method clone(), got Linear'],
    ['another activation', () => new nn.TransformerEncoderLayer(4, 2, 4, 0, 'tanh' as never), gt.ArgumentError, "'relu', 'gelu' or a function"],
    ['groups that do not divide', () => new nn.ChannelShuffle(2).forward(gt.ones(1, 3, 2)), gt.ShapeError, 'channels are divisible by 2'],
    [
      'indices outside the result',
      () => new nn.MaxUnpool1d(2).forward(gt.ones(1, 1, 2), gt.tensor([[[0, 9]]], { dtype: 'int64' })),
      gt.IndexError,
      'found an invalid max index 9',
    ],
    [
      'targets outside the classes',
      () => new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2]).forward(gt.ones(1, 4), gt.tensor([6], { dtype: 'int64' })),
      gt.IndexError,
      'targets in [0, 5]',
    ],
    [
      'an index past the table',
      () => new nn.Embedding(3, 2).forward(gt.tensor([0, 3], { dtype: 'int32' })),
      gt.IndexError,
      'embedding: expected indices in [0, 2], got 3',
    ],
    [
      'an index before the table',
      () => new nn.EmbeddingBag(3, 2).forward(gt.tensor([[-1]], { dtype: 'int64' })),
      gt.IndexError,
      'embeddingBag: expected indices in [0, 2], got -1',
    ],
    [
      'labels without a class',
      () => new nn.MultiMarginLoss().forward(gt.ones(1, 3), gt.tensor([3], { dtype: 'int32' })),
      gt.IndexError,
      'multiMarginLoss: expected labels in [0, 2], got 3: target out of range',
    ],
    [
      'another padding of transposed convolutions',
      () => new nn.ConvTranspose1d(1, 1, 1, { paddingMode: 'reflect' as never }),
      gt.ArgumentError,
      'Only "zeros" padding mode is supported for ConvTranspose1d',
    ],
    ['sizes that are no list', () => new nn.Unflatten(1, 6 as never), gt.ArgumentError, 'Unflatten: expected unflattenedSize to be a list of sizes, got 6'],
    ['cutoffs that fall', () => new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [3, 2]), gt.ArgumentError, 'unique, positive integers'],
    ['empty bounds', () => new nn.Hardtanh(1, 1), gt.ArgumentError, 'maxVal above minVal 1'],
    ['probabilities beyond 1', () => new nn.Dropout2d(1.5), gt.ArgumentError, 'dropout probability has to be between 0 and 1'],
    ['channels that are missing', () => new nn.Dropout2d().forward(gt.ones(3)), gt.ShapeError, 'an input of 3 or 4 dims'],
  ];
  it.each(wrong)('%s', (_, call, error, message) => {
    expect(call).toThrow(error as never);
    expect(call).toThrow(message);
  });
});

describe('the adaptive softmax', () => {
  it('has probabilities that sum to 1, and predicts the largest', () => {
    const softmax = new nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6], 2);
    const x = gt.randn(4, 8);
    const all = softmax.logProb(x);
    for (const total of all.exp().sum(1).toArray() as number[]) expect(total).toBeCloseTo(1, 5);
    expect(softmax.predict(x).toArray()).toEqual(all.argmax(1).toArray());
    const target = gt.tensor([0, 4, 9, 2], { dtype: 'int64' });
    const { output, loss } = softmax.forward(x, target);
    for (const [i, v] of (output.toArray() as number[]).entries()) expect(v).toBeCloseTo((all.toArray() as number[][])[i][[0, 4, 9, 2][i]], 5);
    expect(loss.item()).toBeCloseTo(-(output.mean().item() as number), 6);
  });
});

describe('RMSNorm', () => {
  it('divides by the root mean square', () => {
    const norm = new nn.RMSNorm(2);
    expect(`${norm}`).toBe('RMSNorm((2,), eps=None, elementwise_affine=True)');
    const [y] = norm.forward(gt.tensor([[3, 4]])).toArray() as number[][];
    for (const [i, v] of y.entries()) expect(v).toBeCloseTo([3, 4][i] / Math.sqrt(12.5), 6);
  });
});

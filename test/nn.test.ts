// Modules: how they are found, named, printed, hooked, saved and loaded; initialisers and clipping against PyTorch's numbers (quoted from version 1.13).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { nn } = gt;
const F = nn.functional;
const flat = (t: gt.Tensor): number[] => Array.from(t.toTypedArray() as Float64Array);

class Block extends nn.Module {
  fc = new nn.Linear(3, 2);
  act = new nn.ReLU();
  override forward(x: gt.Tensor): gt.Tensor {
    return this.act.forward(this.fc.forward(x));
  }
}
class Net extends nn.Module {
  scale = new nn.Parameter(gt.ones(2));
  first = new Block();
  again = this.first;
  plain = gt.zeros(2);
  tail = new nn.Sequential(new nn.Linear(2, 2, false), new nn.Dropout(0.1));
  constructor() {
    super();
    this.registerBuffer('mean', gt.zeros(2));
    this.registerBuffer('scratch', gt.zeros(1), false);
  }
  override forward(x: gt.Tensor): gt.Tensor {
    return this.tail.forward(this.first.forward(x).mul(this.scale));
  }
}

describe('Module', () => {
  it('finds parameters, buffers and submodules among its properties, shared ones once', () => {
    const net = new Net();
    expect(net.namedParameters().map(([name]) => name)).toEqual(['scale', 'first.fc.weight', 'first.fc.bias', 'tail.0.weight']);
    expect(net.namedBuffers().map(([name]) => name)).toEqual(['mean', 'scratch']);
    expect(net.namedModules().map(([name]) => name)).toEqual(['', 'first', 'first.fc', 'first.act', 'tail', 'tail.0', 'tail.1']);
    expect(net.children()).toEqual([net.first, net.tail]);
    expect(Object.keys(net.stateDict())).toEqual(['scale', 'mean', 'first.fc.weight', 'first.fc.bias', 'again.fc.weight', 'again.fc.bias', 'tail.0.weight']);
  });
  it('takes assigned buffers as the registered ones', () => {
    const net = new Net();
    (net as unknown as { mean: gt.Tensor }).mean = gt.ones(2);
    expect(net.stateDict().mean.toArray()).toEqual([1, 1]);
  });
  it('prints as PyTorch does', () => {
    expect(`${new Net()}`).toBe(`Net(
  (first): Block(
    (fc): Linear(in_features=3, out_features=2, bias=True)
    (act): ReLU()
  )
  (again): Block(
    (fc): Linear(in_features=3, out_features=2, bias=True)
    (act): ReLU()
  )
  (tail): Sequential(
    (0): Linear(in_features=2, out_features=2, bias=False)
    (1): Dropout(p=0.1, inplace=False)
  )
)`);
    const lines: [nn: gt.nn.Module, text: string][] = [
      [new nn.GELU(), "GELU(approximate='none')"],
      [new nn.SiLU(true), 'SiLU(inplace=True)'],
      [new nn.Softplus(), 'Softplus(beta=1, threshold=20)'],
      [new nn.Softmax(1), 'Softmax(dim=1)'],
      [new nn.LogSoftmax(), 'LogSoftmax(dim=None)'],
      [new nn.Identity(54, { unused: true }), 'Identity()'],
      [new nn.Flatten(), 'Flatten(start_dim=1, end_dim=-1)'],
      [new nn.Unflatten(1, [2, 3]), 'Unflatten(dim=1, unflattened_size=(2, 3))'],
      [new nn.CrossEntropyLoss(), 'CrossEntropyLoss()'],
      [new nn.Sequential(), 'Sequential()'],
      [
        new nn.ParameterList([new nn.Parameter(gt.zeros(2, 3)), new nn.Parameter(gt.zeros(2))]),
        'ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n    (1): Parameter containing: [torch.float32 of size 2]\n)',
      ],
      [new nn.ParameterList([new nn.Parameter(gt.zeros(2, 3))]), 'ParameterList(  (0): Parameter containing: [torch.float32 of size 2x3])'],
    ];
    for (const [module, text] of lines) expect(`${module}`).toBe(text);
    expect(`${new nn.Parameter(gt.zeros(2))}`).toBe('Parameter containing:\ntensor([0., 0.], requires_grad=True)');
  });
  it('switches all below it between training and evaluation', () => {
    const net = new Net();
    expect(net.eval()).toBe(net);
    expect(net.modules().every((module) => !module.training)).toBe(true);
    const x = gt.ones(4, 2);
    expect(net.tail.at(1).forward(x)).toBe(x);
    expect(net.train().tail.at(1).training).toBe(true);
    expect(() => net.train(1 as unknown as boolean)).toThrow('train: expected mode to be true or false, got 1');
  });
  it('zeroes or drops gradients', () => {
    const net = new Net();
    net.forward(gt.ones(1, 3)).sum().backward();
    const { grad } = net.scale;
    net.zeroGrad();
    expect(net.scale.grad).toBe(grad);
    expect(net.scale.grad!.toArray()).toEqual([0, 0]);
    net.zeroGrad({ setToNone: true });
    expect(net.parameters().map((p) => p.grad)).toEqual([null, null, null, null]);
  });
  it('changes dtype in place: parameters stay the same objects, gradients follow', () => {
    const net = new Net();
    const before = net.parameters();
    net.forward(gt.ones(1, 3)).sum().backward();
    expect(net.to('float64')).toBe(net);
    expect(net.parameters().every((p, i) => p === before[i])).toBe(true);
    expect(new Set([...net.parameters(), ...net.buffers(), net.scale.grad!].map((t) => t.dtype))).toEqual(new Set(['float64']));
    expect(net.forward(gt.ones([1, 3], { dtype: 'float64' })).dtype).toBe('float64');
    expect(net.to(gt.zeros(1)).type('float64').to(gt.zeros(1)).scale.dtype).toBe('float32');
    expect(() => net.to('int64')).toThrow('to: expected a floating point dtype, got int64');
  });
  it('refuses a backward that needs weights which changed dtype since', () => {
    const net = new Net();
    const y = net.scale.mul(net.scale).sum();
    net.to('float64');
    expect(() => y.backward()).toThrow('modified by an inplace operation');
  });
  it('applies a function to children first', () => {
    const names: string[] = [];
    new Block().apply((module) => names.push(module.constructor.name));
    expect(names).toEqual(['Linear', 'ReLU', 'Block']);
    expect(() => new Block().apply(3 as never)).toThrow('apply: expected a function of a module, got 3');
  });
  it('refuses names that would be lost', () => {
    const module = new nn.Module();
    expect(() => module.registerBuffer('a.b', gt.zeros(1))).toThrow('registerBuffer: expected a name that is not empty and has no dot, got "a.b"');
    module.registerModule('act', new nn.ReLU());
    expect(module.namedChildren().map(([name]) => name)).toEqual(['act']);
    expect(() => module.registerBuffer('forward', gt.zeros(1))).toThrow("attribute 'forward' already exists");
    expect(() => module.addModule('x', gt.zeros(1) as unknown as gt.nn.Module)).toThrow('addModule: expected a Module or null, got Tensor');
    expect(() => module.registerParameter('x', gt.zeros(1) as unknown as gt.nn.Parameter)).toThrow('expected a Parameter or null');
    expect(() => module.forward()).toThrow('Module [Module] is missing the required "forward" function');
  });
  it('says so when a module contains itself', () => {
    const net = new Block() as Block & { self?: Block };
    net.self = net;
    expect(net.parameters().length).toBe(2);
    expect(() => net.stateDict()).toThrow('stateDict: expected a tree of modules, got self, which contains itself');
  });
});

describe('hooks around forward', () => {
  it('run in order, may replace inputs and output, and leave no trace once removed', () => {
    const layer = new nn.Identity();
    const seen: string[] = [];
    const handles = [
      layer.registerForwardPreHook((module, inputs) => {
        seen.push(`before ${module === layer} ${inputs.length}`);
        return (inputs[0] as gt.Tensor).add(1);
      }),
      layer.registerForwardHook((_module, _inputs, output) => {
        seen.push('after');
        return (output as gt.Tensor).mul(10);
      }),
      layer.registerForwardHook(() => {
        seen.push('after that');
      }),
    ];
    expect(layer.forward(gt.tensor([1, 2])).toArray()).toEqual([20, 30]);
    expect(seen).toEqual(['before true 1', 'after', 'after that']);
    for (const handle of handles) handle.remove();
    handles[0].remove();
    expect(Object.hasOwn(layer, 'forward')).toBe(false);
    expect(layer.forward(gt.tensor([1, 2])).toArray()).toEqual([1, 2]);
  });
  it('run once where a subclass calls super.forward, and around a forward that is a field', () => {
    class Twice extends nn.Identity {
      override forward(x: gt.Tensor): gt.Tensor {
        return super.forward(x).mul(2);
      }
    }
    class Field extends nn.Module {
      factor = 3;
      override forward = (x: gt.Tensor): gt.Tensor => x.mul(this.factor);
    }
    for (const [module, want] of [
      [new Twice(), 2],
      [new Field(), 3],
    ] as const) {
      let calls = 0;
      const own = Object.getOwnPropertyDescriptor(module, 'forward')?.value;
      const handle = module.registerForwardHook(() => void calls++);
      expect(module.forward(gt.ones(1)).item()).toBe(want);
      expect(calls).toBe(1);
      handle.remove();
      expect(Object.getOwnPropertyDescriptor(module, 'forward')?.value).toBe(own);
      expect(module.forward(gt.ones(1)).item()).toBe(want);
      expect(calls).toBe(1);
    }
  });
  it('stay when forward is assigned, and may take themselves off', () => {
    const module = new nn.Identity();
    let calls = 0;
    const handle = module.registerForwardHook(() => {
      calls++;
      handle.remove();
    });
    module.forward = (x: gt.Tensor): gt.Tensor => x.mul(5);
    expect(module.forward(gt.ones(1)).item()).toBe(5);
    expect(module.forward(gt.ones(1)).item()).toBe(5);
    expect(calls).toBe(1);
  });
  it('must be functions', () => {
    expect(() => new nn.ReLU().registerForwardHook(3 as never)).toThrow('registerForwardHook: expected a function, got 3');
  });
});

describe('state dicts', () => {
  it('share memory when taken and are copied when loaded', () => {
    const [a, b] = [new Net(), new Net()];
    const state = a.stateDict();
    expect(b.loadStateDict(state)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    gt.noGrad(() => a.scale.fill_(7));
    expect(state.scale.toArray()).toEqual([7, 7]);
    expect(state.scale.requiresGrad).toBe(false);
    expect(b.scale.toArray()).toEqual([1, 1]);
    expect(b.first.fc.weight.toArray()).toEqual(a.first.fc.weight.toArray());
    b.loadStateDict(new Map(Object.entries(a.double().stateDict())));
    expect(b.scale.toArray()).toEqual([7, 7]);
    expect(b.scale.dtype).toBe('float32');
  });
  it('that do not fit are refused whole, with every key named', () => {
    const net = new Block();
    const before = flat(net.fc.weight);
    const wrong = { 'fc.weight': gt.ones(2, 3), 'fc.bias': gt.ones(3), other: gt.ones(1), 'act.x': gt.ones(1) };
    expect(() => net.loadStateDict(wrong)).toThrow(
      'loadStateDict: error(s) in loading state_dict for Block:\n\tUnexpected key(s) in state_dict: "other", "act.x".\n\tsize mismatch for fc.bias: copying a param with shape [3] from checkpoint, the shape in current model is [2].',
    );
    expect(() => net.loadStateDict({})).toThrow('Missing key(s) in state_dict: "fc.weight", "fc.bias".');
    expect(() => net.loadStateDict({ 'fc.weight': [1] as never, 'fc.bias': gt.ones(2) })).toThrow('"fc.weight": expected a tensor, got [1]');
    expect(flat(net.fc.weight)).toEqual(before);
    expect(net.loadStateDict({ 'fc.bias': gt.ones(2), x: gt.ones(1) }, { strict: false })).toEqual({ missingKeys: ['fc.weight'], unexpectedKeys: ['x'] });
    expect(net.fc.bias!.toArray()).toEqual([1, 1]);
  });
});

describe('containers', () => {
  it('Sequential runs its modules in order, positional or named', () => {
    const x = gt.tensor([[-1, 2]]);
    const net = new nn.Sequential({ a: new nn.ReLU(), b: new nn.Flatten(0) });
    expect(net.forward(x).toArray()).toEqual([0, 2]);
    expect(net.namedChildren().map(([name]) => name)).toEqual(['a', 'b']);
    expect(new nn.Sequential().forward(x)).toBe(x);
  });
  it('lists insert, pop and are indexed like arrays', () => {
    const [a, b, c] = [new nn.ReLU(), new nn.Tanh(), new nn.Sigmoid()];
    const list = new nn.ModuleList([a, c]).insert(1, b);
    expect([...list]).toEqual([a, b, c]);
    expect([list[1], list.at(-1), list.length]).toEqual([b, c, 3]);
    expect(list.pop(0)).toBe(a);
    expect(list.namedChildren().map(([name]) => name)).toEqual(['0', '1']);
    expect(() => list.at(2)).toThrow('ModuleList.at: expected an index in [-2, 1], got 2');
    expect(() => list.append(gt.ones(1) as never)).toThrow('ModuleList.append: expected a Module, got Tensor');
    expect(() => new nn.ParameterList([gt.ones(1) as never])).toThrow('expected a Parameter');
  });
  it('ModuleDict behaves like a Map', () => {
    const dict = new nn.ModuleDict({ b: new nn.ReLU() }).set('a', new nn.Tanh());
    expect([dict.keys(), dict.size, dict.has('a'), dict.get('x')]).toEqual([['b', 'a'], 2, true, undefined]);
    expect(dict.delete('b')).toBe(true);
    expect(dict.delete('training')).toBe(false);
    expect(() => dict.set('keys', new nn.ReLU())).toThrow("attribute 'keys' already exists");
  });
});

describe('layers', () => {
  it('give what their functions give', () => {
    const x = gt.randn(2, 3);
    const pairs: [gt.nn.Module, (x: gt.Tensor) => gt.Tensor][] = [
      [new nn.ReLU(), F.relu],
      [new nn.Sigmoid(), F.sigmoid],
      [new nn.Tanh(), F.tanh],
      [new nn.SiLU(), F.silu],
      [new nn.GELU('tanh'), (v) => F.gelu(v, 'tanh')],
      [new nn.Softplus(2, 1), (v) => F.softplus(v, 2, 1)],
      [new nn.Softmax(0), (v) => F.softmax(v, 0)],
      [new nn.LogSoftmax(), (v) => F.logSoftmax(v, 1)],
      [new nn.Unflatten(1, [3, -1]), (v) => v.reshape([2, 3, 1])],
    ];
    for (const [module, f] of pairs) expect(module.forward(x).toArray()).toEqual(f(x).toArray());
    expect(new nn.Identity().forward(x)).toBe(x);
    expect(() => new nn.Unflatten(1, [2, 2]).forward(x)).toThrow('Unflatten: expected sizes whose product is 3');
    const y = gt.tensor([-1, 1]);
    expect(new nn.ReLU({ inplace: true }).forward(y)).toBe(y);
    expect(y.toArray()).toEqual([0, 1]);
  });
  it('losses keep their options; class weights are a buffer', () => {
    const [x, labels] = [gt.randn(4, 3), gt.tensor([0, 2, 1, 2], { dtype: 'int64' })];
    const weight = gt.tensor([1, 2, 3]);
    const loss = new nn.CrossEntropyLoss(weight, { ignoreIndex: 1, reduction: 'sum', labelSmoothing: 0.1 });
    expect(loss.forward(x, labels).item()).toBe(F.crossEntropy(x, labels, weight, { ignoreIndex: 1, reduction: 'sum', labelSmoothing: 0.1 }).item());
    expect(Object.keys(loss.stateDict())).toEqual(['weight']);
    expect(new nn.NLLLoss().forward(x, labels).item()).toBe(F.nllLoss(x, labels).item());
    expect(new nn.MSELoss({ reduction: 'none' }).forward(x, x).shape).toEqual([4, 3]);
    expect(() => new nn.MSELoss({ reduction: 'average' as never })).toThrow('MSELoss: expected reduction to be one of "none", "mean", "sum", got "average"');
    expect(() => new nn.CrossEntropyLoss({ smoothing: 1 } as never)).toThrow(
      'CrossEntropyLoss: expected options among weight, ignoreIndex, reduction, labelSmoothing, got smoothing',
    );
    gt.manualSeed(1);
    const dropped = new nn.Dropout(0.5, { inplace: true }).forward(x);
    expect(dropped).toBe(x);
    expect(x.eq(0).any().item()).toBe(true);
    expect(() => new nn.Dropout(1.5)).toThrow('dropout probability has to be between 0 and 1');
    expect(() => new nn.Linear(-1, 2)).toThrow('Linear: expected inFeatures');
  });
});

describe('initialisers draw as PyTorch does', () => {
  beforeAll(() => gt.setDefaultDtype('float64'));
  afterAll(() => gt.setDefaultDtype('float32'));
  it('one after the other on one generator', () => {
    // torch.manual_seed(11); w = torch.empty(3, 4), float64; the first three elements after each.
    gt.manualSeed(11);
    const w = gt.empty(3, 4);
    const { init } = nn;
    const draws: [() => gt.Tensor, number[]][] = [
      [() => init.uniform_(w, -1, 2), [-0.42299880746815466, 1.655877110558011, 1.0146425163015675]],
      [() => init.normal_(w, { mean: 1, std: 2 }), [0.5314312220216135, -1.1426184364132372, 1.32959688419026]],
      [() => init.xavierUniform_(w, 2), [0.6747196232501675, 1.6148083996852043, 0.6025787176892117]],
      [() => init.xavierNormal_(w), [-0.12887066491504834, -0.46503194145471305, -0.020587776908603053]],
      [() => init.kaimingUniform_(w, 0.2, 'fan_out', 'leaky_relu'), [-0.5863360902953328, 0.29040804744806664, 0.29302691433394135]],
      [() => init.kaimingNormal_(w, { nonlinearity: 'relu' }), [-0.7642602513613586, -0.5516239297562155, 0.20225776320632813]],
    ];
    for (const [draw, want] of draws) {
      expect(draw()).toBe(w);
      const got = flat(w);
      for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 12);
    }
  });
  it('and fill constants', () => {
    const { init } = nn;
    const p = new nn.Parameter(gt.empty(2, 3));
    expect(init.eye_(p).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(flat(init.constant_(p, 0.3))).toEqual(new Array(6).fill(0.3));
    expect(flat(init.ones_(p))).toEqual(new Array(6).fill(1));
    expect(p.isLeaf && p.requiresGrad).toBe(true);
    const [one, none] = [
      [0, 1, 0],
      [0, 0, 0],
    ];
    expect(init.dirac_(gt.empty(4, 2, 3), 2).toArray()).toEqual([
      [one, none],
      [none, one],
      [one, none],
      [none, one],
    ]);
    expect(init.calculateGain('leaky_relu', 0.2)).toBe(Math.sqrt(2 / (1 + 0.2 ** 2)));
    expect(() => init.calculateGain('elu' as never)).toThrow('calculateGain: expected nonlinearity to be one of');
    expect(() => init.xavierUniform_(gt.empty(3))).toThrow('Fan in and fan out can not be computed');
    expect(() => init.eye_(gt.empty(3))).toThrow('eye_: expected a tensor of 2 dims, got [3]');
  });
});

describe('nn.utils', () => {
  const withGrads = (...grads: number[][]): gt.Tensor[] =>
    grads.map((grad) => {
      const p = gt.zeros([grad.length], { dtype: 'float64', requiresGrad: true });
      p.grad = gt.tensor(grad, { dtype: 'float64' });
      return p;
    });
  it('clips gradients by their common norm', () => {
    const [p, q] = withGrads([3, 0, 4], [0, 12]);
    expect(nn.utils.clipGradNorm_([p, q], 2.6).item()).toBe(13);
    expect([flat(p.grad!), flat(q.grad!)]).toEqual([
      [0.5999999538461575, 0, 0.7999999384615433],
      [0, 2.39999981538463],
    ]);
    const [r] = withGrads([3, 0, -4]);
    expect(nn.utils.clipGradNorm_(r, 1, Number.POSITIVE_INFINITY).item()).toBe(4);
    expect(flat(r.grad!)).toEqual([0.7499998125000469, 0, -0.9999997500000625]);
    const [s] = withGrads([3, 0, -4]);
    nn.utils.clipGradNorm_(s, 1, { normType: 3 });
    expect(flat(s.grad!)[2]).toBeCloseTo(-0.8892955053708063, 12);
    expect(nn.utils.clipGradNorm_([gt.ones(1)], 1).item()).toBe(0);
    const [bad] = withGrads([Number.NaN]);
    expect(() => nn.utils.clipGradNorm_(bad, 1, { errorIfNonfinite: true })).toThrow('is non-finite, so it cannot be clipped');
  });
  it('clips gradients by value', () => {
    const [p] = withGrads([3, -0.5, -4]);
    nn.utils.clipGradValue_(p, 1);
    expect(flat(p.grad!)).toEqual([1, -0.5, -1]);
  });
  it('turns parameters into a vector and back', () => {
    const layer = new nn.Linear(2, 2);
    const vec = nn.utils.parametersToVector(layer.parameters());
    expect([vec.shape, vec.requiresGrad]).toEqual([[6], true]);
    nn.utils.vectorToParameters(gt.arange(6), layer.parameters());
    expect([layer.weight.toArray(), layer.bias!.toArray()]).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [4, 5],
    ]);
    expect(() => nn.utils.vectorToParameters(gt.ones(5), layer.parameters())).toThrow('vectorToParameters: expected a vector of 6 elements, got shape [5]');
  });
});

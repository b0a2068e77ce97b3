// Optimizers against their formulas written out on plain numbers, and schedules against PyTorch's (quoted from version 1.13). nets.test.ts has whole trainings.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { optim } = gt;
const STEPS = 25;
const start = [1.5, -0.7, 0.2];
/** d/dp of sum_i (p_i^4 / 4 - c_i p_i), c = (1, -2, 0.5). */
const gradient = (p: number, i: number): number => p ** 3 - [1, -2, 0.5][i];

/** Where the optimizer leads in 25 steps. */
function descend(make: (p: gt.Tensor) => gt.optim.Optimizer, p = gt.tensor(start, { dtype: 'float64', requiresGrad: true })): number[] {
  const optimizer = make(p);
  const c = gt.tensor([1, -2, 0.5], { dtype: 'float64' });
  for (let t = 0; t < STEPS; t++) {
    optimizer.zeroGrad();
    p.pow(4).div(4).sub(p.mul(c)).sum().backward();
    optimizer.step();
  }
  return p.toArray() as number[];
}
/** The same on plain numbers: `update` gives the new p of each element, with a memory of its own. */
function onPaper(update: (p: number, g: number, memory: Record<string, number>, t: number) => number): number[] {
  return start.map((p, i) => {
    const memory = {};
    for (let t = 1; t <= STEPS; t++) p = update(p, gradient(p, i), memory, t);
    return p;
  });
}
function expectClose(got: readonly number[], want: readonly number[], rel = 1e-12): void {
  expect(got.length).toBe(want.length);
  for (const [i, w] of want.entries()) expect(Math.abs(got[i] - w), `${got[i]} and ${w}`).toBeLessThanOrEqual(rel * Math.abs(w));
}

describe('SGD', () => {
  const cases: Required<Omit<gt.optim.SGDOptions, 'lr'>>[] = [
    { momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false },
    { momentum: 0, dampening: 0, weightDecay: 0.1, nesterov: false, maximize: false },
    { momentum: 0.9, dampening: 0.3, weightDecay: 0, nesterov: false, maximize: false },
    { momentum: 0.8, dampening: 0, weightDecay: 0.05, nesterov: true, maximize: false },
  ];
  it.each(cases)('%o', (options) => {
    const { momentum, dampening, weightDecay, nesterov } = options;
    const want = onPaper((p, g, memory, t) => {
      g += weightDecay * p;
      if (momentum === 0) return p - 0.05 * g;
      memory.b = t === 1 ? g : momentum * memory.b + (1 - dampening) * g;
      return p - 0.05 * (nesterov ? g + momentum * memory.b : memory.b);
    });
    expectClose(
      descend((p) => new optim.SGD([p], { lr: 0.05, ...options })),
      want,
    );
  });
  it('climbs with maximize', () => {
    const p = gt.tensor([1], { requiresGrad: true });
    const optimizer = new optim.SGD([p], 0.5, { maximize: true });
    p.mul(3).sum().backward();
    optimizer.step();
    expect(p.item()).toBe(2.5);
  });
  it('updates parameters that are not contiguous', () => {
    const p = gt.tensor([start, start], { dtype: 'float64' }).t().requiresGrad_();
    const optimizer = new optim.SGD([p], { lr: 1, momentum: 0.9 });
    for (let t = 0; t < 2; t++) {
      optimizer.zeroGrad({ setToNone: true });
      p.mul(gt.arange(6).reshape(3, 2)).sum().backward();
      optimizer.step();
    }
    // The two steps are 1 and 1.9 gradients long.
    expectClose(
      (p.toArray() as number[][]).flat(),
      start.flatMap((v, i) => [v - 2.9 * 2 * i, v - 2.9 * (2 * i + 1)]),
    );
  });
});

describe('Adam', () => {
  const variants = [
    { Class: optim.Adam, amsgrad: false, weightDecay: 0 },
    { Class: optim.Adam, amsgrad: false, weightDecay: 0.1 },
    { Class: optim.Adam, amsgrad: true, weightDecay: 0.1 },
    { Class: optim.AdamW, amsgrad: false, weightDecay: 0.1 },
    { Class: optim.AdamW, amsgrad: true, weightDecay: 0.1 },
  ];
  it.each(variants)('$Class.name, amsgrad $amsgrad, weightDecay $weightDecay', ({ Class, amsgrad, weightDecay }) => {
    const [lr, b1, b2, eps] = [0.05, 0.8, 0.95, 1e-6];
    const want = onPaper((p, g, memory, t) => {
      const { m = 0, v = 0, most = 0 } = memory;
      if (Class === optim.AdamW) p *= 1 - lr * weightDecay;
      else g += weightDecay * p;
      memory.m = b1 * m + (1 - b1) * g;
      memory.v = b2 * v + (1 - b2) * g * g;
      memory.most = Math.max(most, memory.v);
      const denominator = Math.sqrt((amsgrad ? memory.most : memory.v) / (1 - b2 ** t)) + eps;
      return p - ((lr / (1 - b1 ** t)) * memory.m) / denominator;
    });
    expectClose(
      descend((p) => new Class([p], { lr, betas: [b1, b2], eps, weightDecay, amsgrad })),
      want,
      1e-11,
    );
  });
  it('has the defaults of PyTorch', () => {
    const p = gt.ones([1], { requiresGrad: true });
    const { params, ...options } = new optim.Adam([p]).paramGroups[0];
    expect(params[0]).toBe(p);
    expect(options).toEqual({
      lr: 0.001,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      amsgrad: false,
      maximize: false,
    });
    expect(new optim.AdamW([p]).paramGroups[0].weightDecay).toBe(0.01);
  });
});

describe('Optimizer', () => {
  const leaf = (): gt.Tensor => gt.ones([2], { requiresGrad: true });

  it('gives groups their own options', () => {
    const [a, b] = [leaf(), leaf()];
    const optimizer = new optim.SGD([{ params: a }, { params: [b], lr: 1 }], { lr: 0.1 });
    a.add(b).sum().backward();
    optimizer.step();
    expect([a.at(0).item(), b.at(0).item()]).toEqual([Math.fround(0.9), 0]);
    const c = leaf();
    optimizer.addParamGroup({ params: [c], momentum: 0.5 });
    expect(optimizer.paramGroups[2]).toMatchObject({ lr: 0.1, momentum: 0.5 });
  });
  it('leaves out parameters without a gradient', () => {
    const [a, b] = [leaf(), leaf()];
    const optimizer = new optim.SGD([a, b], { lr: 1, weightDecay: 1 });
    a.sum().backward();
    optimizer.step();
    expect([a.toArray(), b.toArray()]).toEqual([
      [-1, -1],
      [1, 1],
    ]);
  });
  it('runs a closure with gradients on, and counts its writes as versions', () => {
    const p = leaf();
    const optimizer = new optim.SGD([p], { lr: 1 });
    const loss = gt.noGrad(() =>
      optimizer.step(() => {
        const l = p.mul(p).sum();
        l.backward();
        return l;
      }),
    );
    expect(loss!.item()).toBe(2);
    expect(p.toArray()).toEqual([-1, -1]);
    const y = p.mul(p).sum();
    optimizer.step();
    expect(() => y.backward()).toThrow('modified by an inplace operation');
  });
  it('zeroes gradients in place, or drops them', () => {
    const p = leaf();
    const optimizer = new optim.SGD([p], { lr: 1 });
    p.sum().backward();
    const { grad } = p;
    optimizer.zeroGrad();
    expect(p.grad).toBe(grad);
    expect(p.grad!.toArray()).toEqual([0, 0]);
    optimizer.zeroGrad({ setToNone: true });
    expect(p.grad).toBeNull();
  });
  it('refuses what PyTorch refuses', () => {
    const p = leaf();
    const refusals: [() => unknown, string][] = [
      [() => new optim.SGD([p], { lr: -1 }), 'SGD: expected lr >= 0, got -1: Invalid learning rate: -1'],
      [() => new optim.SGD([p], { lr: Number.NaN }), 'Invalid learning rate: NaN'],
      [() => new optim.SGD([p]), "parameter group didn't specify a value of required optimization parameter lr"],
      [() => new optim.SGD([p], { lr: 1, momentum: -1 }), 'Invalid momentum value: -1'],
      [() => new optim.SGD([p], { lr: 1, nesterov: true }), 'Nesterov momentum requires a momentum and zero dampening'],
      [
        () => new optim.SGD([p], { lr: 1, weight_decay: 1 } as never),
        'SGD: expected options among lr, momentum, dampening, weightDecay, nesterov, maximize, got weight_decay',
      ],
      [() => new optim.Adam([p], { betas: [1, 0.9] }), 'Invalid beta parameter at index 0: 1'],
      [() => new optim.Adam([p], { eps: -1 }), 'Invalid epsilon value: -1'],
      [() => new optim.Adam([p], { lr: '0.1' as never }), 'Adam: expected lr to be a finite number, got "0.1"'],
      [() => new optim.Rprop([p], { etas: ['0.5', 1.2] as never }), 'Rprop: expected etas to be two finite numbers, got ["0.5", 1.2]'],
      [() => new optim.LBFGS([p], { lineSearchFn: 'wolfe' as never }), "only 'strong_wolfe' is supported"],
      [() => new optim.Adam([]), 'optimizer got an empty parameter list'],
      [() => new optim.Adam(p as never), 'Adam: expected params to be an iterable of tensors or of groups, got'],
      [() => new optim.Adam([3 as never]), 'optimizer can only optimize Tensors'],
      [() => new optim.Adam([p.mul(2)]), "can't optimize a non-leaf Tensor"],
      [() => new optim.Adam([p, p]), 'some parameters appear in more than one parameter group'],
      [() => new optim.Adam([gt.ones([1], { dtype: 'int64' })]), 'Adam: expected floating point parameters, got int64'],
      [() => new optim.Adam([{ params: [p], rate: 1 } as never]), 'got rate'],
    ];
    for (const [attempt, message] of refusals) expect(attempt).toThrow(message);
  });
  it('saves and loads its state in the layout of PyTorch, and goes on as if nothing had happened', () => {
    const train = (p: gt.Tensor, optimizer: gt.optim.Optimizer, steps: number): void => {
      for (let t = 0; t < steps; t++) {
        optimizer.zeroGrad();
        p.pow(4).sum().backward();
        optimizer.step();
      }
    };
    const make = (p: gt.Tensor) => new optim.Adam([p], { lr: 0.1, weightDecay: 0.01 });
    const whole = gt.tensor(start, { dtype: 'float64', requiresGrad: true });
    train(whole, make(whole), 10);

    const half = gt.tensor(start, { dtype: 'float64', requiresGrad: true });
    const first = make(half);
    train(half, first, 4);
    const state = first.stateDict();
    expect(Object.keys(state.state['0'])).toEqual(['step', 'exp_avg', 'exp_avg_sq']);
    expect(state.param_groups).toEqual([{ params: [0], lr: 0.1, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.01, amsgrad: false, maximize: false }]);

    const rest = gt.tensor(half.toArray(), { dtype: 'float64', requiresGrad: true });
    const second = new optim.Adam([rest], { lr: 7 });
    // PyTorch holds the step as a tensor, and options that mean nothing here.
    state.state['0'].step = gt.tensor(state.state['0'].step as number);
    state.param_groups[0].foreach = null;
    second.loadStateDict(state);
    train(half, first, 6);
    train(rest, second, 6);
    expect(rest.toArray()).toEqual(whole.toArray());
    expect(half.toArray()).toEqual(whole.toArray());
  });
  it('refuses a state that does not fit, unchanged', () => {
    const p = leaf();
    const optimizer = new optim.SGD([p], { lr: 0.1, momentum: 0.9 });
    const state = optimizer.stateDict();
    expect(() => optimizer.loadStateDict({ ...state, param_groups: [] })).toThrow('loaded state dict has a different number of parameter groups');
    expect(() => optimizer.loadStateDict({ ...state, param_groups: [{ ...state.param_groups[0], params: [0, 1] }] })).toThrow(
      "doesn't match the size of optimizer's group",
    );
    expect(() => optimizer.loadStateDict({ ...state, param_groups: [{ ...state.param_groups[0], lr: -1 }] })).toThrow('Invalid learning rate: -1');
    expect(() => optimizer.loadStateDict({ ...state, state: null as never })).toThrow('loadStateDict: expected an object with state and param_groups');
    expect(() => optimizer.loadStateDict({ ...state, state: { 0: 5 as never } })).toThrow('loadStateDict: expected state 0 to be an object, got 5');
    const adam = new optim.Adam([p]);
    expect(() => adam.loadStateDict({ ...adam.stateDict(), state: { 0: { step: 'x' } } })).toThrow(
      'loadStateDict: expected state 0.step to be a number, got "x"',
    );
    const wrong = { state: { 0: { momentum_buffer: gt.ones(3) } }, param_groups: [{ ...state.param_groups[0], lr: 5 }] };
    expect(() => optimizer.loadStateDict(wrong)).toThrow("loadStateDict: expected state 0.momentum_buffer of the parameter's shape [2], got [3]");
    expect(optimizer.paramGroups[0].lr).toBe(0.1);
  });
  it('prints as PyTorch does', () => {
    expect(`${new optim.Adam([leaf()])}`).toContain('    betas: (0.9, 0.999)\n    eps: 1e-08\n    lr: 0.001\n');
    expect(`${new optim.SGD([leaf()], { lr: 0.1 })}`).toBe(
      'SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.1\n    maximize: False\n    momentum: 0\n    nesterov: False\n    weight_decay: 0\n)',
    );
  });
});

describe('lrScheduler', () => {
  const { lrScheduler } = optim;
  const sgd = (lr = 0.5): gt.optim.SGD => new optim.SGD([gt.zeros([1], { requiresGrad: true })], { lr });
  const rates = (optimizer: gt.optim.SGD, schedule: gt.optim.lrScheduler.LRScheduler, steps: number): number[] =>
    Array.from({ length: steps }, () => {
      const { lr } = optimizer.paramGroups[0];
      optimizer.step();
      schedule.step();
      return lr;
    });

  it('CosineAnnealingLR', () => {
    const optimizer = sgd();
    const want = [0.5, 0.4414213562373095, 0.30000000000000004, 0.15857864376269054, 0.1, 0.15857864376269049, 0.30000000000000004, 0.4414213562373096];
    expectClose(rates(optimizer, new lrScheduler.CosineAnnealingLR(optimizer, 4, 0.1), 12), [
      ...want,
      0.5000000000000001,
      0.4414213562373096,
      0.30000000000000016,
      0.1585786437626907,
    ]);
  });
  it('StepLR, ExponentialLR and LambdaLR', () => {
    const [a, b, c] = [sgd(), sgd(), sgd()];
    expectClose(rates(a, new lrScheduler.StepLR(a, 3, { gamma: 0.3 }), 8), [0.5, 0.5, 0.5, 0.15, 0.15, 0.15, 0.045, 0.045]);
    expectClose(rates(b, new lrScheduler.ExponentialLR(b, 0.5), 4), [0.5, 0.25, 0.125, 0.0625]);
    expectClose(rates(c, new lrScheduler.LambdaLR(c, (epoch) => 1 / (1 + epoch)), 4), [0.5, 0.25, 0.5 / 3, 0.125]);
  });
  it('saves its state by the names of PyTorch and goes on from it', () => {
    const optimizer = sgd();
    const schedule = new lrScheduler.CosineAnnealingLR(optimizer, 4);
    rates(optimizer, schedule, 3);
    const state = schedule.stateDict();
    expect(state).toMatchObject({ T_max: 4, eta_min: 0, base_lrs: [0.5], last_epoch: 3, _step_count: 4 });
    const other = sgd();
    const resumed = new lrScheduler.CosineAnnealingLR(other, 1);
    other.loadStateDict(optimizer.stateDict());
    resumed.loadStateDict(state);
    expect(resumed.getLastLr()).toEqual(schedule.getLastLr());
    expect(rates(other, resumed, 4)).toEqual(rates(optimizer, schedule, 4));
    expect(other.stateDict().param_groups[0].initial_lr).toBe(0.5);
  });
  it('refuses what does not fit', () => {
    expect(() => new lrScheduler.StepLR({} as never, 1)).toThrow('StepLR: expected an optimizer');
    expect(() => new lrScheduler.StepLR(sgd(), 0)).toThrow('stepSize a positive integer, got 0');
    expect(() => new lrScheduler.ExponentialLR(sgd(), 0.5, { lastEpoch: 3 })).toThrow("param 'initial_lr' is not specified");
    expect(() => new lrScheduler.LambdaLR(sgd(), [])).toThrow('LambdaLR: expected 1 values for lrLambda, one a group, got 0');
  });
});

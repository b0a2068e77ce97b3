// Every optimizer's 25 steps and every scheduler's 30 against PyTorch's, straight through and resumed from PyTorch's own checkpoint in the middle.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { type OptimManifest, readGolden, type ScheduleSpec, type Snapshot, type TensorRef, type Told } from './golden/read.js';
import { difference } from './golden/replay.js';
import { camel } from './golden/translate.js';

const golden = readGolden<OptimManifest>('optim');
type Run = OptimManifest['optimizers'][number];
type Class<T> = new (...args: unknown[]) => T;
const named = (options: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camel(key), value]));

describe('optimizers step as PyTorch’s do', () => {
  const STEPS = 25;
  const HALF = 12;
  const tolerance = { float64: { rel: 1e-12, abs: 1e-13 }, float32: { rel: 2e-5, abs: 2e-6 } };
  const tensorOf = (ref: TensorRef): gt.Tensor => gt.fromTypedArray(golden.read(ref), ref.shape);

  /** A state as PyTorch gave it: with its own tensors. */
  const revive = (told: Told): unknown => {
    if (Array.isArray(told)) return told.map(revive);
    if (typeof told !== 'object' || told === null) return told;
    return 'tensor' in told ? tensorOf(told.tensor as TensorRef) : Object.fromEntries(Object.entries(told).map(([key, value]) => [key, revive(value)]));
  };
  /** What in our state is not as in PyTorch's, tensors compared by value; the scratch list of its L-BFGS is not kept here. */
  function stateComplaints(run: Run, got: gt.optim.OptimizerState['state'], want: Snapshot['state']): string[] {
    const compare = (name: string, a: unknown, b: unknown): string[] => {
      if (Array.isArray(a) && Array.isArray(b)) return b.flatMap((item, i) => compare(`${name}.${i}`, a[i], item));
      const numbers = (x: unknown): ArrayLike<number | bigint> => (x instanceof gt.Tensor ? x.toTypedArray() : [Number(x)]);
      // L-BFGS keeps differences of gradients, and what it divided by them.
      const complaint = difference(numbers(a), numbers(b), run.name === 'LBFGS' ? { rel: 1e-9, abs: 1e-12 } : tolerance[run.dtype]);
      return complaint === undefined ? [] : [`${name}: ${complaint}`];
    };
    return Object.entries(want).flatMap(([index, entries]) => {
      const kept = (state: object): string[] => Object.entries(state).flatMap(([key, value]) => (key === 'al' || value === null ? [] : [key]));
      const keys = kept(entries);
      expect(new Set(kept(got[index]))).toEqual(new Set(keys));
      return keys.flatMap((key) => compare(`${index}.${key}`, got[index][key], revive(entries[key])));
    });
  }

  function make(run: Run, params: readonly gt.Tensor[]): gt.optim.Optimizer {
    const groups = run.name === 'LBFGS' ? params : [{ params: params.slice(0, 2) }, { params: params.slice(2), lr: 0.02 }];
    const Optimizer = gt.optim[run.name as 'SGD'] as unknown as Class<gt.optim.Optimizer>;
    return new Optimizer(groups, named(run.options));
  }
  function train(run: Run, optimizer: gt.optim.Optimizer, x: readonly gt.Tensor[], steps: number): number[] {
    const c = golden.manifest.c.map((values) => gt.tensor(values as number[], { dtype: run.dtype }));
    const closure = (): gt.Tensor => {
      optimizer.zeroGrad();
      const own = x.map((p, i) => p.pow(4).div(4).sub(c[i].mul(p)).sum()).reduce((a, b) => a.add(b));
      const loss = own.add(x[0].sum().sub(x[1].sum().mul(x[2])).pow(2).mul(0.05));
      loss.backward();
      return loss;
    };
    return Array.from({ length: steps }, () => optimizer.step(closure)!.item() as number);
  }
  function expectAt(run: Run, snapshot: Snapshot, optimizer: gt.optim.Optimizer, x: readonly gt.Tensor[]): void {
    const complaints = snapshot.params.map((ref, i) => difference(x[i].toTypedArray(), golden.read(ref), tolerance[run.dtype]));
    expect(complaints.filter((complaint) => complaint !== undefined)).toEqual([]);
    expect(stateComplaints(run, optimizer.stateDict().state, snapshot.state)).toEqual([]);
  }

  const runs = golden.manifest.optimizers.map((run) => [`${run.name} ${JSON.stringify(run.options)} ${run.dtype}`, run] as const);
  it.each(runs)('%s', (_, run) => {
    const x = golden.manifest.x.map((values) => gt.tensor(values as number[], { dtype: run.dtype, requiresGrad: true }));
    const optimizer = make(run, x);
    const losses = train(run, optimizer, x, HALF);
    expectAt(run, run.half, optimizer, x);
    losses.push(...train(run, optimizer, x, STEPS - HALF));
    expect(difference(losses, golden.read(run.losses), tolerance[run.dtype])).toBeUndefined();
    expectAt(run, run.final, optimizer, x);
  });
  it.each(runs)('%s, from PyTorch’s checkpoint', (_, run) => {
    const x = run.half.params.map((ref) => tensorOf(ref).requiresGrad_());
    const optimizer = make({ ...run, options: { lr: 123 } }, x);
    optimizer.loadStateDict({ state: revive(run.half.state) as gt.optim.OptimizerState['state'], param_groups: run.half.groups });
    train(run, optimizer, x, STEPS - HALF);
    expectAt(run, run.final, optimizer, x);
  });
});

describe('schedules are PyTorch’s', () => {
  const STEPS = 30;
  const HALF = 9;
  const metrics = [
    1.0, 0.9, 0.85, 0.86, 0.85, 0.8499, 0.9, 0.87, 0.7, 0.7, 0.71, 0.69999, 0.7, 0.7, 0.5, 0.51, 0.52, 0.5, 0.49999, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.41, 0.42,
    0.43, 0.44, 0.45,
  ];
  const functions: Record<string, (epoch: number) => number> = { reciprocal: (epoch) => 1 / (1 + epoch), power: (epoch) => 0.95 ** epoch, constant: () => 0.9 };
  const spaced = (name: string): string => (name === 'T_mult' ? 'TMult' : camel(name));

  function build(optimizer: gt.optim.Optimizer, [name, args, options]: ScheduleSpec): gt.optim.lrScheduler.Scheduler {
    const value = (v: unknown): unknown => {
      if (Array.isArray(v)) return v.map(value);
      if (typeof v !== 'object' || v === null) return v;
      return 'f' in v ? functions[v.f as string] : build(optimizer, (v as { s: ScheduleSpec }).s);
    };
    const Schedule = gt.optim.lrScheduler[name as 'StepLR'] as unknown as Class<gt.optim.lrScheduler.Scheduler>;
    const own = name === 'ChainedScheduler' ? [] : [optimizer];
    return new Schedule(...own, ...args.map(value), Object.fromEntries(Object.entries(options).map(([key, v]) => [spaced(key), value(v)])));
  }
  const makeOptimizer = ({ optimizer: kind, schedule }: OptimManifest['schedules'][number]): gt.optim.Optimizer => {
    const resumed = 'last_epoch' in schedule[2];
    const initial = { maxLr: 0.4, minLr: 0.001, maxMomentum: 0.95, baseMomentum: 0.85 };
    const groups = [0.5, 0.05].map((lr) => {
      const params = [gt.zeros([1], { requiresGrad: true })];
      return resumed ? { params, lr: 0.6 * lr, initialLr: lr, ...initial } : { params, lr };
    });
    return kind === 'SGD' ? new gt.optim.SGD(groups, { lr: 0.1, momentum: 0.9 }) : new gt.optim.Adam(groups);
  };
  interface Observed {
    lr: number;
    momentum?: number;
    betas?: [number, number];
  }
  const read = (optimizer: gt.optim.Optimizer): [number[], number[]] => {
    const groups = optimizer.paramGroups as unknown as Observed[];
    return [groups.map(({ lr }) => lr), groups.map(({ momentum, betas }) => betas?.[0] ?? momentum!)];
  };
  const rows = (optimizer: gt.optim.Optimizer, schedule: gt.optim.lrScheduler.Scheduler, from: number, to: number): [number[], number[]][] =>
    Array.from({ length: to - from }, (_, i) => {
      optimizer.step();
      schedule.step(...(schedule instanceof gt.optim.lrScheduler.ReduceLROnPlateau ? [metrics[from + i]] : []));
      return read(optimizer);
    });
  const tolerance = { rel: 1e-12, abs: 1e-17 };
  function expectRows(got: [number[], number[]][], { rates, momenta }: OptimManifest['schedules'][number], from: number): void {
    expect(
      difference(
        got.flatMap(([lr]) => lr),
        rates.slice(from, from + got.length).flat(),
        tolerance,
      ),
    ).toBeUndefined();
    expect(
      difference(
        got.flatMap(([, m]) => m),
        momenta.slice(from, from + got.length).flat(),
        tolerance,
      ),
    ).toBeUndefined();
  }
  /** Infinity travels as a string in JSON; a counter of milestones has strings for keys anyway. */
  const revive = (value: unknown): unknown =>
    value === 'Infinity' || value === '-Infinity'
      ? Number(value)
      : Array.isArray(value)
        ? value.map(revive)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, v]) => [key, revive(v)]))
          : value;
  /** Whether what both know is the same; PyTorch keeps a few fields for its own bookkeeping. */
  const close = (got: unknown, want: unknown): boolean => {
    if (typeof want === 'number') return difference([got as number], [want], tolerance) === undefined;
    if (typeof got !== 'object' || got === null || typeof want !== 'object' || want === null) return got === want;
    const known = Object.entries(got).filter(([key]) => key in want);
    return known.every(([key, value]) => close(value, (want as Record<string, unknown>)[key]));
  };

  const cases = golden.manifest.schedules.map((run) => [`${run.schedule[0]} ${JSON.stringify(run.schedule.slice(1))} of ${run.optimizer}`, run] as const);
  it.each(cases)('%s', (_, run) => {
    const optimizer = makeOptimizer(run);
    const schedule = build(optimizer, run.schedule);
    expectRows([read(optimizer), ...rows(optimizer, schedule, 0, HALF)], run, 0);
    const state = schedule.stateDict();
    expect(close(state, revive(run.half)), JSON.stringify(state)).toBe(true);
    expect(Object.keys(state).filter((key) => !(key in run.half))).toEqual([]);
    const saved = optimizer.stateDict();
    expectRows(rows(optimizer, schedule, HALF, STEPS), run, HALF + 1);

    for (const half of [state, revive(run.half) as gt.optim.lrScheduler.SchedulerState]) {
      const other = makeOptimizer(run);
      const resumed = build(other, run.schedule);
      other.loadStateDict(saved);
      resumed.loadStateDict(half);
      expectRows(rows(other, resumed, HALF, STEPS), run, HALF + 1);
    }
  });
});

// The generator against PyTorch's CPU draws.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type DType, lookupDType, type TypedArray } from '../src/core/dtype.js';
import { ArgumentError, FormatError } from '../src/core/errors.js';
import { multinomial } from '../src/core/multinomial.js';
import { type FloatArray, Generator } from '../src/core/random.js';
import * as gt from '../src/index.js';
import { readGolden, type TensorRef } from './golden/read.js';

interface Call {
  fn: string;
  dtype: DType;
  n: number;
  arguments: (number | string | boolean)[];
  out?: TensorRef;
  sha256?: string;
}

const golden = readGolden<{ sequences: { seed: string; calls: Call[]; state: TensorRef }[] }>('random');

const F = gt.nn.functional;
const dtypeOf = (y: TypedArray): DType =>
  (({ Float32Array: 'float32', Float64Array: 'float64', Int32Array: 'int32', BigInt64Array: 'int64', Uint8Array: 'uint8' }) as const)[
    y.constructor.name as 'Float32Array'
  ];
const emptyLike = (y: TypedArray): gt.Tensor => gt.empty([y.length], { dtype: dtypeOf(y) });

/** What each call of the fixture draws here, and nn.Linear and multinomial as they are made of the generator's fills. */
const draws: Record<string, (generator: Generator, y: TypedArray, a: never[], n: number) => ArrayLike<number | bigint>> = {
  rand: (generator, y) => gt.rand([y.length], { dtype: dtypeOf(y), generator }).toTypedArray(),
  uniform: (generator, y, [lo, hi]) => emptyLike(y).uniform_(lo, hi, { generator }).toTypedArray(),
  randn: (generator, y) => gt.randn([y.length], { dtype: dtypeOf(y), generator }).toTypedArray(),
  normal: (generator, y, [mean, std]) => emptyLike(y).normal_(mean, std, { generator }).toTypedArray(),
  normalStrided: (generator, y) =>
    gt
      .empty([y.length, 2], { dtype: dtypeOf(y) })
      .select(1, 1)
      .normal_(0, 1, { generator })
      .toTypedArray(),
  randint: (g, y, [lo, hi]) => g.randint(y, BigInt(lo), BigInt(hi)),
  randperm: (g, y) => g.randperm(y),
  bernoulli: (generator, y, [p]) => emptyLike(y).bernoulli_(p, { generator }).toTypedArray(),
  bernoulliEach: (generator, y) =>
    gt
      .bernoulli(
        gt.tensor(
          Array.from({ length: y.length }, (_, i) => (i % 5) / 4),
          { dtype: dtypeOf(y) },
        ),
        { generator },
      )
      .toTypedArray(),
  dropout: (generator, y, [p]) => F.dropout(gt.ones([y.length], { dtype: dtypeOf(y) }), p, { generator }).toTypedArray(),
  exponential: (g, y, [rate]) => g.exponential(y as FloatArray, rate),
  multinomial: (g, y, [rows, samples, replacement], n) => {
    const weights = new (y.constructor as Float32ArrayConstructor)(rows * n).map((_, i) => ((i % 7) + 1) / 8);
    return multinomial(g, weights, rows, n, samples, replacement);
  },
  linear: (g, y, [inputs], n) => {
    const Type = y.constructor as Float32ArrayConstructor;
    // kaiming_uniform_(a = sqrt 5): sqrt(2 / (1 + a^2)) / sqrt(fan in), times sqrt 3.
    const bound = Math.sqrt(3) * (Math.sqrt(2 / (1 + Math.sqrt(5) ** 2)) / Math.sqrt(inputs));
    const uniform = (count: number, limit: number) =>
      gt
        .empty([count], { dtype: dtypeOf(y) })
        .uniform_(-limit, limit, { generator: g })
        .toTypedArray() as Float32Array;
    return Type.of(...uniform(n * inputs, bound), ...uniform(n, 1 / Math.sqrt(inputs)));
  },
};

/** The largest difference allowed to calls that go through log, sin and cos; 0 for the others. */
const tolerance = (call: Call): number => {
  if (!['randn', 'normal', 'normalStrided', 'exponential'].includes(call.fn)) return 0;
  if (call.dtype === 'float64') return 4e-15;
  return call.fn === 'exponential' ? 1e-6 : 0;
};

const typedArray = (dtype: DType, n: number): TypedArray => new (lookupDType(dtype)!.array)(n);

describe('draws PyTorch’s numbers', () => {
  for (const { seed, calls, state } of golden.manifest.sequences) {
    it(`seed ${seed}: ${[...new Set(calls.map((c) => c.fn))].join(' ')}`, () => {
      const g = new Generator().manualSeed(BigInt(seed));
      for (const [i, call] of calls.entries()) {
        const label = `call ${i}: ${call.fn} ${call.dtype} ${call.n} (${call.arguments.join(', ')})`;
        const got = draws[call.fn](g, typedArray(call.dtype, call.n), call.arguments as never[], call.n);
        if (call.sha256 !== undefined) {
          expect(
            createHash('sha256')
              .update(new Uint8Array((got as Float32Array).buffer))
              .digest('hex'),
            label,
          ).toBe(call.sha256);
          continue;
        }
        const want = golden.read(call.out!);
        expect(got.length, label).toBe(want.length);
        const limit = tolerance(call);
        let worst = 0;
        for (let k = 0; k < got.length; k++) worst = Math.max(worst, Math.abs(Number(got[k]) - Number(want[k])));
        expect(worst, label).toBeLessThanOrEqual(limit);
      }
      // The words and the seed exactly; the cached normal to rounding.
      const [mine, theirs] = [g.getState(), golden.read(state) as Uint8Array];
      const cached = 24 + 8 * 624 + 8;
      const cut = (s: Uint8Array): number[] => [...s.subarray(0, cached), ...s.subarray(cached + 8)];
      expect(cut(mine)).toEqual(cut(theirs));
    });
  }
});

describe('state', () => {
  it('continues exactly where it was taken, cached normal included', () => {
    const g = new Generator().manualSeed(11);
    gt.randn([3], { generator: g });
    g.random();
    const state = g.getState();
    const next = (): unknown[] => [gt.randn([2], { generator: g }).toArray(), gt.rand([700], { generator: g }).toArray(), g.random()];
    const first = next();
    expect(new Generator().setState(state).getState()).toEqual(state);
    g.setState(state);
    expect(next()).toEqual(first);
  });

  it('takes PyTorch’s bytes', () => {
    const { seed, calls, state } = golden.manifest.sequences.find((s) => s.calls[0].fn === 'rand')!;
    const replayed = new Generator().manualSeed(BigInt(seed));
    for (const call of calls) draws[call.fn](replayed, typedArray(call.dtype, call.n), call.arguments as never[], call.n);
    const loaded = new Generator().setState(golden.read(state) as Uint8Array);
    expect([loaded.random(), loaded.random64()]).toEqual([replayed.random(), replayed.random64()]);
  });

  it('refuses what is no state', () => {
    const g = new Generator();
    const before = g.getState();
    expect(() => g.setState(new Uint8Array(10))).toThrow(FormatError);
    expect(() => g.setState(new Uint8Array(5056))).toThrow('setState: expected a seeded mt19937 with 1 to 624 words left, got seeded 0, left 0');
    expect(g.getState()).toEqual(before);
  });
});

describe('seeds', () => {
  it('tells the seed, a negative one from 2^64 down', () => {
    expect(new Generator().initialSeed()).toBe(67280421310721);
    expect(new Generator().manualSeed(5).initialSeed()).toBe(5);
    expect(new Generator().manualSeed(-1).initialSeed()).toBe(2n ** 64n - 1n);
    const g = new Generator();
    expect(g.seed()).toBe(g.initialSeed());
  });

  it.each([1.5, Number.NaN, 2n ** 64n, -(2n ** 63n) - 1n, '3', null])('refuses %s', (seed) => {
    expect(() => new Generator().manualSeed(seed as never)).toThrow(ArgumentError);
  });
});

describe('bad arguments', () => {
  const cases: [string, (g: Generator) => unknown, string][] = [
    ['uniform', (generator) => gt.ones([1]).uniform_(2, 1, { generator }), 'uniform_: expected from <= to, a finite range apart, got from 2 and to 1'],
    ['normal', (generator) => gt.ones([0]).normal_(0, -1, { generator }), 'normal_: expected std >= 0, got -1'],
    ['randint', (g) => g.randint(new Int32Array(1), 5, 5), 'randint: expected from < to, got from 5 and to 5'],
    ['randint bounds', (g) => g.randint(new Uint8Array(1), 0, 300), 'randint: expected from >= 0 and to - 1 <= 255, got from 0 and to 300'],
    ['randperm', (g) => g.randperm(new Uint8Array(257)), 'randperm: expected n at most 256 for this dtype, got 257'],
    ['bernoulli', (generator) => gt.ones([1], { dtype: 'uint8' }).bernoulli_(1.5, { generator }), 'bernoulli_: expected p from 0 to 1, got 1.5'],
    ['bernoulli each', (generator) => gt.bernoulli(gt.tensor([0.5, Number.NaN]), { generator }), 'bernoulli: expected every p from 0 to 1, got NaN at 1'],
    [
      'dropout',
      (generator) => F.dropout(gt.ones([1]), -0.1, { generator }),
      'dropout: expected p in [0, 1], got -0.1: dropout probability has to be between 0 and 1',
    ],
    ['exponential', (g) => g.exponential(new Float32Array(1), -1), 'exponential_: expected lambda >= 0, got -1'],
    ['multinomial', (g) => multinomial(g, Float32Array.of(1, -1), 1, 2, 1, false), 'multinomial: expected finite weights >= 0, got -1 in row 0'],
    [
      'multinomial 0',
      (g) => multinomial(g, Float32Array.of(0, 0), 1, 2, 1, true),
      'multinomial: expected a row whose weights sum to more than 0, got row 0 that sums to 0',
    ],
    [
      'multinomial n',
      (g) => multinomial(g, Float32Array.of(1, 1), 1, 2, 3, false),
      'multinomial: expected at most 2 samples without replacement from 2 categories, got 3',
    ],
  ];
  it.each(cases)('%s', (_, call, message) => {
    const g = new Generator();
    const before = g.getState();
    expect(() => call(g)).toThrow(new ArgumentError(message));
    expect(g.getState()).toEqual(before);
  });
});

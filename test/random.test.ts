// The generator against PyTorch's CPU draws.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type DType, lookupDType, type TypedArray } from '../src/core/dtype.js';
import { ArgumentError, FormatError } from '../src/core/errors.js';
import { multinomial } from '../src/core/multinomial.js';
import { type FloatArray, Generator } from '../src/core/random.js';
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

/** What each call of the fixture draws here, and nn.Linear and multinomial as they are made of the generator's fills. */
const draws: Record<string, (g: Generator, y: TypedArray, a: never[], n: number) => ArrayLike<number | bigint>> = {
  rand: (g, y) => g.uniform(y as FloatArray),
  uniform: (g, y, [lo, hi]) => g.uniform(y as FloatArray, lo, hi),
  randn: (g, y) => g.normal(y as FloatArray),
  normal: (g, y, [mean, std]) => g.normal(y as FloatArray, mean, std),
  normalStrided: (g, y) => g.normal(y as FloatArray, 0, 1, false),
  randint: (g, y, [lo, hi]) => g.randint(y, BigInt(lo), BigInt(hi)),
  randperm: (g, y) => g.randperm(y),
  bernoulli: (g, y, [p]) => g.bernoulli(y, p),
  bernoulliEach: (g, y, _, n) =>
    g.bernoulli(
      y,
      new (y.constructor as Float32ArrayConstructor)(n).map((_, i) => (i % 5) / 4),
    ),
  dropout: (g, y, [p]) => g.dropoutMask(y as FloatArray, p),
  exponential: (g, y, [rate]) => g.exponential(y as FloatArray, rate),
  multinomial: (g, y, [rows, samples, replacement], n) => {
    const weights = new (y.constructor as Float32ArrayConstructor)(rows * n).map((_, i) => ((i % 7) + 1) / 8);
    return multinomial(g, weights, rows, n, samples, replacement);
  },
  linear: (g, y, [inputs], n) => {
    const Type = y.constructor as Float32ArrayConstructor;
    // kaiming_uniform_(a = sqrt 5): sqrt(2 / (1 + a^2)) / sqrt(fan in), times sqrt 3.
    const bound = Math.sqrt(3) * (Math.sqrt(2 / (1 + Math.sqrt(5) ** 2)) / Math.sqrt(inputs));
    const weight = g.uniform(new Type(n * inputs), -bound, bound);
    return Type.of(...weight, ...g.uniform(new Type(n), -1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs)));
  },
};

/** The largest difference allowed to calls that go through log, sin and cos; 0 for the others. */
const tolerance = (call: Call): number => {
  if (!['randn', 'normal', 'normalStrided', 'exponential'].includes(call.fn)) return 0;
  return call.dtype === 'float32' ? 1e-6 : 4e-15;
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
    g.normal(new Float64Array(3));
    g.random();
    const state = g.getState();
    const next = (): number[] => [...g.normal(new Float64Array(2)), ...g.uniform(new Float64Array(700)), g.random()];
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
    ['uniform', (g) => g.uniform(new Float32Array(1), 2, 1), 'uniform_: expected from <= to, a finite range apart, got from 2 and to 1'],
    ['normal', (g) => g.normal(new Float32Array(0), 0, -1), 'normal_: expected std >= 0, got -1'],
    ['randint', (g) => g.randint(new Int32Array(1), 5, 5), 'randint: expected from < to, got from 5 and to 5'],
    ['randint bounds', (g) => g.randint(new Uint8Array(1), 0, 300), 'randint: expected from >= 0 and to - 1 <= 255, got from 0 and to 300'],
    ['randperm', (g) => g.randperm(new Uint8Array(257)), 'randperm: expected n at most 256 for this dtype, got 257'],
    ['bernoulli', (g) => g.bernoulli(new Uint8Array(1), 1.5), 'bernoulli_: expected p from 0 to 1, got 1.5'],
    ['bernoulli each', (g) => g.bernoulli(new Uint8Array(2), Float32Array.of(0.5, Number.NaN)), 'bernoulli: expected every p from 0 to 1, got NaN at 1'],
    ['dropout', (g) => g.dropoutMask(new Float32Array(1), -0.1), 'dropout: expected p from 0 to 1, got -0.1'],
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

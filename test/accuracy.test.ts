// Float32 functions against float64 over all exponents, and results that may not depend on the number of threads; on every instruction set too.
import { describe, expect, it } from 'vitest';
import { dtypes } from '../src/core/dtype.js';
import type { KernelName } from '../src/kernels/contract.js';
import { backend } from '../src/kernels/load.js';
import { type Reference, references } from './cases/kernels.js';
import { isClose } from './close.js';
import { arena, draw, fillWith, Memory, run } from './kernels/memory.js';

/** Every exponent and both signs with some mantissas each, and the special values. */
function allExponents(perExponent: number): Float32Array {
  const bits = new Uint32Array(512 * perExponent);
  let i = 0;
  for (let high = 0; high < 512; high++) {
    for (let s = 0; s < perExponent; s++) {
      const mantissa = s === 0 ? 0 : s === 1 ? 0x7fffff : Math.floor(draw(0, 0x800000));
      bits[i++] = ((high << 23) | mantissa) >>> 0;
    }
  }
  return new Float32Array(bits.buffer);
}

describe('float32 within the bound over the whole range', () => {
  const samples = allExponents(48);
  const measured = (Object.entries(references) as [KernelName, Reference][]).filter(([, { truth }]) => truth !== undefined);
  it.each(measured.map(([name]) => [name]))('%s', (name) => {
    const { truth, absolute = 0, numbers } = references[name] as Reference;
    const [x, y] = [new Memory(dtypes[0], samples.length), new Memory(dtypes[0], samples.length)];
    samples.forEach((v, i) => {
      x.set(i, v);
    });
    y.upload(x.upload(arena.address));
    const kernel = (backend.kernels[name] as unknown as ((...args: unknown[]) => void)[])[0];
    const given = Object.values(numbers[0] as Record<string, number>);
    kernel(x.address, y.address, ...given, 1, [samples.length, 1, 1]);
    y.download();
    const wrong: string[] = [];
    for (let i = 0; i < samples.length; i++) {
      const [want, got] = [truth!(samples[i]), y.get(i)];
      const near = isClose(got, want, 'float32', { ulp: 4 }) || Math.abs(got - want) <= absolute;
      const sign = want === 0 && got === 0 && samples[i] === 0 && Object.is(got, -0) !== Object.is(want, -0);
      if (!near || sign) wrong.push(`${name}(${Object.is(samples[i], -0) ? '-0' : samples[i]}) is ${got}, expected ${want}`);
    }
    expect(wrong.slice(0, 5), `${wrong.length} of ${samples.length}`).toEqual([]);
  });
  const slopes = ['gelu_bwd', 'gelu_tanh_bwd', 'silu_bwd', 'mish_bwd', 'elu_bwd', 'leaky_relu_bwd', 'hardswish_bwd'] as const;
  it.each(slopes.map((name) => [name]))('%s', (name) => {
    const [a, b, y] = ['a', 'b', 'y'].map(() => new Memory(dtypes[0], samples.length));
    samples.forEach((v, i) => {
      a.set(i, 1);
      b.set(i, v);
    });
    for (const numbers of references[name].numbers as readonly Record<string, number>[]) {
      run({
        name,
        suffix: 'f32',
        buffers: { a, b, y },
        numbers: { ...numbers, nd: 1 },
        dims: [samples.length, 1, 1, 1],
        tolerance: { ulp: 4, eps: 8 },
        what: 'over all exponents',
      });
    }
  });
  it('pow', () => {
    const grid = allExponents(2);
    const powers = [0, -0, 1, -1, 2, 3, -2, 0.5, -0.5, 1 / 3, 2.5, 17, -33.25, 100, 1e6, -1e6, 1e-6, Infinity, -Infinity, NaN].map(Math.fround);
    const n = grid.length * powers.length;
    const [a, b, y] = ['a', 'b', 'y'].map(() => new Memory(dtypes[0], n));
    for (let i = 0; i < n; i++) {
      a.set(i, grid[i % grid.length]);
      b.set(i, powers[Math.floor(i / grid.length)]);
    }
    run({ name: 'pow', suffix: 'f32', buffers: { a, b, y }, numbers: { nd: 1 }, dims: [n, 1, 1, 1], tolerance: { ulp: 4 }, what: 'over all exponents' });
  });
});

// Threads --------------------------------------------------------------------------------------------------------------------------------------------------------

describe('results do not depend on the number of threads', () => {
  const [x, w, y] = [0, 1, 2].map(() => new Memory(dtypes[0], 1 << 20));
  fillWith(x, [-2, 2]);
  fillWith(w, [-2, 2]);
  const side = 1 << 10;
  const calls: Record<string, (k: typeof backend.kernels) => void> = {
    'sum of all': (k) => k.sum[0](x.address, y.address, 1, 1 << 20, 1),
    'sum of columns': (k) => k.sum[0](x.address, y.address, 1, side, side),
    'sum of rows': (k) => k.sum[0](x.address, y.address, side, side, 1),
    softmax: (k) => k.softmax[0](x.address, y.address, side, side, 1),
    'softmax of columns': (k) => k.softmax[0](x.address, y.address, 1, side, side),
    logsumexp: (k) => k.logsumexp[0](x.address, y.address, side, side, 1),
    squares: (k) => k.squares[0](x.address, y.address, 1, 1, 0, 1, 1 << 20, 1),
    exp: (k) => k.exp[0](x.address, y.address, 1, [1 << 20, 1, 1]),
    mul: (k) => k.mul[0](x.address, w.address, y.address, 1, [1 << 20, 1, 1, 1]),
    'transposed add': (k) => k.add[0](x.address, w.address, y.address, 1, 2, [side, 1, side, side, side, side, 1, 1]),
    'gemm 512': (k) => k.gemm[0](x.address, w.address, y.address, 512, 512, 512, 512, 1, 512, 1, 512, 1, 0, 0, 0, 1, 0),
    'gemm 37 x 1000 x 300': (k) => k.gemm[0](x.address, w.address, y.address, 37, 1000, 300, 300, 1, 1, 300, 1000, 1, 0, 0, 0, 1, 0),
    'gemm of 8 batches': (k) => k.gemm[0](x.address, w.address, y.address, 100, 70, 90, 90, 1, 70, 1, 70, 8, 9000, 6300, 7000, 1, 0),
    'matrix times vector': (k) => k.gemm[0](x.address, w.address, y.address, 1000, 1, 1000, 1000, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0),
  };
  it.each(Object.keys(calls))('%s', (what) => {
    const before = backend.getThreads();
    const results = [1, 2, 1].map((threads) => {
      backend.setThreads(threads);
      w.upload(x.upload(y.upload(arena.address)));
      calls[what](backend.kernels);
      y.download();
      return Buffer.from(y.array.buffer.slice(0));
    });
    backend.setThreads(before);
    expect(results[1].equals(results[0]) && results[2].equals(results[0])).toBe(true);
  });
});

// The benchmark suite's plumbing: which workloads a command line asks for, what becomes of samples, how results are compared and judged, and the chart. Nothing here is timed.
import { describe, expect, it } from 'vitest';
import { contestantsOf } from '../bench/contestants.js';
import { digest, pattern } from '../bench/inputs.js';
import { disagreement, type Measured } from '../bench/measure.js';
import { isFiltered, parse, planOf, select } from '../bench/options.js';
import { ratioChart } from '../bench/report/svg.js';
import { aligned, duration, markdown, table } from '../bench/report/text.js';
import { merged } from '../bench/results.js';
import { fastestOf, quantile, summarize } from '../bench/stats.js';
import { best, judge, targets } from '../bench/targets.js';
import { workloads } from '../bench/workloads.js';

const names = (...argv: string[]): string[] =>
  select(workloads, parse(argv), ({ name }) => targets.some((t) => t.workloads.test(name))).map(({ name }) => name);
const time = (median: number) => ({ median, spread: 0, samples: 1, fastest: median });
const measured = (name: string, times: Record<string, number>): Measured => ({
  name,
  times: Object.fromEntries(Object.entries(times).map(([id, t]) => [id, time(t)])),
  skipped: {},
  wrong: [],
});

describe('workloads', () => {
  it('have names of their own, and every target has some', () => {
    expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length);
    expect(targets.filter((target) => !workloads.some(({ name }) => target.workloads.test(name)))).toEqual([]);
  });
});

describe('the command line', () => {
  it('takes a full name as that workload alone, other texts as parts of names', () => {
    expect(names('--only', 'gemm f32 256')).toEqual(['gemm f32 256']);
    expect(names('--only', 'gemm f32 256 ')).toEqual(['gemm f32 256 nt', 'gemm f32 256 tn', 'gemm f32 256 tt']);
    expect(names('--group', 'optimizer', 'training', '--only', 'AdamW', 'MLP')).toEqual(['AdamW 50x20000', 'MLP batch 32', 'MLP batch 128']);
  });
  it('means all, or quickly those with a target', () => {
    expect(names()).toHaveLength(workloads.length);
    expect(names('--quick')).toContain('exp 1M');
    expect(names('--quick')).not.toContain('exp 1K');
    expect(names('--quick', '--only', 'exp 1K')).toEqual(['exp 1K']);
    expect(planOf(parse(['--rounds', '7'])).rounds).toBe(7);
  });
  it('chooses contestants', () => {
    const ids = (...argv: string[]): string[] => {
      const { backends, peers } = parse(argv);
      return contestantsOf([...backends, ...peers], 2).map(({ id }) => id);
    };
    expect(ids('--peers', 'pytorch', '--backends', 'native')).toEqual(['native 1t', 'native 2t', 'pytorch 1t', 'pytorch 2t']);
    expect(ids()).toContain('jax');
    expect([isFiltered(parse([])), isFiltered(parse(['--peers', 'none']))]).toEqual([false, true]);
  });
});

describe('samples', () => {
  it('become the median of the rounds’ medians', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    const summary = summarize([[3, 1, 2], [10], [4, 4]]);
    expect(summary).toMatchObject({ median: 4, samples: 6, fastest: 1 });
    expect(fastestOf({ a: summary }).a.median).toBe(1);
  });
  it('come from inputs that are the same everywhere', () => {
    expect([...pattern(2, 1)]).toEqual([7919 / 1_048_573 - 0.5, 15_838 / 1_048_573 - 0.5]);
    expect(digest([1, -3])).toEqual([2, -3, 1]);
  });
});

describe('results', () => {
  it('are compared within a tolerance of themselves and of the mean magnitude', () => {
    expect(disagreement([1, 0.0005], [1, 0], 1e-3)).toBeNull();
    expect(disagreement([1, 0.5], [1, 0], 1e-3)).toContain('0.5');
    expect(disagreement([Number.NaN], [1], 1e-3)).not.toBeNull();
    expect(disagreement([1], [1, 2], 1e-3)).toContain('1 figures');
  });
  it('are judged by the worst of a target’s workloads, against the best of a peer', () => {
    const tanh = measured('tanh 1M', { 'native 1t': 2, 'native 2t': 1, 'pytorch 1t': 9, 'pytorch 2t': 6 });
    expect([best(tanh, 'pytorch'), best(tanh, 'native', 1), best(tanh, 'jax')]).toEqual([6, 2, undefined]);
    const verdicts = judge(workloads, new Map([['tanh 1M', tanh]]), null);
    expect(verdicts.map(({ rows, met }) => [rows[0].value, met])).toEqual([[6, true]]);
    const gemm = measured('gemm f32 512', { 'native 1t': 0.004, 'native 2t': 0.002, 'pytorch 1t': 0.002 });
    const bounds = { flops: { float32: 1e11, float64: 5e10 }, triad: 1, read: 1, triadOne: 1, readOne: 1 };
    expect(judge(workloads, new Map([['gemm f32 512', gemm]]), bounds).map(({ rows, met }) => [Number(rows[0].value.toFixed(2)), met])).toEqual([
      [1, true],
      [0.67, false],
      [2, true],
    ]);
  });
  it('take the place of earlier ones', () => {
    const machine = { cpu: 'x', cores: 1, memory: 1, system: '', node: '', bounds: '' };
    const of = (seconds: number, ...list: string[]) => ({
      machine,
      contestants: {},
      measured: list.map((n) => ({ ...measured(n, { a: seconds }), date: '' })),
    });
    const all = merged(of(1, 'a', 'b', 'gone'), of(2, 'b'), ['a', 'b']).measured;
    expect(all.map(({ name, times }) => [name, times.a.median])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
});

describe('the page', () => {
  it('has tables', () => {
    const rows = table(workloads, new Map([['exp 1M', measured('exp 1M', { 'native 1t': 1e-3, 'pytorch 1t': 2e-3 })]]), ['native 1t', 'pytorch 1t']);
    expect(rows).toEqual([
      ['', 'native 1t', 'pytorch 1t', 'native rate', 'native:pytorch'],
      ['exp 1M', '1.00 ms', '2.00 ms', '8.4 GB/s', '2.00x'],
    ]);
    expect(markdown(rows).split('\n')[1]).toBe('| --- | --- | --- | --- | --- |');
    expect(aligned(rows).split('\n')).toHaveLength(2);
    expect([duration(2.5e-7), duration(0.0123), duration(2)]).toEqual(['250 ns', '12.3 ms', '2.00 s']);
  });
  it('has charts: wins to the right of 1', () => {
    const svg = ratioChart('a < b', [
      {
        title: 'ours',
        bars: [
          { label: 'fast & good', value: 4 },
          { label: 'slow', value: 0.5 },
        ],
      },
      { title: 'theirs', bars: [{ label: 'slow', value: 2 ** 0.5 }] },
    ]);
    expect(svg).toContain('<title>a &lt; b</title>');
    // From 1/2 to 4, three doublings of 404 in all, beside a margin of 18: [from, to, what it says].
    const doubling = 404 / 3;
    const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)" height="11" fill="#(\w+)"\/><text [^>]*>([\d.]+)</g)];
    const drawn = bars.map(([, x, , width, , says]) => [(Number(x) - 18) / doubling - 1, (Number(x) + Number(width) - 18) / doubling - 1, Number(says)]);
    for (const [i, [from, to, says]] of [
      [0, 2, 4],
      [-1, 0, 0.5],
      [0, 0.5, 1.4],
    ].entries()) {
      expect(drawn[i][0]).toBeCloseTo(from, 2);
      expect(drawn[i][1]).toBeCloseTo(to, 2);
      expect(drawn[i][2]).toBe(says);
    }
    expect(new Set(bars.map(([, , y]) => y)).size).toBe(3);
    expect(bars[1][4]).not.toBe(bars[2][4]);
    // Each label above its bars and below those of the one before.
    const rows = [...svg.matchAll(/<text x="18" y="(\d+)">/g)].map(([, y]) => Number(y));
    const [fast, slow] = bars.map(([, , y]) => Number(y));
    expect([rows[0] < fast, fast + 11 < rows[1] - 9, rows[1] < slow]).toEqual([true, true, true]);
    const ticks = [...svg.matchAll(/<text x="([\d.]+)" y="\d+" text-anchor="middle">(?:<tspan[^>]*>)?([\d/]+)</g)];
    expect(ticks.map(([, x, text]) => [Math.round((Number(x) - 18) / doubling), text])).toEqual([
      [0, '1/2'],
      [1, '1'],
      [2, '2'],
      [3, '4'],
    ]);
  });
});

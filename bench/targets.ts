// The marks that are to be reached, and what a run says about them.
import type { Family } from './contestants.js';
import type { Measured } from './measure.js';
import type { Workload } from './workloads.js';

/** The machine's bounds; null where no compiler could build the probes. */
export interface Bounds {
  /** Floating point operations a second of one core. */
  readonly flops: Readonly<Record<'float32' | 'float64', number>>;
  /** Bytes a second that all cores, and that one core, move: two arrays read and one written (the triad), and one only read. */
  readonly triad: number;
  readonly read: number;
  readonly triadOne: number;
  readonly readOne: number;
}

/**
 * What is compared: the best time of a family over ours; how much of the bound is reached (`peak`: by one core, `bandwidth`: by all); or one thread's time over that of all.
 * `within` compares with gradtape's other backend, one thread each.
 */
export type Measure =
  | { readonly kind: 'ratio'; readonly against: Family }
  | { readonly kind: 'peak' | 'bandwidth' | 'threads' }
  | { readonly kind: 'within'; readonly against: 'native' };

export interface Target {
  readonly title: string;
  readonly ours: 'native' | 'wasm';
  readonly workloads: RegExp;
  readonly measure: Measure;
  readonly atLeast: number;
}

const against = (ours: 'native' | 'wasm', family: Family, rows: readonly (readonly [title: string, workloads: RegExp, atLeast: number])[]): Target[] =>
  rows.map(([title, workloads, atLeast]) => ({ title, ours, workloads, measure: { kind: 'ratio', against: family }, atLeast }));
const bound = (ours: 'native' | 'wasm', kind: 'peak' | 'bandwidth' | 'threads', title: string, workloads: RegExp, atLeast: number): Target => ({
  title,
  ours,
  workloads,
  measure: { kind },
  atLeast,
});

const large = '(256|512|1024|2048)';
const elementary = '(exp|sigmoid|softmax|log-softmax|layer norm)';

export const targets: readonly Target[] = [
  ...against('native', 'pytorch', [
    ['gemm float32, 256 to 2048', new RegExp(`^gemm f32 ${large}( |$)`), 1],
    ['gemm float64, 256 to 2048', new RegExp(`^gemm f64 ${large}( |$)`), 1],
    ['gemm 16 to 64', /^gemm f\d\d (16|32|64)( |$)/, 1.5],
    ['exp, sigmoid, softmax, log-softmax, layer norm at 1 million', new RegExp(`^${elementary} 1M$`), 2.5],
    ['the same, forward and backward', new RegExp(`^${elementary} 1M backward$`), 2.5],
    ['tanh at 1 million', /^tanh 1M$/, 5],
    ['tanh at 1 million, forward and backward', /^tanh 1M backward$/, 5],
    ['gelu at 1 million', /^gelu 1M$/, 1.7],
    ['gelu at 1 million, forward and backward', /^gelu 1M backward$/, 1.7],
    ['add, mul, relu, sum at 1 and 16 million, fresh outputs', /^(add|mul|relu|sum all) 1(6?)M$/, 0.9],
    ['add, mul, relu at 1 and 16 million, in place', /^(add|mul|relu) 16?M in place$/, 1],
    ['the chain', /^chain/, 3],
    ['tiny ops', /^(scalar|MLP 2-)/, 8],
    ['conv2d, LeNet and depthwise', /^conv (LeNet|depthwise)/, 1.3],
    ['conv2d, ResNet', /^conv ResNet/, 0.9],
    ['optimizer step', /^(SGD|AdamW)/, 2],
    ['MLP batch 32', /^MLP batch 32$/, 2],
    ['MLP batch 128', /^MLP batch 128$/, 1.5],
    ['CNN batch 64', /^CNN/, 1.4],
    ['LSTM', /^LSTM/, 1.5],
    ['GPT step', /^GPT/, 1.8],
  ]),
  bound('native', 'peak', 'gemm float32, 256 to 2048: of one core’s FMA peak', new RegExp(`^gemm f32 ${large}( |$)`), 0.9),
  bound('native', 'peak', 'gemm float64, 256 to 2048: of one core’s FMA peak', new RegExp(`^gemm f64 ${large}( |$)`), 0.9),
  bound('native', 'bandwidth', 'add, mul, relu, sum at 16 million: of the bandwidth', /^((add|mul|relu) 16M in place|sum all 16M)$/, 0.85),
  bound('native', 'threads', 'all threads over one: gemm from 512', /^gemm f\d\d (512|1024|2048)( |$)/, 1.7),
  bound('native', 'threads', 'all threads over one: conv', /^conv/, 1.7),
  bound('native', 'threads', 'all threads over one: CNN, GPT', /^(CNN|GPT)/, 1.7),
  ...against('wasm', 'jax', [
    ['gemm float32 256 to 1024', /^gemm f32 (256|512|1024)$/, 1.5],
    ['exp, tanh, sigmoid, softmax, layer norm at 1 million', /^(exp|tanh|sigmoid|softmax|layer norm) 1M$/, 4],
    ['the chain', /^chain/, 4],
    ['MLP batch 32', /^MLP batch 32$/, 2],
    ['MLP batch 128', /^MLP batch 128$/, 1.5],
  ]),
  ...against('wasm', 'tfjs', [
    ['exp, tanh, sigmoid, softmax, layer norm at 1 million', /^(exp|tanh|sigmoid|softmax|layer norm) 1M$/, 4],
    ['the chain', /^chain/, 4],
    ['MLP batch 32 and 128', /^MLP batch/, 8],
    ['tiny ops', /^(scalar|MLP 2-)/, 15],
  ]),
  { title: 'CNN, GPT step: of native’s speed', ours: 'wasm', workloads: /^(CNN|GPT)/, measure: { kind: 'within', against: 'native' }, atLeast: 0.25 },
  bound('wasm', 'threads', 'all threads over one: gemm from 512, CNN', /^(gemm f32 (512|1024|2048)$|CNN)/, 1.6),
];

/** The best median of a family in a measurement, with as many threads as are asked for, or with any. */
export function best({ times }: Measured, family: Family, threads?: number): number | undefined {
  const wanted = (id: string): boolean => id.split(' ')[0] === family && (threads === undefined || id === family || id.endsWith(` ${threads}t`));
  const found = Object.entries(times).flatMap(([id, { median }]) => (wanted(id) ? [median] : []));
  return found.length > 0 ? Math.min(...found) : undefined;
}

/** What a workload reaches by a target's measure; undefined where one side was not measured. */
export function reached(target: Target, workload: Workload, measured: Measured, bounds: Bounds | null): number | undefined {
  const { ours, measure } = target;
  const [time, single] = [best(measured, ours), best(measured, ours, 1)];
  if (time === undefined || single === undefined) return undefined;
  switch (measure.kind) {
    case 'ratio': {
      const other = best(measured, measure.against);
      // The peers of JavaScript have one thread, so that there one thread of ours counts.
      return other && other / (ours === 'wasm' ? single : time);
    }
    case 'within': {
      const other = best(measured, measure.against, 1);
      return other && other / single;
    }
    case 'peak':
      return bounds === null ? undefined : workload.flops! / single / bounds.flops['dtype' in workload.params ? workload.params.dtype : 'float32'];
    case 'bandwidth':
      return bounds === null ? undefined : workload.bytes! / time / (workload.kind === 'reduction' ? bounds.read : bounds.triad);
    case 'threads': {
      const several = Object.keys(measured.times).find((id) => id.startsWith(`${ours} `) && id !== `${ours} 1t`);
      return several === undefined ? undefined : single / measured.times[several].median;
    }
  }
}

export interface Verdict {
  readonly target: Target;
  /** Worst first. */
  readonly rows: readonly { readonly name: string; readonly value: number }[];
  readonly met: boolean;
}

/** One verdict for each target of which something was measured. */
export function judge(workloads: readonly Workload[], results: ReadonlyMap<string, Measured>, bounds: Bounds | null): Verdict[] {
  return targets.flatMap((target) => {
    const rows = workloads
      .filter(({ name }) => target.workloads.test(name))
      .flatMap((workload) => {
        const measured = results.get(workload.name);
        const value = measured && reached(target, workload, measured, bounds);
        return value ? [{ name: workload.name, value }] : [];
      })
      .sort((a, b) => a.value - b.value);
    return rows.length > 0 ? [{ target, rows, met: rows[0].value >= target.atLeast }] : [];
  });
}

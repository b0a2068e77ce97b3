// Figures and tables as text, for the console and for Markdown.

import type { Family } from '../contestants.js';
import type { Measured } from '../measure.js';
import { best, type Target, type Verdict } from '../targets.js';
import type { Workload } from '../workloads.js';

export function duration(seconds: number): string {
  const [unit, factor] = seconds < 1e-6 ? ['ns', 1e9] : seconds < 1e-3 ? ['us', 1e6] : seconds < 1 ? ['ms', 1e3] : ['s', 1];
  return `${(seconds * factor).toPrecision(3).replace(/e\+.*/, '')} ${unit}`;
}
export const times = (ratio: number): string => `${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3)}x`;
export const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** Families with a ratio column, ours in the numerator's place below. */
const rivals: readonly Family[] = ['pytorch', 'tfjs', 'jax', 'plain'];

/** A group's table: times of each contestant, the best native time's rate, and ratios of each peer's best time to native's and WASM's. */
export function table(workloads: readonly Workload[], results: ReadonlyMap<string, Measured>, ids: readonly string[]): string[][] {
  const measured = workloads.flatMap((workload) => {
    const found = results.get(workload.name);
    return found ? [[workload, found] as const] : [];
  });
  const shown = ids.filter((id) => measured.some(([, { times: t }]) => t[id]));
  const ours = (['native', 'wasm'] as const).filter((family) => shown.some((id) => id.startsWith(family)));
  const others = rivals.filter((family) => shown.some((id) => id.split(' ')[0] === family));
  const pairs = ours.flatMap((family) => others.map((other) => [family, other] as const));
  const rated = measured.some(([{ flops, bytes }]) => flops ?? bytes);
  const head = ['', ...shown, ...(rated ? [`${ours[0] ?? shown[0]} rate`] : []), ...pairs.map(([a, b]) => `${a}:${b}`)];
  const rows = measured.map(([workload, m]) => {
    const { flops, bytes, units = 1 } = workload;
    const time = best(m, ours[0]) ?? Object.values(m.times)[0]?.median;
    const rate = flops ? `${(flops / time / 1e9).toFixed(1)} GF/s` : bytes ? `${(bytes / time / 1e9).toFixed(1)} GB/s` : '';
    const ratio = ([a, b]: readonly [Family, Family]): string => {
      const [mine, other] = [best(m, a), best(m, b)];
      return mine && other ? times(other / mine) : '';
    };
    const cell = (id: string): string => (m.times[id] ? duration(m.times[id].median / units) : '-');
    return [workload.name, ...shown.map(cell), ...(rated ? [rate] : []), ...pairs.map(ratio)];
  });
  return [head, ...rows];
}

const figure = ({ measure }: Target, value: number): string => (measure.kind === 'peak' || measure.kind === 'bandwidth' ? percent(value) : times(value));

/** Target, mark, what the worst of its workloads reaches, and whether that is enough. */
export function verdictTable(verdicts: readonly Verdict[]): string[][] {
  const rows = verdicts.map(({ target, rows: reached, met }) => {
    const { measure, ours, atLeast } = target;
    const rival = measure.kind === 'ratio' || measure.kind === 'within' ? measure.against : '';
    const short = reached.filter(({ value }) => value < atLeast).length;
    const state = met ? 'met' : `${reached.length - short} of ${reached.length}`;
    return [ours, target.title, rival, figure(target, atLeast), figure(target, reached[0].value), reached.length > 1 ? reached[0].name : '', state];
  });
  return [['', 'target', 'against', 'at least', 'reached', 'worst of its workloads', 'met'], ...rows];
}
/** Every workload that misses its mark. */
export function missed(verdicts: readonly Verdict[]): string[][] {
  const rows = verdicts.flatMap(({ target, rows: reached }) =>
    reached
      .filter(({ value }) => value < target.atLeast)
      .map(({ name, value }) => [target.ours, target.title, name, figure(target, value), figure(target, target.atLeast)]),
  );
  return rows.length > 0 ? [['', 'missed', 'workload', 'reached', 'at least'], ...rows] : [];
}

export function aligned(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, c) => (/^[\d.]/.test(cell) ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
export function markdown([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Who leaves out what: the workloads' names by contestant and reason. */
export function leftOut(measured: readonly Measured[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { name, skipped } of measured) {
    for (const [id, reason] of Object.entries(skipped)) {
      const key = `${id} leaves out (${reason})`;
      names.set(key, [...(names.get(key) ?? []), name]);
    }
  }
  return names;
}

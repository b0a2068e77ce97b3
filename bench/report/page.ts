// docs/benchmarks.md and its charts, from the results alone.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Family } from '../contestants.js';
import { describe } from '../machine.js';
import type { Measured } from '../measure.js';
import type { Results } from '../results.js';
import { startupGroup, startupTable } from '../startup.js';
import { best, judge } from '../targets.js';
import { type Workload, workloads } from '../workloads.js';
import { ratioChart, type Series } from './svg.js';
import { leftOut, markdown, missed, table, verdictTable } from './text.js';

const docs = (path: string): string => fileURLToPath(new URL(`../../docs/${path}`, import.meta.url));
const names: Readonly<Record<Family, string>> = { native: 'native', wasm: 'WASM', pytorch: 'PyTorch', tfjs: 'tfjs', jax: 'jax-js', plain: 'plain TypeScript' };
const slugOf = (group: string): string => group.replace(/[^a-z0-9]+/gi, '-').toLowerCase();

const capital = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}`;
const startupNote =
  'Fresh processes: the import until the library is ready, then the first product of two matrices; resident memory after it; bytes of the installed packages with what they depend on.';

/** How many times as fast as a peer: native against PyTorch, and WASM against the peers that run in WebAssembly too. */
function chart(group: string, members: readonly Workload[], results: ReadonlyMap<string, Measured>): string | null {
  const pairs: readonly (readonly [Family, Family])[] = [
    ['native', 'pytorch'],
    ['wasm', 'tfjs'],
    ['wasm', 'jax'],
  ];
  const series: Series[] = pairs.flatMap(([ours, other]) => {
    const bars = members.flatMap(({ name }) => {
      const found = results.get(name);
      const [mine, theirs] = found ? [best(found, ours), best(found, other)] : [];
      return mine && theirs ? [{ label: name, value: theirs / mine }] : [];
    });
    return bars.length > 0 ? [{ title: `${names[ours]} over ${names[other]}`, bars }] : [];
  });
  return series.length > 0 ? ratioChart(`${group}: times as fast`, series) : null;
}

/** Writes the page and one chart a group; answers the page's path. */
export function writePage({ machine, contestants, measured, startup }: Results): string {
  const results = new Map(measured.map((entry) => [entry.name, entry]));
  const verdicts = judge(workloads, results, typeof machine.bounds === 'string' ? null : machine.bounds);
  const dates = [...new Set(measured.map(({ date }) => date))].sort();
  mkdirSync(docs('benchmarks'), { recursive: true });
  const sections = [...new Set(workloads.map(({ group }) => group))].flatMap((group) => {
    const members = workloads.filter((workload) => workload.group === group && results.has(workload.name));
    if (members.length === 0) return [];
    const drawn = chart(group, members, results);
    const file = `benchmarks/${slugOf(group)}.svg`;
    if (drawn) writeFileSync(docs(file), drawn);
    const remarks = [...leftOut(members.map(({ name }) => results.get(name)!))].map(([remark, all]) => `- ${remark}: ${all.length} of ${members.length}`);
    return [
      `## ${capital(group)}`,
      ...(drawn ? [`![${group}](${file})`] : []),
      markdown(table(members, results, Object.keys(contestants))),
      ...(remarks.length > 0 ? [remarks.join('\n')] : []),
    ];
  });
  const versions = Object.entries(contestants).map(
    ([id, about]) =>
      `- ${id}: ${Object.entries(about)
        .map(([what, version]) => `${what} ${version}`.trim())
        .join(', ')}`,
  );
  const misses = missed(verdicts);
  const text = [
    '# Benchmarks',
    'Written by `npm run bench`. Each workload is computed by every contestant, the results are compared, and then the contestants are timed in turn, several rounds, each in a process of its own; times are medians. `a:b` is the best time of b over the best time of a, whatever their threads: above 1, a is faster. Backward means forward and backward together. Matrices stored transposed are named by a t.',
    `${describe(machine)}. Measured ${dates.length > 1 ? `${dates[0]} to ${dates.at(-1)}` : dates[0]}.`,
    versions.join('\n'),
    '## Targets',
    markdown(verdictTable(verdicts)),
    ...(misses.length > 0 ? [`<details><summary>Workloads that miss their mark</summary>\n\n${markdown(misses)}\n\n</details>`] : []),
    ...sections,
    ...(startup ? [`## ${capital(startupGroup)}`, startupNote, markdown(startupTable(startup))] : []),
  ].join('\n\n');
  writeFileSync(docs('benchmarks.md'), `${text}\n`);
  return docs('benchmarks.md');
}

// npm run bench: the same work on gradtape's backends and on PyTorch, in turn, several rounds; prints a table per group with medians and the ratio to PyTorch's better time.
// `npm run bench -- NAME...` runs the groups whose names contain one of the words. PyTorch is the system's python3-torch; without it the column says why.
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { groups, type Workload } from './workloads.js';

interface Contestant {
  readonly title: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}
interface Result {
  readonly name: string;
  readonly seconds: number;
  readonly check: number;
}

const rounds = 3;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const gradtape = (title: string, backend: string, threads: number): Contestant => ({
  title,
  command: [process.execPath, '--import', 'tsx', here('contestant.ts')],
  env: { GRADTAPE_BACKEND: backend, GRADTAPE_BENCH_THREADS: String(threads) },
});
const python = process.env.GRADTAPE_BENCH_PYTHON ?? '/usr/bin/python3';
const pytorch = (threads: number): Contestant => ({
  title: `PyTorch ${threads}t`,
  command: [python, here('peers/pytorch.py'), String(threads)],
  // Not every BLAS build listens to torch.set_num_threads.
  env: { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) },
});

const threads = os.availableParallelism();
const contestants: readonly Contestant[] = [
  gradtape('native 1t', 'native', 1),
  ...(threads > 1 ? [gradtape(`native ${threads}t`, 'native', threads)] : []),
  gradtape('wasm', 'wasm', 1),
  pytorch(1),
  ...(threads > 1 ? [pytorch(threads)] : []),
];

/** The results of one process, or the reason why there are none. */
function race({ command, env }: Contestant, names: readonly string[]): Map<string, Result> | string {
  const [program, ...args] = command;
  const { stdout, stderr, error, status } = spawnSync(program, [...args, ...names], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (error) return error.message;
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  if (status !== 0 || lines.length < names.length) return stderr.trim().split('\n').at(-1) ?? `exit status ${status}`;
  return new Map(lines.map((line) => JSON.parse(line) as Result).map((result) => [result.name, result]));
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

function show({ flops, units = 1 }: Workload, seconds: number): string {
  const each = seconds / units;
  const time = each < 1e-3 ? `${(each * 1e6).toFixed(2)} us` : `${(each * 1e3).toFixed(2)} ms`;
  return flops === undefined ? time : `${time} ${(flops / seconds / 1e9).toFixed(0)} GF/s`;
}

const words = process.argv.slice(2);
console.log(
  `${os.cpus()[0].model}, ${threads} cores, Node ${process.version}; medians of ${rounds} rounds, contestants in turn; ratios: PyTorch's best time over ours`,
);
let failed = false;
for (const [group, workloads] of Object.entries(groups)) {
  if (words.length > 0 && !words.some((word) => group.includes(word))) continue;
  const names = workloads.map(({ name }) => name);
  const seconds = contestants.map(() => new Map<string, number[]>(names.map((name) => [name, []])));
  const reasons = new Map<string, string>();
  const checks = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    contestants.forEach((contestant, c) => {
      if (reasons.has(contestant.title)) return;
      const results = race(contestant, names);
      if (typeof results === 'string') {
        reasons.set(contestant.title, results);
        return;
      }
      for (const { name, seconds: time, check } of results.values()) {
        const expected = checks.get(name) ?? check;
        checks.set(name, expected);
        if (!(Math.abs(check - expected) <= 1e-3 * Math.abs(expected))) {
          console.error(`${name}: ${contestant.title} computes ${check}, the first contestant ${expected}`);
          failed = true;
        }
        seconds[c].get(name)!.push(time);
      }
    });
  }
  console.log(`\n${group}`);
  const rows = workloads.map((workload) => {
    const times = contestants.map((_, c) => median(seconds[c].get(workload.name)!));
    const peer = Math.min(...contestants.flatMap(({ title }, c) => (title.startsWith('PyTorch') && times[c] ? [times[c]] : [])));
    const ratio = (c: number): string =>
      times[c] && Number.isFinite(peer) && !contestants[c].title.startsWith('PyTorch') ? ` (${(peer / times[c]).toFixed(2)}x)` : '';
    return [workload.name, ...contestants.map((_, c) => (times[c] ? show(workload, times[c]) + ratio(c) : '-'))];
  });
  const table = [['', ...contestants.map(({ title }) => title)], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '));
  for (const [title, reason] of reasons) console.log(`${title}: skipped: ${reason}`);
}
if (failed) process.exitCode = 1;

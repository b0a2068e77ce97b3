// npm run bench: the same work on gradtape's backends and on its peers, in turn, several rounds. Prints a table per group and what was reached of the targets; a full run, or one with
// --save, also writes the results and docs/benchmarks.md. `npm run bench -- --help` lists the filters.
import { Child } from './child.js';
import { contestantsOf } from './contestants.js';
import { compileIfStale } from './fresh.js';
import { describe, type Machine, machine, probe } from './machine.js';
import { type Measured, measure } from './measure.js';
import { isFiltered, type Options, parse, planOf, select, wantsGroup } from './options.js';
import { writePage } from './report/page.js';
import { aligned, leftOut, missed, table, verdictTable } from './report/text.js';
import { load, merged, type Results, save } from './results.js';
import { measureStartup, startupGroup, startupTable } from './startup.js';
import { fastestOf } from './stats.js';
import { judge, targets } from './targets.js';
import { type Workload, workloads } from './workloads.js';

/** Starts the contestants; who cannot take part is named with the reason. */
async function start(options: Options): Promise<[Child[], Results['contestants']]> {
  const children: Child[] = [];
  const versions: Record<string, Readonly<Record<string, string>>> = {};
  for (const contestant of contestantsOf([...options.backends, ...options.peers])) {
    const child = contestant.absent === undefined ? new Child(contestant) : null;
    const { hello, absent } = child ? await child.next() : { hello: undefined, absent: contestant.absent };
    if (hello && child) {
      children.push(child);
      versions[contestant.id] = hello;
    } else console.log(`${contestant.id}: takes no part: ${absent}`);
  }
  return [children, versions];
}

function printTargets(all: readonly Workload[], results: ReadonlyMap<string, Measured>, { bounds }: Machine): void {
  const verdicts = judge(all, results, typeof bounds === 'string' ? null : bounds);
  for (const part of [verdictTable(verdicts), missed(verdicts)]) if (part.length > 1) console.log(`\n${aligned(part)}`);
}

async function run(options: Options, chosen: readonly Workload[]): Promise<void> {
  compileIfStale();
  const here = machine(probe());
  console.log(`${describe(here)}\n`);
  const [children, contestants] = await start(options);
  const results = new Map<string, Measured>();
  const date = new Date().toISOString().slice(0, 10);
  const plan = planOf(options);
  const shown = (measured: Measured): Measured => (options.fastest ? { ...measured, times: fastestOf(measured.times) } : measured);
  for (const group of new Set(chosen.map((workload) => workload.group))) {
    const members = chosen.filter((workload) => workload.group === group);
    for (const workload of members) results.set(workload.name, await measure(workload, children, plan));
    const found = members.map(({ name }) => results.get(name)!);
    console.log(`\n${group}\n${aligned(table(members, new Map(found.map((m) => [m.name, shown(m)])), Object.keys(contestants)))}`);
    for (const [remark, names] of leftOut(found)) console.log(`${remark}: ${names.length > 3 ? `${names.length} workloads` : names.join('; ')}`);
    if (found.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
  }
  for (const child of children) child.close();
  printTargets(chosen, new Map([...results].map(([name, m]) => [name, shown(m)])), here);
  const startup = wantsGroup(options, startupGroup) ? await measureStartup([...options.backends, ...options.peers]) : undefined;
  if (startup) console.log(`\n${startupGroup}\n${aligned(startupTable(startup))}`);
  if (isFiltered(options) && !options.save) return;
  const now: Results = { machine: here, contestants, measured: [...results.values()].map((m) => ({ ...m, date })), startup };
  const names = workloads.map(({ name }) => name);
  const all = merged(load(here), now, names);
  const path = save(all);
  // From the file, whose digits are fewer: `--report` writes the same page.
  console.log(`\nwritten: ${path} and ${writePage(load(here))}`);
}

const options = parse(process.argv.slice(2));
const chosen = select(workloads, options, ({ name }) => targets.some((target) => target.workloads.test(name)));
if (options.list) {
  for (const { group, name } of chosen) console.log(`${group}: ${name}`);
} else if (options.report) {
  const all = load(machine(''));
  printTargets(workloads, new Map(all.measured.map((m) => [m.name, m])), all.machine);
  console.log(`\nwritten: ${writePage(all)}`);
} else await run(options, chosen);

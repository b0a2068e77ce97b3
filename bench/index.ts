// npm run bench: the same work on gradtape's backends and on its peers, in turn, several rounds. Prints a table per group and what was reached of the targets; a full run, or one with
// --save, also writes the results and docs/benchmarks.md. `npm run bench -- --help` lists the filters.
import { Child } from './child.js';
import { contestantsOf } from './contestants.js';
import { compileIfStale } from './fresh.js';
import { type Measured, measure } from './measure.js';
import { parse, planOf, select } from './options.js';
import { aligned, missed, table, verdictTable } from './report/text.js';
import { judge, targets } from './targets.js';
import { type Workload, workloads } from './workloads.js';

const options = parse(process.argv.slice(2));
const chosen = select(workloads, options, ({ name }) => targets.some((target) => target.workloads.test(name)));
if (options.list) {
  for (const { group, name } of chosen) console.log(`${group}: ${name}`);
  process.exit();
}

compileIfStale();
const entrants = contestantsOf([...options.backends, ...options.peers]);
const children: Child[] = [];
for (const contestant of entrants) {
  const child = contestant.absent === undefined ? new Child(contestant) : null;
  const { hello, absent } = child ? await child.next() : { hello: undefined, absent: contestant.absent };
  if (hello && child) children.push(child);
  else console.log(`${contestant.id}: takes no part: ${absent}`);
}

const plan = planOf(options);
const results = new Map<string, Measured>();
const groups = new Map<string, Workload[]>();
for (const workload of chosen) groups.set(workload.group, [...(groups.get(workload.group) ?? []), workload]);
const ids = children.map(({ contestant }) => contestant.id);
for (const [group, members] of groups) {
  for (const workload of members) {
    const measured = await measure(workload, children, plan);
    results.set(workload.name, measured);
    for (const line of measured.wrong) {
      console.error(`${workload.name}: ${line}`);
      process.exitCode = 1;
    }
  }
  console.log(`\n${group}\n${aligned(table(members, results, ids))}`);
  const reasons = new Set(
    members.flatMap(({ name }) => Object.entries(results.get(name)!.skipped).map(([id, reason]) => `${id}: left out of ${name}: ${reason}`)),
  );
  for (const line of reasons) console.log(line);
}
for (const child of children) child.close();

const verdicts = judge(chosen, results, null);
console.log(`\n${aligned(verdictTable(verdicts))}`);
console.log(`\n${aligned(missed(verdicts))}`);

// The command line, and which workloads and contestants it asks for.
import { Command, InvalidArgumentError } from 'commander';
import { backends, type Family, peers } from './contestants.js';
import type { Plan } from './measure.js';
import type { Workload } from './workloads.js';

export interface Options {
  readonly group?: readonly string[];
  readonly only?: readonly string[];
  readonly peers: readonly Family[];
  readonly backends: readonly Family[];
  readonly rounds?: number;
  readonly quick?: boolean;
  readonly fastest?: boolean;
  readonly save?: boolean;
  readonly report?: boolean;
  readonly list?: boolean;
}

function someOf(known: readonly Family[]): (text: string) => Family[] {
  return (text) => {
    const names = text === 'none' ? [] : text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !(known as readonly string[]).includes(name));
    if (unknown !== undefined) throw new InvalidArgumentError(`expected some of ${known.join(',')} or none, got ${unknown}`);
    return names as Family[];
  };
}
function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('expected a whole number of at least 1');
  return value;
}

export function parse(argv: readonly string[]): Options {
  const command = new Command('bench')
    .description(
      'Measures gradtape and its peers on the same work. With all peers it takes the better part of an hour, 25 minutes with --quick; filters bring that down to seconds.',
    )
    .option('--group <text...>', 'groups whose name contains a text')
    .option('--only <text...>', 'the workload of that name, or all whose names contain a text')
    .option('--peers <names>', `some of ${peers.join(',')}, or none`, someOf(peers), [...peers])
    .option('--backends <names>', `some of ${backends.join(',')}, or none`, someOf(backends), [...backends])
    .option('--rounds <n>', 'how often the contestants take their turn', positive)
    .option('--quick', 'short rounds, and of the workloads only those that a target names, unless others are asked for')
    .option('--fastest', 'show and judge the fastest samples instead of the medians, while other programs disturb; the results keep medians')
    .option('--save', 'enter a filtered run into the results and the page too')
    .option('--report', 'measure nothing: write the page from the results')
    .option('--list', 'print the names of the workloads');
  return command.parse([...argv], { from: 'user' }).opts<Options>();
}

export const planOf = ({ quick, rounds }: Options): Plan => ({ rounds: rounds ?? (quick ? 3 : 5), budget: quick ? 0.03 : 0.04 });

export const isFiltered = ({ group, only, peers: p, backends: b }: Options): boolean =>
  group !== undefined || only !== undefined || p.length < peers.length || b.length < backends.length;

/** Whether a group that has no workloads is asked for: by name, or with all. */
export const wantsGroup = ({ group, only }: Options, name: string): boolean => (group ? group.some((text) => name.includes(text)) : only === undefined);

export function select(all: readonly Workload[], options: Options, targeted: (workload: Workload) => boolean): Workload[] {
  const { only, quick } = options;
  const wanted = all.filter((workload) => {
    if (!wantsGroup({ ...options, only: undefined }, workload.group)) return false;
    // A full name means that one alone, though others contain it.
    return !only || only.some((text) => (all.some(({ name }) => name === text) ? workload.name === text : workload.name.includes(text)));
  });
  // Quick means the targets' workloads, where there are some among those asked for by group and none was asked for by name.
  const marked = quick && !only ? wanted.filter(targeted) : [];
  return marked.length > 0 ? marked : wanted;
}

// Results on disk: one file a machine, a workload's figures from one run of all its contestants.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Machine, slug } from './machine.js';
import type { Measured } from './measure.js';
import type { Startup } from './startup.js';

export interface Results {
  readonly machine: Machine;
  /** Versions of each contestant. */
  readonly contestants: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly measured: readonly (Measured & { readonly date: string })[];
  readonly startup?: readonly Startup[];
}

const pathOf = (machine: Machine): string => fileURLToPath(new URL(`results/${slug(machine)}.json`, import.meta.url));

export function load(machine: Machine): Results {
  const path = pathOf(machine);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : { machine, contestants: {}, measured: [] };
}

/** Figures of this run in the place of earlier ones of the same workloads, in the order of `names`; what is no longer a workload goes. */
export function merged(old: Results, now: Results, names: readonly string[]): Results {
  const by = new Map([...old.measured, ...now.measured].map((entry) => [entry.name, entry]));
  const measured = names.flatMap((name) => by.get(name) ?? []);
  return { machine: now.machine, contestants: { ...old.contestants, ...now.contestants }, measured, startup: now.startup ?? old.startup };
}

export function save(results: Results): string {
  const path = pathOf(results.machine);
  mkdirSync(dirname(path), { recursive: true });
  // Four digits are more than any timing holds.
  const text = JSON.stringify(results, (_, value) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value), 1);
  writeFileSync(path, `${text}\n`);
  return path;
}

// The machine that a run was made on: what it is, and, by probes compiled on the spot, what it can do at most.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bounds } from './targets.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  /** Measured; or why not. */
  readonly bounds: Bounds | string;
}

interface Rates {
  float32: number;
  float64: number;
  triad: number;
  read: number;
  triad1: number;
  read1: number;
}

const source = fileURLToPath(new URL('probes.cc', import.meta.url));

/** The bounds, or the reason why they are not known. */
export function probe(): Bounds | string {
  const compiler = (process.env.CXX ?? 'c++').split(' ');
  const folder = mkdtempSync(join(os.tmpdir(), 'gradtape-bench-'));
  try {
    const program = join(folder, 'probes');
    const compiled = spawnSync(compiler[0], [...compiler.slice(1), '-O3', '-march=native', '-std=c++17', '-pthread', '-o', program, source], {
      encoding: 'utf8',
    });
    if (compiled.error || compiled.status !== 0) return `no compiler for the probes: ${compiled.error?.message ?? compiled.stderr.trim().split('\n')[0]}`;
    const { stdout, status, signal } = spawnSync(program, [String(os.availableParallelism())], { encoding: 'utf8' });
    if (status !== 0) return `the probes ended with ${signal ?? `exit code ${status}`}`;
    const { float32, float64, triad, read, triad1, read1 } = JSON.parse(stdout) as Rates;
    return { flops: { float32, float64 }, triad, read, triadOne: triad1, readOne: read1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const machine = (bounds: Bounds | string): Machine => ({
  cpu: os.cpus()[0]?.model ?? os.arch(),
  cores: os.availableParallelism(),
  memory: os.totalmem(),
  system: `${os.type()} ${os.release().split('.').slice(0, 2).join('.')} ${os.arch()}`,
  node: process.version,
  bounds,
});

/** A file's name for it: processor and cores. */
export const slug = ({ cpu, cores }: Machine): string =>
  `${cpu
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')}-${cores}-cores`;

export function describe({ cpu, cores, memory, system, node, bounds }: Machine): string {
  const what = `${cpu}, ${cores} cores, ${Math.round(memory / 2 ** 30)} GB, ${system}, Node ${node}`;
  if (typeof bounds === 'string') return `${what}; bounds not measured: ${bounds}`;
  const giga = (rate: number): string => (rate / 1e9).toFixed(1);
  const { flops, triad, read, triadOne, readOne } = bounds;
  return `${what}; measured: FMA ${giga(flops.float32)} GFLOP/s float32 and ${giga(flops.float64)} float64 a core, memory ${giga(triad)} GB/s (two read, one written) and ${giga(read)} GB/s read with all cores, ${giga(triadOne)} and ${giga(readOne)} with one`;
}

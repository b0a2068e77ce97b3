// Who takes part: gradtape on each backend, and the peers. Each is a process of its own that speaks the line protocol of serve.ts.
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

export const backends = ['native', 'wasm'] as const;
export const peers = ['pytorch', 'tfjs', 'jax', 'plain'] as const;
export type Family = (typeof backends)[number] | (typeof peers)[number];

export interface Contestant {
  /** As in tables and results: the family and its threads. */
  readonly id: string;
  readonly family: Family;
  readonly threads: number;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Why it cannot take part, known before it is started. */
  readonly absent?: string;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const node = (path: string): string[] => [process.execPath, '--import', 'tsx', here(path)];

function gradtape(family: 'native' | 'wasm', threads: number): Contestant {
  const env = { GRADTAPE_BACKEND: family, GRADTAPE_BENCH_THREADS: String(threads), GRADTAPE_THREADS: String(threads) };
  return { id: `${family} ${threads}t`, family, threads, command: node('gradtape/index.ts'), env };
}
const python = process.env.GRADTAPE_BENCH_PYTHON ?? '/usr/bin/python3';
/** Debian's OpenBLAS comes in several builds. That of OpenMP shares PyTorch's threads; another one's would be bound to the core of the thread that starts them. */
function openblas(): string | undefined {
  const libraries = '/usr/lib';
  if (!existsSync(libraries)) return undefined;
  return readdirSync(libraries)
    .map((folder) => `${libraries}/${folder}/openblas-openmp`)
    .find((path) => existsSync(path));
}
function pytorch(threads: number): Contestant {
  const blas = openblas();
  const env = {
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    // Threads that the system may move to one core wait there for each other, for whole time slices.
    ...(blas && { OMP_PROC_BIND: String(threads > 1), LD_LIBRARY_PATH: [blas, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') }),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  return { id: `pytorch ${threads}t`, family: 'pytorch', threads, command: [python, here('peers/pytorch/serve.py'), String(threads)], env };
}
function javascript(family: 'tfjs' | 'jax' | 'plain', module?: string): Contestant {
  const installed = module === undefined || existsSync(here(`node_modules/${module}/package.json`));
  const absent = installed ? undefined : `${module} is not installed: npm --prefix bench install`;
  return { id: family, family, threads: 1, command: node(`peers/${family}.${family === 'plain' ? 'ts' : 'mjs'}`), env: {}, absent };
}

/** All of the families, with one thread and with all. */
export function contestantsOf(families: readonly Family[], all = os.availableParallelism()): Contestant[] {
  const threads = all > 1 ? [1, all] : [1];
  const list: Contestant[] = [
    ...threads.map((n) => gradtape('native', n)),
    ...threads.map((n) => gradtape('wasm', n)),
    ...threads.map(pytorch),
    javascript('tfjs', '@tensorflow/tfjs-backend-wasm'),
    javascript('jax', '@jax-js/jax'),
    javascript('plain'),
  ];
  return list.filter(({ family }) => families.includes(family));
}

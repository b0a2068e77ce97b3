// Start-up: what a process pays before its first result, and what an installation takes. Fresh processes in turn, medians.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Contestant, contestantsOf, type Family } from './contestants.js';
import { duration } from './report/text.js';
import { quantile } from './stats.js';

export interface Startup {
  readonly id: string;
  /** Seconds. */
  readonly import: number;
  readonly first: number;
  /** Bytes of resident memory after the first operation, and of the installed files of the package and what it depends on; those of Node.js and Python do not count. */
  readonly resident: number;
  readonly size: number | null;
}
interface Started {
  readonly import: number;
  readonly first: number;
  readonly resident: number;
  readonly size?: number;
}

export const startupGroup = 'start-up';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);
const rounds = 7;

function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = `${folder}/${entry.name}`;
    return sum + (entry.isDirectory() ? (entry.name === 'node_modules' ? 0 : bytesIn(path)) : statSync(path).size);
  }, 0);
}

/** Bytes of installed packages and all that they depend on. */
function installed(names: readonly string[]): number {
  const seen = new Set<string>();
  const add = (name: string): number => {
    const folder = here(`node_modules/${name}`);
    if (seen.has(name) || !existsSync(folder)) return 0;
    seen.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { dependencies?: Record<string, string> };
    return Object.keys(dependencies).reduce((sum, each) => sum + add(each), bytesIn(folder));
  };
  return names.reduce((sum, name) => sum + add(name), 0);
}
/** What npm would install of gradtape, which depends on nothing, and the addon of this machine. */
async function packed(): Promise<number> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: here('..'), maxBuffer: 1 << 26 });
  const [{ unpackedSize }] = JSON.parse(stdout) as [{ unpackedSize: number }];
  const addon = here('../build/Release/gradtape.node');
  return unpackedSize + (existsSync(addon) ? statSync(addon).size : 0);
}

async function sizeOf(family: Family): Promise<number | null> {
  if (family === 'native' || family === 'wasm') return packed();
  if (family === 'tfjs') return installed(['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']);
  return family === 'jax' ? installed(['@jax-js/jax']) : null;
}

const scripts: Readonly<Partial<Record<Family, string>>> = {
  native: 'startup/gradtape.mjs',
  wasm: 'startup/gradtape.mjs',
  pytorch: 'startup/pytorch.py',
  tfjs: 'startup/tfjs.mjs',
  jax: 'startup/jax.mjs',
  plain: 'startup/node.mjs',
};

async function start({ family, command: [program], env }: Contestant): Promise<Started | string> {
  try {
    const { stdout } = await run(program, [here(scripts[family]!)], { env: { ...process.env, ...env } });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Started;
  } catch (error) {
    return (error as Error).message.split('\n').find((line) => line.includes('Error')) ?? String(error);
  }
}

const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

/** Every family once, with as many threads as it takes by itself. */
export async function measureStartup(families: readonly Family[]): Promise<Startup[]> {
  const first = new Map(contestantsOf(families).map((contestant) => [contestant.family, contestant]));
  const samples = new Map<Family, Started[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contestant of first.values()) {
      const { family, absent } = contestant;
      const found = absent ?? (await start(contestant));
      if (typeof found === 'string') {
        console.log(`${startupGroup}: ${family} takes no part: ${found}`);
        first.delete(family);
      } else samples.set(family, [...(samples.get(family) ?? []), found]);
    }
  }
  return Promise.all(
    [...samples].map(async ([family, all]) => ({
      id: family === 'plain' ? 'Node.js alone' : family,
      import: median(all.map((s) => s.import)),
      first: median(all.map((s) => s.first)),
      resident: median(all.map((s) => s.resident)),
      size: all[0].size ?? (await sizeOf(family)),
    })),
  );
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export const startupTable = (all: readonly Startup[]): string[][] => [
  ['', 'import', 'first operation', 'resident memory', 'installed'],
  ...all.map((s) => [s.id, duration(s.import), duration(s.first), megabytes(s.resident), s.size === null ? '' : megabytes(s.size)]),
];

// npm run fuzz [-- COUNT [FIRST_SEED]]: random calls on both backends, side by side. Reports calls that crash, throw something that is not a GradtapeError, or differ between the backends.
// A seed that is printed makes the same call again: npm run fuzz -- 1 SEED.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Line {
  readonly seed: number;
  readonly what: string;
  readonly out?: unknown;
  readonly error?: string;
  readonly known?: boolean;
}

const count = Number(process.argv[2] ?? 100_000);
const first = Number(process.argv[3] ?? Date.now() % 1e9);
const batch = 5000;
const child = fileURLToPath(new URL('child.ts', import.meta.url));

/** The largest finite number of an outcome. */
const largest = (value: unknown): number =>
  typeof value === 'number' ? Math.abs(value) : Array.isArray(value) ? value.reduce((most, item) => Math.max(most, largest(item)), 0) : 0;

/** Elementary functions may differ in the last digits, and sums in their order: what cancels to little leaves the rounding of what it came from, float32's at most. */
function same(a: unknown, b: unknown, scale = Math.max(largest(a), largest(b))): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a === b || Math.abs(a - b) <= 1e-4 + 2 ** -21 * scale + 2e-4 * Math.max(Math.abs(a), Math.abs(b));
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i], scale));
  return a === b;
}

/** The error that ended a process: Node.js prints its own version below it. */
function reasonIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /Error\b/.test(line)) ?? lines[lines.length - 1];
}

function run(backend: string, from: number, n: number): { lines: Line[]; crash: string | undefined } {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, ['--import', 'tsx', child, String(from), String(n)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, GRADTAPE_BACKEND: backend },
  });
  const lines = stdout
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);
  return {
    lines,
    crash: status === 0 ? undefined : `${signal ?? `exit ${status}`} after seed ${lines.at(-1)?.seed ?? 'none'}: ${reasonIn(stderr)}`,
  };
}

let good = 0;
let refused = 0;
const complaints: string[] = [];
console.log(`${count} calls on each backend from seed ${first} on`);
for (let done = 0; done < count; done += batch) {
  const n = Math.min(batch, count - done);
  const [native, wasm] = ['native', 'wasm'].map((backend) => run(backend, first + done, n));
  for (const [backend, { crash }] of [
    ['native', native],
    ['wasm', wasm],
  ] as const)
    if (crash !== undefined) complaints.push(`${backend} crashed: ${crash}`);
  native.lines.forEach((a, i) => {
    const b = wasm.lines[i];
    if (b === undefined) return;
    for (const [backend, line] of [
      ['native', a],
      ['wasm', b],
    ] as const)
      if (line.known === false) complaints.push(`seed ${line.seed} ${line.what} on ${backend}: ${line.error}`);
    // WASM has 4 GB, the addon what the machine has: memory ends where it ends.
    const memory = a.error === 'BackendError' || b.error === 'BackendError';
    if (a.error !== b.error) {
      if (!memory) complaints.push(`seed ${a.seed} ${a.what}: native ${a.error ?? 'succeeds'}, wasm ${b.error ?? 'succeeds'}`);
    } else if (a.error === undefined && !same(a.out, b.out))
      complaints.push(`seed ${a.seed} ${a.what}: native ${JSON.stringify(a.out).slice(0, 200)}, wasm ${JSON.stringify(b.out).slice(0, 200)}`);
    if (a.error === undefined) good++;
    else refused++;
  });
  console.log(`${done + n} calls: ${good} gave results, ${refused} were refused, ${complaints.length} complaints`);
}
for (const complaint of complaints.slice(0, 60)) console.log(complaint);
if (complaints.length > 0) process.exitCode = 1;

// npm run test:quick: the tests that the uncommitted change can touch, on one backend; kernels that changed are built first. `npm run test:watch` repeats them whenever a
// file is saved. Flags are vitest's. The whole suite, on everything, is `npm test`.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
const changed = [...git('diff', '--name-only', 'HEAD'), ...git('ls-files', '--others', '--exclude-standard')];

/** The test files that cover a room of src/, besides the case table's. */
const byRoom = {
  core: ['random', 'tensor', 'format', 'io'],
  platform: ['loader', 'files', 'io'],
  kernels: ['heap', 'kernels', 'memory', 'release', 'spill', 'crowded'],
  tensor: ['tensor', 'engine', 'views', 'inplace', 'saved', 'hooks', 'release', 'inference', 'anomaly'],
  autograd: ['gradcheck', 'functional', 'function', 'checkpoint', 'anomaly'],
  nn: ['nn', 'modules', 'layers', 'lazy', 'nets'],
  optim: ['optim', 'trajectories'],
  data: ['data', 'idx', 'text', 'workers'],
  io: ['io', 'headers', 'files', 'metadata'],
  train: ['train'],
  viz: ['viz'],
};
/** The test files that go through the case table, row by row. */
const byRow = ['ops', 'saves', 'points', 'golden'];

const opFiles = readdirSync('src/ops', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src/ops', name));
const text = new Map(opFiles.map((path) => [path, readFileSync(path, 'utf8')]));
const importsOf = (path) =>
  [...text.get(path).matchAll(/from '(\.[^']+)'/g)].map(([, from]) => relative(root, resolve(dirname(path), from)).replace(/\.js$/, '.ts'));

/** The files of ops that a changed one can touch: itself and all that import it, at any distance; lists of exports do not count. */
function reaching(paths) {
  const reached = new Set(paths);
  for (const path of reached) {
    for (const other of opFiles) if (basename(other) !== 'index.ts' && importsOf(other).includes(path)) reached.add(other);
  }
  return [...reached];
}

const files = new Set();
let rows = new Set();
let everyRow = false;
const backends = new Set();
for (const path of changed) {
  const [top, room] = path.split('/');
  if (/^test\/[\w-]+\.test\.ts$/.test(path)) files.add(basename(path, '.test.ts'));
  else if (path.endsWith('.md')) files.add('pages');
  else if (top === 'test') everyRow ||= room === 'cases';
  else if (top === 'native' || top === 'wasm') {
    backends.add(top);
    files.add('kernels');
    everyRow = true;
  } else if (top === 'src') {
    for (const name of byRoom[room] ?? []) files.add(name);
    if (room === 'tensor' || room === 'kernels') everyRow = true;
    if (room === 'ops') for (const file of reaching([path])) rows.add(file);
  }
}
// Half of the house is all of it.
if (rows.size > opFiles.length / 2) everyRow = true;
rows = new Set([...rows].flatMap((path) => [...(text.get(path) ?? '').matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name)));

if (backends.size === 0) backends.add(existsSync('build/Release/gradtape.node') ? 'native' : 'wasm');
for (const backend of backends) {
  const { status } = spawnSync('npm', ['run', '--silent', `build:${backend}`], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const projects = ['pure', ...backends].flatMap((name) => ['--project', name]);
const run = (names, ...flags) => {
  const paths = names.map((name) => `test/${name}.test.ts`);
  return spawnSync('npx', ['vitest', ...flags, ...projects, ...paths, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1;
};
const mode = process.argv.includes('--watch') ? [] : ['run'];
if (changed.length === 0) console.log('nothing is uncommitted: the rules of the house alone');
let status = run(['house', ...files, ...(everyRow ? byRow.slice(0, 1) : [])], ...mode);
if (!everyRow && rows.size > 0) {
  // Titles begin with the row's name; those of the golden samples hold PyTorch's.
  const names = [...rows].flatMap((name) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]);
  status ||= run(byRow, ...mode, '--testNamePattern', `(^|[ .])(${[...new Set(names)].join('|')}) `);
}
process.exitCode = status;

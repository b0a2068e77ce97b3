// Groups of tests: those that need no backend, all others once on each, and the kernels once more on every instruction set that is not the addon's first choice. Where the addon,
// or an instruction set, cannot be loaded, its group is one skipped test that says why.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const withoutBackend = [
  'test/format.test.ts',
  'test/idx.test.ts',
  'test/house.test.ts',
  'test/pages.test.ts',
  'test/loader.test.ts',
  'test/heap.test.ts',
  'test/bench.test.ts',
  'test/files.test.ts',
  'test/exclusive.test.ts',
  'test/interrupt.test.ts',
  'test/docstrings.test.ts',
];

/** The instruction sets that the addon has for this machine, or why it does not load. Asked in another process: what is asked may not end this one. */
function askAddon(): { isa: string; isas: readonly string[] } | { reason: string } {
  const path = JSON.stringify(process.env.GRADTAPE_ADDON || './build/Release/gradtape.node');
  const script = `const { isa, isas } = require(${path}); process.stdout.write(JSON.stringify({ isa, isas }))`;
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) : { reason: stderr.split('\n').find((line) => line.includes('Error')) ?? `exit code ${status}` };
}

const addon = askAddon();
// Nothing here is timed; a limit only ends what hangs, on the slowest machine too.
const patience = { testTimeout: 180_000, hookTimeout: 180_000 };
/** The package as users get it, in Node.js and other runtimes, bundles and a browser: each test chooses its backends itself. */
const packed = { test: { name: 'packed', include: ['test/packed/*.test.ts'], ...patience } };

// Examples import the package by its name; here that is the source, so that they share its one tape with the tests.
const resolve = { alias: { gradtape: fileURLToPath(new URL('./src/index.ts', import.meta.url)) } };
const onBackend = (name: 'native' | 'wasm') => ({
  resolve,
  test: {
    name,
    include: ['test/**/*.test.ts'],
    exclude: [...withoutBackend, 'test/packed/**', 'test/native-skipped.test.ts'],
    env: { GRADTAPE_BACKEND: name },
    ...patience,
  },
});
const skipped = (name: string, reason: string) => ({ test: { name, include: ['test/native-skipped.test.ts'], env: { GRADTAPE_NATIVE_REASON: reason } } });
const kernelsOn = (isa: string, has: readonly string[]) => {
  const name = `native-${isa}`;
  if (!has.includes(isa)) return skipped(name, `the processor has no ${isa}`);
  return {
    resolve,
    test: { name, include: ['test/kernels.test.ts', 'test/accuracy.test.ts'], env: { GRADTAPE_BACKEND: 'native', GRADTAPE_ISA: isa }, ...patience },
  };
};
const every = process.arch === 'x64' ? ['avx512', 'avx2', 'baseline'] : ['neon'];
const native =
  'reason' in addon
    ? [skipped('native', addon.reason)]
    : [onBackend('native'), ...every.filter((isa) => isa !== addon.isa).map((isa) => kernelsOn(isa, addon.isas))];

/** The build of the kernels that the WebAssembly backend does not choose here. */
const otherBuild = (name: string) => ({
  resolve,
  test: {
    experimental: { fsModuleCache: true },
    name: `wasm-${name}`,
    include: ['test/kernels.test.ts', 'test/accuracy.test.ts'],
    env: { GRADTAPE_BACKEND: 'wasm', GRADTAPE_ISA: name, GRADTAPE_THREADS: '1' },
    ...patience,
  },
});

/** What holds on to most tensors at once runs in the least memory. */
const least = ['modules', 'nets', 'optim', 'release', 'saved', 'views'];
/** Without tensors that could move (kernels, accuracy), with processes that have a budget of their own (loader, spill, workers), more small tensors than fit (headers), or with an op whose operands alone fill 32 MiB (images, large). */
const elsewhere = ['kernels', 'accuracy', 'loader', 'spill', 'workers', 'headers', 'images', 'large', 'largefiles'];

/** The suite once more in a linear memory so small that tensors move out of it and back. */
const inLittleMemory = (megabytes: number, include: readonly string[], exclude: readonly string[] = []) => {
  const { test, ...rest } = onBackend('wasm');
  return {
    ...rest,
    test: {
      ...test,
      name: `wasm-${megabytes}MiB`,
      include: include.map((name) => `test/${name}.test.ts`),
      exclude: [...test.exclude, ...exclude.map((name) => `test/${name}.test.ts`)],
      env: { ...test.env, GRADTAPE_WASM_MEMORY: String(megabytes) },
    },
  };
};
const tiny = [inLittleMemory(12, least), inLittleMemory(32, ['*'], [...least, ...elsewhere])];

/** What writes to tensors, with everything that may move moving all the time. The ops do so in test/crowded.test.ts. */
const crowded = () => {
  const { test, ...rest } = onBackend('wasm');
  const include = [
    'optim',
    'views',
    'inplace',
    'saved',
    'random',
    'functional',
    'layers',
    'lazy',
    'nets',
    'modules',
    'golden',
    'programs',
    'release',
    'function',
    'checkpoint',
  ].map((name) => `test/${name}.test.ts`);
  return { ...rest, test: { ...test, name: 'wasm-crowded', include, setupFiles: ['test/crowd.ts'] } };
};

export default defineConfig({
  test: {
    // What TypeScript becomes is kept on disk from one run to the next.
    experimental: { fsModuleCache: true },
    projects: [
      { test: { name: 'pure', include: withoutBackend, ...patience } },
      ...native,
      onBackend('wasm'),
      otherBuild('simd128'),
      packed,
      ...tiny,
      crowded(),
    ],
  },
});

// The loader in child processes, against copies of the package whose files are missing, damaged, foreign or from another build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const addonPath = join(root, 'build/Release/gradtape.node');
const hasAddon = existsSync(addonPath);
const wasm = readFileSync(join(root, 'dist/gradtape.wasm'));
const relaxed = readFileSync(join(root, 'dist/gradtape-relaxed.wasm'));
const addon = hasAddon ? readFileSync(addonPath) : Buffer.alloc(0);

let home: string;
const compiled: [path: string, text: string][] = [];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gradtape-loader-'));
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  for (const path of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    compiled.push([path.replace(/ts$/, 'js'), ts.transpileModule(readFileSync(join(root, 'src', path), 'utf8'), { compilerOptions: options }).outputText]);
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Files {
  prebuilt?: Buffer | string;
  local?: Buffer | string;
  wasm?: Buffer | string;
  relaxed?: Buffer;
}

/** A package as it would be installed, with these binaries. */
function install(files: Files): string {
  const folder = mkdtempSync(join(home, 'package-'));
  const put = (path: string, content: Buffer | string | undefined): void => {
    if (content === undefined) return;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  put('package.json', '{ "name": "gradtape", "type": "module" }');
  for (const [path, text] of compiled) put(`dist/${path}`, text);
  put(`prebuilds/${process.platform}-${process.arch}/gradtape.node`, files.prebuilt);
  put('build/Release/gradtape.node', files.local);
  put('dist/gradtape.wasm', files.wasm);
  put('dist/gradtape-relaxed.wasm', files.relaxed);
  return folder;
}

interface Run {
  env?: Record<string, string>;
  flags?: string[];
}

function run(folder: string, script: string, { env = {}, flags = [] }: Run = {}): { status: number | null; signal: string | null; out: string; err: string } {
  const path = join(folder, `script-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(path, script);
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GRADTAPE_') && name !== 'NODE_OPTIONS'));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, path], { encoding: 'utf8', env: { ...clean, ...env }, timeout: 60_000 });
  return { status, signal, out: stdout, err: stderr };
}

const step = `
  const x = gt.tensor([1, 2, 3], { requiresGrad: true });
  x.mul(x).sum().backward();
  if (String(x.grad.toArray()) !== '2,4,6') throw new Error('wrong gradient ' + x.grad.toArray());`;

/** The backend that loads and why others did not, after a training step; or the error. */
function load(files: Files | string, how?: Run): { name?: string; reasons?: string[]; error?: string } {
  const script = `try {
    const gt = await import('./dist/index.js');${step}
    console.log(JSON.stringify({ name: gt.backend.info().name, reasons: gt.backend.info().reasons }));
  } catch (error) { console.log(JSON.stringify({ error: error.name + ': ' + error.message })); }`;
  const { status, signal, out, err } = run(typeof files === 'string' ? files : install(files), script, how);
  expect({ status, signal, err: status === 0 ? '' : err }).toEqual({ status: 0, signal: null, err: '' });
  return JSON.parse(out);
}

/** The bytes with every occurrence of one name replaced by another of the same length. */
function patched(bytes: Buffer, from: string, to: string): Buffer {
  const text = bytes.toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replaceAll(from, to), 'latin1');
}

const force = (backend: string): Run => ({ env: { GRADTAPE_BACKEND: backend } });

describe('without an addon', () => {
  test('WebAssembly runs, and the reasons name every file that was tried', () => {
    const { name, reasons } = load({ wasm });
    expect(name).toBe('wasm');
    expect(reasons).toEqual([
      expect.stringMatching(/^native: .*[/\\]build[/\\]Release[/\\]gradtape\.node: no such file$/),
      expect.stringMatching(/^native: .*[/\\]prebuilds[/\\].*[/\\]gradtape\.node: no such file$/),
    ]);
  });

  test('the addon, when forced, is an error and never a fallback', () => {
    const { error } = load({ wasm }, force('native'));
    expect(error).toMatch(
      /^BackendError: backend: expected native to load for GRADTAPE_BACKEND=native, got\n {2}native: .*no such file\n {2}native: .*no such file$/,
    );
  });

  test('asking for an instruction set asks for the addon', () => {
    expect(load({ wasm }, { env: { GRADTAPE_ISA: 'avx2' } }).error).toMatch(/expected native to load for GRADTAPE_ISA=avx2, got\n {2}native: /);
    expect(load({ wasm }, { env: { GRADTAPE_ISA: 'avx2', GRADTAPE_BACKEND: 'auto' } }).name).toBe('wasm');
  });

  test.each<[string, Files['wasm'], RegExp]>([
    ['missing', undefined, /wasm: .*gradtape\.wasm: no such file$/],
    ['not WebAssembly', 'this is a text file', /wasm: .*gradtape\.wasm: .*magic word/],
    ['cut short', wasm.subarray(0, wasm.length / 2), /wasm: .*gradtape\.wasm: WebAssembly\.Module\(\): /],
    ['another module', Buffer.from('0061736d01000000', 'hex'), /wasm: .*gradtape\.wasm: not a gradtape module: it exports no heap base$/],
    ['another contract', patched(wasm, 'gelu_f32', 'gely_f32'), /built for another kernel contract: gelu_f32 is missing; gely_f32 is not in the contract$/],
  ])('a WebAssembly file that is %s gives one error with every cause', (_what, file, cause) => {
    const { error } = load({ wasm: file });
    expect(error).toMatch(/^BackendError: backend: expected native or wasm to load, got\n {2}native: .*no such file\n {2}native: .*no such file\n {2}wasm: /);
    expect(error).toMatch(cause);
  });

  test('the build with relaxed SIMD comes first where the engine compiles it, a broken one is passed over, and each can be asked for', () => {
    const isa = (files: Files, env: Record<string, string> = {}): string =>
      run(install(files), "import * as gt from './dist/index.js'; console.log(gt.backend.info().isa)", {
        env: { GRADTAPE_BACKEND: 'wasm', ...env },
      }).out.trim();
    expect(isa({ wasm, relaxed })).toBe('relaxed-simd');
    expect(isa({ wasm, relaxed: relaxed.subarray(0, 1000) })).toBe('simd128');
    expect(isa({ wasm, relaxed }, { GRADTAPE_ISA: 'simd128' })).toBe('simd128');
    expect(load({ wasm }, { env: { GRADTAPE_ISA: 'relaxed-simd' } }).error).toMatch(
      /expected wasm to load for GRADTAPE_ISA=relaxed-simd, got\n.*gradtape-relaxed\.wasm: no such file$/,
    );
  });

  test('an engine without WebAssembly, or without SIMD, is named as the cause', () => {
    expect(load({ wasm }, { flags: ['--jitless'] }).error).toMatch(/wasm: .*this JavaScript engine has no WebAssembly$/);
    if (process.arch === 'x64') expect(load({ wasm }, { flags: ['--no-enable-sse4-1'] }).error).toMatch(/wasm: .*SIMD unsupported/);
  });
});

describe('environment variables', () => {
  test.each([
    [{ GRADTAPE_BACKEND: 'nonsense' }, 'GRADTAPE_BACKEND: expected native, wasm or auto, got "nonsense"'],
    [{ GRADTAPE_THREADS: 'many' }, 'GRADTAPE_THREADS: expected a whole number of at least 1, got "many"'],
    [{ GRADTAPE_THREADS: '0' }, 'GRADTAPE_THREADS: expected a whole number of at least 1, got "0"'],
  ])('%o is an error', (env, message) => {
    expect(load({ wasm }, { env }).error).toBe(`BackendError: ${message}`);
  });

  test('empty ones count as unset', () => {
    expect(load({ wasm }, { env: { GRADTAPE_BACKEND: '', GRADTAPE_ISA: '', GRADTAPE_THREADS: '' } }).name).toBe('wasm');
  });
});

describe.skipIf(!hasAddon)('with an addon', () => {
  test('it runs, prebuilt or built here, also where WebAssembly is absent', () => {
    expect(load({ prebuilt: addon, wasm })).toEqual({ name: 'native', reasons: [] });
    expect(load({ local: addon, wasm })).toEqual({ name: 'native', reasons: [] });
    expect(load({ prebuilt: addon }, { flags: ['--jitless'] }).name).toBe('native');
    expect(load({ prebuilt: addon, wasm }, force('wasm'))).toEqual({ name: 'wasm', reasons: [] });
  });

  const otherMachine = Buffer.from(addon);
  if (hasAddon) otherMachine.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);

  test.runIf(process.platform === 'linux').each<[string, () => Buffer | string, RegExp]>([
    ['empty', () => '', /not a shared object: it has no ELF header/],
    ['a text file', () => 'no addon '.repeat(100), /not a shared object: it has no ELF header/],
    ['cut to its header', () => addon.subarray(0, 1000), /cut short: expected at least \d+ bytes, got 1000/],
    ['cut in half', () => addon.subarray(0, addon.length / 2), /cut short: expected at least \d+ bytes, got \d+/],
    ['built for another processor', () => otherMachine, /built for (arm64|x64), expected (arm64|x64)/],
    ['not an addon', () => patched(addon, 'napi_register_module_v1', 'napi_register_module_v0'), /did not self-register/],
    ['another addon', () => patched(addon, '\0kernels\0', '\0kernelz\0'), /not a gradtape addon: it exports no kernels/],
    [
      'from another contract',
      () => patched(addon, 'log_softmax_f32\0', 'lag_softmax_f32\0'),
      /built for another kernel contract: log_softmax_f32 is missing; lag_softmax_f32 is not in the contract/,
    ],
  ])('that is %s, WebAssembly runs and the reason says so; forced, it is the error', (_what, make, cause) => {
    const folder = install({ prebuilt: make(), wasm });
    const { name, reasons } = load(folder);
    expect(name).toBe('wasm');
    expect(reasons![1]).toMatch(cause);
    expect(load(folder, force('native')).error).toMatch(cause);
  });

  test('a broken local build does not hide a good prebuilt one', () => {
    expect(load({ local: 'broken', prebuilt: addon, wasm }).name).toBe('native');
  });

  test('both failing is one error that names every cause', () => {
    const { error } = load({ local: 'broken', prebuilt: patched(addon, 'gelu_f32\0', 'gely_f32\0'), wasm: 'broken' });
    expect(error!.split('\n').map((line) => line.trim().split(':')[0])).toEqual(['BackendError', 'native', 'native', 'wasm', 'wasm']);
  });

  test('an instruction set that is not there is an error that lists those that are', () => {
    expect(load({ local: addon, wasm }, { env: { GRADTAPE_ISA: 'nonsense' } }).error).toMatch(
      /for GRADTAPE_ISA=nonsense, got\n.*GRADTAPE_ISA: expected one of \w+/,
    );
  });
});

describe.each(hasAddon ? ['native', 'wasm'] : ['wasm'])('processes and threads on %s', (backend) => {
  const env = { GRADTAPE_BACKEND: backend, GRADTAPE_THREADS: '4' };
  let folder: string;
  beforeAll(() => {
    folder = install({ local: hasAddon ? addon : undefined, wasm, relaxed });
  });
  const clean = (script: string, how: Run = {}): string => {
    const { status, signal, out, err } = run(folder, script, { ...how, env: { ...env, ...how.env } });
    expect({ status, signal, err }).toEqual({ status: 0, signal: null, err: '' });
    return out.trim();
  };
  /** Products large enough for the thread pool, and graphs, for ever. */
  const busy = `
    const w = gt.randn(256, 256).requiresGrad_();
    const train = () => { gt.randn(256, 256).matmul(w).relu().sum().backward(); w.grad = null; };`;

  test('several workers train at once, end in the middle of it, and the main thread goes on', () => {
    const out = clean(`
      import { Worker, isMainThread, parentPort } from 'node:worker_threads';
      import * as gt from './dist/index.js';
      ${busy}
      if (!isMainThread) { train(); parentPort.postMessage('running'); for (;;) train(); }
      for (let round = 0; round < 2; round++) {
        const workers = Array.from({ length: 3 }, () => new Worker(new URL(import.meta.url)));
        await Promise.all(workers.map((worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))));
        for (let i = 0; i < 20; i++) train();
        await Promise.all(workers.map((worker) => worker.terminate()));
        for (let i = 0; i < 20; i++) train();
      }
      console.log('done');`);
    expect(out).toBe('done');
  });

  test('the process ends cleanly while workers are in the thread pool, and from inside a loop', () => {
    const worker = `
      import { Worker, isMainThread, parentPort } from 'node:worker_threads';
      import * as gt from './dist/index.js';
      ${busy}
      if (!isMainThread) { train(); parentPort.postMessage('running'); for (;;) train(); }
      else new Worker(new URL(import.meta.url)).once('message', () => process.exit(0));`;
    for (let i = 0; i < 3; i++) clean(worker);
    clean(`import * as gt from './dist/index.js'; ${busy} for (let i = 0; ; i++) { train(); if (i === 50) process.exit(0); }`);
  });

  test('two copies, and one module imported twice, work side by side', () => {
    const other = install({ local: hasAddon ? addon : undefined, wasm });
    const out = clean(`
      const copies = await Promise.all([import('./dist/index.js'), import('./dist/index.js?again'), import(${JSON.stringify(join(other, 'dist/index.js'))})]);
      const { heap } = await import('./dist/kernels/load.js?again');
      for (let i = 0; i < 500; i++) {
        for (const gt of copies) {
          const x = gt.ones(64, 64, { requiresGrad: true });
          x.mul(x).sum().backward();
          if (x.grad.sum().item() !== 8192) throw new Error('wrong gradient');
        }
        if (i % 100 === 0) heap.own({}, heap.take(4096), 4096);
      }
      console.log(copies.map((gt) => gt.backend.name).join());`);
    expect(out).toBe([backend, backend, backend].join());
  });

  test.each([
    ['when flags may not be set', `import v8 from 'node:v8'; v8.setFlagsFromString = () => { throw new Error('frozen'); };`],
    ['without code from strings', ''],
    // On WebAssembly the dead are then found by WeakRefs.
    [
      'where weak maps cannot be listed',
      `import util from 'node:util'; import { syncBuiltinESMExports } from 'node:module'; util.inspect = () => 'WeakMap { <items unknown> }'; syncBuiltinESMExports();`,
    ],
  ])('memory comes back in a plain loop %s', (_how, before) => {
    writeFileSync(join(folder, 'before.mjs'), before);
    const out = clean(
      `import './before.mjs';
       const gt = await import('./dist/index.js');
       let x = gt.randn(512, 512);
       for (let i = 0; i < 1000; i++) x = x.mul(0.5).add(1);
       const { liveBytes, pooledBytes } = gt.backend.memory();
       console.log(liveBytes + pooledBytes < 400e6 && Math.abs(x.mean().item() - 2) < 1e-5);`,
      { flags: before === '' ? ['--disallow-code-generation-from-strings'] : [] },
    );
    expect(out).toBe('true');
  });
});

// Every visitor of a page waits for these bytes.
test.each([
  ['gradtape.wasm', wasm],
  ['gradtape-relaxed.wasm', relaxed],
])('%s is under 400 kB, compressed under 120 kB', (_name, file) => {
  expect(file.length).toBeLessThan(400_000);
  for (const compressed of [gzipSync(file), brotliCompressSync(file)]) expect(compressed.length).toBeLessThan(120_000);
});

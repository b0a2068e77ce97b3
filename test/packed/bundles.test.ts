// The browser build as it is used: as a module of a page, and in the bundles of Vite and esbuild; loaded in Node.js, and in a real browser where there is one.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import esbuild from 'esbuild';
import type { Browser } from 'playwright-core';
import * as vite from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, noBrowser, open, titled } from './chromium.js';
import { type Installed, install, smoke } from './package.js';

/** What a bundler is given: a program that trains, and tells the losses to whoever loads it. */
const program = `
import * as gt from 'gradtape';
import { losses } from './smoke.mjs';
export const run = async (source) => ({ losses: await losses(gt, source), ...gt.backend.info(), mistake: mistake(), module: String(new gt.nn.ReLU()) });
const mistake = () => {
  try {
    gt.ones(2).add(gt.ones(3));
  } catch (error) {
    return error.name;
  }
};
if (globalThis.document) globalThis.outcome = run();
`;
const page = (script: string): string => `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;
const wasmFiles = ['gradtape.wasm', 'gradtape-relaxed.wasm'];
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

let installed: Installed;
let library: string;
let reference: number[];
let browser: Browser;
let server: Server;
let origin: string;

beforeAll(async () => {
  installed = install();
  const { folder } = installed;
  library = join(folder, 'node_modules/gradtape/dist');
  writeFileSync(join(folder, 'smoke.mjs'), smoke);
  writeFileSync(join(folder, 'program.js'), program);
  writeFileSync(join(folder, 'index.html'), page('./program.js'));
  writeFileSync(join(folder, 'plain.mjs'), program.replace("'gradtape'", "'./node_modules/gradtape/dist/gradtape.browser.js'"));
  writeFileSync(join(folder, 'plain.html'), page('./plain.mjs'));
  const { losses } = await import(pathToFileURL(join(folder, 'smoke.mjs')).href);
  process.env.GRADTAPE_BACKEND = 'wasm';
  reference = await losses(await import(pathToFileURL(join(library, 'index.js')).href));
  server = createServer(({ url }, response) => {
    const { pathname, searchParams } = new URL(url!, 'http://localhost');
    const path = join(folder, pathname);
    if (searchParams.has('isolated')) response.setHeader('Cross-Origin-Opener-Policy', 'same-origin').setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    try {
      const content = readFileSync(path);
      response.setHeader('Content-Type', types[extname(path)]).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  if (noBrowser === undefined) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  installed?.remove();
});

interface Outcome {
  name: string;
  losses: number[];
}

/** The losses are those of Node.js on the same file; engines may differ in the last place of Math.log and Math.cos. */
function check({ name, losses }: Outcome): void {
  expect(name).toBe('wasm');
  expect(Math.max(...losses.map((loss, i) => Math.abs(loss - reference[i]) / reference[i]))).toBeLessThan(1e-5);
}

async function checkInBrowser(url: string): Promise<void> {
  const { page, complaints } = await open(browser, url);
  const outcome = await page.waitForFunction(() => (globalThis as { outcome?: Promise<Outcome> }).outcome);
  const { mistake, module, ...rest } = (await outcome.jsonValue()) as Outcome & { mistake: string; module: string };
  check(rest);
  // Names survive the bundlers' minifiers.
  expect([mistake, module]).toEqual(['ShapeError', 'ReLU()']);
  expect(complaints).toEqual([]);
  await page.close();
}

/** A bundle that uses a built-in module of Node.js could not be loaded; this shows it by name. */
const builtIns = (code: string): string[] => [...code.matchAll(/(?:from|import)\s*\(?["'](node:[^"']+)["']/g)].map(([, name]) => name);

const bundlers: Record<string, (root: string, outDir: string) => Promise<unknown>> = {
  Vite: (root, outDir) =>
    vite.build({
      root,
      configFile: false,
      logLevel: 'error',
      base: './',
      build: { outDir, target: 'es2022', rollupOptions: { preserveEntrySignatures: 'strict' } },
    }),
  // esbuild leaves `new URL(..., import.meta.url)` as it is: the files have to be laid beside its bundle.
  async esbuild(root, outDir) {
    await esbuild.build({ absWorkingDir: root, entryPoints: ['program.js'], outdir: outDir, bundle: true, format: 'esm', minify: true, logLevel: 'error' });
    for (const name of wasmFiles) copyFileSync(join(library, name), join(outDir, name));
    writeFileSync(join(outDir, 'index.html'), page('./program.js'));
  },
};

describe.each(Object.keys(bundlers))('a bundle of %s', (name) => {
  let outDir: string;
  let script: string;
  beforeAll(async () => {
    outDir = join(installed.folder, `out-${name}`);
    mkdirSync(outDir);
    await bundlers[name](installed.folder, outDir);
    script = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('.js'))!;
  });
  test('holds the browser build and the WebAssembly files, and no built-in module', () => {
    const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' });
    expect(files.filter((path) => path.endsWith('.wasm'))).toHaveLength(wasmFiles.length);
    expect(files.filter((path) => path.endsWith('.js'))).toHaveLength(1);
    expect(builtIns(readFileSync(join(outDir, script), 'utf8'))).toEqual([]);
  });
  test.skipIf(noBrowser !== undefined)(titled('trains in a browser'), () => checkInBrowser(`${origin}/out-${name}/index.html`));
});

test('the browser build takes the module as bytes, in any engine', async () => {
  const gt = await import(pathToFileURL(join(library, 'gradtape.browser.js')).href);
  expect(() => gt.ones(2)).toThrow('backend: expected `await init()` before the first tensor, got none');
  await expect(gt.init(42)).rejects.toThrow('init: expected a URL, a Response, the bytes of the module or a WebAssembly.Module, got 42');
  await expect(gt.init(new Uint8Array(8))).rejects.toThrow(/^init: expected gradtape\.wasm, got .*magic word/);
  const { losses } = await import(pathToFileURL(join(installed.folder, 'smoke.mjs')).href);
  check({ ...gt.backend.info(), losses: await losses(gt, readFileSync(join(library, 'gradtape.wasm'))) });
  expect(String(new gt.nn.Linear(2, 1))).toBe('Linear(in_features=2, out_features=1, bias=True)');
  expect(gt.backend.info().reasons).toEqual(['native: a browser loads no addons']);
});

describe.skipIf(noBrowser !== undefined)(titled('a page without a bundler'), () => {
  test('imports the module from where it is', () => checkInBrowser(`${origin}/plain.html`));
  // The scripts are strings: vitest would rewrite the imports of functions.
  test('may bring the module as a URL, a Response or a compiled one; what fails says why and can be tried again', async () => {
    const { page } = await open(browser, `${origin}/plain.html`);
    const told = await page.evaluate(`(async () => {
      const library = '/node_modules/gradtape/dist/gradtape';
      const load = (i) => import(library + '.browser.js?' + i);
      const attempt = (promise) => promise.then(() => 'kept', (error) => error.name + ': ' + error.message);
      const wasm = library + '.wasm';
      const gt = await load(0);
      return [
        await attempt(gt.init('/nowhere.wasm')),
        await attempt(gt.init('/index.html')),
        await attempt(gt.init(wasm)),
        await attempt((await load(1)).init(fetch(wasm))),
        await attempt((await load(2)).init(await WebAssembly.compileStreaming(fetch(wasm)))),
        await attempt((await load(3)).init(new URL(wasm, location.href))),
      ];
    })()`);
    expect(told).toEqual([
      'BackendError: init: expected gradtape.wasm at /nowhere.wasm, got 404 Not Found',
      expect.stringMatching(/^BackendError: init: expected gradtape\.wasm at \/index\.html, got text\/html: .*magic word/),
      ...Array(4).fill('kept'),
    ]);
    await page.close();
  });
  test.each([false, true])('computes on several threads where it is isolated from other origins, and only there: %s', async (isolated) => {
    const { page, complaints } = await open(browser, `${origin}/plain.html${isolated ? '?isolated' : ''}`);
    const told = (await page.evaluate(`(async () => {
      const gt = await import('/node_modules/gradtape/dist/gradtape.browser.js');
      await gt.init();
      const [a, b] = [gt.randn(300, 400), gt.randn(400, 500)];
      const threads = gt.getNumThreads();
      // Helpers begin when the event loop turns.
      for (let i = 0; i < 20; i++) {
        a.matmul(b);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const product = a.matmul(b);
      gt.setNumThreads(1);
      return { isolated: crossOriginIsolated, threads, processors: navigator.hardwareConcurrency, same: gt.equal(product, a.matmul(b)) };
    })()`)) as { isolated: boolean; threads: number; processors: number; same: boolean };
    expect(told).toEqual({ isolated, threads: isolated ? told.processors : 1, processors: told.processors, same: true });
    // The page's own module is a second copy of the library, with helpers of its own.
    const helpers = page.workers().length;
    expect(isolated && told.processors > 1 ? helpers >= told.processors - 1 : helpers === 0).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });
  test('keeps its memory level as long as its loop awaits now and then', async () => {
    const { page } = await open(browser, `${origin}/plain.html`);
    const most = await page.evaluate(`(async () => {
      const gt = await import('/node_modules/gradtape/dist/gradtape.browser.js');
      await gt.init();
      let [x, most] = [gt.randn(256, 256), 0];
      for (let i = 1; i <= 16_000; i++) {
        x = x.mul(0.5).add(1);
        if (i % 100 !== 0) continue;
        await new Promise((resolve) => setTimeout(resolve));
        const { liveBytes, pooledBytes } = gt.backend.memory();
        most = Math.max(most, (liveBytes + pooledBytes) / 2 ** 20);
      }
      return most;
    })()`);
    // 8 GB have been handed out. A busy machine's Chromium collects late: 400 MB were seen beside other work.
    expect(most).toBeLessThan(800);
    await page.close();
  });
});

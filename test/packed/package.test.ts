// What the archive holds, and that it works where it is installed: under Node.js, TypeScript, and, where they are found, Bun and Deno.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTypes, type Installed, install, root, smoke } from './package.js';

let installed: Installed;
beforeAll(() => {
  installed = install();
  writeFileSync(join(installed.folder, 'smoke.mjs'), smoke);
  writeFileSync(
    join(installed.folder, 'run.mjs'),
    `import * as gt from 'gradtape';
     import { losses } from './smoke.mjs';
     console.log(JSON.stringify({ backend: gt.backend.name, losses: await losses(gt), live: await (${live})(gt) }));`,
  );
});
afterAll(() => installed.remove());

/** Steps in a plain loop that hand out 2 GB, and the megabytes held at its end. */
const live = `async (gt) => {
  let x = gt.randn(256, 256);
  for (let i = 0; i < 4000; i++) x = x.mul(0.5).add(1);
  const { liveBytes, pooledBytes } = gt.backend.memory();
  return (liveBytes + pooledBytes) / 2 ** 20;
}`;

/** WebAssembly collects after 512 MB at the latest. */
const most = 800;

interface Outcome {
  backend: string;
  losses: number[];
  live: number;
}

function run(command: string, args: readonly string[], backend: string): Outcome {
  const env = { ...process.env, GRADTAPE_BACKEND: backend, NODE_OPTIONS: '', NO_COLOR: '1' };
  const { status, signal, stdout, stderr, error } = spawnSync(command, [...args, 'run.mjs'], {
    cwd: installed.folder,
    encoding: 'utf8',
    env,
    timeout: 120_000,
  });
  expect({ status, signal, error, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, signal: null, error: undefined, stderr: '' });
  return JSON.parse(stdout);
}

const hasAddon = existsSync(join(root, 'build/Release/gradtape.node'));
const backends = hasAddon ? ['native', 'wasm'] : ['wasm'];

/** How far losses of two runtimes may be apart, relatively: engines may differ in the last place of Math.log and Math.cos, and backends in the rounding of kernels. */
const near = (got: number[], want: number[]): number => Math.max(...got.map((loss, i) => Math.abs(loss - want[i]) / want[i]));

test('the archive holds what every platform needs, and no sources', () => {
  const { files } = installed;
  for (const path of [
    'dist/index.js',
    ...(hasTypes ? ['dist/index.d.ts'] : []),
    'dist/gradtape.browser.js',
    'dist/gradtape.wasm',
    'dist/gradtape-relaxed.wasm',
    'README.md',
    'LICENSE',
  ])
    expect(files).toContain(path);
  expect(files.filter((path) => !/^(dist\/.*\.(js|d\.ts|wasm)|prebuilds\/.*\.node|package\.json|README\.md|LICENSE)$/.test(path))).toEqual([]);
});

describe.each(backends)('on %s', (backend) => {
  test('it trains under Node.js', () => {
    const { losses, live, ...rest } = run(process.execPath, [], backend);
    expect(rest).toEqual({ backend });
    expect(losses.at(-1)).toBeLessThan(losses[0] / 3);
    expect(live).toBeLessThan(most);
  });

  const runtimes = [
    ['Bun', 'bun', ['run']],
    ['Deno', 'deno', ['run', '--allow-all', '--quiet']],
  ] as const;
  for (const [name, command, args] of runtimes) {
    const path = (process.env.PATH ?? '')
      .split(delimiter)
      .map((folder) => join(folder, command))
      .find(existsSync);
    test.skipIf(path === undefined)(`it trains under ${name}, with the same losses${path === undefined ? ` (skipped: no ${command} on the PATH)` : ''}`, () => {
      const outcome = run(path!, args, backend);
      expect(outcome.backend).toBe(backend);
      expect(near(outcome.losses, run(process.execPath, [], backend).losses)).toBeLessThan(1e-5);
      expect(outcome.live).toBeLessThan(most);
    });
  }
});

test.skipIf(!hasTypes)('the declarations suffice, with and without the DOM', () => {
  writeFileSync(
    join(installed.folder, 'types.ts'),
    `import * as gt from 'gradtape';
     const ready: Promise<void> = gt.init(new Uint8Array(8));
     export const x: gt.Tensor = gt.tensor([1]).mul(2);
     export default ready;`,
  );
  const tsc = (...args: string[]): string =>
    spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        '--noEmit',
        '--skipDefaultLibCheck',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        ...args,
        'types.ts',
      ],
      {
        cwd: installed.folder,
        encoding: 'utf8',
      },
    ).stdout;
  expect(tsc('--lib', 'es2022,dom')).toBe('');
  expect(tsc('--lib', 'es2022', '--typeRoots', join(root, 'node_modules/@types'), '--types', 'node')).toBe('');
});

// The package as a user gets it: built from src/, packed, and installed from the archive into an empty folder.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const hasTypes = existsSync(join(root, 'dist/index.d.ts'));

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export interface Installed {
  /** The program's folder, whose node_modules holds the package. */
  readonly folder: string;
  /** Every path in the archive. */
  readonly files: readonly string[];
  remove(): void;
}

/** The declarations are those that the last build left: making them takes the longest. */
export function install(): Installed {
  const home = mkdtempSync(join(tmpdir(), 'gradtape-packed-'));
  const [staged, folder] = ['staged', 'program'].map((name) => join(home, name));
  const dist = join(staged, 'dist');
  for (const path of [dist, folder]) mkdirSync(path, { recursive: true });
  buildSync({ absWorkingDir: root, entryPoints: ['src/**/*.ts'], outdir: dist, format: 'esm', target: 'es2022', logLevel: 'warning' });
  if (hasTypes) cpSync(join(root, 'dist'), dist, { recursive: true, filter: (path) => !/\.\w+$/.test(path) || path.endsWith('.d.ts') });
  node('src/platform/bundle.mjs', dist);
  for (const name of ['gradtape.wasm', 'gradtape-relaxed.wasm']) copyFileSync(join(root, 'dist', name), join(dist, name));
  for (const name of ['package.json', 'README.md', 'LICENSE']) copyFileSync(join(root, name), join(staged, name));
  if (existsSync(join(root, 'build/Release/gradtape.node')))
    cpSync(join(root, 'build/Release/gradtape.node'), join(staged, `prebuilds/${process.platform}-${process.arch}/gradtape.node`));
  const [{ filename, files }] = JSON.parse(npm(staged, 'pack', '--ignore-scripts', '--json')) as [{ filename: string; files: { path: string }[] }];
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', '--no-update-notifier', join(staged, filename));
  return { folder, files: files.map(({ path }) => path), remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** Trains a small net for some steps and gives the losses: every runtime must give the same ones. */
export const smoke = `
export async function losses(gt, source) {
  await gt.init(source);
  const { nn, optim } = gt;
  gt.manualSeed(7);
  const model = new nn.Sequential(new nn.Linear(6, 16), new nn.Tanh(), new nn.LayerNorm([16]), new nn.Linear(16, 3));
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.05 });
  const x = gt.randn(32, 6);
  const target = x.sum(1).gt(0).long();
  const values = [];
  for (let step = 0; step < 20; step++) {
    const loss = nn.functional.crossEntropy(model.forward(x), target);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    values.push(loss.item());
  }
  return values;
}
`;

// The suite measures dist/, what users import: loaders that compile on the fly wrap functions, which slows what is small. Sources newer than it are compiled first.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const newest = (folder: string, ends: string): number =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ends))
    .reduce((time, path) => Math.max(time, statSync(join(root, folder, path)).mtimeMs), 0);

export function compileIfStale(): void {
  if (newest('src', '.ts') < newest('dist', '.js')) return;
  console.log('compiling src/');
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck'], { cwd: root, stdio: 'inherit' });
}

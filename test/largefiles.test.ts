// Files and tensors past 2 GiB: one is read and written, natively, with one copy of its data in memory.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as gt from '../src/index.js';
import { platform } from '../src/platform/index.js';

const GB = 2 ** 30;
// Files in memory where there is room for them: two at once, of which one is a hole.
const inMemory = '/dev/shm';
const memory = platform.availableMemory(0);
const roomOf = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};
const fits = existsSync(inMemory) && memory > 8 * GB && roomOf(inMemory) > 3 * GB;
const folder = fits ? inMemory : tmpdir();

function obstacle(): string | undefined {
  if (gt.backend.info().name !== 'native') return 'the wasm backend holds no such tensors';
  if (process.platform === 'win32') return 'the file would not be sparse';
  if (memory < 4 * GB) return `${Math.round(memory / GB)} GB of 4 GB of memory are free`;
  if (roomOf(folder) < 3 * GB) return `${Math.round(roomOf(folder) / GB)} GB of 3 GB of ${folder} are free`;
  return undefined;
}
const why = obstacle();

test.skipIf(why !== undefined)(`a tensor past 2 GiB is read and written by parts${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  const at = mkdtempSync(join(folder, 'gradtape-large-'));
  try {
    const script = fileURLToPath(new URL('files/large.ts', import.meta.url));
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, at], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    expect(stdout.trim() || stderr).toBe('{"written":true,"copies":1}');
  } finally {
    rmSync(at, { recursive: true });
  }
});

// Files that are whole or not there.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';

/** Runs `use` on an open file, which is closed and on the disk afterwards. */
function synced(path: string, mode: 'r' | 'w', use: (file: number) => void): void {
  const file = openSync(path, mode);
  try {
    use(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes to a temporary file beside it, sees that it has reached the disk, then gives it its name. */
export function writeWhole(path: string, parts: readonly Uint8Array[]): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    synced(temporary, 'w', (file) => {
      for (const part of parts) for (let done = 0; done < part.length; ) done += writeSync(file, part, done);
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  try {
    // So that the new name, too, outlives a power cut.
    synced(dirname(path), 'r', () => {});
  } catch {
    // Windows, where folders cannot be opened and need not be.
  }
}

// A temporary file is made, never opened: not even where its name was guessed.
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { writeWhole } from '../src/platform/files.js';

vi.mock('../src/platform/temporary.js', () => ({ temporaryName: () => 'guessed.tmp', removeStale: () => {} }));

it.skipIf(process.platform === 'win32')('a link planted at the name of a temporary file is refused, and not followed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-exclusive-'));
  const at = (name: string): string => join(folder, name);
  try {
    for (const name of ['secret', 'file']) writeFileSync(at(name), name);
    symlinkSync('secret', at('guessed.tmp'));
    expect(() => writeWhole(at('file'), [Uint8Array.of(1)])).toThrow(/EEXIST/);
    expect(['secret', 'file'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(['secret', 'file']);
    expect(lstatSync(at('guessed.tmp')).isSymbolicLink()).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// Files on disk: written so that they are whole or not there, and read by parts.
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import type { OpenFile } from './platform.js';
import { removeStale, temporaryName } from './temporary.js';

const { O_CREAT, O_EXCL, O_NONBLOCK = 0, O_RDONLY, O_WRONLY, W_OK } = constants;
/** Linux follows as many links. */
const MAX_LINKS = 40;
const PERMISSIONS = 0o7777;

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return 'a folder';
  if (stat.isFIFO()) return 'a pipe';
  if (stat.isSocket()) return 'a socket';
  return stat.isFile() ? 'a regular file' : 'a device';
}

function checkRegular(stat: Stats): void {
  if (!stat.isFile()) throw new Error(`${kindOf(stat)}, which is no regular file`);
}

/** What a path names in the end, which need not be there. Its folder is the system's own answer: `link/..` is not where it seems. */
function resolveTarget(path: string): string {
  let target = path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const name = basename(target);
    if (/[/\\]$/.test(target) || name === '.' || name === '..') throw new Error('the name of a folder');
    const folder = realpathSync.native(dirname(target));
    target = join(folder, name);
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
    const link = readlinkSync(target);
    // Not join(), which would make `sub/..` nothing.
    target = /^([/\\]|[a-z]:)/i.test(link) ? link : `${folder}/${link}`;
  }
  throw new Error('too many symbolic links');
}

/** The file that is to be replaced, if there is one: nothing but a regular file that may be written to is. */
function replaced(target: string): Stats | undefined {
  const stat = lstatSync(target, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  checkRegular(stat);
  accessSync(target, W_OK);
  return stat;
}

/** Gives the new file what the old one had; of a file that is new, what open() would have given. */
function inherit(file: number, old: Stats | undefined): void {
  if (old !== undefined) {
    const { uid, gid } = fstatSync(file);
    // First: a change of owner takes some permissions away.
    if (uid !== old.uid || gid !== old.gid) fchownSync(file, old.uid, old.gid);
  }
  fchmodSync(file, old === undefined ? 0o666 & ~process.umask() : old.mode & PERMISSIONS);
}

/** So that the new name, too, outlives a power cut. */
function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, O_RDONLY);
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    // Some systems do not open or sync folders. The file itself is whole already.
  }
}

function writeAll(file: number, parts: Iterable<Uint8Array>): void {
  for (const part of parts) for (let done = 0; done < part.length; ) done += writeSync(file, part, done);
}

/**
 * Writes to a temporary file of a random name beside the target, for its owner alone, sees that it
 * has reached the disk, then gives it the target's mode, owner and name. Whatever fails, the old file
 * is as it was and the temporary one is gone.
 */
export function writeWhole(path: string, parts: Iterable<Uint8Array>): void {
  const target = resolveTarget(path);
  const folder = dirname(target);
  replaced(target);
  removeStale(folder);
  const temporary = join(folder, temporaryName());
  const file = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  try {
    try {
      writeAll(file, parts);
      // Again: writing may have taken long.
      inherit(file, replaced(target));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}

/** Opens a regular file; others could keep a reader waiting for ever. */
export function openFile(path: string): OpenFile {
  const file = openSync(path, O_RDONLY | O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    checkRegular(stat);
    return { bytes: stat.size, read: (at, into) => readAll(file, at, into), close: () => closeSync(file) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function readAll(file: number, at: number, into: Uint8Array): number {
  let done = 0;
  while (done < into.length) {
    const count = readSync(file, into, done, into.length - done, at + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

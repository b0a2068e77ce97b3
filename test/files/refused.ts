// Saves where it must fail, in a process that may be limited: `tsx refused.ts PATH...`. Prints each error, and whether file and folder are as they were.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as gt from '../../src/index.js';

const state = (path: string): unknown => {
  const { mode, uid, gid, mtimeMs, ino } = lstatSync(path);
  return [mode, uid, gid, mtimeMs, ino, readFileSync(path, 'latin1').length, readdirSync(dirname(path))];
};
if (process.getuid?.() === 0 && process.env.NOBODY) process.seteuid!(Number(process.env.NOBODY));
const large = { x: gt.zeros([1 << 20]) };
for (const path of process.argv.slice(2)) {
  const before = JSON.stringify(state(path));
  try {
    gt.save(large, path);
    console.log('written');
  } catch (error) {
    console.log(`${(error as Error).constructor.name} ${JSON.stringify(state(path)) === before} ${(error as Error).message}`);
  }
}

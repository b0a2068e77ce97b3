// A tensor past 2 GiB from a file to a file, in a process whose memory is measured: `large.ts FOLDER`.
// Prints whether the second file is right, and how many copies of the data memory held.
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as gt from '../../src/index.js';

const folder = process.argv[2];
const SIZE = 2 ** 31 + 16;
const MIB = 2 ** 20;
const rss = (): number => process.resourceUsage().maxRSS / 1024;
const bytes = (t: gt.Tensor, at: number): unknown => t.at(gt.slice(at, at + 2)).toArray();

/** A file whose data is a hole but for two bytes, at its beginning and end. */
function sparse(name: string, head: Uint8Array, size: number): string {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  writeSync(file, head);
  ftruncateSync(file, head.length + size);
  writeSync(file, Uint8Array.of(7), 0, 1, head.length);
  writeSync(file, Uint8Array.of(9), 0, 1, head.length + size - 1);
  closeSync(file);
  return path;
}
function header(entries: object): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(entries));
  const head = new Uint8Array(8 + text.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(text.length), true);
  head.set(text, 8);
  return head;
}
/** A tensor whose first and last byte must be those of the file. */
function check(t: gt.Tensor, what: string): void {
  const ends = JSON.stringify([bytes(t, 0), bytes(t, SIZE - 2)]);
  if (t.shape[0] !== SIZE || ends !== '[[7,0],[0,9]]') throw new Error(`${what}: ${t.shape} elements, ends ${ends}`);
}

const one = sparse('one', header({ x: { dtype: 'U8', shape: [SIZE], data_offsets: [0, SIZE] } }), SIZE);
const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${SIZE},), }`.padEnd(117);
const head = Uint8Array.from(`\x93NUMPY\x01\0${String.fromCharCode(text.length + 1)}\0${text}\n`, (c) => c.charCodeAt(0));

const started = rss();
try {
  const { x } = gt.io.safetensors.load(one);
  check(x, 'safetensors');
  gt.io.npy.save(x, one);
  // Its header, its length and its last byte, without reading all of it.
  const file = openSync(one, 'r');
  const found = Buffer.alloc(head.length + 1);
  readSync(file, found, 0, found.length, 0);
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, head.length + SIZE - 1);
  const written = found.equals(Buffer.from([...head, 7])) && last[0] === 9 && fstatSync(file).size === head.length + SIZE;
  closeSync(file);
  console.log(JSON.stringify({ written, copies: Math.round((rss() - started) / (SIZE / MIB)) }));
} finally {
  rmSync(one, { force: true });
}

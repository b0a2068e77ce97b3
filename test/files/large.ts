// Files past 2 GiB, in a process whose memory is measured: `large.ts FOLDER BACKEND`. Prints what was read, and how much memory it took.
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
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
const outcome = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as Error).constructor.name;
  }
};

const one = sparse('one', header({ x: { dtype: 'U8', shape: [SIZE], data_offsets: [0, SIZE] } }), SIZE);
const half = SIZE / 2;
const two = sparse(
  'two',
  header({
    a: { dtype: 'U8', shape: [half], data_offsets: [0, half] },
    b: { dtype: 'U8', shape: [half], data_offsets: [half, SIZE] },
  }),
  SIZE,
);
const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${SIZE},), }`.padEnd(117);
const npy = sparse(
  'npy',
  Uint8Array.from(`\x93NUMPY\x01\0${String.fromCharCode(text.length + 1)}\0${text}\n`, (c) => c.charCodeAt(0)),
  SIZE,
);

const started = rss();
const results: Record<string, unknown> = {};
const ends = ({ x }: Record<string, gt.Tensor>): unknown => [bytes(x, 0), bytes(x, SIZE - 2)];
results.two = outcome(() => {
  const { a, b } = gt.io.safetensors.load(two);
  return [bytes(a, 0), bytes(b, half - 2)];
});
results.one = outcome(() => {
  const read = gt.io.safetensors.load(one);
  const seen = ends(read);
  gt.io.safetensors.save(read, one);
  return seen;
});
results.npy = outcome(() => {
  const x = gt.io.npy.load(npy);
  gt.io.npy.save(x, npy);
  return ends({ x });
});
results.again = [outcome(() => ends(gt.io.safetensors.load(one))), outcome(() => ends({ x: gt.io.npy.load(npy) }))];
results.copies = (rss() - started) / (SIZE / MIB);
for (const path of [one, two, npy]) rmSync(path, { force: true });
console.log(JSON.stringify(results));

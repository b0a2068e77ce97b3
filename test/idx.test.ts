// The IDX reader: what it accepts, and the fault it names in what it refuses.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { FormatError } from '../src/core/errors.js';
import { readIdx } from '../src/data/idx.js';

const folder = mkdtempSync(join(tmpdir(), 'idx-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(bytes: Iterable<number>): string {
  const path = join(folder, `${files++}.idx`);
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
}

const u32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const idx = (code: number, shape: number[], data: number[]): number[] => [0, 0, code, shape.length, ...shape.flatMap(u32), ...data];

describe('reads', () => {
  it('bytes with their shape', () => {
    expect(readIdx(file(idx(8, [2, 3], [1, 2, 3, 4, 5, 255])))).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 255) });
  });
  it('every type, big-endian', () => {
    const float64 = [...new Uint8Array(Float64Array.of(-2.5, Math.PI).buffer)];
    expect(readIdx(file(idx(9, [2], [255, 3]))).data).toEqual(Int8Array.of(-1, 3));
    expect(readIdx(file(idx(11, [2], [1, 0, 255, 254]))).data).toEqual(Int16Array.of(256, -2));
    expect(readIdx(file(idx(12, [1], [0, 1, 0, 2]))).data).toEqual(Int32Array.of(65538));
    expect(readIdx(file(idx(13, [1], [0x3f, 0xc0, 0, 0]))).data).toEqual(Float32Array.of(1.5));
    expect(readIdx(file(idx(14, [2], [...float64.slice(0, 8).reverse(), ...float64.slice(8).reverse()]))).data).toEqual(Float64Array.of(-2.5, Math.PI));
  });
  it('no dims as one element, a size of 0 as none', () => {
    expect(readIdx(file(idx(8, [], [7])))).toEqual({ shape: [], data: Uint8Array.of(7) });
    expect(readIdx(file(idx(8, [0, 4], [])))).toEqual({ shape: [0, 4], data: new Uint8Array(0) });
  });
  it('a gzipped file as what it holds', () => {
    expect(readIdx(file(gzipSync(Uint8Array.from(idx(8, [2], [9, 8])))))).toEqual({ shape: [2], data: Uint8Array.of(9, 8) });
  });
});

describe('refuses', () => {
  const png = [0x89, 0x50, 0x4e, 0x47];
  const cut = [...gzipSync(Uint8Array.from(idx(8, [2], [9, 8])))].slice(0, 15);
  const cases: [string, Iterable<number>, string][] = [
    ['an empty file', [], 'a header of at least 4 bytes, got 0'],
    ['other magic', png, 'magic bytes 0 0, got 137 80'],
    ['an unknown type', idx(10, [1], [0]), 'type code one of 8, 9, 11, 12, 13, 14, got 10'],
    ['a cut header', [0, 0, 8, 3, 0, 0, 0, 1], 'a header of 16 bytes for 3 dims, got 8'],
    ['missing data', idx(8, [2, 3], [1, 2, 3]), '6 bytes of data for shape [2, 3], got 3'],
    ['trailing data', idx(12, [1], [0, 0, 0, 1, 9]), '4 bytes of data for shape [1], got 5'],
    [
      'sizes past 2^53',
      idx(14, [0xffffffff, 0xffffffff, 0xffffffff], [1]),
      `${8 * 0xffffffff ** 3} bytes of data for shape [4294967295, 4294967295, 4294967295], got 1`,
    ],
    ['a cut gzip', cut, 'an intact gzip stream, got unexpected end of file'],
  ];
  it.each(cases)('%s', (_, bytes, fault) => {
    const path = file(bytes);
    expect(() => readIdx(path)).toThrow(new FormatError(`readIdx: expected ${path}: ${fault}`));
  });
  it('a file that is not there', () => {
    const path = join(folder, 'none');
    expect(() => readIdx(path)).toThrow(FormatError);
    expect(() => readIdx(path)).toThrow(`readIdx: expected ${path}: a readable file, got ENOENT`);
  });
});

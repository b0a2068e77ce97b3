// Printed tensors against PyTorch's text.

import { describe, expect, it } from 'vitest';
import type { DType } from '../src/core/dtype.js';
import { formatTensor } from '../src/tensor/format.js';
import { readGolden, type TensorRef } from './golden/read.js';

interface Print {
  x: TensorRef;
  suffixes: string[];
  text: string;
  defaultDType?: DType;
}

const golden = readGolden<{ prints: Print[] }>('print');

describe('prints as PyTorch prints', () => {
  const shapes = new Set(golden.manifest.prints.map((p) => p.x.shape.join()));
  for (const shape of shapes) {
    const prints = golden.manifest.prints.filter((p) => p.x.shape.join() === shape);
    it(`[${shape}]: ${prints.length} tensors`, () => {
      for (const { x, suffixes, text, defaultDType } of prints) {
        const values = golden.read(x);
        expect(formatTensor((i) => values[i], x.shape, x.dtype, suffixes, defaultDType)).toBe(text);
      }
    });
  }
});

it('reads only what it shows', () => {
  const read: number[] = [];
  formatTensor((i) => read.push(i), [1000, 1000], 'float32', []);
  expect(read.length).toBe(36);
  expect(Math.max(...read)).toBe(999_999);
});

it('takes booleans as booleans and as bytes', () => {
  expect(formatTensor((i) => i === 0, [2], 'bool', [])).toBe('tensor([ True, False])');
  expect(formatTensor((i) => 1 - i, [2], 'bool', [])).toBe('tensor([ True, False])');
});

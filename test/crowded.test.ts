// Every row of the case table with everything that may move moving out of linear memory whenever a block is taken: results, first and second derivatives are, bit for
// bit, those of an ordinary run. An op that keeps an address for longer than one call reads NaN. WebAssembly only: natively nothing moves.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';
import { heap } from '../src/kernels/load.js';
import { storageOf } from '../src/tensor/inner.js';
import { cases, internals } from './cases/index.js';
import { outputsOf, prepare, read } from './cases/read.js';
import type { Row, Variant } from './cases/row.js';

const rows = Object.entries<Row>({ ...cases, ...internals });

/** Sizes matter to no address: the variants that are differentiated, or a few of the others, and one of many elements. */
function chosen({ variants, gradients }: Row): readonly Variant[] {
  const size = ({ inputs }: Variant): number => Math.max(...inputs.map(({ shape }) => shape.reduce((a, b) => a * b, 1)));
  const largest = variants.reduce((a, b) => (size(b) > size(a) ? b : a));
  return [...(gradients.length > 0 ? gradients : variants.slice(0, 4)), largest];
}

/** Weights that differ from element to element, so that no two gradients are alike. */
const weights = (y: gt.Tensor): gt.Tensor => gt.linspace(0.5, 1.5, y.numel(), { dtype: y.dtype }).reshape(y.shape);

/** All numbers that a variant makes: outputs, gradients, and gradients of gradients. */
function numbersOf(v: Variant, differentiate: boolean): number[][] {
  gt.manualSeed(1);
  const inputs = prepare(v, v.dtypes?.[0] ?? 'float64').tensors;
  const leaves = differentiate ? inputs.filter((x) => x.isFloatingPoint()).map((x) => x.requiresGrad_()) : [];
  const outputs = outputsOf(v.call(...inputs));
  const derive = (ys: readonly gt.Tensor[]): gt.Tensor[] => {
    const differentiable = ys.filter((y) => y.requiresGrad);
    if (differentiable.length === 0 || leaves.length === 0) return [];
    const options = { gradOutputs: differentiable.map(weights), createGraph: true, allowUnused: true };
    return gt.autograd.grad(differentiable, leaves, options).filter((g) => g !== null);
  };
  const first = derive(outputs);
  return [...outputs, ...first, ...derive(first)].map(read);
}

function inACrowd<T>(body: () => T): T {
  heap.crowd(true);
  try {
    return body();
  } finally {
    heap.crowd(false);
  }
}

test('in a crowd, the first of two tensors moves out', () => {
  const moved = inACrowd(() => {
    const x = gt.ones([3]);
    gt.ones([3]);
    return storageOf(x).home?.address === 0;
  });
  expect(moved).toBe(gt.backend.name === 'wasm');
});

describe.runIf(gt.backend.name === 'wasm').each(rows)('%s', (_name, row) => {
  test('the same numbers in a crowd', () => {
    for (const v of chosen(row)) {
      const differentiate = row.gradients.length > 0;
      const expected = numbersOf(v, differentiate);
      expect(inACrowd(() => numbersOf(v, differentiate))).toEqual(expected);
    }
  });
});

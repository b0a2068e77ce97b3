// A kernel of the WebAssembly build that traps, called with an address that no memory has: what surfaces is a BackendError that names the kernel, and everything goes on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';
import { contract, kernelWords } from '../src/kernels/contract.js';
import { backend } from '../src/kernels/load.js';
import { type AnyKernel, eachKernel, rowWidth } from '../src/kernels/table.js';

/** Past all memory, and so far from the end of the address space that no call below wraps around it. */
const nowhere = 2 ** 32 - 2 ** 24;

/** What a call with all its buffers nowhere, and sizes of 1, throws. */
function errorOf(kernel: AnyKernel, word: string): unknown {
  const args = [...word].map((kind) => (kind === 'v' ? Array(rowWidth(word)).fill(1) : 'rwu'.includes(kind) ? nowhere : 1));
  try {
    (kernel as (...args: unknown[]) => void)(...args);
  } catch (error) {
    return error;
  }
  return undefined;
}

// The addon has no such guard: there it would end the process.
describe.skipIf(backend.name !== 'wasm')('a trap', () => {
  test('is a BackendError that names the kernel, in every kernel', () => {
    const words = kernelWords();
    let kernels = 0;
    eachKernel(backend.kernels, (name, kernel) => {
      // Solving for one unknown under a unit diagonal touches nothing.
      if (name.startsWith('solve_triangular')) return;
      kernels++;
      const error = errorOf(kernel, words.get(name)!);
      expect(error, name).toBeInstanceOf(gt.BackendError);
      expect((error as Error).message).toBe(`${name}: expected the kernel to run to its end, got a trap: memory access out of bounds`);
    });
    expect(kernels).toBeGreaterThan(Object.keys(contract).length);
    expect(gt.tensor([1, 2]).mul(2).toArray()).toEqual([2, 4]);
  });

  describe('with two threads', () => {
    const before = backend.getThreads();
    beforeAll(() => backend.setThreads(2));
    afterAll(() => backend.setThreads(before));
    test('in the last chunk alone is one, whoever draws it', () => {
      const n = 1 << 18;
      const exp = backend.kernels.exp[0]!;
      // The memory ends where the region ends: of x, sixteen elements are missing.
      const { address, bytes } = backend.reserve(12 * n)!;
      const [y, x] = [address + 4 * n, address + bytes - 4 * n + 64];
      const results = new Float32Array(n);
      for (let i = 0; i < 50; i++) {
        expect(() => exp(x, y, 1, [n, 1, 1])).toThrow(
          /^exp_f32: expected the kernel to run to its end, got a trap: (memory access out of bounds|unreachable)$/,
        );
        backend.copyIn(y, results.fill(0));
        exp(address, y, 1, [n, 1, 1]);
        backend.copyOut(y, results);
        expect(results.every((v) => v === 1)).toBe(true);
      }
    });
    test('in all chunks is one too, and the jobs after it are whole', () => {
      const n = 1 << 20;
      const x = gt.ones([n]);
      const exp = backend.kernels.exp[0]!;
      for (let i = 0; i < 20; i++) {
        expect(() => exp(nowhere, nowhere, 1, [n, 1, 1])).toThrow(/^exp_f32: expected the kernel to run to its end, got a trap: /);
        expect(x.add(x).sum().item()).toBe(2 * n);
      }
    });
  });
});

// Steps of recurrent cells over batches and widths around every edge.
import type { KernelName } from '../../src/kernels/contract.js';
import { dtypeOfSuffix, edges, fillWith, Memory, parametersOf, range, run } from './memory.js';

/** `gates` of them in z, a and their gradients; all other buffers are states. */
export function cell(name: KernelName, gates: number, suffix: string): void {
  for (const rows of [0, 1, 3, 20]) {
    for (const hidden of [0, ...edges.filter((size) => size < 200)]) {
      const buffers = Object.fromEntries(
        parametersOf(name)
          .filter(({ kind }) => 'rwu'.includes(kind))
          .map(({ name: buffer, kind }) => {
            const memory = new Memory(dtypeOfSuffix(suffix), rows * hidden * (['z', 'a', 'dz', 'da'].includes(buffer) ? gates : 1));
            if (kind !== 'w') fillWith(memory, range(name, buffer));
            return [buffer, memory];
          }),
      );
      run({ name, suffix, buffers, numbers: { rows, hidden }, what: `of (${rows}, ${hidden})` });
    }
  }
}

// The kernels that draw random numbers: from states that are fresh, in the middle of a block and at its last word.
import { dtypes } from '../../src/core/dtype.js';
import { MersenneTwister, N } from '../../src/core/mt19937.js';
import { references } from '../cases/kernels.js';
import { dtypeOfSuffix, edges, fillWith, Memory, range, run } from './memory.js';

export function random(name: 'uniform' | 'bernoulli', suffix: string): void {
  for (const given of references[name].numbers) {
    for (const n of [0, ...edges, 1030]) {
      for (const used of [0, 1, 300, N - 1, N]) {
        const twister = new MersenneTwister();
        twister.seed(n + used);
        const state = new Memory(dtypes[2], N + 1);
        for (let k = 0; k < N; k++) state.set(k, twister.state[k]);
        state.set(N, used);
        const y = new Memory(dtypeOfSuffix(suffix), n);
        run({ name, suffix, buffers: { state, y }, numbers: { ...(given as Record<string, number>), n }, what: `of ${n}, ${used} words used` });
      }
    }
  }
}

export function normals(): void {
  for (const given of references.box_muller.numbers) {
    for (const n of [0, 16, 48, 16 * 1030]) {
      const y = new Memory(dtypes[0], n);
      fillWith(y, range('box_muller', 'y'));
      run({ name: 'box_muller', suffix: '', buffers: { y }, numbers: { ...(given as Record<string, number>), n }, what: `of ${n}` });
    }
  }
}

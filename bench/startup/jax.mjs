// Imports jax-js with its WebAssembly backend and multiplies two matrices, in a process of its own.
import { report } from './report.mjs';

await report(
  async () => {
    const jax = await import('@jax-js/jax');
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    return jax;
  },
  async ({ numpy: np }) => {
    const x = np.array([
      [1, 2],
      [3, 4],
    ]);
    return (await np.sum(np.matmul(x.ref, x)).data())[0];
  },
);

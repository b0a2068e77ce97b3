// Imports TensorFlow.js with its WebAssembly backend and multiplies two matrices, in a process of its own.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { report } from './report.mjs';

await report(
  async () => {
    const tf = await import('@tensorflow/tfjs');
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    await tf.setBackend('wasm');
    return tf;
  },
  async (tf) => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    return (await x.matMul(x).sum().data())[0];
  },
);

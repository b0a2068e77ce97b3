// Three groups of tests: those that need no backend, and all others once on each. Where the addon cannot be loaded its group is one skipped test that says why.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const withoutBackend = ['test/random.test.ts', 'test/format.test.ts', 'test/idx.test.ts', 'test/house.test.ts', 'test/loader.test.ts', 'test/heap.test.ts'];

function whyNoAddon(): string | undefined {
  try {
    createRequire(import.meta.url)('./build/Release/gradtape.node');
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

// Nothing here is timed; a limit only ends what hangs, on the slowest machine too.
const patience = { testTimeout: 180_000, hookTimeout: 180_000 };
const reason = whyNoAddon();
// Examples import the package by its name; here that is the source, so that they share its one tape with the tests.
const resolve = { alias: { gradtape: fileURLToPath(new URL('./src/index.ts', import.meta.url)) } };
const onBackend = (name: 'native' | 'wasm') => ({
  resolve,
  test: {
    name,
    include: ['test/**/*.test.ts'],
    exclude: [...withoutBackend, 'test/native-skipped.test.ts'],
    env: { GRADTAPE_BACKEND: name },
    ...patience,
  },
});
const native =
  reason === undefined ? onBackend('native') : { test: { name: 'native', include: ['test/native-skipped.test.ts'], env: { GRADTAPE_NATIVE_REASON: reason } } };

export default defineConfig({
  test: {
    projects: [{ test: { name: 'pure', include: withoutBackend, ...patience } }, native, onBackend('wasm')],
  },
});

// A short run of the fuzzer on this process's backend: whatever is called, with whatever, either gives a result or throws a GradtapeError. The long one, on both backends side by
// side, is `npm run fuzz`.
import { expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { describe, makeCall } from './fuzz/calls.js';
import { outcome } from './fuzz/outcome.js';

const count = 4000;

it(`${count} random calls give results or typed errors`, () => {
  const complaints: string[] = [];
  let refused = 0;
  for (let seed = 0; seed < count; seed++) {
    gt.manualSeed(seed);
    const { name, call, args } = makeCall(seed);
    const what = describe(name, args);
    try {
      outcome(call, args);
    } catch (error) {
      refused++;
      if (!(error instanceof gt.GradtapeError)) complaints.push(`seed ${seed} ${what}: ${error}`);
    }
  }
  expect(complaints).toEqual([]);
  // Neither side of the coin is left out.
  expect(refused / count).toBeGreaterThan(0.2);
  expect(refused / count).toBeLessThan(0.8);
});

// Makes the calls of a range of seeds on the backend of this process and prints a line for each: what came out, or which error. A crash is a line that is missing.
import * as gt from '../../src/index.js';
import { describe, makeCall } from './calls.js';
import { outcome } from './outcome.js';

const [from, count] = process.argv.slice(2).map(Number);

for (let seed = from; seed < from + count; seed++) {
  gt.manualSeed(seed);
  const { name, call, args } = makeCall(seed);
  const what = describe(name, args);
  let line: unknown;
  try {
    line = { seed, what, out: outcome(call, args) };
  } catch (error) {
    const known = error instanceof gt.GradtapeError;
    line = { seed, what, error: known ? error.constructor.name : `${(error as Error)?.constructor?.name}: ${(error as Error)?.message}`, known };
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

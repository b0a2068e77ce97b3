// Makes the calls of a range of seeds on the backend of this process and prints a line for each: what came out, or which error. A crash is a line that is missing.
import { writeSync } from 'node:fs';
import * as gt from '../../src/index.js';
import { describe, makeCall } from './calls.js';

const [from, count] = process.argv.slice(2).map(Number);

const tensorsOf = (value: unknown): gt.Tensor[] => (value instanceof gt.Tensor ? [value] : Array.isArray(value) ? value.flatMap(tensorsOf) : []);
const told = (t: gt.Tensor): unknown => [
  t.dtype,
  t.shape,
  Array.from(t.toTypedArray() as Iterable<number | bigint>, (v) => (Number.isFinite(Number(v)) ? Number(v) : String(v))),
];

/** The results and, where they can be differentiated, the gradients of their sum. */
function outcome(call: (...args: unknown[]) => unknown, args: unknown[]): unknown {
  const result = call(...args);
  const ys = tensorsOf(result);
  const leaves = tensorsOf(args).filter((t) => t.requiresGrad && t.isLeaf);
  const out = ys.length > 0 ? ys.map(told) : typeof result === 'function' ? 'function' : (JSON.stringify(result) ?? 'undefined');
  const roots = ys.filter((y) => y.requiresGrad && y.gradFn !== null && y.numel() > 0);
  if (roots.length === 0 || leaves.length === 0) return [out];
  const grads = gt.autograd.grad(
    roots.map((y) => y.sum()),
    leaves,
    { allowUnused: true },
  );
  return [out, grads.map((grad) => (grad === null ? null : told(grad)))];
}

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
  writeSync(1, `${JSON.stringify(line)}\n`);
}

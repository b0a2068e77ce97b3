// Random programs that PyTorch ran: replayed here step by step, with the same refusals, values, gradients, versions and flags. parts/programs.py tells the fixture.
import { expect, test } from 'vitest';
import * as gt from '../src/index.js';
import { readGolden, type TensorRef } from './golden/read.js';

interface Step {
  o: string;
  r: number[];
  a?: unknown[];
  /** In noGrad. */
  n?: 1;
  /** PyTorch refuses it. */
  e?: 1;
}
interface Program {
  leaves: TensorRef[];
  steps: Step[];
  end: { x: TensorRef; v: number; q: boolean; l: boolean | null; g?: TensorRef }[];
  grads?: 1;
}

const { manifest, read } = readGolden<{ programs: Program[] }>('programs');

const nothing = (_: unknown): undefined => undefined;
type Run = (inputs: gt.Tensor[], args: unknown[]) => gt.Tensor | gt.Tensor[] | undefined;
const own: Record<string, Run> = {
  setAt: ([x, v], args) =>
    nothing(
      x.setAt(
        (args.at(-1) as (number | string | number[])[]).map((i) => (Array.isArray(i) ? gt.slice(...i) : i)),
        v ?? (args[0] as number),
      ),
    ),
  backward: ([x], [retainGraph]) => nothing(x.sum().backward({ retainGraph: retainGraph as boolean })),
  grad: ([y, x], [createGraph]) =>
    gt.autograd.grad(y.sum(), x, { createGraph: createGraph as boolean, retainGraph: true, allowUnused: true })[0]?.clone() ??
    gt.zeros([], { dtype: 'float64' }),
  matmul: ([a, b]) => a.matmul(b).clone(),
  softmax: ([x]) => x.softmax(-1),
  requiresGrad_: ([x]) => nothing(x.requiresGrad_()),
  retainGrad: ([x]) => nothing(x.retainGrad()),
  cat: ([a, b]) => gt.cat([a, b]),
};
const method =
  (name: string): Run =>
  ([x, ...rest], args) =>
    (x as unknown as Record<string, (...args: unknown[]) => gt.Tensor>)[name](...rest, ...args);

function runStep({ o, r, a = [], n }: Step, registers: gt.Tensor[]): void {
  const run = Object.hasOwn(own, o) ? own[o] : method(o);
  const call = () =>
    run(
      r.map((i) => registers[i]),
      a,
    );
  const out = n ? gt.noGrad(call) : call();
  if (out !== undefined && !o.endsWith('_')) registers.push(...(Array.isArray(out) ? out : [out]));
}

/** What is not as PyTorch has it: nothing, one hopes. */
function differences(program: Program): string[] {
  const found: string[] = [];
  const registers = program.leaves.map((ref) => gt.fromTypedArray(read(ref), ref.shape, { requiresGrad: ref.rg === 1 }));
  program.steps.forEach((step, at) => {
    let error: Error | undefined;
    try {
      runStep(step, registers);
    } catch (thrown) {
      error = thrown as Error;
    }
    if (error !== undefined && !(error instanceof gt.GradtapeError)) found.push(`step ${at} ${JSON.stringify(step)}: ${error.stack}`);
    else if ((error !== undefined) !== (step.e === 1)) found.push(`step ${at} ${JSON.stringify(step)}: ${error?.message ?? 'not refused'}`);
  });
  if (found.length > 0) return found;
  if (registers.length !== program.end.length) return [`${registers.length} registers instead of ${program.end.length}`];
  const compare = (what: string, t: gt.Tensor, ref: TensorRef): void => {
    if (t.shape.join() !== ref.shape.join()) found.push(`${what}: shape ${t.shape} instead of ${ref.shape}`);
    const [ours, theirs] = [t.toTypedArray(), read(ref)];
    const odd = Array.from(theirs as Float32Array).findIndex((value, i) => !(Math.abs(value - Number(ours[i])) <= 1e-6 * Math.max(1, Math.abs(value))));
    if (odd >= 0) found.push(`${what}: [${ours}] instead of [${theirs}]`);
  };
  program.end.forEach(({ x, v, q, l, g }, i) => {
    const t = registers[i];
    compare(`value of ${i}`, t, x);
    let leaf: boolean | null = null;
    try {
      leaf = t.isLeaf;
    } catch {
      // A view that may not follow its base: PyTorch does not tell either.
    }
    const flags = JSON.stringify({ version: t._version, requiresGrad: t.requiresGrad, leaf });
    const expected = JSON.stringify({ version: v, requiresGrad: q, leaf: l });
    if (flags !== expected) found.push(`${i}: ${flags} instead of ${expected}`);
    if (!program.grads) return;
    if ((t.grad !== null) !== (g !== undefined)) found.push(`grad of ${i}: ${t.grad === null ? 'none' : 'one too many'}`);
    else if (g !== undefined) compare(`grad of ${i}`, t.grad!, g);
  });
  return found;
}

test(`${manifest.programs.length} random programs do what they do in PyTorch`, () => {
  const failures: string[] = [];
  manifest.programs.forEach((program, i) => {
    const found = differences(program);
    if (found.length > 0) failures.push(`program ${i}: ${found.slice(0, 3).join('\n  ')}\n  ${program.steps.map((s) => JSON.stringify(s)).join('\n  ')}`);
  });
  expect(failures.slice(0, 5).join('\n\n'), `${failures.length} of ${manifest.programs.length} programs differ`).toBe('');
});

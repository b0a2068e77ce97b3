// What a node keeps for backward, over every row of the case table: whatever is written to between forward and backward, the gradient is right or an error; arguments are
// plain data; a graph that was freed keeps nothing.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type DTypeInfo, dtypes } from '../src/core/dtype.js';
import * as gt from '../src/index.js';
import { nodeOf } from '../src/tensor/inner.js';
import { AccumulateGrad, Node } from '../src/tensor/node.js';
import { registry } from '../src/tensor/op.js';
import { cases, internals } from './cases/index.js';
import { outputsOf, prepare, read } from './cases/read.js';
import type { Row, Variant } from './cases/row.js';

const rows = Object.entries<Row>({ ...cases, ...internals }).filter(([, row]) => row.gradients.length > 0);

// Arguments ------------------------------------------------------------------------------------------------------------------------------------------------------

/** The first thing in the arguments that is no plain data, with its path; undefined if all is. */
function notPlain(value: unknown, path: string): string | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  // The six dtypes are frozen.
  if (dtypes.includes(value as DTypeInfo)) return undefined;
  if (typeof value === 'function') return `${path} is a function`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return `${path} is a ${value.constructor.name}`;
  for (const [key, part] of Object.entries(value)) {
    const found = notPlain(part, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Freezes at every depth; what changes it afterwards throws. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

// Whoever calls an op freezes its arguments first, so that no op can change them, and an array of the user's that becomes part of them is found out.
const odd: string[] = [];
for (const [name, op] of registry) {
  const { forward } = op;
  const checked: typeof forward = (inputs, args, out) => {
    const found = notPlain(args, `${name}.args`);
    if (found !== undefined) odd.push(found);
    freeze(args);
    return forward(inputs, args, out);
  };
  Object.assign(op, { forward: checked });
}

const { captured } = vi.hoisted(() => ({ captured: [] as string[] }));
/** Public functions that look, after each call, whether an array that they were given has become part of an op's arguments. */
const watched = vi.hoisted(() => (original: Record<string, unknown>) => {
  const arraysIn = (value: unknown): object[] => {
    if (Array.isArray(value)) return [value, ...value.flatMap(arraysIn)];
    return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype ? Object.values(value).flatMap(arraysIn) : [];
  };
  const watch = (name: string, f: (...args: unknown[]) => unknown): typeof f =>
    Object.assign((...args: unknown[]) => {
      const open = args.flatMap(arraysIn).filter((array) => !Object.isFrozen(array));
      const result = f(...args);
      if (open.some((array) => Object.isFrozen(array))) captured.push(name);
      return result;
    }, f);
  return Object.fromEntries(Object.entries(original).map(([name, f]) => [name, typeof f === 'function' ? watch(name, f as never) : f]));
});
vi.mock('../src/ops/index.js', async (original) => watched(await original()));
vi.mock('../src/ops/functional.js', async (original) => watched(await original()));
vi.mock('../src/ops/images.js', async (original) => watched(await original()));
vi.mock('../src/ops/rectifier.js', async (original) => watched(await original()));
vi.mock('../src/ops/gated.js', async (original) => watched(await original()));
vi.mock('../src/ops/special.js', async (original) => watched(await original()));
vi.mock('../src/ops/families.js', async (original) => watched(await original()));

// Recording ------------------------------------------------------------------------------------------------------------------------------------------------------

interface Recorded {
  readonly inputs: readonly gt.Tensor[];
  readonly outputs: readonly gt.Tensor[];
  readonly loss: gt.Tensor;
}

/** Runs a variant, and adds its outputs up with weights that differ, n to 1, by ops that save nothing. */
function record(v: Variant): Recorded {
  gt.manualSeed(1);
  const inputs = prepare(v, 'float64').tensors.map((x) => (x.isFloatingPoint() ? x.requiresGrad_() : x));
  const outputs = outputsOf(v.call(...inputs));
  const terms = outputs.flatMap((y) => {
    if (!y.isFloatingPoint() || !y.requiresGrad) return [];
    return [y.to('float64').reshape(-1).cumsum(0).sum()];
  });
  return { inputs, outputs, loss: terms.reduce((a, b) => a.add(b)) };
}

/** Writes other values to a tensor; false if it cannot be written to, or has no other values. Indices stay in range. */
function overwrite(t: gt.Tensor): boolean {
  if (t.numel() === 0) return false;
  const before = read(t);
  try {
    gt.noGrad(() => {
      if (t.dtype === 'bool') t.copy_(t.logicalNot());
      else if (t.isFloatingPoint()) t.mul_(1.25).add_(0.125);
      else t.copy_(t.max().sub(t));
    });
  } catch (error) {
    // Elements that share memory.
    if (error instanceof gt.ShapeError) return false;
    throw error;
  }
  return read(t).some((value, i) => value !== before[i]);
}

type Outcome = 'right' | 'refused';
const gradientsOf = ({ inputs }: Recorded): (number[] | null)[] => inputs.map((x) => x.grad && read(x.grad));
const modified = /modified (by an )?inplace/;
const again = /backward through the graph a second time/;

/** Runs backward: the gradient is the expected one, or it is refused by this error. */
function outcome(run: Recorded, expected: readonly (number[] | null)[], error: RegExp | null, what: string): Outcome {
  try {
    run.loss.backward();
  } catch (caught) {
    if (error !== null && caught instanceof gt.GradientError && error.test(caught.message)) return 'refused';
    throw new Error(`${what}: ${caught}`);
  }
  expect(gradientsOf(run), what).toEqual(expected);
  return 'right';
}

/** All nodes of a graph, with those that a node keeps to itself. */
function nodesOf(loss: gt.Tensor): Node[] {
  const seen = new Set<Node>();
  const stack = [nodeOf(loss)!];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const value of Object.values(node)) if (value instanceof Node) stack.push(value);
    for (const input of node.inputs) if (input !== null) stack.push(input);
  }
  return [...seen];
}

/** Whether a tensor can be reached from what a node keeps: its fields, at any depth; functions may hold one. */
function holds(value: unknown, seen = new Set<unknown>()): boolean {
  if (dtypes.includes(value as DTypeInfo)) return false;
  if (value instanceof gt.Tensor || typeof value === 'function' || ArrayBuffer.isView(value)) return true;
  if (typeof value !== 'object' || value === null || value instanceof Node || seen.has(value)) return false;
  seen.add(value);
  return Object.values(value).some((part) => holds(part, seen));
}
/** What a node keeps, besides its op and dtype, which all calls share. An accumulator is its leaf's. */
const keeps = (node: Node): string[] =>
  Object.entries(node).flatMap(([field, value]) =>
    ['op', 'dt', 'outputs', 'hooks'].includes(field) || (node instanceof AccumulateGrad && field === 'variable') || !holds(value)
      ? []
      : [`${node.name}.${field}`],
  );

const packing = <T>(body: () => T): T =>
  gt.autograd.graph.savedTensorsHooks(
    (t) => t.clone(),
    (t) => t,
    body,
  );

// The suite ------------------------------------------------------------------------------------------------------------------------------------------------------

const counts = { right: 0, refused: 0, packed: 0, freed: 0, 'right again': 0, 'refused again': 0 };

describe.each(rows)('%s', (_name, row) => {
  beforeEach(() => {
    odd.length = 0;
    captured.length = 0;
  });

  test('what is written to between forward and backward changes no gradient', () => {
    for (const v of row.gradients) {
      const plain = record(v);
      const nodes = nodesOf(plain.loss);
      expect([...new Set(odd)], 'arguments that are no plain data').toEqual([]);
      expect([...new Set(captured)], "arguments that are the caller's arrays").toEqual([]);
      for (const { op } of nodes) expect(registry.get(op.name)).toBe(op);
      plain.loss.backward();
      const expected = gradientsOf(plain);
      // A freed graph keeps nothing, and says so when it is asked again.
      expect(nodesOf(plain.loss).flatMap(keeps)).toEqual([]);
      counts.freed += nodes.length;
      const twice = expected.map((grad) => (grad === null ? null : grad.map((g) => 2 * g)));
      counts[`${outcome(plain, twice, again, 'a second backward')} again`]++;

      const targets = [...plain.inputs.map((_, i) => ['input', i] as const), ...plain.outputs.map((_, i) => ['output', i] as const)];
      for (const [role, i] of targets) {
        const what = `[${v.inputs.map(({ shape }) => `[${shape}]`)}] ${role} ${i} written to`;
        const of = (run: Recorded): gt.Tensor => (role === 'input' ? run.inputs : run.outputs)[i];
        const run = record(v);
        if (!overwrite(of(run))) continue;
        counts[outcome(run, expected, modified, what)]++;
      }
      const packed = packing(() => record(v));
      for (const t of [...packed.inputs, ...packed.outputs]) overwrite(t);
      outcome(packed, expected, null, `[${v.inputs.map(({ shape }) => `[${shape}]`)}] all written to, packed`);
      counts.packed++;
    }
  });
});

test('both outcomes occur', () => {
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(rows.length / 4);
});

describe('indices that the user has', () => {
  const leaf = (): gt.Tensor => gt.tensor([3, 1, 2], { dtype: 'float64', requiresGrad: true });
  type Pair = { values: gt.Tensor; indices: gt.Tensor };
  const pairs: Record<string, (x: gt.Tensor) => Pair> = {
    sort: (x) => x.sort(),
    topk: (x) => x.topk(2),
    kthvalue: (x) => x.kthvalue(2),
    mode: (x) => x.mode(0),
    median: (x) => x.median(0),
    max: (x) => x.max(0),
    cummax: (x) => x.cummax(0),
    maxPool1d: (x) => {
      const [values, indices] = gt.nn.functional.maxPool1d(x.reshape(1, 1, 3), { kernelSize: 2, returnIndices: true }) as [gt.Tensor, gt.Tensor];
      return { values, indices };
    },
  };
  test.each(Object.entries(pairs))('%s: written to, they change no gradient; a second backward is refused or the same', (_name, of) => {
    const plain = leaf();
    of(plain).values.sum().backward();
    const x = leaf();
    const { values, indices } = of(x);
    indices.zero_();
    const loss = values.sum();
    const run = { inputs: [x], outputs: [], loss };
    const expected = [read(plain.grad!)];
    if (outcome(run, expected, modified, 'indices written to') === 'right') return;
    const y = leaf();
    const kept = of(y).values.sum();
    kept.backward();
    expect(() => kept.backward()).toThrow(again);
  });
});

describe('places in the graph and versions', () => {
  const leaf = (): gt.Tensor => gt.tensor([3, 1, 2, 5], { dtype: 'float64', requiresGrad: true });

  test('second derivatives through packed outputs other than the first', () => {
    const f = (x: gt.Tensor): gt.Tensor => packing(() => gt.linalg.svd(x.reshape(2, 2), { fullMatrices: false })[1].pow(3).sum());
    expect(gt.autograd.gradgradcheck(f, [leaf()])).toBe(true);
  });

  test('a view of a second output, after a write that is not recorded', () => {
    class Two extends gt.autograd.Function {
      static override forward(_: unknown, x: gt.Tensor): gt.Tensor[] {
        return [x.mul(1), x.mul(2)];
      }
      static override backward(_: unknown, a: gt.Tensor, b: gt.Tensor): gt.Tensor {
        return a.add(b.mul(2));
      }
    }
    const x = leaf();
    const second = Two.apply(x)[1] as gt.Tensor;
    const part = second.narrow(0, 1, 2);
    gt.noGrad(() => second.add_(1));
    part.sum().backward();
    expect(read(x.grad!)).toEqual([0, 2, 2, 0]);
  });

  test('draws into a tensor count as writes', () => {
    for (const draw of [gt.Tensor.prototype.uniform_, gt.Tensor.prototype.normal_, gt.Tensor.prototype.bernoulli_] as (() => gt.Tensor)[]) {
      const x = leaf();
      const y = x.exp();
      gt.noGrad(() => draw.call(y));
      expect(() => y.sum().backward()).toThrow(modified);
    }
  });
});

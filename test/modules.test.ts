// Every module against PyTorch: the state that the seed draws, how it prints, outputs, gradients and their gradients. The table is test/golden/parts/module_table.py.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { type ModuleRecord, type ModulesManifest, readGolden, type TensorRef } from './golden/read.js';
import { difference } from './golden/replay.js';
import { camel } from './golden/translate.js';

const golden = readGolden<ModulesManifest>('modules');
const { PackedSequence } = gt.nn.utils.rnn;
type Functions = Record<string, (...args: unknown[]) => unknown>;
const utils = gt.nn.utils as unknown as Functions;
const modules = gt.nn as unknown as Record<string, new (...args: unknown[]) => gt.nn.Module>;

// What PyTorch's arguments are here --------------------------------------------------------------------------------------------------------------------------------

const read = (ref: TensorRef): gt.Tensor => gt.fromTypedArray(golden.read(ref), ref.shape, { dtype: ref.dtype });

interface Encoded {
  $t?: TensorRef;
  $m?: [name: string, args: unknown[], kwargs: Record<string, unknown>];
  $p?: unknown[];
  $n?: string;
}
/** Tensors by their bytes: one that is given twice is one tensor. */
let known = new Map<number, gt.Tensor>();
function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const { $t, $m, $p, $n } = value as Encoded;
  if ($t !== undefined) {
    const t = known.get($t.off) ?? read($t);
    known.set($t.off, t);
    return t;
  }
  if ($m !== undefined) return build(...$m);
  if ($n !== undefined) return Number($n);
  if ($p !== undefined) return new PackedSequence(...($p.map(decode) as [gt.Tensor, gt.Tensor]));
  return named(value as Record<string, unknown>);
}
const named = (kwargs: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [camel(name), decode(value)]));
const withOptions = (args: unknown[], kwargs: Record<string, unknown>): unknown[] => [
  ...args.map(decode),
  ...(Object.keys(kwargs).length === 0 ? [] : [named(kwargs)]),
];
function build(name: string, args: unknown[], kwargs: Record<string, unknown>): gt.nn.Module {
  const Class = modules[name];
  if (Class === undefined) throw new Error(`${name} is missing`);
  return new Class(...withOptions(args, kwargs));
}

/** The tensors of a value in order. */
function tensors(value: unknown): gt.Tensor[] {
  if (value instanceof gt.Tensor) return [value];
  if (value instanceof PackedSequence) return [value.data];
  return Array.isArray(value) ? value.flatMap(tensors) : [];
}
const isFloat = ({ dtype }: gt.Tensor): boolean => dtype === 'float64';

// Comparison ---------------------------------------------------------------------------------------------------------------------------------------------------------

class Complaints {
  readonly list: string[] = [];
  /** Relative to the largest element. No gradient and one of zeros mean the same. */
  compare(what: string, got: gt.Tensor | null | undefined, ref: TensorRef | null, rel = 1e-11): void {
    if (ref === null) {
      if (got && Array.from<number | bigint>(got.toTypedArray() as never).some((v) => Number(v) !== 0)) this.list.push(`${what} is not null or zero`);
      return;
    }
    const want = golden.read(ref);
    if (got && String(got.shape) !== String(ref.shape)) this.list.push(`${what}: shape [${got.shape}] instead of [${ref.shape}]`);
    const largest = Array.from(want, Number).reduce((max, v) => Math.max(max, Number.isFinite(v) ? Math.abs(v) : 0), 0);
    const wrong = difference(got?.toTypedArray() ?? new Float64Array(want.length), want, { rel, abs: rel * Math.max(largest, 1e-3) });
    if (wrong !== undefined) this.list.push(`${what}: ${wrong}`);
  }
  all(what: string, got: readonly (gt.Tensor | null)[], refs: readonly (TensorRef | null)[], rel?: number): void {
    if (got.length !== refs.length) this.list.push(`${got.length} ${what}s instead of ${refs.length}`);
    else for (const [i, ref] of refs.entries()) this.compare(`${what} ${i}`, got[i], ref, rel);
  }
  state(what: string, module: gt.nn.Module, wanted: [string, TensorRef][]): void {
    const state = module.stateDict();
    for (const [key, ref] of wanted) this.compare(`${what} ${key}`, state[key], ref, 1e-13);
  }
}

/** sum(wave(k) * y[k]) over all elements of all floating point tensors. */
function weighted(ys: readonly gt.Tensor[], wave: (x: gt.Tensor) => gt.Tensor): gt.Tensor {
  const flat = gt.cat(ys.filter(isFloat).map((y) => y.reshape(-1)));
  return flat.mul(wave(gt.arange(flat.numel(), { dtype: 'float64' }))).sum();
}

function complaintsOf(record: ModuleRecord): string[] {
  const { name, args, kwargs, evaluate, wrap, repr, init, call, out, after, grads, twice } = record;
  const complaints = new Complaints();
  // PyTorch's derivative of hardsigmoid has 1/6 rounded to float32.
  const rel = name === 'Hardsigmoid' ? 1e-7 : 1e-11;
  known = new Map();
  gt.manualSeed(golden.manifest.seed);
  const module = build(name, args, kwargs);
  if (wrap !== null) utils[camel(wrap[0])](module, named(wrap[1]));
  if (evaluate) module.eval();
  expect(Object.keys(module.stateDict())).toEqual(init.map(([key]) => key));
  expect(`${module}`).toBe(repr);
  complaints.state('initial', module, init);
  const inputs = record.inputs.map(decode);
  const leaves = tensors(inputs).filter(isFloat).slice(0, record.leaves);
  for (const leaf of leaves) leaf.requiresGrad_();
  gt.manualSeed(golden.manifest.seed + 1);
  const ys = tensors(module.forward(...inputs, ...(Object.keys(call).length === 0 ? [] : [named(call)])));
  complaints.all('output', ys, out);
  complaints.state('changed', module, after);
  const changed = Object.fromEntries(after);
  for (const [key, ref] of init) if (!(key in changed)) complaints.state('kept', module, [[key, ref]]);
  if (grads === undefined || complaints.list.length > 0) return complaints.list;
  const sources = [...module.parameters().filter((p) => p.requiresGrad), ...leaves];
  const loss = weighted(
    ys.filter((y) => y.requiresGrad),
    gt.cos,
  );
  // Once as training does, and once as part of the graph: fused ops differentiate in two ways.
  complaints.all('gradient', gt.autograd.grad(loss, sources, { retainGraph: true, allowUnused: true }), grads, rel);
  if (twice === undefined) return complaints.list;
  const first = gt.autograd.grad(loss, sources, { createGraph: true, allowUnused: true });
  complaints.all('recorded gradient', first, grads, rel);
  const again = first.filter((g, i): g is gt.Tensor => record.known![i] && g !== null);
  // Where a derivative is constant, nothing here may be connected to the inputs.
  const second = again.some((g) => g.requiresGrad) ? gt.autograd.grad(weighted(again, gt.sin), sources, { allowUnused: true }) : sources.map(() => null);
  complaints.all('double gradient', second, twice, Math.max(rel, 1e-10));
  return complaints.list;
}

describe('modules are those of PyTorch', () => {
  beforeAll(() => gt.setDefaultDtype('float64'));
  afterAll(() => gt.setDefaultDtype('float32'));
  const titled = golden.manifest.modules.map((record, i) => [`${i} ${record.repr.split('\n')[0]} ${record.evaluate ? 'eval' : ''}`, record] as const);
  it.each(titled)('%s', (_, record) => expect(complaintsOf(record)).toEqual([]));
});

describe('initialisers draw as PyTorch does', () => {
  beforeAll(() => gt.setDefaultDtype('float64'));
  afterAll(() => gt.setDefaultDtype('float32'));
  it.each(golden.manifest.inits.map((init) => [`${init.name} ${JSON.stringify(init.args)} [${init.out.shape}]`, init] as const))(
    '%s',
    (_, { name, args, out }) => {
      gt.manualSeed(golden.manifest.seed);
      const t = gt.empty(out.shape);
      expect((gt.nn.init as unknown as Functions)[camel(name)](t, ...args)).toBe(t);
      const complaints = new Complaints();
      complaints.compare(name, t, out, 1e-13);
      expect(complaints.list).toEqual([]);
    },
  );
});

// Valid calls of every module, from PyTorch's module table.
import * as gt from '../../src/index.js';
import { type ModuleRecord, type ModulesManifest, readGolden, type TensorRef } from '../golden/read.js';
import { camel } from '../golden/translate.js';

const golden = readGolden<ModulesManifest>('modules');
const { PackedSequence } = gt.nn.utils.rnn;
type Class = new (...args: unknown[]) => gt.nn.Module;
const classes = gt.nn as unknown as Record<string, Class>;

const read = (ref: TensorRef): gt.Tensor => gt.fromTypedArray(golden.read(ref), ref.shape, { dtype: ref.dtype });

interface Encoded {
  $t?: TensorRef;
  $m?: [name: string, args: unknown[], kwargs: Record<string, unknown>];
  $p?: unknown[];
  $n?: string;
}
function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const { $t, $m, $p, $n } = value as Encoded;
  if ($t !== undefined) return read($t);
  if ($m !== undefined) return new classes[$m[0]](...withOptions($m[1], $m[2]));
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

export interface ModuleCall {
  readonly name: string;
  readonly Class: Class;
  readonly args: () => unknown[];
  readonly inputs: () => unknown[];
}

/** Of each module the call with the most arguments. */
export function moduleCalls(): ModuleCall[] {
  const best = new Map<string, ModuleRecord>();
  const breadth = ({ args, kwargs }: ModuleRecord): number => args.length + 2 * Object.keys(kwargs).length;
  for (const record of golden.manifest.modules) {
    const other = best.get(record.name);
    if (record.wrap === null && (other === undefined || breadth(record) > breadth(other))) best.set(record.name, record);
  }
  return [...best.values()].map(({ name, args, kwargs, inputs, call }) => ({
    name,
    Class: classes[name],
    args: () => withOptions(args, kwargs),
    inputs: () => withOptions(inputs, call),
  }));
}

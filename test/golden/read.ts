// Reads the fixtures of this folder; parts/container.py tells their layout.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type GoldenDType = 'float32' | 'float64' | 'int64' | 'int32' | 'uint8' | 'bool';
export type GoldenArray = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;

/** A tensor of a fixture: its elements stand in row-major order whatever stride it had. */
export interface TensorRef {
  dtype: GoldenDType;
  shape: number[];
  off: number;
  stride?: number[];
  storage_offset?: number;
  /** It requires grad. */
  rg?: 1;
  /** Its place among the leaves of its sample. */
  leaf?: number;
  /** A result: the dtype that it has in PyTorch, these being the truth. */
  as?: GoldenDType;
  /** A result of which PyTorch's own float32 is off where sums cancel: how far off it may be beside the tolerance. */
  slack?: number | 'Infinity';
}

export interface Golden<Manifest> {
  readonly manifest: Manifest;
  /** A copy of a tensor's elements, row-major. */
  read(ref: TensorRef): GoldenArray;
}

const arrays = { float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, uint8: Uint8Array, bool: Uint8Array };

/** Opens `<name>.golden.gz`. */
export function readGolden<Manifest>(name: 'ops' | 'nets' | 'modules' | 'random' | 'print' | 'programs' | 'optim' | 'scripts' | 'rows'): Golden<Manifest> {
  const bytes = gunzipSync(readFileSync(new URL(`${name}.golden.gz`, import.meta.url)));
  const end = 4 + bytes.readUInt32LE(0);
  const manifest = JSON.parse(bytes.toString('utf8', 4, end)) as Manifest;
  const data = Math.ceil(end / 8) * 8;
  const read = ({ dtype, shape, off }: TensorRef): GoldenArray => {
    const Type = arrays[dtype];
    const size = shape.reduce((a, b) => a * b, Type.BYTES_PER_ELEMENT);
    const copy = new Uint8Array(bytes.subarray(data + off, data + off + size));
    if (copy.length !== size) throw new Error(`golden ${name}: expected ${size} bytes at ${off}, got ${copy.length}`);
    return new Type(copy.buffer);
  };
  return { manifest, read };
}

// The manifest of `ops`, told in parts/ops.py and parts/record.py ------------------------------------------------------------------------------------------------------

export interface OpArguments {
  input: unknown;
  args: unknown[];
  kwargs: Record<string, unknown>;
}

export interface OpSample extends OpArguments {
  out: TensorRef[];
  noncontig?: 1;
  diff_out_idx?: number[];
  cot?: TensorRef[];
  grad?: (TensorRef | null)[];
  gg_of?: number[];
  gg_v?: TensorRef[];
  gg?: (TensorRef | null)[];
}

export interface OpError extends OpArguments {
  torch_error: string;
  torch_regex: string;
}

export interface OpsManifest {
  /** Every op is called under it. */
  seed: number;
  ops: { op: string; variant: string; dtype: GoldenDType | 'mixed'; samples: OpSample[]; errors: OpError[] }[];
}

// The manifest of `nets`, told in parts/nets.py ------------------------------------------------------------------------------------------------------

export interface NetsManifest {
  nets: {
    dtype: 'float32' | 'float64';
    seed: number;
    optimizer: 'SGD' | 'Adam';
    options: Record<string, number | boolean | number[]>;
    init: [string, TensorRef][];
    /** (batch, row, feature) and (batch, row): step s takes batch s modulo their number. */
    x: TensorRef;
    y: TensorRef;
    grads: [string, TensorRef][];
    losses: TensorRef;
    final: [string, TensorRef][];
  }[];
}

// The manifest of `modules`, told in parts/modules.py ------------------------------------------------------------------------------------------------

export interface ModuleRecord {
  name: string;
  args: unknown[];
  kwargs: Record<string, unknown>;
  evaluate: boolean;
  /** How many floating point inputs are differentiated. */
  leaves: number;
  /** A function of nn.utils that is applied to the module, and its arguments. */
  wrap: [name: string, kwargs: Record<string, unknown>] | null;
  repr: string;
  init: [string, TensorRef][];
  inputs: unknown[];
  call: Record<string, unknown>;
  out: TensorRef[];
  /** Of the state, what the call changed. */
  after: [string, TensorRef][];
  grads?: (TensorRef | null)[];
  twice?: (TensorRef | null)[];
  /** Which gradients the double gradients are of. */
  known?: boolean[];
}

export interface ModulesManifest {
  seed: number;
  modules: ModuleRecord[];
  /** What initialisers draw from the seed. */
  inits: { name: string; args: unknown[]; out: TensorRef }[];
}

// The manifest of `optim`, told in parts/optim.py and parts/schedules.py ------------------------------------------------------------------------------

export type Told = number | boolean | string | null | { tensor: TensorRef } | Told[] | { [key: string]: Told };
export interface Snapshot {
  params: TensorRef[];
  state: Record<string, Record<string, Told>>;
}
export type ScheduleSpec = [name: string, args: unknown[], options: Record<string, unknown>];

export interface OptimManifest {
  x: unknown[];
  c: unknown[];
  optimizers: {
    dtype: 'float32' | 'float64';
    name: string;
    options: Record<string, unknown>;
    losses: TensorRef;
    half: Snapshot & { groups: (Record<string, unknown> & { params: number[] })[] };
    final: Snapshot;
  }[];
  schedules: { optimizer: 'SGD' | 'Adam'; schedule: ScheduleSpec; rates: number[][]; momenta: number[][]; half: Record<string, unknown> }[];
}

// The manifest of `rows`, told in parts/rows.py ------------------------------------------------------------------------------------------------------

export interface RowsManifest {
  /** Outputs by expression and by the key of the inputs, see cases/torch.ts. */
  rows: Record<string, Record<string, TensorRef[]>>;
}

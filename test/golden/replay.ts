// Replays a sample of the operator database: forward, gradients, gradients of gradients. What differs from PyTorch comes back as a list of complaints.
import * as gt from '../../src/index.js';
import type { Golden, OpError, OpSample, OpsManifest, TensorRef } from './read.js';
import { argumentsOf, callOf } from './translate.js';

export interface Tolerance {
  readonly rel: number;
  readonly abs: number;
}

/** PyTorch's own; other dtypes are exact. */
export const tolerances: Readonly<Record<string, Tolerance>> = { float32: { rel: 1.3e-6, abs: 1e-5 }, float64: { rel: 1e-7, abs: 1e-7 } };

/** Ops of which an output is indices: int64 in PyTorch, int32 here. */
const givesIndices = new Set(
  'argmax argmin argsort bucketize cummax cummin kthvalue max median min mode nanmedian nn.functional.max_pool1d nn.functional.max_pool2d nonzero searchsorted sort topk unique'.split(
    ' ',
  ),
);

/** The tensors of a result in order: a tensor, an array, or an object that is an array too. */
const flat = (result: unknown): gt.Tensor[] => (result instanceof gt.Tensor ? [result] : Array.isArray(result) ? result.flatMap(flat) : []);

const equal = (got: number, want: number, { rel, abs }: Tolerance): boolean =>
  Object.is(got, want) || got === want || (Number.isNaN(got) && Number.isNaN(want)) || Math.abs(got - want) <= abs + rel * Math.abs(want);

/** The first element that differs, told; undefined if none does. */
export function difference(got: ArrayLike<number | bigint>, want: ArrayLike<number | bigint>, tolerance: Tolerance): string | undefined {
  if (got.length !== want.length) return `${got.length} elements instead of ${want.length}`;
  const wrong: number[] = [];
  for (let i = 0; i < want.length; i++) if (!equal(Number(got[i]), Number(want[i]), tolerance)) wrong.push(i);
  return wrong.length === 0 ? undefined : `${wrong.length} of ${want.length} differ, at ${wrong[0]} ${got[wrong[0]]} instead of ${want[wrong[0]]}`;
}

export class Replay {
  readonly complaints: string[] = [];

  constructor(
    readonly golden: Golden<OpsManifest>,
    readonly op: string,
    readonly sample: OpSample,
  ) {}

  run(): string[] {
    const { golden, sample } = this;
    const call = callOf(this.op);
    if (call === undefined) return [`${this.op} is missing`];
    const { args, leaves } = argumentsOf(golden, sample);
    gt.manualSeed(golden.manifest.seed);
    const outs = flat(call(...args));
    if (outs.length !== sample.out.length) return [`${outs.length} outputs instead of ${sample.out.length}`];
    for (const [i, ref] of sample.out.entries()) this.#compare(`output ${i}`, outs[i], ref);
    if (sample.cot !== undefined && this.complaints.length === 0) this.#gradients(outs, leaves);
    return this.complaints;
  }

  #gradients(outs: readonly gt.Tensor[], leaves: readonly gt.Tensor[]): void {
    const { sample } = this;
    const places = sample.diff_out_idx!;
    if (places.includes(-1)) return;
    const judged = places.map((i) => outs[i]);
    const detached = judged.findIndex((y) => !y.requiresGrad);
    if (detached >= 0) {
      this.complaints.push(`output ${places[detached]} does not require grad`);
      return;
    }
    const twice = sample.gg_of !== undefined;
    const cots = sample.cot!.map((ref, i) => this.#tensor(ref, judged[i].dtype).requiresGrad_(twice));
    const grads = gt.autograd.grad(judged, leaves, { gradOutputs: cots, createGraph: twice, allowUnused: true });
    for (const [i, ref] of sample.grad!.entries()) this.#compareGradient(`gradient ${i}`, grads[i], ref, leaves[i]);
    if (!twice) return;
    // A gradient that depends on nothing here must have zero derivatives there.
    const again = sample.gg_of!.map((leaf, k) => ({ y: grads[leaf], v: sample.gg_v![k] })).filter(({ y }) => y?.requiresGrad);
    const inputs = [...leaves, ...cots];
    const options = { gradOutputs: again.map(({ y, v }) => this.#tensor(v, y!.dtype)), allowUnused: true } as const;
    const second =
      again.length === 0
        ? inputs.map(() => null)
        : gt.autograd.grad(
            again.map(({ y }) => y!),
            inputs,
            options,
          );
    for (const [i, ref] of sample.gg!.entries()) {
      this.#compareGradient(`double gradient ${i} of ${leaves.length} + ${cots.length}`, second[i], ref, inputs[i]);
    }
  }

  #tensor(ref: TensorRef, dtype: gt.DType): gt.Tensor {
    return gt.fromTypedArray(this.golden.read(ref), ref.shape, { dtype });
  }

  /** No gradient and a gradient of zeros mean the same. */
  #compareGradient(what: string, got: gt.Tensor | null, ref: TensorRef | null, like: gt.Tensor): void {
    if (got === null && ref === null) return;
    const { dtype, shape, count } = like;
    if (got !== null && (got.dtype !== dtype || String(got.shape) !== String(shape)))
      this.complaints.push(`${what}: ${got.dtype} [${got.shape}] for ${dtype} [${shape}]`);
    const zeros = new Float64Array(count);
    this.#compareValues(what, got?.toTypedArray() ?? zeros, ref === null ? zeros : this.golden.read(ref), dtype, ref?.slack);
  }

  #compare(what: string, got: gt.Tensor, ref: TensorRef): void {
    const dtype = ref.as ?? ref.dtype;
    if (got.dtype !== dtype && !(dtype === 'int64' && got.dtype === 'int32' && givesIndices.has(this.op)))
      this.complaints.push(`${what}: dtype ${got.dtype} instead of ${dtype}`);
    if (String(got.shape) !== String(ref.shape)) this.complaints.push(`${what}: shape [${got.shape}] instead of [${ref.shape}]`);
    else this.#compareValues(what, got.toTypedArray(), this.golden.read(ref), dtype, ref.slack);
  }

  #compareValues(what: string, got: ArrayLike<number | bigint>, truth: ArrayLike<number | bigint>, dtype: gt.DType, slack: number | string = 0): void {
    const { rel, abs } = tolerances[dtype] ?? { rel: 0, abs: 0 };
    // float32 has no number for what overflows it.
    const want = dtype === 'float32' ? Float32Array.from(truth as ArrayLike<number>) : truth;
    const complaint = difference(got, want, { rel, abs: abs + Number(slack) });
    if (complaint !== undefined) this.complaints.push(`${what}: ${complaint}`);
  }
}

/** A call that PyTorch refuses must throw a GradtapeError. */
export function replayError(golden: Golden<OpsManifest>, op: string, error: OpError): string | undefined {
  const call = callOf(op);
  if (call === undefined) return `${op} is missing`;
  try {
    const { args } = argumentsOf(golden, error);
    call(...args);
  } catch (thrown) {
    return thrown instanceof gt.GradtapeError
      ? undefined
      : `a ${(thrown as Error)?.constructor?.name} was thrown: ${(thrown as Error)?.stack?.split('\n').slice(0, 3).join(' ')}`;
  }
  return 'nothing was thrown';
}

/** A call as a complaint shows it. */
export function describeCall({ input, args, kwargs }: { input: unknown; args: unknown[]; kwargs: object }): string {
  const text = JSON.stringify([input, args, kwargs], (key, value) =>
    key === '$t' ? `${value.dtype}[${value.shape}]${value.stride ? ` strides [${value.stride}]` : ''}` : value,
  );
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

// Multi-head attention.
import { bool, type DType, uint8 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, ShapeError, show } from '../core/errors.js';
import { checkSize, sameShape, showShape } from '../core/shape.js';
import { type ArgsOf, asTensor, readArgs } from '../ops/args.js';
import { empty, zeros } from '../ops/create.js';
import { dropout } from '../ops/functional.js';
import { pad } from '../ops/images.js';
import { add, bmm, cat, contiguous, div, expand, logicalOr, mean, ne, reshape, select, split, transpose, unsqueeze, where } from '../ops/index.js';
import { linear } from '../ops/linear.js';
import { softmax } from '../ops/softmax.js';
import type { Tensor } from '../tensor/tensor.js';
import { zeros_ as clear, xavierNormal_, xavierUniform_ } from './init.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { readOptions } from './options.js';
import { Parameter } from './parameter.js';

/** A Linear; PyTorch prints it under this name. */
class NonDynamicallyQuantizableLinear extends Linear {}

/** Options of `MultiheadAttention`. */
export interface AttentionModuleOptions {
  /** Probability with which weights are dropped in training; 0 by default. */
  dropout?: number;
  /** Whether the projections have a bias; true by default. */
  bias?: boolean;
  /** Whether a learned key and value are appended. */
  addBiasKv?: boolean;
  /** Whether a key and value of 0 are appended. */
  addZeroAttn?: boolean;
  /** Size of a key; embedDim by default. */
  kdim?: number | null;
  /** Size of a value; embedDim by default. */
  vdim?: number | null;
  /** Whether tensors are (N, L, E) instead of (L, N, E). */
  batchFirst?: boolean;
  /** Dtype of the parameters. */
  dtype?: DType | null;
}
const order = ['dropout', 'bias', 'addBiasKv', 'addZeroAttn', 'kdim', 'vdim', 'batchFirst'] as const;

/** Options of a call of `MultiheadAttention`. */
export interface AttentionCallOptions {
  /** (N, S): true hides a key. */
  keyPaddingMask?: Tensor | null;
  /** Whether the weights are returned too; true by default. */
  needWeights?: boolean;
  /** (L, S) or (N · heads, L, S): boolean (true hides) or added. */
  attnMask?: Tensor | null;
  /** Whether the weights are averaged over the heads; true by default. */
  averageAttnWeights?: boolean;
}
const callOrder = ['keyPaddingMask', 'needWeights', 'attnMask', 'averageAttnWeights'] as const;

const name = 'MultiheadAttention';
const swapped = (t: Tensor): Tensor => transpose(t, 0, 1);
const penalty = (mask: Tensor, like: Tensor): Tensor => (mask.dt === bool ? where(mask, Number.NEGATIVE_INFINITY, zeros([], { dtype: like.dtype })) : mask);

/** Both masks as one; as in PyTorch truth and numbers may meet. */
function joined(attention: Tensor | null, keys: Tensor | null, like: Tensor): Tensor | null {
  if (attention === null || keys === null) return attention ?? keys;
  if (attention.dt === bool && keys.dt === bool) return logicalOr(attention, keys);
  return add(penalty(attention, like), penalty(keys, like));
}

/**
 * softmax(q kᵀ / √d) v in several heads, between learned projections: query (L, N, E), key (S, N,
 * kdim), value (S, N, vdim) to [(L, N, E), weights (N, L, S)]; without N for one sequence.
 *
 * @example
 * const x = gt.ones([5, 2, 8]);
 * const [y, weights] = new gt.nn.MultiheadAttention(8, 2).forward(x, x, x);
 * y.shape; // [5, 2, 8]
 * weights!.shape; // [2, 5, 5]
 * @see Vaswani et al., 2017; PyTorch `torch.nn.MultiheadAttention`
 */
export class MultiheadAttention extends Module {
  /** Size of a key. */
  readonly kdim: number;
  /** Size of a value. */
  readonly vdim: number;
  /** Size of a query in one head. */
  readonly headDim: number;
  /** Whether tensors are (N, L, E) instead of (L, N, E). */
  readonly batchFirst: boolean;
  /** Whether a key and value of 0 are appended. */
  readonly addZeroAttn: boolean;
  /** Probability with which weights are dropped in training. */
  dropout: number;
  /** The three projections, (3E, E); null if sizes differ. */
  declare in_proj_weight: Parameter | null;
  /** The query's projection, (E, E); null if sizes are equal. */
  declare q_proj_weight: Parameter | null;
  /** The key's projection, (E, kdim); null if sizes are equal. */
  declare k_proj_weight: Parameter | null;
  /** The value's projection, (E, vdim); null if sizes are equal. */
  declare v_proj_weight: Parameter | null;
  /** The three biases, (3E); null without. */
  declare in_proj_bias: Parameter | null;
  /** The projection of the result. */
  out_proj: Linear;
  /** The appended key, (1, 1, E); null without. */
  declare bias_k: Parameter | null;
  /** The appended value, (1, 1, E); null without. */
  declare bias_v: Parameter | null;

  /**
   * @param embedDim - The size E.
   * @param numHeads - How many heads; divides embedDim.
   * @param args - `dropout` (0), `bias` (true), `addBiasKv`, `addZeroAttn`, `kdim`, `vdim`,
   * `batchFirst` (false), positional or by name; `dtype`.
   * @throws ArgumentError if `numHeads` does not divide `embedDim`.
   */
  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    ...args: ArgsOf<AttentionModuleOptions, typeof order>
  ) {
    super();
    const options = readOptions<AttentionModuleOptions>(name, args, order, ['dtype']);
    const { bias = true, addBiasKv = false, addZeroAttn = false, batchFirst = false, dtype } = options;
    checkSize(name, 'embedDim', embedDim);
    if (checkSize(name, 'numHeads', numHeads) === 0 || embedDim % numHeads !== 0)
      fail(ArgumentError, name, `embedDim ${embedDim} divisible by numHeads`, `${numHeads}: embed_dim must be divisible by num_heads`);
    this.dropout = options.dropout ?? 0;
    if (!(this.dropout >= 0 && this.dropout <= 1)) fail(ArgumentError, name, 'dropout in [0, 1]', show(this.dropout));
    this.kdim = options.kdim ?? embedDim;
    this.vdim = options.vdim ?? embedDim;
    this.headDim = embedDim / numHeads;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;
    const same = this.kdim === embedDim && this.vdim === embedDim;
    const parameter = (wanted: boolean, ...shape: number[]): Parameter | null => (wanted ? new Parameter(empty(shape, { dtype })) : null);
    this.q_proj_weight = parameter(!same, embedDim, embedDim);
    this.k_proj_weight = parameter(!same, embedDim, this.kdim);
    this.v_proj_weight = parameter(!same, embedDim, this.vdim);
    this.in_proj_weight = parameter(same, 3 * embedDim, embedDim);
    this.in_proj_bias = parameter(bias, 3 * embedDim);
    this.out_proj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, { bias, dtype });
    this.bias_k = parameter(addBiasKv, 1, 1, embedDim);
    this.bias_v = parameter(addBiasKv, 1, 1, embedDim);
    this.resetParameters();
  }
  /** Draws the weights by xavierUniform_; biases are 0. */
  resetParameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) if (weight !== null) xavierUniform_(weight);
    for (const bias of [this.in_proj_bias, this.in_proj_bias && this.out_proj.bias]) if (bias !== null) clear(bias);
    for (const bias of [this.bias_k, this.bias_v]) if (bias !== null) xavierNormal_(bias);
  }

  /** (L, N, E) of queries, keys and values each. What is the same tensor is projected by one product. */
  #project(query: Tensor, key: Tensor, value: Tensor): Tensor[] {
    const { embedDim, in_proj_bias: bias } = this;
    const biases = bias === null ? [null, null, null] : split(bias, embedDim);
    if (this.in_proj_weight === null)
      return [linear(query, this.q_proj_weight!, biases[0]), linear(key, this.k_proj_weight!, biases[1]), linear(value, this.v_proj_weight!, biases[2])];
    if (query === key && key === value) return split(linear(query, this.in_proj_weight, bias), embedDim, -1);
    const weights = split(this.in_proj_weight, embedDim);
    return [query, key, value].map((x, i) => linear(x, weights[i], biases[i]));
  }

  /** (L, N, E) as (N * heads, L, head). */
  #heads(x: Tensor): Tensor {
    const [length, batch] = x.shape;
    return swapped(reshape(contiguous(x), [length, batch * this.numHeads, this.headDim]));
  }

  #checkMasks(attention: Tensor | null, keys: Tensor | null, length: number, source: number, batch: number): void {
    for (const [role, mask] of Object.entries({ attnMask: attention, keyPaddingMask: keys })) {
      if (mask !== null && asTensor(name, role, mask).dt !== bool && !mask.isFloatingPoint() && !(role === 'attnMask' && mask.dt === uint8))
        fail(DTypeError, name, `${role} of truth or floating point numbers`, `${mask.dtype}: only bool and floating types of masks are supported`);
    }
    if (keys !== null && !sameShape(keys.shape, [batch, source]))
      fail(ShapeError, name, `keyPaddingMask of shape [${batch}, ${source}]`, showShape(keys.shape));
    if (attention === null) return;
    const shapes = [
      [length, source],
      [batch * this.numHeads, length, source],
    ];
    if (!shapes.some((shape) => sameShape(shape, attention.shape)))
      fail(ShapeError, name, `attnMask of shape ${shapes.map(showShape).join(' or ')}`, showShape(attention.shape));
  }

  /** Queries (L, N, E), keys (S, N, kdim), values (S, N, vdim), all without N, or with N first -> [outputs like the queries, weights (N, L, S) or null]. */
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...args: ArgsOf<AttentionCallOptions, typeof callOrder>
  ): [output: Tensor, weights: Tensor | null] {
    const { keyPaddingMask = null, needWeights = true, attnMask = null, averageAttnWeights = true } = readArgs<AttentionCallOptions>(name, args, callOrder);
    const { ndim } = asTensor(name, 'query', query);
    const given = [query, asTensor(name, 'key', key), asTensor(name, 'value', value)];
    if ((ndim !== 2 && ndim !== 3) || given.some((t) => t.ndim !== ndim))
      fail(ShapeError, name, 'query, key and value of 2 or of 3 dims', given.map((t) => showShape(t.shape)).join(', '));
    const batched = ndim === 3;
    // The same tensors stay the same.
    const placed = new Map(given.map((t) => [t, batched ? (this.batchFirst ? swapped(t) : t) : unsqueeze(t, 1)]));
    const [q0, k0, v0] = given.map((t) => placed.get(t)!);
    const sizes = [this.embedDim, this.kdim, this.vdim];
    [q0, k0, v0].forEach((t, i) => {
      if (t.shape[2] !== sizes[i] || t.shape[1] !== q0.shape[1] || (i > 0 && t.shape[0] !== k0.shape[0]))
        fail(ShapeError, name, `${['a query', 'a key', 'a value'][i]} of embedding dimension ${sizes[i]} that fits the others`, showShape(given[i].shape));
    });
    const [length, batch] = q0.shape;
    const padding = keyPaddingMask !== null && !batched ? unsqueeze(keyPaddingMask, 0) : keyPaddingMask;
    this.#checkMasks(attnMask, padding, length, k0.shape[0], batch);
    const { output, weights } = this.#attend(this.#project(q0, k0, v0), attnMask, padding);
    const whole = batched ? (this.batchFirst ? swapped(output) : output) : select(output, 1, 0);
    if (!needWeights) return [whole, null];
    const apart = reshape(weights, [batch, this.numHeads, length, weights.shape[2]]);
    const shown = averageAttnWeights ? mean(apart, 1) : apart;
    return [whole, batched ? shown : select(shown, 0, 0)];
  }

  #attend([q0, k0, v0]: readonly Tensor[], attnMask: Tensor | null, keyPaddingMask: Tensor | null): { output: Tensor; weights: Tensor } {
    const { numHeads, embedDim, headDim, bias_k, bias_v } = this;
    const [length, batch] = q0.shape;
    const more = (x: Tensor, bias: Parameter | null): Tensor => (bias === null ? x : cat([x, expand(bias, 1, batch, embedDim)]));
    const zero = (x: Tensor): Tensor => (this.addZeroAttn ? cat([x, zeros([x.shape[0], 1, headDim], { dtype: x.dtype })], 1) : x);
    const [q, k, v] = [this.#heads(q0), zero(this.#heads(more(k0, bias_k))), zero(this.#heads(more(v0, bias_v)))];
    const source = k.shape[1];
    // Keys that were added are never masked.
    const wider = (mask: Tensor | null): Tensor | null => (mask === null || mask.shape.at(-1) === source ? mask : pad(mask, [0, source - mask.shape.at(-1)!]));
    const attention = attnMask?.dt === uint8 ? ne(attnMask, 0) : attnMask;
    const keys = wider(keyPaddingMask);
    const perHead = keys === null ? null : reshape(expand(reshape(keys, [batch, 1, 1, source]), -1, numHeads, -1, -1), [batch * numHeads, 1, source]);
    const mask = joined(wider(attention), perHead, q);
    const scores = bmm(div(q, Math.sqrt(headDim)), transpose(k, 1, 2));
    const all = softmax(mask === null ? scores : add(scores, penalty(mask, q)), -1);
    const weights = this.training && this.dropout > 0 ? dropout(all, this.dropout) : all;
    const heads = reshape(swapped(bmm(weights, v)), [length * batch, embedDim]);
    return { output: reshape(this.out_proj.forward(heads), [length, batch, embedDim]), weights };
  }
}

// The Transformer of "Attention is all you need": encoder and decoder, and the layers they are stacks of.
import type { DType } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { gelu, relu } from '../ops/activation.js';
import { type ArgsOf, asTensor, readArgs } from '../ops/args.js';
import { full } from '../ops/create.js';
import { add, triu } from '../ops/index.js';
import { getRngState, setRngState } from '../ops/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { MultiheadAttention } from './attention.js';
import { ModuleList } from './containers.js';
import { Dropout } from './dropout.js';
import { xavierUniform_ } from './init.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { LayerNorm } from './norm.js';
import { checked, readOptions } from './options.js';

type Activation = (x: Tensor) => Tensor;
export interface TransformerLayerOptions {
  dimFeedforward?: number;
  dropout?: number;
  activation?: 'relu' | 'gelu' | Activation;
  layerNormEps?: number;
  /** (N, L, E) instead of (L, N, E). */
  batchFirst?: boolean;
  /** Normalises before attention and feedforward instead of after. */
  normFirst?: boolean;
  dtype?: DType | null;
}
const layerOrder = ['dimFeedforward', 'dropout', 'activation', 'layerNormEps', 'batchFirst', 'normFirst'] as const;
type LayerArgs = ArgsOf<TransformerLayerOptions, typeof layerOrder>;

function activationOf(name: string, activation: TransformerLayerOptions['activation'] = 'relu'): Activation {
  if (typeof activation === 'function') return activation;
  if (activation !== 'relu' && activation !== 'gelu') fail(ArgumentError, name, "activation to be 'relu', 'gelu' or a function", show(activation));
  return activation === 'relu' ? relu : (x) => gelu(x);
}

/** Layers of encoder and decoder. */
abstract class Layer extends Module {
  /** The self-attention. */
  self_attn: MultiheadAttention;
  /** The activation of the feedforward network. */
  readonly activation: Activation;
  /** Whether layer norm comes before each part instead of after it. */
  readonly normFirst: boolean;
  protected readonly given: TransformerLayerOptions;
  /** The first layer of the feedforward network. */
  declare linear1: Linear;
  /** The dropout inside the feedforward network. */
  declare dropout: Dropout;
  /** The second layer of the feedforward network. */
  declare linear2: Linear;

  constructor(
    readonly dModel: number,
    readonly nhead: number,
    args: readonly unknown[],
  ) {
    super();
    this.given = readOptions<TransformerLayerOptions>(new.target.name, args, layerOrder, ['dtype']);
    this.activation = activationOf(new.target.name, this.given.activation);
    this.normFirst = this.given.normFirst ?? false;
    this.self_attn = this.attention();
  }
  protected attention(): MultiheadAttention {
    const { dropout = 0.1, batchFirst = false, dtype } = this.given;
    return new MultiheadAttention(this.dModel, this.nhead, dropout, { batchFirst, dtype });
  }
  /** The feedforward network, then as many norms and dropouts as there are blocks. */
  protected addParts(blocks: number): void {
    const { dimFeedforward = 2048, dropout: p = 0.1, layerNormEps: eps = 1e-5, dtype } = this.given;
    this.linear1 = new Linear(this.dModel, dimFeedforward, { dtype });
    this.dropout = new Dropout(p);
    this.linear2 = new Linear(dimFeedforward, this.dModel, { dtype });
    for (let i = 1; i <= blocks; i++) this.addModule(`norm${i}`, new LayerNorm(this.dModel, { eps, dtype }));
    for (let i = 1; i <= blocks; i++) this.addModule(`dropout${i}`, new Dropout(p));
  }
  #part(name: string): (x: Tensor) => Tensor {
    const module = (this as unknown as Record<string, Module>)[name];
    return (x) => module.forward(x) as Tensor;
  }
  /** Block i around x: its norm, the residual connection and its dropout. */
  protected block(i: number, x: Tensor, f: (x: Tensor) => Tensor): Tensor {
    const [norm, drop] = [this.#part(`norm${i}`), this.#part(`dropout${i}`)];
    return this.normFirst ? add(x, drop(f(norm(x)))) : norm(add(x, drop(f(x))));
  }
  protected feedforward(x: Tensor): Tensor {
    return this.linear2.forward(this.dropout.forward(this.activation(this.linear1.forward(x))));
  }
  /** Another layer of the same kind and values; draws no random numbers. */
  clone(): this {
    const state = getRngState();
    const Class = this.constructor as new (dModel: number, nhead: number, options: TransformerLayerOptions) => this;
    const copy = new Class(this.dModel, this.nhead, { ...this.given, dtype: this.linear1.weight.dtype });
    setRngState(state);
    copy.loadStateDict(this.stateDict());
    return copy.train(this.training);
  }
}

export interface EncoderLayerCall {
  srcMask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
}
/**
 * Self-attention and a feedforward network, each with a residual connection and layer norm: (S, N,
 * E).
 *
 * @example
 * new gt.nn.TransformerEncoderLayer(8, 2, 16).forward(gt.ones([5, 3, 8])).shape; // [5, 3, 8]
 * @see Vaswani et al., 2017; PyTorch `torch.nn.TransformerEncoderLayer`
 */
export class TransformerEncoderLayer extends Layer {
  /**
   * @param dModel - The size E.
   * @param nhead - Heads of the attention.
   * @param args - `dimFeedforward` (2048), `dropout` (0.1), `activation` ('relu'), and so on;
   * positional or by name.
   */
  constructor(dModel: number, nhead: number, ...args: LayerArgs) {
    super(dModel, nhead, args);
    this.addParts(2);
  }
  override forward(src: Tensor, ...args: ArgsOf<EncoderLayerCall, ['srcMask', 'srcKeyPaddingMask']>): Tensor {
    const { srcMask: attnMask, srcKeyPaddingMask: keyPaddingMask } = readArgs<EncoderLayerCall>(this.constructor.name, args, ['srcMask', 'srcKeyPaddingMask']);
    const x = this.block(1, src, (v) => this.self_attn.forward(v, v, v, { attnMask, keyPaddingMask, needWeights: false })[0]);
    return this.block(2, x, (v) => this.feedforward(v));
  }
}

export interface DecoderCall {
  tgtMask?: Tensor | null;
  memoryMask?: Tensor | null;
  tgtKeyPaddingMask?: Tensor | null;
  memoryKeyPaddingMask?: Tensor | null;
}
const decoderCall = ['tgtMask', 'memoryMask', 'tgtKeyPaddingMask', 'memoryKeyPaddingMask'] as const;
/**
 * Self-attention, attention to the encoder's output and a feedforward network, each with a residual
 * connection and layer norm: target (T, N, E) and memory (S, N, E) to (T, N, E).
 *
 * @example
 * const layer = new gt.nn.TransformerDecoderLayer(8, 2, 16);
 * layer.forward(gt.ones([4, 3, 8]), gt.ones([5, 3, 8])).shape; // [4, 3, 8]
 * @see Vaswani et al., 2017; PyTorch `torch.nn.TransformerDecoderLayer`
 */
export class TransformerDecoderLayer extends Layer {
  /** The attention to the encoder's output. */
  multihead_attn: MultiheadAttention;
  /**
   * @param dModel - The size E.
   * @param nhead - Heads of both attentions.
   * @param args - `dimFeedforward` (2048), `dropout` (0.1), `activation` ('relu'), and so on;
   * positional or by name.
   */
  constructor(dModel: number, nhead: number, ...args: LayerArgs) {
    super(dModel, nhead, args);
    this.multihead_attn = this.attention();
    this.addParts(3);
  }
  override forward(tgt: Tensor, memory: Tensor, ...args: ArgsOf<DecoderCall, typeof decoderCall>): Tensor {
    const { tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask } = readArgs<DecoderCall>(this.constructor.name, args, decoderCall);
    const own = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, needWeights: false };
    const other = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, needWeights: false };
    let x = this.block(1, tgt, (v) => this.self_attn.forward(v, v, v, own)[0]);
    x = this.block(2, x, (v) => this.multihead_attn.forward(v, memory, memory, other)[0]);
    return this.block(3, x, (v) => this.feedforward(v));
  }
}

/** A module that can make others like itself. */
type Clonable = Module & { clone(): Module };
/** Copies of a layer, as PyTorch's deep copies. */
function copies(name: string, layer: Module, count: number): ModuleList {
  if (typeof (layer as { clone?: unknown } | null)?.clone !== 'function') fail(ArgumentError, name, 'a layer with a method clone()', show(layer));
  return new ModuleList(Array.from({ length: checked(name, 'numLayers', count) }, () => (layer as Clonable).clone()));
}

const finalNorm = (name: string, norm: Module | null): Module | null =>
  norm === null || norm instanceof Module ? norm : fail(ArgumentError, name, 'norm to be a module or null', show(norm));

export interface EncoderCall {
  mask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
}
/**
 * Encoder layers, one after the other: (S, N, E), the same shape.
 *
 * @example
 * const net = new gt.nn.TransformerEncoder(new gt.nn.TransformerEncoderLayer(8, 2, 16), 2);
 * net.forward(gt.ones([5, 3, 8])).shape; // [5, 3, 8]
 * @see Vaswani et al., 2017; PyTorch `torch.nn.TransformerEncoder`
 */
export class TransformerEncoder extends Module {
  /** The layers. */
  layers: ModuleList;
  /** The layer on the result; null without. */
  norm: Module | null;
  /**
   * @param encoderLayer - Copied for each layer.
   * @param numLayers - How many.
   * @param norm - A layer on the result, if any.
   */
  constructor(
    encoderLayer: Module,
    readonly numLayers: number,
    norm: Module | null = null,
  ) {
    super();
    this.layers = copies('TransformerEncoder', encoderLayer, numLayers);
    this.norm = finalNorm(new.target.name, norm);
  }
  override forward(src: Tensor, ...args: ArgsOf<EncoderCall, ['mask', 'srcKeyPaddingMask']>): Tensor {
    const { mask, srcKeyPaddingMask } = readArgs<EncoderCall>('TransformerEncoder', args, ['mask', 'srcKeyPaddingMask']);
    let x = asTensor('TransformerEncoder', 'src', src);
    for (const layer of this.layers) x = layer.forward(x, { srcMask: mask, srcKeyPaddingMask });
    return this.norm === null ? x : this.norm.forward(x);
  }
}
/**
 * Decoder layers, one after the other: target (T, N, E) and memory (S, N, E) to (T, N, E).
 *
 * @example
 * const layer = new gt.nn.TransformerDecoderLayer(8, 2, 16);
 * const net = new gt.nn.TransformerDecoder(layer, 2);
 * net.forward(gt.ones([4, 3, 8]), gt.ones([5, 3, 8])).shape; // [4, 3, 8]
 * @see Vaswani et al., 2017; PyTorch `torch.nn.TransformerDecoder`
 */
export class TransformerDecoder extends Module {
  /** The layers. */
  layers: ModuleList;
  /** The layer on the result; null without. */
  norm: Module | null;
  /**
   * @param decoderLayer - Copied for each layer.
   * @param numLayers - How many.
   * @param norm - A layer on the result, if any.
   */
  constructor(
    decoderLayer: Module,
    readonly numLayers: number,
    norm: Module | null = null,
  ) {
    super();
    this.layers = copies('TransformerDecoder', decoderLayer, numLayers);
    this.norm = finalNorm(new.target.name, norm);
  }
  override forward(tgt: Tensor, memory: Tensor, ...args: ArgsOf<DecoderCall, typeof decoderCall>): Tensor {
    const masks = readArgs<DecoderCall>('TransformerDecoder', args, decoderCall);
    let x = asTensor('TransformerDecoder', 'tgt', tgt);
    for (const layer of this.layers) x = layer.forward(x, memory, masks);
    return this.norm === null ? x : this.norm.forward(x);
  }
}

export interface TransformerOptions extends TransformerLayerOptions {
  dModel?: number;
  nhead?: number;
  numEncoderLayers?: number;
  numDecoderLayers?: number;
  customEncoder?: Module | null;
  customDecoder?: Module | null;
}
const order = [
  'dModel',
  'nhead',
  'numEncoderLayers',
  'numDecoderLayers',
  'dimFeedforward',
  'dropout',
  'activation',
  'customEncoder',
  'customDecoder',
  'layerNormEps',
  'batchFirst',
  'normFirst',
] as const;
export interface TransformerCall extends DecoderCall {
  srcMask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
}
const call = ['srcMask', 'tgtMask', 'memoryMask', 'srcKeyPaddingMask', 'tgtKeyPaddingMask', 'memoryKeyPaddingMask'] as const;

/**
 * An encoder of the source, whose output a decoder of the target attends to: (S, N, E), (T, N, E)
 * to (T, N, E).
 *
 * @example
 * const net = new gt.nn.Transformer(8, 2, 1, 1, 16);
 * net.forward(gt.ones([5, 3, 8]), gt.ones([4, 3, 8])).shape; // [4, 3, 8]
 * @see Vaswani et al., 2017; PyTorch `torch.nn.Transformer`
 */
export class Transformer extends Module {
  /** The encoder. */
  encoder: Module;
  /** The decoder. */
  decoder: Module;
  /** The size E. */
  readonly dModel: number;
  /** Heads of each attention. */
  readonly nhead: number;
  /** Whether tensors are (N, L, E) instead of (L, N, E). */
  readonly batchFirst: boolean;
  /**
   * @param args - `dModel` (512), `nhead` (8), `numEncoderLayers` (6), `numDecoderLayers` (6),
   * `dimFeedforward` (2048), `dropout` (0.1), `activation`, and so on; positional or by name.
   */
  constructor(...args: ArgsOf<TransformerOptions, typeof order>) {
    super();
    const options = readOptions<TransformerOptions>('Transformer', args, order, ['dtype']);
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6, customEncoder = null, customDecoder = null, ...layer } = options;
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps: layer.layerNormEps ?? 1e-5, dtype: layer.dtype });
    this.encoder = customEncoder ?? new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, layer), numEncoderLayers, norm());
    this.decoder = customDecoder ?? new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, layer), numDecoderLayers, norm());
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = layer.batchFirst ?? false;
    this.resetParameters();
  }
  /** Draws all matrices by xavierUniform_. */
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }
  /**
   * A mask that hides later positions: -Infinity above the diagonal, else 0.
   *
   * @param size - Positions.
   * @param options - `dtype`.
   * @returns (size, size).
   */
  static generateSquareSubsequentMask(size: number, options: { dtype?: DType } = {}): Tensor {
    return triu(full([size, size], Number.NEGATIVE_INFINITY, options), 1);
  }
  override forward(src: Tensor, tgt: Tensor, ...args: ArgsOf<TransformerCall, typeof call>): Tensor {
    const { srcMask, srcKeyPaddingMask, ...decoding } = readArgs<TransformerCall>('Transformer', args, call);
    const at = this.batchFirst ? 0 : 1;
    for (const t of [asTensor('Transformer', 'src', src), asTensor('Transformer', 'tgt', tgt)]) {
      if (t.shape.at(-1) !== this.dModel)
        fail(
          ShapeError,
          'Transformer',
          `src and tgt of ${this.dModel} features`,
          `${showShape(t.shape)}: the feature number of src and tgt must be equal to d_model`,
        );
    }
    if (src.ndim === 3 && src.shape[at] !== tgt.shape[at])
      fail(ShapeError, 'Transformer', 'as many sources as targets', `${src.shape[at]} and ${tgt.shape[at]}: the batch number of src and tgt must be equal`);
    const memory = this.encoder.forward(src, { mask: srcMask, srcKeyPaddingMask });
    return this.decoder.forward(tgt, memory, decoding);
  }
}

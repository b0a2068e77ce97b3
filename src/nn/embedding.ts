// Tables of vectors as modules.
import type { DType } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { checkSize, showShape } from '../core/shape.js';
import { type ArgsOf, asTensor } from '../ops/args.js';
import { empty } from '../ops/create.js';
import type { BagMode } from '../ops/embedding.js';
import { embedding, embeddingBag } from '../ops/families.js';
import { fill_, select } from '../ops/index.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { normal_ } from './init.js';
import { Module } from './module.js';
import { readOptions } from './options.js';
import { Parameter } from './parameter.js';
import { pythonFloat } from './repr.js';

/** Options of `Embedding`. */
export interface EmbeddingModuleOptions {
  /** The row that gets no gradient and is 0 at first. */
  paddingIdx?: number | null;
  /** Rows that are used are scaled to at most this norm. */
  maxNorm?: number | null;
  /** The p of that norm; 2 by default. */
  normType?: number;
  /** Whether gradients are divided by how often a row is used. */
  scaleGradByFreq?: boolean;
  /** Accepted as in PyTorch; gradients are dense. */
  sparse?: boolean;
  /** Dtype of the weight. */
  dtype?: DType | null;
}

/** A table of vectors. */
abstract class Table extends Module {
  /** The row that gets no gradient. */
  readonly paddingIdx: number | null;
  /** The largest norm of a row that is used. */
  readonly maxNorm: number | null;
  /** The p of that norm. */
  readonly normType: number;
  /** Whether gradients are divided by how often a row is used. */
  readonly scaleGradByFreq: boolean;
  /** The table, (numEmbeddings, embeddingDim). */
  declare weight: Parameter;
  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false, dtype }: EmbeddingModuleOptions,
  ) {
    super();
    const name = new.target.name;
    checkSize(name, 'numEmbeddings', numEmbeddings);
    checkSize(name, 'embeddingDim', embeddingDim);
    if (paddingIdx !== null && !(paddingIdx >= -numEmbeddings && paddingIdx < numEmbeddings))
      fail(ArgumentError, name, `paddingIdx in [${-numEmbeddings}, ${numEmbeddings - 1}]`, `${paddingIdx}: padding_idx must be within num_embeddings`);
    this.paddingIdx = paddingIdx === null || paddingIdx >= 0 ? paddingIdx : paddingIdx + numEmbeddings;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.weight = new Parameter(empty([numEmbeddings, embeddingDim], { dtype }));
    this.resetParameters();
  }
  /** Draws the rows anew, standard normal; the row of paddingIdx is 0. */
  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx } = this;
    if (paddingIdx !== null) noGrad(() => fill_(select(this.weight, 0, paddingIdx), 0));
  }
  /** The options that are not the usual ones, as both kinds print them. */
  protected unusual(): Record<'padding' | 'others', string> {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return {
      padding: paddingIdx === null ? '' : `, padding_idx=${paddingIdx}`,
      others: [
        maxNorm === null ? '' : `, max_norm=${pythonFloat(maxNorm)}`,
        normType === 2 ? '' : `, norm_type=${pythonFloat(normType)}`,
        scaleGradByFreq ? ', scale_grad_by_freq=True' : '',
      ].join(''),
    };
  }
}

/** A table of given rows: the weight, which learns unless it is frozen. */
function withRows<T extends Table>(table: T, embeddings: Tensor, freeze: boolean): T {
  table.weight = new Parameter(embeddings, !freeze);
  return table;
}
const rowsOf = (name: string, embeddings: Tensor): [number, number] => {
  const { shape } = asTensor(name, 'embeddings', embeddings);
  if (shape.length !== 2) fail(ShapeError, name, 'embeddings of 2 dims', `${showShape(shape)}: Embeddings parameter is expected to be 2-dimensional`);
  return [shape[0], shape[1]];
};

const positional = ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'] as const;

/**
 * Rows of a learned table: integer indices (...) to (..., embeddingDim). Rows are standard normal
 * at first.
 *
 * @example
 * new gt.nn.Embedding(10, 4).forward(gt.tensor([1, 2, 1], { dtype: 'int64' })).shape; // [3, 4]
 * @see PyTorch `torch.nn.Embedding`
 */
export class Embedding extends Table {
  /**
   * @param numEmbeddings - Rows of the table.
   * @param embeddingDim - Elements of a row.
   * @param args - `paddingIdx`, `maxNorm`, `normType` (2), `scaleGradByFreq` (false), `sparse`,
   * positional or by name; `dtype`.
   * @throws IndexError in forward if an index is out of range.
   */
  constructor(numEmbeddings: number, embeddingDim: number, ...args: ArgsOf<EmbeddingModuleOptions, typeof positional>) {
    super(numEmbeddings, embeddingDim, readOptions<EmbeddingModuleOptions>('Embedding', args, positional, ['dtype']));
  }
  override forward(input: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(input, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
  }
  override extraRepr(): string {
    const { padding, others } = this.unusual();
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}${others}`;
  }
  /**
   * An embedding with a given table.
   *
   * @param embeddings - The table, (rows, elements).
   * @param args - `freeze` (true), then the options of `Embedding`; positional or by name.
   * @returns The embedding.
   */
  static fromPretrained(embeddings: Tensor, ...args: ArgsOf<PretrainedOptions, ['freeze', ...typeof positional]>): Embedding {
    const { freeze = true, ...options } = readOptions<PretrainedOptions>('Embedding.fromPretrained', args, ['freeze', ...positional]);
    return withRows(new Embedding(...rowsOf('Embedding.fromPretrained', embeddings), options), embeddings, freeze);
  }
}

/** Options of `fromPretrained`. */
export interface PretrainedOptions extends EmbeddingModuleOptions {
  /** Whether the weight stays as it is; true by default. */
  freeze?: boolean;
}
/** Options of `EmbeddingBag`. */
export interface EmbeddingBagModuleOptions extends EmbeddingModuleOptions {
  /** How the rows of a bag become one: 'mean' (the default), 'sum' or 'max'. */
  mode?: BagMode;
  /** Whether the offsets end with the number of indices. */
  includeLastOffset?: boolean;
}
const bagPositional = ['maxNorm', 'normType', 'scaleGradByFreq', 'mode', 'sparse'] as const;

/**
 * Sums, means or maxima of rows of a learned table: bags of indices (B, n), or (n) with the offsets
 * at which bags begin, to (B, embeddingDim).
 *
 * @example
 * const bags = gt.tensor([[1, 2], [3, 3]], { dtype: 'int64' });
 * new gt.nn.EmbeddingBag(10, 4).forward(bags).shape; // [2, 4]
 * @see PyTorch `torch.nn.EmbeddingBag`
 */
export class EmbeddingBag extends Table {
  /** How the rows of a bag become one. */
  readonly mode: BagMode;
  /** Whether the offsets end with the number of indices. */
  readonly includeLastOffset: boolean;
  /**
   * @param numEmbeddings - Rows of the table.
   * @param embeddingDim - Elements of a row.
   * @param args - `maxNorm`, `normType` (2), `scaleGradByFreq` (false), `mode` ('mean'), `sparse`,
   * `includeLastOffset`, `paddingIdx`; positional or by name.
   * @throws IndexError in forward if an index is out of range.
   */
  constructor(numEmbeddings: number, embeddingDim: number, ...args: ArgsOf<EmbeddingBagModuleOptions, typeof bagPositional>) {
    const keywords = ['includeLastOffset', 'paddingIdx', 'dtype'] as const;
    const { mode = 'mean', includeLastOffset = false, ...rest } = readOptions<EmbeddingBagModuleOptions>('EmbeddingBag', args, bagPositional, keywords);
    super(numEmbeddings, embeddingDim, rest);
    this.mode = mode;
    this.includeLastOffset = includeLastOffset;
  }
  override forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset } = this;
    return embeddingBag(input, this.weight, { offsets, perSampleWeights, paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset });
  }
  override extraRepr(): string {
    const { padding, others } = this.unusual();
    return `${this.numEmbeddings}, ${this.embeddingDim}${others}, mode=${this.mode}${padding}`;
  }
  /**
   * An embedding bag with a given table.
   *
   * @param embeddings - The table, (rows, elements).
   * @param args - `freeze` (true), then the options of `EmbeddingBag`; positional or by name.
   * @returns The embedding bag.
   */
  static fromPretrained(embeddings: Tensor, ...args: ArgsOf<EmbeddingBagModuleOptions & PretrainedOptions, ['freeze', ...typeof bagPositional]>): EmbeddingBag {
    const keywords = ['includeLastOffset', 'paddingIdx'] as const;
    const name = 'EmbeddingBag.fromPretrained';
    const { freeze = true, ...options } = readOptions<EmbeddingBagModuleOptions & PretrainedOptions>(name, args, ['freeze', ...bagPositional], keywords);
    return withRows(new EmbeddingBag(...rowsOf(name, embeddings), options), embeddings, freeze);
  }
}

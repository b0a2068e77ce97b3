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

export interface EmbeddingModuleOptions {
  /** Starts as zeros and gets no gradient. */
  paddingIdx?: number | null;
  maxNorm?: number | null;
  normType?: number;
  scaleGradByFreq?: boolean;
  sparse?: boolean;
  dtype?: DType | null;
}

/** A table whose rows are drawn from the standard normal distribution. */
abstract class Table extends Module {
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
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

/** The rows of a table at the indices. */
export class Embedding extends Table {
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
  /** A table of the given rows (n, d), which do not learn unless `freeze` is false. */
  static fromPretrained(embeddings: Tensor, ...args: ArgsOf<PretrainedOptions, ['freeze', ...typeof positional]>): Embedding {
    const { freeze = true, ...options } = readOptions<PretrainedOptions>('Embedding.fromPretrained', args, ['freeze', ...positional]);
    return withRows(new Embedding(...rowsOf('Embedding.fromPretrained', embeddings), options), embeddings, freeze);
  }
}

export interface PretrainedOptions extends EmbeddingModuleOptions {
  freeze?: boolean;
}
export interface EmbeddingBagModuleOptions extends EmbeddingModuleOptions {
  mode?: BagMode;
  includeLastOffset?: boolean;
}
const bagPositional = ['maxNorm', 'normType', 'scaleGradByFreq', 'mode', 'sparse'] as const;

/** Bags of rows of a table, each reduced to one. */
export class EmbeddingBag extends Table {
  readonly mode: BagMode;
  readonly includeLastOffset: boolean;
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
  /** Bags of the given rows (n, d), which do not learn unless `freeze` is false. */
  static fromPretrained(embeddings: Tensor, ...args: ArgsOf<EmbeddingBagModuleOptions & PretrainedOptions, ['freeze', ...typeof bagPositional]>): EmbeddingBag {
    const keywords = ['includeLastOffset', 'paddingIdx'] as const;
    const name = 'EmbeddingBag.fromPretrained';
    const { freeze = true, ...options } = readOptions<EmbeddingBagModuleOptions & PretrainedOptions>(name, args, ['freeze', ...bagPositional], keywords);
    return withRows(new EmbeddingBag(...rowsOf(name, embeddings), options), embeddings, freeze);
  }
}

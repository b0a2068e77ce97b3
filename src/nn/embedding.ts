// Tables of vectors as modules.
import type { DType } from '../core/dtype.js';
import { ArgumentError, fail } from '../core/errors.js';
import { checkSize } from '../core/shape.js';
import { type ArgsOf, readArgs } from '../ops/args.js';
import { empty } from '../ops/create.js';
import type { BagMode } from '../ops/embedding.js';
import { embedding, embeddingBag } from '../ops/families.js';
import { fill_, select } from '../ops/index.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { normal_ } from './init.js';
import { Module } from './module.js';
import { Parameter } from './parameter.js';

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
  weight: Parameter;
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
  override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}${this.paddingIdx === null ? '' : `, padding_idx=${this.paddingIdx}`}`;
  }
}

const positional = ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'] as const;

/** The rows of a table at the indices. */
export class Embedding extends Table {
  constructor(numEmbeddings: number, embeddingDim: number, ...args: ArgsOf<EmbeddingModuleOptions, typeof positional>) {
    super(numEmbeddings, embeddingDim, readArgs<EmbeddingModuleOptions>('Embedding', args, positional, ['dtype']));
  }
  override forward(input: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(input, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
  }
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
    const { mode = 'mean', includeLastOffset = false, ...rest } = readArgs<EmbeddingBagModuleOptions>('EmbeddingBag', args, bagPositional, keywords);
    super(numEmbeddings, embeddingDim, rest);
    this.mode = mode;
    this.includeLastOffset = includeLastOffset;
  }
  override forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset } = this;
    return embeddingBag(input, this.weight, { offsets, perSampleWeights, paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset });
  }
  override extraRepr(): string {
    return `${super.extraRepr()}, mode='${this.mode}'`;
  }
}

// RNN, LSTM and GRU: layers of recurrentLayer, in one direction or both, over padded or packed sequences.
import type { DType } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { checkSize, sameShape, showShape } from '../core/shape.js';
import { type ArgsOf, asChoice, asTensor } from '../ops/args.js';
import { empty, zeros } from '../ops/create.js';
import { dropout } from '../ops/functional.js';
import { cat, indexSelect, reshape, select, stack, transpose, unsqueeze } from '../ops/index.js';
import { recurrentLayer } from '../ops/recurrent.js';
import type { Cell } from '../ops/recurrentSteps.js';
import { platform } from '../platform/index.js';
import type { Tensor } from '../tensor/tensor.js';
import { uniform_ } from './init.js';
import { Module } from './module.js';
import { readOptions } from './options.js';
import { PackedSequence } from './packed.js';
import { Parameter } from './parameter.js';
import { python } from './repr.js';

/** Options of `GRU`. */
export interface RecurrentOptions {
  /** Layers, one on top of the other; 1 by default. */
  numLayers?: number;
  /** Whether biases are added; true by default. */
  bias?: boolean;
  /** Whether tensors are (N, T, ...) instead of (T, N, ...). */
  batchFirst?: boolean;
  /** Probability of dropout between layers in training; 0 by default. */
  dropout?: number;
  /** Whether a second pass goes backwards in time. */
  bidirectional?: boolean;
  /** Dtype of the parameters. */
  dtype?: DType | null;
}
/** Options of `RNN`. */
export interface RnnOptions extends RecurrentOptions {
  /** The activation; 'tanh' by default. */
  nonlinearity?: 'tanh' | 'relu';
}
/** Options of `LSTM`. */
export interface LstmOptions extends RecurrentOptions {
  /** Size to which h is projected; 0 (the default) for none. */
  projSize?: number;
}
const order = ['numLayers', 'bias', 'batchFirst', 'dropout', 'bidirectional'] as const;
const gatesOf: Record<Cell, number> = { tanh: 1, relu: 1, gru: 3, lstm: 4 };

/** Rows of all steps, and how to bring the results back into the input's form. */
interface Rows {
  readonly x: Tensor;
  readonly steps: readonly number[];
  readonly output: (y: Tensor) => Tensor | PackedSequence;
  readonly stateIn: (state: Tensor) => Tensor;
  readonly stateOut: (state: Tensor) => Tensor;
}

/** Recurrent layers. */
abstract class Recurrent extends Module {
  /** Layers, one on top of the other. */
  readonly numLayers: number;
  /** Whether biases are added. */
  readonly bias: boolean;
  /** Whether tensors are (N, T, ...) instead of (T, N, ...). */
  readonly batchFirst: boolean;
  /** Probability of dropout between layers in training. */
  dropout: number;
  /** Whether a second pass goes backwards in time. */
  readonly bidirectional: boolean;
  /** Size to which h is projected; 0 for none. */
  readonly projSize: number;

  constructor(
    private readonly cell: Cell,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: LstmOptions,
  ) {
    super();
    const { numLayers = 1, bias = true, batchFirst = false, dropout: p = 0, bidirectional = false, projSize = 0, dtype } = options;
    const name = new.target.name;
    checkSize(name, 'inputSize', inputSize);
    checkSize(name, 'hiddenSize', hiddenSize);
    checkSize(name, 'numLayers', numLayers);
    if (!(p >= 0 && p <= 1)) fail(ArgumentError, name, 'dropout in [0, 1]', `${show(p)}: dropout should be a number in range [0, 1]`);
    if (p > 0 && numLayers === 1)
      platform.warn(`${name}: expected dropout with several layers, got ${p} with one: dropout option adds dropout after all but last recurrent layer`);
    if (checkSize(name, 'projSize', projSize) >= hiddenSize && projSize > 0) {
      fail(ArgumentError, name, `projSize below hiddenSize ${hiddenSize}`, `${projSize}: proj_size has to be smaller than hidden_size`);
    }
    this.numLayers = numLayers;
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = p;
    this.bidirectional = bidirectional;
    this.projSize = projSize;
    const [width, out] = [gatesOf[cell] * hiddenSize, projSize || hiddenSize];
    for (const [layer, suffix] of this.#directions()) {
      const shapes: Record<string, number[]> = {
        [`weight_ih_${suffix}`]: [width, layer === 0 ? inputSize : out * (bidirectional ? 2 : 1)],
        [`weight_hh_${suffix}`]: [width, out],
        ...(bias ? { [`bias_ih_${suffix}`]: [width], [`bias_hh_${suffix}`]: [width] } : {}),
        ...(projSize > 0 ? { [`weight_hr_${suffix}`]: [projSize, hiddenSize] } : {}),
      };
      for (const [key, shape] of Object.entries(shapes)) this.registerParameter(key, new Parameter(empty(shape, { dtype })));
    }
    this.resetParameters();
  }
  /** Every layer and direction, as state dicts name them: l0, l0_reverse, l1, ... */
  #directions(): [layer: number, suffix: string][] {
    const ways = this.bidirectional ? ['', '_reverse'] : [''];
    return Array.from({ length: this.numLayers }, (_, layer) => ways.map((way): [number, string] => [layer, `l${layer}${way}`])).flat();
  }
  /** Draws all uniformly within 1 / sqrt(hiddenSize). */
  resetParameters(): void {
    const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0;
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }
  /** Does nothing: weights are used from where they are. For scripts that call it. */
  flattenParameters(): void {}

  #named(name: string): Parameter | undefined {
    return (this as unknown as Record<string, Parameter | undefined>)[name];
  }
  /** The parameters of each layer and direction. */
  get allWeights(): Parameter[][] {
    const kinds = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', 'weight_hr'];
    return this.#directions().map(([, suffix]) => kinds.flatMap((kind) => this.#named(`${kind}_${suffix}`) ?? []));
  }

  #rowsOf(input: Tensor | PackedSequence): Rows {
    const name = this.constructor.name;
    if (input instanceof PackedSequence) {
      const { data, steps, sortedIndices, unsortedIndices } = input;
      const permuted = (by: Tensor | null) => (state: Tensor) => (by === null ? state : indexSelect(state, 1, by));
      return { x: data, steps, output: (y) => input.with(y), stateIn: permuted(sortedIndices), stateOut: permuted(unsortedIndices) };
    }
    const { ndim, shape } = asTensor(name, 'input', input);
    if (ndim !== 2 && ndim !== 3)
      fail(ShapeError, name, 'an input of 2 or 3 dims', `${showShape(shape)}: Expected input to be 2-D or 3-D but received ${ndim}-D tensor`);
    const batched = ndim === 3;
    const x = !batched ? unsqueeze(input, 1) : this.batchFirst ? transpose(input, 0, 1) : input;
    const [steps, batch] = x.shape;
    const output = (y: Tensor): Tensor => {
      const apart = reshape(y, batched ? [steps, batch, y.shape[1]] : [steps, y.shape[1]]);
      return batched && this.batchFirst ? transpose(apart, 0, 1) : apart;
    };
    const stateIn = (state: Tensor): Tensor => {
      if (state.ndim !== ndim)
        fail(
          ShapeError,
          name,
          `hidden states of ${ndim} dims, as the input's`,
          `${showShape(state.shape)}: For unbatched 2-D input, hx and cx should also be 2-D`,
        );
      return batched ? state : unsqueeze(state, 1);
    };
    const rows = reshape(x, [steps * batch, x.shape[2]]);
    return { x: rows, steps: new Array<number>(steps).fill(batch), output, stateIn, stateOut: (state) => (batched ? state : select(state, 1, 0)) };
  }

  /** [output, final hidden states, final cell states]. */
  protected run(input: Tensor | PackedSequence, given: readonly (Tensor | null | undefined)[]): [Tensor | PackedSequence, Tensor, Tensor] {
    const { cell, hiddenSize, projSize, training } = this;
    const name = this.constructor.name;
    const { x, steps, output, stateIn, stateOut } = this.#rowsOf(input);
    if (x.shape[1] !== this.inputSize)
      fail(ShapeError, name, `an input whose last size is ${this.inputSize}`, `${x.shape[1]}: input.size(-1) must be equal to input_size`);
    if (steps.length === 0) fail(ShapeError, name, 'at least one step', 'none: Expected sequence length to be larger than 0 in RNN');
    const directions = this.#directions();
    const sizes = [projSize || hiddenSize, hiddenSize].slice(0, cell === 'lstm' ? 2 : 1);
    const states = sizes.map((size, i) => {
      const shape = [directions.length, steps[0], size];
      const state = given[i] ?? null;
      if (state === null) return zeros(shape, { dtype: x.dtype });
      const placed = stateIn(asTensor(name, 'the hidden state', state));
      if (!sameShape(placed.shape, shape))
        fail(ShapeError, name, `a hidden state of shape ${showShape(shape)}`, `${showShape(state.shape)}: Expected hidden size ${showShape(shape)}`);
      return placed;
    });
    const finals: { h: Tensor; c: Tensor }[] = [];
    const ways = this.bidirectional ? 2 : 1;
    let rows = x;
    for (let layer = 0; layer < this.numLayers; layer++) {
      if (layer > 0 && training && this.dropout > 0) rows = dropout(rows, this.dropout);
      const outputs = directions.slice(layer * ways, (layer + 1) * ways).map(([, suffix], way) => {
        const [h, c] = states.map((state) => select(state, 0, layer * ways + way));
        const part = (kind: string): Parameter | undefined => this.#named(`${kind}_${suffix}`);
        const tensors = { x: rows, h, c, wIh: part('weight_ih')!, wHh: part('weight_hh')!, bIh: part('bias_ih'), bHh: part('bias_hh'), wHr: part('weight_hr') };
        const last = recurrentLayer(cell, tensors, steps, way === 1);
        finals.push(last);
        return last.y;
      });
      rows = ways === 1 ? outputs[0] : cat(outputs, 1);
    }
    const final = (state: 'h' | 'c'): Tensor => stateOut(stack(finals.map((last) => last[state])));
    const h = final('h');
    return [output(rows), h, cell === 'lstm' ? final('c') : h];
  }

  override extraRepr(): string {
    const { inputSize, hiddenSize, projSize, numLayers, bias, batchFirst, dropout: p, bidirectional } = this;
    const shown: [string, unknown, boolean][] = [
      ['proj_size', projSize, projSize !== 0],
      ['num_layers', numLayers, numLayers !== 1],
      ['bias', bias, !bias],
      ['batch_first', batchFirst, batchFirst],
      ['dropout', p, p !== 0],
      ['bidirectional', bidirectional, bidirectional],
    ];
    return [`${inputSize}, ${hiddenSize}`, ...shown.filter(([, , show]) => show).map(([name, value]) => `${name}=${python(value)}`)].join(', ');
  }
}

/**
 * h' = tanh(W x + b + V h + c), step by step. Input (T, N, inputSize) and state (numLayers · D, N,
 * hiddenSize) to [output (T, N, D · hiddenSize), last state]; D is 2 if bidirectional, else 1. A
 * packed sequence gives a packed one.
 *
 * @example
 * const [y, h] = new gt.nn.RNN(3, 4).forward(gt.ones([5, 2, 3]));
 * y.shape; // [5, 2, 4]
 * h.shape; // [1, 2, 4]
 * @see PyTorch `torch.nn.RNN`
 */
export class RNN extends Recurrent {
  /** The activation. */
  readonly nonlinearity: 'tanh' | 'relu';
  /**
   * @param inputSize - Elements of an input.
   * @param hiddenSize - Elements of the state.
   * @param args - `numLayers` (1), `bias` (true), `batchFirst` (false), `dropout` (0),
   * `bidirectional` (false), positional or by name; `dtype`, `nonlinearity`.
   */
  constructor(inputSize: number, hiddenSize: number, ...args: ArgsOf<RnnOptions, typeof order>) {
    const { nonlinearity = 'tanh', ...options } = readOptions<RnnOptions>('RNN', args, order, ['nonlinearity', 'dtype']);
    super(asChoice('RNN', 'nonlinearity', nonlinearity, ['tanh', 'relu']), inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }
  override forward<X extends Tensor | PackedSequence>(input: X, hx: Tensor | null = null): [output: X, h: Tensor] {
    const [output, h] = this.run(input, [hx]);
    return [output as X, h];
  }
}

/**
 * r, z = σ(W x + b + V h + c), n = tanh(W x + b + r (V h + c)) with weights of their own; h' = (1 -
 * z) n + z h. Input (T, N, inputSize) and state (numLayers · D, N, hiddenSize) to [output (T, N, D
 * · hiddenSize), last state]; D is 2 if bidirectional, else 1. A packed sequence gives a packed
 * one.
 *
 * @example
 * const [y, h] = new gt.nn.GRU(3, 4).forward(gt.ones([5, 2, 3]));
 * y.shape; // [5, 2, 4]
 * h.shape; // [1, 2, 4]
 * @see PyTorch `torch.nn.GRU`
 */
export class GRU extends Recurrent {
  /**
   * @param inputSize - Elements of an input.
   * @param hiddenSize - Elements of the state.
   * @param args - `numLayers` (1), `bias` (true), `batchFirst` (false), `dropout` (0),
   * `bidirectional` (false), positional or by name; `dtype`.
   */
  constructor(inputSize: number, hiddenSize: number, ...args: ArgsOf<RecurrentOptions, typeof order>) {
    super('gru', inputSize, hiddenSize, readOptions<RecurrentOptions>('GRU', args, order, ['dtype']));
  }
  override forward<X extends Tensor | PackedSequence>(input: X, hx: Tensor | null = null): [output: X, h: Tensor] {
    const [output, h] = this.run(input, [hx]);
    return [output as X, h];
  }
}

/**
 * i, f, o = σ(W x + b + V h + c), g = tanh(W x + b + V h + c) with weights of their own; c' = f c +
 * i g, h' = o tanh(c'). Input (T, N, inputSize) and states [h, c] (numLayers · D, N, hiddenSize) to
 * [output (T, N, D · hiddenSize), [h, c]]; D is 2 if bidirectional, else 1.
 *
 * @example
 * const [y, [, c]] = new gt.nn.LSTM(3, 4).forward(gt.ones([5, 2, 3]));
 * y.shape; // [5, 2, 4]
 * c.shape; // [1, 2, 4]
 * @see Hochreiter and Schmidhuber, 1997; PyTorch `torch.nn.LSTM`
 */
export class LSTM extends Recurrent {
  /**
   * @param inputSize - Elements of an input.
   * @param hiddenSize - Elements of the state.
   * @param args - `numLayers` (1), `bias` (true), `batchFirst` (false), `dropout` (0),
   * `bidirectional` (false), `projSize` (0), positional or by name; `dtype`.
   */
  constructor(inputSize: number, hiddenSize: number, ...args: ArgsOf<LstmOptions, [...typeof order, 'projSize']>) {
    super('lstm', inputSize, hiddenSize, readOptions<LstmOptions>('LSTM', args, [...order, 'projSize'], ['dtype']));
  }
  override forward<X extends Tensor | PackedSequence>(
    input: X,
    hx: readonly [h: Tensor, c: Tensor] | null = null,
  ): [output: X, states: [h: Tensor, c: Tensor]] {
    const [output, h, c] = this.run(input, hx ?? []);
    return [output as X, [h, c]];
  }
}

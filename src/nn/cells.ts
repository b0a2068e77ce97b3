// RNNCell, LSTMCell and GRUCell: one step of one layer.
import type { DType } from '../core/dtype.js';
import { fail, ShapeError } from '../core/errors.js';
import { checkSize, sameShape, showShape } from '../core/shape.js';
import { type ArgsOf, asChoice, asTensor } from '../ops/args.js';
import { empty, zeros } from '../ops/create.js';
import { select, unsqueeze } from '../ops/index.js';
import { recurrentLayer } from '../ops/recurrent.js';
import type { Cell } from '../ops/recurrentSteps.js';
import type { Tensor } from '../tensor/tensor.js';
import { uniform_ } from './init.js';
import { Module } from './module.js';
import { readOptions } from './options.js';
import { Parameter } from './parameter.js';

/** Options of `GRUCell` and `LSTMCell`. */
export interface CellOptions {
  /** Whether biases are added; true by default. */
  bias?: boolean;
  /** Dtype of the parameters. */
  dtype?: DType | null;
}
/** Options of `RNNCell`. */
export interface RnnCellOptions extends CellOptions {
  /** The activation; 'tanh' by default. */
  nonlinearity?: 'tanh' | 'relu';
}

/** One step of a recurrent layer. */
abstract class OneStep extends Module {
  /** W of all parts, (parts · hiddenSize, inputSize). */
  declare weight_ih: Parameter;
  /** V of all parts, (parts · hiddenSize, hiddenSize). */
  declare weight_hh: Parameter;
  /** b of all parts, (parts · hiddenSize); null without. */
  declare bias_ih: Parameter | null;
  /** c of all parts, (parts · hiddenSize); null without. */
  declare bias_hh: Parameter | null;
  constructor(
    private readonly cell: Cell,
    readonly inputSize: number,
    readonly hiddenSize: number,
    gates: number,
    { bias = true, dtype }: CellOptions,
  ) {
    super();
    checkSize(new.target.name, 'inputSize', inputSize);
    checkSize(new.target.name, 'hiddenSize', hiddenSize);
    const width = gates * hiddenSize;
    const parameter = (...shape: number[]): Parameter => new Parameter(empty(shape, { dtype }));
    this.weight_ih = parameter(width, inputSize);
    this.weight_hh = parameter(width, hiddenSize);
    this.bias_ih = bias ? parameter(width) : null;
    this.bias_hh = bias ? parameter(width) : null;
    this.resetParameters();
  }
  /** Draws all uniformly within 1 / sqrt(hiddenSize). */
  resetParameters(): void {
    const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0;
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }
  /** The next states of a batch (B, in), or of one input (in). */
  protected step(input: Tensor, given: readonly (Tensor | null | undefined)[]): [h: Tensor, c: Tensor] {
    const { cell, inputSize, hiddenSize } = this;
    const name = this.constructor.name;
    const { ndim } = asTensor(name, 'input', input);
    if (ndim !== 1 && ndim !== 2)
      fail(ShapeError, name, 'an input of 1 or 2 dims', `${showShape(input.shape)}: Expected input to be 1-D or 2-D but received ${ndim}-D tensor`);
    const batched = (t: Tensor): Tensor => (ndim === 2 ? t : unsqueeze(t, 0));
    const x = batched(input);
    if (x.shape[1] !== inputSize) fail(ShapeError, name, `an input whose last size is ${inputSize}`, `${x.shape[1]}: input has inconsistent input_size`);
    const shape = [x.shape[0], hiddenSize];
    const [h, c] = Array.from({ length: cell === 'lstm' ? 2 : 1 }, (_, i) => {
      const state = given[i] ?? null;
      if (state === null) return zeros(shape, { dtype: x.dtype });
      const placed = batched(asTensor(name, 'the hidden state', state));
      if (!sameShape(placed.shape, shape))
        fail(ShapeError, name, `a hidden state of shape ${showShape(ndim === 2 ? shape : [hiddenSize])}`, showShape(state.shape));
      return placed;
    });
    const tensors = { x, h, c, wIh: this.weight_ih, wHh: this.weight_hh, bIh: this.bias_ih ?? undefined, bHh: this.bias_hh ?? undefined };
    const next = recurrentLayer(cell, tensors, [shape[0]]);
    const placed = (state: Tensor): Tensor => (ndim === 2 ? state : select(state, 0, 0));
    return cell === 'lstm' ? [placed(next.h), placed(next.c)] : [placed(next.h), next.h];
  }
  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias_ih === null ? ', bias=False' : ''}`;
  }
}

/**
 * h' = tanh(W x + b + V h + c): one step of `RNN`, (N?, inputSize), (N?, hiddenSize) to (N?,
 * hiddenSize).
 *
 * @example
 * new gt.nn.RNNCell(3, 4).forward(gt.ones([2, 3])).shape; // [2, 4]
 * @see PyTorch `torch.nn.RNNCell`
 */
export class RNNCell extends OneStep {
  /** The activation. */
  readonly nonlinearity: 'tanh' | 'relu';
  /**
   * @param inputSize - Elements of an input.
   * @param hiddenSize - Elements of the state.
   * @param args - `bias` (true), `nonlinearity` ('tanh'), positional or by name; `dtype`.
   * @throws ArgumentError if the activation is unknown.
   */
  constructor(inputSize: number, hiddenSize: number, ...args: ArgsOf<RnnCellOptions, ['bias', 'nonlinearity']>) {
    const { nonlinearity = 'tanh', ...options } = readOptions<RnnCellOptions>('RNNCell', args, ['bias', 'nonlinearity'], ['dtype']);
    super(asChoice('RNNCell', 'nonlinearity', nonlinearity, ['tanh', 'relu']), inputSize, hiddenSize, 1, options);
    this.nonlinearity = nonlinearity;
  }
  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(input, [hx])[0];
  }
  override extraRepr(): string {
    return `${super.extraRepr()}${this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`}`;
  }
}

/**
 * One step of `GRU`: (N?, inputSize), (N?, hiddenSize) to (N?, hiddenSize).
 *
 * @example
 * new gt.nn.GRUCell(3, 4).forward(gt.ones([2, 3])).shape; // [2, 4]
 * @see Cho et al., 2014; PyTorch `torch.nn.GRUCell`
 */
export class GRUCell extends OneStep {
  /**
   * @param inputSize - Elements of an input.
   * @param hiddenSize - Elements of the state.
   * @param args - `bias` (true), positional or by name; `dtype`.
   */
  constructor(inputSize: number, hiddenSize: number, ...args: ArgsOf<CellOptions, ['bias']>) {
    super('gru', inputSize, hiddenSize, 3, readOptions<CellOptions>('GRUCell', args, ['bias'], ['dtype']));
  }
  override forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step(input, [hx])[0];
  }
}

/**
 * One step of `LSTM`: (N?, inputSize) and the states [h, c], (N?, hiddenSize) each, to the next [h,
 * c].
 *
 * @example
 * const [h] = new gt.nn.LSTMCell(3, 4).forward(gt.ones([2, 3]));
 * h.shape; // [2, 4]
 * @see Hochreiter and Schmidhuber, 1997; PyTorch `torch.nn.LSTMCell`
 */
export class LSTMCell extends OneStep {
  /**
   * @param inputSize - Elements of an input.
   * @param hiddenSize - Elements of the state.
   * @param args - `bias` (true), positional or by name; `dtype`.
   */
  constructor(inputSize: number, hiddenSize: number, ...args: ArgsOf<CellOptions, ['bias']>) {
    super('lstm', inputSize, hiddenSize, 4, readOptions<CellOptions>('LSTMCell', args, ['bias'], ['dtype']));
  }
  override forward(input: Tensor, hx: readonly [h: Tensor, c: Tensor] | null = null): [h: Tensor, c: Tensor] {
    return this.step(input, hx ?? []);
  }
}

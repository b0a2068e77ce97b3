// gt.nn.summary: what a model is made of, layer by layer: output shapes, parameters and multiply-adds.
import { ArgumentError, fail, show } from '../core/errors.js';
import { numel } from '../core/shape.js';
import { type ArgsOf, readArgs } from '../ops/args.js';
import { zeros } from '../ops/create.js';
import { getRngState, setRngState } from '../ops/random.js';
import { noGrad } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';
import { MultiheadAttention } from './attention.js';
import type { Module } from './module.js';
import { PackedSequence } from './packed.js';

/** One module of a summary. */
export interface SummaryRow {
  /** Path of the module, '' for the model itself. */
  readonly name: string;
  /** Its class. */
  readonly type: string;
  /** How many modules it is below the model. */
  readonly depth: number;
  /** Of the first output; null if the module was not called, or gave no tensor. */
  readonly outputShape: readonly number[] | null;
  /** Its own, without its submodules'. */
  readonly params: number;
  /** Of its own matrix products and convolutions, in all calls. */
  readonly multAdds: number;
}
/** What `summary` tells. */
export interface Summary {
  /** One row for each module, the model first. */
  readonly rows: readonly SummaryRow[];
  /** Parameters of the model. */
  readonly totalParams: number;
  /** Parameters that require grad. */
  readonly trainableParams: number;
  /** Multiply-adds of all modules. */
  readonly multAdds: number;
  /** The rows and totals as a table. */
  toString(): string;
}
export interface SummaryOptions {
  dtype?: 'float32' | 'float64' | 'int64' | 'int32';
}

function firstTensor(value: unknown): Tensor | null {
  if (value instanceof Tensor) return value;
  if (value instanceof PackedSequence) return value.data;
  if (Array.isArray(value)) for (const part of value) if (firstTensor(part) !== null) return firstTensor(part);
  return null;
}

/** Every weight of two or more dims is a matrix or a stack of filters: how often each of its elements is multiplied. */
function multAddsOf(module: Module, inputs: readonly unknown[], output: unknown): number {
  const [x, y] = [firstTensor(inputs[0]), firstTensor(output)];
  if (x === null || y === null || !x.isFloatingPoint()) return 0;
  const type = module.constructor.name;
  // A norm's weights scale element by element, whatever their dims.
  const own = [...module.ownTensors('parameters')].map(([, p]) => p).filter((p) => p.ndim >= 2 && !type.endsWith('Norm'));
  const weights = own.reduce((sum, p) => sum + p.count, 0);
  if (module instanceof MultiheadAttention) return attention(module, inputs, weights);
  if (type.startsWith('ConvTranspose')) return (weights / own[0].shape[0]) * x.count;
  if (type.startsWith('Conv')) return (weights / own[0].shape[0]) * y.count;
  // Rows that pass the weights: all but the last dim of what comes in.
  return weights === 0 ? 0 : weights * numel(x.shape.slice(0, -1));
}
/** Projections of queries, keys and values, scores, and means of the values. */
function attention({ batchFirst, embedDim }: MultiheadAttention, inputs: readonly unknown[], weights: number): number {
  const [query, key] = inputs as readonly Tensor[];
  const batched = query.ndim === 3;
  const length = query.shape[batched && batchFirst ? 1 : 0];
  const source = key.shape[batched && batchFirst ? 1 : 0];
  const batch = batched ? query.shape[batchFirst ? 0 : 1] : 1;
  return batch * (((length + 2 * source) * weights) / 3 + 2 * length * source * embedDim);
}

const columns = ['Layer (type)', 'Output shape', 'Params', 'Mult-adds'];
function table(rows: readonly SummaryRow[], totals: readonly string[]): string {
  const number = (n: number): string => (n === 0 ? '--' : n.toLocaleString('en-US'));
  const cells = rows.map(({ name, type, depth, outputShape, params, multAdds }) => [
    `${'  '.repeat(depth)}${name === '' ? type : `${name.slice(name.lastIndexOf('.') + 1)} (${type})`}`,
    outputShape === null ? '--' : `[${outputShape.join(', ')}]`,
    number(params),
    number(multAdds),
  ]);
  const widths = columns.map((title, c) => Math.max(title.length, ...cells.map((row) => row[c].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => (c < 2 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
      .join('  ')
      .trimEnd();
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [line(columns), rule, ...cells.map(line), rule, ...totals].join('\n');
}

/**
 * Runs the model once on zeros or given tensors, in evaluation and without a gradient, and tells
 * shapes, parameters and multiply-adds (of matrix products and convolutions). Model and random
 * numbers stay as they were.
 *
 * @param model - The model.
 * @param input - A shape (with the batch's size), tensors, or an array of these for several inputs.
 * @param args - `dtype`: of the zeros; 'float32' by default.
 * @returns One row for each module, and totals.
 * @example
 * const { totalParams, multAdds } = gt.nn.summary(new gt.nn.Linear(3, 2), [1, 3]);
 * totalParams; // 8
 * multAdds; // 6
 */
export function summary(
  model: Module,
  input: readonly number[] | readonly (readonly number[] | Tensor)[] | Tensor,
  ...args: ArgsOf<SummaryOptions, []>
): Summary {
  const { dtype = 'float32' } = readArgs<SummaryOptions>('summary', args, [], ['dtype']);
  const list = input instanceof Tensor ? [input] : Array.isArray(input) && typeof input[0] === 'number' ? [input] : input;
  if (!Array.isArray(list)) fail(ArgumentError, 'summary', 'a shape, shapes or tensors', show(input));
  const inputs = (list as readonly (readonly number[] | Tensor)[]).map((given) => (given instanceof Tensor ? given : zeros([...given], { dtype })));
  const calls = new Map<Module, { outputShape: readonly number[] | null; multAdds: number }>();
  const modules = model.namedModules();
  const modes = modules.map(([, module]) => module.training);
  const handles = modules.map(([, module]) =>
    module.registerForwardHook((_, given, output) => {
      const before = calls.get(module)?.multAdds ?? 0;
      calls.set(module, { outputShape: firstTensor(output)?.shape ?? null, multAdds: before + multAddsOf(module, given, output) });
    }),
  );
  const state = getRngState();
  try {
    model.eval();
    noGrad(() => model.forward(...inputs));
  } finally {
    for (const handle of handles) handle.remove();
    for (const [i, [, module]] of modules.entries()) module.training = modes[i];
    setRngState(state);
  }
  const rows = modules.map(([name, module]): SummaryRow => {
    const params = [...module.ownTensors('parameters')].reduce((sum, [, p]) => sum + p.count, 0);
    const { outputShape = null, multAdds = 0 } = calls.get(module) ?? {};
    return { name, type: module.constructor.name, depth: name === '' ? 0 : name.split('.').length, outputShape, params, multAdds };
  });
  const total = (count: (p: Tensor) => boolean): number => model.parameters().reduce((sum, p) => sum + (count(p) ? p.count : 0), 0);
  const [totalParams, trainableParams] = [total(() => true), total((p) => p.requiresGrad)];
  const multAdds = rows.reduce((sum, row) => sum + row.multAdds, 0);
  const shown = (n: number): string => n.toLocaleString('en-US');
  const totals = [`Parameters: ${shown(totalParams)}`, `Trainable: ${shown(trainableParams)}`, `Multiply-adds: ${shown(multAdds)}`];
  return { rows, totalParams, trainableParams, multAdds, toString: () => table(rows, totals) };
}

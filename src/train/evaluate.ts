// gt.train.evaluate: the loss and the metrics of a model over data, and the forward pass that it shares with fit.
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { Module } from '../nn/module.js';
import { noGrad } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';
import { Meter, type Metrics } from './metrics.js';
import { Pause } from './pause.js';

/** What the forward pass of one batch gives. */
export interface Result {
  /** One element: the mean over the batch's samples. */
  loss: Tensor;
  /** What metrics get as output. */
  output?: Tensor;
  /** What metrics get as target. */
  target?: Tensor;
  /** The batch's size, by which means are weighted; by default the first size of `target`. */
  samples?: number;
}
/** The forward pass of a batch: model and batch to loss, output and target. */
export type Forward<B> = (model: Module, batch: B) => Result;
/** What training iterates over: a DataLoader, an array, or any other iterable. */
export type Batches<B> = Iterable<B> | AsyncIterable<B>;

/** Options of `evaluate`. Exactly one of `loss` and `forward` is given. */
export interface EvaluateOptions<B> {
  /** The loss of a batch [input, target] from the model's output and the target. */
  loss?: (output: Tensor, target: Tensor) => Tensor;
  /** The whole forward pass, for batches of another structure. */
  forward?: Forward<B>;
  /** Metrics by name. */
  metrics?: Metrics;
  /** Milliseconds of work after which the event loop gets its turn; 10 by default. */
  yieldEvery?: number;
}

/** The forward pass that the options describe. */
export function forwardOf<B>(op: string, { loss, forward }: EvaluateOptions<B>): Forward<B> {
  if ((loss === undefined) === (forward === undefined)) fail(ArgumentError, op, 'either loss or forward', loss === undefined ? 'neither' : 'both');
  const given = forward ?? loss;
  if (typeof given !== 'function') fail(ArgumentError, op, `${forward === undefined ? 'loss' : 'forward'} to be a function`, show(given));
  if (forward !== undefined) return forward;
  return (model, batch) => {
    const [input, target] = Array.isArray(batch) ? (batch as unknown as Tensor[]) : [];
    if (!(input instanceof Tensor) || !(target instanceof Tensor)) fail(ArgumentError, op, 'batches [input, target]; give `forward` for others', show(batch));
    const output = model.forward(input) as Tensor;
    return { loss: loss!(output, target), output, target };
  };
}

/** The forward pass of a batch, checked; `op` is who asks. */
export function resultOf<B>(op: string, forward: Forward<B>, model: Module, batch: B): Result {
  const result: unknown = forward(model, batch);
  const loss: unknown = (result as Partial<Result> | undefined | null)?.loss;
  if (!(loss instanceof Tensor)) fail(ArgumentError, op, 'a loss that is a tensor', loss === undefined ? `${show(result)} from forward` : show(loss));
  if (loss.count !== 1) fail(ShapeError, op, 'a loss of one element, the mean of the batch say', `shape ${showShape(loss.shape)}`);
  return result as Result;
}

export const samplesOf = ({ samples, target }: Result): number => samples ?? target?.shape[0] ?? 1;

export function checkBatches(op: string, role: string, data: unknown): void {
  const iterable = typeof data === 'object' && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data);
  if (!iterable) fail(ArgumentError, op, `${role} to be batches that can be iterated over, a DataLoader say`, show(data));
}

export function checkMetrics(op: string, metrics: unknown): void {
  if (typeof metrics !== 'object' || metrics === null) fail(ArgumentError, op, 'metrics by name', show(metrics));
  for (const [name, metric] of Object.entries(metrics)) {
    const gathers = ['reset', 'update', 'compute'].every((method) => typeof (metric as Record<string, unknown> | null)?.[method] === 'function');
    if (typeof metric !== 'function' && !gathers)
      fail(ArgumentError, op, `metric ${name} to be a function, or to have reset, update and compute`, show(metric));
  }
}

export function checkModel(op: string, model: unknown): void {
  if (!(model instanceof Module)) fail(ArgumentError, op, 'a Module', show(model));
}

/**
 * The mean loss and the metrics of a model over all batches, in evaluation mode and without
 * gradients. Afterwards each module is in the mode that it was in.
 *
 * @param model - The model.
 * @param data - The batches.
 * @param options - `loss` or `forward`; `metrics`, `yieldEvery`.
 * @returns `loss` and the metrics, by name.
 * @throws ArgumentError if there are no batches, or an option does not fit.
 * @example
 * const model = new gt.nn.Identity();
 * const data = [[gt.tensor([1, 2]), gt.tensor([1, 4])]];
 * await gt.train.evaluate(model, data, { loss: (y, t) => gt.nn.functional.mseLoss(y, t) }); // { loss: 2 }
 */
export async function evaluate<B = Tensor[]>(model: Module, data: Batches<B>, options: EvaluateOptions<B>): Promise<Record<string, number>> {
  const op = 'evaluate';
  checkModel(op, model);
  checkBatches(op, 'data', data);
  const forward = forwardOf(op, options);
  checkMetrics(op, options.metrics ?? {});
  const meter = new Meter(options.metrics ?? {});
  const pause = new Pause(options.yieldEvery);
  // One by one: a layer may be frozen while the others train.
  const modes = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  try {
    let batches = 0;
    for await (const batch of data) {
      noGrad(() => {
        const result = resultOf(op, forward, model, batch);
        meter.update(Number(result.loss.item()), result.output, result.target, samplesOf(result));
      });
      batches++;
      await pause.turn();
    }
    if (batches === 0) fail(ArgumentError, op, 'data with at least one batch', 'none');
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
  return meter.compute();
}

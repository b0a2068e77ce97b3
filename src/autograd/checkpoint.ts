// gt.utils.checkpoint: parts of a program that save nothing for backward but their inputs, and run again when backward comes to them.

import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import { isOptions } from '../ops/args.js';
import { getRngState, setRngState } from '../ops/random.js';
import { accumulatesEverywhere } from '../tensor/backward.js';
import { leafGradOf, setLeafGrad, storageOf } from '../tensor/inner.js';
import { enableGrad, requires } from '../tensor/node.js';
import { alias, Tensor } from '../tensor/tensor.js';
import type { Context } from './context.js';
import { AutogradFunction } from './function.js';
import { backward } from './grad.js';
import { savedTensorsHooks } from './graph.js';

/** Options of `checkpoint` and `checkpointSequential`. */
export interface CheckpointOptions {
  /**
   * True (the default): backward runs inside backward, on detached inputs, of which one must
   * require grad. False: only what was saved is made again. This also works with grad(), and with
   * inputs that need no gradient.
   */
  useReentrant?: boolean;
  /** Whether the second run draws the random numbers of the first; true by default. */
  preserveRngState?: boolean;
}
const keywords: readonly string[] = ['useReentrant', 'preserveRngState'];

// biome-ignore-start lint/suspicious/noExplicitAny: any function can be checkpointed.
type Segment = (...args: any[]) => any;

/** Runs the body with the random numbers of an earlier moment, and goes on with those of now. */
function replay<T>(state: Uint8Array | null, body: () => T): T {
  if (state === null) return body();
  const now = getRngState();
  setRngState(state);
  try {
    return body();
  } finally {
    setRngState(now);
  }
}

class CheckpointFunction extends AutogradFunction {
  static override forward(ctx: Context, run: Segment, preserve: boolean, ...args: unknown[]): unknown {
    Object.assign(ctx, { run, state: preserve ? getRngState() : null });
    ctx.args = args.map((arg) => (arg instanceof Tensor ? leafGradOf(arg) || requires(arg) : arg));
    ctx.isTensor = args.map((arg) => arg instanceof Tensor);
    ctx.saveForBackward(...args.filter((arg): arg is Tensor => arg instanceof Tensor));
    return run(...args);
  }

  static override backward(ctx: Context, ...grads: (Tensor | null)[]): (Tensor | null)[] {
    if (!accumulatesEverywhere()) {
      throw new GradientError(
        'checkpoint: Checkpointing is not compatible with grad() or when an `inputs` parameter is passed to backward(). Please use backward() without inputs, or useReentrant: false',
      );
    }
    const saved = ctx.savedTensors[Symbol.iterator]();
    const inputs = (ctx.args as unknown[]).map((arg, i) => (ctx.isTensor[i] ? detachedLeaf(saved.next().value as Tensor, arg as boolean) : arg));
    const result: unknown = replay(ctx.state, () => enableGrad(() => ctx.run(...inputs)));
    const outputs: unknown[] = Array.isArray(result) ? result : [result];
    const places = [...outputs.keys()].filter((i) => outputs[i] instanceof Tensor && requires(outputs[i] as Tensor));
    if (places.length === 0) throw new GradientError('checkpoint: none of output has requiresGrad true, this checkpoint() is not necessary');
    backward(
      places.map((i) => outputs[i] as Tensor),
      places.map((i) => grads[i]),
    );
    return [null, null, ...inputs.map((input) => (input instanceof Tensor ? input.grad : null))];
  }
}

function detachedLeaf(t: Tensor, requiresGrad: boolean): Tensor {
  const leaf = alias(t, t.shape, t.strides, t.offset);
  setLeafGrad(leaf, requiresGrad);
  return leaf;
}

/** One tensor that was saved and dropped, and its version then; filled again when the segment runs again. */
interface Holder {
  value: Tensor | null;
  readonly version: number;
}

const modified = (what: string): never => {
  throw new GradientError(
    `checkpoint: expected ${what} to stay as it was when the segment first ran, got one of the variables needed for gradient computation modified by an inplace operation`,
  );
};

function withoutReentrant(run: Segment, preserve: boolean, args: readonly unknown[]): any {
  const state = preserve ? getRngState() : null;
  const holders: Holder[] = [];
  const inputs = args.filter((arg): arg is Tensor => arg instanceof Tensor);
  const versions = inputs.map((t) => storageOf(t).version);
  const drop = (t: Tensor): Holder => {
    const holder = { value: null, version: storageOf(t).version };
    holders.push(holder);
    return holder;
  };
  const again = (): void => {
    if (inputs.some((t, i) => storageOf(t).version !== versions[i])) modified('every input');
    let next = 0;
    const fill = (t: Tensor): void => {
      const holder = holders[next++];
      if (holder === undefined) return;
      if (storageOf(t).version !== holder.version) modified('what the segment saves');
      holder.value = t;
    };
    const never = (): never => {
      throw new GradientError('checkpoint: expected backward of what the segment returned, got one of a tensor inside it');
    };
    replay(state, () => enableGrad(() => savedTensorsHooks(fill, never, () => run(...args))));
    if (next !== holders.length) {
      throw new GradientError(`checkpoint: expected the segment to do the same when it runs again, got ${next} tensors saved instead of ${holders.length}`);
    }
  };
  const restore = (holder: Holder): Tensor => {
    if (holder.value === null) again();
    return holder.value!;
  };
  return savedTensorsHooks(drop, restore, () => run(...args));
}

/**
 * Computes run(...args) and saves only the arguments. Backward runs `run` again to make what it
 * needs: less memory for one more forward pass. Values and gradients are those of a plain call.
 *
 * @param run - The segment; it must do the same when it runs again.
 * @param given - The arguments of `run`; `CheckpointOptions` may follow as the last one.
 * @returns What `run` returns.
 * @throws GradientError if the segment saves other tensors the second time, if an input was written
 * to in between, or, with `useReentrant`, under grad() or backward({ inputs }).
 * @example
 * const x = gt.tensor([1, 2], { requiresGrad: true });
 * const y = gt.utils.checkpoint.checkpoint((t: gt.Tensor) => t.exp().sin(), x, { useReentrant: false });
 * y.sum().backward();
 * x.grad!.shape; // [2]
 * @see Chen et al., 2016; PyTorch `torch.utils.checkpoint.checkpoint`
 */
export function checkpoint(run: Segment, ...given: any[]): any {
  if (typeof run !== 'function') fail(ArgumentError, 'checkpoint', 'a function', show(run));
  const last = given.at(-1);
  const hasOptions = isOptions(last) && Object.keys(last).length > 0 && Object.keys(last).every((key) => keywords.includes(key));
  const { useReentrant = true, preserveRngState = true } = (hasOptions ? last : {}) as CheckpointOptions;
  const args = hasOptions ? given.slice(0, -1) : given;
  return useReentrant ? CheckpointFunction.apply(run, preserveRngState, ...args) : withoutReentrant(run, preserveRngState, args);
}

type Step = ((x: any) => any) | { forward(x: any): any };

/**
 * Runs a chain of modules or functions in parts, and checkpoints all parts but the last.
 *
 * @param functions - The chain: modules, or functions of one value.
 * @param segments - How many parts; the last takes the rest.
 * @param input - What the first step gets.
 * @param options - `useReentrant`, `preserveRngState`: see `CheckpointOptions`.
 * @returns What the last step returns.
 * @throws ArgumentError if `segments` is no positive integer.
 * @example
 * const net = new gt.nn.Sequential(new gt.nn.Linear(2, 3), new gt.nn.Tanh(), new gt.nn.Linear(3, 1));
 * const x = gt.ones([4, 2], { requiresGrad: true });
 * gt.utils.checkpoint.checkpointSequential(net, 2, x).shape; // [4, 1]
 * @see PyTorch `torch.utils.checkpoint.checkpoint_sequential`
 */
export function checkpointSequential(functions: Iterable<Step>, segments: number, input: any, options: CheckpointOptions = {}): any {
  const steps = [...functions];
  if (!Number.isInteger(segments) || segments < 1) fail(ArgumentError, 'checkpointSequential', 'a positive number of segments', show(segments));
  const size = Math.floor(steps.length / segments);
  const run =
    (from: number, to: number): Segment =>
    (x) =>
      steps.slice(from, to).reduce((value, step) => (typeof step === 'function' ? step(value) : step.forward(value)), x);
  let start = 0;
  if (size > 0)
    for (; start < size * (segments - 1); start += size)
      input = checkpoint(run(start, start + size), input, { ...options, useReentrant: options.useReentrant ?? true });
  return run(start, steps.length)(input);
}
// biome-ignore-end lint/suspicious/noExplicitAny: see above.

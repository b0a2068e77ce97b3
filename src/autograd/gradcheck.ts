// gradcheck and gradgradcheck: derivatives by the rules against derivatives by finite differences, entry by entry of the full Jacobians.
import { Category, float64 } from '../core/dtype.js';
import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import { Generator } from '../core/random.js';
import { contiguousStrides, overlapsItself } from '../core/shape.js';
import { readArgs } from '../ops/args.js';
import { tensor } from '../ops/create.js';
import { randLike } from '../ops/random.js';
import { platform } from '../platform/index.js';
import { fillWith, full } from '../tensor/fill.js';
import { alias, Tensor } from '../tensor/tensor.js';
import { grad } from './grad.js';

/** Options of `gradcheck` and `gradgradcheck`. */
export interface GradcheckOptions {
  /** Step of the central differences. */
  eps?: number;
  /** Absolute tolerance. */
  atol?: number;
  /** Tolerance relative to the numerical derivative. */
  rtol?: number;
  /** Throw on a mismatch; otherwise the result is false. */
  raiseException?: boolean;
  /** How much two runs of backward may differ. */
  nondetTol?: number;
  /** Also check that gradients of several outputs at once are the sum of those of each output alone. */
  checkUndefinedGrad?: boolean;
}
const keywords = ['eps', 'atol', 'rtol', 'raiseException', 'nondetTol', 'checkUndefinedGrad'] as const;

/** A function that `gradcheck` checks: tensors in, one or several tensors out. */
export type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** One row per element of the output, one column per element of the input. */
type Jacobian = readonly Float64Array[];

const listOf = (value: Tensor | readonly Tensor[]): readonly Tensor[] => (value instanceof Tensor ? [value] : value);
const numbers = (t: Tensor): Float64Array => Float64Array.from(t.toTypedArray() as Iterable<number | bigint>, Number);

/** The i-th element in row-major order, as a 0-d tensor over the same memory. */
function element(x: Tensor, i: number): Tensor {
  const steps = contiguousStrides(x.shape);
  const offset = x.shape.reduce((at, size, d) => at + (Math.floor(i / steps[d]) % size) * x.strides[d], x.offset);
  return alias(x, [], [], offset);
}

/** d outputs / d x by central differences; x is changed in place and restored, so that functions may also close over it. */
function numerical(run: () => readonly Tensor[], x: Tensor, eps: number): Jacobian[] {
  const jacobians = run().map((y) => Array.from({ length: y.count }, () => new Float64Array(x.count)));
  for (let i = 0; i < x.count; i++) {
    const cell = element(x, i);
    const value = Number(cell.item());
    const outputsAt = (at: number): Float64Array[] => {
      fillWith(cell, at);
      return run().map(numbers);
    };
    try {
      const above = outputsAt(value + eps);
      const below = outputsAt(value - eps);
      jacobians.forEach((rows, k) => {
        for (let j = 0; j < rows.length; j++) rows[j][i] = (above[k][j] - below[k][j]) / (2 * eps);
      });
    } finally {
      fillWith(cell, value);
    }
  }
  return jacobians;
}

/** d y / d inputs by backward: one pass for every element of y. */
function analytical(y: Tensor, inputs: readonly Tensor[]): Jacobian[] {
  const jacobians = inputs.map((): Float64Array[] => []);
  for (let j = 0; j < y.count; j++) {
    const gradOutputs = full(y.shape, 0, y.dt);
    fillWith(element(gradOutputs, j), 1);
    const grads = grad(y, inputs, { gradOutputs, retainGraph: true, allowUnused: true });
    inputs.forEach((x, i) => {
      const g = grads[i];
      if (g !== null && (g.dt !== x.dt || g.count !== x.count))
        throw new GradientError(`gradcheck: expected a gradient like input ${i}, got ${g.dtype} of shape ${show(g.shape)}`);
      jacobians[i].push(g === null ? new Float64Array(x.count) : numbers(g));
    });
  }
  return jacobians;
}

const within = (a: number, b: number, atol: number, rtol: number): boolean => a === b || Math.abs(a - b) <= atol + rtol * Math.abs(b);
const close = (a: Jacobian, b: Jacobian, atol: number, rtol: number): boolean =>
  a.every((row, j) => row.every((value, i) => within(value, b[j][i], atol, rtol)));
const shown = (jacobian: Jacobian): string =>
  tensor(
    jacobian.map((row) => [...row]),
    { dtype: 'float64' },
  ).toString();

function checkInputs(inputs: unknown): Tensor[] {
  const list = inputs instanceof Tensor ? [inputs] : inputs;
  if (!Array.isArray(list)) fail(ArgumentError, 'gradcheck', 'inputs to be a tensor or an array of tensors', show(inputs));
  const wanted = list.filter((x): x is Tensor => x instanceof Tensor && x.requiresGrad);
  if (wanted.length === 0) {
    throw new ArgumentError('gradcheck: expected at least one input tensor to require gradient, got none of them with requiresGrad: true');
  }
  list.forEach((x, i) => {
    if (!wanted.includes(x)) return;
    if (x.dt !== float64) {
      platform.warn(`gradcheck: input ${i} requires gradient and is not float64: the check will likely fail if not all inputs are of double precision`);
    }
    if (overlapsItself(x.shape, x.strides)) {
      throw new ArgumentError(
        `gradcheck: expected inputs that do not overlap themselves, got input ${i} with a dimension with stride 0; call contiguous() on it first`,
      );
    }
  });
  return list as Tensor[];
}

/** All outputs at once, some weights each: the engine must add up what each output alone gives. */
function checkTogether(outputs: readonly Tensor[], inputs: readonly Tensor[], jacobians: readonly Jacobian[][]): void {
  const weights = outputs.map((y) => uniform(y));
  const grads = grad(outputs, inputs, { gradOutputs: weights, retainGraph: true, allowUnused: true });
  const w = weights.map(numbers);
  inputs.forEach((x, i) => {
    const got = grads[i] === null ? new Float64Array(x.count) : numbers(grads[i]);
    for (let e = 0; e < x.count; e++) {
      const want = outputs.reduce((total, _, k) => total + jacobians[k][i].reduce((part, row, j) => part + w[k][j] * row[e], 0), 0);
      if (!within(got[e], want, 1e-8, 1e-6)) {
        throw new GradientError(
          `gradcheck: expected backward to handle undefined output grads, got for input ${i}, element ${e}: ${got[e]} with all outputs, ${want} summed over each alone`,
        );
      }
    }
  });
}

const generator = new Generator();
const uniform = (like: Tensor): Tensor => randLike(like, { generator }).sub(0.5).mul(2).detach();

function check(fn: Checked, inputs: readonly Tensor[], options: Required<GradcheckOptions>): void {
  const { eps, atol, rtol, nondetTol, checkUndefinedGrad } = options;
  const wanted = inputs.filter((x) => x.requiresGrad);
  const floats = (ys: Tensor | readonly Tensor[]): Tensor[] => listOf(ys).filter((y) => y.dt.category === Category.Float);
  const outputs = floats(fn(...inputs));
  const places = [...outputs.keys()].filter((k) => outputs[k].requiresGrad);
  const run = (): Tensor[] => floats(fn(...inputs));
  const numeric = wanted.map((x) => numerical(run, x, eps));
  if (places.length === 0) {
    const moving = numeric.findIndex((jacobians) => jacobians.some((rows) => rows.some((row) => row.some((value) => value !== 0))));
    if (moving >= 0)
      throw new GradientError(
        `gradcheck: expected a differentiable output, got none, although the outputs change with input ${moving}: Numerical gradient for function expected to be zero`,
      );
    return;
  }
  const found = places.map((k) => analytical(outputs[k], wanted));
  places.forEach((k, p) => {
    wanted.forEach((_, i) => {
      const [got, want] = [found[p][i], numeric[i][k]];
      if (close(got, want, atol, rtol)) return;
      throw new GradientError(`gradcheck: Jacobian mismatch for output ${k} with respect to input ${i},\nnumerical:${shown(want)}\nanalytical:${shown(got)}`);
    });
    const again = analytical(outputs[k], wanted);
    again.forEach((jacobian, i) => {
      if (!close(jacobian, found[p][i], nondetTol, 0)) {
        throw new GradientError(`gradcheck: Backward is not reentrant, i.e., running it twice gives different values for input ${i} (tolerance ${nondetTol})`);
      }
    });
  });
  if (checkUndefinedGrad && places.length > 1)
    checkTogether(
      places.map((k) => outputs[k]),
      wanted,
      found,
    );
}

function readOptions(op: string, options: GradcheckOptions): Required<GradcheckOptions> {
  const given = readArgs<GradcheckOptions>(op, [options], [], keywords);
  return { eps: 1e-6, atol: 1e-5, rtol: 1e-3, raiseException: true, nondetTol: 0, checkUndefinedGrad: true, ...given };
}

function verdict(raise: boolean, body: () => void): boolean {
  try {
    body();
    return true;
  } catch (error) {
    if (raise || !(error instanceof GradientError)) throw error;
    return false;
  }
}

/**
 * Compares the gradients of a function with central differences (f(x + eps) - f(x - eps)) / (2
 * eps), with respect to every input that requires grad. Inputs should be float64. At a kink the two
 * may differ.
 *
 * @param fn - The function; it must give the same result every time.
 * @param inputs - A tensor or an array of tensors, of which one requires grad.
 * @param options - `eps` 1e-6, `atol` 1e-5, `rtol` 1e-3, `raiseException` true, `nondetTol` 0,
 * `checkUndefinedGrad` true.
 * @returns True if they agree within atol + rtol |numerical|; false otherwise, with
 * `raiseException` off.
 * @throws GradientError that shows both Jacobians if they differ.
 * @throws ArgumentError if no input requires grad, or one overlaps itself.
 * @example
 * const x = gt.tensor([0.5, 2], { dtype: 'float64', requiresGrad: true });
 * gt.autograd.gradcheck((t) => t.sin(), x); // true
 * @see PyTorch `torch.autograd.gradcheck`
 */
export function gradcheck(fn: Checked, inputs: Tensor | readonly Tensor[], options: GradcheckOptions = {}): boolean {
  const read = readOptions('gradcheck', options);
  const list = checkInputs(inputs);
  return verdict(read.raiseException, () => check(fn, list, read));
}

/**
 * `gradcheck` of the gradient: of the function from inputs and output gradients to input gradients.
 *
 * @param fn - The function; it must give the same result every time.
 * @param inputs - A tensor or an array of tensors, of which one requires grad.
 * @param gradOutputs - Output gradients; by default uniform in [-1, 1).
 * @param options - As `gradcheck`'s.
 * @returns True if they agree; false otherwise, with `raiseException` off.
 * @throws GradientError that shows both Jacobians if they differ.
 * @example
 * const x = gt.tensor([0.5, 2], { dtype: 'float64', requiresGrad: true });
 * gt.autograd.gradgradcheck((t) => t.pow(3), x); // true
 * @see PyTorch `torch.autograd.gradgradcheck`
 */
export function gradgradcheck(
  fn: Checked,
  inputs: Tensor | readonly Tensor[],
  gradOutputs: Tensor | readonly Tensor[] | null = null,
  options: GradcheckOptions = {},
): boolean {
  const read = readOptions('gradgradcheck', options);
  const list = checkInputs(inputs);
  const differentiable = (ys: Tensor | readonly Tensor[]): Tensor[] => listOf(ys).filter((y) => y.requiresGrad);
  const outputs = differentiable(fn(...list));
  const seeds = gradOutputs === null ? outputs.map(uniform) : listOf(gradOutputs).map((g) => g.detach());
  const gradient: Checked = (...args) => {
    const xs = args.slice(0, list.length);
    const ys = differentiable(fn(...xs));
    const grads = grad(
      ys,
      xs.filter((x) => x.requiresGrad),
      { gradOutputs: args.slice(list.length), createGraph: true, allowUnused: true },
    );
    return grads.filter((g) => g !== null);
  };
  const both = [...list, ...seeds.map((seed) => seed.requiresGrad_())];
  return verdict(read.raiseException, () => check(gradient, both, read));
}

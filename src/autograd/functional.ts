// gt.autograd.functional: products with Jacobians and Hessians, and these whole, of functions of one tensor or of an array of tensors. Results are arrays where the inputs or
// outputs are.
import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import { sameShape, showShape } from '../core/shape.js';
import { type ArgsOf, asBoolean, asChoice, readArgs } from '../ops/args.js';
import { zerosLike } from '../ops/create.js';
import { stack } from '../ops/join.js';
import { reshape, view } from '../ops/view.js';
import { enableGrad, isGradEnabled, requires, withGrad } from '../tensor/node.js';
import { alias, empty, Tensor } from '../tensor/tensor.js';
import { grad } from './grad.js';
import { seedOf } from './target.js';

type Tensors = Tensor | readonly Tensor[];
// biome-ignore lint/suspicious/noExplicitAny: a function of as many tensors as there are inputs.
type Func = (...inputs: any[]) => Tensors;

/** Options of the functions in `autograd.functional`. */
export interface FunctionalOptions {
  /** Whether the results can be differentiated; false by default. */
  createGraph?: boolean;
  /**
   * Whether an input that the outputs do not depend on is an error, instead of a result of zeros.
   */
  strict?: boolean;
}
/** Options of `jacobian` and `hessian`. */
export interface JacobianOptions extends FunctionalOptions {
  /** Accepted as in PyTorch; the results are the same. */
  vectorize?: boolean;
  /** Only 'reverse-mode'. */
  strategy?: 'reverse-mode';
}
/** Options of the products `vjp`, `jvp`, `vhp` and `hvp`. */
export interface ProductOptions extends FunctionalOptions {
  /**
   * The vector; as many tensors and shapes as what it multiplies. It may be left out where that is
   * one number.
   */
  v?: Tensors | null;
}
type ProductArgs = ArgsOf<ProductOptions, ['v', 'createGraph', 'strict']>;
type JacobianArgs = ArgsOf<JacobianOptions, ['createGraph', 'strict', 'vectorize', 'strategy']>;

/** One tensor or several, as given, and as a list. */
interface Group {
  readonly list: readonly Tensor[];
  readonly several: boolean;
}

function groupOf(fn: string, role: string, given: unknown): Group {
  const several = Array.isArray(given);
  const list: readonly unknown[] = several ? given : [given];
  list.forEach((t, i) => {
    if (!(t instanceof Tensor)) fail(ArgumentError, fn, `${role} to be a tensor or an array of tensors`, several ? `${show(t)} at index ${i}` : show(t));
  });
  return { list: list as readonly Tensor[], several };
}

const ungroup = <T>(list: readonly T[], several: boolean): T | readonly T[] => (several ? list : list[0]);
const detached = (t: Tensor): Tensor => alias(t, t.shape, t.strides, t.offset);

/** New tensors, so that those among the arguments differ from the same ones that the function closes over. */
const prepared = (list: readonly Tensor[], createGraph: boolean, needGraph: boolean): Tensor[] =>
  list.map((t) => (createGraph && requires(t) ? view(t, t.shape) : detached(t).requiresGrad_(needGraph && t.dt.category === 2)));
const finished = (list: readonly Tensor[], createGraph: boolean): readonly Tensor[] => (createGraph ? list : list.map(detached));

const notAllowed = (fn: string, what: string): never => {
  throw new GradientError(`${fn}: ${what}. This is not allowed in strict mode`);
};

function needOutputs(fn: string, outputs: readonly Tensor[], strict: boolean): void {
  const i = outputs.findIndex((y) => !requires(y));
  if (strict && i >= 0)
    notAllowed(
      fn,
      `Output ${i} of the user-provided function does not require gradients: the outputs must be computed in a differentiable manner from the input`,
    );
}

function needJacobian(fn: string, grads: readonly (Tensor | null)[], strict: boolean, what: string): void {
  if (!strict) return;
  grads.forEach((g, i) => {
    if (g === null) notAllowed(fn, `The output of the user-provided function is independent of input ${i}`);
    else if (!requires(g)) notAllowed(fn, `${what} with respect to input ${i} is independent of the inputs of the user-provided function`);
  });
}

/** v, checked against what it multiplies; null if it may be left out, because that is one number. */
function vectorFor(fn: string, v: Tensors | null | undefined, like: Group, createGraph: boolean, owner: string): readonly Tensor[] | null {
  if (v === null || v === undefined) {
    if (like.list.length === 1 && like.list[0].count === 1) return null;
    throw new GradientError(`${fn}: The vector v can only be null if ${owner} is a single tensor with a single element`);
  }
  const { list } = groupOf(fn, 'v', v);
  if (list.length !== like.list.length) {
    throw new GradientError(`${fn}: v is an array of invalid length: should be ${like.list.length} but got ${list.length}`);
  }
  list.forEach((t, i) => {
    if (!sameShape(t.shape, like.list[i].shape)) {
      const which = like.several ? `Entry ${i} in v` : 'v';
      throw new GradientError(`${fn}: ${which} has invalid size: should be ${showShape(like.list[i].shape)} but got ${showShape(t.shape)}`);
    }
  });
  return prepared(list, createGraph, false);
}

/** grad() that passes over outputs without a gradient. */
function gradOf(
  outputs: readonly (Tensor | null)[],
  inputs: readonly Tensor[],
  v: readonly Tensor[] | null,
  options: { createGraph: boolean; retainGraph?: boolean },
): (Tensor | null)[] {
  const places = [...outputs.keys()].filter((i) => outputs[i] !== null && requires(outputs[i]!));
  if (places.length === 0) return inputs.map(() => null);
  const ys = places.map((i) => outputs[i]!);
  return grad(ys, inputs, { gradOutputs: v === null ? null : places.map((i) => v[i]), allowUnused: true, ...options });
}

/** Zeros where there is no gradient; in strict mode that is an error, and so is a result without a graph where one was asked for. */
function filled(
  fn: string,
  grads: readonly (Tensor | null)[],
  like: readonly Tensor[],
  options: Given,
  missing: (i: number) => string,
  what: string,
): Tensor[] {
  return grads.map((g, i) => {
    if (options.strict && g === null) notAllowed(fn, missing(i));
    if (options.strict && options.createGraph && !requires(g!)) notAllowed(fn, `The ${what} of the user-provided function is independent of input ${i}`);
    return g ?? zerosLike(like[i]);
  });
}

type Given = Required<FunctionalOptions>;

function productArgs(fn: string, args: readonly unknown[]): Given & { v: Tensors | null } {
  const { v = null, createGraph = false, strict = false } = readArgs<ProductOptions>(fn, args, ['v', 'createGraph', 'strict']);
  return { v, createGraph: asBoolean(fn, 'createGraph', createGraph), strict: asBoolean(fn, 'strict', strict) };
}

function jacobianArgs(fn: string, args: readonly unknown[]): Given {
  const read = readArgs<JacobianOptions>(fn, args, ['createGraph', 'strict', 'vectorize', 'strategy']);
  const { createGraph = false, strict = false, vectorize = false, strategy = 'reverse-mode' } = read;
  asChoice(fn, 'strategy', strategy, ['reverse-mode']);
  if (strict && asBoolean(fn, 'vectorize', vectorize)) {
    throw new ArgumentError(`${fn}: expected strict or vectorize, got both: strict: true and vectorize: true are not supported together`);
  }
  return { createGraph: asBoolean(fn, 'createGraph', createGraph), strict: asBoolean(fn, 'strict', strict) };
}

const recordingFor = <T>(createGraph: boolean, body: () => T): T => withGrad(createGraph || isGradEnabled(), body, 'functional');
const independent = (i: number): string => `The output of the user-provided function is independent of input ${i}`;

/**
 * Product of a vector with the Jacobian: vᵀ J.
 *
 * @param func - A function of as many tensors as there are inputs; returns a tensor or an array.
 * @param inputs - A tensor or an array of tensors.
 * @param args - `v` (like the outputs), `createGraph`, `strict`; positional or by name.
 * @returns [func(inputs), vᵀ J]; the product has the shapes of the inputs.
 * @throws GradientError if `v` does not fit the outputs, or in strict mode if they are independent.
 * @example
 * const [y, g] = gt.autograd.functional.vjp((x: gt.Tensor) => x.square().sum(), gt.tensor([1, 2]));
 * y; // 5
 * g; // [2, 4]
 * @see PyTorch `torch.autograd.functional.vjp`
 */
export function vjp(func: Func, inputs: Tensors, ...args: ProductArgs): [Tensors, Tensors] {
  const { v, ...given } = productArgs('vjp', args);
  const { createGraph, strict } = given;
  const group = groupOf('vjp', 'inputs', inputs);
  const { xs, ys, vs } = enableGrad(() => {
    const xs = prepared(group.list, createGraph, true);
    const ys = groupOf('vjp', 'outputs of the user-provided function', func(...xs));
    needOutputs('vjp', ys.list, strict);
    return { xs, ys, vs: vectorFor('vjp', v, ys, createGraph, 'what the user-provided function returns') };
  });
  const product = recordingFor(createGraph, () => filled('vjp', gradOf(ys.list, xs, vs, { createGraph }), xs, given, independent, 'jacobian'));
  return [ungroup(finished(ys.list, createGraph), ys.several), ungroup(finished(product, createGraph), group.several)];
}

/**
 * Product of the Jacobian with a vector: J v, by backward run twice.
 *
 * @param func - A function of as many tensors as there are inputs; returns a tensor or an array.
 * @param inputs - A tensor or an array of tensors.
 * @param args - `v` (like the inputs), `createGraph`, `strict`; positional or by name.
 * @returns [func(inputs), J v]; the product has the shapes of the outputs.
 * @throws GradientError if `v` does not fit the inputs, or in strict mode if outputs are
 * independent.
 * @example
 * const [, d] = gt.autograd.functional.jvp((x: gt.Tensor) => x.square(), gt.tensor([1, 2]), gt.ones([2]));
 * d; // [2, 4]
 * @see PyTorch `torch.autograd.functional.jvp`
 */
export function jvp(func: Func, inputs: Tensors, ...args: ProductArgs): [Tensors, Tensors] {
  const { v, ...given } = productArgs('jvp', args);
  const { createGraph, strict } = given;
  const group = groupOf('jvp', 'inputs', inputs);
  const { ys, vs, weights, grads } = enableGrad(() => {
    const xs = prepared(group.list, createGraph, true);
    const vs = vectorFor('jvp', v, { ...group, list: xs }, createGraph, 'the input');
    const ys = groupOf('jvp', 'outputs of the user-provided function', func(...xs));
    needOutputs('jvp', ys.list, strict);
    const weights = ys.list.map((y) => zerosLike(y).requiresGrad_(y.dt.category === 2));
    const grads = gradOf(ys.list, xs, weights, { createGraph: true });
    needJacobian('jvp', grads, strict, 'The gradient');
    return { ys, vs, weights, grads };
  });
  const missing = (i: number): string =>
    `The gradient with respect to the input is independent of entry ${i} in the gradOutputs when using the double backward trick to compute forward mode gradients`;
  const product = recordingFor(createGraph, () => filled('jvp', gradOf(grads, weights, vs, { createGraph }), ys.list, given, missing, 'jacobian'));
  return [ungroup(finished(ys.list, createGraph), ys.several), ungroup(finished(product, createGraph), ys.several)];
}

/**
 * The Jacobian ∂ output / ∂ input.
 *
 * @param func - A function of as many tensors as there are inputs; returns a tensor or an array.
 * @param inputs - A tensor or an array of tensors.
 * @param args - `createGraph`, `strict`, `vectorize`, `strategy`; positional or by name.
 * @returns For each output and input a tensor of shape (...output, ...input); an array for each of
 * the two that is an array.
 * @throws GradientError in strict mode if an output does not depend on an input.
 * @example
 * gt.autograd.functional.jacobian((x: gt.Tensor) => x.square(), gt.tensor([1, 2])); // [[2, 0], [0, 4]]
 * @see PyTorch `torch.autograd.functional.jacobian`
 */
export function jacobian(func: Func, inputs: Tensors, ...args: JacobianArgs): Tensor | readonly Tensor[] | readonly (readonly Tensor[])[] {
  const given = jacobianArgs('jacobian', args);
  const group = groupOf('jacobian', 'inputs', inputs);
  return enableGrad(() => {
    const { rows, several } = jacobianRows('jacobian', func, group.list, given);
    return ungroup(
      rows.map((row) => ungroup(finished(row, given.createGraph), group.several)),
      several,
    ) as Tensor | readonly Tensor[];
  });
}

/** Row by row: one backward for every element of the outputs. */
function jacobianRows(fn: string, func: Func, inputs: readonly Tensor[], { createGraph, strict }: Given): { rows: Tensor[][]; several: boolean } {
  const xs = prepared(inputs, createGraph, true);
  const ys = groupOf(fn, 'outputs of the user-provided function', func(...xs));
  needOutputs(fn, ys.list, strict);
  const rows = ys.list.map((y, k) => {
    const flat = reshape(y, [y.count]);
    const columns = xs.map((): Tensor[] => []);
    for (let j = 0; j < y.count; j++) {
      gradOf([flat.select(0, j)], xs, null, { createGraph, retainGraph: true }).forEach((g, i) => {
        if (strict && createGraph && g !== null && !requires(g)) notAllowed(fn, `The jacobian of the user-provided function is independent of input ${i}`);
        if (strict && g === null) notAllowed(fn, `Output ${k} of the user-provided function is independent of input ${i}`);
        columns[i].push(g ?? zerosLike(xs[i]));
      });
    }
    return columns.map((column, i) => {
      const shape = [...y.shape, ...xs[i].shape];
      return column.length === 0 ? empty(shape, xs[i].dt) : reshape(stack(column), shape);
    });
  });
  return { rows, several: ys.several };
}

/** What func returns must be one number. */
function single(fn: string, result: unknown): Tensor {
  const { list, several } = groupOf(fn, 'outputs of the user-provided function', result);
  if (several) throw new GradientError(`${fn}: The function given to ${fn} should return a single tensor`);
  if (list[0].count !== 1)
    throw new GradientError(`${fn}: The tensor returned by the function given to ${fn} should contain a single element, got shape ${showShape(list[0].shape)}`);
  return list[0];
}

/**
 * The Hessian ∂² output / ∂ input², of a function that returns one number.
 *
 * @param func - A function of as many tensors as there are inputs; returns one element.
 * @param inputs - A tensor or an array of tensors.
 * @param args - `createGraph`, `strict`, `vectorize`, `strategy`; positional or by name.
 * @returns A tensor of shape (...input, ...input), or an array of arrays for several inputs.
 * @throws GradientError if the function returns more than one element.
 * @example
 * gt.autograd.functional.hessian((x: gt.Tensor) => x.pow(3).sum(), gt.tensor([1, 2])); // [[6, 0], [0, 12]]
 * @see PyTorch `torch.autograd.functional.hessian`
 */
export function hessian(func: Func, inputs: Tensors, ...args: JacobianArgs): Tensor | readonly (readonly Tensor[])[] {
  const given = jacobianArgs('hessian', args);
  const group = groupOf('hessian', 'inputs', inputs);
  const gradient: Func = (...xs: Tensor[]) => {
    const scalar: Func = (...inner) => {
      const y = single('hessian', func(...inner));
      needOutputs('hessian', [y], given.strict);
      return reshape(y, []);
    };
    const [row] = jacobianRows('hessian', scalar, xs, { createGraph: true, strict: false }).rows;
    needJacobian('hessian', row, given.strict, 'The jacobian');
    return row;
  };
  const { rows } = enableGrad(() => jacobianRows('hessian', gradient, group.list, given));
  return group.several ? rows.map((row) => finished(row, given.createGraph)) : finished(rows[0], given.createGraph)[0];
}

/** The gradient of func at the inputs, with a graph, and all that a product with the Hessian needs. */
function secondOrder(fn: string, func: Func, inputs: Tensors, v: Tensors | null, { createGraph, strict }: Given) {
  const group = groupOf(fn, 'inputs', inputs);
  const xs = prepared(group.list, createGraph, true);
  const vs = vectorFor(fn, v, { ...group, list: xs }, createGraph, 'the input');
  const y = single(fn, func(...xs));
  needOutputs(fn, [y], strict);
  const gradient = gradOf([y], xs, [seedOf(fn, y, null)], { createGraph: true });
  needJacobian(fn, gradient, strict, 'The jacobian');
  return { several: group.several, xs, vs, y, gradient };
}

/**
 * Product of a vector with the Hessian: vᵀ H.
 *
 * @param func - A function of as many tensors as there are inputs; returns one element.
 * @param inputs - A tensor or an array of tensors.
 * @param args - `v` (like the inputs), `createGraph`, `strict`; positional or by name.
 * @returns [func(inputs), vᵀ H]; the product has the shapes of the inputs.
 * @throws GradientError if `v` does not fit the inputs, or the function returns more than one
 * element.
 * @example
 * const [, h] = gt.autograd.functional.vhp((x: gt.Tensor) => x.pow(3).sum(), gt.tensor([1, 2]), gt.ones([2]));
 * h; // [6, 12]
 * @see PyTorch `torch.autograd.functional.vhp`
 */
export function vhp(func: Func, inputs: Tensors, ...args: ProductArgs): [Tensor, Tensors] {
  const { v, ...given } = productArgs('vhp', args);
  const { createGraph } = given;
  const { several, xs, vs, y, gradient } = enableGrad(() => secondOrder('vhp', func, inputs, v, given));
  const missing = (i: number): string => `The jacobian of the user-provided function is independent of input ${i}`;
  const product = recordingFor(createGraph, () => filled('vhp', gradOf(gradient, xs, vs, { createGraph }), xs, given, missing, 'hessian'));
  return [finished([y], createGraph)[0], ungroup(finished(product, createGraph), several)];
}

/**
 * Product of the Hessian with a vector: H v, by backward run twice more. `vhp` is cheaper, and
 * equal where the Hessian is symmetric.
 *
 * @param func - A function of as many tensors as there are inputs; returns one element.
 * @param inputs - A tensor or an array of tensors.
 * @param args - `v` (like the inputs), `createGraph`, `strict`; positional or by name.
 * @returns [func(inputs), H v]; the product has the shapes of the inputs.
 * @throws GradientError if `v` does not fit the inputs, or the function returns more than one
 * element.
 * @example
 * const [, h] = gt.autograd.functional.hvp((x: gt.Tensor) => x.pow(3).sum(), gt.tensor([1, 2]), gt.ones([2]));
 * h; // [6, 12]
 * @see PyTorch `torch.autograd.functional.hvp`
 */
export function hvp(func: Func, inputs: Tensors, ...args: ProductArgs): [Tensor, Tensors] {
  const { v, ...given } = productArgs('hvp', args);
  const { createGraph } = given;
  const { several, xs, vs, y, weights, twice } = enableGrad(() => {
    const { gradient, ...rest } = secondOrder('hvp', func, inputs, v, given);
    const weights = rest.xs.map((x) => zerosLike(x).requiresGrad_());
    return { ...rest, weights, twice: gradOf(gradient, rest.xs, weights, { createGraph: true }) };
  });
  const missing = (i: number): string =>
    `The hessian of the user-provided function is independent of entry ${i} in the grad_jacobian, as it prevents from using the double backward trick to replace forward mode AD`;
  const product = recordingFor(createGraph, () => filled('hvp', gradOf(twice, weights, vs, { createGraph }), xs, given, missing, 'hessian'));
  return [finished([y], createGraph)[0], ungroup(finished(product, createGraph), several)];
}

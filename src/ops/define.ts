// Definers for the two commonest kinds of op, elementwise ones of one and of two operands: a line of formula gives the function, its in-place form and its derivatives.
import { Category, type DTypeInfo } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, show } from '../core/errors.js';
import { applyInPlace } from '../tensor/inplace.js';
import { apply, defineOp, type Op, type Vjp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { asBoolean, asTensor, readArgs } from './args.js';
import { type Kernel1, type Kernel2, type Map2, map1, map2 } from './map.js';
import { floatOf, needFloat, type Operand, operand } from './promote.js';

export type Unary = ((x: Tensor) => Tensor) & { readonly op: Op };
export type Binary<A = Operand, B = Operand> = ((a: A, b: B) => Tensor) & { readonly op: Op };

/** JavaScript ignores arguments that a function has no parameter for; here they are an error, as in PyTorch. One parameter more tells, and costs a comparison. */
const surplus = (name: string, roles: string, value: unknown): never => fail(ArgumentError, name, `${roles} and nothing more`, show(value));

interface UnaryRule {
  readonly saves?: number;
  readonly vjp: Vjp;
  /** What becomes of integers: computed as floats (the default), kept, kept with truth values, or refused. */
  readonly integers?: 'float' | 'keep' | 'keepBool' | 'refuse';
}

const named = <F extends (...args: never[]) => unknown, T>(f: F, name: string, extra: T): F & T =>
  Object.assign(Object.defineProperty(f, 'name', { value: name }), extra);

/** The further argument of an activation that nn.functional has: `inplace`, by position or by name. */
export type Inplace = boolean | { inplace?: boolean };
function overwriting(op: Op, x: Tensor, more: unknown): Tensor {
  const { name } = op;
  const { inplace = false } = readArgs<{ inplace?: boolean }>(name, [more], ['inplace']);
  const input = asTensor(name, 'input', x);
  return asBoolean(name, 'inplace', inplace) ? applyInPlace(op, [input], undefined) : apply(op, [input], undefined);
}
/** An activation that may overwrite its input. */
export const rectifier = (
  name: string,
  kernels: readonly (Kernel1 | undefined)[],
  rule: UnaryRule,
): ((x: Tensor, inplace?: Inplace) => Tensor) & { readonly op: Op } => unary(name, kernels, rule, overwriting);

/** An elementwise function of one tensor; `beyond` reads an argument after it. */
export function unary(
  name: string,
  kernels: readonly (Kernel1 | undefined)[],
  { saves, vjp, integers = 'float' }: UnaryRule,
  beyond?: typeof overwriting,
): Unary {
  const dtypeFor = (x: Tensor): DTypeInfo => {
    if (integers === 'refuse') return needFloat(name, x).dt;
    if (integers === 'keep' && x.dt.category === Category.Bool) fail(DTypeError, name, 'a numeric tensor', 'a bool tensor');
    return integers === 'float' ? floatOf(x.dt) : x.dt;
  };
  const op = defineOp({ name, saves, vjp: [vjp], forward: ([x], _args, out) => map1(name, kernels, x, dtypeFor(x), out) });
  return named(
    (x: Tensor, more?: undefined) =>
      more === undefined ? apply(op, [asTensor(name, 'input', x)], undefined) : beyond !== undefined ? beyond(op, x, more) : surplus(name, 'input', more),
    name,
    { op },
  );
}

interface BinaryRule extends Map2 {
  readonly saves?: number | ((needs: number) => number);
  readonly vjp?: readonly [Vjp, Vjp];
}

const binaryOp = (name: string, kernels: readonly (Kernel2 | undefined)[], { saves, vjp, ...how }: BinaryRule): Op =>
  defineOp({ name, saves, vjp, forward: ([a, b], _args, out) => map2(name, kernels, a, b, out, how) });

/** An elementwise function of two operands, tensors or numbers, with broadcasting and promotion. */
export function binary(name: string, kernels: readonly (Kernel2 | undefined)[], rule: BinaryRule): Binary {
  const op = binaryOp(name, kernels, rule);
  return named(
    (a: Operand, b: Operand, more?: undefined) =>
      more === undefined
        ? apply(op, [operand(name, 'input', a, b, rule.compute), operand(name, 'other', b, a, rule.compute)], undefined)
        : surplus(name, 'input, other', more),
    name,
    { op },
  );
}

/** One that takes a number only on the right, as PyTorch's comparisons do. */
export function comparing(name: string, kernels: readonly (Kernel2 | undefined)[], rule: BinaryRule): Binary<Tensor> {
  const op = binaryOp(name, kernels, rule);
  return named(
    (a: Tensor, b: Operand, more?: undefined) =>
      more === undefined ? apply(op, [asTensor(name, 'input', a), operand(name, 'other', b, a)], undefined) : surplus(name, 'input, other', more),
    name,
    { op },
  );
}

/** One that takes no numbers at all. */
export const ofTensors = (name: string, op: Op): Binary<Tensor, Tensor> =>
  named(
    (a: Tensor, b: Tensor, more?: undefined) =>
      more === undefined ? apply(op, [asTensor(name, 'input', a), asTensor(name, 'other', b)], undefined) : surplus(name, 'input, other', more),
    name,
    { op },
  );

export const binaryOfTensors = (name: string, kernels: readonly (Kernel2 | undefined)[], rule: BinaryRule): Binary<Tensor, Tensor> =>
  ofTensors(name, binaryOp(name, kernels, rule));

/** The in-place form of an elementwise op: writes into its first input. An op has one rule an input; those without any, comparisons and logic, are of two inputs. */
export function inPlace(op: Op): (x: Tensor, ...others: Operand[]) => Tensor {
  const role = `${op.name}_`;
  const count = (op.vjp?.length ?? 2) - 1;
  return (x, ...others) => {
    const target = asTensor(role, 'input', x);
    if (others.length > count) fail(ArgumentError, role, `at most ${count} argument${count === 1 ? '' : 's'} after the input`, `${others.length}`);
    return applyInPlace(op, [target, ...Array.from({ length: count }, (_, i) => operand(role, 'other', others[i], target))], undefined);
  };
}

/** Backward formulas that are a kernel of (dy, saved) of their own: differentiable like any other op. */
export function backward2(
  name: string,
  kernels: readonly (Kernel2 | undefined)[],
  saves: number,
  vjp: readonly [Vjp, Vjp],
): (dy: Tensor, saved: Tensor) => Tensor {
  const op = defineOp({ name, saves, vjp, forward: ([dy, saved]) => map2(name, kernels, dy, saved) });
  return (dy, saved) => apply(op, [dy, saved], undefined);
}

// Weighted sums of tensors.
import { Category, float64 } from '../core/dtype.js';
import { DTypeError, fail } from '../core/errors.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, sub } from './arithmetic.js';
import { toDtype } from './copy.js';
import { rewrite } from './derived.js';
import { pow } from './power.js';
import type { Operand } from './promote.js';

/** start + weight * (end - start). */
export function lerp(start: Tensor, end: Tensor, weight: Operand): Tensor {
  if (asTensor('lerp', 'input', start).dt !== asTensor('lerp', 'end', end).dt)
    fail(DTypeError, 'lerp', `end of ${start.dtype}, as the input`, `${end.dtype}: expected dtype ${start.dtype}`);
  if (weight instanceof Tensor && weight.dt !== start.dt)
    fail(DTypeError, 'lerp', `weight of ${start.dtype}, as the input`, `${weight.dtype}: expected dtype ${start.dtype}`);
  if (start.dt.category !== Category.Float) fail(DTypeError, 'lerp', 'a floating point tensor', `${start.dtype}: not implemented for it`);
  return add(start, mul(sub(end, start), weight));
}

export interface ValueOptions {
  /** Factor of the product or quotient. */
  value?: number;
}
type ValueArgs = ArgsOf<ValueOptions, []>;
const factorOf = (op: string, args: ValueArgs, kind: Tensor): number => {
  const value = asNumber(op, 'value', readArgs<ValueOptions>(op, args, [], ['value']).value ?? 1);
  if (kind.dt.category !== Category.Float && !Number.isInteger(value)) fail(DTypeError, op, 'a whole value for integer tensors', String(value));
  return value;
};
const scaled = (x: Tensor, value: number): Tensor => (value === 1 ? x : mul(x, value));

/** x + value * a * b. */
export function addcmul(x: Tensor, a: Tensor, b: Tensor, ...args: ValueArgs): Tensor {
  const product = mul(asTensor('addcmul', 'tensor1', a), asTensor('addcmul', 'tensor2', b));
  return add(asTensor('addcmul', 'input', x), scaled(product, factorOf('addcmul', args, add(x, product))));
}
/** x + value * a / b; of integers it is refused. */
export function addcdiv(x: Tensor, a: Tensor, b: Tensor, ...args: ValueArgs): Tensor {
  if (asTensor('addcdiv', 'tensor1', a).dt.category !== Category.Float && asTensor('addcdiv', 'tensor2', b).dt.category !== Category.Float) {
    fail(DTypeError, 'addcdiv', 'a floating point tensor1 or tensor2', `${a.dtype} and ${b.dtype}: Integer division with addcdiv is no longer supported`);
  }
  const quotient = div(a, b);
  return add(asTensor('addcdiv', 'input', x), scaled(quotient, factorOf('addcdiv', args, quotient)));
}

const double = (op: string, role: string, value: Operand): Operand =>
  value instanceof Tensor ? toDtype(value, float64) : typeof value === 'boolean' || typeof value === 'number' ? Number(value) : asTensor(op, role, value);
/** a ** b in float64. */
export function floatPower(a: Operand, b: Operand): Tensor {
  const [p, q] = [double('floatPower', 'input', a), double('floatPower', 'exponent', b)];
  return pow(p, q);
}

export const lerp_ = rewrite(lerp);
export const addcmul_ = rewrite(addcmul);
export const addcdiv_ = rewrite(addcdiv);

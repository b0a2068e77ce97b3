// PyTorch's type promotion: tensors with dims count more than 0-d tensors, those more than plain numbers; a lower rank only lifts the category.

import { bool, Category, type DTypeInfo, int64, promote } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, show } from '../core/errors.js';
import { defaultFloat } from '../tensor/defaults.js';
import { constant } from '../tensor/fill.js';
import { isTensor, shapeOf } from '../tensor/inner.js';
import { copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { noTensor } from './args.js';

export type Scalar = number | boolean;
export type Operand = Tensor | Scalar;

/** The dtype that a plain number stands for: JavaScript cannot tell 2 from 2.0, so that whole numbers are integers. */
const dtypeOfScalar = (value: Scalar): DTypeInfo => (typeof value === 'boolean' ? bool : Number.isInteger(value) ? int64 : defaultFloat());

function join(a: DTypeInfo | null, b: DTypeInfo): DTypeInfo {
  return a === null ? b : promote(a, b);
}

function combine(higher: DTypeInfo | null, lower: DTypeInfo | null): DTypeInfo | null {
  if (higher === null || lower === null) return higher ?? lower;
  if (higher.category === Category.Float) return higher;
  return higher.category === Category.Bool || lower.category === Category.Float ? promote(higher, lower) : higher;
}

/** The dtype of an arithmetic result. */
export function resultType(...operands: readonly Operand[]): DTypeInfo {
  let withDims: DTypeInfo | null = null;
  let zeroDim: DTypeInfo | null = null;
  let numbers: DTypeInfo | null = null;
  for (const operand of operands) {
    if (!isTensor(operand)) numbers = join(numbers, dtypeOfScalar(operand));
    else if (operand.ndim > 0) withDims = join(withDims, operand.dt);
    else zeroDim = join(zeroDim, operand.dt);
  }
  return combine(withDims, combine(zeroDim, numbers)) ?? defaultFloat();
}

/** An operand as a tensor; a number becomes a 0-d constant of the dtype that the expression is computed in. */
export function operand(op: string, role: string, value: Operand, other: Operand, compute?: (promoted: DTypeInfo) => DTypeInfo): Tensor {
  if (isTensor(value)) return value;
  if (typeof value !== 'number' && typeof value !== 'boolean') noTensor(op, `${role} to be a tensor or a number`, value);
  const dt = resultType(value, other);
  return constant(Number(value), compute === undefined ? dt : compute(dt));
}

/** The two operands of a function that takes a number for either, but not for both. */
export function operands(op: string, a: Operand, b: Operand, compute?: (promoted: DTypeInfo) => DTypeInfo): [Tensor, Tensor] {
  if (!isTensor(a) && !isTensor(b)) fail(ArgumentError, op, 'at least one tensor', `${show(a)} and ${show(b)}`);
  return [operand(op, 'input', a, b, compute), operand(op, 'other', b, a, compute)];
}

/** The tensor in another dtype, not recorded; the tensor itself if it has it. */
export function rawCast(t: Tensor, dt: DTypeInfo): Tensor {
  if (t.dt === dt) return t;
  const out = empty(shapeOf(t), dt);
  copyInto(out, t);
  return out;
}

/** For functions that PyTorch does not define on integers. */
export function needFloat(op: string, t: Tensor): Tensor {
  return t.dt.category === Category.Float ? t : fail(DTypeError, op, 'a floating point tensor', `${t.dtype}: not implemented for it`);
}

/** The float dtype that a function of real numbers computes an input in. */
export const floatOf = (dt: DTypeInfo): DTypeInfo => (dt.category === Category.Float ? dt : defaultFloat());

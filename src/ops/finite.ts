// What kind of numbers a tensor holds, signs, and comparison within tolerances.

import { bool, Category } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, show } from '../core/errors.js';
import { sameShape } from '../core/shape.js';
import { full } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { eq, ge, isnan, le, logicalAnd, logicalNot, logicalOr, lt, where } from './compare.js';
import { toDtype } from './copy.js';
import { rewrite } from './derived.js';
import { abs } from './pointwise.js';
import { floatOf, type Operand, operand, resultType } from './promote.js';
import { anyTrue } from './reduce.js';
import { sign, sign_ } from './round.js';

/** Of integers and truth values the answer is known. */
const ofFloats =
  (op: string, otherwise: boolean, test: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    asTensor(op, 'input', x).dt.category === Category.Float ? noGrad(() => test(x)) : full(shapeOf(x), Number(otherwise), bool);

/** Neither infinite nor NaN. */
export const isfinite = ofFloats('isfinite', true, (x) => lt(abs(x), Number.POSITIVE_INFINITY));
export const isinf = ofFloats('isinf', false, (x) => eq(abs(x), Number.POSITIVE_INFINITY));
export const isposinf = ofFloats('isposinf', false, (x) => eq(x, Number.POSITIVE_INFINITY));
export const isneginf = ofFloats('isneginf', false, (x) => eq(x, Number.NEGATIVE_INFINITY));
/** True: there are no complex tensors. */
export const isreal = (x: Tensor): Tensor => full(shapeOf(asTensor('isreal', 'input', x)), 1, bool);
/** The tensor itself: there are no complex ones. */
export const real = (x: Tensor): Tensor => asTensor('real', 'input', x);

/** The tensor itself; bool is refused. */
export const positive = (x: Tensor): Tensor =>
  asTensor('positive', 'input', x).dt === bool ? fail(DTypeError, 'positive', 'a numeric tensor', 'a bool tensor') : x;
/** The sign, as of complex numbers. */
export const sgn = sign;
export const sgn_ = sign_;

/** Whether the sign bit is set: below 0, and -0. */
export function signbit(x: Tensor): Tensor {
  if (asTensor('signbit', 'input', x).dt.category !== Category.Float) return x.dt === bool ? full(shapeOf(x), 0, bool) : lt(x, 0);
  return noGrad(() => lt(where(eq(x, 0), div(1, x), x), 0));
}

/** |a| with the sign of b. The gradient at a = 0 is 0, and b has none. */
export function copysign(a: Tensor, b: Operand): Tensor {
  asTensor('copysign', 'input', a);
  const dt = floatOf(resultType(a, b));
  const size = abs(toDtype(a, dt));
  return where(signbit(operand('copysign', 'other', b, a, floatOf)), neg(size), size);
}

/** The larger of a and b, of which one may be NaN. A tie is a's. */
export const fmax = (a: Tensor, b: Tensor): Tensor => preferring('fmax', a, b, ge);
/** The smaller of a and b, of which one may be NaN. A tie is a's. */
export const fmin = (a: Tensor, b: Tensor): Tensor => preferring('fmin', a, b, le);
const preferring = (op: string, a: Tensor, b: Tensor, wins: typeof ge): Tensor =>
  where(logicalOr(wins(asTensor(op, 'input', a), asTensor(op, 'other', b)), isnan(b)), a, b);

export interface NanToNumOptions {
  nan?: number | null;
  /** Instead of infinity: the largest number of the dtype if not given. */
  posinf?: number | null;
  neginf?: number | null;
}
const largest = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as Record<string, number>;
/** Replaces NaN and infinities; there the gradient is 0. */
export function nanToNum(x: Tensor, ...args: ArgsOf<NanToNumOptions, ['nan', 'posinf', 'neginf']>): Tensor {
  const options = readArgs<NanToNumOptions>('nanToNum', args, ['nan', 'posinf', 'neginf']);
  if (asTensor('nanToNum', 'input', x).dt.category !== Category.Float) return x.clone();
  const most = largest[x.dtype];
  const above = where(isposinf(x), options.posinf ?? most, where(isneginf(x), options.neginf ?? -most, x));
  return where(isnan(x), options.nan ?? 0, above);
}

export interface CloseOptions {
  rtol?: number;
  atol?: number;
  equalNan?: boolean;
}
type CloseArgs = ArgsOf<CloseOptions, ['rtol', 'atol', 'equalNan']>;

/** |a - b| <= atol + rtol |b|, elementwise; infinities are close to themselves, NaN if equalNan says so. */
export function isclose(a: Tensor, b: Tensor, ...args: CloseArgs): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = readArgs<CloseOptions>('isclose', args, ['rtol', 'atol', 'equalNan']);
  if (asTensor('isclose', 'input', a).dt !== asTensor('isclose', 'other', b).dt)
    fail(DTypeError, 'isclose', 'two tensors of one dtype', `${a.dtype} and ${b.dtype}`);
  for (const [role, value] of Object.entries({ rtol, atol })) {
    if (!(asNumber('isclose', role, value) >= 0))
      fail(ArgumentError, 'isclose', `${role} of at least 0`, `${show(value)}: ${role} must be greater than or equal to zero`);
  }
  return noGrad(() => {
    const same = asBoolean('isclose', 'equalNan', equalNan) ? logicalOr(eq(a, b), logicalAnd(isnan(a), isnan(b))) : eq(a, b);
    if (rtol === 0 && atol === 0) return same;
    const [p, q] = a.dt === bool ? [a.byte(), b.byte()] : [a, b];
    const gap = abs(sub(p, q));
    return logicalOr(same, logicalAnd(isfinite(gap), le(gap, add(abs(mul(q, rtol)), atol))));
  });
}
/** Whether all elements are close. */
export const allclose = (a: Tensor, b: Tensor, ...args: CloseArgs): boolean => !anyTrue(logicalNot(isclose(a, b, ...args)));
/** Whether two tensors have the same shape and equal elements. */
export const equal = (a: Tensor, b: Tensor): boolean =>
  sameShape(shapeOf(asTensor('equal', 'input', a)), shapeOf(asTensor('equal', 'other', b))) && !anyTrue(logicalNot(eq(a, b)));

export const copysign_ = rewrite(copysign);
export const nanToNum_ = rewrite(nanToNum);

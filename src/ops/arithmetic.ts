// Arithmetic: forward and derivatives of + - * /, on tensors and numbers with broadcasting and promotion.
import { bool, Category, type DTypeInfo } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, show } from '../core/errors.js';
import { K } from '../kernels/load.js';
import { defaultFloat } from '../tensor/defaults.js';
import { constant } from '../tensor/fill.js';
import { applyInPlace } from '../tensor/inplace.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import { Tensor } from '../tensor/tensor.js';
import { asChoice, asNumber, asTensor, readArgs } from './args.js';
import { eq } from './compare.js';
import { zerosOf } from './copy.js';
import { binary, inPlace, unary } from './define.js';
import { type Kernel2, map1, map2 } from './map.js';
import { pow, pow_ } from './power.js';
import { floatOf, type Operand, operand, resultType } from './promote.js';
import { anyTrue } from './reduce.js';

const A = 1;
const B = 2;
/** Each input's derivative needs the other one. */
const crosswise = (needs: number): number => (needs & B ? A : 0) | (needs & A ? B : 0);

// add, sub: one kernel a + alpha * b ----------------------------------------------------------------------------------------------------------------------

const scaled = (alpha: number): readonly Kernel2[] => {
  const kernels: Kernel2[] = K.add.map((add) => (a, b, y, nd, dims) => add(a, b, y, alpha, nd, dims));
  // The sum of truth values is their or.
  kernels[bool.code] = K.maximum[bool.code];
  return kernels;
};
const plus = scaled(1);
/** a - b. */
export const minus = scaled(-1);
const kernelsOf = (alpha: number): readonly Kernel2[] => (alpha === 1 ? plus : alpha === -1 ? minus : scaled(alpha));
const times = (dy: Tensor, alpha: number): Tensor => (alpha === 1 ? dy : alpha === -1 ? neg(dy) : mul(dy, alpha));

function checkAlpha(name: string, a: Tensor, b: Tensor, alpha: number): void {
  if (!Number.isInteger(alpha) && a.dt.category !== Category.Float && b.dt.category !== Category.Float) {
    fail(DTypeError, name, 'an integer alpha for integer tensors', show(alpha));
  }
}

const addOp = defineOp<number>({
  name: 'add',
  forward: ([a, b], alpha, out) => {
    if (alpha !== 1) checkAlpha('add', a, b, alpha);
    return map2('add', kernelsOf(alpha), a, b, out);
  },
  vjp: [(dy) => dy, (dy, node) => times(dy, node.args as number)],
});

function noTruth(op: string, ...operands: readonly Operand[]): void {
  if (operands.some((operand) => typeof operand === 'boolean' || (operand instanceof Tensor && operand.dt === bool))) {
    fail(
      DTypeError,
      op,
      'numeric operands (for bool use logicalXor or logicalNot)',
      'bool: Subtraction, the `-` operator, with a bool tensor is not supported',
    );
  }
}

const subOp = defineOp<number>({
  name: 'sub',
  forward: ([a, b], alpha, out) => {
    checkAlpha('sub', a, b, alpha);
    return map2('sub', kernelsOf(-alpha), a, b, out);
  },
  vjp: [(dy) => dy, (dy, node) => times(dy, -(node.args as number))],
});

export interface AlphaOptions {
  /** Factor of the second operand. */
  alpha?: number;
}
const alphaOf = (name: string, options: AlphaOptions | undefined): number =>
  options === undefined ? 1 : asNumber(name, 'alpha', readArgs<AlphaOptions>(name, [options], [], ['alpha']).alpha ?? 1);

/** a + alpha * b. Gradients: dy and alpha * dy. */
export function add(a: Operand, b: Operand, options?: AlphaOptions): Tensor {
  return apply(addOp, [operand('add', 'input', a, b), operand('add', 'other', b, a)], alphaOf('add', options));
}
/** a - alpha * b. Gradients: dy and -alpha * dy. */
export function sub(a: Operand, b: Operand, options?: AlphaOptions): Tensor {
  noTruth('sub', a, b);
  return apply(subOp, [operand('sub', 'input', a, b), operand('sub', 'other', b, a)], alphaOf('sub', options));
}
/** b - alpha * a. */
export const rsub = (a: Tensor, b: Operand, options?: AlphaOptions): Tensor => sub(b, asTensor('rsub', 'input', a), options);
export const add_ = (x: Tensor, other: Operand, options?: AlphaOptions): Tensor =>
  applyInPlace(addOp, [asTensor('add_', 'input', x), operand('add_', 'other', other, x)], alphaOf('add_', options));
export function sub_(x: Tensor, other: Operand, options?: AlphaOptions): Tensor {
  noTruth('sub_', x, other);
  return applyInPlace(subOp, [asTensor('sub_', 'input', x), operand('sub_', 'other', other, x)], alphaOf('sub_', options));
}

// neg, mul, div ---------------------------------------------------------------------------------------------------------------------------------------------

/** -x. */
export const neg = unary('neg', K.neg, { integers: 'keep', vjp: (dy) => neg(dy) });

/** a * b. Gradients: dy * b and dy * a. */
export const mul = binary('mul', K.mul, { saves: crosswise, vjp: [(dy, node) => mul(dy, node.x(1)), (dy, node) => mul(dy, node.x(0))] });

const trueDiv = binary('div', K.div, {
  compute: (dt) => (dt.category === Category.Float ? dt : defaultFloat()),
  saves: (needs) => (needs & B ? A | B : B),
  // d/db (a / b) = -(a / b) / b, as PyTorch rounds it.
  vjp: [(dy, node) => div(dy, node.x(1)), (dy, node) => mul(neg(dy), div(div(node.x(0), node.x(1)), node.x(1)))],
});

const trueDiv_ = inPlace(trueDiv.op);

export interface DivOptions {
  /** null divides; 'trunc' and 'floor' round the quotient. */
  roundingMode?: 'trunc' | 'floor' | null;
}

/** Division that PyTorch does not define on truth values, nor by an integer 0. */
export function checkDivision(op: string, a: Tensor, b: Tensor): DTypeInfo {
  const dt = resultType(a, b);
  if (dt === bool) fail(DTypeError, op, 'numeric operands', 'bool: not implemented for it');
  if (dt.category === Category.Integer && anyTrue(eq(b, 0))) fail(ArgumentError, op, 'no zero among integer divisors', '0: ZeroDivisionError');
  return dt;
}

type Rounding = 'trunc' | 'floor';
const roundedDivOp = defineOp<Rounding>({
  name: 'divRounded',
  nodeName: 'DivBackward1',
  forward: ([a, b], mode, out) => {
    const dt = checkDivision('div', a, b);
    if (mode === 'floor') return map2('div', K.floor_div, a, b, out);
    if (dt.category === Category.Float) return map1('div', K.trunc, map2('div', K.div, a, b), dt, out);
    // Without its remainder the dividend is a multiple of the divisor.
    return map2('div', K.floor_div, map2('div', minus, a, map2('div', K.fmod, a, b)), b, out);
  },
  vjp: [(dy) => zerosOf(dy), (dy) => zerosOf(dy)],
});

function readRounding(op: string, options: DivOptions | undefined): Rounding | null {
  const { roundingMode = null } = options === undefined ? {} : readArgs<DivOptions>(op, [options], [], ['roundingMode']);
  return roundingMode === null ? null : asChoice(op, 'roundingMode', roundingMode, ['trunc', 'floor']);
}

/** a / b; integers give floats. With a rounding mode the quotient is rounded, integers stay integers, and the gradient is zero. */
export function div(a: Operand, b: Operand, options?: DivOptions): Tensor {
  const mode = options === undefined ? null : readRounding('div', options);
  return mode === null ? trueDiv(a, b) : apply(roundedDivOp, [operand('div', 'input', a, b), operand('div', 'other', b, a)], mode);
}
export function div_(x: Tensor, other: Operand, options?: DivOptions): Tensor {
  const mode = readRounding('div_', options);
  if (mode === null) return trueDiv_(x, other);
  return applyInPlace(roundedDivOp, [asTensor('div_', 'input', x), operand('div_', 'other', other, x)], mode);
}

/** x * x. */
export const square = (x: Tensor): Tensor => pow(asTensor('square', 'input', x), 2);
export const square_ = (x: Tensor): Tensor => pow_(x, 2);

const reciprocalOp = defineOp({
  name: 'reciprocal',
  saves: OUT,
  forward: ([x], _args, out) => map2('reciprocal', K.div, constant(1, floatOf(x.dt)), x, out),
  vjp: [(dy, node) => neg(mul(mul(dy, node.y), node.y))],
});
/** 1 / x. */
export const reciprocal = (x: Tensor): Tensor => apply(reciprocalOp, [asTensor('reciprocal', 'input', x)], undefined);
export const reciprocal_ = inPlace(reciprocalOp);

export const neg_ = inPlace(neg.op);
export const mul_ = inPlace(mul.op);

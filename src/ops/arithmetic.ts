// Arithmetic: forward and derivatives of + - * /, on tensors and numbers with broadcasting and promotion.
import { bool, Category } from '../core/dtype.js';
import { DTypeError, fail, show } from '../core/errors.js';
import { K } from '../kernels/load.js';
import { defaultFloat } from '../tensor/defaults.js';
import { applyInPlace } from '../tensor/inplace.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { asChoice, asNumber, asTensor, readArgs } from './args.js';
import { to } from './copy.js';
import { binary, inPlace, unary } from './define.js';
import { type Kernel2, map2 } from './map.js';
import { pow } from './power.js';
import { type Operand, operand, resultType } from './promote.js';
import { floor, trunc } from './round.js';

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
const minus = scaled(-1);
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

const subOp = defineOp<number>({
  name: 'sub',
  forward: ([a, b], alpha, out) => {
    if (a.dt === bool || b.dt === bool) {
      fail(
        DTypeError,
        'sub',
        'numeric tensors (for bool use logicalXor or logicalNot)',
        `${a.dtype} and ${b.dtype}: subtraction with a bool tensor is not supported`,
      );
    }
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
  return apply(subOp, [operand('sub', 'input', a, b), operand('sub', 'other', b, a)], alphaOf('sub', options));
}
/** b - alpha * a. */
export const rsub = (a: Operand, b: Operand, options?: AlphaOptions): Tensor => sub(b, a, options);
export const add_ = (x: Tensor, other: Operand, options?: AlphaOptions): Tensor =>
  applyInPlace(addOp, [x, operand('add_', 'other', other, x)], alphaOf('add_', options));
export const sub_ = (x: Tensor, other: Operand, options?: AlphaOptions): Tensor =>
  applyInPlace(subOp, [x, operand('sub_', 'other', other, x)], alphaOf('sub_', options));

// neg, mul, div ---------------------------------------------------------------------------------------------------------------------------------------------

/** -x. */
export const neg = unary('neg', K.neg, { integers: true, vjp: (dy) => neg(dy) });

/** a * b. Gradients: dy * b and dy * a. */
export const mul = binary('mul', K.mul, { saves: crosswise, vjp: [(dy, node) => mul(dy, node.x(1)), (dy, node) => mul(dy, node.x(0))] });

const trueDiv = binary('div', K.div, {
  compute: (dt) => (dt.category === Category.Float ? dt : defaultFloat()),
  saves: (needs) => (needs & B ? A | B : B),
  // d/db (a / b) = -(a / b) / b, as PyTorch rounds it.
  vjp: [(dy, node) => div(dy, node.x(1)), (dy, node) => mul(neg(dy), div(div(node.x(0), node.x(1)), node.x(1)))],
});

export interface DivOptions {
  /** null divides; 'trunc' and 'floor' round the quotient. */
  roundingMode?: 'trunc' | 'floor' | null;
}

/** a / b; integers give floats. With a rounding mode the quotient is rounded, integers stay integers, and the gradient is zero. */
export function div(a: Operand, b: Operand, options?: DivOptions): Tensor {
  const mode = options === undefined ? null : (readArgs<DivOptions>('div', [options], [], ['roundingMode']).roundingMode ?? null);
  if (mode === null) return trueDiv(a, b);
  const round = asChoice('div', 'roundingMode', mode, ['trunc', 'floor']) === 'floor' ? floor : trunc;
  const dt = resultType(a, b);
  if (dt.category === Category.Float) return round(trueDiv(a, b));
  const [p, q] = [operand('div', 'input', a, b), operand('div', 'other', b, a)];
  return to(round(trueDiv(to(p, 'float64'), to(q, 'float64'))), dt.name);
}
export const trueDivide = trueDiv;

/** x * x. */
export const square = (x: Tensor): Tensor => pow(x, 2);
export const reciprocal = (x: Tensor): Tensor => trueDiv(1, asTensor('reciprocal', 'input', x));

export const neg_ = inPlace(neg.op);
export const mul_ = inPlace(mul.op);
export const div_ = inPlace(trueDiv.op);

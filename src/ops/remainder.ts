// Remainders, rounded quotients and fractions.
import { K } from '../kernels/load.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { checkDivision, div, div_, mul, neg, sub } from './arithmetic.js';
import { inPlace } from './define.js';
import { rewrite } from './derived.js';
import { type Kernel2, map2 } from './map.js';
import { needFloat, type Operand, operand, operands } from './promote.js';
import { trunc } from './round.js';

/** a minus the rounded quotient times b; the gradient of b is minus that quotient. */
const remainderOp = (name: string, kernels: readonly Kernel2[], roundingMode: 'trunc' | 'floor'): Op =>
  defineOp({
    name,
    saves: (needs) => (needs & 2 ? 3 : 0),
    forward: ([a, b], _args, out) => {
      checkDivision(name, a, b);
      return map2(name, kernels, a, b, out);
    },
    vjp: [(dy) => dy, (dy, node) => mul(neg(dy), div(node.x(0), node.x(1), { roundingMode }))],
  });
const fmodOp = remainderOp('fmod', K.fmod, 'trunc');
const modulo = remainderOp('remainder', K.remainder, 'floor');

/** The remainder of a / b with the sign of a, as % in JavaScript. */
export const fmod = (a: Tensor, b: Operand): Tensor => apply(fmodOp, [asTensor('fmod', 'input', a), operand('fmod', 'other', b, a)], undefined);
/** The remainder of a / b with the sign of b, as % in Python. */
export const remainder = (a: Operand, b: Operand): Tensor => apply(modulo, operands('remainder', a, b), undefined);
/** a / b rounded down. */
export const floorDivide = (a: Operand, b: Operand): Tensor => div(a, b, { roundingMode: 'floor' });

/** x without its whole part. The gradient of what is cut off is zero. */
export const frac = (x: Tensor): Tensor => sub(needFloat('frac', asTensor('frac', 'input', x)), trunc(x));

export const fmod_ = inPlace(fmodOp);
export const remainder_ = inPlace(modulo);
export const floorDivide_ = (x: Tensor, other: Operand): Tensor => div_(x, other, { roundingMode: 'floor' });
export const frac_ = rewrite(frac);

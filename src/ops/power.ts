// Powers. A number as the exponent, by far the commonest case, has an op of its own: small ones are products and roots.
import { bool, Category, float32, float64 } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail, show } from '../core/errors.js';
import { K } from '../kernels/load.js';
import { constant } from '../tensor/fill.js';
import { applyInPlace } from '../tensor/inplace.js';
import { apply, defineOp } from '../tensor/op.js';
import { Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { mul, sub } from './arithmetic.js';
import { eq, ge, gt, logicalAnd, logicalNot, lt } from './compare.js';
import { toDtype, zerosOf } from './copy.js';
import { unless } from './guard.js';
import { map1, map2 } from './map.js';
import { log } from './pointwise.js';
import { type Operand, operand, rawCast, resultType, type Scalar } from './promote.js';

const A = 1;
const B = 2;

/** Powers that a cheaper kernel computes, and no less exactly. */
const roots = new Map([
  [0.5, K.sqrt],
  [-0.5, K.rsqrt],
]);

const powNumberOp = defineOp<number>({
  name: 'powNumber',
  nodeName: 'PowBackward0',
  saves: A,
  forward: ([x], p, out) => {
    const dt = resultType(x, p);
    const base = rawCast(x, dt);
    if (p === 2) return map2('pow', K.mul, base, base, out);
    const root = roots.get(p);
    return root === undefined || dt.category !== Category.Float ? map2('pow', K.pow, base, constant(p, dt), out) : map1('pow', root, base, dt, out);
  },
  // The derivative of x^0 is 0, also at x = 0.
  vjp: [
    (dy, node) => {
      const p = node.args as number;
      if (p === 0) return zerosOf(dy);
      return p === 1 ? dy : mul(dy, mul(p === 2 ? node.x(0) : pow(node.x(0), p - 1), p));
    },
  ],
});

/**
 * In float64: with p - 1 rounded to float32, x^(p - 1) would be off by ln x times that; sums over broadcast dims, and of the two gradients' derivatives, would cancel. The engine rounds
 * the results.
 */
const wide = (...tensors: Tensor[]): Tensor[] => tensors.map((t) => (t.dt === float32 ? toDtype(t, float64) : t));

const powOp = defineOp({
  name: 'pow',
  nodeName: 'PowBackward1',
  saves: A | B,
  forward: ([a, b], _args, out) => {
    if (a.dt === bool && b.dt === bool) fail(DTypeError, 'pow', 'numeric operands', 'bool');
    return map2('pow', K.pow, a, b, out);
  },
  joint: ([given], node, needs) => {
    const [dy, x, p] = wide(given!, node.x(0), node.x(1));
    // x^0 does not change with x. The formula shows how that changes with p, where x has a logarithm.
    const flat = logicalAnd(eq(p, 0), logicalNot(logicalAnd(gt(x, 0), lt(x, Number.POSITIVE_INFINITY))));
    // 0^p does not change with p >= 0, although log 0 is infinite.
    const still = logicalAnd(eq(x, 0), ge(p, 0));
    return [
      needs(0) ? unless(flat, x, (base) => mul(dy, mul(p, pow(base, sub(p, 1))))) : null,
      needs(1) ? unless(still, x, (base) => mul(dy, mul(pow(base, p), log(base)))) : null,
    ];
  },
});

function checkExponent(op: string, x: Tensor, p: Scalar): number {
  if (typeof p !== 'number' && typeof p !== 'boolean') fail(ArgumentError, op, 'exponent to be a tensor or a number', show(p));
  if (x.dt === bool && typeof p === 'boolean') fail(DTypeError, op, 'numeric operands', 'bool');
  if (Number(p) < 0 && resultType(x, p).category !== Category.Float) {
    fail(ArgumentError, op, 'a non-negative exponent for integers', `${p}: Integers to negative integer powers are not allowed.`);
  }
  return Number(p);
}

/** a ** b, elementwise; one of the two may be a number. Integers to negative integer numbers are refused, as in PyTorch. */
export function pow(a: Operand, b: Operand): Tensor {
  if (a instanceof Tensor && (typeof b === 'number' || typeof b === 'boolean')) return apply(powNumberOp, [a], checkExponent('pow', a, b));
  if (!(b instanceof Tensor)) fail(ArgumentError, 'pow', 'the input or the exponent to be a tensor', `${show(a)} and ${show(b)}`);
  return apply(powOp, [operand('pow', 'input', a, b), b], undefined);
}

export function pow_(x: Tensor, exponent: Operand): Tensor {
  asTensor('pow_', 'input', x);
  if (exponent instanceof Tensor) return applyInPlace(powOp, [x, exponent], undefined);
  return applyInPlace(powNumberOp, [x], checkExponent('pow_', x, exponent));
}

// The entire functions behind sinc and the Bessel functions i0 and i1. The derivative of each is x times another one of its family, so that derivatives of any order are right at 0 too.
import { noGrad } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, div, mul, sub } from './arithmetic.js';
import { le, where } from './compare.js';
import { abs } from './pointwise.js';

/**
 * Functions f[n], n = 0, 1, ..., with f[n]' = sign x f[n + 1] and sign x² f[n + 1] = f[n - 1] - c[n] f[n], where c[n] = 2 n + shift:
 * jₙ(x) / xⁿ of the spherical Bessel functions (sign -1, shift 1), Iₙ(x) / xⁿ of the modified ones (sign 1, shift 0).
 *
 * @see Abramowitz and Stegun, 10.1.19 to 10.1.24 and 9.6.26 to 9.6.28.
 */
interface BesselFamily {
  readonly sign: 1 | -1;
  readonly shift: 0 | 1;
  /** Up to this |x| the power series is used, as the recurrence would cancel; so many terms leave less than 2^-53. */
  readonly near: number;
  readonly terms: number;
  /** f[first] and f[first + 1] in closed form, for x other than 0. */
  readonly first: -1 | 0;
  readonly start: (x: Tensor) => readonly [Tensor, Tensor];
}

const coefficient = ({ shift }: BesselFamily, n: number): number => 2 * n + shift;

/** f[n](0) times the sum of (sign x²)ᵏ / product over i of 2 i (2 i + c[n]), i from 1 to k. */
function nearZero(x: Tensor, family: BesselFamily, n: number): Tensor {
  const z = mul(mul(x, x), family.sign);
  const c = coefficient(family, n);
  let y: Tensor = mul(z, 0);
  for (let i = family.terms; i > 0; i--) y = mul(add(y, 1), div(z, 2 * i * (2 * i + c)));
  let atZero = 1;
  for (let m = 1; m <= n; m++) atZero /= coefficient(family, m);
  return mul(add(y, 1), atZero);
}

function byRecurrence(x: Tensor, family: BesselFamily, n: number): Tensor {
  let [before, y] = family.start(x);
  for (let m = family.first + 1; m < n; m++) {
    const next = div(div(sub(before, mul(y, coefficient(family, m))), x), mul(x, family.sign));
    [before, y] = [y, next];
  }
  return n === family.first ? before : y;
}

/** A family as one op: (x, n) gives f[n](x). */
export function besselFamily(name: string, family: BesselFamily): (x: Tensor, n: number) => Tensor {
  const op: Op<number> = defineOp<number>({
    name,
    saves: 1,
    forward: ([x], n) =>
      noGrad(() => {
        // The closed forms are exact but for 0 / 0, and quotients of subnormal numbers.
        const isNear = le(abs(x), n <= family.first + 1 ? 2 ** -20 : family.near);
        return where(isNear, nearZero(x, family, n), byRecurrence(x, family, n));
      }),
    vjp: [(dy, node) => mul(dy, mul(mul(node.x(0), family.sign), apply(op, [node.x(0)], (node.args as number) + 1)))],
  });
  return (x, n) => apply(op, [x], n);
}

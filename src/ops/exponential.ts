// Exponentials and logarithms besides exp and log.
import { K } from '../kernels/load.js';
import { noGrad, OUT } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { sigmoid, softplus } from './activation.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { clamp } from './clamp.js';
import { eq, ge, isnan, le, logicalAnd, where } from './compare.js';
import { toDtype } from './copy.js';
import { inPlace, ofTensors, unary } from './define.js';
import { rewrite } from './derived.js';
import { abs, exp, log, maximum } from './pointwise.js';
import { floatOf, needFloat, type Operand, operands, rawCast, resultType } from './promote.js';

/** 2^x. */
export const exp2 = unary('exp2', K.exp2, { saves: OUT, vjp: (dy, node) => mul(dy, mul(node.y, Math.LN2)) });
/** e^x - 1, precise where it is small. */
export const expm1 = unary('expm1', K.expm1, { saves: 1, vjp: (dy, node) => mul(dy, exp(node.x(0))) });
/** log(1 + x), precise where it is small. */
export const log1p = unary('log1p', K.log1p, { saves: 1, vjp: (dy, node) => div(dy, add(node.x(0), 1)) });
export const log2 = unary('log2', K.log2, { saves: 1, vjp: (dy, node) => div(dy, mul(node.x(0), Math.LN2)) });
export const log10 = unary('log10', K.log10, { saves: 1, vjp: (dy, node) => mul(div(dy, node.x(0)), 1 / Math.LN10) });

/** a - b; of equal infinities 0. */
function gap(a: Tensor, b: Tensor): Tensor {
  const d = sub(a, b);
  return where(logicalAnd(isnan(d), eq(a, b)), 0, d);
}
/** log(base^a + base^b) = m + log(1 + base^-|a - b|), m the larger one. The derivatives are the shares of base^a and base^b, 1 / (1 + base^(b - a)). */
const logOfSum = (name: string, scale: number) => {
  const share = (dy: Tensor, mine: Tensor, other: Tensor): Tensor => mul(dy, sigmoid(mul(gap(mine, other), scale)));
  const op = defineOp({
    name,
    saves: 3,
    forward: ([a, b]) =>
      noGrad(() => {
        const top = needFloat(name, maximum(a, b));
        const below = mul(neg(abs(gap(a, b))), scale);
        return add(top, div(softplus(below, { threshold: Number.POSITIVE_INFINITY }), scale));
      }),
    vjp: [(dy, node) => share(dy, node.x(0), node.x(1)), (dy, node) => share(dy, node.x(1), node.x(0))],
  });
  return ofTensors(name, op);
};
/** log(e^a + e^b) without overflow. */
export const logaddexp = logOfSum('logaddexp', 1);
/** log2(2^a + 2^b) without overflow. */
export const logaddexp2 = logOfSum('logaddexp2', Math.LN2);

/** x * f(y), 0 where x is 0 unless y is NaN. The gradient of x is 0 there too where y is at the pole of f, or below it. */
export const timesLog = (name: string, f: (y: Tensor) => Tensor, pole: number) => {
  const op = defineOp({
    name,
    saves: 3,
    forward: ([x, y]) => noGrad(() => where(logicalAnd(eq(x, 0), eq(y, y)), 0, mul(x, f(y)))),
    vjp: [
      (dy, node) => where(logicalAnd(eq(node.x(0), 0), le(node.x(1), pole)), 0, mul(dy, f(node.x(1)))),
      (dy, node) => div(mul(dy, node.x(0)), sub(node.x(1), pole)),
    ],
  });
  return (x: Operand, y: Operand): Tensor => {
    const both = operands(name, x, y, floatOf);
    const dt = floatOf(resultType(...both));
    return apply(
      op,
      both.map((t) => toDtype(t, dt)),
      undefined,
    );
  };
};
/** x * log(y), 0 where x is 0. */
export const xlogy = timesLog('xlogy', log, 0);

export interface LogitOptions {
  /** Clamps x to [eps, 1 - eps]. */
  eps?: number | null;
}
const logitOp = defineOp({
  name: 'logit',
  saves: 1,
  forward: ([x]) => {
    const p = rawCast(x, floatOf(x.dt));
    return noGrad(() => log(div(p, sub(1, p))));
  },
  vjp: [
    (dy, node) => {
      const x = node.x(0);
      return where(logicalAnd(ge(x, 0), le(x, 1)), add(div(dy, x), div(dy, sub(1, x))), Number.NaN);
    },
  ],
});
/** log(x / (1 - x)), the inverse of sigmoid. */
export function logit(x: Tensor, ...args: ArgsOf<LogitOptions, ['eps']>): Tensor {
  asTensor('logit', 'input', x);
  const { eps = null } = readArgs<LogitOptions>('logit', args, ['eps']);
  return apply(logitOp, [eps === null ? x : clamp(x, asNumber('logit', 'eps', eps), 1 - asNumber('logit', 'eps', eps))], undefined);
}

export const exp2_ = inPlace(exp2.op);
export const expm1_ = inPlace(expm1.op);
export const log1p_ = inPlace(log1p.op);
export const log2_ = inPlace(log2.op);
export const log10_ = inPlace(log10.op);
export const xlogy_ = rewrite(xlogy);
export const logit_ = rewrite(logit);

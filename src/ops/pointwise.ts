// Pointwise mathematics: exp, log, roots, trigonometry, absolute value, extrema and clamping, each beside its derivative.
import { bool, type DTypeInfo } from '../core/dtype.js';
import { ArgumentError } from '../core/errors.js';
import { K } from '../kernels/load.js';
import { applyInPlace } from '../tensor/inplace.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { div, mul, neg } from './arithmetic.js';
import { eq, ge, gt, le, logicalAnd, lt, where } from './compare.js';
import { binaryOfTensors, inPlace, unary } from './define.js';
import { type Kernel1, map1 } from './map.js';
import { resultType } from './promote.js';
import { sign } from './round.js';

/** e^x. */
export const exp = unary('exp', K.exp, { saves: OUT, vjp: (dy, node) => mul(dy, node.y) });
/** Natural logarithm. */
export const log = unary('log', K.log, { saves: 1, vjp: (dy, node) => div(dy, node.x(0)) });
/** Square root; the derivative at 0 is infinite. */
export const sqrt = unary('sqrt', K.sqrt, { saves: OUT, vjp: (dy, node) => div(dy, mul(node.y, 2)) });
/** 1 / sqrt(x). */
export const rsqrt = unary('rsqrt', K.rsqrt, { saves: OUT, vjp: (dy, node) => mul(mul(dy, -0.5), mul(node.y, mul(node.y, node.y))) });
export const sin = unary('sin', K.sin, { saves: 1, vjp: (dy, node) => mul(dy, cos(node.x(0))) });
export const cos = unary('cos', K.cos, { saves: 1, vjp: (dy, node) => mul(dy, neg(sin(node.x(0)))) });
/** The error function: 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
export const erf = unary('erf', K.erf, { saves: 1, vjp: (dy, node) => mul(dy, mul(exp(neg(mul(node.x(0), node.x(0)))), 2 / Math.sqrt(Math.PI))) });
/** |x|; the derivative at 0 is 0. */
export const abs = unary('abs', K.abs, { integers: true, saves: 1, vjp: (dy, node) => mul(dy, sign(node.x(0))) });

/** The gradient goes to the larger (smaller) one; a tie is shared equally. */
const toWinner = (dy: Tensor, mine: Tensor, other: Tensor, loses: typeof lt): Tensor => where(eq(mine, other), mul(dy, 0.5), where(loses(mine, other), 0, dy));

/** The larger of a and b; NaN if either is. */
export const maximum = binaryOfTensors('maximum', K.maximum, {
  saves: 3,
  vjp: [(dy, node) => toWinner(dy, node.x(0), node.x(1), lt), (dy, node) => toWinner(dy, node.x(1), node.x(0), lt)],
});
/** The smaller of a and b; NaN if either is. */
export const minimum = binaryOfTensors('minimum', K.minimum, {
  saves: 3,
  vjp: [(dy, node) => toWinner(dy, node.x(0), node.x(1), gt), (dy, node) => toWinner(dy, node.x(1), node.x(0), gt)],
});

// clamp --------------------------------------------------------------------------------------------------------------------------------------------------

interface Bounds {
  readonly min: number;
  readonly max: number;
}

const clampOp = defineOp<Bounds>({
  name: 'clamp',
  saves: 1,
  forward: ([x], { min, max }, out) => {
    const dt = resultType(x, ...[min, max].filter((bound) => Math.abs(bound) !== Number.POSITIVE_INFINITY));
    if (dt === bool) throw new ArgumentError('clamp: expected a numeric tensor, got bool');
    const kernels: Kernel1[] = K.clamp.map((kernel) => (a, y, nd, rows) => kernel(a, y, ...within(dt, min, max), nd, rows));
    return map1('clamp', kernels, x, dt, out);
  },
  // At the bounds themselves the derivative is 1, as in PyTorch.
  vjp: [
    (dy, node) => {
      const { min, max } = node.args as Bounds;
      return where(logicalAnd(ge(node.x(0), min), le(node.x(0), max)), dy, 0);
    },
  ],
});

/** A missing bound is infinite; in an integer kernel it is the end of the range. */
function within(dt: DTypeInfo, min: number, max: number): [number, number] {
  const ends: Record<string, [number, number]> = { int32: [-(2 ** 31), 2 ** 31 - 1], int64: [-(2 ** 63), 2 ** 63 - 1024], uint8: [0, 255] };
  const [low, high] = ends[dt.name] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return [Math.max(min, low), Math.min(max, high)];
}

export interface ClampOptions {
  min?: number | Tensor | null;
  max?: number | Tensor | null;
}
type ClampArgs = ArgsOf<ClampOptions, ['min', 'max']>;

function boundsOf(op: string, args: ClampArgs): { min: number | Tensor | null; max: number | Tensor | null } {
  const { min = null, max = null } = readArgs<ClampOptions>(op, args, ['min', 'max']);
  if (min === null && max === null) throw new ArgumentError(`${op}: expected min, max or both, got neither: at least one of 'min' or 'max' must not be None`);
  return { min, max };
}

const numbersOf = (op: string, min: number | null | Tensor, max: number | null | Tensor): Bounds => ({
  min: min === null ? Number.NEGATIVE_INFINITY : asNumber(op, 'min', min),
  max: max === null ? Number.POSITIVE_INFINITY : asNumber(op, 'max', max),
});

/** min(max(x, min), max); bounds are numbers or tensors. Where x is within or on a bound, the gradient passes. */
export function clamp(x: Tensor, ...args: ClampArgs): Tensor {
  asTensor('clamp', 'input', x);
  const { min, max } = boundsOf('clamp', args);
  if (!(min instanceof Tensor) && !(max instanceof Tensor)) return apply(clampOp, [x], numbersOf('clamp', min, max));
  return clampTensor(x, min, max);
}

/** Bounds by tensor: the gradient goes to whichever bound or input is the result; a tie goes to the input. */
function clampTensor(x: Tensor, min: number | Tensor | null, max: number | Tensor | null): Tensor {
  const low = min === null ? x : where(lt(x, min), min, x);
  return max === null ? low : where(gt(low, max), max, low);
}

export function clamp_(x: Tensor, ...args: ClampArgs): Tensor {
  const { min, max } = boundsOf('clamp_', args);
  return applyInPlace(clampOp, [asTensor('clamp_', 'input', x)], numbersOf('clamp_', min, max));
}

export const exp_ = inPlace(exp.op);
export const log_ = inPlace(log.op);
export const sqrt_ = inPlace(sqrt.op);
export const rsqrt_ = inPlace(rsqrt.op);
export const sin_ = inPlace(sin.op);
export const cos_ = inPlace(cos.op);
export const erf_ = inPlace(erf.op);
export const abs_ = inPlace(abs.op);

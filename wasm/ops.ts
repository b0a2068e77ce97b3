// The elementwise ops, one class an op: `of` takes vectors of T and gives one; s and t are the kernel's numbers in every lane. The classes are never
// instantiated: they are type parameters of the loops in map.ts, each of which then contains its op and nothing else. Where `isNear`, `near` gives the bits of `of` in
// float32, for less work.

import { bounded, cos, erf, exp, gelu, geluSlope, log1pexp, log, sigmoid, silu, sin, tanh } from './math';
import { expNear, geluNear, geluSlopeNear, isNear, isNormalNear, sigmoidNear } from './math32';
import { max, min, mul } from './vector';

// @ts-ignore: decorator
@inline
function all<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/** yes where the mask is set, else 0. */
// @ts-ignore: decorator
@inline
function where(mask: v128, yes: v128): v128 {
  return v128.and(mask, yes);
}

// One operand --------------------------------------------------------------------------------------------------------------------------------------

@unmanaged export class Neg { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.neg<T>(x); } }
@unmanaged export class Abs { @inline of<T>(x: v128, s: v128, t: v128): v128 { return sizeof<T>() > 1 ? v128.abs<T>(x) : x; } }
@unmanaged export class Sign {
  @inline of<T>(x: v128, s: v128, t: v128): v128 {
    const zero = all<T>(0), one = all<T>(1);
    if (sizeof<T>() == 1) return min<T>(x, one);
    return v128.sub<T>(where(v128.gt<T>(x, zero), one), where(v128.lt<T>(x, zero), one));
  }
}
@unmanaged export class Relu {
  // pmax is 0 where x < 0, else x: -0 and NaN stay.
  @inline of<T>(x: v128, s: v128, t: v128): v128 { return isFloat<T>() ? v128.pmax<T>(x, all<T>(0)) : max<T>(x, all<T>(0)); }
}
@unmanaged export class Exp {
  @inline of<T>(x: v128, s: v128, t: v128): v128 { return exp<T>(x); }
  @inline isNear(x: v128): v128 { return isNear(x); }
  @inline near(x: v128): v128 { return expNear(x); }
}
@unmanaged export class Log { @inline of<T>(x: v128, s: v128, t: v128): v128 { return log<T>(x); } }
@unmanaged export class Sqrt { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.sqrt<T>(x); } }
@unmanaged export class Rsqrt { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.div<T>(all<T>(1), v128.sqrt<T>(x)); } }
@unmanaged export class Sin { @inline of<T>(x: v128, s: v128, t: v128): v128 { return sin<T>(x); } }
@unmanaged export class Cos { @inline of<T>(x: v128, s: v128, t: v128): v128 { return cos<T>(x); } }
@unmanaged export class Floor { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.floor<T>(x); } }
@unmanaged export class Ceil { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.ceil<T>(x); } }
@unmanaged export class Round { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.nearest<T>(x); } }
@unmanaged export class Trunc { @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.trunc<T>(x); } }
@unmanaged export class Erf { @inline of<T>(x: v128, s: v128, t: v128): v128 { return erf<T>(x); } }
@unmanaged export class Sigmoid {
  @inline of<T>(x: v128, s: v128, t: v128): v128 { return sigmoid<T>(x); }
  @inline isNear(x: v128): v128 { return isNear(x); }
  @inline near(x: v128): v128 { return sigmoidNear(x); }
}
@unmanaged export class Tanh { @inline of<T>(x: v128, s: v128, t: v128): v128 { return tanh<T>(x); } }
@unmanaged export class Gelu {
  @inline of<T>(x: v128, s: v128, t: v128): v128 { return gelu<T>(x); }
  @inline isNear(x: v128): v128 { return isNormalNear(x); }
  @inline near(x: v128): v128 { return geluNear(x); }
}
/** 1 + tanh(u) = 2 sigmoid(2u), which does not cancel for negative u. */
@unmanaged export class GeluTanh {
  @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.mul<T>(x, sigmoid<T>(twiceU<T>(x))); }
}
@unmanaged export class Silu { @inline of<T>(x: v128, s: v128, t: v128): v128 { return silu<T>(x); } }
/** s = beta, t = threshold. */
@unmanaged export class Softplus {
  @inline of<T>(x: v128, s: v128, t: v128): v128 {
    const z = v128.mul<T>(x, s);
    return v128.bitselect(x, v128.div<T>(log1pexp<T>(z), s), v128.gt<T>(z, t));
  }
}
/** s = lo, t = hi. */
@unmanaged export class Clamp { @inline of<T>(x: v128, s: v128, t: v128): v128 { return min<T>(max<T>(x, s), t); } }

// Two operands -------------------------------------------------------------------------------------------------------------------------------------

/** s = alpha. */
@unmanaged export class Add { @inline of<T>(a: v128, b: v128, s: v128, t: v128): v128 { return v128.add<T>(a, mul<T>(s, b)); } }
@unmanaged export class Mul { @inline of<T>(a: v128, b: v128, s: v128, t: v128): v128 { return mul<T>(a, b); } }
@unmanaged export class Div { @inline of<T>(a: v128, b: v128, s: v128, t: v128): v128 { return v128.div<T>(a, b); } }
@unmanaged export class Maximum { @inline of<T>(a: v128, b: v128, s: v128, t: v128): v128 { return max<T>(a, b); } }
@unmanaged export class Minimum { @inline of<T>(a: v128, b: v128, s: v128, t: v128): v128 { return min<T>(a, b); } }

@unmanaged export class Eq { @inline of<T>(a: v128, b: v128): v128 { return v128.eq<T>(a, b); } }
@unmanaged export class Ne { @inline of<T>(a: v128, b: v128): v128 { return v128.ne<T>(a, b); } }
@unmanaged export class Lt { @inline of<T>(a: v128, b: v128): v128 { return v128.lt<T>(a, b); } }
@unmanaged export class Le { @inline of<T>(a: v128, b: v128): v128 { return v128.le<T>(a, b); } }

// Backward: a = dy, b = saved -----------------------------------------------------------------------------------------------------------------------

@unmanaged export class ReluBwd { @inline of<T>(dy: v128, y: v128, s: v128, t: v128): v128 { return v128.andnot(dy, v128.le<T>(y, all<T>(0))); } }
@unmanaged export class SigmoidBwd {
  @inline of<T>(dy: v128, y: v128, s: v128, t: v128): v128 { return v128.mul<T>(dy, v128.mul<T>(y, v128.sub<T>(all<T>(1), y))); }
}
@unmanaged export class TanhBwd {
  @inline of<T>(dy: v128, y: v128, s: v128, t: v128): v128 { return v128.mul<T>(dy, v128.sub<T>(all<T>(1), v128.mul<T>(y, y))); }
}
@unmanaged export class GeluBwd {
  @inline of<T>(dy: v128, x: v128, s: v128, t: v128): v128 { return v128.mul<T>(dy, geluSlope<T>(x)); }
  @inline isNear(x: v128): v128 { return isNormalNear(x); }
  @inline near(dy: v128, x: v128, s: v128): v128 { return f32x4.mul(dy, geluSlopeNear(x)); }
}
/** With g = sigmoid(2u): g + x g (1 - g) 2u'. */
@unmanaged export class GeluTanhBwd {
  @inline of<T>(dy: v128, x: v128, s: v128, t: v128): v128 {
    const g = sigmoid<T>(twiceU<T>(x));
    const b = bounded<T>(x);
    const slope = v128.add<T>(v128.mul<T>(v128.mul<T>(b, b), all<T>(3 * 0.044715 * TWICE_ROOT)), all<T>(TWICE_ROOT));
    const bend = v128.mul<T>(v128.mul<T>(v128.mul<T>(b, g), v128.sub<T>(all<T>(1), g)), slope);
    return v128.mul<T>(dy, v128.add<T>(g, bend));
  }
}
@unmanaged export class SiluBwd {
  @inline of<T>(dy: v128, x: v128, s: v128, t: v128): v128 {
    const one = all<T>(1), g = sigmoid<T>(x);
    return v128.mul<T>(dy, v128.mul<T>(g, v128.add<T>(one, v128.mul<T>(bounded<T>(x), v128.sub<T>(one, g)))));
  }
}
/** s = beta, t = threshold. */
@unmanaged export class SoftplusBwd {
  @inline of<T>(dy: v128, x: v128, s: v128, t: v128): v128 {
    const z = v128.mul<T>(x, s);
    return v128.bitselect(dy, v128.mul<T>(dy, sigmoid<T>(z)), v128.gt<T>(z, t));
  }
}

/** 2 sqrt(2 / pi). */
const TWICE_ROOT: f64 = 1.5957691216057308;

/** 2u = 2 sqrt(2/pi) (x + 0.044715 x^3). */
// @ts-ignore: decorator
@inline
function twiceU<T>(x: v128): v128 {
  return v128.mul<T>(x, v128.add<T>(v128.mul<T>(v128.mul<T>(x, x), all<T>(0.044715 * TWICE_ROOT)), all<T>(TWICE_ROOT)));
}

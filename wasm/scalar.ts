// Elementwise ops that are computed element by element, in float64 unless the dtype is an integer; one class an op, as in ops.ts.

import { erfc } from './erf64';
import { pow } from './math';
import { besselI, digamma, erfinv, lgamma, polygamma } from './special64';

// One operand: x and the kernel's number ------------------------------------------------------------------------------------------------------------

@unmanaged export class Tan { @inline one(x: f64, s: f64): f64 { return NativeMath.tan(x); } }
@unmanaged export class Asin { @inline one(x: f64, s: f64): f64 { return NativeMath.asin(x); } }
@unmanaged export class Acos { @inline one(x: f64, s: f64): f64 { return NativeMath.acos(x); } }
@unmanaged export class Atan { @inline one(x: f64, s: f64): f64 { return NativeMath.atan(x); } }
@unmanaged export class Sinh { @inline one(x: f64, s: f64): f64 { return NativeMath.sinh(x); } }
@unmanaged export class Cosh { @inline one(x: f64, s: f64): f64 { return NativeMath.cosh(x); } }
@unmanaged export class Asinh { @inline one(x: f64, s: f64): f64 { return NativeMath.asinh(x); } }
@unmanaged export class Acosh { @inline one(x: f64, s: f64): f64 { return x < 1 ? NaN : NativeMath.acosh(x); } }
@unmanaged export class Atanh { @inline one(x: f64, s: f64): f64 { return NativeMath.atanh(x); } }
@unmanaged export class Exp2 { @inline one(x: f64, s: f64): f64 { return NativeMath.exp2(x); } }
@unmanaged export class Expm1 { @inline one(x: f64, s: f64): f64 { return NativeMath.expm1(x); } }
@unmanaged export class Log1p { @inline one(x: f64, s: f64): f64 { return NativeMath.log1p(x); } }
@unmanaged export class Log2 { @inline one(x: f64, s: f64): f64 { return NativeMath.log2(x); } }
@unmanaged export class Log10 { @inline one(x: f64, s: f64): f64 { return NativeMath.log10(x); } }
@unmanaged export class Erfc { @inline one(x: f64, s: f64): f64 { return erfc(x); } }
@unmanaged export class Erfinv { @inline one(x: f64, s: f64): f64 { return erfinv(x); } }
@unmanaged export class Lgamma { @inline one(x: f64, s: f64): f64 { return lgamma(x); } }
@unmanaged export class Digamma { @inline one(x: f64, s: f64): f64 { return digamma(x); } }
@unmanaged export class Polygamma { @inline one(x: f64, s: f64): f64 { return polygamma(s, x); } }
@unmanaged export class BesselI { @inline one(x: f64, s: f64): f64 { return besselI(s, x); } }

// Two operands --------------------------------------------------------------------------------------------------------------------------------------

@unmanaged export class Pow { @inline two<T>(a: T, b: T): T { return pow<T>(a, b); } }
@unmanaged export class Atan2 { @inline two<T>(a: T, b: T): T { return <T>NativeMath.atan2(<f64>a, <f64>b); } }
@unmanaged export class Hypot { @inline two<T>(a: T, b: T): T { return <T>NativeMath.hypot(<f64>a, <f64>b); } }

/** Integers modulo 0 are 0 here: callers refuse them. The lowest number by -1 does not fit, so that it has a branch of its own. */
@unmanaged export class Fmod {
  @inline two<T>(a: T, b: T): T {
    if (isFloat<T>()) return <T>NativeMath.mod(<f64>a, <f64>b);
    if (b == <T>0 || (isSigned<T>() && b == <T>-1)) return <T>0;
    return <T>(a % b);
  }
}
@unmanaged export class Remainder {
  @inline two<T>(a: T, b: T): T {
    const r = changetype<Fmod>(0).two<T>(a, b);
    return r != <T>0 && (r < <T>0) != (b < <T>0) ? <T>(r + b) : r;
  }
}
@unmanaged export class FloorDiv {
  @inline two<T>(a: T, b: T): T {
    if (isInteger<T>()) {
      if (b == <T>0) return <T>0;
      if (isSigned<T>() && b == <T>-1) return <T>(<T>0 - a);
    } else if (b == <T>0) return a / b;
    const r = changetype<Fmod>(0).two<T>(a, b);
    let q = <T>((a - r) / b);
    if (r != <T>0 && (r < <T>0) != (b < <T>0)) q = <T>(q - <T>1);
    if (isInteger<T>()) return q;
    if (q == <T>0) return copysign<T>(<T>0, a / b);
    const whole = floor<T>(q);
    return q - whole > <T>0.5 ? whole + <T>1 : whole;
  }
}

// Activations beyond those of elementwise.ts: ops and kernels.

import { map1, map2 } from './map';
import { bounded, exp, tanh } from './math';

// @ts-ignore: decorator
@inline
function all<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/** s = slope. */
@unmanaged class LeakyRelu {
  @inline of<T>(x: v128, s: v128, t: v128): v128 { return v128.bitselect(x, v128.mul<T>(x, s), v128.gt<T>(x, all<T>(0))); }
}
/** s = slope. */
@unmanaged class LeakyReluBwd {
  @inline of<T>(dy: v128, x: v128, s: v128, t: v128): v128 { return v128.bitselect(dy, v128.mul<T>(dy, s), v128.gt<T>(x, all<T>(0))); }
}

/** s = alpha, t = rate; e^z - 1 = 2 h / (1 - h) with h = tanh(z / 2). */
@unmanaged class Elu {
  @inline of<T>(x: v128, s: v128, t: v128): v128 {
    const h = tanh<T>(v128.mul<T>(v128.mul<T>(x, t), all<T>(0.5)));
    const low = v128.mul<T>(s, v128.div<T>(v128.add<T>(h, h), v128.sub<T>(all<T>(1), h)));
    return v128.bitselect(low, x, v128.le<T>(x, all<T>(0)));
  }
}
/** s = alpha, t = rate. */
@unmanaged class EluBwd {
  @inline of<T>(dy: v128, x: v128, s: v128, t: v128): v128 {
    const slope = v128.mul<T>(v128.mul<T>(s, t), exp<T>(v128.mul<T>(x, t)));
    return v128.bitselect(v128.mul<T>(dy, slope), dy, v128.le<T>(x, all<T>(0)));
  }
}

/** x, cut off where tanh(log(1 + e^x)) and mish's derivative are 1; the fourth power of e^x is finite there. */
// @ts-ignore: decorator
@inline
function cutOff<T>(x: v128): v128 {
  return v128.pmin<T>(x, all<T>(sizeof<T>() == 4 ? 20 : 40));
}
// @ts-ignore: decorator
@inline
function growth<T>(x: v128): v128 {
  return exp<T>(cutOff<T>(x));
}
/** With e = e^x and n = e (e + 2): tanh(log(1 + e)) = n / (n + 2), without cancellation. */
@unmanaged class Mish {
  @inline of<T>(x: v128, s: v128, t: v128): v128 {
    const two = all<T>(2), e = growth<T>(x);
    const n = v128.mul<T>(e, v128.add<T>(e, two));
    return v128.mul<T>(x, v128.div<T>(n, v128.add<T>(n, two)));
  }
}
/** n / (n + 2) + 4 x e (e + 1) / (n + 2)^2. Where e is cut off x is too: their product is 0, or nearly. */
@unmanaged class MishBwd {
  @inline of<T>(dy: v128, x: v128, s: v128, t: v128): v128 {
    const two = all<T>(2), e = growth<T>(x);
    const n = v128.mul<T>(e, v128.add<T>(e, two));
    const d = v128.add<T>(n, two);
    const bend = v128.div<T>(v128.mul<T>(v128.mul<T>(all<T>(4), e), v128.add<T>(e, all<T>(1))), v128.mul<T>(d, d));
    return v128.mul<T>(dy, v128.add<T>(v128.div<T>(n, d), v128.mul<T>(bounded<T>(cutOff<T>(x)), bend)));
  }
}

@unmanaged class Hardswish {
  @inline of<T>(x: v128, s: v128, t: v128): v128 {
    const shifted = v128.add<T>(x, all<T>(3)), gate = v128.max<T>(shifted, all<T>(0));
    return v128.bitselect(x, v128.div<T>(v128.mul<T>(x, gate), all<T>(6)), v128.gt<T>(shifted, all<T>(6)));
  }
}
@unmanaged class HardswishBwd {
  @inline of<T>(dy: v128, x: v128, s: v128, t: v128): v128 {
    const slope = v128.add<T>(v128.div<T>(x, all<T>(3)), all<T>(0.5));
    const inside = v128.bitselect(v128.mul<T>(dy, slope), dy, v128.le<T>(x, all<T>(3)));
    return v128.andnot(inside, v128.lt<T>(x, all<T>(-3)));
  }
}

export function leaky_relu_f32(x: usize, y: usize, slope: f64, nd: i32, dims: usize): void { map1<f32, LeakyRelu>(x, y, nd, dims, slope); }
export function leaky_relu_f64(x: usize, y: usize, slope: f64, nd: i32, dims: usize): void { map1<f64, LeakyRelu>(x, y, nd, dims, slope); }
export function leaky_relu_bwd_f32(dy: usize, x: usize, dx: usize, slope: f64, nd: i32, dims: usize): void { map2<f32, LeakyReluBwd>(dy, x, dx, nd, dims, slope); }
export function leaky_relu_bwd_f64(dy: usize, x: usize, dx: usize, slope: f64, nd: i32, dims: usize): void { map2<f64, LeakyReluBwd>(dy, x, dx, nd, dims, slope); }
export function elu_f32(x: usize, y: usize, alpha: f64, rate: f64, nd: i32, dims: usize): void { map1<f32, Elu>(x, y, nd, dims, alpha, rate); }
export function elu_f64(x: usize, y: usize, alpha: f64, rate: f64, nd: i32, dims: usize): void { map1<f64, Elu>(x, y, nd, dims, alpha, rate); }
export function elu_bwd_f32(dy: usize, x: usize, dx: usize, alpha: f64, rate: f64, nd: i32, dims: usize): void { map2<f32, EluBwd>(dy, x, dx, nd, dims, alpha, rate); }
export function elu_bwd_f64(dy: usize, x: usize, dx: usize, alpha: f64, rate: f64, nd: i32, dims: usize): void { map2<f64, EluBwd>(dy, x, dx, nd, dims, alpha, rate); }
export function mish_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Mish>(x, y, nd, dims); }
export function mish_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Mish>(x, y, nd, dims); }
export function mish_bwd_f32(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2<f32, MishBwd>(dy, x, dx, nd, dims); }
export function mish_bwd_f64(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2<f64, MishBwd>(dy, x, dx, nd, dims); }
export function hardswish_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Hardswish>(x, y, nd, dims); }
export function hardswish_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Hardswish>(x, y, nd, dims); }
export function hardswish_bwd_f32(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2<f32, HardswishBwd>(dy, x, dx, nd, dims); }
export function hardswish_bwd_f64(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2<f64, HardswishBwd>(dy, x, dx, nd, dims); }

// The elementwise kernels: which op, over which loop, for which types.

import { compare, each2, map1, map1Near, map2, map2Near } from './map';
import {
  Abs, Add, Ceil, Clamp, Cos, Div, Eq, Erf, Exp, Floor, Gelu, GeluBwd, GeluTanh, GeluTanhBwd, Le, Log, Lt, Maximum, Minimum, Mul, Ne, Neg,
  Relu, ReluBwd, Round, Rsqrt, Sigmoid, SigmoidBwd, Sign, Silu, SiluBwd, Sin, Softplus, SoftplusBwd, Sqrt, Tanh, TanhBwd, Trunc,
} from './ops';
import { Pow } from './scalar';

// One operand -------------------------------------------------------------------------------------------------------------------------------------------

export function neg_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Neg>(x, y, nd, dims); }
export function neg_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Neg>(x, y, nd, dims); }
export function neg_i32(x: usize, y: usize, nd: i32, dims: usize): void { map1<i32, Neg>(x, y, nd, dims); }
export function neg_i64(x: usize, y: usize, nd: i32, dims: usize): void { map1<i64, Neg>(x, y, nd, dims); }
export function neg_u8(x: usize, y: usize, nd: i32, dims: usize): void { map1<u8, Neg>(x, y, nd, dims); }
export function abs_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Abs>(x, y, nd, dims); }
export function abs_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Abs>(x, y, nd, dims); }
export function abs_i32(x: usize, y: usize, nd: i32, dims: usize): void { map1<i32, Abs>(x, y, nd, dims); }
export function abs_i64(x: usize, y: usize, nd: i32, dims: usize): void { map1<i64, Abs>(x, y, nd, dims); }
export function abs_u8(x: usize, y: usize, nd: i32, dims: usize): void { map1<u8, Abs>(x, y, nd, dims); }
export function sign_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Sign>(x, y, nd, dims); }
export function sign_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Sign>(x, y, nd, dims); }
export function sign_i32(x: usize, y: usize, nd: i32, dims: usize): void { map1<i32, Sign>(x, y, nd, dims); }
export function sign_i64(x: usize, y: usize, nd: i32, dims: usize): void { map1<i64, Sign>(x, y, nd, dims); }
export function sign_u8(x: usize, y: usize, nd: i32, dims: usize): void { map1<u8, Sign>(x, y, nd, dims); }
export function relu_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Relu>(x, y, nd, dims); }
export function relu_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Relu>(x, y, nd, dims); }
export function relu_i32(x: usize, y: usize, nd: i32, dims: usize): void { map1<i32, Relu>(x, y, nd, dims); }
export function relu_i64(x: usize, y: usize, nd: i32, dims: usize): void { map1<i64, Relu>(x, y, nd, dims); }
export function relu_u8(x: usize, y: usize, nd: i32, dims: usize): void { map1<u8, Relu>(x, y, nd, dims); }
export function exp_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1Near<f32, Exp>(x, y, nd, dims); }
export function exp_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1Near<f64, Exp>(x, y, nd, dims); }
export function log_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Log>(x, y, nd, dims); }
export function log_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Log>(x, y, nd, dims); }
export function sqrt_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Sqrt>(x, y, nd, dims); }
export function sqrt_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Sqrt>(x, y, nd, dims); }
export function rsqrt_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Rsqrt>(x, y, nd, dims); }
export function rsqrt_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Rsqrt>(x, y, nd, dims); }
export function sin_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Sin>(x, y, nd, dims); }
export function sin_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Sin>(x, y, nd, dims); }
export function cos_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Cos>(x, y, nd, dims); }
export function cos_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Cos>(x, y, nd, dims); }
export function floor_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Floor>(x, y, nd, dims); }
export function floor_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Floor>(x, y, nd, dims); }
export function ceil_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Ceil>(x, y, nd, dims); }
export function ceil_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Ceil>(x, y, nd, dims); }
export function round_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Round>(x, y, nd, dims); }
export function round_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Round>(x, y, nd, dims); }
export function trunc_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Trunc>(x, y, nd, dims); }
export function trunc_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Trunc>(x, y, nd, dims); }
export function erf_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Erf>(x, y, nd, dims); }
export function erf_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Erf>(x, y, nd, dims); }
export function sigmoid_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1Near<f32, Sigmoid>(x, y, nd, dims); }
export function sigmoid_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1Near<f64, Sigmoid>(x, y, nd, dims); }
export function tanh_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Tanh>(x, y, nd, dims); }
export function tanh_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Tanh>(x, y, nd, dims); }
export function gelu_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1Near<f32, Gelu>(x, y, nd, dims); }
export function gelu_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1Near<f64, Gelu>(x, y, nd, dims); }
export function gelu_tanh_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, GeluTanh>(x, y, nd, dims); }
export function gelu_tanh_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, GeluTanh>(x, y, nd, dims); }
export function silu_f32(x: usize, y: usize, nd: i32, dims: usize): void { map1<f32, Silu>(x, y, nd, dims); }
export function silu_f64(x: usize, y: usize, nd: i32, dims: usize): void { map1<f64, Silu>(x, y, nd, dims); }
export function softplus_f32(x: usize, y: usize, beta: f64, threshold: f64, nd: i32, dims: usize): void { map1<f32, Softplus>(x, y, nd, dims, beta, threshold); }
export function softplus_f64(x: usize, y: usize, beta: f64, threshold: f64, nd: i32, dims: usize): void { map1<f64, Softplus>(x, y, nd, dims, beta, threshold); }
export function clamp_f32(x: usize, y: usize, lo: f64, hi: f64, nd: i32, dims: usize): void { map1<f32, Clamp>(x, y, nd, dims, lo, hi); }
export function clamp_f64(x: usize, y: usize, lo: f64, hi: f64, nd: i32, dims: usize): void { map1<f64, Clamp>(x, y, nd, dims, lo, hi); }
export function clamp_i32(x: usize, y: usize, lo: f64, hi: f64, nd: i32, dims: usize): void { map1<i32, Clamp>(x, y, nd, dims, lo, hi); }
export function clamp_i64(x: usize, y: usize, lo: f64, hi: f64, nd: i32, dims: usize): void { map1<i64, Clamp>(x, y, nd, dims, lo, hi); }
/** A bound outside of u8 is the nearest u8. */
export function clamp_u8(x: usize, y: usize, lo: f64, hi: f64, nd: i32, dims: usize): void { map1<u8, Clamp>(x, y, nd, dims, max(0, min(255, lo)), max(0, min(255, hi))); }

// Two operands ------------------------------------------------------------------------------------------------------------------------------------------

export function add_f32(a: usize, b: usize, y: usize, alpha: f64, nd: i32, dims: usize): void { map2<f32, Add>(a, b, y, nd, dims, alpha); }
export function add_f64(a: usize, b: usize, y: usize, alpha: f64, nd: i32, dims: usize): void { map2<f64, Add>(a, b, y, nd, dims, alpha); }
export function add_i32(a: usize, b: usize, y: usize, alpha: f64, nd: i32, dims: usize): void { map2<i32, Add>(a, b, y, nd, dims, alpha); }
export function add_i64(a: usize, b: usize, y: usize, alpha: f64, nd: i32, dims: usize): void { map2<i64, Add>(a, b, y, nd, dims, alpha); }
export function add_u8(a: usize, b: usize, y: usize, alpha: f64, nd: i32, dims: usize): void { map2<u8, Add>(a, b, y, nd, dims, alpha); }
export function mul_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<f32, Mul>(a, b, y, nd, dims); }
export function mul_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<f64, Mul>(a, b, y, nd, dims); }
export function mul_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<i32, Mul>(a, b, y, nd, dims); }
export function mul_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<i64, Mul>(a, b, y, nd, dims); }
export function mul_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<u8, Mul>(a, b, y, nd, dims); }
export function div_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<f32, Div>(a, b, y, nd, dims); }
export function div_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<f64, Div>(a, b, y, nd, dims); }
export function pow_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f32, Pow>(a, b, y, nd, dims); }
export function pow_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f64, Pow>(a, b, y, nd, dims); }
export function pow_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<i32, Pow>(a, b, y, nd, dims); }
export function pow_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<i64, Pow>(a, b, y, nd, dims); }
export function pow_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<u8, Pow>(a, b, y, nd, dims); }
export function maximum_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<f32, Maximum>(a, b, y, nd, dims); }
export function maximum_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<f64, Maximum>(a, b, y, nd, dims); }
export function maximum_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<i32, Maximum>(a, b, y, nd, dims); }
export function maximum_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<i64, Maximum>(a, b, y, nd, dims); }
export function maximum_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<u8, Maximum>(a, b, y, nd, dims); }
export function minimum_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<f32, Minimum>(a, b, y, nd, dims); }
export function minimum_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<f64, Minimum>(a, b, y, nd, dims); }
export function minimum_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<i32, Minimum>(a, b, y, nd, dims); }
export function minimum_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<i64, Minimum>(a, b, y, nd, dims); }
export function minimum_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { map2<u8, Minimum>(a, b, y, nd, dims); }
export function eq_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<f32, Eq>(a, b, y, nd, dims); }
export function eq_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<f64, Eq>(a, b, y, nd, dims); }
export function eq_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<i32, Eq>(a, b, y, nd, dims); }
export function eq_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<i64, Eq>(a, b, y, nd, dims); }
export function eq_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<u8, Eq>(a, b, y, nd, dims); }
export function ne_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<f32, Ne>(a, b, y, nd, dims); }
export function ne_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<f64, Ne>(a, b, y, nd, dims); }
export function ne_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<i32, Ne>(a, b, y, nd, dims); }
export function ne_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<i64, Ne>(a, b, y, nd, dims); }
export function ne_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<u8, Ne>(a, b, y, nd, dims); }
export function lt_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<f32, Lt>(a, b, y, nd, dims); }
export function lt_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<f64, Lt>(a, b, y, nd, dims); }
export function lt_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<i32, Lt>(a, b, y, nd, dims); }
export function lt_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<i64, Lt>(a, b, y, nd, dims); }
export function lt_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<u8, Lt>(a, b, y, nd, dims); }
export function le_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<f32, Le>(a, b, y, nd, dims); }
export function le_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<f64, Le>(a, b, y, nd, dims); }
export function le_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<i32, Le>(a, b, y, nd, dims); }
export function le_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<i64, Le>(a, b, y, nd, dims); }
export function le_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { compare<u8, Le>(a, b, y, nd, dims); }

// Backward ----------------------------------------------------------------------------------------------------------------------------------------------

export function relu_bwd_f32(dy: usize, y: usize, dx: usize, nd: i32, dims: usize): void { map2<f32, ReluBwd>(dy, y, dx, nd, dims); }
export function relu_bwd_f64(dy: usize, y: usize, dx: usize, nd: i32, dims: usize): void { map2<f64, ReluBwd>(dy, y, dx, nd, dims); }
export function sigmoid_bwd_f32(dy: usize, y: usize, dx: usize, nd: i32, dims: usize): void { map2<f32, SigmoidBwd>(dy, y, dx, nd, dims); }
export function sigmoid_bwd_f64(dy: usize, y: usize, dx: usize, nd: i32, dims: usize): void { map2<f64, SigmoidBwd>(dy, y, dx, nd, dims); }
export function tanh_bwd_f32(dy: usize, y: usize, dx: usize, nd: i32, dims: usize): void { map2<f32, TanhBwd>(dy, y, dx, nd, dims); }
export function tanh_bwd_f64(dy: usize, y: usize, dx: usize, nd: i32, dims: usize): void { map2<f64, TanhBwd>(dy, y, dx, nd, dims); }
export function gelu_bwd_f32(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2Near<f32, GeluBwd>(dy, x, dx, nd, dims); }
export function gelu_bwd_f64(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2Near<f64, GeluBwd>(dy, x, dx, nd, dims); }
export function gelu_tanh_bwd_f32(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2<f32, GeluTanhBwd>(dy, x, dx, nd, dims); }
export function gelu_tanh_bwd_f64(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2<f64, GeluTanhBwd>(dy, x, dx, nd, dims); }
export function silu_bwd_f32(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2<f32, SiluBwd>(dy, x, dx, nd, dims); }
export function silu_bwd_f64(dy: usize, x: usize, dx: usize, nd: i32, dims: usize): void { map2<f64, SiluBwd>(dy, x, dx, nd, dims); }
export function softplus_bwd_f32(dy: usize, x: usize, dx: usize, beta: f64, threshold: f64, nd: i32, dims: usize): void { map2<f32, SoftplusBwd>(dy, x, dx, nd, dims, beta, threshold); }
export function softplus_bwd_f64(dy: usize, x: usize, dx: usize, beta: f64, threshold: f64, nd: i32, dims: usize): void { map2<f64, SoftplusBwd>(dy, x, dx, nd, dims, beta, threshold); }

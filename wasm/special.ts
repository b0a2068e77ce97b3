// The kernels of scalar.ts: which op, for which types.

import { each1, each2 } from './map';
import {
  Acos, Acosh, Asin, Asinh, Atan, Atan2, Atanh, BesselI, Cosh, Digamma, Erfc, Erfinv, Exp2, Expm1,
  FloorDiv, Fmod, Hypot, Lgamma, Log10, Log1p, Log2, Polygamma, Remainder, Sinh, Tan,
} from './scalar';

export function tan_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Tan>(x, y, nd, dims); }
export function tan_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Tan>(x, y, nd, dims); }
export function asin_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Asin>(x, y, nd, dims); }
export function asin_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Asin>(x, y, nd, dims); }
export function acos_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Acos>(x, y, nd, dims); }
export function acos_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Acos>(x, y, nd, dims); }
export function atan_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Atan>(x, y, nd, dims); }
export function atan_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Atan>(x, y, nd, dims); }
export function sinh_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Sinh>(x, y, nd, dims); }
export function sinh_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Sinh>(x, y, nd, dims); }
export function cosh_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Cosh>(x, y, nd, dims); }
export function cosh_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Cosh>(x, y, nd, dims); }
export function asinh_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Asinh>(x, y, nd, dims); }
export function asinh_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Asinh>(x, y, nd, dims); }
export function acosh_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Acosh>(x, y, nd, dims); }
export function acosh_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Acosh>(x, y, nd, dims); }
export function atanh_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Atanh>(x, y, nd, dims); }
export function atanh_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Atanh>(x, y, nd, dims); }
export function exp2_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Exp2>(x, y, nd, dims); }
export function exp2_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Exp2>(x, y, nd, dims); }
export function expm1_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Expm1>(x, y, nd, dims); }
export function expm1_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Expm1>(x, y, nd, dims); }
export function log1p_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Log1p>(x, y, nd, dims); }
export function log1p_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Log1p>(x, y, nd, dims); }
export function log2_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Log2>(x, y, nd, dims); }
export function log2_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Log2>(x, y, nd, dims); }
export function log10_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Log10>(x, y, nd, dims); }
export function log10_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Log10>(x, y, nd, dims); }
export function erfc_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Erfc>(x, y, nd, dims); }
export function erfc_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Erfc>(x, y, nd, dims); }
export function erfinv_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Erfinv>(x, y, nd, dims); }
export function erfinv_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Erfinv>(x, y, nd, dims); }
export function lgamma_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Lgamma>(x, y, nd, dims); }
export function lgamma_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Lgamma>(x, y, nd, dims); }
export function digamma_f32(x: usize, y: usize, nd: i32, dims: usize): void { each1<f32, Digamma>(x, y, nd, dims); }
export function digamma_f64(x: usize, y: usize, nd: i32, dims: usize): void { each1<f64, Digamma>(x, y, nd, dims); }
export function polygamma_f32(x: usize, y: usize, order: i32, nd: i32, dims: usize): void { each1<f32, Polygamma>(x, y, nd, dims, <f64>order); }
export function polygamma_f64(x: usize, y: usize, order: i32, nd: i32, dims: usize): void { each1<f64, Polygamma>(x, y, nd, dims, <f64>order); }
export function bessel_i_f32(x: usize, y: usize, order: i32, nd: i32, dims: usize): void { each1<f32, BesselI>(x, y, nd, dims, <f64>order); }
export function bessel_i_f64(x: usize, y: usize, order: i32, nd: i32, dims: usize): void { each1<f64, BesselI>(x, y, nd, dims, <f64>order); }
export function atan2_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f32, Atan2>(a, b, y, nd, dims); }
export function atan2_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f64, Atan2>(a, b, y, nd, dims); }
export function hypot_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f32, Hypot>(a, b, y, nd, dims); }
export function hypot_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f64, Hypot>(a, b, y, nd, dims); }
export function fmod_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f32, Fmod>(a, b, y, nd, dims); }
export function fmod_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f64, Fmod>(a, b, y, nd, dims); }
export function fmod_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<i32, Fmod>(a, b, y, nd, dims); }
export function fmod_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<i64, Fmod>(a, b, y, nd, dims); }
export function fmod_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<u8, Fmod>(a, b, y, nd, dims); }
export function remainder_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f32, Remainder>(a, b, y, nd, dims); }
export function remainder_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f64, Remainder>(a, b, y, nd, dims); }
export function remainder_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<i32, Remainder>(a, b, y, nd, dims); }
export function remainder_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<i64, Remainder>(a, b, y, nd, dims); }
export function remainder_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<u8, Remainder>(a, b, y, nd, dims); }
export function floor_div_f32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f32, FloorDiv>(a, b, y, nd, dims); }
export function floor_div_f64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<f64, FloorDiv>(a, b, y, nd, dims); }
export function floor_div_i32(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<i32, FloorDiv>(a, b, y, nd, dims); }
export function floor_div_i64(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<i64, FloorDiv>(a, b, y, nd, dims); }
export function floor_div_u8(a: usize, b: usize, y: usize, nd: i32, dims: usize): void { each2<u8, FloorDiv>(a, b, y, nd, dims); }

// The reduction kernels: which fold, for which types.

import { extremePlaces, extremes, Max, Min } from './extreme';
import { fold, mean, Prod, squares, Sum } from './fold';

export function sum_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { fold<f32, f64, Sum>(x, y, outer, r, inner); }
export function sum_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { fold<f64, f64, Sum>(x, y, outer, r, inner); }
export function sum_i64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { fold<i64, i64, Sum>(x, y, outer, r, inner); }
export function mean_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { mean<f32>(x, y, outer, r, inner); }
export function mean_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { mean<f64>(x, y, outer, r, inner); }
export function prod_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { fold<f32, f64, Prod>(x, y, outer, r, inner); }
export function prod_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { fold<f64, f64, Prod>(x, y, outer, r, inner); }
export function prod_i64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { fold<i64, i64, Prod>(x, y, outer, r, inner); }
export function squares_f32(x: usize, y: usize, divisor: f64, centred: i32, root: i32, outer: i32, r: i32, inner: i32): void { squares<f32>(x, y, divisor, centred, root, outer, r, inner); }
export function squares_f64(x: usize, y: usize, divisor: f64, centred: i32, root: i32, outer: i32, r: i32, inner: i32): void { squares<f64>(x, y, divisor, centred, root, outer, r, inner); }
export function amax_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<f32, Max>(x, y, outer, r, inner); }
export function amax_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<f64, Max>(x, y, outer, r, inner); }
export function amax_i32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<i32, Max>(x, y, outer, r, inner); }
export function amax_i64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<i64, Max>(x, y, outer, r, inner); }
export function amax_u8(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<u8, Max>(x, y, outer, r, inner); }
export function amin_f32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<f32, Min>(x, y, outer, r, inner); }
export function amin_f64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<f64, Min>(x, y, outer, r, inner); }
export function amin_i32(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<i32, Min>(x, y, outer, r, inner); }
export function amin_i64(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<i64, Min>(x, y, outer, r, inner); }
export function amin_u8(x: usize, y: usize, outer: i32, r: i32, inner: i32): void { extremes<u8, Min>(x, y, outer, r, inner); }
export function argmax_f32(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<f32, Max>(x, y, outer, r, inner); }
export function argmax_f64(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<f64, Max>(x, y, outer, r, inner); }
export function argmax_i32(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<i32, Max>(x, y, outer, r, inner); }
export function argmax_i64(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<i64, Max>(x, y, outer, r, inner); }
export function argmax_u8(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<u8, Max>(x, y, outer, r, inner); }
export function argmin_f32(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<f32, Min>(x, y, outer, r, inner); }
export function argmin_f64(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<f64, Min>(x, y, outer, r, inner); }
export function argmin_i32(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<i32, Min>(x, y, outer, r, inner); }
export function argmin_i64(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<i64, Min>(x, y, outer, r, inner); }
export function argmin_u8(x: usize, y: usize, _wide: i32, outer: i32, r: i32, inner: i32): void { extremePlaces<u8, Min>(x, y, outer, r, inner); }

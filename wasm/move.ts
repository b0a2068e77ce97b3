// Filling, converting and selecting.

import { at, lanes } from './at';
import { bind, copyStrided, firstRow, nextRow, rowOf, strideOf, walk } from './map';
import { transposed } from './transpose';
import { element, number, unpack } from './vector';

function fill<T>(y: usize, value: f64, nd: i32, dims: usize): void {
  bind<T>(0, y);
  walk(
    (y: usize, _1: usize, _2: usize, _3: usize, n: i32, value: f64, _t: f64) => {
      const v = number<T>(value);
      for (const end = at<T>(y, n); y < end; y += 16) v128.store(y, v);
    },
    1, nd, dims, value, 0,
  );
}

function arange<T>(y: usize, start: f64, step: f64, n: i32): void {
  for (let i = 0; i < n; i++) store<T>(at<T>(y, i), element<T>(start + <f64>i * step));
}

function where<T>(c: usize, a: usize, b: usize, y: usize, nd: i32, dims: usize): void {
  bind<u8>(0, c);
  bind<T>(1, a);
  bind<T>(2, b);
  bind<T>(3, y);
  walk(
    (c: usize, a: usize, b: usize, y: usize, n: i32, _s: f64, _t: f64) => {
      const end = at<T>(a, n);
      do {
        v128.store(y, v128.bitselect(v128.load(a), v128.load(b), unpack<T>(c)));
        a += 16, b += 16, y += 16, c += lanes<T>();
      } while (a < end);
    },
    4, nd, dims, 0, 0,
  );
}

// Conversion ---------------------------------------------------------------------------------------------------------------------------------------

/** Truncated; what does not fit, NaN included, is the smallest B. Saturation has the same answer below, so only NaN and above are mended. */
// @ts-ignore: decorator
@inline
function truncated<A, B>(x: A): B {
  const limit = <A>(sizeof<B>() == 8 ? 9223372036854775808.0 : 2147483648.0);
  return x < limit ? <B>x : <B>(sizeof<B>() == 8 ? i64.MIN_VALUE : i32.MIN_VALUE);
}

// @ts-ignore: decorator
@inline
function converted<A, B>(x: A): B {
  if (!isFloat<A>() || isFloat<B>()) return <B>x;
  if (sizeof<B>() == 1) return <B>truncated<A, i64>(x);
  return truncated<A, B>(x);
}

function convert<A, B>(x: usize, y: usize, nd: i32, dims: usize): void {
  bind<A>(0, x);
  bind<B>(1, y);
  walk(
    (x: usize, y: usize, _2: usize, _3: usize, n: i32, _s: f64, _t: f64) => {
      for (let i = 0; i < n; i++) store<B>(at<B>(y, i), converted<A, B>(load<A>(at<A>(x, i))));
    },
    2, nd, dims, 0, 0,
  );
}

function toBool<A>(x: usize, y: usize, nd: i32, dims: usize): void {
  bind<A>(0, x);
  bind<u8>(1, y);
  walk(
    (x: usize, y: usize, _2: usize, _3: usize, n: i32, _s: f64, _t: f64) => {
      for (let i = 0; i < n; i++) store<u8>(at<u8>(y, i), u8(load<A>(at<A>(x, i)) != <A>0));
    },
    2, nd, dims, 0, 0,
  );
}

function copy<T>(x: usize, y: usize, nd: i32, dims: usize): void {
  bind<T>(0, x);
  bind<T>(1, y);
  // Two rows of dims, [size, x, y] strides each, that are a transpose: walked over as one.
  const rows = at<i32>(dims, (nd - 2) * 3), columns = at<i32>(dims, (nd - 1) * 3);
  if (sizeof<T>() > 1 && nd > 1 && load<i32>(rows, 4) == 1 && load<i32>(columns, 8) == 1 && load<i32>(columns) > 0) {
    const n = firstRow(2, nd - 1, dims);
    if (n == 0) return;
    do transposed<T>(rowOf(0), load<i32>(columns, 4), rowOf(1), load<i32>(rows, 8), n, load<i32>(columns));
    while (nextRow(2, nd - 1, dims));
    return;
  }
  const n = firstRow(2, nd, dims);
  if (n == 0) return;
  do copyStrided<T>(rowOf(0), strideOf(0), rowOf(1), strideOf(1), n);
  while (nextRow(2, nd, dims));
}

function castFrom<A>(x: usize, y: usize, to: i32, nd: i32, dims: usize): void {
  if (to == 0) convert<A, f32>(x, y, nd, dims);
  else if (to == 1) convert<A, f64>(x, y, nd, dims);
  else if (to == 2) convert<A, i32>(x, y, nd, dims);
  else if (to == 3) convert<A, i64>(x, y, nd, dims);
  else if (to == 4) convert<A, u8>(x, y, nd, dims);
  else toBool<A>(x, y, nd, dims);
}

/** Codes: 0 f32, 1 f64, 2 i32, 3 i64, 4 u8, 5 bool. */
export function cast(x: usize, y: usize, from: i32, to: i32, nd: i32, dims: usize): void {
  if (from == to) {
    if (from == 0 || from == 2) copy<u32>(x, y, nd, dims);
    else if (from == 1 || from == 3) copy<u64>(x, y, nd, dims);
    else copy<u8>(x, y, nd, dims);
  } else if (from == 0) castFrom<f32>(x, y, to, nd, dims);
  else if (from == 1) castFrom<f64>(x, y, to, nd, dims);
  else if (from == 2) castFrom<i32>(x, y, to, nd, dims);
  else if (from == 3) castFrom<i64>(x, y, to, nd, dims);
  else castFrom<u8>(x, y, to, nd, dims);
}

// Kernels ------------------------------------------------------------------------------------------------------------------------------------------

export function arange_i64(y: usize, start: f64, step: f64, n: i32): void {
  const s = <i64>start, d = <i64>step;
  for (let i = 0; i < n; i++) store<i64>(at<i64>(y, i), s + <i64>i * d);
}
export function arange_f32(y: usize, start: f64, step: f64, n: i32): void { arange<f32>(y, start, step, n); }
export function arange_f64(y: usize, start: f64, step: f64, n: i32): void { arange<f64>(y, start, step, n); }
export function arange_i32(y: usize, start: f64, step: f64, n: i32): void { arange<i32>(y, start, step, n); }
export function arange_u8(y: usize, start: f64, step: f64, n: i32): void { arange<u8>(y, start, step, n); }
export function fill_f32(y: usize, value: f64, nd: i32, dims: usize): void { fill<f32>(y, value, nd, dims); }
export function fill_f64(y: usize, value: f64, nd: i32, dims: usize): void { fill<f64>(y, value, nd, dims); }
export function fill_i32(y: usize, value: f64, nd: i32, dims: usize): void { fill<i32>(y, value, nd, dims); }
export function fill_i64(y: usize, value: f64, nd: i32, dims: usize): void { fill<i64>(y, value, nd, dims); }
export function fill_u8(y: usize, value: f64, nd: i32, dims: usize): void { fill<u8>(y, value, nd, dims); }
export function where_f32(c: usize, a: usize, b: usize, y: usize, nd: i32, dims: usize): void { where<f32>(c, a, b, y, nd, dims); }
export function where_f64(c: usize, a: usize, b: usize, y: usize, nd: i32, dims: usize): void { where<f64>(c, a, b, y, nd, dims); }
export function where_i32(c: usize, a: usize, b: usize, y: usize, nd: i32, dims: usize): void { where<i32>(c, a, b, y, nd, dims); }
export function where_i64(c: usize, a: usize, b: usize, y: usize, nd: i32, dims: usize): void { where<i64>(c, a, b, y, nd, dims); }
export function where_u8(c: usize, a: usize, b: usize, y: usize, nd: i32, dims: usize): void { where<u8>(c, a, b, y, nd, dims); }

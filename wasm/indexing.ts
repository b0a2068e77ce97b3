// Reading and writing through an index: rows [size, x, idx, y] strides, idx i64 and in range, offsets of idx * sdim elements.

import { at, get, lanes, put } from './at';
import { bind, copyStrided, firstRow, nextRow, rowOf, Run, share, strideOf, Way } from './map';

/** The element that the index at p selects from x. */
// @ts-ignore: decorator
@inline
function select<T>(x: usize, p: usize, sdim: i32): usize {
  return at<T>(x, <i32>load<i64>(p) * sdim);
}

/** Binds the operands and walks, in parts unless y does not move along the outermost dim: the index says where in it, so that places are no part's own. */
// @ts-ignore: decorator
@inline
function indexed<T>(way: Way, x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void {
  bind<T>(0, x);
  bind<i64>(1, idx);
  bind<T>(2, y);
  const none = changetype<Run>(0);
  if (nd > 0 && load<i32>(dims + 12) != 0) share(way, none, 3, nd, dims, <f64>sdim, 0);
  else way(none, 3, nd, dims, <f64>sdim, 0);
}

function gatherRows<T>(sdim: i32, nd: i32, dims: usize): void {
  const n = firstRow(3, nd, dims);
  if (n == 0) return;
  const sx = strideOf(0), si = strideOf(1), sy = strideOf(2);
  do {
    const x = rowOf(0), idx = rowOf(1), y = rowOf(2);
    if (si == 0) copyStrided<T>(select<T>(x, idx, sdim), sx, y, sy, n);
    else for (let i = 0; i < n; i++) store<T>(at<T>(y, i * sy), load<T>(select<T>(at<T>(x, i * sx), at<i64>(idx, i * si), sdim)));
  } while (nextRow(3, nd, dims));
}

function scatterRows<T>(sdim: i32, nd: i32, dims: usize): void {
  const n = firstRow(3, nd, dims);
  if (n == 0) return;
  const sx = strideOf(0), si = strideOf(1), sy = strideOf(2);
  do {
    const x = rowOf(0), idx = rowOf(1), y = rowOf(2);
    if (si == 0 && sy != 0) copyStrided<T>(x, sx, select<T>(y, idx, sdim), sy, n);
    else for (let i = 0; i < n; i++) store<T>(select<T>(at<T>(y, i * sy), at<i64>(idx, i * si), sdim), load<T>(at<T>(x, i * sx)));
  } while (nextRow(3, nd, dims));
}

function scatterAddRows<T>(sdim: i32, nd: i32, dims: usize): void {
  const n = firstRow(3, nd, dims);
  if (n == 0) return;
  const sx = strideOf(0), si = strideOf(1), sy = strideOf(2);
  do {
    let x = rowOf(0), y = rowOf(2);
    const idx = rowOf(1);
    if (si == 0 && sx == 1 && sy == 1) {
      y = select<T>(y, idx, sdim);
      for (let i = n; i > 0; i -= lanes<T>(), x += 16, y += 16) put<T>(y, i, v128.add<T>(get<T>(y, i, <T>0), get<T>(x, i, <T>0)));
    } else {
      for (let i = 0; i < n; i++) {
        const p = select<T>(at<T>(y, i * sy), at<i64>(idx, i * si), sdim);
        store<T>(p, <T>(load<T>(p) + load<T>(at<T>(x, i * sx))));
      }
    }
  } while (nextRow(3, nd, dims));
}

function gather<T>(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void {
  indexed<T>((_: Run, k: i32, nd: i32, dims: usize, sdim: f64, t: f64) => gatherRows<T>(<i32>sdim, nd, dims), x, idx, y, sdim, nd, dims);
}

function scatter<T>(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void {
  indexed<T>((_: Run, k: i32, nd: i32, dims: usize, sdim: f64, t: f64) => scatterRows<T>(<i32>sdim, nd, dims), x, idx, y, sdim, nd, dims);
}

function scatterAdd<T>(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void {
  indexed<T>((_: Run, k: i32, nd: i32, dims: usize, sdim: f64, t: f64) => scatterAddRows<T>(<i32>sdim, nd, dims), x, idx, y, sdim, nd, dims);
}

function scatterReduce<T>(x: usize, idx: usize, y: usize, how: i32, sdim: i32, nd: i32, dims: usize): void {
  bind<T>(0, x);
  bind<i64>(1, idx);
  bind<T>(2, y);
  const n = firstRow(3, nd, dims);
  if (n == 0) return;
  const sx = strideOf(0), si = strideOf(1), sy = strideOf(2);
  do {
    x = rowOf(0), idx = rowOf(1), y = rowOf(2);
    for (let i = 0; i < n; i++) {
      const p = select<T>(at<T>(y, i * sy), at<i64>(idx, i * si), sdim);
      const a = load<T>(p), b = load<T>(at<T>(x, i * sx));
      if (how == 0) store<T>(p, <T>(a * b));
      else if (b != b || (how == 1 ? b > a : b < a)) store<T>(p, b);
    }
  } while (nextRow(3, nd, dims));
}

/** y = idx, counted from the end where negative if `wrap`; bad = the first i out of [0, size), or -1. */
export function wrap_index(idx: usize, y: usize, bad: usize, n: i32, size: i32, wrap: i32): void {
  let first: i64 = -1;
  for (let i = 0; i < n; i++) {
    let v = load<i64>(at<i64>(idx, i));
    if (v < 0 && wrap != 0) v += <i64>size;
    if (<u64>v >= <u64>size && first < 0) first = <i64>i;
    store<i64>(at<i64>(y, i), v);
  }
  store<i64>(bad, first);
}

export function gather_f32(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { gather<u32>(x, idx, y, sdim, nd, dims); }
export function gather_f64(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { gather<u64>(x, idx, y, sdim, nd, dims); }
export function gather_i32(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { gather<u32>(x, idx, y, sdim, nd, dims); }
export function gather_i64(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { gather<u64>(x, idx, y, sdim, nd, dims); }
export function gather_u8(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { gather<u8>(x, idx, y, sdim, nd, dims); }
export function scatter_f32(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatter<u32>(x, idx, y, sdim, nd, dims); }
export function scatter_f64(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatter<u64>(x, idx, y, sdim, nd, dims); }
export function scatter_i32(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatter<u32>(x, idx, y, sdim, nd, dims); }
export function scatter_i64(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatter<u64>(x, idx, y, sdim, nd, dims); }
export function scatter_u8(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatter<u8>(x, idx, y, sdim, nd, dims); }
export function scatter_add_f32(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatterAdd<f32>(x, idx, y, sdim, nd, dims); }
export function scatter_add_f64(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatterAdd<f64>(x, idx, y, sdim, nd, dims); }
export function scatter_add_i32(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatterAdd<i32>(x, idx, y, sdim, nd, dims); }
export function scatter_add_i64(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatterAdd<i64>(x, idx, y, sdim, nd, dims); }
export function scatter_add_u8(x: usize, idx: usize, y: usize, sdim: i32, nd: i32, dims: usize): void { scatterAdd<u8>(x, idx, y, sdim, nd, dims); }
export function scatter_reduce_f32(x: usize, idx: usize, y: usize, how: i32, sdim: i32, nd: i32, dims: usize): void { scatterReduce<f32>(x, idx, y, how, sdim, nd, dims); }
export function scatter_reduce_f64(x: usize, idx: usize, y: usize, how: i32, sdim: i32, nd: i32, dims: usize): void { scatterReduce<f64>(x, idx, y, how, sdim, nd, dims); }
export function scatter_reduce_i32(x: usize, idx: usize, y: usize, how: i32, sdim: i32, nd: i32, dims: usize): void { scatterReduce<i32>(x, idx, y, how, sdim, nd, dims); }
export function scatter_reduce_i64(x: usize, idx: usize, y: usize, how: i32, sdim: i32, nd: i32, dims: usize): void { scatterReduce<i64>(x, idx, y, how, sdim, nd, dims); }
export function scatter_reduce_u8(x: usize, idx: usize, y: usize, how: i32, sdim: i32, nd: i32, dims: usize): void { scatterReduce<u8>(x, idx, y, how, sdim, nd, dims); }

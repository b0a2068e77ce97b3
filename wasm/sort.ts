// Stable sorting with places, and searching in what is sorted. Values become unsigned keys U in the same order, which are sorted by insertion (short rows) or digit by digit.

import { at } from './at';

/** Keys compare as the values do; -0 is 0, NaN comes last. */
// @ts-ignore: decorator
@inline
function keyOf<T, U>(value: T): U {
  const top = <U>((<U>1) << <U>(8 * sizeof<T>() - 1));
  if (isFloat<T>()) {
    if (value != value) return <U>~(<U>0);
    const bits = reinterpret<U>(<T>(value + <T>0));
    return bits & top ? <U>~bits : <U>(bits | top);
  }
  return isSigned<T>() ? <U>((<U>value) ^ top) : <U>value;
}

function insertionSort<U>(keys: usize, places: usize, n: i32): void {
  for (let i = 1; i < n; i++) {
    const key = load<U>(at<U>(keys, i)), place = load<i32>(at<i32>(places, i));
    let j = i;
    for (; j > 0 && load<U>(at<U>(keys, j - 1)) > key; j--) {
      store<U>(at<U>(keys, j), load<U>(at<U>(keys, j - 1)));
      store<i32>(at<i32>(places, j), load<i32>(at<i32>(places, j - 1)));
    }
    store<U>(at<U>(keys, j), key);
    store<i32>(at<i32>(places, j), place);
  }
}

const counts = memory.data(8 * 256 * 4, 16);

// @ts-ignore: decorator
@inline
function digit<U>(key: U, d: i32): usize { return counts + (<usize>(d << 8 | <i32>(key >> <U>(8 * d) & <U>255)) << 2); }

/** From the lowest byte to the highest, to and fro between two arrays; bytes that are all the same are passed over. True if the places end in `places2`. */
function radixSort<U>(keys: usize, keys2: usize, places: usize, places2: usize, n: i32): bool {
  const digits = <i32>sizeof<U>();
  memory.fill(counts, 0, 8 * 256 * 4);
  for (let i = 0; i < n; i++) {
    const key = load<U>(at<U>(keys, i));
    for (let d = 0; d < digits; d++) {
      const p = digit<U>(key, d);
      store<i32>(p, load<i32>(p) + 1);
    }
  }
  let moved = false;
  for (let d = 0; d < digits; d++) {
    if (load<i32>(digit<U>(load<U>(keys), d)) == n) continue;
    for (let v = 0, start = 0, p = counts + (<usize>d << 10); v < 256; v++, p += 4) {
      const count = load<i32>(p);
      store<i32>(p, start);
      start += count;
    }
    for (let i = 0; i < n; i++) {
      const key = load<U>(at<U>(keys, i)), p = digit<U>(key, d), to = load<i32>(p);
      store<i32>(p, to + 1);
      store<U>(at<U>(keys2, to), key);
      store<i32>(at<i32>(places2, to), load<i32>(at<i32>(places, i)));
    }
    const k = keys, q = places;
    keys = keys2, keys2 = k;
    places = places2, places2 = q;
    moved = !moved;
  }
  return moved;
}

/** Rows up to here are sorted by insertion. */
const SHORT_ROW = 64;

function sort<T, U>(x: usize, y: usize, places: usize, scratch: usize, rows: i32, n: i32, descending: i32): void {
  const spareKeys = scratch + ((at<i32>(0, rows * n) + 7) & ~7);
  for (let row = 0; row < rows; row++, x = at<T>(x, n), y = at<T>(y, n), places = at<i32>(places, n)) {
    // The keys lie where the values will.
    for (let i = 0; i < n; i++) {
      const key = keyOf<T, U>(load<T>(at<T>(x, i)));
      store<U>(at<U>(y, i), descending ? <U>~key : key);
      store<i32>(at<i32>(places, i), i);
    }
    if (n <= SHORT_ROW) insertionSort<U>(y, places, n);
    else if (radixSort<U>(y, spareKeys, places, scratch, n)) memory.copy(places, scratch, at<i32>(0, n));
    for (let i = 0; i < n; i++) store<T>(at<T>(y, i), load<T>(at<T>(x, load<i32>(at<i32>(places, i)))));
  }
}

function searchsorted<T>(a: usize, x: usize, y: usize, rows: i32, n: i32, m: i32, shared: i32, right: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < m; i++, x = at<T>(x, 1), y += 4) {
      const value = load<T>(x);
      let low = 0, high = n;
      while (low < high) {
        const middle = low + ((high - low) >> 1), v = load<T>(at<T>(a, middle));
        if (right ? v > value : v >= value) high = middle;
        else low = middle + 1;
      }
      store<i32>(y, low);
    }
    if (!shared) a = at<T>(a, n);
  }
}

export function sort_f32(x: usize, y: usize, places: usize, scratch: usize, _wide: i32, rows: i32, n: i32, descending: i32): void { sort<f32, u32>(x, y, places, scratch, rows, n, descending); }
export function sort_f64(x: usize, y: usize, places: usize, scratch: usize, _wide: i32, rows: i32, n: i32, descending: i32): void { sort<f64, u64>(x, y, places, scratch, rows, n, descending); }
export function sort_i32(x: usize, y: usize, places: usize, scratch: usize, _wide: i32, rows: i32, n: i32, descending: i32): void { sort<i32, u32>(x, y, places, scratch, rows, n, descending); }
export function sort_i64(x: usize, y: usize, places: usize, scratch: usize, _wide: i32, rows: i32, n: i32, descending: i32): void { sort<i64, u64>(x, y, places, scratch, rows, n, descending); }
export function sort_u8(x: usize, y: usize, places: usize, scratch: usize, _wide: i32, rows: i32, n: i32, descending: i32): void { sort<u8, u8>(x, y, places, scratch, rows, n, descending); }
export function searchsorted_f32(a: usize, x: usize, y: usize, _wide: i32, rows: i32, n: i32, m: i32, shared: i32, right: i32): void { searchsorted<f32>(a, x, y, rows, n, m, shared, right); }
export function searchsorted_f64(a: usize, x: usize, y: usize, _wide: i32, rows: i32, n: i32, m: i32, shared: i32, right: i32): void { searchsorted<f64>(a, x, y, rows, n, m, shared, right); }
export function searchsorted_i32(a: usize, x: usize, y: usize, _wide: i32, rows: i32, n: i32, m: i32, shared: i32, right: i32): void { searchsorted<i32>(a, x, y, rows, n, m, shared, right); }
export function searchsorted_i64(a: usize, x: usize, y: usize, _wide: i32, rows: i32, n: i32, m: i32, shared: i32, right: i32): void { searchsorted<i64>(a, x, y, rows, n, m, shared, right); }
export function searchsorted_u8(a: usize, x: usize, y: usize, _wide: i32, rows: i32, n: i32, m: i32, shared: i32, right: i32): void { searchsorted<u8>(a, x, y, rows, n, m, shared, right); }

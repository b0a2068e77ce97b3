// Transposing, a block of vectors at a time.

import { at, lanes } from './at';

/** The block of 4 x 4 (2 x 2 of 8 bytes) whose lines lie `line` bytes apart, transposed to y, whose lines lie `out` bytes apart. */
// @ts-ignore: decorator
@inline
export function transpose<T>(x: usize, line: usize, y: usize, out: usize): void {
  const r0 = v128.load(x), r1 = v128.load(x + line);
  if (sizeof<T>() == 8) {
    v128.store(y, v128.shuffle<u64>(r0, r1, 0, 2));
    v128.store(y + out, v128.shuffle<u64>(r0, r1, 1, 3));
    return;
  }
  const r2 = v128.load(x + 2 * line), r3 = v128.load(x + 3 * line);
  const p0 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5), p1 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
  const p2 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7), p3 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<u64>(p0, p1, 0, 2));
  v128.store(y + out, v128.shuffle<u64>(p0, p1, 1, 3));
  v128.store(y + 2 * out, v128.shuffle<u64>(p2, p3, 0, 2));
  v128.store(y + 3 * out, v128.shuffle<u64>(p2, p3, 1, 3));
}

/** Columns that are taken together: they fill cache lines of y. */
const STRIP = 16;

/** y[i * sy + j] = x[j * sx + i] for i < rows, j < columns; elements of 4 or 8 bytes. */
export function transposed<T>(x: usize, sx: i32, y: usize, sy: i32, rows: i32, columns: i32): void {
  const line = at<T>(0, sx), out = at<T>(0, sy), step = lanes<T>();
  for (let strip = 0; strip < columns; strip += STRIP) {
    const end = min(strip + STRIP, columns);
    let i = 0;
    for (; i + step <= rows; i += step) {
      let j = strip;
      for (; j + step <= end; j += step) transpose<T>(at<T>(x, j * sx + i), line, at<T>(y, i * sy + j), out);
      for (; j < end; j++) for (let l = i; l < i + step; l++) store<T>(at<T>(y, l * sy + j), load<T>(at<T>(x, j * sx + l)));
    }
    for (; i < rows; i++) for (let j = strip; j < end; j++) store<T>(at<T>(y, i * sy + j), load<T>(at<T>(x, j * sx + i)));
  }
}

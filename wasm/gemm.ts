// The matrix product, after Goto and BLIS: a block of b stays in the outer caches, a block of a in the second level, a panel of b in the first, and the register
// tile runs over them. Both are packed, which takes any strides and pads the edges.

import { at } from './at';
import { gemv } from './gemv';
import { micro, MR, NR } from './micro';
import { pack } from './pack';
import { element } from './vector';

// Rows of a, columns of b and steps of k in a block.
const MC = 128;
const NC = 512;
const KC = 256;
const packedA = memory.data(128 * 256 * 8, 64);
const packedB = memory.data(512 * 256 * 8, 64);

/** c = beta * c. */
function scale<T>(c: usize, rsc: i32, m: i32, n: i32, beta: T): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const p = at<T>(c, i * rsc + j);
      store<T>(p, beta == <T>0 ? <T>0 : <T>(beta * load<T>(p)));
    }
  }
}

export function product<T>(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, alpha: T, beta: T,
): void {
  for (let j = 0; j < n; j += NC) {
    const width = min(NC, n - j);
    for (let p = 0; p < k; p += KC) {
      const depth = min(KC, k - p);
      const keep = p == 0 ? beta : <T>1;
      pack<T>(at<T>(b, p * rsb + j * csb), csb, rsb, packedB, NR<T>(), width, depth);
      for (let i = 0; i < m; i += MC) {
        const height = min(MC, m - i);
        pack<T>(at<T>(a, i * rsa + p * csa), rsa, csa, packedA, MR, height, depth);
        for (let jr = 0; jr < width; jr += NR<T>()) {
          for (let ir = 0; ir < height; ir += MR) {
            micro<T>(
              depth, at<T>(packedA, ir * depth), at<T>(packedB, jr * depth), at<T>(c, (i + ir) * rsc + j + jr), rsc,
              min(MR, height - ir), min(NR<T>(), width - jr), alpha, keep,
            );
          }
        }
      }
    }
  }
}

/** At most so many multiplications are summed in f64: at these sizes the time goes into the call, and rounding once keeps sums that cancel exact. */
const SMALL = 4096;
const sums = memory.data(4096 * 8, 16);

function small(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, alpha: f32, beta: f32,
): void {
  for (let i = 0; i < m; i++) {
    memory.fill(sums, 0, n * 8);
    for (let p = 0; p < k; p++) {
      const x = <f64>load<f32>(at<f32>(a, i * rsa + p * csa));
      let row = at<f32>(b, p * rsb);
      for (let s = sums, end = at<f64>(sums, n); s < end; s += 8, row = at<f32>(row, csb)) store<f64>(s, load<f64>(s) + x * <f64>load<f32>(row));
    }
    for (let j = 0; j < n; j++) {
      const p = at<f32>(c, i * rsc + j);
      const sum = <f64>alpha * load<f64>(at<f64>(sums, j));
      store<f32>(p, <f32>(beta == 0 ? sum : sum + <f64>beta * <f64>load<f32>(p)));
    }
  }
}

function gemm<T>(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, nb: i32, sa: i32, sb: i32, sc: i32, alpha: T, beta: T,
): void {
  for (let i = 0; i < nb; i++, a = at<T>(a, sa), b = at<T>(b, sb), c = at<T>(c, sc)) {
    if (k == 0) scale<T>(c, rsc, m, n, beta);
    else if (m == 1 && (rsb == 1 || csb == 1)) gemv<T>(b, csb, rsb, a, csa, c, 1, n, k, alpha, beta);
    else if (n == 1 && (rsa == 1 || csa == 1)) gemv<T>(a, rsa, csa, b, rsb, c, rsc, m, k, alpha, beta);
    else if (sizeof<T>() == 4 && <i64>m * n * k <= SMALL) small(a, b, c, m, n, k, rsa, csa, rsb, csb, rsc, <f32>alpha, <f32>beta);
    else product<T>(a, b, c, m, n, k, rsa, csa, rsb, csb, rsc, alpha, beta);
  }
}

export function gemm_f32(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, nb: i32, sa: i32, sb: i32, sc: i32, alpha: f64, beta: f64,
): void {
  gemm<f32>(a, b, c, m, n, k, rsa, csa, rsb, csb, rsc, nb, sa, sb, sc, element<f32>(alpha), element<f32>(beta));
}
export function gemm_f64(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, nb: i32, sa: i32, sb: i32, sc: i32, alpha: f64, beta: f64,
): void {
  gemm<f64>(a, b, c, m, n, k, rsa, csa, rsb, csb, rsc, nb, sa, sb, sc, element<f64>(alpha), element<f64>(beta));
}
export function gemm_i64(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, nb: i32, sa: i32, sb: i32, sc: i32, alpha: f64, beta: f64,
): void {
  gemm<i64>(a, b, c, m, n, k, rsa, csa, rsb, csb, rsc, nb, sa, sb, sc, element<i64>(alpha), element<i64>(beta));
}

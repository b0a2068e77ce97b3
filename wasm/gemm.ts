// The matrix product, after Goto and BLIS: a block of b stays in the outer caches, a block of a in the second level, a panel of b in the first, and the register
// tile runs over them. Both are packed, which takes any strides and pads the edges.

import { at } from './at';
import { gemv } from './gemv';
import { micro, MR, NR } from './micro';
import { pack } from './pack';
import { own } from './scratch';
import { SMALL, small } from './small';
import { parallel, workers } from './threads';
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
  const blockA = own(packedA), blockB = own(packedB);
  for (let j = 0; j < n; j += NC) {
    const width = min(NC, n - j);
    for (let p = 0; p < k; p += KC) {
      const depth = min(KC, k - p);
      const keep = p == 0 ? beta : <T>1;
      pack<T>(at<T>(b, p * rsb + j * csb), csb, rsb, blockB, NR<T>(), width, depth);
      for (let i = 0; i < m; i += MC) {
        const height = min(MC, m - i);
        pack<T>(at<T>(a, i * rsa + p * csa), rsa, csa, blockA, MR, height, depth);
        for (let jr = 0; jr < width; jr += NR<T>()) {
          for (let ir = 0; ir < height; ir += MR) {
            micro<T>(
              depth, at<T>(blockA, ir * depth), at<T>(blockB, jr * depth), at<T>(c, (i + ir) * rsc + j + jr), rsc,
              min(MR, height - ir), min(NR<T>(), width - jr), alpha, keep,
            );
          }
        }
      }
    }
  }
}

/** A product of which threads compute columns, or rows if those are more. */
@unmanaged
class Product {
  alpha: f64;
  beta: f64;
  a: usize;
  b: usize;
  c: usize;
  m: i32;
  n: i32;
  k: i32;
  rsa: i32;
  csa: i32;
  rsb: i32;
  csb: i32;
  rsc: i32;
}

const products = memory.data(64, 8);
/** Multiplications that are worth a chunk. */
const WORTH = 131072;

function columns<T>(begin: i32, end: i32, job: usize): void {
  const p = changetype<Product>(job);
  product<T>(p.a, at<T>(p.b, begin * p.csb), at<T>(p.c, begin), p.m, end - begin, p.k, p.rsa, p.csa, p.rsb, p.csb, p.rsc, <T>p.alpha, <T>p.beta);
}

function rows<T>(begin: i32, end: i32, job: usize): void {
  const p = changetype<Product>(job);
  product<T>(at<T>(p.a, begin * p.rsa), p.b, at<T>(p.c, begin * p.rsc), end - begin, p.n, p.k, p.rsa, p.csa, p.rsb, p.csb, p.rsc, <T>p.alpha, <T>p.beta);
}

/** Whole tiles of the longer side for each chunk, two a thread: one that is late holds up less. */
function shared<T>(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, alpha: T, beta: T,
): void {
  const work = <i64>m * n * k;
  const chunks = 2 * workers(<i32>min(work / WORTH, 1024));
  // Integers as f64 would lose digits: their products stay on this thread.
  if (chunks < 4 || isInteger<T>()) {
    product<T>(a, b, c, m, n, k, rsa, csa, rsb, csb, rsc, alpha, beta);
    return;
  }
  const p = changetype<Product>(own(products));
  p.alpha = <f64>alpha, p.beta = <f64>beta;
  p.a = a, p.b = b, p.c = c;
  p.m = m, p.n = n, p.k = k;
  p.rsa = rsa, p.csa = csa, p.rsb = rsb, p.csb = csb, p.rsc = rsc;
  const size = max(m, n), unit = NR<T>();
  const grain = ((size + chunks - 1) / chunks + unit - 1) / unit * unit;
  if (n >= m) parallel(n, grain, (begin: i32, end: i32, job: usize) => columns<T>(begin, end, job), changetype<usize>(p));
  else parallel(m, grain, (begin: i32, end: i32, job: usize) => rows<T>(begin, end, job), changetype<usize>(p));
}

function gemm<T>(
  a: usize, b: usize, c: usize, m: i32, n: i32, k: i32, rsa: i32, csa: i32, rsb: i32, csb: i32, rsc: i32, nb: i32, sa: i32, sb: i32, sc: i32, alpha: T, beta: T,
): void {
  for (let i = 0; i < nb; i++, a = at<T>(a, sa), b = at<T>(b, sb), c = at<T>(c, sc)) {
    if (k == 0) scale<T>(c, rsc, m, n, beta);
    else if (m == 1 && (rsb == 1 || csb == 1)) gemv<T>(b, csb, rsb, a, csa, c, 1, n, k, alpha, beta);
    else if (n == 1 && (rsa == 1 || csa == 1)) gemv<T>(a, rsa, csa, b, rsb, c, rsc, m, k, alpha, beta);
    else if (sizeof<T>() == 4 && <i64>m * n * k <= SMALL) small(a, b, c, m, n, k, rsa, csa, rsb, csb, rsc, <f64>alpha, <f64>beta);
    else shared<T>(a, b, c, m, n, k, rsa, csa, rsb, csb, rsc, alpha, beta);
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

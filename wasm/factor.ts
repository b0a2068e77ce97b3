// Factorisations of row-major matrices, batch by batch, and substitution with their triangles. Inner loops run along rows.

import { at, get, lanes, put } from './at';

/** y -= factor * x. */
function subtractRow<T>(factor: T, x: usize, y: usize, n: i32): void {
  const f = v128.splat<T>(factor);
  for (; n > 0; n -= lanes<T>(), x += 16, y += 16) put<T>(y, n, v128.sub<T>(get<T>(y, n, <T>0), v128.mul<T>(f, get<T>(x, n, <T>0))));
}

/** x = x / divisor. */
function divideRow<T>(x: usize, divisor: T, n: i32): void {
  const d = v128.splat<T>(divisor);
  for (; n > 0; n -= lanes<T>(), x += 16) put<T>(x, n, v128.div<T>(get<T>(x, n, <T>1), d));
}

function exchangeRows<T>(x: usize, y: usize, n: i32): void {
  for (; n > 0; n -= lanes<T>(), x += 16, y += 16) {
    const v = get<T>(x, n, <T>0);
    put<T>(x, n, get<T>(y, n, <T>0));
    put<T>(y, n, v);
  }
}

function lu<T>(a: usize, pivots: usize, info: usize, nb: i32, m: i32, n: i32): void {
  const size = min(m, n);
  for (let b = 0; b < nb; b++, a = at<T>(a, m * n), info += 4) {
    store<i32>(info, 0);
    for (let k = 0; k < size; k++, pivots += 4) {
      let best = k;
      for (let i = k + 1; i < m; i++) if (abs(load<T>(at<T>(a, i * n + k))) > abs(load<T>(at<T>(a, best * n + k)))) best = i;
      store<i32>(pivots, best + 1);
      if (best != k) exchangeRows<T>(at<T>(a, k * n), at<T>(a, best * n), n);
      const pivot = load<T>(at<T>(a, k * n + k));
      if (pivot == 0) {
        if (load<i32>(info) == 0) store<i32>(info, k + 1);
        continue;
      }
      for (let i = k + 1; i < m; i++) {
        const p = at<T>(a, i * n + k), factor = <T>(load<T>(p) / pivot);
        store<T>(p, factor);
        subtractRow<T>(factor, at<T>(a, k * n + k + 1), at<T>(p, 1), n - k - 1);
      }
    }
  }
}

const lane = memory.data(16, 16);
function dot<T>(x: usize, y: usize, n: i32): T {
  let total = v128.splat<T>(<T>0);
  for (; n > 0; n -= lanes<T>(), x += 16, y += 16) total = v128.add<T>(total, v128.mul<T>(get<T>(x, n, <T>0), get<T>(y, n, <T>0)));
  v128.store(lane, total);
  let sum = <T>0;
  for (let l = 0; l < lanes<T>(); l++) sum += load<T>(at<T>(lane, l));
  return sum;
}

function cholesky<T>(a: usize, info: usize, nb: i32, n: i32): void {
  for (let b = 0; b < nb; b++, a = at<T>(a, n * n), info += 4) {
    store<i32>(info, 0);
    for (let i = 0; i < n; i++) {
      const row = at<T>(a, i * n);
      for (let j = 0; j < i; j++) {
        const other = at<T>(a, j * n);
        store<T>(at<T>(row, j), <T>((load<T>(at<T>(row, j)) - dot<T>(row, other, j)) / load<T>(at<T>(other, j))));
      }
      const rest = <T>(load<T>(at<T>(row, i)) - dot<T>(row, row, i));
      // A NaN is not positive either.
      if (!(rest > 0) && load<i32>(info) == 0) store<i32>(info, i + 1);
      store<T>(at<T>(row, i), sqrt<T>(rest));
      memory.fill(at<T>(row, i + 1), 0, at<T>(0, n - i - 1));
    }
  }
}

function solveTriangular<T>(a: usize, b: usize, nb: i32, n: i32, k: i32, rsa: i32, csa: i32, sa: i32, upper: i32, unit: i32): void {
  for (let batch = 0; batch < nb; batch++, a = at<T>(a, sa), b = at<T>(b, n * k)) {
    for (let step = 0; step < n; step++) {
      const i = upper ? n - 1 - step : step;
      const end = upper ? n : i, row = at<T>(b, i * k);
      for (let j = upper ? i + 1 : 0; j < end; j++) subtractRow<T>(load<T>(at<T>(a, i * rsa + j * csa)), at<T>(b, j * k), row, k);
      if (!unit) divideRow<T>(row, load<T>(at<T>(a, i * (rsa + csa))), k);
    }
  }
}

export function lu_f32(a: usize, pivots: usize, info: usize, nb: i32, m: i32, n: i32): void { lu<f32>(a, pivots, info, nb, m, n); }
export function lu_f64(a: usize, pivots: usize, info: usize, nb: i32, m: i32, n: i32): void { lu<f64>(a, pivots, info, nb, m, n); }
export function cholesky_f32(a: usize, info: usize, nb: i32, n: i32): void { cholesky<f32>(a, info, nb, n); }
export function cholesky_f64(a: usize, info: usize, nb: i32, n: i32): void { cholesky<f64>(a, info, nb, n); }
export function solve_triangular_f32(a: usize, b: usize, nb: i32, n: i32, k: i32, rsa: i32, csa: i32, sa: i32, upper: i32, unit: i32): void { solveTriangular<f32>(a, b, nb, n, k, rsa, csa, sa, upper, unit); }
export function solve_triangular_f64(a: usize, b: usize, nb: i32, n: i32, k: i32, rsa: i32, csa: i32, sa: i32, upper: i32, unit: i32): void { solveTriangular<f64>(a, b, nb, n, k, rsa, csa, sa, upper, unit); }

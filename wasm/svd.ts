// Singular value decomposition: reflections to a bidiagonal matrix, then bidiagonal.ts. The steps are those of LAPACK's dgesdd, so that signs agree with it. Vectors are
// kept as rows throughout: what is turned lies in one stretch.

import { arrange, bind, diagonalize, length2, makeUpper, Row, rowAt } from './bidiagonal';

/** The reflection I - tau v v^T (v[0] = 1, the rest left in x) that takes x, n elements `step` apart, to x[0] only. */
function reflection(x: Row, n: i32, step: i32): f64 {
  let norm: f64 = 0;
  for (let i = 1; i < n; i++) norm = length2(norm, x[i * step]);
  if (norm == 0) return 0;
  const alpha = x[0], beta = -copysign(length2(alpha, norm), alpha);
  for (let i = 1; i < n; i++) x[i * step] = x[i * step] / (alpha - beta);
  x[0] = beta;
  return (beta - alpha) / beta;
}

/** Applies the reflection whose v has its tail at v + step, v + 2 step, ... to n elements of a row. */
function reflectRow(tau: f64, v: Row, step: i32, row: Row, n: i32): void {
  let sum = row[0];
  for (let j = 1; j < n; j++) sum += v[j * step] * row[j];
  sum *= tau;
  row[0] = row[0] - sum;
  for (let j = 1; j < n; j++) row[j] = row[j] - sum * v[j * step];
}

/** Reflects column i of t (p, q) from row i on, and the columns after it. */
function reduceColumn(t: Row, p: i32, q: i32, i: i32, sums: Row): f64 {
  const top = rowAt(t, i * q + i), tau = reflection(top, p - i, q), width = q - i - 1;
  for (let j = 0; j < width; j++) sums[j] = top[1 + j];
  for (let r = 1; r < p - i; r++) {
    const row = rowAt(top, r * q), v = row[0];
    for (let j = 0; j < width; j++) sums[j] = sums[j] + v * row[1 + j];
  }
  for (let j = 0; j < width; j++) top[1 + j] = top[1 + j] - tau * sums[j];
  for (let r = 1; r < p - i; r++) {
    const row = rowAt(top, r * q), v = tau * row[0];
    for (let j = 0; j < width; j++) row[1 + j] = row[1 + j] - v * sums[j];
  }
  return tau;
}

/** Rows of the product of the reflections: row i is what it makes of the i-th unit vector. Reflection k starts at element k + shift of the vector. */
function unroll(v: Row, next: i32, step: i32, tau: Row, count: i32, shift: i32, rows: Row, height: i32, width: i32): void {
  for (let i = 0; i < height; i++) {
    const row = rowAt(rows, i * width);
    for (let j = 0; j < width; j++) row[j] = i == j ? 1 : 0;
    for (let k = count - 1; k >= 0; k--) reflectRow(tau[k], rowAt(v, k * next), step, rowAt(row, k + shift), width - k - shift);
  }
}

/** t (p, q), p >= q, to bidiagonal d, e; rows of the left vectors (height, p) and of the right ones (q, q). */
function bidiagonalize(t: Row, p: i32, q: i32, d: Row, e: Row, left: Row, height: i32, right: Row, spare: Row): void {
  const tauLeft = spare, tauRight = rowAt(spare, q), sums = rowAt(spare, 2 * q);
  for (let i = 0; i < q; i++) {
    tauLeft[i] = reduceColumn(t, p, q, i, sums);
    d[i] = t[i * q + i];
    if (i + 1 == q) break;
    const row = rowAt(t, i * q + i + 1), tau = reflection(row, q - i - 1, 1);
    tauRight[i] = tau;
    e[i] = row[0];
    for (let r = i + 1; r < p; r++) reflectRow(tau, row, 1, rowAt(t, r * q + i + 1), q - i - 1);
  }
  unroll(t, q + 1, q, tauLeft, q, 0, left, height, p);
  unroll(rowAt(t, 1), q + 1, 1, tauRight, q - 1, 1, right, q, q);
}

/** y (height, p) = x (q, q) times the first q rows, then the other rows as they are. */
function combine(x: Row, rows: Row, y: Row, q: i32, height: i32, p: i32): void {
  for (let i = 0; i < height; i++) {
    const to = rowAt(y, i * p);
    for (let j = 0; j < p; j++) to[j] = i < q ? 0 : rows[i * p + j];
    for (let k = 0; k < q && i < q; k++) {
      const factor = x[i * q + k], row = rowAt(rows, k * p);
      for (let j = 0; j < p; j++) to[j] = to[j] + factor * row[j];
    }
  }
}

/** Rows of u (as u^T) and of vt of one matrix; `spare` holds p q + 3 q q + 4 p + q numbers and twice `height` rows of p. */
function svdOne(a: Row, u: Row, s: Row, vt: Row, spare: Row, m: i32, n: i32, full: bool): void {
  const wide = m < n, p = max(m, n), q = min(m, n), height = full ? p : q;
  const t = spare, e = rowAt(t, p * q), work = rowAt(e, q), longRows = rowAt(work, 4 * p), turned = rowAt(longRows, height * p);
  const small = rowAt(turned, height * p), shortLeft = rowAt(small, q * q), shortRight = rowAt(shortLeft, q * q);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < q; j++) t[i * q + j] = wide ? a[j * n + i] : a[i * n + j];
  }
  if (p >= 11 * q / 6) {
    // Much longer than wide: a triangle first.
    for (let i = 0; i < q; i++) work[i] = reduceColumn(t, p, q, i, rowAt(work, q));
    unroll(t, q + 1, q, work, q, 0, longRows, height, p);
    for (let i = 0; i < q; i++) {
      for (let j = 0; j < q; j++) small[i * q + j] = wide ? (j <= i ? t[j * q + i] : 0) : j >= i ? t[i * q + j] : 0;
    }
    bidiagonalize(small, q, q, s, e, shortLeft, q, shortRight, work);
    bind(s, e, q, shortLeft, shortRight, q, q);
    diagonalize();
    arrange();
    combine(wide ? shortRight : shortLeft, longRows, wide ? vt : turned, q, height, p);
    const rest = wide ? shortLeft : shortRight, to = wide ? turned : vt;
    for (let i = 0; i < q * q; i++) to[i] = rest[i];
  } else {
    bidiagonalize(t, p, q, s, e, wide ? vt : turned, height, wide ? turned : vt, work);
    bind(s, e, q, turned, vt, m, n);
    if (wide) makeUpper();
    diagonalize();
    arrange();
  }
  const columns = wide ? q : height;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < columns; j++) u[i * columns + j] = turned[j * m + i];
  }
}

export function svd_f64(a: usize, u: usize, s: usize, vt: usize, scratch: usize, nb: i32, m: i32, n: i32, full: i32): void {
  const p = max(m, n), q = min(m, n), height = full ? p : q;
  const sizeU = m * (m < n ? q : height), sizeV = n * (m < n ? height : q);
  let x = changetype<Row>(a), left = changetype<Row>(u), values = changetype<Row>(s), right = changetype<Row>(vt);
  for (let b = 0; b < nb; b++) {
    svdOne(x, left, values, right, changetype<Row>(scratch), m, n, full != 0);
    x = rowAt(x, m * n), left = rowAt(left, sizeU), values = rowAt(values, q), right = rowAt(right, sizeV);
  }
}

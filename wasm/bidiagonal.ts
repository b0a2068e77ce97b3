// Singular values and vectors of a bidiagonal matrix by implicit QR sweeps: LAPACK's dbdsqr (Demmel and Kahan), with its choices of direction, shift and sign, so that
// the singular vectors have the signs that LAPACK gives them.

/** Numbers in memory. */
@unmanaged export class Row {
  // @ts-ignore: decorator
  @inline @operator('[]') get(i: i32): f64 { return load<f64>(changetype<usize>(this) + ((<usize>i) << 3)); }
  // @ts-ignore: decorator
  @inline @operator('[]=') set(i: i32, value: f64): void { store<f64>(changetype<usize>(this) + ((<usize>i) << 3), value); }
}
// @ts-ignore: decorator
@inline
export function rowAt(row: Row, i: i32): Row { return changetype<Row>(changetype<usize>(row) + ((<usize>i) << 3)); }

const EPS: f64 = f64.EPSILON / 2;

/** sqrt(a^2 + b^2) without overflow. */
export function length2(a: f64, b: f64): f64 {
  const high = max(abs(a), abs(b)), low = min(abs(a), abs(b));
  if (high == 0 || high == Infinity) return high;
  const ratio = low / high;
  return high * sqrt(1 + ratio * ratio);
}

// The rotation last made: c f + s g = r, c g - s f = 0, c >= 0.
let c: f64 = 1, s: f64 = 0, r: f64 = 0;
function rotation(f: f64, g: f64): void {
  if (g == 0) {
    c = 1, s = 0, r = f;
  } else if (f == 0) {
    c = 0, s = copysign(1.0, g), r = abs(g);
  } else {
    r = copysign(length2(f, g), f);
    c = abs(f / r);
    s = g / r;
  }
}

/** Rows i and i + 1 of a matrix of `width` columns, turned. */
function turn(rows: Row, width: i32, i: i32, c: f64, s: f64): void {
  const x = rowAt(rows, i * width), y = rowAt(x, width);
  for (let j = 0; j < width; j++) {
    const a = x[j], b = y[j];
    x[j] = c * a + s * b;
    y[j] = c * b - s * a;
  }
}

/** The smaller singular value of [[f, g], [0, h]]. */
function leastOfTriangle(f: f64, g: f64, h: f64): f64 {
  const fa = abs(f), ga = abs(g), ha = abs(h), low = min(fa, ha), high = max(fa, ha);
  if (low == 0) return 0;
  const ratio = 1 + low / high, gap = (high - low) / high;
  if (ga < high) return low * (2 / (sqrt(ratio * ratio + ga / high * (ga / high)) + sqrt(gap * gap + ga / high * (ga / high))));
  const au = high / ga;
  if (au == 0) return low * high / ga;
  return 2 * (low * (1 / (sqrt(1 + ratio * au * (ratio * au)) + sqrt(1 + gap * au * (gap * au)))) * au);
}

// The singular values of [[f, g], [0, h]] with the rotations: LAPACK's dlasv2.
let least2: f64 = 0, most2: f64 = 0, cosRight: f64 = 1, sinRight: f64 = 0, cosLeft: f64 = 1, sinLeft: f64 = 0;
function svdOfTriangle(f: f64, g: f64, h: f64): void {
  const swapped = abs(h) > abs(f);
  const ft = swapped ? h : f, ht = swapped ? f : h, fa = abs(ft), ha = abs(ht), ga = abs(g);
  let low = ha, high = fa, cl: f64 = 1, cr: f64 = 1, sl: f64 = 0, sr: f64 = 0;
  let largest = swapped ? 3 : 1;
  if (ga != 0) {
    if (ga > fa) largest = 2;
    if (ga > fa && fa / ga < EPS) {
      high = ga;
      low = ha > 1 ? fa / (ga / ha) : fa / ga * ha;
      sl = ht / g;
      sr = 1;
      cr = ft / g;
    } else {
      const d = fa - ha, m = g / ft, mm = m * m;
      let l: f64 = d == fa ? 1 : d / fa, t: f64 = 2 - l;
      const q = sqrt(t * t + mm), u = l == 0 ? abs(m) : sqrt(l * l + mm), a = 0.5 * (q + u);
      low = ha / a;
      high = fa * a;
      if (mm != 0) t = (m / (q + t) + m / (u + l)) * (1 + a);
      else if (l == 0) t = copysign(2.0, ft) * copysign(1.0, g);
      else t = g / copysign(d, ft) + m / t;
      l = sqrt(t * t + 4);
      cr = 2 / l;
      sr = t / l;
      cl = (cr + sr * m) / a;
      sl = ht / ft * sr / a;
    }
  }
  cosLeft = swapped ? sr : cl, sinLeft = swapped ? cr : sl;
  cosRight = swapped ? sl : cr, sinRight = swapped ? cl : sr;
  const sign = copysign(1.0, largest == 1 ? cosRight : sinRight) * copysign(1.0, largest == 3 ? sinLeft : cosLeft) * copysign(1.0, largest == 1 ? f : largest == 2 ? g : h);
  most2 = copysign(high, sign);
  least2 = copysign(low, sign * copysign(1.0, f) * copysign(1.0, h));
}

// The problem at hand: diagonal, off-diagonal, and the rows of both sets of vectors, which are turned along.
let d: Row = changetype<Row>(0), e: Row = changetype<Row>(0), n = 0;
let left: Row = changetype<Row>(0), right: Row = changetype<Row>(0), leftWidth = 0, rightWidth = 0;

export function bind(diagonal: Row, off: Row, size: i32, lefts: Row, rights: Row, widthLeft: i32, widthRight: i32): void {
  d = diagonal, e = off, n = size;
  left = lefts, right = rights, leftWidth = widthLeft, rightWidth = widthRight;
}

function turnBoth(i: i32, cr: f64, sr: f64, cl: f64, sl: f64): void {
  turn(right, rightWidth, i, cr, sr);
  turn(left, leftWidth, i, cl, sl);
}

/** A lower bidiagonal matrix made upper. */
export function makeUpper(): void {
  for (let i = 0; i + 1 < n; i++) {
    rotation(d[i], e[i]);
    d[i] = r;
    e[i] = s * d[i + 1];
    d[i + 1] = c * d[i + 1];
    turn(left, leftWidth, i, c, s);
  }
}

/** A sweep without shift over [first, last], down or up: small singular values keep their relative accuracy. */
function plainSweep(first: i32, last: i32, down: bool): void {
  const step = down ? 1 : -1, start = down ? first : last, end = down ? last : first, ahead = down ? 0 : -1, behind = down ? -1 : 0;
  let cg: f64 = 1, co: f64 = 1, so: f64 = 0;
  for (let i = start; i != end; i += step) {
    rotation(d[i] * cg, e[i + ahead]);
    const sg = s;
    cg = c;
    if (i != start) e[i + behind] = so * r;
    rotation(co * r, d[i + step] * sg);
    co = c, so = s;
    d[i] = r;
    if (down) turnBoth(i, cg, sg, co, so);
    else turnBoth(i - 1, co, -so, cg, -sg);
  }
  const h = d[end] * cg;
  d[end] = h * co;
  e[end + behind] = h * so;
}

function shiftedSweep(first: i32, last: i32, down: bool, shift: f64): void {
  const step = down ? 1 : -1, start = down ? first : last, end = down ? last : first, ahead = down ? 0 : -1, behind = down ? -1 : 0;
  let f = (abs(d[start]) - shift) * (copysign(1.0, d[start]) + shift / d[start]), g = e[start + ahead];
  for (let i = start; i != end; i += step) {
    rotation(f, g);
    const cr = c, sr = s, off = e[i + ahead], next = cr * d[i + step], rest = cr * off - sr * d[i];
    if (i != start) e[i + behind] = r;
    rotation(cr * d[i] + sr * off, sr * d[i + step]);
    d[i] = r;
    f = c * rest + s * next;
    e[i + ahead] = rest;
    d[i + step] = c * next - s * rest;
    if (i + step != end) {
      g = s * e[i + step + ahead];
      e[i + step + ahead] = c * e[i + step + ahead];
    }
    if (down) turnBoth(i, cr, sr, c, s);
    else turnBoth(i - 1, c, -s, cr, -sr);
  }
  e[end + behind] = f;
}

let least: f64 = 0;
/** Looks along [first, last] for an off-diagonal that may be taken as 0 and makes it 0; if there is none, the least singular value is about `least`. */
function splits(first: i32, last: i32, down: bool, tolerance: f64): bool {
  const end = down ? last - 1 : first;
  if (abs(e[end]) <= tolerance * abs(d[down ? last : first])) {
    e[end] = 0;
    return true;
  }
  let mu = abs(d[down ? first : last]);
  least = mu;
  for (let j = 0; j < last - first; j++) {
    const i = down ? first + j : last - 1 - j, off = abs(e[i]);
    if (off <= tolerance * mu) {
      e[i] = 0;
      return true;
    }
    mu = abs(d[down ? i + 1 : i]) * (mu / (mu + off));
    least = min(least, mu);
  }
  return false;
}

/** Singular values of either sign into d; false if 6 n^2 steps do not suffice (NaN). */
export function diagonalize(): bool {
  if (n == 0) return true;
  const tolerance = max<f64>(10, min<f64>(100, Math.pow(EPS, -0.125))) * EPS, size = <f64>n;
  let mu = abs(d[0]);
  least = mu;
  for (let i = 1; i < n && least != 0; i++) {
    mu = abs(d[i]) * (mu / (mu + abs(e[i - 1])));
    least = min(least, mu);
  }
  const threshold = max(tolerance * (least / sqrt(size)), 6 * size * size * f64.MIN_NORMAL_VALUE);
  let oldFirst = -1, oldLast = -1, stepsLeft = 6 * n * n, down = true;
  for (let last = n - 1; last > 0;) {
    if (stepsLeft < 0) return false;
    let highest = abs(d[last]), first = last - 1;
    for (; first >= 0; first--) {
      if (abs(e[first]) <= threshold) {
        e[first] = 0;
        break;
      }
      highest = max(highest, max(abs(d[first]), abs(e[first])));
    }
    if (++first == last) {
      last--;
      continue;
    }
    if (first == last - 1) {
      svdOfTriangle(d[first], e[first], d[last]);
      d[first] = most2;
      e[first] = 0;
      d[last] = least2;
      turnBoth(first, cosRight, sinRight, cosLeft, sinLeft);
      last -= 2;
      continue;
    }
    if (first > oldLast || last < oldFirst) down = abs(d[first]) >= abs(d[last]);
    if (splits(first, last, down, tolerance)) continue;
    oldFirst = first;
    oldLast = last;
    let shift: f64 = 0;
    if (size * tolerance * (least / highest) > max(EPS, 0.01 * tolerance)) {
      const start = abs(d[down ? first : last]), i = down ? last - 1 : first;
      shift = leastOfTriangle(d[i], e[i], d[i + 1]);
      if (start > 0 && shift / start * (shift / start) < EPS) shift = 0;
    }
    stepsLeft -= last - first;
    if (shift == 0) plainSweep(first, last, down);
    else shiftedSweep(first, last, down, shift);
    const end = down ? last - 1 : first;
    if (abs(e[end]) <= threshold) e[end] = 0;
  }
  return true;
}

function exchange(rows: Row, width: i32, a: i32, b: i32): void {
  const x = rowAt(rows, a * width), y = rowAt(rows, b * width);
  for (let j = 0; j < width; j++) {
    const value = x[j];
    x[j] = y[j];
    y[j] = value;
  }
}

/** Positive singular values, the largest first. */
export function arrange(): void {
  for (let i = 0; i < n; i++) {
    if (d[i] >= 0) continue;
    d[i] = -d[i];
    const row = rowAt(right, i * rightWidth);
    for (let j = 0; j < rightWidth; j++) row[j] = -row[j];
  }
  for (let end = n - 1; end > 0; end--) {
    let smallest = 0;
    for (let i = 1; i <= end; i++) if (d[i] <= d[smallest]) smallest = i;
    if (smallest == end) continue;
    const value = d[smallest];
    d[smallest] = d[end];
    d[end] = value;
    exchange(right, rightWidth, smallest, end);
    exchange(left, leftWidth, smallest, end);
  }
}

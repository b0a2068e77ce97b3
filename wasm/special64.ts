// Special functions of one float64: log gamma and its derivatives, modified Bessel functions, the inverse of erf. native/special.h has the same formulas.

import { erf, erfc } from './erf64';

const PI: f64 = 3.141592653589793;
const HALF_LOG_2PI: f64 = 0.9189385332046727;

/** log gamma(2 + t) is t times their series in t: 1 - Euler's constant, then (-1)^k (zeta(k) - 1) / k from k = 2. */
const LGAMMA = memory.data<f64>([
  0.4227843350984671, 0.322467033424113218, -0.0673523010531980951, 0.0205808084277845479, -0.00738555102867398527, 0.00289051033074152329,
  -0.00119275391170326098, 0.000509669524743042422, -0.00022315475845357938, 0.0000994575127818085337, -0.0000449262367381331417, 0.0000205072127756706916,
  -9.4394882752683959e-6, 4.3748667899074878e-6, -2.03921575380136624e-6, 9.55141213040741983e-7, -4.49246919876456604e-7, 2.12071848055546659e-7,
  -1.00432248239680996e-7, 4.76981016936398057e-8, -2.27110946089431649e-8, 1.08386592148969541e-8, -5.18347504197004666e-9, 2.48367454380247832e-9,
  -1.19214014058609121e-9, 5.73136724167886201e-10, -2.75952288512423315e-10, 1.33047643742444895e-10,
]);
/** B(2k) / (2k (2k - 1)) from k = 1: Stirling's series in x^(1 - 2k). */
const STIRLING = memory.data<f64>([
  1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400,
]);
/** B(2k) / (2k) from k = 1: digamma's series in x^(-2k). */
const DIGAMMA = memory.data<f64>([1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160]);
/** Bernoulli's numbers B(2k) from k = 1. */
const BERNOULLI = memory.data<f64>([
  1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330, 854513.0 / 138,
  -236364091.0 / 2730,
]);

// @ts-ignore: decorator
@inline
function coefficient(c: usize, i: i32): f64 {
  return load<f64>(c + ((<usize>i) << 3));
}

/** The sum of c[i] x^i for i < n, n even: even and odd powers apart, so that neither waits for the other. */
function series(x: f64, c: usize, n: i32): f64 {
  const z = x * x;
  let even = 0.0, odd = 0.0;
  for (let i = n - 2; i >= 0; i -= 2) {
    even = even * z + coefficient(c, i);
    odd = odd * z + coefficient(c, i + 1);
  }
  return even + x * odd;
}

/** |sin(pi x)|, reduced exactly. */
function absSinPi(x: f64): f64 {
  return abs(NativeMath.sin(PI * (x - nearest(x))));
}

/** For x >= 0.5: the series around 2, reached by factors of gamma up to 12; beyond, Stirling's. */
function lgammaOfPositive(x: f64): f64 {
  if (x < 1.5) return (x - 1) * series(x - 1, LGAMMA, 28) - NativeMath.log1p(x - 1);
  if (x < 12) {
    let factor = 1.0;
    while (x >= 2.5) factor *= --x;
    return (x - 2) * series(x - 2, LGAMMA, 28) + NativeMath.log(factor);
  }
  const r = 1 / x;
  return (x - 0.5) * (NativeMath.log(x) - 1) + (HALF_LOG_2PI - 0.5 + r * series(r * r, STIRLING, 8));
}

/** log |gamma(x)|, infinite at the poles 0, -1, -2, ...; below -1/2 by reflection. 4 ulp, or 4 ulp of the largest term near the zeros of the negative half. */
export function lgamma(x: f64): f64 {
  if (!isFinite(x)) return x * x;
  if (x >= 0.5) return lgammaOfPositive(x);
  if (x == floor(x)) return Infinity;
  if (x > -0.5) return lgammaOfPositive(x + 1) - NativeMath.log(abs(x));
  return NativeMath.log(PI / (absSinPi(x) * -x)) - lgammaOfPositive(-x);
}

/** The derivative of log gamma: by recurrence up to 10, then its asymptotic series. -inf at 0, inf at -0, NaN at -1, -2, ... */
export function digamma(x: f64): f64 {
  let y = 0.0;
  if (x <= 0) {
    if (x == 0) return copysign(Infinity, -x);
    if (x == floor(x)) return NaN;
    y = -PI / NativeMath.tan(PI * (x - nearest(x)));
    x = 1 - x;
  }
  if (x == Infinity) return x;
  for (; x < 10; x += 1) y -= 1 / x;
  const z = 1 / (x * x);
  return y + (NativeMath.log(x) - 0.5 / x - z * series(z, DIGAMMA, 8));
}

/** The sum of (a + k)^-s over k >= 0 for a > 0: term by term up to a + k = 10, then by Euler and Maclaurin. */
function zetaOfPositive(s: f64, a: f64): f64 {
  if (a == Infinity) return 0;
  let y = 0.0;
  for (; a < 10; a += 1) y += NativeMath.pow(a, -s);
  const power = NativeMath.pow(a, -s);
  y += power * (a / (s - 1) + 0.5);
  let term = power * s / (2 * a);
  for (let k = 1; k <= 12; k++) {
    y += term * coefficient(BERNOULLI, k - 1);
    const n = 2.0 * k;
    term *= (s + n - 1) * (s + n) / ((n + 1) * (n + 2) * a * a);
  }
  return y;
}

/** Hurwitz's zeta function for whole s > 1; below 0 the finite stretch up to 0 is the difference of two of the positive half. */
function zeta(s: f64, a: f64): f64 {
  if (!(a <= 0)) return zetaOfPositive(s, a);
  const low = floor(a);
  if (a == low) return Infinity;
  const below = zetaOfPositive(s, ceil(a) - a) - zetaOfPositive(s, 1 - a);
  return zetaOfPositive(s, a - low) + (s % 2 == 0 ? below : -below);
}

/** The n-th derivative of digamma: (-1)^(n + 1) n! zeta(n + 1, x). */
export function polygamma(n: f64, x: f64): f64 {
  if (n == 0) return digamma(x);
  let factor = n % 2 == 0 ? -1.0 : 1.0;
  for (let k = 2.0; k <= min(n, 171); k++) factor *= k;
  return factor * zeta(n + 1, x);
}

/** The modified Bessel function of the first kind of order 0 or 1: its power series, whose terms are all positive, up to 20, and its asymptotic one beyond. */
export function besselI(order: f64, x: f64): f64 {
  const t = abs(x);
  let y: f64;
  if (t == Infinity) y = t;
  else if (!(t > 20)) {
    const z = t * t * 0.25;
    let term = 1.0;
    y = 1;
    for (let k = 1.0; term > y * 1e-17; k++) {
      term *= z / (k * (k + order));
      y += term;
    }
    if (order != 0) y *= t * 0.5;
  } else {
    let term = 1.0, sum = 1.0;
    for (let k = 1.0; k <= 30; k++) {
      term *= ((2 * k - 1) * (2 * k - 1) - 4 * order) / (8 * k * t);
      sum += term;
    }
    const root = NativeMath.exp(t * 0.5);
    y = root / NativeMath.sqrt(2 * PI * t) * sum * root;
  }
  return order != 0 ? copysign(y, x) : y;
}

/** Winitzki's approximation, good to 0.2 %, and two of Halley's steps on erf, or on erfc where that does not cancel. */
export function erfinv(y: f64): f64 {
  const t = abs(y);
  if (!(t < 1)) return t == 1 ? copysign(Infinity, y) : NaN;
  const log = t < 0.5 ? NativeMath.log1p(-t * t) : NativeMath.log((1 - t) * (1 + t));
  const h = 4.330746750799873 + log * 0.5, q = log / -0.147;
  let x = NativeMath.sqrt(q / (NativeMath.sqrt(h * h + q) + h));
  for (let i = 0; i < 2; i++) {
    const excess = t < 0.5 ? erf(x) - t : 1 - t - erfc(x);
    const d = excess * 0.886226925452758 * NativeMath.exp(x * x);
    x -= d / (1 + x * d);
  }
  return copysign(x, y);
}

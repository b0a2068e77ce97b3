// float64 erf and erfc, by the rational approximations of Sun's fdlibm (s_erf.c), five intervals of |x|. 1 ulp.

/** Horner's rule over n coefficients at c, lowest power first. */
function polynomial(x: f64, c: usize, n: i32): f64 {
  let p = c + ((<usize>n) << 3) - 8;
  let y = load<f64>(p);
  while (p > c) {
    p -= 8;
    y = y * x + load<f64>(p);
  }
  return y;
}

const ERX: f64 = 8.45062911510467529297e-01;
const EFX: f64 = 1.28379167095512586316e-01;

// erf on [0, 0.84375].
const PP = memory.data<f64>([
  1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03, -2.37630166566501626084e-05,
]);
const QQ = memory.data<f64>([
  1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03, 1.32494738004321644526e-04, -3.96022827877536812320e-06,
]);
// erf on [0.84375, 1.25], around erf(1).
const PA = memory.data<f64>([
  -2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01, -1.10894694282396677476e-01,
  3.54783043256182359371e-02, -2.16637559486879084300e-03,
]);
const QA = memory.data<f64>([
  1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02, 1.26171219808761642112e-01, 1.36370839120290507362e-02,
  1.19844998467991074170e-02,
]);
// erfc on [1.25, 1/0.35], in 1/x^2.
const RA = memory.data<f64>([
  -9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01, -1.62396669462573470355e+02,
  -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00,
]);
const SA = memory.data<f64>([
  1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02, 6.45387271733267880336e+02, 4.29008140027567833386e+02,
  1.08635005541779435134e+02, 6.57024977031928170135e+00, -6.04244152148580987438e-02,
]);
// erfc on [1/0.35, 28], in 1/x^2.
const RB = memory.data<f64>([
  -9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02, -6.37566443368389627722e+02,
  -1.02509513161107724954e+03, -4.83519191608651397019e+02,
]);
const SB = memory.data<f64>([
  1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03, 3.19985821950859553908e+03, 2.55305040643316442583e+03,
  4.74528541206955367215e+02, -2.24409524465858183362e+01,
]);

/** erf(x) / x - 1 for |x| < 0.84375. */
function erfNear(x: f64): f64 {
  const z = x * x;
  return polynomial(z, PP, 5) / polynomial(z, QQ, 6);
}

/** erf(t) - ERX for 0.84375 <= t < 1.25. */
function erfMiddle(t: f64): f64 {
  const s = t - 1;
  return polynomial(s, PA, 7) / polynomial(s, QA, 7);
}

/** erfc(t) for 1.25 <= t: e^(-t^2 - 0.5625 + R/S) / t, the square split so that its rounding does not count. */
function erfcFar(t: f64): f64 {
  if (t >= 28) return 0;
  const s = 1 / (t * t);
  const ratio = t < 1 / 0.35 ? polynomial(s, RA, 8) / polynomial(s, SA, 9) : polynomial(s, RB, 7) / polynomial(s, SB, 8);
  const z = reinterpret<f64>(reinterpret<u64>(t) & 0xffffffff00000000);
  return NativeMath.exp(-z * z - 0.5625) * NativeMath.exp((z - t) * (z + t) + ratio) / t;
}

export function erf(x: f64): f64 {
  const t = abs(x);
  if (t < 0.84375) return t < 3.7252902984619140625e-09 ? x + EFX * x : x + x * erfNear(x);
  if (isNaN(x)) return x;
  const y = t < 1.25 ? ERX + erfMiddle(t) : t < 6 ? 1 - erfcFar(t) : 1;
  return copysign(y, x);
}

export function erfc(x: f64): f64 {
  const t = abs(x);
  if (t < 0.84375) {
    if (x < 0.25) return 1 - (x + x * erfNear(x));
    return 0.5 - (x - 0.5 + x * erfNear(x));
  }
  if (isNaN(x)) return x;
  if (t < 1.25) return x > 0 ? 1 - ERX - erfMiddle(t) : 1 + (ERX + erfMiddle(t));
  return x > 0 ? erfcFar(t) : 2 - erfcFar(t);
}

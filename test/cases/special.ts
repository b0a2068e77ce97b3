// Elementary and special functions, remainders, tests of numbers, blends.
import { ArgumentError, DTypeError } from '../../src/core/errors.js';
import * as ops from '../../src/ops/index.js';
import * as specials from '../../src/ops/special.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import * as gamma from './gamma.js';
import { each } from './grid.js';
import { binary, type Elementwise, fails, inPlace, input, numeric, type Row, row, unary, variant, whole } from './row.js';
import * as truth from './truth.js';

const ints = whole('int32', [2], [3, 0]);
const bool = whole('bool', [2], [0, 1]);
const nothing = { differentiable: false, ulp: 0 } as const;
const inner: Elementwise = { range: [-0.95, 0.95] };
const usual = [Number.NaN, Infinity, -Infinity, 0, -0, 0.5, -0.5].map((x) => [x]);

const tan = unary(ops.tan, Math.tan, { range: [-1.4, 1.4], special: [NaN, Infinity, 0, -0, 1e-30].map((x) => [x]) });
const asin = unary(ops.asin, Math.asin, inner);
const acos = unary(ops.acos, Math.acos, inner);
const atan = unary(ops.atan, Math.atan);
const sinh = unary(ops.sinh, Math.sinh);
const cosh = unary(ops.cosh, Math.cosh);
const asinh = unary(ops.asinh, Math.asinh);
const acosh = unary(ops.acosh, Math.acosh, { range: [1.1, 5] });
const atanh = unary(ops.atanh, Math.atanh, inner);
const exp2 = unary(ops.exp2, (x) => 2 ** x);
const expm1 = unary(ops.expm1, Math.expm1);
const log1p = unary(ops.log1p, Math.log1p, { range: [-0.9, 5] });
const log2 = unary(ops.log2, Math.log2, { range: [0.05, 20] });
const log10 = unary(ops.log10, Math.log10, { range: [0.05, 20] });
const erfc = unary(ops.erfc, truth.erfc, { ulp: 64 });
const erfinv = unary(ops.erfinv, gamma.erfinv, { ...inner, ulp: 16, eps: 8, special: usual });
const lgamma = unary(ops.lgamma, gamma.lgamma, { range: [0.1, 9], eps: 256, special: usual });
const digamma = unary(ops.digamma, gamma.digamma, { range: [0.1, 9], eps: 64, special: usual });
const i0 = unary(ops.i0, (x) => gamma.besselI(0, x), { ulp: 16, special: usual });

const polygammaRow = row(
  [1, 2, 3].flatMap((n) => [
    variant(
      [input([5], [0.5, 5])],
      (x) => ops.polygamma(n, x),
      each((x) => gamma.polygamma(n, x)),
    ),
    variant(
      [input([33], [-3, 9])],
      (x) => x.polygamma(n),
      each((x) => gamma.polygamma(n, x)),
    ),
  ]),
  {
    tolerance: { ulp: 64, eps: 1024 },
    exact: true,
    errors: [fails([input([2])], (x) => ops.polygamma(-1, x), ArgumentError, /does not support negative n/)],
  },
);
const multi = (x: number, p: number): number => {
  let sum = ((p * (p - 1)) / 4) * Math.log(Math.PI);
  for (let i = 0; i < p; i++) sum += gamma.lgamma(x - i / 2);
  return sum;
};
const mvlgamma = row(
  [1, 3].map((p) =>
    variant(
      [input([5], [2, 9])],
      (x) => ops.mvlgamma(x, p),
      each((x) => multi(x, p)),
    ),
  ),
  { tolerance: { ulp: 8, eps: 512 }, errors: [fails([input([2])], (x) => ops.mvlgamma(x, 0), ArgumentError, /p has to be greater than or equal to 1/)] },
);

const sinc = unary(ops.sinc, (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)), { ulp: 16, eps: 8, special: [[0], [-0], [NaN], [0.5]] });
const logit = unary(ops.logit, (x) => Math.log(x / (1 - x)), { range: [0.1, 0.9], eps: 16, special: [[NaN], [0], [1], [-1], [2]] });
const logit_ = inPlace(ops.logit_, logit);
const degrees = { ulp: 4 } as const;
const deg2rad = unary(ops.deg2rad, (x) => (x * Math.PI) / 180, degrees);
const rad2deg = unary(ops.rad2deg, (x) => (x * 180) / Math.PI, { ...degrees, special: usual });
const frac = unary(ops.frac, (x) => x - Math.trunc(x), {
  range: [-9, 9],
  kinks: Array.from({ length: 19 }, (_, i) => i - 9),
  special: [[NaN], [1.5], [-1.5]],
  errors: [fails([ints], (x) => ops.frac(x), DTypeError, /floating point/)],
});

const atan2 = binary(ops.atan2, Math.atan2, { range: [0.5, 3], range2: [-3, -0.5] });
const hypot = binary(ops.hypot, Math.hypot, { range: [0.5, 3] });
const divided: Elementwise = {
  range: [5, 5.9],
  range2: [1.6, 1.9],
  ulp: 4,
  eps: 4,
  special: [
    [5, 3],
    [-5, 3],
    [5, -3],
    [-5, -3],
    [NaN, 1],
    [Infinity, 2],
  ],
};
const byZero = (call: (a: Tensor, b: Tensor) => Tensor) => [
  fails([ints, ints], (a, b) => call(a, b), ArgumentError, /ZeroDivisionError/),
  fails([bool, bool], (a, b) => call(a, b), DTypeError, /bool/),
];
const fmod = binary(ops.fmod, (a, b) => a % b, { ...divided, errors: byZero(ops.fmod) });
const remainder = binary(ops.remainder, truth.modulo, { ...divided, errors: byZero(ops.remainder) });
const floorDivide = binary(ops.floorDivide, (a, b) => Math.floor(a / b), {
  ...divided,
  range: [5.9, 6.1],
  range2: [1.6, 1.9],
  special: [[5, 3], [-5, 3], [5, -3], [NaN, 1], [1, 0.1].map(Math.fround)].slice(0, 4),
  errors: byZero(ops.floorDivide),
});
const ordered: Elementwise = { range: [1, 2], range2: [-2, 0.5], ulp: 8, eps: 8 };
const sumOfLogs = (base: number) => (a: number, b: number) =>
  a === b ? a + Math.log(2) / Math.log(base) : Math.max(a, b) + Math.log1p(base ** -Math.abs(a - b)) / Math.log(base);
const logaddexp = binary(ops.logaddexp, sumOfLogs(Math.E), {
  ulp: 8,
  eps: 8,
  special: [
    [NaN, 1],
    [0, 0],
    [-Infinity, -Infinity],
    [Infinity, 1],
  ],
});
const logaddexp2 = binary(ops.logaddexp2, sumOfLogs(2), {
  ulp: 8,
  eps: 8,
  special: [
    [NaN, 1],
    [0, 0],
    [Infinity, Infinity],
  ],
});
const fmax = binary(ops.fmax, (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b)), {
  ...ordered,
  dtypes: numeric,
  special: [
    [NaN, 1],
    [1, NaN],
    [NaN, NaN],
  ],
});
const fmin = binary(ops.fmin, (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b)), {
  ...ordered,
  dtypes: numeric,
  special: [
    [NaN, 1],
    [1, NaN],
    [2, 3],
  ],
});
const negative = (x: number): boolean => x < 0 || Object.is(x, -0);
const copysign = binary(ops.copysign, (a, b) => (negative(b) ? -Math.abs(a) : Math.abs(a)), {
  ...ordered,
  range: [0.5, 2],
  special: [
    [0, -1],
    [-0, 2],
    [3, -0],
  ],
  differentiable: false,
});
const times = (f: (y: number) => number) => (x: number, y: number) => (x === 0 && !Number.isNaN(y) ? 0 : x * f(y));
const xlogy = binary(ops.xlogy, times(Math.log), {
  range: [0.5, 2],
  ulp: 8,
  eps: 4,
  special: [
    [0, 0],
    [0, NaN],
    [0, Infinity],
    [2, -1],
  ],
  errors: [fails([], () => ops.xlogy(2, 3), ArgumentError, /at least one tensor/)],
});
const xlog1py = binary(specials.xlog1py as typeof ops.xlogy, times(Math.log1p), {
  range: [0.5, 2],
  ulp: 8,
  eps: 4,
  special: [
    [0, -1],
    [0, NaN],
  ],
});
const entr = unary(specials.entr, (x) => (x > 0 ? -x * Math.log(x) : x < 0 ? -Infinity : x), {
  range: [0.1, 3],
  ulp: 8,
  eps: 4,
  special: [[0], [-1], [NaN], [1]],
});
const ndtr = unary(specials.ndtr, (x) => truth.erfc(-x / Math.SQRT2) / 2, { ulp: 64, special: usual.slice(0, 5) });

const tests = { ...nothing, dtypes: numeric } as const;
const test = (call: (x: Tensor) => Tensor, f: (x: number) => boolean): Row => unary(call, (x) => Number(f(x)), tests);
const same: Elementwise = { ulp: 0, dtypes: numeric };
const sgn = unary(ops.sgn, (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), { ...same, kinks: [0] });
const nanToNum = row(
  [
    variant(
      [input([33])],
      (x) => ops.nanToNum(x),
      each((x) => x),
    ),
    variant(
      [input([4], [0, 1], { values: [NaN, Infinity, -Infinity, 2] })],
      (x) => ops.nanToNum(x, 7, 8, -8),
      each((x) => (Number.isNaN(x) ? 7 : Number.isFinite(x) ? x : 8 * Math.sign(x))),
    ),
  ],
  {
    tolerance: { ulp: 0 },
    gradients: [
      variant(
        [input([5])],
        (x) => ops.nanToNum(x),
        each((x) => x),
      ),
    ],
  },
);

const within = (a: number, b: number): number => Number(Math.abs(a - b) <= 0.1 + 0.01 * Math.abs(b));
const truthValue = (x: boolean, like: Tensor): Tensor => like.newFull([], Number(x));
const isclose = row([variant([[33], [33]], (a, b) => ops.isclose(a, b, { rtol: 0.01, atol: 0.1 }), each(within))], {
  tolerance: { ulp: 0 },
  gradients: false,
  errors: [
    fails([input([2]), ints], (a, b) => ops.isclose(a, b), DTypeError, /one dtype/),
    fails([input([2])], (a) => ops.isclose(a, a, -1), ArgumentError, /greater than or equal to zero/),
  ],
});
const all = (call: (a: Tensor, b: Tensor) => boolean, want: [number, number]): Row =>
  row(
    [
      variant(
        [[5]],
        (a) => truthValue(call(a, a), a),
        () => ({ shape: [], data: [want[0]] }),
      ),
      variant(
        [[5]],
        (a) => truthValue(call(a, a.add(1)), a),
        () => ({ shape: [], data: [want[1]] }),
      ),
    ],
    { tolerance: { ulp: 0 }, gradients: false },
  );

const lerp = row(
  [
    variant(
      [
        [2, 3],
        [2, 3],
      ],
      (a, b) => ops.lerp(a, b, 0.25),
      each((a, b) => a + 0.25 * (b - a)),
    ),
    variant(
      [[2, 3], [3], [2, 1]],
      (a, b, w) => ops.lerp(a, b, w),
      each((a, b, w) => a + w * (b - a)),
    ),
  ],
  { tolerance: { ulp: 4, eps: 8 }, errors: [fails([ints, ints], (a, b) => ops.lerp(a, b, 0.5), DTypeError, /floating point/)] },
);
const addcmul = row(
  [
    variant(
      [[2, 3], [3], [2, 1]],
      (x, a, b) => ops.addcmul(x, a, b, { value: 2 }),
      each((x, a, b) => x + 2 * a * b),
    ),
  ],
  { tolerance: { ulp: 4, eps: 8 } },
);
const addcdiv = row(
  [
    variant(
      [[2, 3], [3], input([2, 1], [1, 2])],
      (x, a, b) => ops.addcdiv(x, a, b, { value: 2 }),
      each((x, a, b) => x + (2 * a) / b),
    ),
  ],
  {
    tolerance: { ulp: 4, eps: 8 },
    errors: [fails([ints, ints], (a, b) => ops.addcdiv(a, a, b), DTypeError, /no longer supported/)],
  },
);
const floatPower = row(
  [
    variant(
      [input([5], [0.5, 2]), [5]],
      (a, b) => ops.floatPower(a, b),
      each((a, b) => a ** b),
    ),
  ],
  { tolerance: { ulp: 8 }, dtypes: ['float64'] },
);
const fill = row(
  [
    variant(
      [[2, 3], []],
      (x, v) => ops.fill(x, v),
      each((_x, v) => v),
    ),
    variant(
      [[4]],
      (x) => ops.fill(x, { value: 2 }),
      each(() => 2),
    ),
  ],
  { tolerance: { ulp: 0 } },
);

export const special = {
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  asinh,
  acosh,
  atanh,
  exp2,
  expm1,
  log1p,
  log2,
  log10,
  erfc,
  erfinv,
  lgamma,
  digamma,
  i0,
  mvlgamma,
  sinc,
  logit,
  logit_,
  deg2rad,
  rad2deg,
  frac,
  polygamma: polygammaRow,
  atan2,
  hypot,
  fmod,
  remainder,
  floorDivide,
  logaddexp,
  logaddexp2,
  fmax,
  fmin,
  copysign,
  xlogy,
  entr,
  ndtr,
  xlog1py,
  sgn,
  nanToNum,
  isclose,
  lerp,
  addcmul,
  addcdiv,
  floatPower,
  fill,
  isfinite: test(ops.isfinite, Number.isFinite),
  isinf: test(ops.isinf, (x) => Math.abs(x) === Infinity),
  isposinf: test(ops.isposinf, (x) => x === Infinity),
  isneginf: test(ops.isneginf, (x) => x === -Infinity),
  isreal: test(ops.isreal, () => true),
  signbit: unary(ops.signbit, (x) => Number(negative(x)), nothing),
  real: unary(ops.real, (x) => x, { ...same, differentiable: false }),
  positive: unary(ops.positive, (x) => x, { ...same, differentiable: false, errors: [fails([bool], (x) => ops.positive(x), DTypeError, /bool/)] }),
  allclose: all(ops.allclose, [1, 0]),
  equal: all(ops.equal, [1, 0]),
  tan_: inPlace(ops.tan_, tan),
  asin_: inPlace(ops.asin_, asin),
  acos_: inPlace(ops.acos_, acos),
  atan_: inPlace(ops.atan_, atan),
  sinh_: inPlace(ops.sinh_, sinh),
  cosh_: inPlace(ops.cosh_, cosh),
  asinh_: inPlace(ops.asinh_, asinh),
  acosh_: inPlace(ops.acosh_, acosh),
  atanh_: inPlace(ops.atanh_, atanh),
  exp2_: inPlace(ops.exp2_, exp2),
  expm1_: inPlace(ops.expm1_, expm1),
  log1p_: inPlace(ops.log1p_, log1p),
  log2_: inPlace(ops.log2_, log2),
  log10_: inPlace(ops.log10_, log10),
  erfc_: inPlace(ops.erfc_, erfc),
  erfinv_: inPlace(ops.erfinv_, erfinv),
  lgamma_: inPlace(ops.lgamma_, lgamma),
  digamma_: inPlace(ops.digamma_, digamma),
  i0_: inPlace(ops.i0_, i0),
  mvlgamma_: row(
    [
      variant(
        [input([5], [2, 9])],
        (x) => ops.mvlgamma_(x.clone(), 3),
        each((x) => multi(x, 3)),
      ),
    ],
    { tolerance: mvlgamma.tolerance },
  ),
  polygamma_: row(
    [
      variant(
        [input([5], [0.5, 5])],
        (x) => x.clone().polygamma_(2),
        each((x) => gamma.polygamma(2, x)),
      ),
    ],
    { tolerance: polygammaRow.tolerance },
  ),
  sinc_: inPlace(ops.sinc_, sinc),
  deg2rad_: inPlace(ops.deg2rad_, deg2rad),
  rad2deg_: inPlace(ops.rad2deg_, rad2deg),
  frac_: inPlace(ops.frac_, frac),
  atan2_: inPlace(ops.atan2_, atan2),
  hypot_: inPlace(ops.hypot_, hypot),
  fmod_: inPlace(ops.fmod_, fmod),
  remainder_: inPlace(ops.remainder_, remainder),
  floorDivide_: inPlace(ops.floorDivide_, floorDivide),
  copysign_: inPlace(ops.copysign_, copysign),
  xlogy_: inPlace(ops.xlogy_, xlogy),
  sgn_: inPlace(ops.sgn_, sgn),
  nanToNum_: row(
    [
      variant(
        [input([5])],
        (x) => ops.nanToNum_(x.clone()),
        each((x) => x),
      ),
    ],
    { tolerance: { ulp: 0 } },
  ),
  lerp_: row(
    [
      variant(
        [
          [2, 3],
          [2, 3],
        ],
        (a, b) => ops.lerp_(a.clone(), b, 0.25),
        each((a, b) => a + 0.25 * (b - a)),
      ),
    ],
    { tolerance: lerp.tolerance },
  ),
  addcmul_: row(
    [
      variant(
        [[2, 3], [3], [3]],
        (x, a, b) => ops.addcmul_(x.clone(), a, b),
        each((x, a, b) => x + a * b),
      ),
    ],
    { tolerance: addcmul.tolerance },
  ),
  addcdiv_: row(
    [
      variant(
        [[2, 3], [3], input([3], [1, 2])],
        (x, a, b) => ops.addcdiv_(x.clone(), a, b),
        each((x, a, b) => x + a / b),
      ),
    ],
    { tolerance: addcdiv.tolerance },
  ),
};

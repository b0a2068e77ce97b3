// THE table: every kernel, the dtypes it exists for and its parameters. TypeScript's kernel types, the words that the addon's own C++ types are
// compared with and the exports that the WASM module must have all derive from it. A row `exp: ['f32 f64', ...]` stands for the kernels exp_f32 and
// exp_f64; a row with no dtypes is one kernel of that name. Names are the same in all three languages.
//
// Parameter kinds: r buffer read, w buffer written, u buffer read and written, i integer, f number, v vector of integers.
//
// Conventions that hold for every row:
// - Buffers never overlap, except that an elementwise output may be exactly one of its inputs (same address, same strides).
// - Sizes may be 0: then nothing is read or written, except that a reduction over 0 elements writes its identity (or NaN where it has none).
// - Elementwise kernels take `nd` rows in `dims`, outermost first, each [size, stride of every buffer operand in the order of the row]; strides are in elements
//   and may be 0 (broadcast) or negative. nd = 0 means exactly one element. The caller has dropped sizes of 1 and merged rows that can be merged.
// - Reductions take a contiguous x seen as (outer, r, inner) and reduce r: y is a contiguous (outer, inner).
// - Indices that a kernel writes are i64 if `wide`, else i32. Callers ask for wide ones where a size is past 2^31 - 1.
// - In WebAssembly integers are 32 bits: larger ones, loops over as many elements and such tensors are refused before a kernel
//   runs (kernels/wasm.ts), and `wide` is 0.
// - NaN: arithmetic propagates it; maximum, minimum, amax, amin, clamp, relu and the arg reductions let it win; comparisons are false except ne.
// - A float32 transcendental is within 4 ulp of the float64 truth over the whole range unless its row says otherwise; a float64 one within 4 ulp of libm.
// - Integer arithmetic wraps around.

const F = 'f32 f64';
const N = 'f32 f64 i32 i64 u8';
const unary = 'x:r y:w nd:i dims:v';
const binary = 'a:r b:r y:w nd:i dims:v';
const reduce = 'x:r y:w outer:i r:i inner:i';
const conv = 'n:i groups:i c:i h:i w:i o:i oh:i ow:i kh:i kw:i sh:i sw:i ph:i pw:i dh:i dw:i';

export const contract = {
  // Filling and moving ------------------------------------------------------------------------------------------------------------------------------
  /** y = value. */
  fill: [N, 'y:w value:f nd:i dims:v'],
  /** y[i] = start + i * step, computed in float64 (int64: in integers) and rounded once. y contiguous of n. */
  arange: [N, 'y:w start:f step:f n:i'],
  /**
   * y = x converted; dtype codes: 0 f32, 1 f64, 2 i32, 3 i64, 4 u8, 5 bool (x != 0). from = to copies, and is the strided copy. Floats truncate towards zero; NaN and
   * out-of-range give the smallest integer (i32, i64); to u8 wraps modulo 256 through i64.
   */
  cast: ['', 'x:r y:w from:i to:i nd:i dims:v'],
  /** y = c ? a : b; c is u8. */
  where: [N, 'c:r a:r b:r y:w nd:i dims:v'],
  /** y[...] = x[... + idx[...] * sdim]: rows [size, x, idx, y] strides; idx is i64 and in range. Serves gather, index_select and embedding (idx stride 0). */
  gather: [N, 'x:r idx:r y:w sdim:i nd:i dims:v'],
  /** y[... + idx[...] * sdim] += x[...]: rows [size, x, idx, y] strides; in row-major order of the rows, so deterministic. */
  scatter_add: [N, 'x:r idx:r y:u sdim:i nd:i dims:v'],
  /** y[... + idx[...] * sdim] = x[...]: rows as scatter_add; the last write in row-major order wins. */
  scatter: [N, 'x:r idx:r y:u sdim:i nd:i dims:v'],
  /** y[... + idx[...] * sdim] = y combined with x: how 0 their product, 1 the larger, 2 the smaller (NaN wins); rows and order as scatter_add. */
  scatter_reduce: [N, 'x:r idx:r y:u how:i sdim:i nd:i dims:v'],
  /** idx, y i64 contiguous of n: y = idx < 0 && wrap ? idx + size : idx; bad (one i64) = the first i whose index is out of [0, size) after that, or -1. May alias. */
  wrap_index: ['', 'idx:r y:w bad:w n:i size:i wrap:i'],

  // Elementwise, one operand ------------------------------------------------------------------------------------------------------------------------
  neg: [N, unary],
  abs: [N, unary],
  /** -1, 0 or 1; 0 for NaN, as PyTorch has it. */
  sign: [N, unary],
  /** 0 where x < 0, else x: NaN stays, and so does -0, as in PyTorch. */
  relu: [N, unary],
  exp: [F, unary],
  log: [F, unary],
  /** Correctly rounded. */
  sqrt: [F, unary],
  /** 1 / sqrt(x). */
  rsqrt: [F, unary],
  sin: [F, unary],
  cos: [F, unary],
  floor: [F, unary],
  ceil: [F, unary],
  /** Half to even. */
  round: [F, unary],
  trunc: [F, unary],
  erf: [F, unary],
  /** 1 / (1 + exp(-x)). */
  sigmoid: [F, unary],
  tanh: [F, unary],
  /** x * Phi(x) = x/2 * (1 + erf(x / sqrt 2)), within 4 ulp or 1e-7 absolute. */
  gelu: [F, unary],
  /** x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))), bound as gelu. */
  gelu_tanh: [F, unary],
  /** x * sigmoid(x). */
  silu: [F, unary],
  /** x * beta > threshold ? x : log1p(exp(x * beta)) / beta. */
  softplus: [F, 'x:r y:w beta:f threshold:f nd:i dims:v'],
  /** min(max(x, lo), hi): NaN in x stays, a NaN bound makes all NaN, lo > hi gives hi. */
  clamp: [N, 'x:r y:w lo:f hi:f nd:i dims:v'],

  tan: [F, unary],
  asin: [F, unary],
  acos: [F, unary],
  atan: [F, unary],
  sinh: [F, unary],
  cosh: [F, unary],
  asinh: [F, unary],
  /** NaN below 1. */
  acosh: [F, unary],
  atanh: [F, unary],
  exp2: [F, unary],
  expm1: [F, unary],
  log1p: [F, unary],
  log2: [F, unary],
  log10: [F, unary],
  /** 1 - erf(x), precise where it is small. */
  erfc: [F, unary],
  /** x with erf(x) = the operand; +-inf at +-1, NaN beyond. */
  erfinv: [F, unary],
  /** log |gamma(x)|, inf at 0, -1, -2, ... Bound: 4 ulp for x > 0; below 0 the error is that of the terms of the reflection formula, 1e-15 of the larger. */
  lgamma: [F, unary],
  /** d/dx log gamma(x): -inf at 0, inf at -0, NaN at -1, -2, ... Bound: 1e-15 of the largest term, so that it is absolute near the zeros. */
  digamma: [F, unary],
  /** The n-th derivative of digamma, n >= 0: (-1)^(n + 1) n! zeta(n + 1, x); at the poles that formula's infinity. Bound: as digamma. */
  polygamma: [F, 'x:r y:w n:i nd:i dims:v'],
  /** The modified Bessel function of the first kind of order 0 or 1. Bound: 1e-14 relative in float64. */
  bessel_i: [F, 'x:r y:w order:i nd:i dims:v'],
  /** x > 0 ? x : x * slope. */
  leaky_relu: [F, 'x:r y:w slope:f nd:i dims:v'],
  /** x <= 0 ? alpha * (exp(rate * x) - 1) : x, without cancellation. Bound: 6 ulp. */
  elu: [F, 'x:r y:w alpha:f rate:f nd:i dims:v'],
  /** x * tanh(log(1 + exp(x))). */
  mish: [F, unary],
  /** x * clamp(x + 3, 0, 6) / 6. */
  hardswish: [F, unary],

  // Elementwise, two operands -----------------------------------------------------------------------------------------------------------------------
  /** y = a + alpha * b (integers: alpha as an integer). Also subtraction, with alpha = -1. */
  add: [N, 'a:r b:r y:w alpha:f nd:i dims:v'],
  mul: [N, binary],
  div: [F, binary],
  /** a ** b as C's pow; integers by repeated squaring, negative exponents give 0 (or +-1 for a base of +-1). Bound: 4 ulp (float32), libm (float64). */
  pow: [N, binary],
  atan2: [F, binary],
  /** sqrt(a * a + b * b) without overflow on the way; inf if either is, even beside NaN. */
  hypot: [F, binary],
  /** The remainder of a / b rounded towards zero, exact: the sign is a's. Integers: b = 0 gives 0; callers refuse it. */
  fmod: [N, binary],
  /** The remainder of a / b rounded down: the sign is b's. Integers: b = 0 gives 0. */
  remainder: [N, binary],
  /** a / b rounded down, also where a / b would round up to an integer; b = 0 gives a / b. Integers: b = 0 gives 0. */
  floor_div: [N, binary],
  maximum: [N, binary],
  minimum: [N, binary],
  /** Comparisons write u8 0 or 1. */
  eq: [N, binary],
  ne: [N, binary],
  lt: [N, binary],
  le: [N, binary],

  // Backward of the above: dx from dy and what was saved (a = dy, b = saved) ------------------------------------------------------------------------------
  /** 0 where y <= 0, else dy: where y is NaN, dy. */
  relu_bwd: [F, binary],
  /** dy * y * (1 - y). */
  sigmoid_bwd: [F, binary],
  /** dy * (1 - y * y). */
  tanh_bwd: [F, binary],
  /** dy * (Phi(x) + x * phi(x)). */
  gelu_bwd: [F, binary],
  /** dy * d/dx gelu_tanh(x). */
  gelu_tanh_bwd: [F, binary],
  /** dy * s * (1 + x * (1 - s)), s = sigmoid(x). */
  silu_bwd: [F, binary],
  /** x * beta > threshold ? dy : dy * sigmoid(x * beta). */
  softplus_bwd: [F, 'dy:r x:r dx:w beta:f threshold:f nd:i dims:v'],
  /** x > 0 ? dy : dy * slope. */
  leaky_relu_bwd: [F, 'a:r b:r y:w slope:f nd:i dims:v'],
  /** x <= 0 ? dy * alpha * rate * exp(rate * x) : dy. */
  elu_bwd: [F, 'a:r b:r y:w alpha:f rate:f nd:i dims:v'],
  /** dy * d/dx mish(x). */
  mish_bwd: [F, binary],
  /** x < -3 ? 0 : x <= 3 ? dy * (x / 3 + 1/2) : dy. */
  hardswish_bwd: [F, binary],

  // Reductions --------------------------------------------------------------------------------------------------------------------------------------
  /** Blocked, never one long chain of float32 additions: partial sums over a fixed block, then float64. Empty: 0. */
  sum: ['f32 f64 i64', reduce],
  /** sum / r, rounded once. Empty: NaN. */
  mean: [F, reduce],
  /** Empty: 1. */
  prod: ['f32 f64 i64', reduce],
  /** r > 0. */
  amax: [N, reduce],
  /** r > 0. */
  amin: [N, reduce],
  /** y: the first index of the maximum, or of the first NaN; r > 0. */
  argmax: [N, 'x:r y:w wide:i outer:i r:i inner:i'],
  argmin: [N, 'x:r y:w wide:i outer:i r:i inner:i'],
  /** sum((x - mean)^2) / divisor in float64, the mean 0 if not centred, or the root of it; division as IEEE (0/0 NaN, x/0 inf). */
  squares: [F, 'x:r y:w divisor:f centred:i root:i outer:i r:i inner:i'],
  /** log(sum(exp(x))), shifted by the maximum; all -inf gives -inf; empty -inf. */
  logsumexp: [F, reduce],
  /** y is (outer, r, inner) too; rows along r sum to 1. */
  softmax: [F, reduce],
  log_softmax: [F, reduce],
  /** dx = y * (dy - sum(dy * y)). */
  softmax_bwd: [F, 'dy:r y:r dx:w outer:i r:i inner:i'],
  /** dx = dy - exp(y) * sum(dy). */
  log_softmax_bwd: [F, 'dy:r y:r dx:w outer:i r:i inner:i'],
  /**
   * x is (outer, groups, inner); a group is all that has one index in the middle, and element e has channel e / span % channels. z = (x - mean) / sqrt(variance + eps) by the moments of
   * its group, or by mean 0 and the mean square if not centred; y = z * weight[channel] + bias[channel], each if there is one. mean, variance (float64): groups; of nothing they are NaN. A run of
   * inner elements is pieces of span with a channel each: inner / span divides channels, channels divide groups * (inner / span), and there is one piece a run where outer > 1.
   */
  standardize: [F, 'x:r weight:r bias:r y:w mean:w variance:w weighted:i biased:i centred:i eps:f outer:i groups:i inner:i channels:i span:i'],
  /**
   * dx, with g = dy * weight[channel]: (g - mean(g) - z * mean(g * z)) / sqrt(variance + eps), without mean(g) if not centred. If learnt, dweight and dbias (blocks, channels): dy * z and dy,
   * summed over each channel of `block` samples; a sample is groups that have all channels together.
   */
  standardize_bwd: [
    F,
    'dy:r x:r mean:r variance:r weight:r dx:w dweight:w dbias:w weighted:i learnt:i centred:i eps:f outer:i groups:i inner:i channels:i span:i block:i',
  ],

  // Matrix product ----------------------------------------------------------------------------------------------------------------------------------
  /**
   * For each of nb batches: c = alpha * a b + beta * c, a (m, k), b (k, n), c (m, n). Element (i, j) of a is at i*rsa + j*csa, of b likewise; row stride of c is rsc, its
   * column stride 1; sa, sb, sc step from batch to batch (0: shared). Any strides, so transposes cost no copy. beta = 0 never reads c; k = 0 gives beta * c.
   * Products of at most 4096 multiplications that are no matrix times vector sum float32 in float64.
   */
  gemm: ['f32 f64 i64', 'a:r b:r c:u m:i n:i k:i rsa:i csa:i rsb:i csb:i rsc:i nb:i sa:i sb:i sc:i alpha:f beta:f'],

  // Convolution and pooling: contiguous, images as (n, channels, height, width) -----------------------------------------------------------------------------------
  /**
   * x (n, groups*c, h, w), k (groups*o, c, kh, kw), y (n, groups*o, oh, ow): y[.., oy, ox] = b + sum over c, i, j of k[.., i, j] x[.., oy*sh - ph + i*dh, ox*sw - pw + j*dw],
   * where x outside is 0 (times an infinite k that is NaN); channels of a group see their own group only. b (groups*o) is read if biased. The three are linear and each other's adjoints.
   */
  conv: [F, `x:r k:r b:r y:w biased:i ${conv}`],
  /** dx = the adjoint of conv in x applied to dy: transposed convolution. Nothing is outside of dy: an infinite k times nothing is nothing. */
  conv_bwd_input: [F, `dy:r k:r dx:w ${conv}`],
  /** dk = the adjoint of conv in k applied to dy, summed over the images. */
  conv_bwd_weight: [F, `dy:r x:r dk:w ${conv}`],
  /**
   * x (planes, h, w), y and idx (planes, oh, ow): the maximum over rows [begin, end) in steps of dh and columns likewise in steps of dw, and its place in the plane (i64);
   * NaN wins. rows (oh, 2) and cols (ow, 2) are i32, inside the plane; the first of equals; an empty window gives -inf and its beginning.
   */
  max_pool: [F, 'x:r rows:r cols:r y:w idx:w planes:i h:i w:i oh:i ow:i dh:i dw:i'],
  /**
   * x (outer, nx, inner), y (outer, ny, inner): y[i] = sum over t in [starts[i], starts[i + 1]) of weight[t] * x[idx[t]], a sparse matrix along one dim; starts (ny + 1)
   * and idx are i32, weight has x's dtype. Serves averages over windows and interpolation, and with the transposed matrix their gradients.
   */
  resample: [F, 'x:r starts:r idx:r weight:r y:w outer:i nx:i ny:i inner:i'],
  // Scans, sorting, searching -------------------------------------------------------------------------------------------------------------------------
  /** y (outer, r, inner): running sums along r, continued in float64 (int64: in integers) and rounded once per element; y may be x. */
  cumsum: ['f32 f64 i64', reduce],
  cumprod: ['f32 f64 i64', reduce],
  /** log(sum(exp(x[0..k]))), in float64; all -inf gives -inf. Bound (float64): 3 epsilons at 100 terms of either sign around 0. */
  logcumsumexp: [F, reduce],
  /** y[k] = x[k] + a[k] * y[k - 1], in float64. */
  recurrence: [F, 'a:r x:r y:w outer:i r:i inner:i'],
  /** The best so far and its index: of ties the last. NaN wins and stays. */
  cummax: [N, 'x:r y:w places:w wide:i outer:i r:i inner:i'],
  cummin: [N, 'x:r y:w places:w wide:i outer:i r:i inner:i'],
  /**
   * Each of the rows of n sorted, stable, with the indices that the values come from; NaN counts as largest, -0 as 0.
   * scratch: (rows * n * (size of an index) rounded up to 8) + rows * n * (size of an element) bytes.
   */
  sort: [N, 'x:r y:w places:w scratch:w wide:i rows:i n:i descending:i'],
  /** y (rows, m): how many elements of the sorted row a (rows, n; or one row, if shared) are < x, or <= x if right. For NaN: n. */
  searchsorted: [N, 'a:r x:r y:w wide:i rows:i n:i m:i shared:i right:i'],

  // Factorisations: nb row-major matrices -----------------------------------------------------------------------------------------------------------------
  /** a (m, n) becomes L (unit diagonal, below) and U, rows exchanged for the largest pivot; pivots i32: row k was exchanged with pivots[k] - 1; info i32: the first zero pivot, from 1. */
  lu: [F, 'a:u pivots:w info:w nb:i m:i n:i'],
  /** a (n, n), of which the lower triangle is read, becomes L with a = L L^T and zeros above; info i32: the order of the first minor that is not positive, or 0. */
  cholesky: [F, 'a:u info:w nb:i n:i'],
  /** b (n, k) becomes the x of a x = b for a triangle of a; a's element (i, j) is at i*rsa + j*csa, its batches sa apart; unit: its diagonal counts as 1. */
  solve_triangular: [F, 'a:r b:u nb:i n:i k:i rsa:i csa:i sa:i upper:i unit:i'],
  /**
   * a (m, n) = u diag(s) vt with q = min(m, n) singular values, falling, and LAPACK's signs: u (m, q) and vt (q, n), or (m, m) and (n, n) if full. scratch: with p = max(m, n) and h =
   * full ? p : q, nb * (p q + 3 q q + 2 h p + 4 p + q) elements.
   */
  svd: ['f64', 'a:r u:w s:w vt:w scratch:w nb:i m:i n:i full:i'],

  // Recurrent cells: contiguous, one step -----------------------------------------------------------------------------------------------------------------
  /**
   * z (rows, 4 * hidden) holds i f g o before their activations and becomes sigmoid(i), sigmoid(f), tanh(g), sigmoid(o); c (rows, hidden) becomes f * c + i * g, and
   * y = o * tanh(c).
   */
  lstm_cell: [F, 'z:u c:u y:w rows:i hidden:i'],
  /** From the gradients dh of y and dc of the new c: dz of z before its activations, and dc becomes that of c, the state before the step; z is as lstm_cell left it. */
  lstm_cell_bwd: [F, 'z:r c:r dh:r dc:u dz:w rows:i hidden:i'],
  /**
   * z and a (rows, 3 * hidden) hold the input's and the state's parts of r u n: z becomes r = sigmoid(z + a), u = sigmoid(z + a), n = tanh(z + r * a), and
   * y = n + u * (h - n).
   */
  gru_cell: [F, 'z:u a:r h:r y:w rows:i hidden:i'],
  /** From the gradient dh of y: dz and da of both parts, and dh becomes the part of the state's gradient that y's formula gives; z is as gru_cell left it. */
  gru_cell_bwd: [F, 'z:r a:r h:r dh:u dz:w da:w rows:i hidden:i'],

  // Random numbers: contiguous of n; state (625 i32) is an mt19937's 624 untempered words and how many of them were handed out ---------------------------------------------
  /** y = u * scale + from, rounded once (but for float64 in WASM, where a tie by chance may miss); u the low 24 (float32: one word) or 53 (float64: two, high half first) bits. */
  uniform: [F, 'state:u y:w n:i scale:f from:f'],
  /** y = value where 53 bits, as uniform's, times 2^-53 are below p, 0 <= p <= 1; else 0. */
  bernoulli: [N, 'state:u y:w n:i p:f value:f'],
  /**
   * Of each 16 float32 uniforms u, v = y[j], y[j + 8] become sqrt(-2 log(1 - u)) cos(2 pi v) * std + mean, and the same with sin; n a multiple of 16. Rounded where PyTorch's AVX2
   * kernel rounds: the same bits.
   */
  box_muller: ['', 'y:u n:i mean:f std:f'],

  // Optimizers: contiguous of n, in place ---------------------------------------------------------------------------------------------------------------
  /**
   * g' = (maximize ? -g : g) + decay * p; momentum != 0: m = first ? g' : momentum * m + (1 - dampening) * g', then g' = nesterov ? g' + momentum * m : m; p -= lr * g'.
   * m is not touched when momentum is 0.
   */
  sgd_step: [F, 'p:u g:r m:u n:i lr:f momentum:f dampening:f decay:f nesterov:i maximize:i first:i'],
  /**
   * PyTorch's Adam: g' = (maximize ? -g : g) + decay * p; m += (1 - beta1) * (g' - m); v = beta2 * v + (1 - beta2) * g'^2; p -= stepsize * m / (sqrt(v) / rootbias2 + eps).
   * stepsize = lr / (1 - beta1^t), rootbias2 = sqrt(1 - beta2^t); decoupled != 0 (AdamW): first p *= 1 - decoupled, with decay given as 0.
   */
  adam_step: [F, 'p:u g:r m:u v:u n:i stepsize:f beta1:f beta2:f eps:f rootbias2:f decay:f decoupled:f maximize:i'],
} as const;

// Types derived from the table --------------------------------------------------------------------------------------------------------------------------

type Words<S extends string> = S extends `${infer Head} ${infer Tail}` ? [Head, ...Words<Tail>] : S extends '' ? [] : [S];

type Parameter<P extends string> = P extends `${string}:v` ? readonly number[] : number;
type Parameters_<P extends readonly string[]> = P extends readonly [infer Head extends string, ...infer Tail extends readonly string[]]
  ? [Parameter<Head>, ...Parameters_<Tail>]
  : [];

export type Row = readonly [dtypes: string, parameters: string];
export type KernelName = keyof typeof contract;

/** The call of a row: addresses, integers and numbers as number, vectors as arrays of integers. */
export type Kernel<K extends KernelName> = (...args: Parameters_<Words<(typeof contract)[K][1]>>) => void;

/** Rows with dtypes: kernels by dtype code (core/dtype.ts), undefined where the row has no such dtype. Rows without: the kernel itself. */
export type KernelTable = {
  readonly [K in KernelName]: (typeof contract)[K][0] extends '' ? Kernel<K> : readonly Kernel<K>[];
};

/** Every kernel by its full name, with the word of its parameter kinds: `exp_f32` -> `rwiv`. */
export function kernelWords(): Map<string, string> {
  const words = new Map<string, string>();
  for (const [name, [dtypes, parameters]] of Object.entries<Row>(contract)) {
    const word = parameters
      .split(' ')
      .map((p) => p.slice(p.indexOf(':') + 1))
      .join('');
    if (dtypes === '') words.set(name, word);
    else for (const suffix of dtypes.split(' ')) words.set(`${name}_${suffix}`, word);
  }
  return words;
}

// PyTorch's CPU random numbers: the same seed draws the same bits, in the same order, as PyTorch 1.13 built without MKL (Debian's build; wheels with MKL draw
// bernoulli masks from another generator). Here are the generator, its single numbers, and the fills with integers; tensors are filled with floats by kernels (ops/draw.ts).
//
// Exact to the bit: uniform, randint, randperm, bernoulli, and normal in float32. Exact up to the rounding of log, sin and cos: normal in float64, exponential.

import type { TypedArray } from './dtype.js';
import { ArgumentError, FormatError, fail, show } from './errors.js';
import { exponentials, type FloatArray, low53, type NumberArray, remainderPairs, remainders, shuffle, TWO_32, TWO_PI } from './fills.js';
import { MersenneTwister, N } from './mt19937.js';

/** The seed of a PyTorch generator that nobody seeded. */
const DEFAULT_SEED = 67280421310721n;
const CHUNK = 2048;

// PyTorch's state as bytes (5056 of them), so that a generator's state travels both ways: seed u64, left i32, seeded i32, next u64, 624 words as u64, normal_x f64,
// normal_y f64 (the cached normal), normal_rho f64, normal_is_valid i32, and 12 bytes that the CPU generator leaves 0.
const STATE_BYTES = 5056;
const WORDS_AT = 24;
const NORMAL_AT = WORDS_AT + 8 * N + 8;
const NORMAL_VALID_AT = NORMAL_AT + 16;

/** An int64 array as pairs of int32, low word first: writing numbers needs no bigint. */
const int32Pairs = (y: BigInt64Array): Int32Array => new Int32Array(y.buffer, y.byteOffset, 2 * y.length);

/** The smallest and largest integer that randint may put into an array; a float array takes those that it holds without gaps. */
function integerBounds(y: TypedArray): [bigint, bigint] {
  if (y instanceof BigInt64Array) return [-(2n ** 63n), 2n ** 63n - 1n];
  if (y instanceof Float64Array) return [-(2n ** 53n), 2n ** 53n];
  if (y instanceof Float32Array) return [-(2n ** 24n), 2n ** 24n];
  if (y instanceof Int32Array) return [-(2n ** 31n), 2n ** 31n - 1n];
  return [0n, 255n];
}

function checkedInteger(op: string, role: string, value: number | bigint): bigint {
  if (typeof value === 'bigint') return value;
  if (!Number.isInteger(value)) fail(ArgumentError, op, `${role} an integer`, show(value));
  return BigInt(value);
}

/** The array to write small integers of 0 and above into, and the step from one element to the next; int64's high words become 0. */
const lowWords = (y: TypedArray): [NumberArray, stride: number] => (y instanceof BigInt64Array ? [int32Pairs(y.fill(0n)), 2] : [y, 1]);

export type { FloatArray };

export class Generator {
  private readonly engine = new MersenneTwister();
  private seedValue = DEFAULT_SEED;
  /** The engine's state, which kernels that fill a tensor take and put back. */
  readonly words = this.engine.state;
  /** Where the fills put the words that they consume, so that their loops touch typed arrays only. */
  private readonly chunk = new Uint32Array(CHUNK);
  /** Box-Muller makes normals in pairs; the second one waits here, in float64, for the next draw of fewer than 16. */
  private nextNormal: number | undefined;

  constructor() {
    this.manualSeed(DEFAULT_SEED);
  }

  /** Seeds with an integer from -2^63 to 2^64 - 1; a negative one counts from 2^64. Forgets the cached normal. */
  manualSeed(seed: number | bigint): this {
    const value = checkedInteger('manualSeed', 'seed', seed);
    if (value < -(2n ** 63n) || value >= 2n ** 64n) fail(ArgumentError, 'manualSeed', 'seed from -2^63 to 2^64 - 1', show(seed));
    this.seedValue = BigInt.asUintN(64, value);
    this.engine.seed(Number(BigInt.asIntN(32, value)));
    this.nextNormal = undefined;
    return this;
  }

  /** Seeds from the system's randomness and returns that seed, which is below 2^53. */
  seed(): number {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    const seed = (high & 0x1fffff) * TWO_32 + low;
    this.manualSeed(seed);
    return seed;
  }

  /** The seed last given or drawn; a bigint where a number would not be exact. */
  initialSeed(): number | bigint {
    return this.seedValue <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(this.seedValue) : this.seedValue;
  }

  /** The whole state in PyTorch's own layout: `torch.set_rng_state` takes these bytes. */
  getState(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    const { words } = this;
    const position = words[N];
    view.setBigUint64(0, this.seedValue, true);
    view.setInt32(8, N + 1 - position, true);
    view.setInt32(12, 1, true);
    view.setUint32(16, position, true);
    for (let k = 0; k < N; k++) view.setInt32(WORDS_AT + 8 * k, words[k], true);
    view.setFloat64(NORMAL_AT, this.nextNormal ?? 0, true);
    view.setInt32(NORMAL_VALID_AT, this.nextNormal === undefined ? 0 : 1, true);
    return bytes;
  }

  /** Takes what getState or torch.get_rng_state gave. */
  setState(state: Uint8Array): this {
    if (!(state instanceof Uint8Array) || state.length !== STATE_BYTES) {
      fail(FormatError, 'setState', `a Uint8Array of ${STATE_BYTES} bytes`, state instanceof Uint8Array ? `${state.length}` : show(state));
    }
    const view = new DataView(state.buffer, state.byteOffset, STATE_BYTES);
    const left = view.getInt32(8, true);
    const seeded = view.getInt32(12, true);
    if (seeded !== 1 || left < 1 || left > N) fail(FormatError, 'setState', `a seeded mt19937 with 1 to ${N} words left`, `seeded ${seeded}, left ${left}`);
    this.seedValue = view.getBigUint64(0, true);
    // Fresh from a seed PyTorch says left 1, next 0, which means the same as left 1, next 624.
    for (let k = 0; k < N; k++) this.words[k] = view.getInt32(WORDS_AT + 8 * k, true);
    this.words[N] = N + 1 - left;
    this.nextNormal = view.getInt32(NORMAL_VALID_AT, true) === 0 ? undefined : view.getFloat64(NORMAL_AT, true);
    return this;
  }

  /** 32 random bits. */
  random(): number {
    return this.engine.next();
  }

  /** 64 random bits; the high half is drawn first. */
  random64(): bigint {
    const high = this.engine.next();
    return (BigInt(high) << 32n) | BigInt(this.engine.next());
  }

  /** A float64 from [0, 1), in steps of 2^-53. */
  uniform64(): number {
    const high = this.engine.next();
    return low53(high, this.engine.next()) * 2 ** -53;
  }

  /** Draws `each` words for each of n elements and hands them over in chunks: use(words, first, end) for the elements from first to end. */
  private draw(n: number, each: 1 | 2, use: (words: Uint32Array, first: number, end: number) => void): void {
    const step = CHUNK / each;
    for (let first = 0; first < n; first += step) {
      const end = Math.min(n, first + step);
      this.engine.take(this.chunk, (end - first) * each);
      use(this.chunk, first, end);
    }
  }

  /** One standard normal in float64, every second one from the cache. */
  normal64(): number {
    const cached = this.nextNormal;
    if (cached !== undefined) {
      this.nextNormal = undefined;
      return cached;
    }
    const theta = TWO_PI * this.uniform64();
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform64()));
    this.nextNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }

  /**
   * Fills y with integers from [from, to). A range of 2^32 or more takes 64 bits an element, any other one 32; int32 and uint8 always 32. Float arrays take
   * bounds up to +-2^24 (float32) or +-2^53 (float64), beyond which PyTorch itself warns of the gaps.
   */
  randint<A extends TypedArray>(y: A, from: number | bigint, to: number | bigint): A {
    const low = checkedInteger('randint', 'from', from);
    const end = checkedInteger('randint', 'to', to);
    if (low >= end) fail(ArgumentError, 'randint', 'from < to', `from ${low} and to ${end}`);
    const [min, max] = integerBounds(y);
    if (low < min || end - 1n > max) fail(ArgumentError, 'randint', `from >= ${min} and to - 1 <= ${max}`, `from ${low} and to ${end}`);
    const range = end - low;
    const n = y.length;
    if (range >= 2n ** 32n && !(y instanceof Int32Array)) {
      if (y instanceof BigInt64Array) for (let i = 0; i < n; i++) y[i] = (this.random64() % range) + low;
      else for (let i = 0; i < n; i++) y[i] = Number((this.random64() % range) + low);
      return y;
    }
    const modulus = Number(range);
    const base = Number(low);
    if (!(y instanceof BigInt64Array)) {
      this.draw(n, 1, (w, first, end) => remainders(y, first, end, w, modulus, base));
    } else if (Number.isSafeInteger(base)) {
      const pairs = int32Pairs(y);
      this.draw(n, 1, (w, first, end) => remainderPairs(pairs, first, end, w, modulus, base));
    } else {
      for (let i = 0; i < n; i++) y[i] = (BigInt(this.engine.next()) % range) + low;
    }
    return y;
  }

  /** Fills y with a permutation of 0 .. n - 1: Fisher and Yates's shuffle from the front, 32 bits an element. */
  randperm<A extends TypedArray>(y: A): A {
    const n = y.length;
    const [, max] = integerBounds(y);
    if (BigInt(n) > max + 1n || n > 2 ** 31) fail(ArgumentError, 'randperm', `n at most ${max < 2n ** 31n ? max + 1n : 2n ** 31n} for this dtype`, `${n}`);
    const p = y instanceof Int32Array ? y : new Int32Array(n);
    for (let i = 0; i < n; i++) p[i] = i;
    this.draw(n - 1, 1, (w, first, end) => shuffle(p, first, end, w));
    const [out, stride] = lowWords(y);
    if (stride === 2) for (let i = 0; i < n; i++) out[2 * i] = p[i];
    else if (out !== p) out.set(p);
    return y;
  }

  /** Fills y with draws of density rate * exp(-rate * x): a float64 draw an element whatever y's dtype. */
  exponential<A extends FloatArray>(y: A, rate = 1): A {
    if (!(rate >= 0)) fail(ArgumentError, 'exponential_', 'lambda >= 0', show(rate));
    this.draw(y.length, 2, (w, first, end) => exponentials(y, first, end, w, -1 / rate));
    return y;
  }
}

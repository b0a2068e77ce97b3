// The Mersenne Twister mt19937 (Matsumoto and Nishimura 1998), seeded as PyTorch seeds it. The kernels that fill tensors draw from the same state.

export const N = 624;
const M = 397;
const MATRIX_A = 0x9908b0df | 0;
const UPPER = 0x80000000 | 0;
const LOWER = 0x7fffffff;

function temper(word: number): number {
  let y = word ^ (word >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}

export class MersenneTwister {
  /** The 624 untempered words of a block and, last, how many of them have been handed out: at 624 they are what the next block is made of. */
  readonly state = new Int32Array(N + 1);

  /** Only the low 32 bits of a seed matter, as in PyTorch. */
  seed(low32: number): void {
    const { state } = this;
    state[0] = low32;
    for (let j = 1; j < N; j++) {
      const previous = state[j - 1];
      state[j] = Math.imul(1812433253, previous ^ (previous >>> 30)) + j;
    }
    state[N] = N;
  }

  /** 32 random bits, as a number from 0 to 2^32 - 1. */
  next(): number {
    const { state } = this;
    if (state[N] === N) this.#refill();
    return temper(state[state[N]++]);
  }

  /** Writes the next `count` words to the front of `into`. */
  take(into: Uint32Array, count: number): void {
    const { state } = this;
    for (let done = 0; done < count; ) {
      if (state[N] === N) this.#refill();
      const position = state[N];
      const m = Math.min(count - done, N - position);
      for (let k = 0; k < m; k++) into[done + k] = temper(state[position + k]);
      state[N] = position + m;
      done += m;
    }
  }

  #refill(): void {
    const { state } = this;
    let u = state[0];
    for (let k = 0; k < N; k++) {
      const v = state[k < N - 1 ? k + 1 : 0];
      const mixed = ((u & UPPER) | (v & LOWER)) >>> 1;
      state[k] = state[k < N - M ? k + M : k + M - N] ^ mixed ^ (-(v & 1) & MATRIX_A);
      u = v;
    }
    state[N] = 0;
  }
}

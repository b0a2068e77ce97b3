// The Mersenne Twister mt19937 (Matsumoto and Nishimura 1998), seeded as PyTorch seeds it. A whole block of 624 words is generated and tempered at once, in
// Int32 arithmetic, so that drawing a word is one load.

export const N = 624;
const M = 397;
const MATRIX_A = 0x9908b0df | 0;
const UPPER = 0x80000000 | 0;
const LOWER = 0x7fffffff;

function temper(word: number): number {
  let y = word ^ (word >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >>> 18);
}

export class MersenneTwister {
  /** The untempered words. Between blocks (position = 624) they are what the next block is made of. */
  readonly words = new Int32Array(N);
  /** The words of this block as they are handed out. */
  private readonly block = new Uint32Array(N);
  /** How many words of the block have been handed out. */
  position = N;

  /** Only the low 32 bits of a seed matter, as in PyTorch. */
  seed(low32: number): void {
    const words = this.words;
    words[0] = low32;
    for (let j = 1; j < N; j++) {
      const previous = words[j - 1];
      words[j] = Math.imul(1812433253, previous ^ (previous >>> 30)) + j;
    }
    this.position = N;
  }

  /** Takes the words as the untempered current block, of which `position` have been handed out. */
  restore(words: ArrayLike<number>, position: number): void {
    this.words.set(words);
    for (let k = 0; k < N; k++) this.block[k] = temper(this.words[k]);
    this.position = position;
  }

  /** 32 random bits, as a number from 0 to 2^32 - 1. */
  next(): number {
    if (this.position === N) this.refill();
    return this.block[this.position++];
  }

  /** Writes the next `count` words to the front of `into`. */
  take(into: Uint32Array, count: number): void {
    for (let done = 0; done < count; ) {
      if (this.position === N) this.refill();
      const { block, position } = this;
      const m = Math.min(count - done, N - position);
      into.set(block.subarray(position, position + m), done);
      this.position = position + m;
      done += m;
    }
  }

  private refill(): void {
    const { words, block } = this;
    let u = words[0];
    for (let k = 0; k < N; k++) {
      const v = words[k < N - 1 ? k + 1 : 0];
      const mixed = ((u & UPPER) | (v & LOWER)) >>> 1;
      const word = words[k < N - M ? k + M : k + M - N] ^ mixed ^ (-(v & 1) & MATRIX_A);
      words[k] = word;
      block[k] = temper(word);
      u = v;
    }
    this.position = 0;
  }
}

// Free address ranges, sorted and coalesced: the coarse half of the heap. Best fit; the number of ranges stays small because exact sizes are reused above.

export class Runs {
  #start: number[] = [];
  #size: number[] = [];

  /** Takes `size` bytes from the smallest range that has them; -1 if none has. */
  take(size: number): number {
    const sizes = this.#size;
    let best = -1;
    for (let i = 0; i < sizes.length; i++) {
      if (sizes[i] >= size && (best < 0 || sizes[i] < sizes[best])) best = i;
    }
    if (best < 0) return -1;
    const start = this.#start[best];
    if (sizes[best] === size) this.#remove(best);
    else {
      this.#start[best] = start + size;
      sizes[best] -= size;
    }
    return start;
  }

  /** Takes exactly that range if it is free as a whole. */
  takeAt(start: number, size: number): boolean {
    const i = this.#indexFrom(start + 1) - 1;
    if (i < 0) return false;
    const before = start - this.#start[i];
    const after = this.#size[i] - before - size;
    if (after < 0) return false;
    this.#remove(i);
    if (before > 0) this.give(start - before, before);
    if (after > 0) this.give(start + size, after);
    return true;
  }

  /** How many bytes are free just before `end`. */
  freeBefore(end: number): number {
    const i = this.#indexFrom(end) - 1;
    return i >= 0 && this.#start[i] + this.#size[i] === end ? this.#size[i] : 0;
  }

  /** Gives a range back, merging it with its neighbours. */
  give(start: number, size: number): void {
    const starts = this.#start;
    const sizes = this.#size;
    const i = this.#indexFrom(start);
    const joinsLeft = i > 0 && starts[i - 1] + sizes[i - 1] === start;
    const joinsRight = i < starts.length && start + size === starts[i];
    if (joinsLeft) {
      sizes[i - 1] += size;
      if (joinsRight) {
        sizes[i - 1] += sizes[i];
        this.#remove(i);
      }
    } else if (joinsRight) {
      starts[i] = start;
      sizes[i] += size;
    } else {
      starts.splice(i, 0, start);
      sizes.splice(i, 0, size);
    }
  }

  #remove(i: number): void {
    this.#start.splice(i, 1);
    this.#size.splice(i, 1);
  }

  /** The first range that begins at `start` or later. */
  #indexFrom(start: number): number {
    let low = 0;
    let high = this.#start.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#start[middle] < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

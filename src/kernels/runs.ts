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
    if (sizes[best] === size) {
      this.#start.splice(best, 1);
      sizes.splice(best, 1);
    } else {
      this.#start[best] = start + size;
      sizes[best] -= size;
    }
    return start;
  }

  /** Gives a range back, merging it with its neighbours. */
  give(start: number, size: number): void {
    const starts = this.#start;
    const sizes = this.#size;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] < start) low = middle + 1;
      else high = middle;
    }
    const joinsLeft = low > 0 && starts[low - 1] + sizes[low - 1] === start;
    const joinsRight = low < starts.length && start + size === starts[low];
    if (joinsLeft) {
      sizes[low - 1] += size;
      if (joinsRight) {
        sizes[low - 1] += sizes[low];
        starts.splice(low, 1);
        sizes.splice(low, 1);
      }
    } else if (joinsRight) {
      starts[low] = start;
      sizes[low] += size;
    } else {
      starts.splice(low, 0, start);
      sizes.splice(low, 0, size);
    }
  }
}

// Static memory of a thread. Every instance of the module runs over the same memory, so that a `memory.data` address would be the same bytes in all of them: what a kernel
// scribbles on is moved by the distance of its thread. Tables that nobody writes to stay where they are.

/** Thread t's scratch lies t times the static data beyond that of the first, whose distance is 0. */
let distance: usize = 0;

export function keepDistance(bytes: usize): void {
  distance = bytes;
}

/** This thread's copy of static scratch memory. */
// @ts-ignore: decorator
@inline
export function own(p: usize): usize {
  return p + distance;
}

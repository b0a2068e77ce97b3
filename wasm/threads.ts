// One pool for all instances of the module over one shared memory, built as native/runtime/threads.cc. A job is published by opening `gate` with as many slots as helpers are
// wanted; an awake helper takes a slot, draws chunks from a counter until there are none, and leaves. The caller draws chunks too, closes the gate and waits only for
// those who are inside: a helper that is slow to wake up delays nobody, and neither does one that never came. Idle helpers spin for some microseconds, then sleep.

import { keepDistance } from './scratch';

/**
 * Elements [begin, end) of what a job is about. Chunks never share an element of the output nor cut a sum, so that results do not depend on their number. A job's description lies
 * in the caller's scratch memory, where helpers read it.
 */
export type Chunk = (begin: i32, end: i32, job: usize) => void;

/** Has that many threads started, the caller included, or as many as there can be; returns how many there are. */
@external("env", "start")
declare function start(threads: i32): i32;

// What threads share, a cache line for each part: the epoch of jobs and how many sleep; the gate; the next chunk; the job.
const pool = memory.data(256, 64);
const EPOCH: usize = 0, SLEEPERS: usize = 4, GATE: usize = 64, NEXT: usize = 128, FAILED: usize = 132, COUNT: usize = 192, GRAIN: usize = 196, CHUNK: usize = 200, JOB: usize = 204;

// gate = slots still free + INSIDE * helpers inside; a closed gate has no free slots.
const SLOTS = 0xffff, INSIDE = 0x10000;
/** Polls before sleeping: some 50 us, about what waking a sleeper costs. */
const SPINS = 20000;

/** How many threads may work on a job, and how many there are. */
let threads = 1, started = 1;
/** Whether this thread may sleep: a page's main thread may not. */
let sleeps = false;

export function set_threads(n: i32, maySleep: i32): void {
  threads = n;
  sleeps = maySleep != 0;
}

/** Threads that will work on a job of that many chunks. */
// @ts-ignore: decorator
@inline
export function workers(chunks: i32): i32 {
  return min(threads, chunks);
}

function drawChunks(): void {
  const n = load<i32>(pool, COUNT), grain = load<i32>(pool, GRAIN), job = load<usize>(pool, JOB), chunk = changetype<Chunk>(load<usize>(pool, CHUNK));
  for (;;) {
    const i = atomic.add<i32>(pool, 1, NEXT);
    if (<i64>i * grain >= n) return;
    chunk(i * grain, min(n - i * grain, grain) + i * grain, job);
  }
}

/** Closes the gate and waits for those inside. */
export function finish(): void {
  atomic.and<i32>(pool, ~SLOTS, GATE);
  for (let polls = 0; ; polls++) {
    const gate = atomic.load<i32>(pool, GATE);
    if (gate == 0) return;
    // A helper that has lost its core: nobody notifies, so that leaving stays cheap.
    if (polls > SPINS && sleeps) atomic.wait<i32>(pool + GATE, gate, 50000);
  }
}

/** Calls chunk for all of [0, n), in chunks of `grain` if there are helpers. */
export function parallel(n: i32, grain: i32, chunk: Chunk, job: usize): void {
  if (n <= grain || threads == 1) {
    if (n > 0) chunk(0, n, job);
    return;
  }
  const helpers = workers((n - 1) / grain + 1) - 1;
  if (started < threads) started = start(threads);
  store<i32>(pool, n, COUNT);
  store<i32>(pool, grain, GRAIN);
  store<usize>(pool, changetype<usize>(chunk), CHUNK);
  store<usize>(pool, job, JOB);
  // Of a job whose caller trapped too, nobody has asked.
  atomic.store<i32>(pool, 0, FAILED);
  atomic.store<i32>(pool, 0, NEXT);
  atomic.store<i32>(pool, helpers, GATE);
  atomic.add<i32>(pool, 1, EPOCH);
  // A helper adds itself to the sleepers before it looks at the epoch for the last time.
  if (atomic.load<i32>(pool, SLEEPERS) > 0) atomic.notify(pool + EPOCH, helpers);
  drawChunks();
  finish();
  if (atomic.load<i32>(pool, FAILED) != 0) unreachable();
}

function enter(): bool {
  let gate = atomic.load<i32>(pool, GATE);
  while ((gate & SLOTS) != 0) {
    const found = atomic.cmpxchg<i32>(pool, gate, gate - 1 + INSIDE, GATE);
    if (found == gate) return true;
    gate = found;
  }
  return false;
}

/** The life of a helper whose scratch memory is that far from the first thread's. Returns never. */
export function help(distance: usize): void {
  keepDistance(distance);
  let seen = atomic.load<i32>(pool, EPOCH);
  for (;;) {
    if (enter()) {
      drawChunks();
      atomic.sub<i32>(pool, INSIDE, GATE);
    }
    let polls = 0;
    while (atomic.load<i32>(pool, EPOCH) == seen && ++polls < SPINS) {}
    if (polls == SPINS) {
      atomic.add<i32>(pool, 1, SLEEPERS);
      atomic.wait<i32>(pool + EPOCH, seen, -1);
      atomic.sub<i32>(pool, 1, SLEEPERS);
    }
    seen = atomic.load<i32>(pool, EPOCH);
  }
}

/** A helper trapped in a chunk: the caller hears of it when the job is done. */
export function fail(): void {
  atomic.store<i32>(pool, 1, FAILED);
  atomic.sub<i32>(pool, INSIDE, GATE);
}

// Kernels that see x as (outer, r, inner) and treat every outer index on its own, in parallel over outer.

import { own } from './scratch';
import { parallel } from './threads';

/** A kernel over some outer indices: up to three operands, a number, and the sizes. */
export type Rows = (x: usize, y: usize, z: usize, s: f64, outer: i32, r: i32, inner: i32) => void;

@unmanaged
class Job {
  s: f64;
  rows: usize;
  x: usize;
  y: usize;
  z: usize;
  dx: usize;
  dy: usize;
  dz: usize;
  r: i32;
  inner: i32;
}

const jobs = memory.data(64, 8);
/** Elements that are worth a chunk. */
const WORTH = 16384;

/** Calls rows over chunks of outer; dx, dy and dz are the bytes of an operand per outer index. */
export function overOuter(rows: Rows, x: usize, dx: usize, y: usize, dy: usize, z: usize, dz: usize, s: f64, outer: i32, r: i32, inner: i32): void {
  const job = changetype<Job>(own(jobs));
  job.s = s;
  job.rows = changetype<usize>(rows);
  job.x = x, job.y = y, job.z = z;
  job.dx = dx, job.dy = dy, job.dz = dz;
  job.r = r, job.inner = inner;
  parallel(
    outer, 1 + WORTH / (r * inner + 1),
    (begin: i32, end: i32, p: usize) => {
      const job = changetype<Job>(p), i = <usize>begin;
      changetype<Rows>(job.rows)(job.x + i * job.dx, job.y + i * job.dy, job.z + i * job.dz, job.s, end - begin, job.r, job.inner);
    },
    changetype<usize>(job),
  );
}

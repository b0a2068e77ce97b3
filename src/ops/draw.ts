// Filling contiguous tensors with random numbers: the kernels take the generator's state and give it back, moved on.
import { float32, int32 } from '../core/dtype.js';
import { ArgumentError, fail, show } from '../core/errors.js';
import { boxMuller64, type FloatArray } from '../core/fills.js';
import type { Generator } from '../core/random.js';
import { backend, K } from '../kernels/load.js';
import { zeroFill } from '../tensor/fill.js';
import { addressOf, alias, empty, type Tensor } from '../tensor/tensor.js';

const { fround } = Math;

/** Where the state lies while kernels draw. */
let lent: Tensor | undefined;

function lend({ words }: Generator, draw: (state: number) => void): void {
  lent ??= empty([words.length], int32);
  const state = addressOf(lent);
  backend.copyIn(state, words);
  draw(state);
  backend.copyOut(state, words);
}

/** Uniform on [from, to): float32 takes 24 of 32 bits, float64 53 of 64. */
export function uniform(generator: Generator, y: Tensor, from = 0, to = 1): void {
  const single = y.dt === float32;
  const low = single ? fround(from) : from;
  const range = single ? fround(fround(to) - low) : to - low;
  if (!(range >= 0 && range < Infinity)) fail(ArgumentError, 'uniform_', 'from <= to, a finite range apart', `from ${show(from)} and to ${show(to)}`);
  lend(generator, (state) => K.uniform[y.dt.code](state, addressOf(y), y.count, range * (single ? 2 ** -24 : 2 ** -53), low));
}

/** `value` with probability p, else 0; a float64 draw an element whatever the dtype. */
export function bernoulli(generator: Generator, y: Tensor, p: number, value = 1): void {
  if (!(p >= 0 && p <= 1)) fail(ArgumentError, 'bernoulli_', 'p from 0 to 1', show(p));
  lend(generator, (state) => K.bernoulli[y.dt.code](state, addressOf(y), y.count, p, value));
}

/** What dropout multiplies by: 1 / (1 - p) where a draw of bernoulli(1 - p) keeps the element, else 0. As in PyTorch p = 1 draws nothing. */
export function dropoutMask(generator: Generator, y: Tensor, p: number): void {
  if (p === 1) zeroFill(y);
  else bernoulli(generator, y, 1 - p, y.dt === float32 ? 1 / fround(1 - p) : 1 / (1 - p));
}

/**
 * Normals. From 16 elements on PyTorch draws uniforms of y's own precision for the whole tensor and turns each 16 of them into normals, redrawing the last 16 when
 * the size is no multiple; below 16 one float64 pair at a time.
 */
export function normal(generator: Generator, y: Tensor, mean: number, std: number): void {
  if (y.count < 16) {
    normalOneByOne(generator, y, mean, std);
    return;
  }
  checkStd(std);
  const fill = (t: Tensor, whole: number): void => {
    uniform(generator, t);
    if (t.dt === float32) K.box_muller(addressOf(t), whole, mean, std);
    else boxMuller(t, whole, mean, std);
  };
  const rest = y.count % 16;
  fill(y, y.count - rest);
  if (rest > 0) fill(alias(y, [16], [1], y.offset + y.count - 16), 16);
}

/** float64 goes through JavaScript's logarithm, sine and cosine, which are the same on every machine. */
function boxMuller(t: Tensor, whole: number, mean: number, std: number): void {
  const array = new Float64Array(Math.min(whole, BLOCK));
  for (let done = 0; done < whole; done += BLOCK) {
    const block = array.subarray(0, Math.min(BLOCK, whole - done));
    const address = addressOf(t) + done * t.dt.size;
    backend.copyOut(address, block);
    for (let i = 0; i < block.length; i += 16) boxMuller64(block, i, mean, std);
    backend.copyIn(address, block);
  }
}

/** What PyTorch does for few elements, and for tensors that are not contiguous. */
export function normalOneByOne(generator: Generator, y: Tensor, mean: number, std: number): void {
  checkStd(std);
  fillFrom(y, (array) => {
    for (let i = 0; i < array.length; i++) array[i] = generator.normal64() * std + mean;
  });
}

function checkStd(std: number): void {
  if (!(std >= 0)) fail(ArgumentError, 'normal_', 'std >= 0', show(std));
}

/** Elements that are drawn into a JavaScript array at once; a multiple of 16, so that normals stay together. */
const BLOCK = 2 ** 20;

/** Fills y, block by block, with what is written to arrays: each goes on where the one before it ended. */
export function fillFrom(y: Tensor, write: (array: FloatArray) => void): void {
  let done = 0;
  do {
    const array = new y.dt.array(Math.min(BLOCK, y.count - done)) as FloatArray;
    write(array);
    if (array.length > 0) backend.copyIn(addressOf(y) + done * y.dt.size, array);
    done += array.length;
  } while (done < y.count);
}

// Before the tests of a file: every tensor, however small, moves out of linear memory whenever a block is taken, unless a kernel has yet to be called with its address. Who keeps an
// address for longer reads NaN.
import * as gt from '../src/index.js';
import { heap } from '../src/kernels/load.js';
import { storageOf } from '../src/tensor/inner.js';

heap.crowd(true);
const x = gt.ones([3]);
gt.ones([3]);
if (storageOf(x).home?.address !== 0) throw new Error('wasm-crowded: expected the first of two tensors to have moved out, got one that stayed');

// Before the tests of a file: every tensor, however small, moves out of linear memory whenever a block is taken, unless a kernel has yet to be called with its address. Who keeps an
// address for longer reads NaN.
import { heap } from '../src/kernels/load.js';

heap.crowd(true);

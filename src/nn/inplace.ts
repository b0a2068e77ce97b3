// Activations that write into their input, under PyTorch's names.
import { type ArgsOf, readArgs } from '../ops/args.js';
import { rrelu } from '../ops/gated.js';
import { celu, elu, hardtanh, leakyRelu, selu, threshold } from '../ops/rectifier.js';
import type { Tensor } from '../tensor/tensor.js';

type Activation<O> = (x: Tensor, options: O & { inplace: true }) => Tensor;

/** `f` with its option inplace set; the others by position or by name. */
const writing =
  <O extends object>(name: string, f: Activation<O>) =>
  <const K extends readonly (keyof O & string)[]>(...positional: K) =>
  (x: Tensor, ...args: ArgsOf<O, K>): Tensor =>
    f(x, { ...(readArgs<O>(name, args, positional) as O), inplace: true });

export const celu_ = writing<{ alpha?: number }>('celu_', celu)('alpha');
export const elu_ = writing<{ alpha?: number }>('elu_', elu)('alpha');
export const hardtanh_ = writing<{ minVal?: number; maxVal?: number }>('hardtanh_', hardtanh)('minVal', 'maxVal');
export const leakyRelu_ = writing<{ negativeSlope?: number }>('leakyRelu_', leakyRelu)('negativeSlope');
export const rrelu_ = writing<{ lower?: number; upper?: number; training?: boolean }>('rrelu_', rrelu)('lower', 'upper', 'training');
export const selu_ = writing<object>('selu_', selu)();
export const threshold_ = writing<{ threshold?: number; value?: number }>('threshold_', threshold)('threshold', 'value');

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

/**
 * `celu`, which overwrites its input; the same arguments.
 *
 * @example
 * const x = gt.tensor([-1, 2]);
 * gt.nn.functional.celu_(x);
 * x; // [-0.6321, 2]
 * @see PyTorch `torch.nn.functional.celu_`
 */
export const celu_ = writing<{ alpha?: number }>('celu_', celu)('alpha');
/**
 * `elu`, which overwrites its input; the same arguments.
 *
 * @example
 * const x = gt.tensor([-1, 2]);
 * gt.nn.functional.elu_(x);
 * x; // [-0.6321, 2]
 * @see PyTorch `torch.nn.functional.elu_`
 */
export const elu_ = writing<{ alpha?: number }>('elu_', elu)('alpha');
/**
 * `hardtanh`, which overwrites its input; the same arguments.
 *
 * @example
 * const x = gt.tensor([-1, 2]);
 * gt.nn.functional.hardtanh_(x);
 * x; // [-1, 1]
 * @see PyTorch `torch.nn.functional.hardtanh_`
 */
export const hardtanh_ = writing<{ minVal?: number; maxVal?: number }>('hardtanh_', hardtanh)('minVal', 'maxVal');
/**
 * `leakyRelu`, which overwrites its input; the same arguments.
 *
 * @example
 * const x = gt.tensor([-1, 2]);
 * gt.nn.functional.leakyRelu_(x);
 * x; // [-0.01, 2]
 * @see PyTorch `torch.nn.functional.leaky_relu_`
 */
export const leakyRelu_ = writing<{ negativeSlope?: number }>('leakyRelu_', leakyRelu)('negativeSlope');
/**
 * `rrelu`, which overwrites its input; the same arguments.
 *
 * @example
 * const x = gt.tensor([-1, 2]);
 * gt.nn.functional.rrelu_(x, 0.5, 0.5);
 * x; // [-0.5, 2]
 * @see PyTorch `torch.nn.functional.rrelu_`
 */
export const rrelu_ = writing<{ lower?: number; upper?: number; training?: boolean }>('rrelu_', rrelu)('lower', 'upper', 'training');
/**
 * `selu`, which overwrites its input; the same arguments.
 *
 * @example
 * const x = gt.tensor([-1, 2]);
 * gt.nn.functional.selu_(x);
 * x; // [-1.1113, 2.1014]
 * @see PyTorch `torch.nn.functional.selu_`
 */
export const selu_ = writing<object>('selu_', selu)();
/**
 * `threshold`, which overwrites its input; the same arguments.
 *
 * @example
 * const x = gt.tensor([-1, 2]);
 * gt.nn.functional.threshold_(x, 0, 9);
 * x; // [9, 2]
 * @see PyTorch `torch.nn.functional.threshold_`
 */
export const threshold_ = writing<{ threshold?: number; value?: number }>('threshold_', threshold)('threshold', 'value');

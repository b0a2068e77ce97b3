// Layers that learn the number of their inputs from the first input. Then they draw their weights and are the layers that they stood for, class and all.
import { fail, ShapeError } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { to } from '../ops/index.js';
import { getRngState, setRngState } from '../ops/random.js';
import { getDefaultDtype, setDefaultDtype } from '../tensor/defaults.js';
import { Tensor } from '../tensor/tensor.js';
import { Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv.js';
import { Linear } from './linear.js';
import type { Module } from './module.js';
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './norm.js';
import { isPending, postpone, settle } from './pending.js';

const floats = (layer: Module): Tensor[] => [...layer.ownTensors('persistent')].map(([, t]) => t).filter((t) => t.isFloatingPoint());

/** Runs f without any effect on the generator that all draw from. */
function undrawn<T>(f: () => T): T {
  const state = getRngState();
  try {
    return f();
  } finally {
    setRngState(state);
  }
}

/** Runs f with another default dtype. */
function withDtype<T>(dtype: Tensor['dtype'] | undefined, f: () => T): T {
  const before = getDefaultDtype();
  setDefaultDtype(dtype ?? before);
  try {
    return f();
  } finally {
    setDefaultDtype(before);
  }
}

/** Gives a lazy layer what the real one has, but for the tensors that a state dict has given it already. */
function become(layer: Module, make: () => Module): void {
  const own = floats(layer);
  const drawing = (): Module => withDtype(own[0]?.dtype, make);
  const real = own.some(isPending) ? drawing() : undrawn(drawing);
  const fields = layer as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(real)) {
    const held = fields[name];
    if (held instanceof Tensor) {
      if (isPending(held)) settle(held, to(value as Tensor, held.dtype));
    } else if (name !== 'training') fields[name] = value;
  }
  Object.setPrototypeOf(layer, Object.getPrototypeOf(real));
}

type Layer = Module & { forward(x: Tensor, ...rest: never[]): Tensor };

/** The class of a layer without its first argument, which `inputsOf` tells from the first input. */
function lazy<L extends Layer, R extends unknown[]>(
  Real: new (inputs: number, ...rest: R) => L,
  inputsOf: (x: Tensor, name: string) => number,
): new (
  ...rest: R
) => L {
  const Base = Real as unknown as new (...args: unknown[]) => Layer;
  const Lazy = class extends Base {
    readonly #make: (inputs: number) => Module;
    constructor(...rest: unknown[]) {
      const drawn = getRngState();
      super(0, ...rest);
      setRngState(drawn);
      this.#make = (inputs) => new Base(inputs, ...rest);
      floats(this).forEach(postpone);
    }
    override forward(x: Tensor, ...rest: never[]): Tensor {
      const inputs = inputsOf(x, this.constructor.name);
      become(this, () => this.#make(inputs));
      return super.forward(x, ...rest);
    }
  };
  Object.defineProperty(Lazy, 'name', { value: `Lazy${Real.name}` });
  return Lazy as unknown as new (
    ...rest: R
  ) => L;
}

/** The channels of (n?, channels, ...), or of other ranks. */
const channels =
  (...ranks: readonly [number, number]) =>
  (x: Tensor, name: string): number => {
    if (!ranks.includes(x.ndim)) fail(ShapeError, name, `an input of ${ranks.join(' or ')} dims`, showShape(x.shape));
    return x.shape[x.ndim - ranks[0]];
  };
const second = (x: Tensor, name: string): number => (x.ndim > 1 ? x.shape[1] : fail(ShapeError, name, 'an input of at least 2 dims', showShape(x.shape)));

/**
 * `Linear` without its first argument, the size of the input, which the first forward tells.
 *
 * @example
 * new gt.nn.LazyLinear(2).forward(gt.ones([4, 3])).shape; // [4, 2]
 * @see PyTorch `torch.nn.LazyLinear`
 */
export const LazyLinear = lazy(Linear, (x, name) => x.shape.at(-1) ?? fail(ShapeError, name, 'an input of at least 1 dim', showShape(x.shape)));
/**
 * `Conv1d` without its first argument, the number of input channels, which the first forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyConv1d(8, 3);
 * layer.forward(gt.ones([1, 3, 4]));
 * layer.weight.requiresGrad; // true
 * @see PyTorch `torch.nn.LazyConv1d`
 */
export const LazyConv1d = lazy(Conv1d, channels(2, 3));
/**
 * `Conv2d` without its first argument, the number of input channels, which the first forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyConv2d(8, 3);
 * layer.forward(gt.ones([1, 3, 4, 4]));
 * layer.weight.requiresGrad; // true
 * @see PyTorch `torch.nn.LazyConv2d`
 */
export const LazyConv2d = lazy(Conv2d, channels(3, 4));
/**
 * `Conv3d` without its first argument, the number of input channels, which the first forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyConv3d(8, 3);
 * layer.forward(gt.ones([1, 3, 4, 4, 4]));
 * layer.weight.requiresGrad; // true
 * @see PyTorch `torch.nn.LazyConv3d`
 */
export const LazyConv3d = lazy(Conv3d, channels(4, 5));
/**
 * `ConvTranspose1d` without its first argument, the number of input channels, which the first
 * forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyConvTranspose1d(8, 3);
 * layer.forward(gt.ones([1, 3, 4]));
 * layer.weight.requiresGrad; // true
 * @see PyTorch `torch.nn.LazyConvTranspose1d`
 */
export const LazyConvTranspose1d = lazy(ConvTranspose1d, channels(2, 3));
/**
 * `ConvTranspose2d` without its first argument, the number of input channels, which the first
 * forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyConvTranspose2d(8, 3);
 * layer.forward(gt.ones([1, 3, 4, 4]));
 * layer.weight.requiresGrad; // true
 * @see PyTorch `torch.nn.LazyConvTranspose2d`
 */
export const LazyConvTranspose2d = lazy(ConvTranspose2d, channels(3, 4));
/**
 * `ConvTranspose3d` without its first argument, the number of input channels, which the first
 * forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyConvTranspose3d(8, 3);
 * layer.forward(gt.ones([1, 3, 4, 4, 4]));
 * layer.weight.requiresGrad; // true
 * @see PyTorch `torch.nn.LazyConvTranspose3d`
 */
export const LazyConvTranspose3d = lazy(ConvTranspose3d, channels(4, 5));
/**
 * `BatchNorm1d` without its first argument, the number of channels, which the first forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyBatchNorm1d();
 * layer.forward(gt.ones([4, 2, 3])).shape; // [4, 2, 3]
 * @see PyTorch `torch.nn.LazyBatchNorm1d`
 */
export const LazyBatchNorm1d = lazy(BatchNorm1d, second);
/**
 * `BatchNorm2d` without its first argument, the number of channels, which the first forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyBatchNorm2d();
 * layer.forward(gt.ones([4, 2, 3, 3])).shape; // [4, 2, 3, 3]
 * @see PyTorch `torch.nn.LazyBatchNorm2d`
 */
export const LazyBatchNorm2d = lazy(BatchNorm2d, second);
/**
 * `BatchNorm3d` without its first argument, the number of channels, which the first forward tells.
 *
 * @example
 * const layer = new gt.nn.LazyBatchNorm3d();
 * layer.forward(gt.ones([4, 2, 3, 3, 3])).shape; // [4, 2, 3, 3, 3]
 * @see PyTorch `torch.nn.LazyBatchNorm3d`
 */
export const LazyBatchNorm3d = lazy(BatchNorm3d, second);
/**
 * `InstanceNorm1d` without its first argument, the number of channels, which the first forward
 * tells.
 *
 * @example
 * const layer = new gt.nn.LazyInstanceNorm1d();
 * layer.forward(gt.ones([4, 2, 3])).shape; // [4, 2, 3]
 * @see PyTorch `torch.nn.LazyInstanceNorm1d`
 */
export const LazyInstanceNorm1d = lazy(InstanceNorm1d, channels(2, 3));
/**
 * `InstanceNorm2d` without its first argument, the number of channels, which the first forward
 * tells.
 *
 * @example
 * const layer = new gt.nn.LazyInstanceNorm2d();
 * layer.forward(gt.ones([4, 2, 3, 3])).shape; // [4, 2, 3, 3]
 * @see PyTorch `torch.nn.LazyInstanceNorm2d`
 */
export const LazyInstanceNorm2d = lazy(InstanceNorm2d, channels(3, 4));
/**
 * `InstanceNorm3d` without its first argument, the number of channels, which the first forward
 * tells.
 *
 * @example
 * const layer = new gt.nn.LazyInstanceNorm3d();
 * layer.forward(gt.ones([4, 2, 3, 3, 3])).shape; // [4, 2, 3, 3, 3]
 * @see PyTorch `torch.nn.LazyInstanceNorm3d`
 */
export const LazyInstanceNorm3d = lazy(InstanceNorm3d, channels(4, 5));

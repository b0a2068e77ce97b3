// Activations as modules.
import type { DType } from '../core/dtype.js';
import { ArgumentError, fail, show } from '../core/errors.js';
import { type GeluOptions, gelu, relu, relu_, sigmoid, silu, silu_, softplus, tanh } from '../ops/activation.js';
import { type ArgsOf, asTensor, type Options } from '../ops/args.js';
import { full } from '../ops/create.js';
import * as gated from '../ops/gated.js';
import * as rectifier from '../ops/rectifier.js';
import { logSoftmax, softmax } from '../ops/softmax.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { checked, readOptions } from './options.js';
import { Parameter } from './parameter.js';
import { python, pythonFloat } from './repr.js';

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** An activation whose options, in the order of their defaults, are properties; `inplace` overwrites the input. */
abstract class Activation extends Module {
  readonly #names: readonly string[];
  constructor(args: readonly unknown[], defaults: Options = {}) {
    super();
    this.#names = Object.keys(defaults);
    Object.assign(this, { ...defaults, ...readOptions<Options>(new.target.name, args, this.#names) });
  }
  /** PyTorch keeps these numbers as floats. */
  override extraRepr(): string {
    const own = this as unknown as Options;
    const shown = this.#names.filter((name) => name !== 'inplace').map((name) => `${snake(name)}=${pythonFloat(own[name] as number)}`);
    return [...shown, ...(own.inplace ? ['inplace=True'] : [])].join(', ');
  }
}

/** Options of activations that may overwrite their input. */
export interface InplaceOptions {
  /** Whether the result overwrites the input; false by default. */
  inplace?: boolean;
}
type InplaceArgs = ArgsOf<InplaceOptions, ['inplace']>;
const off = { inplace: false };

/** Activations without options but `inplace`. */
abstract class Inplace extends Activation {
  /** Whether the result overwrites the input. */
  declare inplace: boolean;
  /** | @param args - `inplace`; positional or by name. */
  constructor(...args: InplaceArgs) {
    super(args, off);
  }
}
/**
 * max(x, 0), element by element; any shape. The gradient at 0 is 0.
 *
 * @example
 * new gt.nn.ReLU().forward(gt.tensor([-1, 2])); // [0, 2]
 * @see PyTorch `torch.nn.ReLU`
 */
export class ReLU extends Inplace {
  override forward(x: Tensor): Tensor {
    return this.inplace ? relu_(x) : relu(x);
  }
}
/**
 * min(max(x, 0), 6), element by element; any shape. The gradient at 0 and at 6 is 0.
 *
 * @example
 * new gt.nn.ReLU6().forward(gt.tensor([-1, 2, 9])); // [0, 2, 6]
 * @see PyTorch `torch.nn.ReLU6`
 */
export class ReLU6 extends Inplace {
  override forward(x: Tensor): Tensor {
    return rectifier.relu6(x, this.inplace);
  }
}
/**
 * x σ(x), element by element; any shape.
 *
 * @example
 * new gt.nn.SiLU().forward(gt.tensor([0, 1])); // [0, 0.7311]
 * @see Elfwing et al., 2017; PyTorch `torch.nn.SiLU`
 */
export class SiLU extends Inplace {
  override forward(x: Tensor): Tensor {
    return this.inplace ? silu_(x) : silu(x);
  }
}
/**
 * x tanh(log(1 + eˣ)), element by element; any shape.
 *
 * @example
 * new gt.nn.Mish().forward(gt.tensor([0, 1])); // [0, 0.8651]
 * @see Misra, 2019; PyTorch `torch.nn.Mish`
 */
export class Mish extends Inplace {
  override forward(x: Tensor): Tensor {
    return gated.mish(x, this.inplace);
  }
}
/**
 * scale (max(x, 0) + min(0, α (eˣ - 1))) with scale 1.0507 and α 1.6733, which keep mean 0 and
 * variance 1 from layer to layer. Any shape.
 *
 * @example
 * new gt.nn.SELU().forward(gt.tensor([-1, 1])); // [-1.1113, 1.0507]
 * @see Klambauer et al., 2017; PyTorch `torch.nn.SELU`
 */
export class SELU extends Inplace {
  override forward(x: Tensor): Tensor {
    return rectifier.selu(x, this.inplace);
  }
}
/**
 * min(max(x + 3, 0), 6) / 6: a sigmoid of three lines. Any shape. The gradient at ±3 is 0.
 *
 * @example
 * new gt.nn.Hardsigmoid().forward(gt.tensor([-4, 0, 4])); // [0, 0.5, 1]
 * @see PyTorch `torch.nn.Hardsigmoid`
 */
export class Hardsigmoid extends Inplace {
  override forward(x: Tensor): Tensor {
    return rectifier.hardsigmoid(x, this.inplace);
  }
  override extraRepr(): string {
    return '';
  }
}
/**
 * x min(max(x + 3, 0), 6) / 6, element by element; any shape.
 *
 * @example
 * new gt.nn.Hardswish().forward(gt.tensor([-4, 1, 4])); // [0, 0.6667, 4]
 * @see Howard et al., 2019; PyTorch `torch.nn.Hardswish`
 */
export class Hardswish extends Inplace {
  override forward(x: Tensor): Tensor {
    return rectifier.hardswish(x, this.inplace);
  }
  override extraRepr(): string {
    return '';
  }
}

// With numbers ------------------------------------------------------------------------------------------------------------------------------------------------

/** Options of `ELU` and `CELU`. */
interface AlphaOptions extends InplaceOptions {
  /** The scale α; 1 by default. */
  alpha?: number;
}
type AlphaArgs = ArgsOf<AlphaOptions, ['alpha', 'inplace']>;
/**
 * x where x > 0, else α (eˣ - 1). Any shape.
 *
 * @example
 * new gt.nn.ELU().forward(gt.tensor([-1, 2])); // [-0.6321, 2]
 * @see Clevert et al., 2015; PyTorch `torch.nn.ELU`
 */
export class ELU extends Activation {
  /** The scale α. */
  declare alpha: number;
  /** Whether the result overwrites the input. */
  declare inplace: boolean;
  /**
   * @param args - `alpha` (1), `inplace`; positional or by name.
   */
  constructor(...args: AlphaArgs) {
    super(args, { alpha: 1, ...off });
  }
  override forward(x: Tensor): Tensor {
    return rectifier.elu(x, this.alpha, this.inplace);
  }
}
/**
 * x where x > 0, else α (e^(x / α) - 1). Any shape.
 *
 * @example
 * new gt.nn.CELU({ alpha: 2 }).forward(gt.tensor([-1, 2])); // [-0.7869, 2]
 * @see Barron, 2017; PyTorch `torch.nn.CELU`
 */
export class CELU extends Activation {
  /** The scale α. */
  declare alpha: number;
  /** Whether the result overwrites the input. */
  declare inplace: boolean;
  /**
   * @param args - `alpha` (1), `inplace`; positional or by name.
   */
  constructor(...args: AlphaArgs) {
    super(args, { alpha: 1, ...off });
  }
  override forward(x: Tensor): Tensor {
    return rectifier.celu(x, this.alpha, this.inplace);
  }
}
/**
 * x where x > 0, else negativeSlope · x. Any shape. The gradient at 0 is negativeSlope.
 *
 * @example
 * new gt.nn.LeakyReLU(0.1).forward(gt.tensor([-1, 2])); // [-0.1, 2]
 * @see PyTorch `torch.nn.LeakyReLU`
 */
export class LeakyReLU extends Activation {
  /** The slope below 0. */
  declare negativeSlope: number;
  /** Whether the result overwrites the input. */
  declare inplace: boolean;
  /**
   * @param args - `negativeSlope` (0.01), `inplace`; positional or by name.
   */
  constructor(...args: ArgsOf<InplaceOptions & { negativeSlope?: number }, ['negativeSlope', 'inplace']>) {
    super(args, { negativeSlope: 0.01, ...off });
  }
  override forward(x: Tensor): Tensor {
    return rectifier.leakyRelu(x, this.negativeSlope, this.inplace);
  }
}
/**
 * `LeakyReLU` with a random slope. In training it is uniform in [lower, upper] for every element,
 * in evaluation (lower + upper) / 2.
 *
 * @example
 * new gt.nn.RReLU(0.1, 0.3).eval().forward(gt.tensor([-1, 2])); // [-0.2, 2]
 * @see Xu et al., 2015; PyTorch `torch.nn.RReLU`
 */
export class RReLU extends Activation {
  /** The smallest slope. */
  declare lower: number;
  /** The largest slope. */
  declare upper: number;
  /** Whether the result overwrites the input. */
  declare inplace: boolean;
  /**
   * @param args - `lower` (1/8), `upper` (1/3), `inplace`; positional or by name.
   */
  constructor(...args: ArgsOf<InplaceOptions & { lower?: number; upper?: number }, ['lower', 'upper', 'inplace']>) {
    super(args, { lower: 1 / 8, upper: 1 / 3, ...off });
  }
  override forward(x: Tensor): Tensor {
    return gated.rrelu(x, this.lower, this.upper, this.training, this.inplace);
  }
}
/**
 * min(max(x, minVal), maxVal), element by element; any shape. The gradient at both bounds is 0.
 *
 * @example
 * new gt.nn.Hardtanh().forward(gt.tensor([-2, 0.5])); // [-1, 0.5]
 * @see PyTorch `torch.nn.Hardtanh`
 */
export class Hardtanh extends Activation {
  /** The lower bound. */
  declare minVal: number;
  /** The upper bound. */
  declare maxVal: number;
  /** Whether the result overwrites the input. */
  declare inplace: boolean;
  /**
   * @param args - `minVal` (-1), `maxVal` (1), `inplace`; positional or by name.
   */
  constructor(...args: ArgsOf<InplaceOptions & { minVal?: number; maxVal?: number }, ['minVal', 'maxVal', 'inplace']>) {
    super(args, { minVal: -1, maxVal: 1, ...off });
    if (!(this.maxVal > this.minVal)) fail(ArgumentError, 'Hardtanh', `maxVal above minVal ${this.minVal}`, show(this.maxVal));
  }
  override forward(x: Tensor): Tensor {
    return rectifier.hardtanh(x, this.minVal, this.maxVal, this.inplace);
  }
}
/**
 * x where x > threshold, else value. Any shape. The gradient at the threshold is 0.
 *
 * @example
 * new gt.nn.Threshold(1, 9).forward(gt.tensor([0, 2])); // [9, 2]
 * @see PyTorch `torch.nn.Threshold`
 */
export class Threshold extends Module {
  /** Whether the result overwrites the input. */
  readonly inplace: boolean;
  /**
   * @param threshold - The threshold.
   * @param value - The value at and below it.
   * @param args - `inplace`; positional or by name.
   */
  constructor(
    readonly threshold: number,
    readonly value: number,
    ...args: InplaceArgs
  ) {
    super();
    checked('Threshold', 'threshold', threshold);
    checked('Threshold', 'value', value);
    this.inplace = readOptions<InplaceOptions>('Threshold', args, ['inplace']).inplace ?? false;
  }
  override forward(x: Tensor): Tensor {
    return rectifier.threshold(x, this.threshold, this.value, this.inplace);
  }
  override extraRepr(): string {
    return `threshold=${python(this.threshold)}, value=${python(this.value)}${this.inplace ? ', inplace=True' : ''}`;
  }
}
/**
 * log(1 + e^(beta x)) / beta; x where beta x > threshold. Any shape.
 *
 * @example
 * new gt.nn.Softplus().forward(gt.tensor([0, 30])); // [0.6931, 30]
 * @see PyTorch `torch.nn.Softplus`
 */
export class Softplus extends Activation {
  /** The steepness. */
  declare beta: number;
  /** The beta x above which the result is x. */
  declare threshold: number;
  /**
   * @param args - `beta` (1), `threshold` (20); positional or by name.
   */
  constructor(...args: ArgsOf<{ beta?: number; threshold?: number }, ['beta', 'threshold']>) {
    super(args, { beta: 1, threshold: 20 });
  }
  override forward(x: Tensor): Tensor {
    return softplus(x, this.beta, this.threshold);
  }
  override extraRepr(): string {
    return `beta=${python(this.beta)}, threshold=${python(this.threshold)}`;
  }
}
/** The activations that shrink towards 0. */
abstract class Shrink extends Activation {
  /** Half the width of the interval around 0. */
  declare lambd: number;
  /** | @param args - `lambd` (0.5); positional or by name. */
  constructor(...args: ArgsOf<{ lambd?: number }, ['lambd']>) {
    super(args, { lambd: 0.5 });
  }
  override extraRepr(): string {
    return python(this.lambd);
  }
}
/**
 * 0 in [-lambd, lambd], else x. Any shape. The gradient at ±lambd is 0.
 *
 * @example
 * new gt.nn.Hardshrink().forward(gt.tensor([-1, 0.2])); // [-1, 0]
 * @see PyTorch `torch.nn.Hardshrink`
 */
export class Hardshrink extends Shrink {
  override forward(x: Tensor): Tensor {
    return rectifier.hardshrink(x, this.lambd);
  }
}
/**
 * sign(x) max(|x| - lambd, 0), element by element; any shape. The gradient at ±lambd is 0.
 *
 * @example
 * new gt.nn.Softshrink().forward(gt.tensor([-1, 0.2])); // [-0.5, 0]
 * @see PyTorch `torch.nn.Softshrink`
 */
export class Softshrink extends Shrink {
  override forward(x: Tensor): Tensor {
    return rectifier.softshrink(x, this.lambd);
  }
}

// Without options ---------------------------------------------------------------------------------------------------------------------------------------------

/**
 * 1 / (1 + e⁻ˣ), element by element; any shape.
 *
 * @example
 * new gt.nn.Sigmoid().forward(gt.tensor([0, 1])); // [0.5, 0.7311]
 * @see PyTorch `torch.nn.Sigmoid`
 */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}
/**
 * tanh(x), element by element; any shape.
 *
 * @example
 * new gt.nn.Tanh().forward(gt.tensor([0, 1])); // [0, 0.7616]
 * @see PyTorch `torch.nn.Tanh`
 */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
/**
 * log(1 / (1 + e⁻ˣ)), element by element; any shape.
 *
 * @example
 * new gt.nn.LogSigmoid().forward(gt.tensor([0])); // [-0.6931]
 * @see PyTorch `torch.nn.LogSigmoid`
 */
export class LogSigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return gated.logsigmoid(x);
  }
}
/**
 * x / (1 + |x|), element by element; any shape.
 *
 * @example
 * new gt.nn.Softsign().forward(gt.tensor([-1, 3])); // [-0.5, 0.75]
 * @see PyTorch `torch.nn.Softsign`
 */
export class Softsign extends Module {
  override forward(x: Tensor): Tensor {
    return gated.softsign(x);
  }
}
/**
 * x - tanh(x), element by element; any shape.
 *
 * @example
 * new gt.nn.Tanhshrink().forward(gt.tensor([0, 1])); // [0, 0.2384]
 * @see PyTorch `torch.nn.Tanhshrink`
 */
export class Tanhshrink extends Module {
  override forward(x: Tensor): Tensor {
    return gated.tanhshrink(x);
  }
}

// Others ------------------------------------------------------------------------------------------------------------------------------------------------------

/**
 * x Φ(x), where Φ is the normal distribution function. Any shape.
 *
 * @example
 * new gt.nn.GELU().forward(gt.tensor([-1, 1])); // [-0.1587, 0.8413]
 * @see Hendrycks and Gimpel, 2016; PyTorch `torch.nn.GELU`
 */
export class GELU extends Module {
  /** The formula. */
  approximate: 'none' | 'tanh';
  /**
   * @param args - `approximate`: 'none' (the default) or 'tanh', a formula that is close to it.
   */
  constructor(...args: ArgsOf<GeluOptions, ['approximate']>) {
    super();
    this.approximate = readOptions<GeluOptions>('GELU', args, ['approximate']).approximate ?? 'none';
  }
  override forward(x: Tensor): Tensor {
    return gelu(x, this.approximate);
  }
  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}
/**
 * x where x > 0, else weight · x, with a weight that is learned: one, or one for each channel (dim
 * 1). The gradient at 0 is weight.
 *
 * @example
 * new gt.nn.PReLU().forward(gt.tensor([-1, 2])); // [-0.25, 2]
 * @see He et al., 2015; PyTorch `torch.nn.PReLU`
 */
export class PReLU extends Module {
  /** How many weights: 1 or the number of channels. */
  readonly numParameters: number;
  /** The slopes below 0, (numParameters). */
  declare weight: Parameter;
  /**
   * @param args - `numParameters` (1), `init` (0.25), positional or by name; `dtype`.
   */
  constructor(...args: ArgsOf<{ numParameters?: number; init?: number; dtype?: DType }, ['numParameters', 'init']>) {
    super();
    const {
      numParameters = 1,
      init = 0.25,
      dtype,
    } = readOptions<{ numParameters: number; init: number; dtype?: DType }>('PReLU', args, ['numParameters', 'init'], ['dtype']);
    this.numParameters = numParameters;
    this.weight = new Parameter(full([numParameters], init, { dtype }));
  }
  override forward(x: Tensor): Tensor {
    return rectifier.prelu(x, this.weight);
  }
  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}
/**
 * a σ(b), where a and b are the halves of x along a dim. The result has half the size there.
 *
 * @example
 * new gt.nn.GLU().forward(gt.tensor([4, 0])); // [2]
 * @see Dauphin et al., 2016; PyTorch `torch.nn.GLU`
 */
export class GLU extends Module {
  /** The dim that is halved. */
  readonly dim: number;
  /**
   * @param args - `dim` (-1); positional or by name.
   */
  constructor(...args: ArgsOf<{ dim?: number }, ['dim']>) {
    super();
    this.dim = readOptions<{ dim: number }>('GLU', args, ['dim']).dim ?? -1;
  }
  override forward(x: Tensor): Tensor {
    return gated.glu(x, this.dim);
  }
  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** Options of activations along a dim. */
export interface DimOptions {
  /** The dim. Without one it is 0 for 0, 1 or 3 dims, else 1, as in PyTorch. */
  dim?: number | null;
}
/** The softmax family. */
abstract class AlongDim extends Module {
  /** The dim; null for PyTorch's choice by rank. */
  dim: number | null;
  /** | @param args - `dim`; positional or by name. */
  constructor(...args: ArgsOf<DimOptions, ['dim']>) {
    super();
    this.dim = readOptions<DimOptions>(new.target.name, args, ['dim']).dim ?? null;
  }
  protected dimOf(x: Tensor): number {
    const { ndim } = asTensor(this.constructor.name, 'input', x);
    return this.dim ?? (ndim === 0 || ndim === 1 || ndim === 3 ? 0 : 1);
  }
  override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`;
  }
}
/**
 * eˣ / Σ eˣ along a dim; the shape stays.
 *
 * @example
 * new gt.nn.Softmax(0).forward(gt.tensor([0, 0])); // [0.5, 0.5]
 * @see PyTorch `torch.nn.Softmax`
 */
export class Softmax extends AlongDim {
  override forward(x: Tensor): Tensor {
    return softmax(x, this.dimOf(x));
  }
}
/**
 * x - log Σ eˣ along a dim; the shape stays.
 *
 * @example
 * new gt.nn.LogSoftmax(0).forward(gt.tensor([0, 0])); // [-0.6931, -0.6931]
 * @see PyTorch `torch.nn.LogSoftmax`
 */
export class LogSoftmax extends AlongDim {
  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dimOf(x));
  }
}
/**
 * e⁻ˣ / Σ e⁻ˣ along a dim; the shape stays.
 *
 * @example
 * new gt.nn.Softmin(0).forward(gt.tensor([0, 0])); // [0.5, 0.5]
 * @see PyTorch `torch.nn.Softmin`
 */
export class Softmin extends AlongDim {
  override forward(x: Tensor): Tensor {
    return gated.softmin(x, this.dimOf(x));
  }
}
/**
 * Softmax over the channels of images (N?, C, H, W).
 *
 * @example
 * new gt.nn.Softmax2d().forward(gt.zeros([2, 1, 1])); // [[[0.5]], [[0.5]]]
 * @see PyTorch `torch.nn.Softmax2d`
 */
export class Softmax2d extends Module {
  override forward(x: Tensor): Tensor {
    return softmax(x, -3);
  }
}

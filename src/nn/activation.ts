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

export interface InplaceOptions {
  /** Overwrite the input. */
  inplace?: boolean;
}
type InplaceArgs = ArgsOf<InplaceOptions, ['inplace']>;
const off = { inplace: false };

abstract class Inplace extends Activation {
  declare inplace: boolean;
  constructor(...args: InplaceArgs) {
    super(args, off);
  }
}
/** max(x, 0). */
export class ReLU extends Inplace {
  override forward(x: Tensor): Tensor {
    return this.inplace ? relu_(x) : relu(x);
  }
}
/** min(max(x, 0), 6). */
export class ReLU6 extends Inplace {
  override forward(x: Tensor): Tensor {
    return rectifier.relu6(x, this.inplace);
  }
}
/** x * sigmoid(x). */
export class SiLU extends Inplace {
  override forward(x: Tensor): Tensor {
    return this.inplace ? silu_(x) : silu(x);
  }
}
/** x * tanh(softplus(x)). */
export class Mish extends Inplace {
  override forward(x: Tensor): Tensor {
    return gated.mish(x, this.inplace);
  }
}
/** The exponential unit that keeps mean and variance. */
export class SELU extends Inplace {
  override forward(x: Tensor): Tensor {
    return rectifier.selu(x, this.inplace);
  }
}
/** A sigmoid of three straight lines. */
export class Hardsigmoid extends Inplace {
  override forward(x: Tensor): Tensor {
    return rectifier.hardsigmoid(x, this.inplace);
  }
  override extraRepr(): string {
    return '';
  }
}
/** x * clamp(x + 3, 0, 6) / 6. */
export class Hardswish extends Inplace {
  override forward(x: Tensor): Tensor {
    return rectifier.hardswish(x, this.inplace);
  }
  override extraRepr(): string {
    return '';
  }
}

// With numbers ------------------------------------------------------------------------------------------------------------------------------------------------

interface AlphaOptions extends InplaceOptions {
  alpha?: number;
}
type AlphaArgs = ArgsOf<AlphaOptions, ['alpha', 'inplace']>;
/** x where positive, else alpha * (exp(x) - 1). */
export class ELU extends Activation {
  declare alpha: number;
  declare inplace: boolean;
  constructor(...args: AlphaArgs) {
    super(args, { alpha: 1, ...off });
  }
  override forward(x: Tensor): Tensor {
    return rectifier.elu(x, this.alpha, this.inplace);
  }
}
/** x where positive, else alpha * (exp(x / alpha) - 1). */
export class CELU extends Activation {
  declare alpha: number;
  declare inplace: boolean;
  constructor(...args: AlphaArgs) {
    super(args, { alpha: 1, ...off });
  }
  override forward(x: Tensor): Tensor {
    return rectifier.celu(x, this.alpha, this.inplace);
  }
}
/** x where positive, else negativeSlope * x. */
export class LeakyReLU extends Activation {
  declare negativeSlope: number;
  declare inplace: boolean;
  constructor(...args: ArgsOf<InplaceOptions & { negativeSlope?: number }, ['negativeSlope', 'inplace']>) {
    super(args, { negativeSlope: 0.01, ...off });
  }
  override forward(x: Tensor): Tensor {
    return rectifier.leakyRelu(x, this.negativeSlope, this.inplace);
  }
}
/** As LeakyReLU, with a slope that in training is drawn from [lower, upper] for every element. */
export class RReLU extends Activation {
  declare lower: number;
  declare upper: number;
  declare inplace: boolean;
  constructor(...args: ArgsOf<InplaceOptions & { lower?: number; upper?: number }, ['lower', 'upper', 'inplace']>) {
    super(args, { lower: 1 / 8, upper: 1 / 3, ...off });
  }
  override forward(x: Tensor): Tensor {
    return gated.rrelu(x, this.lower, this.upper, this.training, this.inplace);
  }
}
/** x between minVal and maxVal, which bound it. */
export class Hardtanh extends Activation {
  declare minVal: number;
  declare maxVal: number;
  declare inplace: boolean;
  constructor(...args: ArgsOf<InplaceOptions & { minVal?: number; maxVal?: number }, ['minVal', 'maxVal', 'inplace']>) {
    super(args, { minVal: -1, maxVal: 1, ...off });
    if (!(this.maxVal > this.minVal)) fail(ArgumentError, 'Hardtanh', `maxVal above minVal ${this.minVal}`, show(this.maxVal));
  }
  override forward(x: Tensor): Tensor {
    return rectifier.hardtanh(x, this.minVal, this.maxVal, this.inplace);
  }
}
/** x above the threshold, else the value. */
export class Threshold extends Module {
  readonly inplace: boolean;
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
/** log(1 + exp(beta x)) / beta. */
export class Softplus extends Activation {
  declare beta: number;
  declare threshold: number;
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
abstract class Shrink extends Activation {
  declare lambd: number;
  constructor(...args: ArgsOf<{ lambd?: number }, ['lambd']>) {
    super(args, { lambd: 0.5 });
  }
  override extraRepr(): string {
    return python(this.lambd);
  }
}
/** x outside [-lambd, lambd], else 0. */
export class Hardshrink extends Shrink {
  override forward(x: Tensor): Tensor {
    return rectifier.hardshrink(x, this.lambd);
  }
}
/** x brought nearer to 0 by lambd. */
export class Softshrink extends Shrink {
  override forward(x: Tensor): Tensor {
    return rectifier.softshrink(x, this.lambd);
  }
}

// Without options ---------------------------------------------------------------------------------------------------------------------------------------------

/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
/** log(sigmoid(x)). */
export class LogSigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return gated.logsigmoid(x);
  }
}
/** x / (1 + |x|). */
export class Softsign extends Module {
  override forward(x: Tensor): Tensor {
    return gated.softsign(x);
  }
}
/** x - tanh(x). */
export class Tanhshrink extends Module {
  override forward(x: Tensor): Tensor {
    return gated.tanhshrink(x);
  }
}

// Others ------------------------------------------------------------------------------------------------------------------------------------------------------

/** x * Phi(x), Phi the normal distribution function. */
export class GELU extends Module {
  approximate: 'none' | 'tanh';
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
/** x where positive, else weight * x: one weight, or one for each channel. */
export class PReLU extends Module {
  readonly numParameters: number;
  declare weight: Parameter;
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
/** The first half along a dim, times the sigmoid of the second. */
export class GLU extends Module {
  readonly dim: number;
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

export interface DimOptions {
  dim?: number | null;
}
/** A normalisation along a dim; without one, PyTorch's choice by rank: the first for 0, 1 and 3 dims, else the second. */
abstract class AlongDim extends Module {
  dim: number | null;
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
/** exp(x) / sum(exp(x)) along a dim. */
export class Softmax extends AlongDim {
  override forward(x: Tensor): Tensor {
    return softmax(x, this.dimOf(x));
  }
}
/** log(softmax(x)) along a dim. */
export class LogSoftmax extends AlongDim {
  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dimOf(x));
  }
}
/** softmax(-x) along a dim. */
export class Softmin extends AlongDim {
  override forward(x: Tensor): Tensor {
    return gated.softmin(x, this.dimOf(x));
  }
}
/** Softmax over the channels of images (n?, c, h, w). */
export class Softmax2d extends Module {
  override forward(x: Tensor): Tensor {
    return softmax(x, -3);
  }
}

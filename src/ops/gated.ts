// Smooth activations: x times or beside a gate, and the stochastic ones.

import { float64 } from '../core/dtype.js';
import { ArgumentError, fail, ShapeError, show } from '../core/errors.js';
import { checkDim } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import { empty, type Tensor } from '../tensor/tensor.js';
import { sigmoid, softplus, tanh } from './activation.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg, square, sub } from './arithmetic.js';
import { eq } from './compare.js';
import { detach, toDtype } from './copy.js';
import { fromArray } from './create.js';
import { backward2, unary } from './define.js';
import { activation, rewrite } from './derived.js';
import { uniform } from './draw.js';
import { amax } from './extrema.js';
import { bounded } from './guard.js';
import { abs } from './pointwise.js';
import { needFloat } from './promote.js';
import { generatorOf, type RandomOptions } from './random.js';
import { leakyRelu } from './rectifier.js';
import { softmax } from './softmax.js';
import { narrow } from './view.js';

const mishOp = unary('mish', K.mish, { integers: 'refuse', saves: 1, vjp: (dy, node) => mishBackward(dy, node.x(0)) });
const mishBackward = backward2('mishBackward', K.mish_bwd, 3, [
  (g, node) => mishBackward(g, node.x(1)),
  // With t = tanh(softplus x), s = sigmoid x and u = t' = s (1 - t^2): mish'' = 2 u + x u' = u (2 + x (1 - s - 2 t s)).
  (g, node) => {
    const x = bounded(node.x(1));
    const [t, s] = [tanh(softplus(x, { threshold: Number.POSITIVE_INFINITY })), sigmoid(x)];
    const u = mul(s, sub(1, square(t)));
    return mul(mul(g, node.x(0)), mul(u, add(mul(x, sub(sub(1, s), mul(mul(t, s), 2))), 2)));
  },
]);
/** x * tanh(softplus(x)). */
export const mish = activation('mish', {}, (x) => mishOp(x));

/** The first half along a dim times the sigmoid of the second. */
export function glu(x: Tensor, ...args: ArgsOf<{ dim?: number }, ['dim']>): Tensor {
  const { dim = -1 } = readArgs<{ dim?: number }>('glu', args, ['dim']);
  if (asTensor('glu', 'input', x).ndim === 0) fail(ShapeError, 'glu', 'an input of at least 1 dim', 'a 0-d tensor: glu does not support 0-dimensional tensors');
  const at = checkDim('glu', dim, x.ndim);
  const size = shapeOf(x)[at];
  if (size % 2 !== 0) fail(ShapeError, 'glu', `an even size of dim ${at}`, `${size}: Halving dimension must be even`);
  return mul(narrow(needFloat('glu', x), at, 0, size / 2), sigmoid(narrow(x, at, size / 2, size / 2)));
}

/** log(1 / (1 + exp(-x))). */
export const logsigmoid = (x: Tensor): Tensor => neg(softplus(neg(asTensor('logsigmoid', 'input', x)), { threshold: Number.POSITIVE_INFINITY }));
const softsignOp = defineOp({
  name: 'softsign',
  saves: 1,
  forward: ([x]) => noGrad(() => div(x, add(abs(x), 1))),
  // Not as the difference of the quotient's two terms, which cancel far out.
  vjp: [
    (dy, node) => {
      const size = add(abs(node.x(0)), 1);
      return div(div(dy, size), size);
    },
  ],
});
/** x / (1 + |x|). */
export const softsign = (x: Tensor): Tensor => apply(softsignOp, [asTensor('softsign', 'input', x)], undefined);

const tanhshrinkOp = defineOp({
  name: 'tanhshrink',
  saves: 1,
  forward: ([x]) => noGrad(() => sub(x, tanh(x))),
  // Not as 1 - (1 - tanh²), which cancels near 0.
  vjp: [(dy, node) => mul(dy, square(tanh(node.x(0))))],
});
/** x - tanh(x). */
export const tanhshrink = (x: Tensor): Tensor => apply(tanhshrinkOp, [asTensor('tanhshrink', 'input', x)], undefined);
/** softmax(-x). */
export const softmin = (x: Tensor, ...args: Tail<typeof softmax>): Tensor => softmax(neg(asTensor('softmin', 'input', x)), ...args);
type Tail<F> = F extends (x: Tensor, ...rest: infer R) => Tensor ? R : never;

export interface RreluOptions {
  lower?: number;
  upper?: number;
  /** In training the slope of each element is drawn, else it is the middle one. */
  training?: boolean;
  inplace?: boolean;
  generator?: RandomOptions['generator'];
}
/** leakyRelu with slopes between lower and upper. */
export function rrelu(x: Tensor, ...args: ArgsOf<RreluOptions, ['lower', 'upper', 'training', 'inplace']>): Tensor {
  const {
    lower = 1 / 8,
    upper = 1 / 3,
    training = false,
    inplace = false,
    generator,
  } = readArgs<RreluOptions>('rrelu', args, ['lower', 'upper', 'training', 'inplace'], ['generator']);
  const [low, high] = [asNumber('rrelu', 'lower', lower), asNumber('rrelu', 'upper', upper)];
  if (!asBoolean('rrelu', 'training', training)) return leakyRelu(x, (low + high) / 2, inplace);
  // As PyTorch draws: one slope for each element that is not positive, in order, always in float64.
  const values = needFloat('rrelu', asTensor('rrelu', 'input', x)).toTypedArray() as Float32Array;
  const slopes = new x.dt.array(x.count).fill(1 as never) as Float32Array;
  const places = Array.from(values.keys()).filter((i) => values[i] <= 0);
  const draws = empty([places.length], float64);
  uniform(generatorOf('rrelu', generator), draws, low, high);
  const drawn = draws.toTypedArray();
  for (const [k, i] of places.entries()) slopes[i] = drawn[k] as number;
  const f = (input: Tensor): Tensor => mul(input, fromArray('rrelu', slopes, shapeOf(x), x.dt));
  return inplace ? rewrite(f)(x) : f(x);
}

export interface GumbelOptions {
  tau?: number;
  /** One-hot results, with the gradient of the soft ones. */
  hard?: boolean;
  eps?: number;
  dim?: number;
  generator?: RandomOptions['generator'];
}
/** A sample of the Gumbel-softmax distribution along a dim. */
export function gumbelSoftmax(logits: Tensor, ...args: ArgsOf<GumbelOptions, ['tau', 'hard', 'eps', 'dim']>): Tensor {
  const op = 'gumbelSoftmax';
  const { tau = 1, hard = false, dim = -1, generator } = readArgs<GumbelOptions>(op, args, ['tau', 'hard', 'eps', 'dim'], ['generator']);
  needFloat(op, asTensor(op, 'input', logits));
  if (asNumber(op, 'tau', tau) === 0) fail(ArgumentError, op, 'tau other than 0', show(tau));
  const draws = new logits.dt.array(logits.count) as Float32Array | Float64Array;
  generatorOf(op, generator).exponential(draws);
  const gumbels = neg(fromArray(op, draws, shapeOf(logits), logits.dt).log());
  const soft = softmax(div(add(logits, gumbels), tau), dim);
  if (!asBoolean(op, 'hard', hard)) return soft;
  const winners = eq(soft, amax(soft, dim, true));
  return add(sub(toDtype(winners, soft.dt), detach(soft)), soft);
}

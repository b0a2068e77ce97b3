// The op behind every norm: groups of elements to mean 0 and variance 1 (or mean square 1), scaled and shifted by channel; one kernel forward and one backward.

import { float64 } from '../core/dtype.js';
import { sameShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { full } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { isGradEnabled, type Node, OUT } from '../tensor/node.js';
import { applyMulti, defineOp } from '../tensor/op.js';
import { addressOf, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { add, mul, sub } from './arithmetic.js';
import { toDtype } from './copy.js';
import { rsqrt } from './pointwise.js';
import { mean, sum, var_ } from './reduce.js';
import { reshape } from './view.js';

/** x is seen as a contiguous (outer, groups, inner): a group is all that has one index in the middle. Element e has channel e / span % channels. */
export interface Groups {
  readonly outer: number;
  readonly groups: number;
  readonly inner: number;
  readonly channels: number;
  readonly span: number;
  readonly eps: number;
  /** By mean and variance; else by the mean square. */
  readonly centred: boolean;
}
/** With the parameters that stand among the inputs, after x. */
interface Scaled extends Groups {
  readonly weighted: boolean;
  readonly biased: boolean;
}
const sizesOf = ({ centred, eps, outer, groups, inner, channels, span }: Groups) => [Number(centred), eps, outer, groups, inner, channels, span] as const;

/** y, and the mean and variance of every group. */
function forward(inputs: readonly Tensor[], args: Scaled): Tensor[] {
  const { groups, weighted, biased } = args;
  const [x, ...parameters] = inputs.map(contiguousCopy);
  const y = empty(shapeOf(x), x.dt);
  if (x.count === 0) return [y, full([groups], Number.NaN, float64), full([groups], Number.NaN, float64)];
  const [middle, variance] = [empty([groups], float64), empty([groups], float64)];
  const weight = weighted ? addressOf(parameters[0]) : 0;
  const bias = biased ? addressOf(parameters[Number(weighted)]) : 0;
  const results = [addressOf(y), addressOf(middle), addressOf(variance)] as const;
  K.standardize[x.dt.code](addressOf(x), weight, bias, ...results, Number(weighted), Number(biased), ...sizesOf(args));
  return [y, middle, variance];
}

/** Elements that are worth a task; how many samples' gradients a task adds up, at least and at most. */
const [WORTH, FEWEST, MOST] = [32768, 4, 32];

/** The gradients of x, weight and bias by the kernel, which adds up those of the parameters in blocks of samples. */
function fused(dy: Tensor, node: Node, learnt: boolean): Tensor[] {
  const args = node.args as Scaled;
  const { outer, groups, inner, channels, span, weighted } = args;
  const [g, x, weight] = [contiguousCopy(dy), contiguousCopy(node.x(0)), weighted ? contiguousCopy(node.x(1)) : null];
  const [middle, variance] = [node.unpack(node.inputs.length + 1), node.unpack(node.inputs.length + 2)];
  const block = Math.min(Math.max(Math.floor(WORTH / (outer * inner)), FEWEST), MOST);
  const blocks = Math.ceil((groups * inner) / (channels * span) / block);
  const table = blocks > 1 ? [blocks, channels] : [channels];
  const [dx, dweight, dbias] = [empty(shapeOf(x), x.dt), empty(learnt ? table : [0], x.dt), empty(learnt ? table : [0], x.dt)];
  const read = [addressOf(g), addressOf(x), addressOf(middle), addressOf(variance), weight === null ? 0 : addressOf(weight)] as const;
  const written = [addressOf(dx), addressOf(dweight), addressOf(dbias)] as const;
  K.standardize_bwd[x.dt.code](...read, ...written, Number(weighted), Number(learnt), ...sizesOf(args), block);
  return learnt && blocks > 1 ? [dx, sum(dweight, 0), sum(dbias, 0)] : [dx, dweight, dbias];
}

/** The same by differentiable ops: with z the standardised x and g = dy weight, dx = (g - mean(g) - z mean(g z)) / sqrt(variance + eps). */
function differentiable(dy: Tensor, node: Node): Tensor[] {
  const { outer, groups, inner, channels, span, eps, centred, weighted } = node.args as Scaled;
  const [grouped, byChannel] = [
    [outer, groups, inner],
    [dy.count / (channels * span), channels, span],
  ];
  const over = { dim: [0, 2], keepdim: true };
  // In float64, whose range holds the squares of any float32.
  const wide = (t: Tensor): Tensor => toDtype(t, float64);
  const x = wide(reshape(node.x(0), grouped));
  const variance = centred ? var_(x, { ...over, correction: 0 }) : mean(mul(x, x), over);
  const rstd = rsqrt(add(variance, eps));
  const z = mul(centred ? sub(x, mean(x, over)) : x, rstd);
  const dys = wide(reshape(dy, byChannel));
  const g = reshape(weighted ? mul(dys, wide(reshape(node.x(1), [channels, 1]))) : dys, grouped);
  const rest = centred ? sub(g, mean(g, over)) : g;
  const gradients = [mul(sub(rest, mul(z, mean(mul(g, z), over))), rstd), sum(mul(dys, reshape(z, byChannel)), [0, 2]), sum(dys, [0, 2])];
  return gradients.map((t) => toDtype(t, dy.dt));
}

const standardOp = defineOp<Scaled>({
  name: 'standardize',
  saves: (_needs, { weighted }) => OUT | (weighted ? 3 : 1),
  keeps: [1, 2],
  nondifferentiable: [1, 2],
  forward,
  joint: ([dy], node, needs) => {
    if (dy === null) return [];
    const shaped = node.inputs.map((_, i) => (needs(i) ? node.inputMeta(i).shape : null));
    if (dy.count === 0) return shaped.map((shape) => shape && full(shape, 0, dy.dt));
    const { weighted } = node.args as Scaled;
    const learnt = shaped.slice(1).some((shape) => shape !== null);
    const [dx, dweight, dbias] = isGradEnabled() ? differentiable(dy, node) : fused(dy, node, learnt);
    const gradients = weighted ? [dx, dweight, dbias] : [dx, dbias];
    return shaped.map((shape, i) => shape && (sameShape(shape, shapeOf(gradients[i])) ? gradients[i] : reshape(gradients[i], shape)));
  },
});

/** x by groups to mean 0 and variance 1, times weight, plus bias, each if there is one and of x's dtype; with the mean and variance of every group in float64, which carry no gradient. */
export function standardize(x: Tensor, weight: Tensor | null, bias: Tensor | null, groups: Groups): { y: Tensor; mean: Tensor; variance: Tensor } {
  const inputs = [x, weight, bias].filter((t) => t !== null);
  const [y, middle, variance] = applyMulti(standardOp, inputs, { ...groups, weighted: weight !== null, biased: bias !== null });
  return { y, mean: middle, variance };
}

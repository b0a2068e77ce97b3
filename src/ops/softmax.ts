// Softmax and its logarithm along one dim, with fused backward kernels that are ops themselves.

import type { DType } from '../core/dtype.js';
import { checkDim, numel, type Shape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { dtypeOf } from '../tensor/defaults.js';
import { shapeOf } from '../tensor/inner.js';
import { OUT } from '../tensor/node.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { addressOf, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { mul, neg, sub } from './arithmetic.js';
import { toDtype } from './copy.js';
import { kernelFor } from './map.js';
import { exp } from './pointwise.js';
import { needFloat, rawCast } from './promote.js';
import { sum } from './reduce.js';

type Forward = (x: number, y: number, outer: number, r: number, inner: number) => void;
type Backward = (dy: number, y: number, dx: number, outer: number, r: number, inner: number) => void;

/** (outer, r, inner) around one dim. */
const around = (shape: Shape, dim: number): [number, number, number] => [numel(shape.slice(0, dim)), shape[dim] ?? 1, numel(shape.slice(dim + 1))];

function forward(name: string, kernels: readonly Forward[]): (inputs: readonly Tensor[], dim: number) => Tensor {
  return ([x], dim) => {
    const { dt } = needFloat(name, x);
    const packed = contiguousCopy(x);
    const y = empty(shapeOf(x), dt);
    if (y.count > 0) kernelFor(name, kernels, dt)(addressOf(packed), addressOf(y), ...around(shapeOf(x), dim));
    return y;
  };
}
function backward(name: string, kernels: readonly Backward[]): (inputs: readonly Tensor[], dim: number) => Tensor {
  return ([dy, y], dim) => {
    const [p, q] = [contiguousCopy(rawCast(dy, y.dt)), contiguousCopy(y)];
    const dx = empty(shapeOf(y), y.dt);
    if (y.count > 0) kernelFor(name, kernels, y.dt)(addressOf(p), addressOf(q), addressOf(dx), ...around(shapeOf(y), dim));
    return dx;
  };
}
const total = (x: Tensor, dim: number): Tensor => sum(x, { dim, keepdim: true });

const softmaxOp: Op<number> = defineOp<number>({
  name: 'softmax',
  saves: OUT,
  forward: forward('softmax', K.softmax),
  vjp: [(dy, node) => apply(softmaxBackward, [dy, node.y], node.args as number)],
});
/** dx = y (dy - sum(dy y)). */
const softmaxBackward: Op<number> = defineOp<number>({
  name: 'softmaxBackward',
  saves: 3,
  forward: backward('softmaxBackward', K.softmax_bwd),
  vjp: [
    (g, node) => apply(softmaxBackward, [g, node.x(1)], node.args as number),
    (g, node) => {
      const [dy, y, dim] = [node.x(0), node.x(1), node.args as number];
      return sub(mul(g, sub(dy, total(mul(dy, y), dim))), mul(dy, total(mul(g, y), dim)));
    },
  ],
});

const logSoftmaxOp: Op<number> = defineOp<number>({
  name: 'logSoftmax',
  saves: OUT,
  forward: forward('logSoftmax', K.log_softmax),
  vjp: [(dy, node) => apply(logSoftmaxBackward, [dy, node.y], node.args as number)],
});
/** dx = dy - exp(y) sum(dy). */
const logSoftmaxBackward: Op<number> = defineOp<number>({
  name: 'logSoftmaxBackward',
  saves: 3,
  forward: backward('logSoftmaxBackward', K.log_softmax_bwd),
  vjp: [
    (g, node) => sub(g, total(mul(g, exp(node.x(1))), node.args as number)),
    (g, node) => neg(mul(mul(g, exp(node.x(1))), total(node.x(0), node.args as number))),
  ],
});

export interface SoftmaxOptions {
  dim?: number;
  dtype?: DType;
}
export type SoftmaxArgs = ArgsOf<SoftmaxOptions, ['dim']>;

function along(op: string, definition: Op<number>, x: Tensor, args: SoftmaxArgs): Tensor {
  asTensor(op, 'input', x);
  const { dim, dtype } = readArgs<SoftmaxOptions>(op, args, ['dim'], ['dtype']);
  const d = checkDim(op, dim, x.ndim);
  return apply(definition, [dtype === undefined ? x : toDtype(x, dtypeOf(op, dtype))], d);
}

/** exp(x) / sum(exp(x)) along a dim. */
export const softmax = (x: Tensor, ...args: SoftmaxArgs): Tensor => along('softmax', softmaxOp, x, args);
/** log(softmax(x)) along a dim, without its rounding. */
export const logSoftmax = (x: Tensor, ...args: SoftmaxArgs): Tensor => along('logSoftmax', logSoftmaxOp, x, args);

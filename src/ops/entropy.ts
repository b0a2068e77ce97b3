// Binary cross entropy, of probabilities and of logits, and what is built on the logistic function.

import { ArgumentError, fail, ShapeError } from '../core/errors.js';
import { broadcastShapes, sameShape, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { softplus } from './activation.js';
import { type ArgsOf, asTensor, readArgs } from './args.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { clamp } from './clamp.js';
import { log1p } from './exponential.js';
import { amax, amin } from './extrema.js';
import { log } from './pointwise.js';
import { needFloat } from './promote.js';
import { mean } from './reduce.js';
import { needSameShape, type ReductionOption, reduced } from './reduced.js';
import { broadcastTo } from './view.js';

/** log(1 + exp(-x)), exact to float64. */
const softMinus = (x: Tensor): Tensor => softplus(neg(x), 1, 40);

/** Inputs p and the target t: -(t log p + (1 - t) log(1 - p)), logarithms taken as at least -100. */
const bceOp = defineOp({
  name: 'binaryCrossEntropy',
  saves: 3,
  forward: ([p, t]) => noGrad(() => neg(add(mul(t, clamp(log(p), { min: -100 })), mul(sub(1, t), clamp(log1p(neg(p)), { min: -100 }))))),
  vjp: [
    (dy, node) => {
      const [p, t] = [node.x(0), node.x(1)];
      // Divided first: a small dy times a small difference may be below float32.
      return mul(dy, div(sub(p, t), clamp(mul(sub(1, p), p), { min: 1e-12 })));
    },
    (dy, node) => mul(dy, sub(log1p(neg(node.x(0))), log(node.x(0)))),
  ],
});

export interface BceOptions extends ReductionOption {
  /** A factor for every element. */
  weight?: Tensor | null;
}

/** The cross entropy between probabilities and targets in [0, 1]. */
export function binaryCrossEntropy(input: Tensor, target: Tensor, ...args: ArgsOf<BceOptions, ['weight']>): Tensor {
  const op = 'binaryCrossEntropy';
  const { weight = null, reduction } = readArgs<BceOptions>(op, args, ['weight'], ['reduction']);
  needFloat(op, asTensor(op, 'input', input));
  needSameShape(op, 'a target', asTensor(op, 'target', target), shapeOf(input));
  if (input.count > 0 && !((amin(input).item() as number) >= 0 && (amax(input).item() as number) <= 1)) {
    fail(ArgumentError, op, 'probabilities', 'one out of range: all elements of input should be between 0 and 1');
  }
  const loss = apply(bceOp, [input, target], undefined);
  if (weight === null) return reduced(op, loss, reduction);
  return reduced(op, mul(loss, broadcastTo(asTensor(op, 'weight', weight), broadcastShapes(op, shapeOf(target), shapeOf(weight)))), reduction);
}

export interface BceWithLogitsOptions extends BceOptions {
  /** What a positive target counts, by class. */
  posWeight?: Tensor | null;
}

/** The cross entropy between sigmoid(input) and targets: (1 - t) x + (1 + (w - 1) t) log(1 + exp(-x)), w = posWeight. */
export function binaryCrossEntropyWithLogits(input: Tensor, target: Tensor, ...args: ArgsOf<BceWithLogitsOptions, ['weight']>): Tensor {
  const op = 'binaryCrossEntropyWithLogits';
  const { weight = null, posWeight = null, reduction } = readArgs<BceWithLogitsOptions>(op, args, ['weight'], ['reduction', 'posWeight']);
  needFloat(op, asTensor(op, 'input', input));
  needSameShape(op, 'a target', asTensor(op, 'target', target), shapeOf(input));
  const soft = softMinus(input);
  const positive = posWeight === null ? soft : mul(soft, add(mul(target, sub(asTensor(op, 'posWeight', posWeight), 1)), 1));
  const loss = add(mul(sub(1, target), input), positive);
  return reduced(op, weight === null ? loss : mul(loss, asTensor(op, 'weight', weight)), reduction);
}

/** log(1 + exp(-target * input)): targets are 1 and -1. */
export function softMarginLoss(input: Tensor, target: Tensor, ...args: ArgsOf<ReductionOption, []>): Tensor {
  const op = 'softMarginLoss';
  const { reduction } = readArgs<ReductionOption>(op, args, [], ['reduction']);
  return reduced(op, softMinus(mul(asTensor(op, 'input', input), asTensor(op, 'target', target))), reduction);
}

/** The binary cross entropy of each class's logit, averaged over the classes. */
export function multilabelSoftMarginLoss(input: Tensor, target: Tensor, ...args: ArgsOf<BceOptions, ['weight']>): Tensor {
  const op = 'multilabelSoftMarginLoss';
  const { weight = null, reduction } = readArgs<BceOptions>(op, args, ['weight'], ['reduction']);
  asTensor(op, 'input', input);
  asTensor(op, 'target', target);
  if (input.ndim === 0 || !sameShape(shapeOf(input), shapeOf(target)))
    fail(ShapeError, op, `a target of shape ${showShape(shapeOf(input))} with a dim of classes`, showShape(shapeOf(target)));
  const loss = add(mul(target, softMinus(input)), mul(sub(1, target), softMinus(neg(input))));
  return reduced(op, mean(weight === null ? loss : mul(loss, asTensor(op, 'weight', weight)), -1), reduction);
}

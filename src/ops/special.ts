// Special functions: those of PyTorch's `special` that have no name outside of it.
import { noGrad } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { mul, neg, sub } from './arithmetic.js';
import { gt, lt, where } from './compare.js';
import { log1p, timesLog } from './exponential.js';
import { erfc } from './gamma.js';
import { log } from './pointwise.js';

const entrOp = defineOp({
  name: 'entr',
  saves: 1,
  forward: ([x]) => noGrad(() => where(gt(x, 0), neg(mul(x, log(x))), where(lt(x, 0), Number.NEGATIVE_INFINITY, x))),
  vjp: [(dy, node) => mul(dy, sub(-1, log(node.x(0))))],
});
/** -x log(x): 0 at 0, -inf below. */
export const entr = (x: Tensor): Tensor => apply(entrOp, [asTensor('entr', 'input', x)], undefined);

/** The normal distribution function. */
export const ndtr = (x: Tensor): Tensor => mul(erfc(mul(asTensor('ndtr', 'input', x), -Math.SQRT1_2)), 0.5);

/** x * log(1 + y), 0 where x is 0. */
export const xlog1py = timesLog('xlog1py', log1p, -1);

// Rounding to whole numbers or to decimals.
import { K } from '../kernels/load.js';
import { constant } from '../tensor/fill.js';
import { applyInPlace } from '../tensor/inplace.js';
import { noGrad } from '../tensor/node.js';
import { apply, defineOp } from '../tensor/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { div } from './arithmetic.js';
import { where } from './compare.js';
import { zerosOf } from './copy.js';
import { isinf } from './finite.js';
import { map1, map2 } from './map.js';
import { needFloat } from './promote.js';
import { anyTrue } from './reduce.js';
import { copies, roundOp } from './round.js';

/** Rounded at 10^-decimals: scaled, rounded, scaled back. */
const roundDecimalsOp = defineOp<number>({
  name: 'roundDecimals',
  nodeName: 'RoundBackward1',
  forward: ([x], decimals, out) => {
    const scale = constant(10 ** Math.abs(decimals), needFloat('round', x).dt);
    const [to, back] = decimals > 0 ? [K.mul, K.div] : [K.div, K.mul];
    const scaled = map2('round', to, x, scale);
    // What is too large to be scaled has no decimals.
    if (decimals > 0 && anyTrue(isinf(scaled))) {
      const kept = noGrad(() => where(isinf(scaled), x, div(round(scaled), scale)));
      return map1('round', copies, kept, x.dt, out);
    }
    return map2('round', back, map1('round', K.round, scaled, x.dt), scale, out);
  },
  vjp: [(dy) => zerosOf(dy)],
});
export interface RoundOptions {
  /** Digits after the point that stay; negative ones are zeros before it. */
  decimals?: number;
}
const decimalsOf = (op: string, args: ArgsOf<RoundOptions, []>): number =>
  asNumber(op, 'decimals', readArgs<RoundOptions>(op, args, [], ['decimals']).decimals ?? 0);
/** The nearest integer, or decimal number, halves to even. */
export function round(x: Tensor, ...args: ArgsOf<RoundOptions, []>): Tensor {
  const decimals = decimalsOf('round', args);
  return decimals === 0 ? apply(roundOp, [asTensor('round', 'input', x)], undefined) : apply(roundDecimalsOp, [asTensor('round', 'input', x)], decimals);
}
export function round_(x: Tensor, ...args: ArgsOf<RoundOptions, []>): Tensor {
  const decimals = decimalsOf('round_', args);
  return decimals === 0
    ? applyInPlace(roundOp, [asTensor('round_', 'input', x)], undefined)
    : applyInPlace(roundDecimalsOp, [asTensor('round_', 'input', x)], decimals);
}

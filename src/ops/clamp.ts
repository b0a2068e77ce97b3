// Clamping between bounds that are numbers, by one kernel, or tensors.
import { bool, type DTypeInfo } from '../core/dtype.js';
import { ArgumentError, DTypeError, fail } from '../core/errors.js';
import { K } from '../kernels/load.js';
import { applyInPlace } from '../tensor/inplace.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { ge, gt, le, logicalAnd, logicalOr, lt, where } from './compare.js';
import { type Kernel1, map1, map2 } from './map.js';
import { type Operand, operand, resultType } from './promote.js';

type Bound = Operand | null;
export interface ClampOptions {
  min?: Bound;
  max?: Bound;
}
type ClampArgs = ArgsOf<ClampOptions, ['min', 'max']>;
interface Given {
  readonly min: Bound;
  readonly max: Bound;
}

function readBounds(op: string, x: Tensor, args: ClampArgs): Given {
  const { min = null, max = null } = readArgs<ClampOptions>(op, args, ['min', 'max']);
  if (min === null && max === null) throw new ArgumentError(`${op}: expected min, max or both, got neither: at least one of 'min' or 'max' must not be None`);
  // Against one tensor it is the minimum or the maximum, which truth values have.
  const one = (min === null || max === null) && (min instanceof Tensor || max instanceof Tensor);
  if (!one && resultType(x, ...[min, max].filter((bound) => bound !== null)) === bool) fail(DTypeError, op, 'a numeric tensor', 'bool: not implemented for it');
  return { min, max };
}

// Numbers -------------------------------------------------------------------------------------------------------------------------------------------------

interface Range {
  readonly min: number;
  readonly max: number;
}
const numberOf = (op: string, role: string, bound: Bound, missing: number): number => (bound === null ? missing : asNumber(op, role, bound));
const rangeOf = (op: string, { min, max }: Given): Range => ({
  min: numberOf(op, 'min', min, Number.NEGATIVE_INFINITY),
  max: numberOf(op, 'max', max, Number.POSITIVE_INFINITY),
});

/** A missing bound is infinite; in an integer kernel it is the end of the range. */
function within(dt: DTypeInfo, { min, max }: Range): [number, number] {
  const ends: Record<string, [number, number]> = { int32: [-(2 ** 31), 2 ** 31 - 1], int64: [-(2 ** 63), 2 ** 63 - 1024], uint8: [0, 255] };
  const [low, high] = ends[dt.name] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return [Math.max(min, low), Math.min(max, high)];
}

const clampOp = defineOp<Range>({
  name: 'clamp',
  saves: 1,
  forward: ([x], range, out) => {
    const dt = resultType(x, ...[range.min, range.max].filter((bound) => Math.abs(bound) !== Number.POSITIVE_INFINITY));
    const [low, high] = within(dt, range);
    const kernels: Kernel1[] = K.clamp.map((kernel) => (a, y, nd, rows) => kernel(a, y, low, high, nd, rows));
    return map1('clamp', kernels, x, dt, out);
  },
  // At the bounds themselves the derivative is 1, as in PyTorch.
  vjp: [
    (dy, node) => {
      const { min, max } = node.args as Range;
      return where(logicalAnd(ge(node.x(0), min), le(node.x(0), max)), dy, 0);
    },
  ],
});

// Tensors -------------------------------------------------------------------------------------------------------------------------------------------------

/** Inputs x and the bound. The gradient goes to x where it is within or on the bound, else to the bound. */
const oneSided = (name: string, kernels: typeof K.maximum, within: typeof ge, past: typeof lt): Op =>
  defineOp({
    name,
    nodeName: `${name[0].toUpperCase()}${name.slice(1)}Backward1`,
    saves: 3,
    forward: ([x, bound], _args, out) => map2(name, kernels, x, bound, out),
    vjp: [(dy, node) => where(within(node.x(0), node.x(1)), dy, 0), (dy, node) => where(past(node.x(0), node.x(1)), dy, 0)],
  });
const clampMinOp = oneSided('clampMin', K.maximum, ge, lt);
const clampMaxOp = oneSided('clampMax', K.minimum, le, gt);

/** Inputs x, min and max. Where min > max the result, and the gradient, is max's; where they are equal and x is not, nobody has the gradient, as in PyTorch. */
const clampBothOp = defineOp({
  name: 'clampBoth',
  nodeName: 'ClampBackward1',
  saves: 7,
  forward: ([x, min, max], _args, out) => map2('clamp', K.minimum, map2('clamp', K.maximum, x, min), max, out),
  vjp: [
    (dy, node) => where(logicalAnd(ge(node.x(0), node.x(1)), le(node.x(0), node.x(2))), dy, 0),
    (dy, node) => where(logicalAnd(lt(node.x(1), node.x(2)), lt(node.x(0), node.x(1))), dy, 0),
    (dy, node) => where(logicalOr(gt(node.x(0), node.x(2)), lt(node.x(2), node.x(1))), dy, 0),
  ],
});

/** The op and its inputs for bounds of which one is a tensor. */
function byTensors(op: string, x: Tensor, { min, max }: Given): [Op, Tensor[]] {
  if (min === null) return [clampMaxOp, [x, operand(op, 'max', max!, x)]];
  if (max === null) return [clampMinOp, [x, operand(op, 'min', min, x)]];
  return [clampBothOp, [x, operand(op, 'min', min, x), operand(op, 'max', max, x)]];
}
const hasTensor = ({ min, max }: Given): boolean => min instanceof Tensor || max instanceof Tensor;

/** min(max(x, min), max); bounds are numbers or tensors. Where x is within or on a bound, the gradient passes. */
export function clamp(x: Tensor, ...args: ClampArgs): Tensor {
  const given = readBounds('clamp', asTensor('clamp', 'input', x), args);
  return hasTensor(given) ? apply(...byTensors('clamp', x, given), undefined) : apply(clampOp, [x], rangeOf('clamp', given));
}
export function clamp_(x: Tensor, ...args: ClampArgs): Tensor {
  const given = readBounds('clamp_', asTensor('clamp_', 'input', x), args);
  return hasTensor(given) ? applyInPlace(...byTensors('clamp_', x, given), undefined) : applyInPlace(clampOp, [x], rangeOf('clamp_', given));
}

/** max(x, min). */
export const clampMin = (x: Tensor, min: Operand): Tensor => clamp(x, { min });
/** min(x, max). */
export const clampMax = (x: Tensor, max: Operand): Tensor => clamp(x, { max });
export const clampMin_ = (x: Tensor, min: Operand): Tensor => clamp_(x, { min });
export const clampMax_ = (x: Tensor, max: Operand): Tensor => clamp_(x, { max });

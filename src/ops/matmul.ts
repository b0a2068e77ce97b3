// Matrix products: one gemm for all ranks. Transposes and expanded batches are strides, never copies.

import { Category, type DTypeInfo, int64 } from '../core/dtype.js';
import { DTypeError, fail, ShapeError } from '../core/errors.js';
import { broadcastShapes, expandsTo, numel, type Shape, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf, stridesOf } from '../tensor/inner.js';
import { apply, defineOp } from '../tensor/op.js';
import { addressOf, alias, copyInto, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asNumber, asTensor, readArgs } from './args.js';
import { mul } from './arithmetic.js';
import { kernelFor } from './map.js';
import { rawCast } from './promote.js';
import { broadcastTo, reshape, squeeze, transpose, unsqueeze } from './view.js';

/** Each operand's gradient needs the other one. */
export const needsOther = (needs: number): number => (needs & 2 ? 1 : 0) | (needs & 1 ? 2 : 0);
export const turned = (x: Tensor): Tensor => transpose(x, -2, -1);

/** Whether a matrix lies in memory column by column, as a weight behind `t()` does. */
function liesTurned(x: Tensor): boolean {
  const strides = stridesOf(x);
  const last = x.ndim - 1;
  return strides[last - 1] === 1 && strides[last] !== 1 && shapeOf(x)[last] > 1;
}
/** Bits of the operands that lie so. Their gradients are made in the same order, so that the leaf behind the view gets its own without a copy. */
export const layoutBits = (a: Tensor, b: Tensor): number => (liesTurned(a) ? 1 : 0) | (liesTurned(b) ? 2 : 0);
type Product = (a: Tensor, b: Tensor) => Tensor;
/** a b, lying in memory row by row or, if `turn`, column by column. */
export const lying = (times: Product, turn: number, a: Tensor, b: Tensor): Tensor => (turn ? turned(times(turned(b), turned(a))) : times(a, b));
/** dy b^T, the gradient of a. */
const gradientOfA = (times: Product, dy: Tensor, b: Tensor, bits: number): Tensor => lying(times, bits & 1, dy, turned(b));
/** a^T dy, the gradient of b. */
const gradientOfB = (times: Product, dy: Tensor, a: Tensor, bits: number): Tensor => lying(times, bits & 2, turned(a), dy);

/** Both operands of one dtype, with the dtype that the kernel computes in: integers go through int64. */
export function sharedType(op: string, a: Tensor, b: Tensor): DTypeInfo {
  if (a.dt !== b.dt) fail(DTypeError, op, 'operands of one dtype', `a ${a.dtype} and b ${b.dtype}: expected scalar type ${a.dtype} but found ${b.dtype}`);
  if (a.dt.category === Category.Bool) fail(DTypeError, op, 'numeric operands', 'bool');
  return a.dt.category === Category.Float ? a.dt : int64;
}

/** c = alpha a b + beta c for a (nb?, m, k) and b (nb?, k, n) of any strides, c contiguous. */
export function product(op: string, a: Tensor, b: Tensor, c: Tensor, alpha = 1, beta = 0): void {
  if (c.count === 0) return;
  // Plain indices: this is most of what a small product costs.
  const row = a.ndim - 2;
  const column = a.ndim - 1;
  const m = shapeOf(a)[row];
  const n = shapeOf(b)[column];
  const batched = row === 1;
  kernelFor(op, K.gemm, c.dt)(
    addressOf(a),
    addressOf(b),
    addressOf(c),
    m,
    n,
    shapeOf(a)[column],
    stridesOf(a)[row],
    stridesOf(a)[column],
    stridesOf(b)[row],
    stridesOf(b)[column],
    n,
    batched ? shapeOf(a)[0] : 1,
    batched ? stridesOf(a)[0] : 0,
    batched ? stridesOf(b)[0] : 0,
    batched ? m * n : 0,
    alpha,
    beta,
  );
}

const productOf = (op: string, a: Tensor, b: Tensor): Tensor => {
  const dt = sharedType(op, a, b);
  const c = empty(a.ndim === 2 ? [shapeOf(a)[0], shapeOf(b)[1]] : [shapeOf(a)[0], shapeOf(a)[1], shapeOf(b)[2]], dt);
  product(op, rawCast(a, dt), rawCast(b, dt), c);
  return rawCast(c, a.dt);
};

function checkRank(op: string, role: string, t: Tensor, ndim: number): void {
  asTensor(op, role, t);
  if (t.ndim !== ndim) fail(ShapeError, op, `${role} of ${ndim} dim${ndim === 1 ? '' : 's'}`, showShape(shapeOf(t)));
}
function checkInner(op: string, a: Tensor, b: Tensor, inner: number): void {
  if (shapeOf(a)[a.ndim - 1] !== inner) {
    throw new ShapeError(`${op}: expected inner sizes equal, got a ${showShape(shapeOf(a))} and b ${showShape(shapeOf(b))}: shapes cannot be multiplied`);
  }
}

// mm, bmm --------------------------------------------------------------------------------------------------------------------------------------------------

const mmOp = defineOp<number>({
  name: 'mm',
  saves: needsOther,
  forward: ([a, b]) => productOf('mm', a, b),
  vjp: [(dy, node) => gradientOfA(mm, dy, node.x(1), node.args as number), (dy, node) => gradientOfB(mm, dy, node.x(0), node.args as number)],
});
/** The product of two matrices, (m, k) x (k, n) -> (m, n). Gradients: dy b^T and a^T dy. */
export function mm(a: Tensor, b: Tensor): Tensor {
  checkRank('mm', 'a', a, 2);
  checkRank('mm', 'b', b, 2);
  checkInner('mm', a, b, shapeOf(b)[0]);
  return apply(mmOp, [a, b], layoutBits(a, b));
}

const bmmOp = defineOp<number>({
  name: 'bmm',
  saves: needsOther,
  forward: ([a, b]) => productOf('bmm', a, b),
  vjp: [(dy, node) => gradientOfA(bmm, dy, node.x(1), node.args as number), (dy, node) => gradientOfB(bmm, dy, node.x(0), node.args as number)],
});
/** Products of matrices batch by batch, (B, m, k) x (B, k, n) -> (B, m, n). */
export function bmm(a: Tensor, b: Tensor): Tensor {
  checkRank('bmm', 'a', a, 3);
  checkRank('bmm', 'b', b, 3);
  if (shapeOf(a)[0] !== shapeOf(b)[0]) fail(ShapeError, 'bmm', 'equal batch sizes', `a ${showShape(shapeOf(a))} and b ${showShape(shapeOf(b))}`);
  checkInner('bmm', a, b, shapeOf(b)[1]);
  return apply(bmmOp, [a, b], layoutBits(a, b));
}

// mv, dot, outer -------------------------------------------------------------------------------------------------------------------------------------------

const column = (v: Tensor): Tensor => alias(v, [shapeOf(v)[0], 1], [stridesOf(v)[0], 1], v.offset);
const row = (v: Tensor): Tensor => alias(v, [1, shapeOf(v)[0]], [1, stridesOf(v)[0]], v.offset);
const reshaped = (c: Tensor, shape: Shape): Tensor => alias(c, shape, shape.length === 0 ? [] : [1], c.offset);

const mvOp = defineOp({
  name: 'mv',
  saves: needsOther,
  forward: ([a, v]) => reshaped(productOf('mv', a, column(v)), [shapeOf(a)[0]]),
  vjp: [(dy, node) => outer(dy, node.x(1)), (dy, node) => mv(transpose(node.x(0), 0, 1), dy)],
});
/** A matrix times a vector, (m, k) x (k) -> (m). Gradients: dy v^T and a^T dy. */
export function mv(a: Tensor, v: Tensor): Tensor {
  checkRank('mv', 'a', a, 2);
  checkRank('mv', 'b', v, 1);
  checkInner('mv', a, v, shapeOf(v)[0]);
  return apply(mvOp, [a, v], undefined);
}

const dotOp = defineOp({
  name: 'dot',
  saves: needsOther,
  forward: ([a, b]) => reshaped(productOf('dot', row(a), column(b)), []),
  vjp: [(dy, node) => mul(dy, node.x(1)), (dy, node) => mul(dy, node.x(0))],
});
/** The inner product of two vectors. Gradients: dy b and dy a. */
export function dot(a: Tensor, b: Tensor): Tensor {
  checkRank('dot', 'a', a, 1);
  checkRank('dot', 'b', b, 1);
  checkInner('dot', a, b, shapeOf(b)[0]);
  return apply(dotOp, [a, b], undefined);
}

/** The outer product of two vectors, (m) x (n) -> (m, n). */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkRank('outer', 'a', a, 1);
  checkRank('outer', 'b', b, 1);
  return mul(unsqueeze(a, 1), unsqueeze(b, 0));
}
export const ger = outer;

// addmm ----------------------------------------------------------------------------------------------------------------------------------------------------

export interface AddmmOptions {
  /** Factor of the input; with 0 the input is not read. */
  beta?: number;
  /** Factor of the product. */
  alpha?: number;
}
/** The factors as PyTorch reads them: numbers of the product's dtype. */
export function factorsOf(op: string, dt: DTypeInfo, { beta = 1, alpha = 1 }: AddmmOptions): Required<AddmmOptions> {
  const held = (role: string, value: unknown): number => {
    const factor = asNumber(op, role, value);
    if (dt.category === Category.Float) return factor;
    return dt.category === Category.Bool ? Number(factor !== 0) : Math.trunc(factor);
  };
  return { beta: held('beta', beta), alpha: held('alpha', alpha) };
}
const by = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor));
interface AddmmArgs extends Required<AddmmOptions> {
  readonly layout: number;
}
/** The matrix without its rows or columns. */
const ofNothing = (x: Tensor, dim: number): Tensor => alias(x, shapeOf(x).with(dim, 0), stridesOf(x), x.offset);
const addmmOp = defineOp<AddmmArgs>({
  name: 'addmm',
  saves: (needs) => (needs & 4 ? 2 : 0) | (needs & 2 ? 4 : 0),
  forward: ([input, a, b], { beta, alpha }) => {
    const dt = sharedType('addmm', a, b);
    sharedType('addmm', input, a);
    const shape = [shapeOf(a)[0], shapeOf(b)[1]];
    const c = empty(shape, dt);
    if (beta !== 0) copyInto(c, input);
    // With alpha 0 a and b are not read, as in BLAS: a k of 0 leaves beta c.
    const [p, q] = alpha === 0 ? [ofNothing(a, 1), ofNothing(b, 0)] : [a, b];
    product('addmm', rawCast(p, dt), rawCast(q, dt), c, alpha, beta);
    return rawCast(c, a.dt);
  },
  vjp: [
    (dy, node) => by(dy, (node.args as AddmmArgs).beta),
    (dy, node) => by(gradientOfA(mm, dy, node.x(2), (node.args as AddmmArgs).layout), (node.args as AddmmArgs).alpha),
    (dy, node) => by(gradientOfB(mm, dy, node.x(1), (node.args as AddmmArgs).layout), (node.args as AddmmArgs).alpha),
  ],
});
/** beta * input + alpha * a b, the input broadcast to (m, n). */
export function addmm(input: Tensor, a: Tensor, b: Tensor, ...args: ArgsOf<AddmmOptions, []>): Tensor {
  asTensor('addmm', 'input', input);
  checkRank('addmm', 'a', a, 2);
  checkRank('addmm', 'b', b, 2);
  checkInner('addmm', a, b, shapeOf(b)[0]);
  const shape = [shapeOf(a)[0], shapeOf(b)[1]];
  if (!expandsTo(shapeOf(input), shape)) fail(ShapeError, 'addmm', `an input that broadcasts to ${showShape(shape)}`, showShape(shapeOf(input)));
  const { beta, alpha } = factorsOf('addmm', a.dt, readArgs<AddmmOptions>('addmm', args, [], ['beta', 'alpha']));
  return apply(addmmOp, [input, a, b], { beta, alpha, layout: layoutBits(a, b) });
}

// matmul ---------------------------------------------------------------------------------------------------------------------------------------------------

/** PyTorch's product for every rank: vectors, matrices, and batches of matrices, whose leading dims broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  asTensor('matmul', 'a', a);
  asTensor('matmul', 'b', b);
  if (a.ndim === 0 || b.ndim === 0)
    fail(
      ShapeError,
      'matmul',
      'both operands to have dims',
      `a ${showShape(shapeOf(a))} and b ${showShape(shapeOf(b))}: both arguments need to be at least 1D`,
    );
  checkInner('matmul', a, b, b.ndim === 1 ? shapeOf(b)[0] : shapeOf(b).at(-2)!);
  if (a.ndim === 1 && b.ndim === 1) return dot(a, b);
  if (a.ndim === 2 && b.ndim === 1) return mv(a, b);
  if (a.ndim === 1) return squeeze(matmul(unsqueeze(a, 0), b), -2);
  if (b.ndim === 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (a.ndim === 2 && b.ndim === 2) return mm(a, b);
  // One matrix for the whole batch: its rows are all multiplied at once.
  if (b.ndim === 2) return reshape(mm(reshape(a, [numel(shapeOf(a).slice(0, -1)), shapeOf(a).at(-1)!]), b), [...shapeOf(a).slice(0, -1), shapeOf(b)[1]]);
  const lead = broadcastShapes('matmul', shapeOf(a).slice(0, -2), shapeOf(b).slice(0, -2));
  const batches = numel(lead);
  const flat = (x: Tensor): Tensor => reshape(broadcastTo(x, [...lead, ...shapeOf(x).slice(-2)]), [batches, ...shapeOf(x).slice(-2)]);
  const y = bmm(flat(a), flat(b));
  return reshape(y, [...lead, shapeOf(a).at(-2)!, shapeOf(b).at(-1)!]);
}

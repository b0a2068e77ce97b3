// Comparisons, logic and choice. Comparisons and logic give bool and carry no gradient.

import { bool } from '../core/dtype.js';
import { broadcastShapes } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf } from '../tensor/inner.js';
import { collapse, dims } from '../tensor/loops.js';
import { apply, defineOp } from '../tensor/op.js';
import { addressOf, empty, type Tensor } from '../tensor/tensor.js';
import { asTensor } from './args.js';
import { copy_ } from './copy.js';
import { type Binary, comparing, inPlace, ofTensors } from './define.js';
import { type Kernel2, kernelFor, map2 } from './map.js';
import { type Operand, operand, rawCast, resultType } from './promote.js';

const truth = true;
const flipped = (kernels: readonly Kernel2[]): Kernel2[] => kernels.map((kernel) => (a, b, y, nd, rows) => kernel(b, a, y, nd, swapped(nd, rows)));
const swappedRows: number[] = [];
/** The plan with the two inputs' strides exchanged. */
function swapped(nd: number, rows: readonly number[]): number[] {
  swappedRows.length = 4 * nd;
  for (let r = 0; r < 4 * nd; r += 4) {
    swappedRows[r] = rows[r];
    swappedRows[r + 1] = rows[r + 2];
    swappedRows[r + 2] = rows[r + 1];
    swappedRows[r + 3] = rows[r + 3];
  }
  return swappedRows;
}

/** a == b, elementwise, as bool. */
export const eq: Binary<Tensor> = comparing('eq', K.eq, { truth });
/** a != b; true where either is NaN. */
export const ne: Binary<Tensor> = comparing('ne', K.ne, { truth });
/** a < b. */
export const lt: Binary<Tensor> = comparing('lt', K.lt, { truth });
/** a <= b. */
export const le: Binary<Tensor> = comparing('le', K.le, { truth });
/** a > b. */
export const gt: Binary<Tensor> = comparing('gt', flipped(K.lt), { truth });
/** a >= b. */
export const ge: Binary<Tensor> = comparing('ge', flipped(K.le), { truth });
/** True where x is NaN. */
export const isnan = (x: Tensor): Tensor => ne(x, x);

/** Whether each element is not zero, as bool; not recorded. */
const truthOf = (t: Tensor): Tensor => (t.dt === bool ? t : map2('ne', K.ne, t, operand('ne', 'other', 0, t), undefined, { truth }));

const logical = (name: string, kernels: readonly Kernel2[]): Binary<Tensor, Tensor> => {
  const op = defineOp({
    name,
    forward: ([a, b], _args, out) => {
      const y = map2(name, kernels, truthOf(a), truthOf(b), undefined, { truth });
      return out === undefined ? y : map2(name, K.maximum, y, y, out);
    },
  });
  return ofTensors(name, op);
};

/** Whether both are not zero. */
export const logicalAnd = logical('logicalAnd', K.mul);
/** Whether either is not zero. */
export const logicalOr = logical('logicalOr', K.maximum);
/** Whether exactly one is not zero. */
export const logicalXor = logical('logicalXor', K.ne);
/** Whether x is zero. */
export const logicalNot = (x: Tensor): Tensor => eq(asTensor('logicalNot', 'input', x), 0);

const whereOp = defineOp({
  name: 'where',
  saves: 1,
  forward: ([c, a, b]) => {
    const dt = a.dt === b.dt ? a.dt : resultType(a, b);
    const kernel = kernelFor('where', K.where, dt);
    const shape = broadcastShapes('where', broadcastShapes('where', shapeOf(c), shapeOf(a)), shapeOf(b));
    const y = empty(shape, dt);
    const [mask, p, q] = [truthOf(c), rawCast(a, dt), rawCast(b, dt)];
    if (y.count > 0) kernel(addressOf(mask), addressOf(p), addressOf(q), addressOf(y), collapse(shape, y, mask, p, q, y), dims);
    return y;
  },
  vjp: [null, (dy, node) => where(node.x(0), dy, 0), (dy, node) => where(node.x(0), 0, dy)],
});

/** condition ? a : b, elementwise and broadcast. The gradient goes to whichever was taken. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return apply(whereOp, [asTensor('where', 'condition', condition), operand('where', 'input', a, b), operand('where', 'other', b, a)], undefined);
}

export const eq_ = inPlace(eq.op);
export const ne_ = inPlace(ne.op);
export const lt_ = inPlace(lt.op);
export const le_ = inPlace(le.op);
export const gt_ = inPlace(gt.op);
export const ge_ = inPlace(ge.op);
export const logicalAnd_ = inPlace(logicalAnd.op);
export const logicalOr_ = inPlace(logicalOr.op);
export const logicalXor_ = inPlace(logicalXor.op);
export const logicalNot_ = (x: Tensor): Tensor => copy_(x, logicalNot(x));

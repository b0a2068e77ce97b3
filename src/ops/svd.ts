// Singular value decomposition.

import { float64, uint8 } from '../core/dtype.js';
import { fail, ShapeError } from '../core/errors.js';
import { numel, showShape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { shapeOf } from '../tensor/inner.js';
import { OUT } from '../tensor/node.js';
import { applyMulti, defineOp } from '../tensor/op.js';
import { addressOf, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asTensor, readArgs } from './args.js';
import { add, div, mul, sub } from './arithmetic.js';
import { toDtype } from './copy.js';
import { eye, zeros } from './create.js';
import { diagEmbed } from './diagonal.js';
import { matmul } from './matmul.js';
import { needFloat, rawCast } from './promote.js';
import { narrow, transpose, unsqueeze } from './view.js';

const turned = (x: Tensor): Tensor => transpose(x, -2, -1);

/** a (..., m, n) = u diag(s) vt, computed in float64 whatever the dtype. */
const svdOp = defineOp<boolean>({
  name: 'svd',
  saves: OUT,
  forward: ([a], full) => {
    const lead = shapeOf(a).slice(0, -2);
    const [m, n] = [shapeOf(a).at(-2)!, shapeOf(a).at(-1)!];
    const [p, q, nb] = [Math.max(m, n), Math.min(m, n), numel(lead)];
    const h = full ? p : q;
    const x = contiguousCopy(rawCast(a, float64));
    const results = [[m, m < n ? q : h], [q], [m < n ? h : q, n]].map((shape) => empty([...lead, ...shape], float64));
    const scratch = empty([8 * nb * (p * q + 3 * q * q + 2 * h * p + 4 * p + q)], uint8);
    const [u, s, vt] = results;
    K.svd[float64.code](addressOf(x), addressOf(u), addressOf(s), addressOf(vt), addressOf(scratch), nb, m, n, Number(full));
    return results.map((t) => rawCast(t, a.dt));
  },
  joint: ([du, ds, dvt], node) => {
    const [u, s, vt] = [1, 2, 3].map((place) => node.unpack(place));
    const k = shapeOf(s).at(-1)!;
    // Of full bases only the singular vectors themselves depend on a in a way that can be told.
    const columns = (t: Tensor | null): Tensor | null => t && narrow(t, -1, 0, k);
    const rows = (t: Tensor | null): Tensor | null => t && narrow(t, -2, 0, k);
    // In float64 as forward: the squares of the singular values may be out of the range of float32.
    const wide = (t: Tensor | null): Tensor | null => t && toDtype(t, float64);
    const da = svdBackward(wide(columns(du)), wide(ds), wide(rows(dvt)), wide(columns(u))!, wide(s)!, wide(rows(vt))!);
    return [toDtype(da, s.dt)];
  },
});

const antisymmetric = (x: Tensor): Tensor => sub(x, turned(x));
/** With E[i, j] = s[j]^2 - s[i]^2: the gradient through vectors that turn as a changes, and beyond the spanned space where a is not square. */
function svdBackward(du: Tensor | null, ds: Tensor | null, dvt: Tensor | null, u: Tensor, s: Tensor, vt: Tensor): Tensor {
  const k = shapeOf(s).at(-1)!;
  const [row, column] = [unsqueeze(s, -2), unsqueeze(s, -1)];
  const terms: Tensor[] = ds === null ? [] : [diagEmbed(ds)];
  if (du !== null || dvt !== null) {
    const gaps = add(sub(mul(row, row), mul(column, column)), eye(k, { dtype: s.dtype }));
    if (du !== null) terms.push(mul(div(antisymmetric(matmul(turned(u), du)), gaps), row));
    if (dvt !== null) terms.push(mul(column, div(antisymmetric(matmul(vt, turned(dvt))), gaps)));
  }
  const inner = terms.reduce((a, b) => add(a, b));
  let left = matmul(u, inner);
  if (du !== null && shapeOf(u).at(-2)! > k) left = add(left, div(sub(du, matmul(u, matmul(turned(u), du))), row));
  const da = matmul(left, vt);
  if (dvt === null || shapeOf(vt).at(-1)! <= k) return da;
  return add(da, matmul(div(u, row), sub(dvt, matmul(matmul(dvt, turned(vt)), vt))));
}

export const svdOf = (a: Tensor, full: boolean): Tensor[] => applyMulti(svdOp, [a], full);
/** The singular values, falling. */
export const singularValues = (a: Tensor): Tensor => svdOf(a, false)[1];

function checked(op: string, a: Tensor): Tensor {
  needFloat(op, asTensor(op, 'input', a));
  return a.ndim >= 2 ? a : fail(ShapeError, op, 'a matrix or batches of matrices', `${showShape(shapeOf(a))}: must have at least 2 dimensions`);
}

/** linalg.svd: [u, s, vt] with square u and vt unless fullMatrices is false. */
export function linalgSvd(a: Tensor, ...args: ArgsOf<{ fullMatrices?: boolean }, ['fullMatrices']>): Tensor[] {
  const { fullMatrices = true } = readArgs<{ fullMatrices?: boolean }>('linalg.svd', args, ['fullMatrices']);
  return svdOf(checked('linalg.svd', a), asBoolean('linalg.svd', 'fullMatrices', fullMatrices));
}
/** The older form: [u, s, v], v not transposed, the vectors of the singular values only if `some`, zeros in their place without computeUv. */
export function svd(a: Tensor, ...args: ArgsOf<{ some?: boolean; computeUv?: boolean }, ['some', 'computeUv']>): Tensor[] {
  const { some = true, computeUv = true } = readArgs<{ some?: boolean; computeUv?: boolean }>('svd', args, ['some', 'computeUv']);
  const [u, s, vt] = svdOf(checked('svd', a), !asBoolean('svd', 'some', some));
  if (asBoolean('svd', 'computeUv', computeUv)) return [u, s, turned(vt)];
  const [m, n] = [shapeOf(a).at(-2)!, shapeOf(a).at(-1)!];
  return [zeros([...shapeOf(a).slice(0, -2), m, m], { dtype: a.dtype }), s, zeros([...shapeOf(a).slice(0, -2), n, n], { dtype: a.dtype })];
}

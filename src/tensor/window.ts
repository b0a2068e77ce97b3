// Gradients of views. A view is a window on its base; its gradient is put back into the base's place, and the other way round: linear maps, each other's derivatives.

import { int64 } from '../core/dtype.js';
import { GradientError } from '../core/errors.js';
import { contiguousStrides, isDense, overlapsItself, type Shape } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { zeroFill } from './fill.js';
import type { Window } from './layout.js';
import { collapse, dims } from './loops.js';
import { installTapeOps } from './node.js';
import { apply, defineOp, type Op } from './op.js';
import { addressOf, alias, contiguousCopy, copyInto, empty, emptyStrided, Tensor } from './tensor.js';

/** Uninitialised memory in which the base's elements lie as in the base itself, seen as the base. A base with gaps gets its whole span. */
function emptyLike({ base }: Window, dt: Tensor['dt']): Tensor {
  if (isDense(base.shape, base.strides)) return emptyStrided(base.shape, base.strides, dt);
  if (overlapsItself(base.shape, base.strides))
    throw new GradientError('backward: the gradient of a view of an expanded tensor is not defined; clone() it first');
  const span = 1 + base.shape.reduce((sum, size, d) => sum + (size - 1) * base.strides[d], 0);
  return new Tensor(empty([Math.max(span, 0)], dt).storage, dt, base.shape, base.strides, 0);
}

/** The view's part of a tensor that lies as the base does. */
const through = (t: Tensor, { base, view }: Window): Tensor => alias(t, view.shape, view.strides, t.offset + view.offset - base.offset);

let zeroIndex: Tensor | undefined;
/** One int64 zero. */
function indexZero(): Tensor {
  if (zeroIndex === undefined) {
    zeroIndex = empty([], int64);
    zeroFill(zeroIndex);
  }
  return zeroIndex;
}

const pointShape: Shape = [];

/** y = the part of x (laid out as the base) that the view shows. */
export const window: Op<Window> = defineOp<Window>({
  name: 'window',
  forward: ([x], w) => {
    const laid = emptyLike(w, x.dt);
    copyInto(laid, x);
    const part = through(laid, w);
    const y = empty(w.view.shape, x.dt);
    copyInto(y, part);
    return y;
  },
  vjp: [(dy, node) => apply(windowBackward, [dy], node.args as Window)],
});

/** dx = zero but for the part that the view shows, which is dy; where the view shows an element several times, the sum. */
export const windowBackward: Op<Window> = defineOp<Window>({
  name: 'windowBackward',
  forward: ([dy], w) => {
    const laid = emptyLike(w, dy.dt);
    const whole = new Tensor(laid.storage, dy.dt, [laid.storage.bytes / dy.dt.size], contiguousStrides([0]), 0);
    zeroFill(whole);
    const part = through(laid, w);
    if (dy.count > 0) {
      const index = { shape: pointShape, strides: pointShape, packed: true };
      const zero = addressOf(indexZero());
      const nd = collapse(dy.shape, null, dy, index, part);
      K.scatter_add[dy.dt.code](addressOf(dy), zero, addressOf(part), 0, nd, dims);
    }
    return contiguousCopy(laid);
  },
  vjp: [(d, node) => apply(window, [d], node.args as Window)],
});

/** y = x with the part that the view shows replaced by v. */
export const windowSet: Op<Window> = defineOp<Window>({
  name: 'windowSet',
  forward: ([x, v], w) => {
    const laid = emptyLike(w, x.dt);
    copyInto(laid, x);
    copyInto(through(laid, w), v);
    return contiguousCopy(laid);
  },
  vjp: [
    (dy, node) => {
      const { view } = node.args as Window;
      const zero = empty(view.shape, dy.dt);
      zeroFill(zero);
      return apply(windowSet, [dy, zero], node.args as Window);
    },
    (dy, node) => apply(window, [dy], node.args as Window),
  ],
});

/** The history of a view whose storage was written to: nothing runs, only the gradient finds its way. */
const viewOf = defineOp<Window>({
  name: 'asStrided',
  forward: ([x]) => x,
  vjp: [(dy, node) => apply(windowBackward, [dy], node.args as Window)],
});

installTapeOps({ viewOf });

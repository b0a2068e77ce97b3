// Gradients of views. A view is a window on its base; its gradient is put back into the base's place, and the other way round: linear maps, each other's derivatives.

import { int64 } from '../core/dtype.js';
import { GradientError } from '../core/errors.js';
import { contiguousStrides, isDense, overlapsItself } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { zeroFill } from './fill.js';
import { shapeOf, storageOf } from './inner.js';
import type { Layout, Window } from './layout.js';
import { collapse, dims } from './loops.js';
import { installTapeOps } from './node.js';
import { apply, defineOp, type Op } from './op.js';
import { setArena } from './storage.js';
import { addressOf, alias, contiguousCopy, copyInto, empty, emptyStrided, Tensor } from './tensor.js';

/** The first and the last place that a layout reaches. */
const reach = ({ shape, strides, offset }: Layout): [number, number] =>
  shape.includes(0) ? [offset, offset - 1] : [offset, shape.reduce((last, size, d) => last + (size - 1) * strides[d], offset)];

/**
 * Memory in which the base's elements lie as in the base itself, seen as the base; uninitialised there, and zero wherever else the view may look. A base with gaps, or one
 * whose storage the view shows more of, gets the whole span.
 */
function emptyLike({ base, view }: Window, dt: Tensor['dt']): Tensor {
  const [[low, high], [first, last]] = [reach(base), reach(view)];
  const inside = last < first || (first >= low && last <= high);
  if (inside && isDense(base.shape, base.strides)) return emptyStrided(base.shape, base.strides, dt);
  if (overlapsItself(base.shape, base.strides))
    throw new GradientError('backward: the gradient of a view of an expanded tensor is not defined; clone() it first');
  const start = inside ? low : Math.min(low, first);
  const whole = empty([Math.max((inside ? high : Math.max(high, last)) - start + 1, 0)], dt);
  zeroFill(whole);
  return new Tensor(storageOf(whole), dt, base.shape, base.strides, base.offset - start);
}

/** The view's part of a tensor that lies as the base does. */
const through = (t: Tensor, { base, view }: Window): Tensor => alias(t, view.shape, view.strides, t.offset + view.offset - base.offset);

let zeroIndex: Tensor | undefined;
/** One int64 zero. */
function indexZero(): Tensor {
  if (zeroIndex === undefined) {
    // Not the running backward pass's own: it outlives it.
    const arena = setArena(null);
    zeroIndex = empty([], int64);
    setArena(arena);
    zeroFill(zeroIndex);
  }
  return zeroIndex;
}

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
    const whole = new Tensor(storageOf(laid), dy.dt, [storageOf(laid).bytes / dy.dt.size], contiguousStrides([0]), 0);
    zeroFill(whole);
    const part = through(laid, w);
    if (dy.count > 0) {
      const zero = indexZero();
      const nd = collapse(shapeOf(dy), null, dy, zero, part);
      K.scatter_add[dy.dt.code](addressOf(dy), addressOf(zero), addressOf(part), 0, nd, dims);
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

/** The view as an op. Also the history of a view whose storage was written to: there nothing runs, only the gradient finds its way. */
export const viewOf: Op<Window> = defineOp<Window>({
  name: 'asStrided',
  view: true,
  forward: ([x], { view }) => alias(x, view.shape, view.strides, view.offset),
  vjp: [(dy, node) => apply(windowBackward, [dy], node.args as Window)],
});

installTapeOps({ viewOf });

// gt.autograd.graph: what happens to the tensors that nodes save for backward.

import { ArgumentError, fail, GradientError, show } from '../core/errors.js';
import { setNode, setOutNr, storageOf } from '../tensor/inner.js';
import { type Packer, setPacker, within } from '../tensor/node.js';
import { setArena } from '../tensor/storage.js';
import { alias, Tensor } from '../tensor/tensor.js';

const detached = (t: Tensor): Tensor => alias(t, t.shape, t.strides, t.offset);

/** Packs by the user's functions. What comes back takes the place in the graph that the saved tensor had. */
const packerOf =
  <P>(pack: (t: Tensor) => P, unpack: (packed: P) => Tensor): Packer =>
  (t, edge, nr) => {
    const { version } = storageOf(t);
    const packed = pack(detached(t));
    if (storageOf(t).version !== version) {
      throw new GradientError('savedTensorsHooks: A saved tensor pack hook is modifying its input in place; it can not be modified by in-place operations');
    }
    return () => {
      // The user's code, inside a formula: what it makes is its own.
      const arena = setArena(null);
      try {
        const t = unpack(packed);
        if (!(t instanceof Tensor)) fail(ArgumentError, 'savedTensorsHooks', 'unpack to return a tensor', show(t));
        const placed = detached(t);
        setNode(placed, edge);
        setOutNr(placed, nr);
        return placed;
      } finally {
        setArena(arena);
      }
    };
  };

/**
 * Runs `body`; every tensor that is saved for backward meanwhile is given to `pack`, and what that returns is kept in its place, for `unpack` to make a tensor of when backward
 * needs it. Of nested hooks the innermost serve.
 */
export function savedTensorsHooks<T, P>(pack: (t: Tensor) => P, unpack: (packed: P) => Tensor, body: () => T): T {
  if (typeof pack !== 'function') fail(ArgumentError, 'savedTensorsHooks', 'pack to be a function', show(pack));
  if (typeof unpack !== 'function') fail(ArgumentError, 'savedTensorsHooks', 'unpack to be a function', show(unpack));
  return within('savedTensorsHooks', body, () => {
    const before = setPacker(packerOf(pack, unpack));
    return () => void setPacker(before);
  });
}

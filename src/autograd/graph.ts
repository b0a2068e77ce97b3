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
 * Runs `body`. Every tensor that is saved for backward meanwhile is passed to `pack`, and its
 * result is kept instead. When backward needs the tensor, `unpack` makes it again. Of nested hooks
 * the innermost counts.
 *
 * @param pack - Gets the tensor; must not write to it.
 * @param unpack - Gets what `pack` returned; returns the tensor.
 * @param body - What runs; synchronous.
 * @returns What `body` returns.
 * @throws ArgumentError if a hook is no function, or `unpack` returns no tensor.
 * @throws GradientError if `pack` writes to the tensor.
 * @example
 * const x = gt.tensor([3], { requiresGrad: true });
 * const y = gt.autograd.graph.savedTensorsHooks((t) => t.toArray(), (list) => gt.tensor(list as number[]), () => x.square().sum());
 * y.backward();
 * x.grad; // [6]
 * @see PyTorch `torch.autograd.graph.saved_tensors_hooks`
 */
export function savedTensorsHooks<T, P>(pack: (t: Tensor) => P, unpack: (packed: P) => Tensor, body: () => T): T {
  if (typeof pack !== 'function') fail(ArgumentError, 'savedTensorsHooks', 'pack to be a function', show(pack));
  if (typeof unpack !== 'function') fail(ArgumentError, 'savedTensorsHooks', 'unpack to be a function', show(unpack));
  return within('savedTensorsHooks', body, () => {
    const before = setPacker(packerOf(pack, unpack));
    return () => void setPacker(before);
  });
}

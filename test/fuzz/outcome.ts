// What comes out of a call, in numbers and strings.
import * as gt from '../../src/index.js';

const tensorsOf = (value: unknown): gt.Tensor[] => (value instanceof gt.Tensor ? [value] : Array.isArray(value) ? value.flatMap(tensorsOf) : []);
/** Results past this size, which a huge argument makes, are told by their shape: their values would not fit this process. */
const MOST = 1 << 20;
const told = (t: gt.Tensor): unknown => [
  t.dtype,
  t.shape,
  t.numel() > MOST ? 'many' : Array.from(t.toTypedArray() as Iterable<number | bigint>, (v) => (Number.isFinite(Number(v)) ? Number(v) : String(v))),
];

/** The results and, where they can be differentiated, the gradients of their sum. */
export function outcome(call: (...args: unknown[]) => unknown, args: unknown[]): unknown {
  const result = call(...args);
  const ys = tensorsOf(result);
  const leaves = tensorsOf(args).filter((t) => t.requiresGrad && t.isLeaf);
  const out = ys.length > 0 ? ys.map(told) : typeof result === 'function' ? 'function' : (JSON.stringify(result) ?? 'undefined');
  const roots = ys.filter((y) => y.requiresGrad && y.gradFn !== null && y.numel() > 0);
  if (roots.length === 0 || leaves.length === 0) return [out];
  const grads = gt.autograd.grad(
    roots.map((y) => y.sum()),
    leaves,
    { allowUnused: true },
  );
  return [out, grads.map((grad) => (grad === null ? null : told(grad)))];
}

// Sums of products over named dims: einsum and tensordot, each pair of operands contracted by one batched matrix product.

import { ArgumentError, DTypeError, fail, IndexError, ShapeError, show } from '../core/errors.js';
import { checkDim, checkInt, numel, showShape } from '../core/shape.js';
import { shapeOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asTensor, asTensors, readArgs } from './args.js';
import { diagonal } from './diagonal.js';
import { bmm, mm } from './matmul.js';
import { sum } from './reduce.js';
import { broadcastTo, permute, reshape } from './view.js';

/** A tensor with the name of each dim. */
interface Named {
  readonly x: Tensor;
  readonly names: readonly string[];
}
const sizeOf = ({ x, names }: Named, name: string): number => shapeOf(x)[names.indexOf(name)];
const sumOut = (t: Named, gone: readonly string[]): Named =>
  gone.length === 0
    ? t
    : {
        x: sum(
          t.x,
          gone.map((name) => t.names.indexOf(name)),
        ),
        names: t.names.filter((name) => !gone.includes(name)),
      };
const arranged = ({ x, names }: Named, order: readonly string[]): Tensor =>
  permute(
    x,
    order.map((name) => names.indexOf(name)),
  );

/** Dims of one name become their diagonal. */
function diagonals({ x, names }: Named): Named {
  const again = names.find((name, i) => names.indexOf(name) !== i);
  if (again === undefined) return { x, names };
  const [first, second] = [names.indexOf(again), names.lastIndexOf(again)];
  if (shapeOf(x)[first] !== shapeOf(x)[second]) fail(ShapeError, 'einsum', `equal sizes of dim ${again}`, showShape(shapeOf(x)));
  const others = [...shapeOf(x).keys()].filter((d) => d !== first && d !== second);
  return diagonals({ x: diagonal(x, 0, first, second), names: [...others.map((d) => names[d]), again] });
}

/** Sums over names; those that the other operand has too stay, at size 1. */
function keepingOne(t: Named, gone: readonly string[], other: Named): Named {
  const [dropped, kept] = [gone.filter((name) => !other.names.includes(name)), gone.filter((name) => other.names.includes(name))];
  const once = kept.length === 0 ? t : { names: t.names, x: sum(t.x, { dim: kept.map((name) => t.names.indexOf(name)), keepdim: true }) };
  return sumOut(once, dropped);
}

/** The product of two operands, summed over what is not wanted any more. Dims of size 1 broadcast. */
function contract(a: Named, b: Named, wanted: ReadonlySet<string>): Named {
  // What only one operand has, or has at more than size 1, is summed before.
  const alone = (t: Named, other: Named): string[] =>
    t.names.filter((name) => !wanted.has(name) && (!other.names.includes(name) || (sizeOf(other, name) === 1 && sizeOf(t, name) !== 1)));
  const [l, r] = [keepingOne(a, alone(a, b), b), keepingOne(b, alone(b, a), a)];
  const shared = l.names.filter((name) => r.names.includes(name));
  const batch = shared.filter((name) => wanted.has(name));
  const summed = shared.filter((name) => !wanted.has(name));
  const [left, right] = [l, r].map((t) => t.names.filter((name) => !shared.includes(name)));
  const size = (name: string): number => {
    const both = [l, r].filter(({ names }) => names.includes(name)).map((t) => sizeOf(t, name));
    return both.find((n) => n !== 1) ?? 1;
  };
  const sizes = (names: readonly string[]): number[] => names.map(size);
  const full = (t: Named, order: string[], shape: number[]): Tensor => reshape(broadcastTo(arranged(t, order), sizes(order)), shape);
  const [nb, m, n, k] = [batch, left, right, summed].map((names) => numel(sizes(names)));
  const y = bmm(full(l, [...batch, ...left, ...summed], [nb, m, k]), full(r, [...batch, ...summed, ...right], [nb, k, n]));
  const names = [...batch, ...left, ...right];
  return { x: reshape(y, sizes(names)), names };
}

/** Names of the dims, an ellipsis spelt out: its dims are called by their place from the end. */
function namesOf(term: string, x: Tensor | null, dots: number): string[] {
  const parts = term.split('...');
  if (parts.length > 2) fail(ArgumentError, 'einsum', 'one ellipsis a term', show(term));
  const bad = parts.join('').match(/[^A-Za-z]/);
  if (bad !== null) fail(ArgumentError, 'einsum', 'letters as names of dims', show(term));
  const letters = parts.join('').length;
  const own = x === null ? dots : x.ndim - letters;
  if (x !== null && (parts.length === 1 ? own !== 0 : own < 0)) {
    fail(
      ShapeError,
      'einsum',
      `a tensor of ${letters} dims for ${show(term)}`,
      `${showShape(shapeOf(x))}: the number of subscripts in the equation does not match the number of dimensions`,
    );
  }
  const middle = parts.length === 2 ? Array.from({ length: own }, (_, i) => `.${own - 1 - i}`) : [];
  return [...parts[0], ...middle, ...(parts[1] ?? '')];
}

/**
 * einsum('bij,bjk->bik', a, b): the operands multiplied with dims of one name going together, summed over the names that the result lacks. Without an arrow the result has the names that
 * occur once, in alphabetical order.
 */
export function einsum(equation: string, ...operands: (Tensor | readonly Tensor[])[]): Tensor {
  // PyTorch's own callers also put the list of operands in front.
  if (Array.isArray(equation) && typeof operands[0] === 'string') return einsum(operands[0], equation as readonly Tensor[]);
  if (typeof equation !== 'string') fail(ArgumentError, 'einsum', 'an equation', show(equation));
  const tensors = asTensors('einsum', 'operand', operands.length === 1 && !(operands[0] instanceof Tensor) ? operands[0] : operands);
  const [inputs, output] = equation.replace(/\s+/g, '').split('->');
  const terms = inputs.split(',');
  if (terms.length !== tensors.length) fail(ArgumentError, 'einsum', `${terms.length} operands for ${show(equation)}`, `${tensors.length}`);
  const named = tensors.map((x, i): Named => ({ x, names: namesOf(terms[i], x, 0) }));
  const different = tensors.find((x) => x.dt !== tensors[0].dt);
  if (different !== undefined) fail(DTypeError, 'einsum', 'operands of one dtype', `${tensors[0].dtype} and ${different.dtype}`);

  const all = named.flatMap(({ names }) => names);
  const dots = Math.max(0, ...named.map(({ names }) => names.filter((name) => name.startsWith('.')).length));
  const implied = (): string[] => [
    ...Array.from({ length: dots }, (_, i) => `.${dots - 1 - i}`),
    ...[...new Set(all)].filter((name) => !name.startsWith('.') && all.filter((other) => other === name).length === 1).sort(),
  ];
  const result = output === undefined ? implied() : namesOf(output, null, dots);
  const unknown = result.find((name, i) => !all.includes(name) || result.indexOf(name) !== i);
  if (unknown !== undefined) fail(ArgumentError, 'einsum', 'names of the operands in the result, each once', show(equation));
  for (const name of new Set(all)) {
    const sizes = named.flatMap(({ x, names }) => shapeOf(x).filter((_, d) => names[d] === name));
    const size = sizes.find((n) => n !== 1) ?? 1;
    if (sizes.some((n) => n !== 1 && n !== size))
      fail(ShapeError, 'einsum', `sizes of dim ${name} that broadcast`, `${sizes.join(' and ')}: operands do not broadcast`);
  }

  const queue = named.map(diagonals);
  let y = queue[0];
  for (let i = 1; i < queue.length; i++) {
    y = contract(y, queue[i], new Set([...result, ...queue.slice(i + 1).flatMap(({ names }) => names)]));
  }
  y = sumOut(
    y,
    y.names.filter((name) => !result.includes(name)),
  );
  return arranged(y, result);
}

/** Products summed over the last `dims` dims of a and the first of b, or over the given dims of each. */
export function tensordot(a: Tensor, b: Tensor, ...args: ArgsOf<{ dims?: number | readonly (number | readonly number[])[] }, ['dims']>): Tensor {
  const op = 'tensordot';
  const { dims = 2 } = readArgs<{ dims?: number | readonly (number | readonly number[])[] }>(op, args, ['dims']);
  asTensor(op, 'a', a);
  asTensor(op, 'b', b);
  if (typeof dims === 'number' && !(checkInt(op, 'dims', dims) >= 0)) fail(ArgumentError, op, 'dims >= 0', `${dims}: tensordot expects dims >= 0`);
  if (typeof dims === 'number' && dims > Math.min(a.ndim, b.ndim)) fail(IndexError, op, `dims <= ${Math.min(a.ndim, b.ndim)}`, String(dims));
  if (typeof dims !== 'number' && !(Array.isArray(dims) && dims.length === 2)) fail(ArgumentError, op, 'dims as a number or as two lists', show(dims));
  const pair =
    typeof dims === 'number'
      ? [Array.from({ length: dims }, (_, i) => i - dims), Array.from({ length: dims }, (_, i) => i)]
      : dims.map((list) => (typeof list === 'number' ? [list] : list));
  const [p, q] = [a, b].map((t, i) => [pair[i]].flat().map((d) => checkDim(op, d, t.ndim)));
  if (p.length !== q.length) fail(ArgumentError, op, 'as many dims of a as of b', `${p.length} and ${q.length}`);
  p.forEach((d, i) => {
    if (shapeOf(a)[d] !== shapeOf(b)[q[i]]) fail(ShapeError, op, 'contracted dims to match', `${showShape(shapeOf(a))} and ${showShape(shapeOf(b))}`);
  });
  const free = (t: Tensor, gone: readonly number[]): number[] => [...shapeOf(t).keys()].filter((d) => !gone.includes(d));
  const [fa, fb] = [free(a, p), free(b, q)];
  const [m, k, n] = [numel(fa.map((d) => shapeOf(a)[d])), numel(p.map((d) => shapeOf(a)[d])), numel(fb.map((d) => shapeOf(b)[d]))];
  const y = mm(reshape(permute(a, [...fa, ...p]), [m, k]), reshape(permute(b, [...q, ...fb]), [k, n]));
  return reshape(y, [...fa.map((d) => shapeOf(a)[d]), ...fb.map((d) => shapeOf(b)[d])]);
}

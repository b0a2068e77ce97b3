// Backward gives its own memory back as it goes. Random graphs of pooled tensors, with freed blocks poisoned, must give what the same graphs give when nothing is freed early.
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as gt from '../src/index.js';
import { poisonEnds } from '../src/tensor/storage.js';

beforeAll(() => poisonEnds(true));
afterAll(() => poisonEnds(false));

const rows = 24;
const shape = [rows, rows];

/** A small generator: the same program for the same seed. */
function picker(seed: number): (n: number) => number {
  let state = seed * 2654435761 + 1;
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % n;
  };
}

const input = (k: number, requiresGrad = false): gt.Tensor => {
  const values = Float64Array.from({ length: rows * rows }, (_, i) => Math.sin(1.3 * i + k) * 0.9);
  return gt.fromTypedArray(values, shape, { requiresGrad });
};

type Rule = (x: gt.Tensor, y: gt.Tensor, pick: (n: number) => number) => gt.Tensor;
const half = rows / 2;
const rules: Rule[] = [
  (x, y) => x.add(y),
  (x, y) => x.sub(y),
  (x, y) => x.mul(y),
  (x) => x.mul(x),
  (x) => x.add(x),
  (x) => x.tanh(),
  (x) => x.sin(),
  (x) => x.relu(),
  (x) => x.neg(),
  (x) => x.softmax(1),
  (x) => x.clone(),
  (x, y) => x.matmul(y).mul(0.1),
  (x) => x.t(),
  (x) => x.reshape(rows * rows).reshape(rows, rows),
  (x, y) => gt.cat([x.narrow(0, 0, half), y.narrow(0, half, half)]),
  (x) => gt.cat([x, x]).narrow(0, half, rows),
  (x) => x.sum(0).expand(rows, rows),
  (x) => x.sum(1, { keepdim: true }).mul(0.1).add(x),
  (x, y) => x.at(3).expand(rows, rows).mul(y),
  (x) => {
    const [a, b, c] = x.split([8, 8, 8]);
    return gt.cat([b, a.mul(c), a]);
  },
  (x) =>
    gt.cat(
      x
        .split(half, 1)
        .slice(0, 1)
        .concat(x.narrow(1, 0, half)),
      1,
    ),
  (x, y) => x.mul(1).setAt([gt.slice(2, 9)], y.narrow(0, 0, 7)),
  (x, y) => x.mul(1).setAt(['...', 1], y.at(0)).setAt([1], y.at(2)),
  (x, y) => x.add(0).add_(y),
  (x, y) => x.add(0).mul_(y),
  (x) => x.add(0).tanh_(),
  (x, y) => {
    const z = x.mul(1);
    z.narrow(0, 4, 9).mul_(y.narrow(0, 1, 9));
    return z;
  },
  (x, y) =>
    gt.where(
      gt.noGrad(() => x.gt(0)),
      x,
      y,
    ),
  (x) => gt.noGrad(() => x.mul(2)).add(x),
  (x) => x.maximum(x.neg()),
  (x, y) => x.mul(y.mean()),
];

/** What the Functions and unpack hooks of the running program keep for later. */
let kept: gt.Tensor[] = [];

/** A Function that keeps its gradients, what it saved and what it makes. */
class Keeper extends gt.autograd.Function {
  static override forward(ctx: gt.autograd.Context, x: gt.Tensor, y: gt.Tensor): gt.Tensor[] {
    ctx.saveForBackward(x, y);
    return [x.mul(y), x.tanh()];
  }
  static override backward(ctx: gt.autograd.Context, a: gt.Tensor, b: gt.Tensor): gt.Tensor[] {
    const [x, y] = ctx.savedTensors as [gt.Tensor, gt.Tensor];
    const t = x.tanh();
    const slope = t.mul(t).neg().add(1);
    kept.push(a, b, slope);
    return [a.mul(y).add(b.mul(slope)), a.mul(x)];
  }
}
/** Passes its gradient on as it is, and as the gradient of two inputs. */
class Same extends gt.autograd.Function {
  static override forward = (_: gt.autograd.Context, x: gt.Tensor, y: gt.Tensor): gt.Tensor => x.add(y);
  static override backward(_: gt.autograd.Context, g: gt.Tensor): gt.Tensor[] {
    kept.push(g);
    return [g, g];
  }
}
const unpackKept = (t: gt.Tensor): gt.Tensor => {
  const copy = t.mul(1);
  kept.push(copy);
  return copy;
};
rules.push(
  (x, y) => Keeper.apply(x, y)[0],
  (x, y) => Keeper.apply(x, y)[1],
  (x, y) => Same.apply(x, y),
  (x, y) =>
    gt.autograd.graph.savedTensorsHooks(
      (t) => t.clone(),
      unpackKept,
      () => x.mul(y).tanh(),
    ),
  (x, y) => gt.utils.checkpoint.checkpoint((a: gt.Tensor, b: gt.Tensor) => a.tanh().mul(b), x, y, { useReentrant: false }),
);

interface Outcome {
  results: number[][];
  stash: gt.Tensor[];
}

const numbers = (t: gt.Tensor | null): number[] => (t === null ? [] : Array.from(t.toTypedArray() as Float64Array));

function run(seed: number, createGraph: boolean): Outcome {
  const pick = picker(seed);
  const leaves = [input(1, true), input(2, true), input(3, pick(2) === 0)];
  const tensors = [...leaves];
  const stash: gt.Tensor[] = [];
  kept = stash;
  const retained: gt.Tensor[] = [];
  if (pick(3) === 0) leaves[0].grad = input(9);
  if (pick(3) === 0) leaves[1].registerHook((g) => void stash.push(g));
  for (let i = 4 + pick(16); i > 0; i--) {
    const any = (): gt.Tensor => tensors[pick(2) === 0 ? tensors.length - 1 : pick(tensors.length)];
    const y = rules[pick(rules.length)](any(), any(), pick);
    tensors.push(y);
    if (!y.requiresGrad) continue;
    const what = pick(10);
    if (what === 0) y.registerHook((g) => void stash.push(g));
    else if (what === 1) y.registerHook((g) => g.mul(0.5));
    else if (what === 2) y.registerHook((g) => g);
    else if (what === 3) y.registerHook(() => input(7));
    else if (what === 4) {
      const other = input(5, true);
      y.registerHook((g) => {
        gt.enableGrad(() => other.mul(other).mul(g.detach()).sum().backward());
        stash.push(other.grad!);
      });
    } else if (what < 7) {
      y.retainGrad();
      retained.push(y);
    }
  }
  const root = tensors.at(-1)!;
  const last = root.requiresGrad ? root : root.add(leaves[0]);
  const given = input(11);
  const results: number[][] = [];
  for (let pass = 0; pass < 2; pass++) {
    const kind = pick(4);
    const options = { createGraph, retainGraph: pass === 0 || createGraph };
    if (kind === 0) last.sum().backward(options);
    else if (kind === 1) last.backward({ gradient: given, ...options });
    else if (kind === 2) gt.autograd.backward([last, last], [given, given], options);
    else {
      const targets = [leaves[0], ...tensors.filter((t) => t.requiresGrad).slice(-2)];
      const found = gt.autograd.grad(last, targets, { gradOutputs: given, allowUnused: true, ...options });
      for (const g of found) if (g !== null) stash.push(g);
    }
    // A leaf's gradient that is dropped ends at once, unless somebody has seen it.
    for (const leaf of leaves) {
      if (pick(3) > 0) continue;
      if (pick(2) === 0 && leaf.grad !== null) stash.push(leaf.grad);
      if (pick(2) === 0) leaf.grad = null;
      else leaf.grad = input(13);
    }
  }
  for (const t of [...leaves, ...retained]) results.push(numbers(t.grad));
  for (const t of [...tensors, ...stash, given]) results.push(numbers(t));
  // Whatever was freed is now somebody else's; nothing that can still be seen may change with it.
  for (let i = 0; i < 20; i++) gt.full(shape, i, { dtype: 'float64' });
  const after = [...[...leaves, ...retained].map((t) => numbers(t.grad)), ...[...tensors, ...stash, given].map(numbers)];
  expect(after, `seed ${seed}: memory that is still in use was given back`).toEqual(results);
  expect(numbers(given)).toEqual(numbers(input(11)));
  return { results, stash };
}

test('150 random graphs', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const early = run(seed, false);
    const late = run(seed, true);
    expect(early.stash.length).toBe(late.stash.length);
    early.results.forEach((values, i) => {
      const odd = values.findIndex((v, j) => !(Math.abs(v - late.results[i][j]) <= 1e-12 * Math.max(1, Math.abs(v))));
      expect(odd < 0 ? '' : `seed ${seed}, result ${i}, element ${odd}: ${values[odd]} and ${late.results[i][odd]}`).toBe('');
    });
  }
});

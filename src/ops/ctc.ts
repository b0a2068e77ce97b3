// Connectionist temporal classification: -log of the probability that the frames spell the target, summed over all alignments by dynamic programming in logarithms.

import { float64, int32, int64 } from '../core/dtype.js';
import { ArgumentError, fail, IndexError, ShapeError } from '../core/errors.js';
import { showShape } from '../core/shape.js';
import { constant } from '../tensor/fill.js';
import { shapeOf } from '../tensor/inner.js';
import { Tensor } from '../tensor/tensor.js';
import { type ArgsOf, asBoolean, asNumber, asTensor, readArgs } from './args.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { clampMin } from './clamp.js';
import { ge, ne, where } from './compare.js';
import { detach, toDtype } from './copy.js';
import { fromArray } from './create.js';
import { asIndex, gather } from './gather.js';
import { cat, stack, unbind } from './join.js';
import { exp, log } from './pointwise.js';
import { needFloat } from './promote.js';
import { logsumexp, sum } from './reduce.js';
import { type ReductionOption, reduced, reductionOf } from './reduced.js';
import { expand, narrow, reshape, select, unsqueeze } from './view.js';

/** The logarithm of 0, finite: differences of two are no NaN, and adding to it leaves it far below anything real. */
const NEVER = -1e30;

type Lengths = Tensor | readonly number[];
export interface CtcOptions extends ReductionOption {
  /** The class of no label. */
  blank?: number;
  /** A target that the frames are too few for costs 0 instead of infinity. */
  zeroInfinity?: boolean;
}

interface Batch {
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
  /** Blank, label, blank, label, ..., blank, filled up with blanks: (N, L). */
  readonly spelled: BigInt64Array;
  readonly states: number;
}

const numbers = (op: string, role: string, lengths: Lengths): number[] =>
  lengths instanceof Tensor
    ? Array.from(lengths.toTypedArray() as Iterable<number | bigint>, Number)
    : Array.isArray(lengths)
      ? Array.from(lengths, (n) => asNumber(op, role, n))
      : [asNumber(op, role, lengths)];

function readBatch(op: string, frames: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths, blank: number): Batch {
  const [T, N, C] = shapeOf(frames);
  if (!(Number.isInteger(blank) && blank >= 0 && blank < C)) fail(ArgumentError, op, `blank in [0, ${C - 1}]`, String(blank));
  const inputs = numbers(op, 'inputLengths', inputLengths);
  const lengths = numbers(op, 'targetLengths', targetLengths);
  if (inputs.length !== N || lengths.length !== N) fail(ShapeError, op, `${N} lengths each`, `${inputs.length} and ${lengths.length}`);
  const long = inputs.find((n) => !(n >= 0 && n <= T));
  if (long !== undefined) fail(ArgumentError, op, `input lengths in [0, ${T}]`, String(long));
  const labels = Array.from(targets.toTypedArray() as Iterable<number | bigint>, Number);
  const rows = targets.ndim === 2;
  const room = rows ? shapeOf(targets)[1] : labels.length;
  if (lengths.some((n) => !(n >= 0 && n <= room)) || (rows ? shapeOf(targets)[0] !== N : lengths.reduce((a, b) => a + b, 0) !== labels.length))
    fail(ShapeError, op, 'targets of the lengths given', `${showShape(shapeOf(targets))} for lengths ${lengths.join(', ')}`);
  const states = 2 * Math.max(0, ...lengths) + 1;
  const spelled = new BigInt64Array(N * states).fill(BigInt(blank));
  let start = 0;
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < lengths[n]; i++) {
      const label = labels[(rows ? n * room : start) + i];
      if (!(label >= 0 && label < C)) fail(IndexError, op, `labels in [0, ${C - 1}]`, String(label));
      spelled[n * states + 2 * i + 1] = BigInt(label);
    }
    start += lengths[n];
  }
  return { inputs, targets: lengths, spelled, states };
}

/** A table of truth values. */
const table = (rows: number, columns: number, value: (i: number, j: number) => boolean): Tensor =>
  ne(
    fromArray(
      'ctcLoss',
      Int32Array.from({ length: rows * columns }, (_, k) => Number(value(Math.floor(k / columns), k % columns))),
      [rows, columns],
      int32,
    ),
    0,
  );

/** log of the probability of all alignments of each sample: alpha over states, frame by frame. */
function alignments(frames: Tensor, { inputs, targets, spelled, states }: Batch, blank: number): Tensor {
  const [T, N] = shapeOf(frames);
  const classes = fromArray('ctcLoss', spelled, [N, states], int64);
  const emitted = unbind(clampMin(gather(frames, 2, expand(unsqueeze(classes, 0), [T, N, states])), NEVER), 0);
  const never = constant(NEVER, frames.dt);
  // From a state one moves on by one, or by two over a blank between different labels.
  const skips = table(N, states, (n, s) => s >= 2 && spelled[n * states + s] !== BigInt(blank) && spelled[n * states + s] !== spelled[n * states + s - 2]);
  const shifted = (alpha: Tensor, by: number): Tensor =>
    states <= by ? expand(never, [N, states]) : cat([expand(never, [N, by]), narrow(alpha, 1, 0, states - by)], 1);
  const running = table(T, N, (t, n) => t < inputs[n]);
  // Before the first frame one stands before the first state.
  let alpha = where(
    table(N, states, (_, s) => s < 2),
    0,
    expand(never, [N, states]),
  );
  for (let t = 0; t < T; t++) {
    const come = t === 0 ? alpha : logsumexp(stack([alpha, shifted(alpha, 1), where(skips, shifted(alpha, 2), never)]), 0);
    alpha = where(unsqueeze(select(running, 0, t), 1), add(come, emitted[t]), alpha);
  }
  const last = table(N, states, (n, s) => s <= 2 * targets[n] && s >= 2 * targets[n] - 1 && (inputs[n] > 0 || s === 0));
  return logsumexp(where(last, alpha, never), 1);
}

/** Infinity where that is asked for, else 0; as in PyTorch, the gradient of what is infinite is NaN, and shows that there is none. */
function endless(here: Tensor, mass: Tensor): Tensor {
  // -log of 0, whose slope is endless too, and the same with the other sign.
  const nothing = where(here, sub(mass, detach(mass)), 1);
  return sub(mul(add(mass, 1), where(here, Number.POSITIVE_INFINITY, 0)), log(nothing));
}

/**
 * logProbs (T, N, C) or (T, C), targets (N, S) or all in one vector, lengths one a sample. As in PyTorch, the gradient is the one with respect to logits whose
 * log-softmax the input is: exp(logProbs) - posterior, so that a frame's gradients add up to 0.
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  ...args: ArgsOf<CtcOptions, ['blank', 'reduction', 'zeroInfinity']>
): Tensor {
  const op = 'ctcLoss';
  const { blank = 0, reduction, zeroInfinity = false } = readArgs<CtcOptions>(op, args, ['blank', 'reduction', 'zeroInfinity']);
  needFloat(op, asTensor(op, 'logProbs', logProbs));
  asIndex(op, 'targets', targets);
  if (logProbs.ndim !== 2 && logProbs.ndim !== 3) fail(ShapeError, op, 'logProbs of shape [T, N, C] or [T, C]', showShape(shapeOf(logProbs)));
  const frames = logProbs.ndim === 3 ? logProbs : unsqueeze(logProbs, 1);
  const batch = readBatch(op, frames, targets, inputLengths, targetLengths, asNumber(op, 'blank', blank));
  const [T, N] = shapeOf(frames);
  const nll = neg(alignments(frames, batch, blank));
  // Adds nothing but the gradient exp(logProbs).
  const counted = unsqueeze(
    table(T, N, (t, n) => t < batch.inputs[n]),
    2,
  );
  const mass = sum(where(counted, exp(frames), 0), [0, 2]);
  const impossible = ge(nll, -NEVER / 2);
  const known = where(impossible, 0, add(nll, sub(mass, detach(mass))));
  const loss = asBoolean(op, 'zeroInfinity', zeroInfinity) ? known : add(known, endless(impossible, mass));
  const how = reductionOf(op, reduction);
  if (how !== 'mean') return reduced(op, logProbs.ndim === 3 ? loss : reshape(loss, []), how);
  const sizes = toDtype(
    fromArray(
      op,
      Float64Array.from(batch.targets, (n) => Math.max(n, 1)),
      [N],
      float64,
    ),
    frames.dt,
  );
  return reduced(op, div(loss, sizes), how);
}

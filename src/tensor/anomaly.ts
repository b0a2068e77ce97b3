// Anomaly mode: while it is on, every node remembers where in the user's program it was made, and an error in its backward, or a NaN that it returns, tells that place.
import { GradientError } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { Node } from './node.js';
import type { Tensor } from './tensor.js';

export interface AnomalyMode {
  /** Whether a NaN in a computed gradient is an error. */
  readonly checkNan: boolean;
}

interface Origin {
  readonly made: Error;
  /** With createGraph: the node whose backward made this one. */
  readonly parent: Node | null;
}

let mode: AnomalyMode | null = null;
let running: Node | null = null;
const origins = new WeakMap<Node, Origin>();

/** Null while it is off: then nothing is recorded. */
export const anomalyMode = (): AnomalyMode | null => mode;

export function setAnomalyMode(next: AnomalyMode | null): AnomalyMode | null {
  const before = mode;
  mode = next;
  return before;
}

/** More frames than the library has above any op. */
const frames = 64;

export function remember(node: Node): void {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  origins.set(node, { made: new Error(node.name), parent: running });
  Error.stackTraceLimit = before;
}

/** The frames of a stack that are the user's. */
const userFrames = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => line.startsWith('    at ') && !platform.isForeignFrame(line))
    .join('\n');

function traceOf(node: Node): string {
  const lines: string[] = [];
  let next: Node | null = node;
  while (next !== null) {
    const origin: Origin | undefined = origins.get(next);
    if (next === node) lines.push(`Error detected in ${node.name}.`);
    else lines.push(`Previous calculation was induced by ${next.name}.`);
    if (origin === undefined) lines.push('No forward pass information available. Enable detect anomaly during forward pass for more information.');
    else lines.push(next === node ? 'Traceback of forward call that caused the error:' : 'Traceback of forward call that induced the previous calculation:');
    if (origin !== undefined) lines.push(userFrames(origin.made.stack ?? ''));
    next = origin?.parent ?? null;
  }
  return lines.join('\n');
}

const hasNan = (t: Tensor): boolean => t.dt.category === 2 && (t.toTypedArray() as Float64Array).some(Number.isNaN);

/** The first recorded op with a NaN in its output; undefined while nobody looks for it. */
let firstNan: { readonly node: Node; readonly inherited: boolean } | null | undefined;

/** In anomaly mode, called for every recorded op. */
export function sawOutput(node: Node, inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
  if (firstNan === null && outputs.some(hasNan)) firstNan = { node, inherited: inputs.some(hasNan) };
}

/** Runs a forward pass; in anomaly mode, also tells which op gave the first NaN, and where it was called. */
export function withFirstNan<T>(forward: () => T): [result: T, told: string | null] {
  const outer = firstNan;
  firstNan = mode?.checkNan === true ? null : undefined;
  try {
    const result = forward();
    if (!firstNan) return [result, null];
    const { node, inherited } = firstNan as { node: Node; inherited: boolean };
    return [result, `${node.name} gave the first nan${inherited ? ', from an input that has some already' : ''}\n${traceOf(node)}`];
  } finally {
    firstNan = outer;
  }
}

/** Runs a node's step of backward; an error on the way gets the place of the forward call. */
export function watch(node: Node, step: () => void): void {
  const outer = running;
  running = node;
  try {
    step();
  } catch (error) {
    if (error instanceof Error && !explained.has(error)) {
      explained.add(error);
      const { message, stack } = error;
      error.message = `${message}\n${traceOf(node)}`;
      // The stack repeats the message it was made with.
      error.stack = stack?.replace(message, () => error.message);
    }
    throw error;
  } finally {
    running = outer;
  }
}
const explained = new WeakSet<Error>();

/** In anomaly mode, a gradient with a NaN is an error that names the op and the place of the gradient. */
export function checkNan(node: Node, grads: readonly (Tensor | null)[]): void {
  if (mode?.checkNan !== true) return;
  grads.forEach((grad, i) => {
    if (grad === null || grad.dt.category !== 2 || !grad.toTypedArray().some((value) => Number.isNaN(value))) return;
    throw new GradientError(`backward: Function '${node.name}' returned nan values in its ${i}th output.`);
  });
}

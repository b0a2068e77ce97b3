// The error classes. One phrase serves all: `op: expected <requirement>, got <value>`, shapes printed as [2, 3].

/** Everything that gradtape throws on purpose. */
export class GradtapeError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** A size, rank or broadcast that does not fit. */
export class ShapeError extends GradtapeError {}
/** A dtype that the operation does not take, or two that do not go together. */
export class DTypeError extends GradtapeError {}
/** A dim, index or label out of range. */
export class IndexError extends GradtapeError {}
/** Something that the tape cannot do: backward twice, without a graph, through a modified tensor. */
export class GradientError extends GradtapeError {}
/** An argument of the wrong kind: an unknown option, a value that is not a number. */
export class ArgumentError extends GradtapeError {}
/** No backend, or the forced one, can be loaded; or it ran out of memory. */
export class BackendError extends GradtapeError {}
/** A file or buffer that is not what it should be. */
export class FormatError extends GradtapeError {}
/** Training that cannot go on: a loss that is not a number. */
export class TrainingError extends GradtapeError {}

/** A dataset that threw while it made a sample; `cause` is what it threw. */
export class DatasetError extends GradtapeError {
  /** `sample`: which one it was. */
  constructor(
    readonly sample: string,
    override readonly cause: unknown,
  ) {
    super(`DataLoader: expected ${sample}, got ${told(cause)}`, { cause });
  }
}
/** What was thrown, in words. */
export const told = (thrown: unknown): string => (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown));
/** A thread that loads data died, or its dataset threw; `cause` tells what. */
export class WorkerError extends GradtapeError {}

type ErrorClass = new (message: string) => GradtapeError;

/** Throws `op: expected <requirement>, got <value>`. */
export function fail(Class: ErrorClass, op: string, requirement: string, got: string): never {
  throw new Class(`${op}: expected ${requirement}, got ${got}`);
}

/** Messages show no more of a string. */
const SHOWN_LETTERS = 1000;

/** The name of an object's class; a proxy or a getter may throw instead. */
function className(value: object): string {
  try {
    const { name } = value.constructor;
    return typeof name === 'string' && name !== '' ? name : 'object';
  } catch {
    return 'object';
  }
}

/** A value as an error message shows it: arrays in brackets, strings quoted, objects by class; nested deeper than three levels, or in itself, as dots. */
export function show(value: unknown, depth = 3): string {
  if (typeof value === 'string') {
    if (value.length <= SHOWN_LETTERS) return JSON.stringify(value);
    return `${JSON.stringify(value.slice(0, SHOWN_LETTERS))}... ${value.length} characters in all`;
  }
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (Array.isArray(value)) {
    if (depth === 0) return '[...]';
    const { length } = value;
    const shown: string[] = [];
    for (let i = 0; i < Math.min(length, 8); i++) shown.push(show(value[i], depth - 1));
    return length > 8 ? `[${shown.join(', ')}, ... ${length} in all]` : `[${shown.join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) return className(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

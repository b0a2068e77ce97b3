// Garbage collection on request. `gc` is reached through a flag and a fresh context, so that users need no command-line option; in Bun by its own name.
import { inspect } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';

type Gc = (options?: { type?: 'major' | 'minor' }) => void;

function findGc(): Gc | undefined {
  const own = (globalThis as { gc?: Gc }).gc;
  if (typeof own === 'function') return own;
  const { Bun } = globalThis as { Bun?: { gc(wait: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  try {
    v8.setFlagsFromString('--expose-gc');
    const found: unknown = vm.runInNewContext('gc');
    v8.setFlagsFromString('--no-expose-gc');
    return typeof found === 'function' ? (found as Gc) : undefined;
  } catch {
    return undefined;
  }
}

let gc: Gc | undefined | null = null;

/** Runs a garbage collection, a minor one if asked for and possible; tells whether it was a full one. */
export function collectGarbage(major: boolean): boolean {
  if (gc === null) gc = findGc();
  if (gc === undefined) {
    // V8 collects everything before it refuses a buffer that no machine has room for.
    try {
      new ArrayBuffer(Number.MAX_SAFE_INTEGER);
    } catch {}
    return true;
  }
  if (major) gc();
  else serially(() => gc!({ type: 'minor' }));
  return major;
}

/**
 * A minor collection by the calling thread alone. The few objects that a loop of tensors keeps alive are not worth waking V8's helpers for, which would have to get a core from the
 * kernels' threads: 0.32 to 0.35 ms instead of 0.43 to 1.0 in the step of a small network, 0.15 to 0.22 instead of 0.27 to 0.87 in a chain of large tensors (medians of --trace-gc, three turns).
 */
function serially(action: () => void): void {
  try {
    v8.setFlagsFromString('--no-parallel-scavenge');
  } catch {
    // Flags are frozen.
    action();
    return;
  }
  action();
  v8.setFlagsFromString('--parallel-scavenge');
}

/** Bytes in use on the JavaScript heap. */
export const javaScriptHeap = (): number => v8.getHeapStatistics().used_heap_size;

/**
 * A WeakRef that was made or read keeps its target alive to the end of the current job, which in a synchronous loop never comes. Leaving a context whose microtasks run
 * "afterEvaluate" ends that protection at once.
 */
export function makeKeptObjectsRelease(): () => void {
  try {
    const context = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
    const empty = new vm.Script('0');
    return () => void empty.runInContext(context);
  } catch {
    return () => {};
  }
}

/** One line, every entry, keys and values only named unless they inspect themselves. */
const listing = { showHidden: true, maxArrayLength: Infinity, breakLength: Infinity, compact: true, depth: 0, maxStringLength: 0 } as const;

/**
 * Inspects all that is left in a map, which is the one way to hear what a minor collection took: it clears the entries of young keys, though no WeakRef. Keys and values that inspect
 * themselves are asked to. False where the listing may be cut short, as without room on the stack.
 */
export function inspectEntries(map: WeakMap<object, object>): boolean {
  try {
    const text = inspect(map, listing);
    return text.startsWith('WeakMap {') && text.endsWith('}') && !text.includes(' more item');
  } catch {
    return false;
  }
}

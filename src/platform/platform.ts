// What gradtape asks of the program that runs it. node.ts answers for Node.js, Deno and Bun, browser.ts for browsers and bundlers: nothing else in src/ may touch a
// built-in module or `process`.

import type { HelperTask } from './helpers.js';

export interface Platform {
  /** The environment's variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  warn(message: string): void;
  /** Whether a line of a stack trace is the library's or the runtime's, not the program's. */
  isForeignFrame(line: string): boolean;

  /** The next turn of the event loop, sooner than timers come: those are held back to a millisecond (Node.js) or four (browsers). */
  nextTurn(): Promise<void>;

  /** Where an addon may be, best first. */
  readonly addons: readonly string[];
  /** The exports of an addon; an error tells why it cannot be loaded. */
  openAddon(path: string): unknown;

  /** Where the WebAssembly file of that name is. */
  wasmUrl(name: string): URL;
  /** How a message names that place. */
  pathOf(url: URL): string;
  /** Its bytes, on platforms that can read a file at once; elsewhere `init` fetches it. */
  readonly readWasm?: (url: URL) => Uint8Array<ArrayBuffer>;

  /** Runs a garbage collection, a minor one if asked for and possible; tells whether it was a full one. */
  collectGarbage(major: boolean): boolean;
  /** Makes a function that ends the protection which a WeakRef gives its target until the current job is over; absent where nothing can. */
  readonly makeKeptObjectsRelease?: () => () => void;
  /** Calls the method of the symbol `nodejs.util.inspect.custom` of the keys and values that are left in a map; tells whether all were reached. Absent where nothing can. */
  readonly inspectEntries?: (map: WeakMap<object, object>) => boolean;
  /** Bytes in use on the JavaScript heap, as far as they can be known. */
  javaScriptHeap(): number;

  /**
   * Bytes of memory that a program can still have, where the system would promise more and later kill it; else infinite. Of
   * the bytes that were reserved, those that nobody has touched yet are promised already.
   */
  availableMemory(reserved: number): number;

  /** Processors that threads can use. */
  readonly processors: number;
  /** Starts a thread that runs the task (helpers.ts), now or soon; absent where memory cannot be shared. */
  readonly startHelper?: (task: HelperTask) => void;
  /** Whether this thread may sleep until another wakes it. */
  readonly maySleep: boolean;
  /** Runs the action with relaxed SIMD for the modules that it compiles, if the engine has it behind a switch. */
  withRelaxedSimd<T>(action: () => T): T;

  readonly files: Files;

  /** Runs a module of this package, named by its path in it, in a thread of its own that gets `data`; absent where there are none. */
  readonly startThread?: (path: string, data: unknown, handlers: ThreadHandlers) => Thread;
  /** In such a thread: what it was given, and its way to the thread that started it. */
  readonly parent?: Parent;
}

/** Messages are copied as structuredClone does, shared memory is shared. */
export interface Thread {
  post(message: unknown): void;
  /** Whether the thread keeps the program alive. */
  hold(on: boolean): void;
  end(): void;
}
export interface ThreadHandlers {
  message(message: unknown): void;
  /** Called once when the thread has ended by itself, with the reason. */
  ended(reason: string): void;
}
export interface Parent {
  readonly data: unknown;
  post(message: unknown): void;
  listen(onMessage: (message: unknown) => void): void;
}

export interface Files {
  exists(path: string): boolean;
  read(path: string): Uint8Array;
  /** Opens a regular file, to be read by parts. */
  open(path: string): OpenFile;
  /** Writes a whole file: afterwards, whatever happens, either it or the old one is there, never half of it. */
  write(path: string, parts: Iterable<Uint8Array>): void;
  gunzip(bytes: Uint8Array): Uint8Array;
  /** The folder of an installed npm package, or undefined. */
  packageFolder(name: string): string | undefined;
}

export interface OpenFile {
  readonly bytes: number;
  /** Fills `into` from byte `at` of the file on; returns how many bytes there were. */
  read(at: number, into: Uint8Array): number;
  close(): void;
}

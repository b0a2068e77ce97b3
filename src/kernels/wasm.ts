// The WebAssembly build of the kernels over a memory of its own: compares its exports with the contract and wraps them.
//
// There are two builds, with and without relaxed SIMD (fused multiply-add), and one file serves programs with threads and without: whether its memory is shared is a bit of the
// file, which is flipped before compiling.
import { BackendError, fail } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { Backend } from './backend.js';
import { buildTable, differences, rowWidth } from './table.js';
import { makeWatcher } from './watch.js';

const builds = { 'relaxed-simd': 'gradtape-relaxed.wasm', simd128: 'gradtape.wasm' } as const;
type Build = keyof typeof builds;

export const isWasmBuild = (isa: string): isa is Build => Object.hasOwn(builds, isa);

type WasmFunction = (...args: number[]) => number;
type Invoke = (...args: (number | readonly number[])[]) => void;

const page = 65536;
/** All but one of the pages that 32 bits address: the end of every block is an address too. */
const mostPages = 65535;
/** Room for the vectors of one call, at the start of the heap. */
const scratchBytes = 4096;
/** Helpers' scratch memory lies at the start of the heap too; it costs nothing before it is used. */
const mostThreads = 16;

/** (module (func (result v128) i32.const 0, i8x16.splat, i32.const 0, i8x16.splat, i8x16.relaxed_swizzle)). */
const probe = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 11];

/** The builds to try: the one that GRADTAPE_ISA asks for, or all that this engine compiles, best first. */
function candidates(): Build[] {
  const asked = platform.env.GRADTAPE_ISA ?? '';
  if (isWasmBuild(asked)) return [asked];
  return WebAssembly.validate(new Uint8Array(probe)) ? ['relaxed-simd', 'simd128'] : ['simd128'];
}

/** Kernel calls so far, of all instances. */
let calls = 0;

/** Kernels count elements in int32 here, also a step past the last one. */
const maxElements = 2 ** 31 - 2 ** 16;
const tooLarge = (name: string, value: number): never => fail(BackendError, name, `at most ${maxElements} elements on the wasm backend`, String(value));

/** Kernels without a vector are called as they are; a vector is copied to the scratch area and passed by address. */
function invoker(
  name: string,
  kernel: WasmFunction,
  word: string,
  scratch: () => Int32Array,
  scratchAddress: number,
  trapped: (error: unknown) => never,
): Invoke {
  const integers = [...word].flatMap((kind, i) => (kind === 'i' ? [i] : []));
  const checkIntegers = (args: readonly unknown[]): void => {
    for (let i = 0; i < integers.length; i++) {
      const value = args[integers[i]] as number;
      if ((value | 0) !== value) tooLarge(name, value);
    }
  };
  if (!word.endsWith('v')) {
    return ((...args: number[]) => {
      checkIntegers(args);
      calls++;
      try {
        kernel(...args);
      } catch (error) {
        trapped(error);
      }
    }) as Invoke;
  }
  const last = word.length - 1;
  const width = rowWidth(word);
  const put = (nd: number, dims: readonly number[]): void => {
    const memory = scratch();
    const length = nd * width;
    let count = 1;
    for (let i = 0; i < length; i++) {
      const value = dims[i];
      memory[i] = value;
      if (memory[i] !== value) tooLarge(name, value);
      if (i % width === 0) count *= value;
    }
    if (count > maxElements) tooLarge(name, count);
  };
  if (word === 'rwiv') {
    return ((x: number, y: number, nd: number, dims: readonly number[]) => {
      if (nd > 0) put(nd, dims);
      calls++;
      try {
        kernel(x, y, nd, scratchAddress);
      } catch (error) {
        trapped(error);
      }
    }) as Invoke;
  }
  if (word === 'rrwiv') {
    return ((a: number, b: number, y: number, nd: number, dims: readonly number[]) => {
      if (nd > 0) put(nd, dims);
      calls++;
      try {
        kernel(a, b, y, nd, scratchAddress);
      } catch (error) {
        trapped(error);
      }
    }) as Invoke;
  }
  return (...args) => {
    checkIntegers(args);
    put(args[last - 1] as number, args[last] as readonly number[]);
    args[last] = scratchAddress;
    calls++;
    try {
      kernel(...(args as number[]));
    } catch (error) {
      trapped(error);
    }
  };
}

const asBytes = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** The file with its memory unshared: the import `env.memory` is declared with the flags 1 (it has a maximum) in place of 3 (and is shared). */
function unshared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = [3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 3];
  const copy = new Uint8Array(bytes);
  const at = copy.findIndex((_, i) => name.every((byte, j) => copy[i + j] === byte));
  if (at >= 0) copy[at + name.length - 1] = 1;
  return copy;
}

/** How many threads may share the memory; 1 where memory cannot be shared. */
const threadsHere = (): number => (platform.startHelper === undefined ? 1 : Number(platform.env.GRADTAPE_THREADS) || platform.processors);

/** Bytes that tensors may take in the linear memory; what is over moves out and in. In a browser a gigabyte is much, and elsewhere the memory ends at four. */
function memoryLimit(): number {
  const { GRADTAPE_WASM_MEMORY: asked } = platform.env;
  if (!asked) return platform.readWasm === undefined ? 2 ** 30 : 2 ** 32;
  if (!/^[1-9]\d{0,3}$/.test(asked))
    throw new BackendError(`GRADTAPE_WASM_MEMORY: expected a whole number of MiB from 1 to 9999, got ${JSON.stringify(asked)}`);
  return Number(asked) * 2 ** 20;
}

/** A file as it is compiled here. */
export const forThisPlatform = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => (threadsHere() > 1 ? bytes : unshared(bytes));

/** Everything but the kernels that the module exports: the pool's side of wasm/threads.ts. */
const poolNames = ['fail', 'finish', 'help', 'set_threads'] as const;
type Pool = Record<(typeof poolNames)[number], WasmFunction>;

/** What an instance is made with. */
class Imports {
  readonly env;
  /** Set once the instance is there. */
  start = (_threads: number): number => 1;
  constructor(readonly shared: boolean) {
    this.env = { memory: new WebAssembly.Memory({ initial: 64, maximum: mostPages, shared }), start: (threads: number) => this.start(threads) };
  }
}

/** Makes the backend of an instance when its exports are the contract's. */
function wrap(module: WebAssembly.Module, { exports }: WebAssembly.Instance, imports: Imports): Backend {
  const { memory } = imports.env;
  const { __heap_base: heapBase, FUSED: fused } = exports;
  if (!(heapBase instanceof WebAssembly.Global) || !(fused instanceof WebAssembly.Global))
    throw new BackendError('not a gradtape module: it exports no heap base');
  const functions = new Map(Object.entries(exports).filter((entry): entry is [string, WasmFunction] => typeof entry[1] === 'function'));
  const pool = Object.fromEntries(poolNames.map((name) => [name, functions.get(name)])) as Pool;
  for (const name of poolNames) functions.delete(name);
  const drift = differences(new Map([...functions].map(([name, f]) => [name, `${f.length} parameters`])), (word) => `${word.length} parameters`);
  if (drift.length > 0) throw new BackendError(`built for another kernel contract: ${drift.join('; ')}`);

  const distance = (heapBase.value + 63) & -64;
  let started = 1;
  imports.start = (threads) => {
    for (; started < threads; started++) platform.startHelper!({ module, memory, distance: started * distance });
    return started;
  };
  const most = imports.shared ? mostThreads : 1;
  let threads = 1;
  const setThreads = (n: number): void => {
    threads = Math.min(Math.max(n, 1), most);
    pool.set_threads(threads, Number(platform.maySleep));
  };
  setThreads(threadsHere());

  const scratchAddress = distance * most;
  let top = Math.ceil((scratchAddress + scratchBytes) / page) * page;
  const bottom = top;
  const limit = memoryLimit();
  let [bytes, scratch] = [new Uint8Array(0), new Int32Array(0)];
  const look = (): void => {
    bytes = new Uint8Array(memory.buffer);
    scratch = new Int32Array(memory.buffer, scratchAddress, scratchBytes / 4);
  };
  const growTo = (end: number): boolean => {
    const missing = Math.ceil((end - memory.buffer.byteLength) / page);
    try {
      if (missing > 0) memory.grow(missing);
    } catch {
      return false;
    }
    // Views end with the buffer that they were made of.
    if (bytes.length !== memory.buffer.byteLength) look();
    return true;
  };
  if (!growTo(top)) throw new BackendError('no memory for its scratch area');
  const trapped = (name: string) => {
    return (error: unknown): never => {
      pool.finish();
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new BackendError(`${name}: expected the kernel to run to its end, got a trap: ${error.message}`);
    };
  };
  return {
    name: 'wasm',
    kernels: buildTable((name, word) => invoker(name, functions.get(name)!, word, () => scratch, scratchAddress, trapped(name))),
    watcher: makeWatcher(),
    regionBytes: 16 << 20,
    contiguous: true,
    isBounded: true,
    maxElements,
    calls: () => calls,
    reserve(wanted) {
      const rounded = Math.ceil(wanted / page) * page;
      if (top + rounded - bottom > limit || rounded > platform.availableMemory(top - bottom) || !growTo(top + rounded)) return undefined;
      const address = top;
      top += rounded;
      return { address, bytes: rounded };
    },
    copyIn: (address, from) => bytes.set(asBytes(from), address),
    copyOut: (address, to) => asBytes(to).set(bytes.subarray(address, address + to.byteLength)),
    adjust: () => {},
    isa: fused.value ? 'relaxed-simd' : 'simd128',
    getThreads: () => threads,
    setThreads,
  };
}

/** Where the best module for this engine is. */
export const wasmUrl = (): URL => platform.wasmUrl(builds[candidates()[0]]);

function open(url: URL, readWasm: (url: URL) => Uint8Array<ArrayBuffer>): Backend {
  try {
    const module = new WebAssembly.Module(forThisPlatform(readWasm(url)));
    const imports = new Imports(threadsHere() > 1);
    return wrap(module, new WebAssembly.Instance(module, { env: imports.env }), imports);
  } catch (error) {
    throw new BackendError(`${platform.pathOf(url)}: ${(error as Error).message}`);
  }
}

/** The WebAssembly backend, where its files can be read at once; throws a BackendError with one line for every file tried. */
export function loadWasm(readWasm: (url: URL) => Uint8Array<ArrayBuffer>): Backend {
  if (typeof WebAssembly === 'undefined') throw new BackendError('this JavaScript engine has no WebAssembly');
  return platform.withRelaxedSimd(() => {
    const reasons: string[] = [];
    for (const build of candidates()) {
      try {
        return open(platform.wasmUrl(builds[build]), readWasm);
      } catch (error) {
        reasons.push((error as Error).message);
      }
    }
    throw new BackendError(reasons.join('\n'));
  });
}

/** The WebAssembly backend from a compiled module, whose memory may be shared or not. */
export async function startWasm(module: WebAssembly.Module): Promise<Backend> {
  const attempt = async (shared: boolean): Promise<Backend> => {
    const imports = new Imports(shared);
    return wrap(module, await WebAssembly.instantiate(module, { env: imports.env }), imports);
  };
  try {
    return await attempt(threadsHere() > 1);
  } catch (error) {
    if (!(error instanceof WebAssembly.LinkError)) throw error;
    return attempt(threadsHere() === 1);
  }
}

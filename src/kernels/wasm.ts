// Instantiates the WebAssembly build of the kernels: compares its exports with the contract and wraps them.
import { BackendError } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { Backend } from './backend.js';
import { buildTable, differences, rowWidth } from './table.js';
import { makeWatcher } from './watch.js';

type WasmFunction = (...args: number[]) => void;
type Invoke = (...args: (number | readonly number[])[]) => void;

const page = 65536;
/** Room for the vectors of one call, at the start of the heap. */
const scratchBytes = 4096;

/** Kernels without a vector are called as they are; a vector is copied to the scratch area and passed by address. */
function invoker(kernel: WasmFunction, word: string, scratch: () => Int32Array, scratchAddress: number): Invoke {
  if (!word.endsWith('v')) return kernel as Invoke;
  const last = word.length - 1;
  const width = rowWidth(word);
  const put = (nd: number, dims: readonly number[]): void => {
    const memory = scratch();
    const length = nd * width;
    for (let i = 0; i < length; i++) memory[i] = dims[i];
  };
  if (word === 'rwiv') {
    return ((x: number, y: number, nd: number, dims: readonly number[]) => {
      if (nd > 0) put(nd, dims);
      kernel(x, y, nd, scratchAddress);
    }) as Invoke;
  }
  if (word === 'rrwiv') {
    return ((a: number, b: number, y: number, nd: number, dims: readonly number[]) => {
      if (nd > 0) put(nd, dims);
      kernel(a, b, y, nd, scratchAddress);
    }) as Invoke;
  }
  return (...args) => {
    put(args[last - 1] as number, args[last] as readonly number[]);
    args[last] = scratchAddress;
    kernel(...(args as number[]));
  };
}

const asBytes = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** The module's exports, when they are the contract's. */
function checked({ exports }: WebAssembly.Instance): { memory: WebAssembly.Memory; heapBase: number; functions: Map<string, WasmFunction> } {
  const { memory, __heap_base: heapBase } = exports;
  if (!(memory instanceof WebAssembly.Memory) || !(heapBase instanceof WebAssembly.Global))
    throw new BackendError('not a gradtape module: it exports no memory');
  const functions = new Map(Object.entries(exports).filter((entry): entry is [string, WasmFunction] => typeof entry[1] === 'function'));
  const drift = differences(new Map([...functions].map(([name, f]) => [name, `${f.length} parameters`])), (word) => `${word.length} parameters`);
  if (drift.length > 0) throw new BackendError(`built for another kernel contract: ${drift.join('; ')}`);
  return { memory, heapBase: heapBase.value as number, functions };
}

/** Where the module is. */
export const wasmUrl = (): URL => platform.wasmUrl('gradtape.wasm');

/** The WebAssembly backend, where its file can be read at once; throws a BackendError with the cause. */
export function loadWasm(readWasm: (url: URL) => Uint8Array<ArrayBuffer>): Backend {
  const url = wasmUrl();
  try {
    if (typeof WebAssembly === 'undefined') throw new BackendError('this JavaScript engine has no WebAssembly');
    return wrap(checked(new WebAssembly.Instance(new WebAssembly.Module(readWasm(url)))));
  } catch (error) {
    throw new BackendError(`${platform.pathOf(url)}: ${(error as Error).message}`);
  }
}

/** The WebAssembly backend from a compiled module. */
export const startWasm = async (module: WebAssembly.Module): Promise<Backend> => wrap(checked(await WebAssembly.instantiate(module)));

function wrap({ memory, heapBase, functions }: ReturnType<typeof checked>): Backend {
  const scratchAddress = (heapBase + 63) & -64;
  let top = Math.ceil((scratchAddress + scratchBytes) / page) * page;
  let scratch = new Int32Array(0);
  const currentScratch = (): Int32Array => {
    // Growing the memory detaches its old buffer, which shows as a length of 0.
    if (scratch.length === 0) scratch = new Int32Array(memory.buffer, scratchAddress, scratchBytes / 4);
    return scratch;
  };
  const growTo = (end: number): boolean => {
    const missing = Math.ceil((end - memory.buffer.byteLength) / page);
    if (missing <= 0) return true;
    try {
      memory.grow(missing);
      return true;
    } catch {
      return false;
    }
  };
  if (!growTo(top)) throw new BackendError('no memory for its scratch area');
  return {
    name: 'wasm',
    kernels: buildTable((name, word) => invoker(functions.get(name)!, word, currentScratch, scratchAddress)),
    watcher: makeWatcher(),
    regionBytes: 16 << 20,
    contiguous: true,
    reserve(wanted) {
      const rounded = Math.ceil(wanted / page) * page;
      if (!growTo(top + rounded)) return undefined;
      const address = top;
      top += rounded;
      return { address, bytes: rounded };
    },
    copyIn: (address, from) => new Uint8Array(memory.buffer).set(asBytes(from), address),
    copyOut: (address, to) => asBytes(to).set(new Uint8Array(memory.buffer, address, to.byteLength)),
    adjust: () => {},
    isa: 'simd128',
    getThreads: () => 1,
    setThreads: () => {},
  };
}

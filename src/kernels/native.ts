// Loads the C++ addon: finds the file, compares what it exports with the contract, wraps its kernels.
import { BackendError } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { Backend, Watcher } from './backend.js';
import { buildTable, differences, rowWidth } from './table.js';

/** The addon's exports; native/addon.cc is the other side. */
interface Addon {
  /** `name word` of every kernel, in the order of their ids. */
  readonly kernels: readonly string[];
  /** commands[0] is the kernel's id, its arguments follow; vectors stand behind the arguments, which hold their index. */
  readonly commands: Float64Array;
  call(): void;
  reserve(bytes: number): number;
  release(address: number, bytes: number): void;
  watch(object: object): number;
  unwatch(handle: number): void;
  sweep(all: boolean): number;
  copyIn(address: number, from: ArrayBufferView): void;
  copyOut(address: number, to: ArrayBufferView): void;
  poison?(address: number, bytes: number, on: boolean): void;
  adjust(bytes: number): void;
  readonly isa: string;
  setThreads(n: number): void;
  getThreads(): number;
  useWholeStack(): void;
}

type Invoke = (...args: (number | readonly number[])[]) => void;

/** Wraps one kernel: writes the id, the arguments and the vector into the command buffer and calls. The common shapes are spelt out, the rest is general. */
function invoker({ commands: c, call }: Addon, id: number, word: string): Invoke {
  const count = word.length;
  const vectorAt = count + 1;
  const width = rowWidth(word);
  const tail = (nd: number, dims: readonly number[]): void => {
    c[count] = vectorAt;
    const length = nd * width;
    for (let i = 0; i < length; i++) c[vectorAt + i] = dims[i];
    call();
  };
  if (word === 'rwiv') {
    return ((x: number, y: number, nd: number, dims: readonly number[]) => {
      c[0] = id;
      c[1] = x;
      c[2] = y;
      c[3] = nd;
      tail(nd, dims);
    }) as Invoke;
  }
  if (word === 'rrwiv') {
    return ((a: number, b: number, y: number, nd: number, dims: readonly number[]) => {
      c[0] = id;
      c[1] = a;
      c[2] = b;
      c[3] = y;
      c[4] = nd;
      tail(nd, dims);
    }) as Invoke;
  }
  if (word === 'rrwfiv') {
    return ((a: number, b: number, y: number, f: number, nd: number, dims: readonly number[]) => {
      c[0] = id;
      c[1] = a;
      c[2] = b;
      c[3] = y;
      c[4] = f;
      c[5] = nd;
      tail(nd, dims);
    }) as Invoke;
  }
  // The matrix product's; an array of so many arguments would be a good part of a small product's time.
  if (word === 'rruiiiiiiiiiiiiff') {
    return ((
      a: number,
      b: number,
      y: number,
      m: number,
      n: number,
      k: number,
      rsa: number,
      csa: number,
      rsb: number,
      csb: number,
      rsc: number,
      nb: number,
      sa: number,
      sb: number,
      sc: number,
      alpha: number,
      beta: number,
    ) => {
      c[0] = id;
      c[1] = a;
      c[2] = b;
      c[3] = y;
      c[4] = m;
      c[5] = n;
      c[6] = k;
      c[7] = rsa;
      c[8] = csa;
      c[9] = rsb;
      c[10] = csb;
      c[11] = rsc;
      c[12] = nb;
      c[13] = sa;
      c[14] = sb;
      c[15] = sc;
      c[16] = alpha;
      c[17] = beta;
      call();
    }) as Invoke;
  }
  const numbers = word.endsWith('v') ? count - 1 : count;
  return (...args) => {
    c[0] = id;
    for (let i = 0; i < numbers; i++) c[i + 1] = args[i] as number;
    if (numbers === count) call();
    else tail(args[numbers - 1] as number, args[numbers] as readonly number[]);
  };
}

function watcherOf(addon: Addon): Watcher {
  const { commands } = addon;
  return {
    collectEvery: 8 << 20,
    watch: addon.watch,
    unwatch: addon.unwatch,
    sweep(all, dead) {
      let count: number;
      do {
        count = addon.sweep(all);
        for (let i = 0; i < count; i++) dead(commands[i]);
      } while (count === commands.length);
    },
    collect: platform.collectGarbage,
  };
}

function open(path: string): Addon {
  const addon = platform.openAddon(path) as Addon;
  if (!Array.isArray(addon.kernels) || typeof addon.call !== 'function') throw new BackendError('not a gradtape addon: it exports no kernels');
  return addon;
}

function backendOf(addon: Addon): Backend {
  const ids = new Map(addon.kernels.map((entry, id) => [entry.split(' ')[0], { id, word: entry.split(' ')[1] }]));
  const drift = differences(new Map([...ids].map(([name, { word }]) => [name, word])));
  if (drift.length > 0) throw new BackendError(`built for another kernel contract: ${drift.join('; ')}`);
  let reserved = 0;
  return {
    name: 'native',
    kernels: buildTable((name, word) => invoker(addon, ids.get(name)!.id, word)),
    watcher: watcherOf(addon),
    regionBytes: 64 << 20,
    contiguous: false,
    reserve(bytes) {
      if (bytes > platform.availableMemory(reserved)) return undefined;
      const address = addon.reserve(bytes);
      if (address === 0) return undefined;
      reserved += bytes;
      return { address, bytes };
    },
    release(address, bytes) {
      addon.release(address, bytes);
      reserved -= bytes;
    },
    copyIn: addon.copyIn,
    copyOut: addon.copyOut,
    poison: addon.poison,
    adjust: addon.adjust,
    isa: addon.isa,
    getThreads: addon.getThreads,
    setThreads: addon.setThreads,
  };
}

/** What `use` makes of the first addon that it accepts; throws a BackendError with one line for every file tried. */
function withAddon<T>(use: (addon: Addon) => T): T {
  if (platform.addons.length === 0) throw new BackendError('a browser loads no addons');
  const reasons: string[] = [];
  for (const path of platform.addons) {
    try {
      return use(open(path));
    } catch (error) {
      // The system's messages begin with the path themselves.
      reasons.push(`${path}: ${(error as Error).message.split('\n')[0].replace(`${path}: `, '')}`);
    }
  }
  throw new BackendError(reasons.join('\n'));
}

export const loadNative = (): Backend => withAddon(backendOf);

/** Lets JavaScript use the whole stack of its thread (native/runtime/stack.cc). Throws where there is no addon. */
export const useWholeStack = (): void => withAddon((addon) => addon.useWholeStack());

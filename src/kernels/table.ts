// Turns a backend's flat kernels into the table that the ops use, and says how a backend's exports differ from the contract.
import { dtypes } from '../core/dtype.js';
import { contract, type KernelTable, kernelWords, type Row } from './contract.js';

/** How many integers a row of a kernel's vector has: a size, and a stride for each buffer. */
export const rowWidth = (word: string): number => 1 + [...word].filter((kind) => 'rwu'.includes(kind)).length;

export type AnyKernel = (...args: never[]) => void;

/** Builds the table from one function per full name. */
export function buildTable(kernel: (name: string, word: string) => AnyKernel): KernelTable {
  const words = kernelWords();
  const make = (name: string): AnyKernel => kernel(name, words.get(name)!);
  const table: Record<string, unknown> = {};
  for (const [name, [suffixes]] of Object.entries<Row>(contract)) {
    if (suffixes === '') {
      table[name] = make(name);
      continue;
    }
    const bySuffix = new Map(suffixes.split(' ').map((suffix) => [suffix, make(`${name}_${suffix}`)]));
    table[name] = dtypes.map((dtype) => bySuffix.get(dtype.suffix));
  }
  return table as unknown as KernelTable;
}

/** Calls `visit` with every kernel of a table and its full name. */
export function eachKernel(table: KernelTable, visit: (name: string, kernel: AnyKernel) => void): void {
  for (const [name, entry] of Object.entries<AnyKernel | readonly (AnyKernel | undefined)[]>(table)) {
    if (typeof entry === 'function') visit(name, entry);
    else for (const { code, suffix } of dtypes) if (entry[code] !== undefined) visit(`${name}_${suffix}`, entry[code]);
  }
}

/** What differs between exported kernels (name -> word, or name -> parameter count as a string) and the contract, one phrase each. */
export function differences(exported: ReadonlyMap<string, string>, describe: (word: string) => string = (word) => word): string[] {
  const found: string[] = [];
  const words = kernelWords();
  for (const [name, word] of words) {
    const got = exported.get(name);
    if (got === undefined) found.push(`${name} is missing`);
    else if (got !== describe(word)) found.push(`${name} takes ${got}, expected ${describe(word)}`);
  }
  for (const name of exported.keys()) if (!words.has(name)) found.push(`${name} is not in the contract`);
  return found.length > 4 ? [...found.slice(0, 4), `and ${found.length - 4} more`] : found;
}

// What dlopen on Linux does not check or tell: a shared object that was cut short kills the process once a missing page is touched, and one for another processor is
// reported as a missing file.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const headerBytes = 64;
/** e_machine by Node's name of the architecture. */
const machines: Readonly<Record<string, number>> = { ia32: 3, ppc64: 21, s390x: 22, arm: 40, x64: 62, arm64: 183, riscv64: 243, loong64: 258 };
const architectureOf = (machine: number): string => Object.keys(machines).find((name) => machines[name] === machine) ?? `machine ${machine}`;

/** Why that file must not be given to dlopen here, or undefined. */
export function whyNotLoadable(path: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(headerBytes);
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes || header.toString('latin1', 0, 4) !== '\x7fELF')
      return 'not a shared object: it has no ELF header';
    const machine = header.readUInt16LE(18);
    if (machine !== machines[process.arch]) return `built for ${architectureOf(machine)}, expected ${process.arch}`;
    // The section headers are the last thing in the file.
    const end = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60);
    const { size } = fstatSync(file);
    return size < end ? `cut short: expected at least ${end} bytes, got ${size}` : undefined;
  } finally {
    closeSync(file);
  }
}

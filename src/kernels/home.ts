// Where the bytes of a larger storage are: in the backend's memory, or, when that is full and they have not been used for long, away in an array of their own.

export class Home {
  /** The heap's handle; -1 once the bytes have been given back. */
  handle = -1;
  /** When its address was last asked for; the heap's clock. */
  used = 0;
  /** How many kernels had been called by then. */
  call = 0;
  /** The bytes while they are away. Nobody but the storage holds them then, so that they are ordinary garbage when it dies. */
  away: Uint8Array<ArrayBuffer> | null = null;
  constructor(
    /** 0 while the bytes are away or given back. */
    public address: number,
    readonly bytes: number,
  ) {}
}

/** No kernel has more operands: what was asked for longer ago is no argument of a call that is being put together. */
const mostOperands = 10;

/** The homes to empty, least recently used first, until `wanted` bytes are free: none that may be an operand of the next kernel call. */
export function leastUsed(homes: readonly (Home | undefined)[], clock: number, calls: number, wanted: number): Home[] {
  const idle = homes
    .filter((home): home is Home => home !== undefined && (home.call < calls || home.used < clock - mostOperands))
    .sort((a, b) => a.used - b.used);
  let bytes = 0;
  const count = idle.findIndex((home) => {
    bytes += home.bytes;
    return bytes >= wanted;
  });
  return count < 0 ? idle : idle.slice(0, count + 1);
}

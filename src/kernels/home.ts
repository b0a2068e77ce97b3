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

/** Addresses that were asked for so recently may be arguments of a call that is being put together; no kernel has more operands. */
const inUse = 10;

/**
 * The homes to empty, least recently used first, until `wanted` bytes are free. What was used of late stays, as it will be wanted again; with `calls`, only what no kernel has
 * been called with yet.
 */
export function leastUsed(homes: readonly (Home | undefined)[], clock: number, wanted: number, calls?: number): Home[] {
  const isIdle = (home: Home): boolean => (calls === undefined ? home.used < clock - inUse : home.call < calls);
  const idle = homes.filter((home): home is Home => home !== undefined && isIdle(home)).sort((a, b) => a.used - b.used);
  let bytes = 0;
  const count = idle.findIndex((home) => {
    bytes += home.bytes;
    return bytes >= wanted;
  });
  return count < 0 ? idle : idle.slice(0, count + 1);
}

// Training in a server: between steps, other work of the process gets its turn.

/** The next turn of the event loop; setImmediate is not held back to a millisecond and more, as timers are. */
const nextTurn = (): Promise<void> => new Promise((resolve) => (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve, 0)));

export class Pause {
  #last = performance.now();
  /** `every`: milliseconds of work between pauses. */
  constructor(readonly every = 10) {}

  /** Lets the event loop turn if the time has come. */
  async turn(): Promise<void> {
    if (performance.now() - this.#last < this.every) return;
    await nextTurn();
    this.#last = performance.now();
  }
}

// Training in a server: between steps, other work of the process gets its turn.
import { platform } from '../platform/index.js';

export class Pause {
  #last = performance.now();
  /** `every`: milliseconds of work between pauses. */
  constructor(readonly every = 10) {}

  /** Lets the event loop turn if the time has come. */
  async turn(): Promise<void> {
    if (performance.now() - this.#last < this.every) return;
    await platform.nextTurn();
    this.#last = performance.now();
  }
}

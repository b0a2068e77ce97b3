// A loader's workers: requests go to them in turn, so many ahead of the consumer, and the batches come back in that order.
import { BackendError, fail, WorkerError } from '../core/errors.js';
import { platform } from '../platform/index.js';
import type { Thread } from '../platform/platform.js';
import type { Request } from './fetch.js';
import { unpack } from './packed.js';
import type { Portable } from './portable.js';
import type { Reply, WorkerData } from './worker.js';

export interface PoolOptions {
  readonly numWorkers: number;
  /** Batches that each worker works ahead. */
  readonly prefetchFactor: number;
  readonly collates: boolean;
  readonly dropLast: boolean;
  /** Seconds to wait for a batch; 0: for ever. */
  readonly timeout: number;
}
type Outcome = { readonly batch: unknown } | { readonly done: true } | { readonly failure: WorkerError };

interface Worker {
  readonly id: number;
  readonly thread: Thread;
  /** Requests that were sent and not yet delivered. */
  ahead: number;
  /** Those without an answer, by number. */
  readonly open: Map<number, (outcome: Outcome) => void>;
}

export class WorkerPool {
  readonly #workers: Worker[] = [];
  readonly #options: PoolOptions;
  #tasks = 0;
  /** Once a worker has failed, the pool is of no use. */
  #failure: WorkerError | undefined;

  constructor(portable: Portable, options: PoolOptions) {
    this.#options = options;
    const { startThread } = platform;
    if (startThread === undefined) fail(BackendError, 'DataLoader', 'threads for numWorkers', 'a platform without: use numWorkers 0');
    const { numWorkers, prefetchFactor, collates, dropLast } = options;
    for (let id = 0; id < numWorkers; id++) {
      const data: WorkerData = { id, numWorkers, portable, slots: prefetchFactor, collates, dropLast };
      const open: Worker['open'] = new Map();
      const thread = startThread('data/worker', data, {
        message: (reply) => settle(open, reply as Reply, id),
        ended: (reason) => this.#fail(new WorkerError(`DataLoader: expected worker ${id} to live until the data ends, got ${reason}: the worker died`)),
      });
      this.#workers.push({ id, thread, ahead: 0, open });
    }
  }
  get usable(): boolean {
    return this.#failure === undefined;
  }

  #fail(failure: WorkerError): void {
    this.#failure ??= failure;
    for (const { open } of this.#workers) {
      for (const resolve of open.values()) resolve({ failure });
      open.clear();
    }
  }

  /** One pass over the data. `seed` is the workers' at the first one. */
  async *pass(requests: Iterator<Request>, seed: bigint | undefined): AsyncGenerator<unknown> {
    const inTurn = [...this.#workers];
    for (const worker of this.#workers) {
      worker.ahead = 0;
      worker.thread.hold(true);
      worker.thread.post({ seed });
    }
    const line: { worker: Worker; outcome: Promise<Outcome> }[] = [];
    let turn = 0;
    try {
      for (;;) {
        while (inTurn.length > 0 && inTurn[turn % inTurn.length].ahead < this.#options.prefetchFactor) {
          const { value, done } = requests.next();
          if (done) break;
          const worker = inTurn[turn++ % inTurn.length];
          line.push({ worker, outcome: this.#send(worker, value) });
        }
        const first = line.shift();
        if (first === undefined) return;
        const outcome = await this.#inTime(first.worker, first.outcome);
        first.worker.ahead--;
        if ('failure' in outcome) {
          this.#fail(outcome.failure);
          throw outcome.failure;
        }
        if ('batch' in outcome) yield outcome.batch;
        else if (inTurn.includes(first.worker)) {
          // Its stream has ended: the others go on, from the one whose turn it is.
          const next = inTurn[turn % inTurn.length];
          const at = inTurn.indexOf(first.worker);
          inTurn.splice(at, 1);
          turn = next === first.worker ? at : inTurn.indexOf(next);
        }
      }
    } finally {
      for (const { thread, open } of this.#workers) {
        open.clear();
        thread.hold(false);
      }
    }
  }

  #send(worker: Worker, request: Request): Promise<Outcome> {
    if (this.#failure !== undefined) return Promise.resolve({ failure: this.#failure });
    const task = this.#tasks++;
    worker.ahead++;
    return new Promise((resolve) => {
      worker.open.set(task, resolve);
      worker.thread.post({ task, request });
    });
  }
  async #inTime({ id }: Worker, outcome: Promise<Outcome>): Promise<Outcome> {
    const { timeout } = this.#options;
    if (timeout === 0) return outcome;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<Outcome>((resolve) => {
      const failure = new WorkerError(`DataLoader: expected a batch within ${timeout} s, got none from worker ${id}: DataLoader timed out`);
      timer = setTimeout(() => resolve({ failure }), timeout * 1000);
    });
    return Promise.race([outcome, late]).finally(() => clearTimeout(timer));
  }

  close(): void {
    this.#failure ??= new WorkerError('DataLoader: expected workers, got closed ones');
    for (const { thread } of this.#workers) thread.end();
  }
}

/** Takes a reply: what was packed is copied out at once, since its memory is used again. Replies of a pass that was left are dropped. */
function settle(open: Worker['open'], reply: Reply, id: number): void {
  const resolve = open.get(reply.task);
  if (resolve === undefined) return;
  open.delete(reply.task);
  if ('batch' in reply) resolve({ batch: unpack(reply.batch) });
  else if ('done' in reply) resolve(reply);
  else resolve({ failure: new WorkerError(`DataLoader: expected ${reply.sample} from worker ${id}, got ${reply.text}`, { cause: reply.error }) });
}

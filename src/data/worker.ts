// A loader's worker: a thread with a copy of the dataset, which answers requests for batches in the order in which they come.
import { DatasetError, told } from '../core/errors.js';
import { defaultGenerator } from '../ops/random.js';
import { platform } from '../platform/index.js';
import { type Fetch, fetcher, type Request } from './fetch.js';
import { pack, SharedArena } from './packed.js';
import { fromPortable, type Portable } from './portable.js';
import { setWorkerInfo } from './workerInfo.js';

export interface WorkerData {
  readonly id: number;
  readonly numWorkers: number;
  readonly portable: Portable;
  /** Requests that may be under way at a time: so many arenas are in turn. */
  readonly slots: number;
  /** Make batches of the samples here. */
  readonly collates: boolean;
  readonly dropLast: boolean;
}
/** A new pass over the data begins; a seed comes with the first. */
export interface Start {
  readonly seed?: bigint;
}
export interface Task {
  readonly task: number;
  readonly request: Request;
}
export type Reply = { readonly task: number } & (
  | { readonly batch: unknown }
  | { readonly done: true }
  | { readonly error: unknown; readonly text: string; readonly sample: string }
);

const { parent } = platform;
if (parent !== undefined) {
  const { id, numWorkers, portable, slots, collates, dropLast } = parent.data as WorkerData;
  const arenas = Array.from({ length: slots }, () => new SharedArena());
  let turn = 0;
  const dataset = fromPortable(portable);
  // Told with the answers; nobody waits for it before the first request.
  dataset.catch(() => {});
  let pass: Promise<Fetch>;
  let line = Promise.resolve();

  const start = async ({ seed }: Start): Promise<Fetch> => {
    const own = await dataset;
    if (seed !== undefined) {
      defaultGenerator.manualSeed(BigInt.asUintN(64, seed + BigInt(id)));
      setWorkerInfo({ id, numWorkers, seed: seed + BigInt(id), dataset: own });
    }
    return fetcher(own, collates ? null : undefined, dropLast);
  };
  const answer = async ({ task, request }: Task): Promise<void> => {
    try {
      const batch = (await pass)(request);
      if (batch === undefined) parent.post({ task, done: true });
      else parent.post({ task, batch: pack(batch, arenas[turn++ % slots].reset()) });
    } catch (thrown) {
      const [error, sample] = thrown instanceof DatasetError ? [thrown.cause, thrown.sample] : [thrown, 'a batch'];
      const text = told(error);
      // What cannot be copied is told as text.
      try {
        parent.post({ task, error, text, sample });
      } catch {
        parent.post({ task, error: undefined, text, sample });
      }
    }
  };
  parent.listen((message) => {
    if (!('task' in (message as Task))) {
      pass = line.then(() => start(message as Start));
      pass.catch(() => {});
    } else line = line.then(() => answer(message as Task));
  });
}

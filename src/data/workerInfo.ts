// What a dataset can ask in a loader's worker.
export interface WorkerInfo {
  /** Which worker this is, from 0. */
  readonly id: number;
  readonly numWorkers: number;
  /** What its default generator was seeded with. */
  readonly seed: bigint;
  /** This worker's copy. */
  readonly dataset: unknown;
}
let info: WorkerInfo | null = null;

/** In a DataLoader's worker, which one it is, so that streams can share the work; elsewhere null. */
export const getWorkerInfo = (): WorkerInfo | null => info;

export function setWorkerInfo(own: WorkerInfo): void {
  info = own;
}

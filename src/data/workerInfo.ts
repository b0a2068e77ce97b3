// What a dataset can ask in a loader's worker.
/** What a dataset can ask in a DataLoader's worker. */
export interface WorkerInfo {
  /** The worker, from 0. */
  readonly id: number;
  /** How many workers there are. */
  readonly numWorkers: number;
  /** The seed of this worker's default generator. */
  readonly seed: bigint;
  /** This worker's copy of the dataset. */
  readonly dataset: unknown;
}
let info: WorkerInfo | null = null;

/**
 * Which worker of a DataLoader this is, so that a stream can take its share of the work.
 *
 * @returns The worker, or null outside of one.
 * @example
 * gt.utils.data.getWorkerInfo(); // null
 * @see PyTorch `torch.utils.data.get_worker_info`
 */
export const getWorkerInfo = (): WorkerInfo | null => info;

export function setWorkerInfo(own: WorkerInfo): void {
  info = own;
}

// The measurement: one workload at a time; every contestant computes it, the results are compared, and then they are timed in turn, several rounds.
import type { Child } from './child.js';
import { type Summary, summarize } from './stats.js';
import type { Workload } from './workloads.js';

export interface Plan {
  readonly rounds: number;
  /** Seconds of samples a round and contestant. */
  readonly budget: number;
}
export interface Measured {
  readonly name: string;
  readonly times: Readonly<Record<string, Summary>>;
  /** Why a contestant has no time here. */
  readonly skipped: Readonly<Record<string, string>>;
  /** Contestants whose results differ from the reference. */
  readonly wrong: readonly string[];
}

/** Null when the figures agree, else what does not. Elements may be off by the tolerance times themselves and the mean magnitude. */
export function disagreement(figures: readonly number[], reference: readonly number[], tolerance: number): string | null {
  if (figures.length !== reference.length) return `gives ${figures.length} figures, the reference ${reference.length}`;
  const magnitude = Math.abs(reference[0]);
  const off = figures.findIndex((v, i) => !(Math.abs(v - reference[i]) <= tolerance * (Math.abs(reference[i]) + magnitude)));
  return off < 0 ? null : `computes ${figures[off]} where the reference has ${reference[off]}`;
}

const toleranceOf = ({ params }: Workload): number => ('dtype' in params && params.dtype === 'float64' ? 1e-10 : 1e-3);

/** PyTorch is right where it takes part, else the first contestant. */
const referenceAmong = (ready: readonly { child: Child; check: readonly number[] }[]): readonly number[] | undefined =>
  (ready.find(({ child }) => child.contestant.family === 'pytorch') ?? ready[0])?.check;

/** Seconds of a window of the warm-up, and how many windows there are at most. */
const [warmWindow, mostWindows] = [0.1, 20];
/** From so many seconds a run on, one round has to do. */
const slow = 1;

/** Runs the work until it gets no faster: engines of JavaScript compile what is hot while it runs, and a small network takes them a second. */
async function warmUp(child: Child): Promise<void> {
  let [best, sinceBest] = [Infinity, 0];
  for (let n = 0; n < mostWindows && sinceBest < 2; n++) {
    const { samples } = await child.ask({ time: { seconds: warmWindow } });
    if (samples === undefined) return;
    const { median } = summarize([samples]);
    sinceBest = median < 0.97 * best ? 0 : sinceBest + 1;
    best = Math.min(best, median);
  }
}

export async function measure(workload: Workload, children: readonly Child[], { rounds, budget }: Plan): Promise<Measured> {
  const skipped: Record<string, string> = {};
  const wrong: string[] = [];
  const ready: { child: Child; check: readonly number[]; seconds: number; rounds: (readonly number[])[] }[] = [];
  for (const child of children) {
    const { id } = child.contestant;
    const { seconds, check, skip, error, absent } = await child.ask({ prepare: workload });
    if (check === undefined) skipped[id] = skip ?? error ?? absent ?? 'no answer';
    else ready.push({ child, check, seconds: seconds!, rounds: [] });
  }
  const reference = referenceAmong(ready);
  const right = ready.filter(({ child, check }) => {
    const difference = disagreement(check, reference!, toleranceOf(workload));
    if (difference === null) return true;
    wrong.push(`${child.contestant.id} ${difference}`);
    skipped[child.contestant.id] = difference;
    return false;
  });
  // What takes long by itself needs no warm-up, and fewer rounds.
  for (const { child, seconds } of right) if (seconds < budget) await warmUp(child);
  for (let round = 0; round < rounds; round++) {
    for (const entry of [...right.slice(round % right.length), ...right.slice(0, round % right.length)]) {
      if ((round >= 2 && entry.seconds > rounds * budget) || (round >= 1 && entry.seconds > slow)) continue;
      const { samples, error, absent } = await entry.child.ask({ time: { seconds: budget } });
      if (samples) entry.rounds.push(samples);
      else skipped[entry.child.contestant.id] = error ?? absent ?? 'no answer';
    }
  }
  const times = right.filter((entry) => entry.rounds.length > 0).map((entry) => [entry.child.contestant.id, summarize(entry.rounds)] as const);
  return { name: workload.name, times: Object.fromEntries(times), skipped, wrong };
}

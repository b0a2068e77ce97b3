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
  // Compilers of JavaScript need their warm-up; what takes long needs no second one, and fewer rounds.
  for (const { child, seconds } of right) if (seconds < budget) await child.ask({ time: { seconds: budget } });
  for (let round = 0; round < rounds; round++) {
    for (const entry of [...right.slice(round % right.length), ...right.slice(0, round % right.length)]) {
      if (round >= 2 && entry.seconds > rounds * budget) continue;
      const { samples, error, absent } = await entry.child.ask({ time: { seconds: budget } });
      if (samples) entry.rounds.push(samples);
      else skipped[entry.child.contestant.id] = error ?? absent ?? 'no answer';
    }
  }
  const times = right.filter((entry) => entry.rounds.length > 0).map((entry) => [entry.child.contestant.id, summarize(entry.rounds)] as const);
  return { name: workload.name, times: Object.fromEntries(times), skipped, wrong };
}

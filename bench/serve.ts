// A JavaScript contestant's side of the line protocol: JSON requests on standard input, one JSON answer a line. benny takes the samples.
//   {"prepare": workload} -> {"seconds": s, "check": [...]} or {"skip": "reason"}: builds the work and runs it once
//   {"time": {"seconds": s}} -> {"samples": [...]}: seconds a run, of runs that fill about that time
import { createInterface } from 'node:readline';
import b from 'benny';
import { quantile } from './stats.js';
import type { Kind, Kinds, Workload } from './workloads.js';

export interface Task {
  run(): unknown;
  /** Figures of the result that all contestants must agree on; called once, before anything is timed. */
  check(): number[] | Promise<number[]>;
}
/** What a contestant does for each kind of work; a text is the reason why it does not. */
export type Tasks = { readonly [K in Kind]?: (params: Kinds[K], workload: Workload) => Task | string | Promise<Task | string> };

/** Samples are at least this long, so that the clock and the loop around them do not count. */
const shortestSample = 0.004;

const seconds = (): number => performance.now() / 1000;

export async function serve(tasks: Tasks, about: Readonly<Record<string, string>>, settle: () => void | Promise<void> = () => {}): Promise<void> {
  let task: Task | undefined;
  let each = 0;

  async function prepare(workload: Workload): Promise<object> {
    task = undefined;
    await settle();
    const make = tasks[workload.kind] as ((params: unknown, workload: Workload) => Task | string) | undefined;
    const made = (await make?.(workload.params, workload)) ?? `no ${workload.kind}`;
    if (typeof made === 'string') return { skip: made };
    const check = await made.check();
    const start = seconds();
    await made.run();
    each = seconds() - start;
    task = made;
    return { seconds: each, check };
  }

  /** One benny cycle of samples back to back. Its own samples have turns of the event loop between them, in which helper threads fall asleep and caches are lost: a training loop has none, nor has PyTorch's. */
  async function time(budget: number): Promise<object> {
    const { run } = task!;
    const isAsync = run() instanceof Promise;
    const count = Math.max(1, Math.ceil(shortestSample / each));
    const samples: number[] = [];
    const took = (start: number): number => samples.push((seconds() - start) / count);
    const sample = (): void => {
      const start = seconds();
      for (let i = 0; i < count; i++) run();
      took(start);
    };
    const sampleLater = async (): Promise<void> => {
      const start = seconds();
      for (let i = 0; i < count; i++) await run();
      took(start);
    };
    const cycle = Math.max(1, Math.round(budget / (count * each)));
    await b.suite(
      '',
      b.add('', () => (isAsync ? sampleLater : sample), { minTime: budget / 4, maxTime: 0, minSamples: 1, delay: 0, initCount: cycle }),
    );
    // benny tries the function before it takes its time.
    const timed = samples.slice(-cycle);
    each = quantile(
      timed.toSorted((x, y) => x - y),
      0.5,
    );
    return { samples: timed };
  }

  const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
  console.log = () => {}; // benny announces its suites
  say({ hello: about });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as { prepare?: Workload; time?: { seconds: number } };
    try {
      say(request.prepare ? await prepare(request.prepare) : await time(request.time!.seconds));
    } catch (error) {
      say({ error: error instanceof Error ? `${error.name}: ${error.message}`.split('\n')[0] : String(error) });
    }
  }
}

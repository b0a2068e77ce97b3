// A running contestant: requests down its standard input, one answer a line back.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Contestant } from './contestants.js';
import type { Workload } from './workloads.js';

/** What a contestant may answer; which of them, its request decides. */
export interface Answer {
  readonly hello?: Readonly<Record<string, string>>;
  readonly absent?: string;
  readonly skip?: string;
  readonly error?: string;
  readonly seconds?: number;
  readonly check?: readonly number[];
  readonly samples?: readonly number[];
}

export class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  readonly #early: Answer[] = [];
  #ended: string | null = null;
  #stderr = '';

  constructor(readonly contestant: Contestant) {
    const [program, ...args] = contestant.command;
    this.#process = spawn(program, args, { env: { ...process.env, ...contestant.env } });
    this.#process.stderr.on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    this.#process.stdin.on('error', () => {}); // a child that has ended; its end is reported below
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#deliver(JSON.parse(line) as Answer);
    });
    this.#process.on('error', (error) => this.#end(error.message));
    this.#process.on('close', (code, signal) => this.#end(this.#lastError() ?? `ended with ${signal ?? `exit code ${code}`}`));
  }
  /** An exception's own words rather than the trace around them. */
  #lastError(): string | undefined {
    const lines = this.#stderr.split('\n').filter((line) => line.trim() !== '');
    const from = lines.findLastIndex((line) => /^\w*(Error|Exception)\b/.test(line));
    if (from < 0) return lines.at(-1);
    const trace = lines.findIndex((line, i) => i > from && /^\s+at |^Node\.js/.test(line));
    return lines
      .slice(from, trace < 0 ? undefined : trace)
      .map((line) => line.trim())
      .join(' ');
  }
  #deliver(answer: Answer): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(answer);
    else this.#early.push(answer);
  }
  #end(reason: string): void {
    this.#ended ??= reason;
    while (this.#waiting.length > 0) this.#deliver({ absent: this.#ended });
  }

  next(): Promise<Answer> {
    const early = this.#early.shift();
    if (early) return Promise.resolve(early);
    if (this.#ended !== null) return Promise.resolve({ absent: this.#ended });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  ask(request: { prepare: Workload } | { time: { seconds: number } }): Promise<Answer> {
    if (this.#ended === null) this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.next();
  }
  close(): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}

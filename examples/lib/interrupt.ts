// Ctrl-C, and the SIGTERM of whatever supervises a program: what is under way ends well first.
import { constants } from 'node:os';

/** A terminal and the programs between it and this one (npx, tsx) may each pass on the same signal. */
const ECHO_MS = 250;
const signals = ['SIGINT', 'SIGTERM'] as const;
/** As a shell tells of a program that a signal has ended. */
const exitCodeOf = (name: (typeof signals)[number]): number => 128 + constants.signals[name];

/**
 * While `body` runs, a signal asks it to end after the step under way; a second one ends the program
 * at once. Tells the exit code that the first one asks for.
 */
export async function interruptible<T>(body: (signal: AbortSignal) => Promise<T>): Promise<{ result: T; exitCode: number | undefined }> {
  const controller = new AbortController();
  let first: { name: string; at: number } | undefined;
  let exitCode: number | undefined;
  const interrupt = (name: (typeof signals)[number]): void => {
    if (first === undefined) {
      first = { name, at: performance.now() };
      exitCode = exitCodeOf(name);
      console.error(`\nfinishing the step; ${name === 'SIGINT' ? 'Ctrl-C again' : 'a second signal'} to stop at once`);
      controller.abort();
    } else if (name !== first.name || performance.now() - first.at > ECHO_MS) process.exit(exitCodeOf(name));
  };
  for (const name of signals) process.on(name, interrupt);
  try {
    const result = await body(controller.signal);
    return { result, exitCode };
  } finally {
    for (const name of signals) process.off(name, interrupt);
  }
}

// The progress of one epoch: a bar on a terminal, nothing where the output goes to a file or a pipe.
import cliProgress from 'cli-progress';

export interface Progress {
  /** Counts the samples of a step, and shows its loss. */
  step(samples: number, loss: number): void;
  /** Samples a second so far. */
  rate(): number;
  stop(): void;
}

export const thousands = (n: number): string => Math.round(n).toLocaleString('en-US');

export function startProgress(title: string, total: number): Progress {
  const start = performance.now();
  let done = 0;
  const rate = (): number => (1000 * done) / (performance.now() - start);
  const bar = process.stderr.isTTY
    ? new cliProgress.SingleBar({
        format: `${title} {bar} {percentage}% | loss {loss} | {rate} samples/s | {eta_formatted} left`,
        barsize: 30,
        clearOnComplete: true,
        hideCursor: true,
        barCompleteChar: '\u2588',
        barIncompleteChar: '\u2591',
      })
    : null;
  bar?.start(total, 0, { loss: '-', rate: '-' });
  return {
    step: (samples, loss) => {
      done += samples;
      bar?.update(done, { loss: loss.toFixed(4), rate: thousands(rate()) });
    },
    rate,
    stop: () => bar?.stop(),
  };
}

// The progress of each epoch: a bar on a terminal that can move its cursor, nothing elsewhere; and a line when the epoch is over.
import cliProgress from 'cli-progress';
import type { train } from 'gradtape';

export const thousands = (n: number): string => Math.round(n).toLocaleString('en-US');
const figure = (name: string, value: number): string => (/accuracy/.test(name) ? `${name} ${(100 * value).toFixed(2)} %` : `${name} ${value.toFixed(4)}`);

/** `batches`: how many an epoch has; `batch`: samples of each; `perSample`: units of work in a sample; `unit`: their name. */
export function progress(epochs: number, batches: number, batch: number, perSample: number, unit: string): train.Callback {
  const { isTTY, columns = 80 } = process.stderr;
  // What a line has no room for would be cut off.
  const isNarrow = columns < 80;
  const figures = isNarrow ? '{percentage}% | loss {loss}' : '{bar} {percentage}% | loss {loss} | {rate} {unit}/s | {eta_formatted} left';
  const bar =
    isTTY && process.env.TERM !== 'dumb'
      ? new cliProgress.SingleBar({
          format: `epoch {epoch} ${figures}`,
          barsize: Math.max(1, Math.min(30, columns - 68)),
          clearOnComplete: true,
          hideCursor: true,
          barCompleteChar: '\u2588',
          barIncompleteChar: '\u2591',
        })
      : null;
  let began = 0;
  let from = 0;
  let open = false;
  const title = (epoch: number): string => `${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const close = (): void => {
    if (open) bar?.stop();
    open = false;
  };
  return {
    onStep(run) {
      if (!open) {
        open = true;
        began = performance.now();
        from = run.batch;
        bar?.start(batches, run.batch, { epoch: title(run.epoch), loss: '-', rate: '-', unit });
      }
      const rate = (1000 * (run.batch - from) * batch * perSample) / (performance.now() - began);
      bar?.update(run.batch, { loss: run.figures.loss.toFixed(4), rate: thousands(rate) });
    },
    onEpoch(run, log) {
      close();
      const reached = Object.entries(log.figures).map(([name, value]) => figure(name, value));
      console.log(
        `epoch ${title(log.epoch)}  ${reached.join('  ')}  ${thousands((log.samples * perSample) / log.seconds)} ${unit}/s (${log.seconds.toFixed(1)} s)  lr ${run.optimizer.paramGroups[0].lr.toPrecision(2)}`,
      );
    },
    onEnd: close,
  };
}

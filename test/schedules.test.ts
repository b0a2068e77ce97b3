// The picture of all schedules: where its lines run, against each schedule's closed form.
import { describe, expect, it } from 'vitest';
import { drawSchedules, EPOCHS, schedules } from '../examples/lib/schedules.js';

const cosine = (from: number, to: number, share: number): number => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
const ramp = (from: number, over: number, e: number): number => from + (1 - from) * Math.min(1, e / over);
/** The rate at an epoch, by the definition of each schedule with the options that are drawn. */
const rates: Record<string, (e: number) => number> = {
  LambdaLR: (e) => 1 / (1 + 0.05 * e),
  MultiplicativeLR: (e) => 0.98 ** e,
  StepLR: (e) => 0.5 ** Math.floor(e / 25),
  MultiStepLR: (e) => 0.4 ** [20, 50, 80].filter((at) => at <= e).length,
  ConstantLR: (e) => (e < 30 ? 0.3 : 1),
  LinearLR: (e) => ramp(0.1, 40, e),
  ExponentialLR: (e) => 0.96 ** e,
  PolynomialLR: (e) => (1 - Math.min(1, e / 90)) ** 2,
  CosineAnnealingLR: (e) => cosine(1, 0, e / 50),
  // Cycles of 15, 30 and 60 epochs.
  CosineAnnealingWarmRestarts: (e) => cosine(1, 0, e < 15 ? e / 15 : e < 45 ? (e - 15) / 30 : (e - 45) / 60),
  CyclicLR: (e) => 0.1 + (0.9 * (1 - Math.abs((e % 24) / 12 - 1))) / 2 ** Math.floor(e / 24),
  // Up from 1/25 during 0.3 of 101 steps, down to a 10,000th of that.
  OneCycleLR: (e) => (e <= 29.3 ? cosine(1 / 25, 1, e / 29.3) : cosine(1, 1 / 25 / 1e4, (e - 29.3) / (100 - 29.3))),
  // The loss stops falling at epoch 24; nine epochs without improvement are one more than the patience.
  ReduceLROnPlateau: (e) => 0.5 ** Math.max(0, Math.floor((e - 25) / 9)),
  SequentialLR: (e) => (e < 20 ? ramp(0.1, 20, e) : 0.97 ** (e - 20)),
  ChainedScheduler: (e) => ramp(0.2, 15, e) * 0.4 ** Math.floor(e / 40),
};

// A panel of 420 x 260: the plot is 332 wide and 172 high, from (64, 40) on, and shows rates from 0 to 1.05.
const epochAt = (x: number): number => ((x - 64) / 332) * (EPOCHS - 1);
const rateAt = (y: number): number => ((212 - y) / 172) * 1.05;

describe('the picture of schedules', () => {
  const panels = drawSchedules()
    .split(/(?=<svg x=)/)
    .slice(1);
  it('has a panel for each, and no two at one place', () => {
    expect(Object.keys(rates)).toEqual(Object.keys(schedules));
    expect(new Set(panels.map((panel) => panel.match(/^<svg x="\d+" y="\d+"/)![0])).size).toBe(Object.keys(schedules).length);
  });
  it.each(Object.entries(rates))('shows %s', (title, rate) => {
    const panel = panels.find((svg) => svg.includes(`>${title}<`))!;
    const [, path] = panel.match(/<path d="([^"]*)" fill="none"/)!;
    const drawn = [...path.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [epochAt(Number(x)), rateAt(Number(y))]);
    expect(drawn).toHaveLength(EPOCHS);
    // Coordinates have two decimals.
    drawn.forEach(([epoch, value], e) => {
      expect(Math.abs(epoch - e), `epoch ${e}`).toBeLessThan(0.01);
      expect(Math.abs(value - rate(e)), `rate ${value} at epoch ${e}, expected ${rate(e)}`).toBeLessThan(1e-4);
    });
  });
});

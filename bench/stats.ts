// What becomes of samples: their median and how far they spread.

export interface Summary {
  /** Seconds. */
  readonly median: number;
  /** Quartile distance over the median. */
  readonly spread: number;
  readonly samples: number;
  /** Seconds of the fastest sample. */
  readonly fastest: number;
}

export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

/** The median of each round's median, so that a round with many samples counts no more than another; the spread is that of all samples. */
export function summarize(rounds: readonly (readonly number[])[]): Summary {
  const sort = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  const median = quantile(sort(rounds.map((samples) => quantile(sort(samples), 0.5))), 0.5);
  const all = sort(rounds.flat());
  return { median, spread: (quantile(all, 0.75) - quantile(all, 0.25)) / median, samples: all.length, fastest: all[0] };
}

export const geometricMean = (values: readonly number[]): number => Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

/** Summaries whose fastest sample stands in for the median. */
export const fastestOf = (times: Readonly<Record<string, Summary>>): Record<string, Summary> =>
  Object.fromEntries(Object.entries(times).map(([id, summary]) => [id, { ...summary, median: summary.fastest }]));

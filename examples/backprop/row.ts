// One line of a worked example: what gradtape computed beside what the derivation on paper gives.
export type Value = number | readonly Value[];

export interface Row {
  readonly name: string;
  readonly got: Value;
  readonly expected: Value;
}
export interface Example {
  readonly title: string;
  /** The derivation, in a line or a few. */
  readonly derivation: string;
  readonly rows: readonly Row[];
}

/** A tensor, or anything with toArray, as a row's value. */
export const row = (name: string, got: { toArray(): unknown } | null, expected: Value): Row => ({
  name,
  got: (got?.toArray() ?? Number.NaN) as Value,
  expected,
});

/** The largest distance between the two sides; infinite where their shapes differ. */
export function distance(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return Number.isNaN(a - b) ? Number.POSITIVE_INFINITY : Math.abs(a - b);
  if (typeof a === 'number' || typeof b === 'number' || a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce<number>((most, element, i) => Math.max(most, distance(element, b[i])), 0);
}

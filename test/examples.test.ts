// The worked examples of examples/backprop.ts: gradtape's values and gradients against those derived by hand.
import { describe, expect, it } from 'vitest';
import { distance, examples } from '../examples/backprop/index.js';

describe.each(examples.map((example) => [example.name, example()] as const))('%s', (_, { rows }) => {
  it.each(rows.map((row) => [row.name, row] as const))('%s', (_name, { got, expected }) => {
    expect(distance(got, expected), `${JSON.stringify(got)} and ${JSON.stringify(expected)}`).toBeLessThanOrEqual(1e-12);
  });
});

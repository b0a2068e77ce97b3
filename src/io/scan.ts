// Reading a header's text character by character: in linear time, with the place in every error.
import { show } from '../core/errors.js';
import type { Refuse } from './files.js';

export class Scanner {
  at = 0;
  constructor(
    readonly text: string,
    readonly refuse: Refuse,
  ) {}

  /** Refuses what stands here. */
  fail(requirement: string, at = this.at, length = 1): never {
    const got = at < this.text.length ? show(this.text.slice(at, at + length)) : 'its end';
    return this.refuse(`${requirement} at character ${at}`, got);
  }

  skipSpace(): void {
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  /** Takes the word if it stands here, after spaces. */
  take(word: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  expect(word: string): void {
    if (!this.take(word)) this.fail(show(word));
  }

  /** What a sticky pattern without alternatives of repetition matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) this.fail('the end');
  }
}

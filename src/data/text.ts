// Text as tokens: a vocabulary of characters or bytes, and windows of a text with what follows them.
import { ArgumentError, fail, show } from '../core/errors.js';
import { type ArgsOf, asChoice, asNumber, readArgs } from '../ops/args.js';
import { arange, fromTypedArray, tensor } from '../ops/create.js';
import { add, at, long, narrow, reshape } from '../ops/index.js';
import { Tensor } from '../tensor/tensor.js';
import { type Dataset, placeOf } from './dataset.js';

const units = ['character', 'byte'] as const;
type Unit = (typeof units)[number];

/**
 * Numbers the characters of a text, in code unit order, or all 256 bytes of UTF-8.
 *
 * @example
 * const vocabulary = new gt.utils.data.datasets.Vocabulary('hello');
 * vocabulary.size; // 4
 * vocabulary.encode('hole'); // [1, 3, 2, 0]
 * vocabulary.decode([1, 3, 2, 0]); // hole
 */
export class Vocabulary {
  /** What a token is. */
  readonly unit: Unit;
  /** The characters by token; the bytes have none. */
  readonly characters: readonly string[];
  readonly #tokens: ReadonlyMap<string, number>;

  /**
   * @param characters - A text with every character; unused for bytes.
   * @param args - `unit`: 'character' (the default) or 'byte'.
   * @throws ArgumentError if there are no characters.
   */
  constructor(characters: Iterable<string> = [], ...args: ArgsOf<{ unit?: Unit }, ['unit']>) {
    const { unit = 'character' } = readArgs<{ unit: Unit }>('Vocabulary', args, ['unit']);
    this.unit = asChoice('Vocabulary', 'unit', unit, units);
    this.characters = unit === 'byte' ? [] : [...new Set(characters)].sort();
    if (unit === 'character' && this.characters.length === 0) fail(ArgumentError, 'Vocabulary', 'at least one character', 'none');
    this.#tokens = new Map(this.characters.map((character, token) => [character, token]));
  }
  /** How many different tokens there are. */
  get size(): number {
    return this.unit === 'byte' ? 256 : this.characters.length;
  }
  /**
   * The tokens of a text.
   *
   * @param text - A text.
   * @returns A 1-d int32 tensor.
   * @throws ArgumentError if it has an unknown character.
   */
  encode(text: string): Tensor {
    if (typeof text !== 'string') fail(ArgumentError, 'encode', 'a text', show(text));
    if (this.unit === 'byte') return fromTypedArray(Int32Array.from(new TextEncoder().encode(text)));
    const unknown = (character: string): never => fail(ArgumentError, 'encode', 'characters of the vocabulary', show(character));
    return fromTypedArray(Int32Array.from([...text], (character) => this.#tokens.get(character) ?? unknown(character)));
  }
  /**
   * The text of tokens. Bytes that are no UTF-8 become U+FFFD.
   *
   * @param tokens - Numbers or a tensor.
   * @returns The text.
   * @throws ArgumentError if one is no token.
   */
  decode(tokens: Tensor | Iterable<number>): string {
    const list = tokens instanceof Tensor ? Array.from(tokens.toTypedArray(), Number) : [...tokens];
    const wrong = list.find((token) => !(Number.isInteger(token) && token >= 0 && token < this.size));
    if (wrong !== undefined) fail(ArgumentError, 'decode', `tokens from 0 to ${this.size - 1}`, show(wrong));
    return this.unit === 'byte' ? new TextDecoder().decode(Uint8Array.from(list)) : list.map((token) => this.characters[token]).join('');
  }
}

/** Options of `TextDataset`. */
export interface TextOptions {
  /** The tokens' meaning; by default the characters of the text. */
  vocabulary?: Vocabulary;
  /** Tokens from the start of one window to that of the next; by default the window's length. */
  stride?: number;
}

/**
 * Windows of a text. Sample i is [tokens, the tokens after each], both of `windowLength`: int32,
 * and int64 as the targets of crossEntropy.
 *
 * @example
 * const dataset = new gt.utils.data.datasets.TextDataset('abcabc', 2);
 * const [x, y] = dataset.at(0);
 * x; // [0, 1]
 * y; // [1, 2]
 */
export class TextDataset implements Dataset<[inputs: Tensor, targets: Tensor]> {
  /** The tokens' meaning. */
  readonly vocabulary: Vocabulary;
  /** The whole text. */
  readonly tokens: Tensor;
  /** Tokens of a window. */
  readonly windowLength: number;
  /** Tokens from the start of one window to that of the next. */
  readonly stride: number;

  /**
   * @param text - A text, or its tokens (1-d) with their `vocabulary`.
   * @param windowLength - Tokens of a window.
   * @param options - `vocabulary`, `stride`.
   * @throws ArgumentError if the text is no longer than a window.
   */
  constructor(text: string | Tensor, windowLength: number, options: TextOptions = {}) {
    const op = 'TextDataset';
    const whole = (role: string, value: number): number =>
      Number.isInteger(asNumber(op, role, value)) && value >= 1 ? value : fail(ArgumentError, op, `${role} to be a whole number of at least 1`, show(value));
    const { vocabulary, stride = windowLength } = readArgs<TextOptions>(op, [options], [], ['vocabulary', 'stride']);
    if (vocabulary !== undefined && !(vocabulary instanceof Vocabulary)) fail(ArgumentError, op, 'vocabulary to be a Vocabulary', show(vocabulary));
    if (typeof text !== 'string' && vocabulary === undefined) fail(ArgumentError, op, 'a text, or tokens with their vocabulary', show(text));
    this.windowLength = whole('windowLength', windowLength);
    this.stride = whole('stride', stride);
    if (text === '') fail(ArgumentError, op, 'a text', 'an empty one');
    this.vocabulary = vocabulary ?? new Vocabulary(text as string);
    this.tokens = typeof text === 'string' ? this.vocabulary.encode(text) : text;
    if (this.tokens.ndim !== 1 || this.tokens.count <= windowLength)
      fail(ArgumentError, op, `more than ${windowLength} tokens in one dim, a window and what follows`, `a ${show([...this.tokens.shape])}`);
  }
  /**
   * The first part of the text, and the rest, with one vocabulary.
   *
   * @param fraction - The share of the first part, between 0 and 1.
   * @returns [train, validation].
   * @throws ArgumentError if it is not between 0 and 1.
   */
  split(fraction: number): [train: TextDataset, validation: TextDataset] {
    if (!(fraction > 0 && fraction < 1)) fail(ArgumentError, 'split', 'a fraction between 0 and 1', show(fraction));
    const cut = Math.floor(fraction * this.tokens.count);
    const { vocabulary, stride } = this;
    const part = (from: number, to: number): TextDataset => new TextDataset(narrow(this.tokens, 0, from, to - from), this.windowLength, { vocabulary, stride });
    return [part(0, cut), part(cut, this.tokens.count)];
  }
  /** The number of windows. */
  get length(): number {
    return Math.floor((this.tokens.count - 1 - this.windowLength) / this.stride) + 1;
  }
  /**
   * The window at an index.
   *
   * @param index - A negative one counts from the end.
   * @throws IndexError if there is no such window.
   */
  at(index: number): [inputs: Tensor, targets: Tensor] {
    const [inputs, targets] = this.batch([index]);
    return [reshape(inputs, [this.windowLength]), reshape(targets, [this.windowLength])];
  }
  /**
   * The windows at the indices, (n, windowLength) each.
   *
   * @param indices - A negative one counts from the end.
   * @throws IndexError if there is no such window.
   */
  batch(indices: readonly number[]): [inputs: Tensor, targets: Tensor] {
    const begins = indices.map((index) => placeOf('TextDataset', index, this.length) * this.stride);
    const places = add(reshape(tensor(begins, { dtype: 'int64' }), [begins.length, 1]), arange(this.windowLength, { dtype: 'int64' }));
    return [at(this.tokens, places), long(at(this.tokens, add(places, 1)))];
  }
}

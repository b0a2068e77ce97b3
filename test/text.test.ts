// Text as tokens: vocabularies of characters and bytes, and windows with what follows them.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { DataLoader, datasets } = gt.utils.data;
const { TextDataset, Vocabulary } = datasets;

describe('Vocabulary', () => {
  it('of the characters that occur, in their order', () => {
    const v = new Vocabulary('call me 🐋');
    expect(v.characters).toEqual([' ', 'a', 'c', 'e', 'l', 'm', '🐋']);
    const tokens = v.encode('meal 🐋');
    expect([tokens.dtype, tokens.toArray()]).toEqual(['int32', [5, 3, 1, 4, 0, 6]]);
    expect(v.decode(tokens)).toBe('meal 🐋');
    expect(v.decode([2, 1])).toBe('ca');
    expect(() => v.encode('whale')).toThrow('encode: expected characters of the vocabulary, got "w"');
    expect(() => v.decode([7])).toThrow('decode: expected tokens from 0 to 6, got 7');
    expect(() => new Vocabulary('')).toThrow('Vocabulary: expected at least one character, got none');
  });
  it('of bytes, which needs no text', () => {
    const v = new Vocabulary([], { unit: 'byte' });
    expect([v.size, v.encode('é!').toArray(), v.decode(v.encode('é!'))]).toEqual([256, [195, 169, 33], 'é!']);
    expect(v.decode([195])).toBe('\ufffd');
  });
});

describe('TextDataset', () => {
  const text = 'abcdefghij';
  it('gives windows and what follows, side by side or from everywhere', () => {
    const set = new TextDataset(text, 3);
    expect(set.length).toBe(3);
    const [inputs, targets] = set.at(-1);
    expect([inputs.toArray(), targets.toArray(), inputs.dtype, targets.dtype]).toEqual([[6, 7, 8], [7, 8, 9], 'int32', 'int64']);
    expect(new TextDataset(text, 3, { stride: 1 }).length).toBe(7);
    const batches = [...new DataLoader(set, { batchSize: 2 })].map((batch) => (batch as gt.Tensor[]).map((t) => t.toArray()));
    expect(batches[0]).toEqual([
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ]);
    expect(batches[1]).toEqual([[[6, 7, 8]], [[7, 8, 9]]]);
  });
  it('splits with one vocabulary, and takes tokens', () => {
    const [train, validation] = new TextDataset(text, 2, { vocabulary: new Vocabulary(`${text}xyz`) }).split(0.5);
    expect([train.tokens.toArray(), validation.tokens.toArray(), validation.vocabulary.size]).toEqual([[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], 13]);
    expect(new TextDataset(validation.tokens, 1, { vocabulary: train.vocabulary }).length).toBe(4);
  });
  it('refuses what has no windows', () => {
    expect(() => new TextDataset('', 2)).toThrow('TextDataset: expected a text, got an empty one');
    expect(() => new TextDataset('abc', 3)).toThrow('TextDataset: expected more than 3 tokens in one dim, a window and what follows, got a [3]');
    expect(() => new TextDataset('abc', 0)).toThrow('TextDataset: expected windowLength to be a whole number of at least 1, got 0');
    expect(() => new TextDataset(gt.arange(4), 2)).toThrow('TextDataset: expected a text, or tokens with their vocabulary');
    expect(() => new TextDataset('abcd', 1).split(1)).toThrow('split: expected a fraction between 0 and 1, got 1');
    expect(() => new TextDataset('abcd', 1).at(3)).toThrow(gt.IndexError);
  });
});

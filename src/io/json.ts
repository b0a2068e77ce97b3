// A strict reader of JSON. What JSON.parse hides (a name given twice, how a number is written) or lets
// pass (lone surrogates, any depth) is an error here.
import { show } from '../core/errors.js';
import type { Refuse } from './files.js';
import { Scanner } from './scan.js';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

/** The depth of arrays and objects in each other that serde_json, the reference's reader, allows. */
export const MAX_DEPTH = 128;

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

export interface JsonRules {
  /** Whether only whole numbers are taken, written in digits, that a JavaScript number holds. */
  readonly wholeNumbers: boolean;
  /** Whether strings may hold half of a surrogate pair, which no UTF-8 file can. */
  readonly loneSurrogates: boolean;
}

class Reader extends Scanner {
  constructor(
    text: string,
    readonly rules: JsonRules,
    refuse: Refuse,
  ) {
    super(text, refuse);
  }

  value(depth: number): Json {
    this.skipSpace();
    const first = this.text[this.at];
    if (first === '"') return this.#string();
    if (first === '{' || first === '[') {
      if (depth === MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels of nesting`);
      return first === '{' ? this.#object(depth + 1) : this.#array(depth + 1);
    }
    for (const [word, value] of words) if (this.take(word)) return value;
    return this.#number();
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {};
    this.expect('{');
    if (this.take('}')) return object;
    do {
      this.skipSpace();
      const at = this.at;
      const name = this.#string();
      if (Object.hasOwn(object, name)) this.fail('a name that is given once', at, name.length + 2);
      this.expect(':');
      const value = this.value(depth);
      // Only defined is that name a property like others.
      if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
      else object[name] = value;
    } while (this.take(','));
    this.expect('}');
    return object;
  }

  #array(depth: number): Json[] {
    const array: Json[] = [];
    this.expect('[');
    if (this.take(']')) return array;
    do array.push(this.value(depth));
    while (this.take(','));
    this.expect(']');
    return array;
  }

  #number(): number {
    const { at } = this;
    const raw = this.match(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y) ?? this.fail('a value');
    const value = Number(raw);
    if (this.rules.wholeNumbers && !(Number.isSafeInteger(value) && String(value) === raw))
      this.fail('a whole number of at most 2^53 - 1, in digits only,', at, Math.min(raw.length, 40));
    return value;
  }

  #string(): string {
    const { text } = this;
    const begin = this.at;
    if (text[begin] !== '"') this.fail('a string');
    let [value, from] = ['', ++this.at];
    let surrogates = false;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 0x22) break;
      if (code === 0x5c) {
        value += text.slice(from, this.at);
        const character = this.#escape();
        surrogates ||= (character.charCodeAt(0) & 0xf800) === 0xd800;
        value += character;
        from = this.at;
      } else if (code >= 0x20) this.at++;
      else this.fail('a character of a string, or its end');
    }
    value += text.slice(from, this.at++);
    if (surrogates && !this.rules.loneSurrogates && /\p{Surrogate}/u.test(value)) this.fail('a string without lone surrogates', begin, 40);
    return value;
  }

  #escape(): string {
    const { text, at } = this;
    const simple = text[at + 1];
    if (simple !== 'u') {
      this.at += 2;
      return simple in escapes ? escapes[simple] : this.fail('an escape that JSON has', at, 2);
    }
    this.at += 2;
    const digits = this.match(/[0-9a-fA-F]{4}/y) ?? this.fail('four hexadecimal digits');
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
}

/** The value that a text of JSON is. */
export function readJson(text: string, rules: JsonRules, refuse: Refuse): Json {
  const reader = new Reader(text, rules, refuse);
  const value = reader.value(0);
  reader.end();
  return value;
}

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value of JSON as an error message shows it. */
export const showJson = (value: Json | undefined): string => (isObject(value) ? `an object with ${show(Object.keys(value))}` : show(value));

// Headers of files from anywhere: what is not the format to the letter is a FormatError that names the place, in linear time and at any depth.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'gradtape-headers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const { npy, safetensors } = gt.io;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
function container(header: string | Uint8Array, data = 4): Uint8Array {
  const text = typeof header === 'string' ? bytesOf(header) : header;
  const file = new Uint8Array(8 + text.length + data);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}
function array(header: string, data = 24, version = [1, 0]): Uint8Array {
  const text = bytesOf(header);
  const lengthBytes = version[0] === 1 ? 2 : 4;
  const file = new Uint8Array(8 + lengthBytes + text.length + data);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...version, text.length & 255, text.length >> 8]);
  file.set(text, 8 + lengthBytes);
  return file;
}
const one = (fields: string): string => `{"x":{${fields}}}`;
const good = '"dtype":"F32","shape":[1],"data_offsets":[0,4]';

describe('safetensors refuses', () => {
  it.each([
    ['a tensor twice', `{"x":{${good}},"x":{${good}}}`, 'a name that is given once at character 54, got "\\"x\\""'],
    ['a tensor twice, once by an escape', `{"x":{${good}},"\\u0078":{${good}}}`, 'a name that is given once'],
    ['a field twice', one(`${good},"shape":[1]`), 'a name that is given once at character 53'],
    ['metadata twice', `{"__metadata__":{"a":"1","a":"2"},"x":{${good}}}`, 'a name that is given once at character 25'],
    ['two blocks of metadata', `{"__metadata__":{},"__metadata__":{},"x":{${good}}}`, 'a name that is given once'],
    ['an exponent', one('"dtype":"F32","shape":[1],"data_offsets":[0,4e0]'), /a whole number .* at character 50, got "4e0"/],
    ['a fraction', one('"dtype":"F32","shape":[1.0],"data_offsets":[0,4]'), 'got "1.0"'],
    ['a negative zero', one('"dtype":"F32","shape":[1],"data_offsets":[-0,4]'), 'got "-0"'],
    ['a negative size', one('"dtype":"F32","shape":[-1],"data_offsets":[0,4]'), 'x with a shape, got [-1]'],
    ['a size past 2^53', one('"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]'), 'got "9007199254740993"'],
    ['a size with a leading 0', one('"dtype":"F32","shape":[01],"data_offsets":[0,4]'), '"]" at character 30, got "1"'],
    ['a size as a string', one('"dtype":"F32","shape":["1"],"data_offsets":[0,4]'), 'x with a shape, got ["1"]'],
    ['65 sizes', one(`"dtype":"F32","shape":[${Array(65).fill(1)}],"data_offsets":[0,4]`), 'x with a shape'],
    ['sizes whose product is past 2^53', one('"dtype":"F32","shape":[9007199254740991,9,0],"data_offsets":[0,0]'), 'x with a shape'],
    ['another field', one(`${good},"device":"cpu"`), 'x with dtype, shape, data_offsets, got an object with ["dtype", "shape", "data_offsets", "device"]'],
    ['a missing field', one('"dtype":"F32","shape":[1]'), 'x with dtype, shape, data_offsets, got an object with ["dtype", "shape"]'],
    ['an array as metadata', '{"__metadata__":["a"]}', 'metadata of strings, got ["a"]'],
    ['null as metadata', '{"__metadata__":null}', 'metadata of strings, got null'],
    ['metadata that is a number', '{"__metadata__":{"a":1}}', 'metadata of strings'],
    ['metadata that is an array', '{"__metadata__":{"a":["b"]}}', 'metadata of strings'],
    ['metadata that is an object', '{"__metadata__":{"a":{"b":"c"}}}', 'metadata of strings'],
    ['half of a surrogate pair', `{"\\ud800":{${good}}}`, 'a string without lone surrogates at character 1'],
    ['the other half, in metadata', `{"__metadata__":{"a":"\\udc00"},"x":{${good}}}`, 'a string without lone surrogates'],
    ['an order mark', `\ufeff{"x":{${good}}}`, 'a JSON object as header, from its first byte on'],
    ['a space before', ` {"x":{${good}}}`, 'a JSON object as header, from its first byte on'],
    ['nothing', '', 'got an empty one'],
    ['text after it', `{"x":{${good}}}x`, 'the end at character 54, got "x"'],
    ['a comma too many', `{"x":{${good}},}`, 'a string at character 54'],
    ['a line break in a string', `{"x\n":{${good}}}`, 'a character of a string'],
    ['an unknown escape', `{"\\x":{${good}}}`, 'an escape that JSON has at character 2'],
    ['NaN', one('"dtype":"F32","shape":[NaN],"data_offsets":[0,4]'), 'a value at character 29'],
    ['offsets that overlap', `{"x":{${good}},"y":{${good}}}`, 'y to begin at byte 4, got 0'],
    ['a gap', one('"dtype":"F32","shape":[0],"data_offsets":[4,4]'), 'x to begin at byte 0, got 4'],
    ['offsets in the wrong order', one('"dtype":"F32","shape":[0],"data_offsets":[4,0]'), 'x: 0 bytes for F32 [0], got -4'],
    ['data after the last', `{}`, '0 bytes of data, got 4'],
  ])('%s', (_, header, message) => {
    expect(() => safetensors.decodeTensors(container(header))).toThrow(gt.FormatError);
    expect(() => safetensors.decodeTensors(container(header))).toThrow(message);
  });
  it('bytes that are no UTF-8, and surrogates in UTF-8', () => {
    for (const bytes of [[0xff], [0xed, 0xa0, 0x80], [0xc0, 0xa2]])
      expect(() => safetensors.decodeTensors(container(Uint8Array.of(0x7b, 0x22, ...bytes, 0x22, 0x7d)))).toThrow('a header of UTF-8');
  });
  it('any depth, of headers and of what gt.save wrote', () => {
    for (const levels of [129, 9000, 1_000_000]) {
      for (const [open, close] of [
        ['[', ']'],
        ['{"a":', '}'],
      ]) {
        const deep = `${open.repeat(levels)}1${close.repeat(levels)}`;
        expect(() => safetensors.decodeTensors(container(`{"x":${deep}}`))).toThrow(/at most 128 levels of nesting at character/);
        expect(() => safetensors.decodeTensors(container(`{"x":${open.repeat(levels)}`))).toThrow(gt.FormatError);
        writeFileSync(at('deep'), safetensors.encodeTensors({}, { gradtape: deep }));
        expect(() => gt.load(at('deep'))).toThrow(gt.FormatError);
      }
    }
    const nested = (levels: number): unknown => (levels === 0 ? Number.NaN : [nested(levels - 1)]);
    gt.save(nested(127), at('deep'));
    expect(gt.load(at('deep'))).toEqual(nested(127));
    for (const levels of [128, 1000]) expect(() => gt.save(nested(levels), at('deep'))).toThrow(gt.ArgumentError);
    expect(gt.load(at('deep'))).toEqual(nested(127));
  });
  it('to write what it would refuse to read', () => {
    const x = { x: gt.ones([1]) };
    for (const metadata of [{ a: 1 }, { a: '\ud800' }, { '\ud800': 'a' }, { a: ['b'] }, null, 'a']) {
      expect(() => safetensors.encodeTensors(x, metadata as never), JSON.stringify(metadata)).toThrow(gt.ArgumentError);
    }
    expect(() => safetensors.encodeTensors({ '\udc00': x.x })).toThrow(gt.ArgumentError);
  });
});

describe('safetensors takes', () => {
  it('names that objects have of their own, other alphabets, space at the end', () => {
    const names = ['__proto__', 'constructor', '0', '日本\u{1f600}', 'a"\\\u0001', ''];
    const tensors = Object.fromEntries(names.map((name, i) => [name, gt.full([1], i)]));
    const read = safetensors.decodeTensors(safetensors.encodeTensors(tensors, { __proto__: 'x', toString: 'y' } as never));
    for (const [i, name] of names.entries()) expect([Object.hasOwn(read.tensors, name), read.tensors[name]?.item()], name).toEqual([true, i]);
    expect(read.metadata.toString).toBe('y');
    expect(safetensors.decodeTensors(container(`{"x":{${good}}}   `)).tensors.x.shape).toEqual([1]);
  });
  it('any string in what gt.save writes', () => {
    const value = { '\ud800': gt.ones([1]), '\udc00': gt.zeros([1]), text: ['\ud800', '\u{1f600}', '\u0000', '__proto__'] };
    gt.save(value, at('text'));
    const read = gt.load(at('text')) as typeof value;
    expect([read['\ud800'].item(), read['\udc00'].item(), read.text]).toEqual([1, 0, value.text]);
  });
  it('200,000 tensors, in less than two seconds', () => {
    const t = gt.ones([1]);
    safetensors.save(Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`layer.${i}.weight`, t])), at('many'));
    const began = process.cpuUsage();
    const read = safetensors.load(at('many'));
    const seconds = process.cpuUsage(began).user / 1e6;
    expect(Object.keys(read)).toHaveLength(200_000);
    expect(read['layer.199999.weight'].item()).toBe(1);
    // With room for a machine that does much else; quadratic would be hours.
    expect(seconds).toBeLessThan(6);
  });
});

describe('npy refuses', () => {
  const header = (shape: string, others = ''): string => `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, ${others}}\n`;
  it.each([
    ['another key', header('(2, 3)', "'order': 'C', "), `descr, fortran_order or shape at character 58, got "'order'"`],
    ['a key twice', header('(2, 3)', "'shape': (2, 3), "), 'a key that is given once at character 58'],
    ['no shape', "{'descr': '<f4', 'fortran_order': False}\n", 'a header with shape, got none'],
    ['no order', "{'descr': '<f4', 'shape': (6,)}\n", 'a header with fortran_order, got none'],
    ['no descr', "{'fortran_order': False, 'shape': (6,)}\n", 'a header with descr, got none'],
    ['no key at all', '{}\n', 'a header with descr'],
    ['an expression', header('(2*3,)'), 'got "*"'],
    ['a call', header('tuple([6])'), '"(" at character 50, got "t"'],
    ['a sum of tuples', header('(2,) + (3,)'), '"}" at character 55, got "+"'],
    ['a list', header('[2, 3]'), '"(" at character 50'],
    ['a number in parentheses', header('(6)'), '"," at character 52'],
    ['a long integer of Python 2', header('(2L, 3L)'), 'got "L"'],
    ['a negative size', header('(-6,)'), 'a size at character 51'],
    ['a fraction', header('(6.0,)'), 'got "."'],
    ['an exponent', header('(6e0,)'), 'got "e"'],
    ['an underscore', header('(0_6,)'), 'got "_"'],
    ['a leading 0', header('(06,)'), 'got "6"'],
    ['a size past 2^53', header('(9007199254740993,)'), 'a size of at most 2^53 - 1'],
    ['65 sizes', header(`(${Array(65).fill(1)})`), 'a shape of at most 64 sizes'],
    ['sizes whose product is past 2^53', header('(9007199254740991, 9, 0)'), 'a shape of at most 64 sizes'],
    ['an empty place', header('(2,,3)'), 'a size at character 53'],
    ['order as a number', "{'descr': '<f4', 'fortran_order': 0, 'shape': (6,)}\n", 'True or False at character 34, got "0"'],
    ['order as a string', "{'descr': '<f4', 'fortran_order': 'False', 'shape': (6,)}\n", 'True or False'],
    ['order in small letters', "{'descr': '<f4', 'fortran_order': false, 'shape': (6,)}\n", 'True or False'],
    ['a structured dtype', "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}\n", 'a string without escapes at character 10'],
    ['objects', "{'descr': '|O', 'fortran_order': False, 'shape': (6,)}\n", 'descr among'],
    ['an escape', "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (6,)}\n", 'a string without escapes'],
    ['text after it', `${header('(6,)').trim()} # end\n`, 'the end at character'],
    ['JSON', '{"descr": "<f4", "fortran_order": false, "shape": [6]}\n', 'True or False'],
  ])('%s', (_, text, message) => {
    expect(() => npy.decodeArray(array(text))).toThrow(gt.FormatError);
    expect(() => npy.decodeArray(array(text))).toThrow(message);
  });
  it('other versions, and data that is too short or too long', () => {
    for (const version of [
      [0, 0],
      [1, 1],
      [4, 0],
    ])
      expect(() => npy.decodeArray(array(header('(6,)'), 24, version))).toThrow(`1.0, 2.0 or 3.0, got ${version.join('.')}`);
    for (const data of [0, 23, 25]) expect(() => npy.decodeArray(array(header('(6,)'), data))).toThrow(`24 bytes for <f4 [6], got ${data}`);
  });
  it('none of three versions, of quotes, of orders and spaces', () => {
    for (const version of [1, 2, 3]) {
      for (const text of [
        header('(2, 3)'),
        header('(2,3,)'),
        `{"shape":(2,3),"descr":"<f4","fortran_order":True}`,
        ` { 'shape' : ( 2 , 3 ) , 'fortran_order':False,'descr':'<f4'} \n`,
      ])
        expect(npy.decodeArray(array(text, 24, [version, 0])).shape).toEqual([2, 3]);
    }
    expect(npy.decodeArray(array(header('()'), 4)).shape).toEqual([]);
    expect(npy.decodeArray(array(header('(0, 9)'), 0)).shape).toEqual([0, 9]);
  });
  it('no order of elements: a tensor in Fortran order is strided, and counts the same', () => {
    const file = array("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3)}", 24);
    new Uint8Array(file.buffer, file.length - 24).set(new Uint8Array(Float32Array.of(1, 4, 2, 5, 3, 6).buffer));
    const t = npy.decodeArray(file);
    expect([t.toArray(), t.stride(), t.mul(2).sum(1).toArray()]).toEqual([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [1, 2],
      [12, 30],
    ]);
  });
});

describe('a file with some bytes changed is read, or a FormatError', () => {
  const tensors = { a: gt.ones([2, 2]), b: gt.tensor([true, false]), c: gt.arange(3) };
  const structured = at('structured');
  gt.save({ ...tensors, deep: { list: [1, -0, Number.NaN, 'x', null, { $$: 1 }] } }, structured);
  const files: [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
    ['safetensors', safetensors.encodeTensors(tensors, { format: 'pt' }), (bytes) => safetensors.decodeTensors(bytes)],
    ['npy', npy.encodeArray(tensors.a), (bytes) => npy.decodeArray(bytes)],
    [
      'gt.save',
      safetensors.encodeTensors(tensors, { gradtape: '{"a":{"$":"tensor","name":"a"},"l":[1,{"$":"NaN"},"x",null,{"$":"-0"}]}' }),
      (bytes) => {
        writeFileSync(at('changed'), bytes);
        return gt.load(at('changed'));
      },
    ],
  ];
  it.each(files)('%s', (_, file, read) => {
    const headerEnd = file.length - 40;
    const characters = [...'{}[]()",:\'\\0129-+.eELFu$ \n'].map((c) => c.charCodeAt(0));
    const change = fc.record({
      at: fc.oneof(fc.nat(Math.max(headerEnd, 20)), fc.nat(file.length - 1)),
      remove: fc.nat(3),
      put: fc.array(fc.oneof(fc.constantFrom(...characters), fc.nat(255)), { maxLength: 3 }),
      // What is inserted may leave the header's length wrong, or not.
      mend: fc.boolean(),
    });
    let [values, errors] = [0, 0];
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let bytes = [...file];
        for (const { at, remove, put, mend } of changes) {
          bytes = [...bytes.slice(0, at), ...put, ...bytes.slice(at + remove)];
          const grown = put.length - remove;
          const place = bytes[0] === 0x93 ? 8 : 0;
          if (mend && at > 16 && at < headerEnd) bytes[place] = (bytes[place] + grown) & 255;
        }
        try {
          read(Uint8Array.from(bytes));
          values++;
        } catch (error) {
          if (!(error instanceof gt.FormatError)) throw error;
          errors++;
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(values).toBeGreaterThan(20);
    expect(errors).toBeGreaterThan(400);
  });
});

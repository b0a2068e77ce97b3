// Arrays and options that are not what they seem: of another realm, without memory, with a class of their own, that change while they are read.
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const realm = (source: string): unknown => vm.runInNewContext(source);
type Plain = Record<string, unknown>;

/** Typed arrays of the elements 1, 2 that say otherwise; by class, the dtype. */
const pretenders: Record<string, () => unknown> = {
  'of another realm float32': () => realm('new Float32Array([1, 2])'),
  'of another realm float64': () => realm('new Float64Array([0, 1, 2, 3]).subarray(1, 3)'),
  'of another realm int32': () => realm('new Int32Array([1, 2])'),
  'of another realm int64': () => realm('new BigInt64Array([1n, 2n])'),
  'of another realm uint8': () => realm('new Uint8Array([1, 2])'),
  'a Buffer uint8': () => Buffer.from([1, 2]),
  'a subclass float32': () => new (class Own extends Float32Array {})([1, 2]),
  'another length float32': () => Object.defineProperty(new Float32Array([1, 2]), 'length', { value: 1e6 }),
  'no length float32': () => Object.defineProperty(new Float32Array([1, 2]), 'length', { value: 0 }),
  'another getter of length float64': () =>
    new (class Own extends Float64Array {
      override get length(): number {
        return 1e6;
      }
    })([1, 2]),
  'other elements float32': () => Object.defineProperty(new Float32Array([1, 2]), Symbol.iterator, { value: () => [9, 9, 9].values() }),
  'another buffer float32': () =>
    Object.defineProperties(new Float32Array([1, 2]), { buffer: { value: new ArrayBuffer(0) }, byteOffset: { value: 1e6 }, byteLength: { value: 1e6 } }),
  'another prototype float64': () => Object.setPrototypeOf(new Float64Array([1, 2]), Uint8Array.prototype),
  'another prototype uint8': () => Object.setPrototypeOf(new Uint8Array([1, 2]), Float64Array.prototype),
};

const transferred = (array: Float32Array): unknown => {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
};
const shrunk = (): unknown => {
  const buffer = new (ArrayBuffer as unknown as new (bytes: number, options: object) => ArrayBuffer & { resize(bytes: number): void })(16, {
    maxByteLength: 16,
  });
  const array = new Float32Array(buffer, 8, 2);
  buffer.resize(4);
  return array;
};
const refused: Record<string, () => unknown> = {
  shared: () => new Float32Array(new SharedArrayBuffer(8)),
  'shared, of another realm': () => realm('new Float32Array(new SharedArrayBuffer(8))'),
  'shared, said not to be': () => Object.defineProperty(new Float32Array(new SharedArrayBuffer(8)), 'buffer', { value: new ArrayBuffer(8) }),
  detached: () => transferred(new Float32Array(2)),
  'detached, of another realm': () => transferred(realm('new Float32Array(2)') as Float32Array),
  shrunk,
  'only the prototype': () => Object.create(Float32Array.prototype),
  'a proxy': () => new Proxy(new Float32Array(2), {}),
  'a DataView': () => new DataView(new ArrayBuffer(8)),
  'half floats': () => new Int16Array(2),
  holes: () => new Array(2),
  boxed: () => [Object(1), Object(2)],
  'made longer while read': () => reading((list) => list.push(3)),
  'made shorter while read': () => reading((list) => list.pop()),
};

/** An array of 1, 2 to which something happens when its first element is read. */
function reading(change: (list: unknown[]) => unknown): unknown[] {
  const list: unknown[] = [1, 2];
  let first = true;
  const get = (): number => {
    if (first) change(list);
    first = false;
    return 1;
  };
  return Object.defineProperty(list, 0, { get, enumerable: true });
}

describe('a typed array', () => {
  it.each(Object.entries(pretenders))('is read as what it is: %s', (name, make) => {
    const array = make() as Float32Array;
    const dtype = name.split(' ').at(-1);
    expect([gt.tensor(array).dtype, gt.tensor(array).toArray()]).toEqual([dtype, [1, 2]]);
    expect(gt.tensor(array, { dtype: 'float64' }).toArray()).toEqual([1, 2]);
    expect([gt.fromTypedArray(array, [2, 1]).dtype, gt.fromTypedArray(array, [2, 1]).toArray()]).toEqual([dtype, [[1], [2]]]);
    expect(gt.fromTypedArray(array, [2], { dtype: 'int32' }).toArray()).toEqual([1, 2]);
  });
  it.each(Object.entries(refused))('or another array is refused: %s', (_, make) => {
    for (const use of [gt.tensor, gt.fromTypedArray] as ((data: unknown) => unknown)[]) expect(() => use(make())).toThrow(gt.GradtapeError);
  });
});

it('arrays of other realms, frozen ones, subclasses and getters are arrays', () => {
  const own = class extends Array<number> {};
  const getter = Object.defineProperty([1, 0], 1, { get: () => 2 });
  for (const list of [realm('[1, 2]'), Object.freeze([1, 2]), own.of(1, 2), getter, new Proxy([1, 2], {})] as number[][]) {
    expect(gt.tensor(list).toArray()).toEqual([1, 2]);
    expect(gt.zeros(list).shape).toEqual([1, 2]);
    expect(gt.arange(2).reshape(list).shape).toEqual([1, 2]);
    expect(gt.arange(4).at(list).toArray()).toEqual([1, 2]);
    expect(gt.ones([3, 4, 5]).sum(list).shape).toEqual([3]);
  }
});

/** An array of which one element was never written. */
const holed = <T>(...values: T[]): T[] => {
  const list = [...values];
  delete list[1];
  return list;
};
const lists: Record<string, () => unknown> = {
  permute: () => gt.ones([2, 3, 4]).permute(holed(0, 1, 2)),
  movedim: () => gt.movedim(gt.ones([2, 3]), holed(0, 1), [1, 0]),
  flip: () => gt.ones([2, 3]).flip(holed(0, 1)),
  'flip by name': () => gt.ones([2, 3]).flip({ dims: holed(0, 1) }),
  'shifts of roll': () => gt.ones([2, 3]).roll(holed(1, 1), [0, 1]),
  'dims of roll': () => gt.ones([2, 3]).roll([1, 1], holed(0, 1)),
  sum: () => gt.ones([2, 3]).sum(holed(0, 1)),
  squeeze: () => gt.squeeze(gt.ones([1, 1]), { dim: holed(0, 1) as never }),
  expand: () => gt.ones([1, 1]).expand(holed(2, 2)),
  reshape: () => gt.ones([4]).reshape(holed(2, 2)),
  zeros: () => gt.zeros(holed(2, 2)),
  at: () => gt.ones([3]).at(holed(0, 1)),
  setAt: () => gt.ones([3, 3]).setAt(holed(0, 1), 1),
  split: () => gt.ones([3]).split(holed(1, 2)),
  cat: () => gt.cat(holed(gt.ones([1]), gt.ones([1]))),
  stack: () => gt.stack(holed(gt.ones([1]), gt.ones([1]))),
  broadcastTensors: () => gt.broadcastTensors(...holed(gt.ones([1]), gt.ones([1]))),
  einsum: () => gt.einsum('i,i->i', holed(gt.ones([1]), gt.ones([1]))),
  pad: () => gt.nn.functional.pad(gt.ones([3]), holed(1, 1)),
  ctcLoss: () => gt.nn.functional.ctcLoss(gt.ones([4, 2, 3]), gt.ones([2, 2], { dtype: 'int64' }), holed(4, 4), [2, 2]),
  packPaddedSequence: () => gt.nn.utils.rnn.packPaddedSequence(gt.ones([3, 2, 1]), holed(3, 3)),
  randomSplit: () => gt.utils.data.randomSplit(new gt.utils.data.TensorDataset(gt.ones([3])), holed(1, 2)),
};
it.each(Object.entries(lists))('a hole in a list is an error, not left out: %s', (_, use) => {
  expect(use).toThrow(gt.GradtapeError);
});

describe('options', () => {
  const accepted: Record<string, Plain> = {
    'of another realm': realm('({ dtype: "float64" })') as Plain,
    frozen: Object.freeze({ dtype: 'float64' }),
    'without a prototype': Object.assign(Object.create(null) as Plain, { dtype: 'float64' }),
  };
  it.each(Object.entries(accepted))('may be %s', (_, options) => {
    expect(gt.tensor([1], options).dtype).toBe('float64');
    expect(gt.zeros(1, options).dtype).toBe('float64');
    expect(gt.nn.functional.softmax(gt.ones([2]), 0, options as { dtype: gt.DType }).dtype).toBe('float64');
  });
  it('are not inherited', () => {
    for (const options of [Object.create({ dtype: 'float64' }), Object.create(Object.assign(Object.create(null), { dtype: 'float64' })), new Date()])
      expect(() => gt.tensor([1], options as Plain)).toThrow(gt.ArgumentError);
    const polluted = Object.prototype as unknown as Plain;
    Object.assign(polluted, { dtype: 'int32', device: 'cuda', requiresGrad: true });
    try {
      const t = gt.tensor(new Float32Array([1.5]), {});
      expect([t.dtype, t.requiresGrad, t.item(), gt.tensor([1.5]).add(1).item()]).toEqual(['float32', false, 1.5, 2.5]);
    } finally {
      for (const name of ['dtype', 'device', 'requiresGrad']) delete polluted[name];
    }
  });
});

// gt.io: what was written is read again, other programs' files too, and a damaged file is a FormatError before anything has changed.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'gradtape-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const { npy, safetensors } = gt.io;

const samples = (): gt.Tensor[] => [
  gt.tensor([
    [1, -2.5, Number.NaN],
    [Number.POSITIVE_INFINITY, -0, 1e-40],
  ]),
  gt.tensor([1 / 3, 2], { dtype: 'float64' }),
  gt.tensor([[[1]], [[-7]]], { dtype: 'int32' }),
  gt.tensor([1, 2], { dtype: 'int64' }),
  gt.tensor([0, 255], { dtype: 'uint8' }),
  gt.tensor([true, false]),
  gt.tensor(4),
  gt.zeros([0, 3]),
  gt.arange(6).reshape(2, 3).t(),
];
const same = (a: gt.Tensor, b: gt.Tensor): void => {
  expect([a.dtype, a.shape]).toEqual([b.dtype, b.shape]);
  expect(a.toTypedArray()).toEqual(b.toTypedArray());
};
const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
const bytesOf = (binary: string): Uint8Array => Uint8Array.from(binary, (c) => c.charCodeAt(0));
const headed = (header: string, data = ''): Uint8Array => {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return Uint8Array.of(...length, ...bytesOf(header + data));
};

describe('safetensors', () => {
  it('gives back every dtype and shape', () => {
    const tensors = Object.fromEntries(samples().map((t, i) => [`layer.${i}`, t]));
    safetensors.save(tensors, at('a.safetensors'), { format: 'pt' });
    const read = safetensors.load(at('a.safetensors'));
    expect(Object.keys(read)).toEqual(Object.keys(tensors));
    for (const name of Object.keys(tensors)) same(read[name], tensors[name]);
    expect(safetensors.decodeTensors(readFileSync(at('a.safetensors'))).metadata).toEqual({ format: 'pt' });
  });
  it('reads a file of the reference implementation: short floats and small integers', () => {
    const file = headed(
      '{"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},"i":{"dtype":"I8","shape":[1],"data_offsets":[12,13]}}',
      '\x00\x3c\x01\x00\x00\xfc\xff\x7b\x80\x3f\x49\xc0\xfe',
    );
    const { h, b, i } = safetensors.decodeTensors(file).tensors;
    expect(h.toArray()).toEqual([1, 2 ** -24, Number.NEGATIVE_INFINITY, 65504]);
    expect(b.toArray()).toEqual([1, -3.140625]);
    expect([i.dtype, i.toArray()]).toEqual(['int32', [-2]]);
  });
  it('aligns its data to 8 bytes, as the reference does', () => {
    const file = safetensors.encodeTensors({ x: gt.ones([2]) });
    expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });
  it('refuses what does not fit, wherever a good file is cut or changed', () => {
    const good = safetensors.encodeTensors({ x: gt.ones([2, 2]), y: gt.tensor([1], { dtype: 'int64' }) });
    for (let n = 0; n < good.length; n++) expect(() => safetensors.decodeTensors(good.subarray(0, n)), `${n} bytes`).toThrow(gt.FormatError);
    expect(() => safetensors.decodeTensors(Uint8Array.of(...good, 0))).toThrow(gt.FormatError);
    const end = 8 + Number(new DataView(good.buffer).getBigUint64(0, true));
    fc.assert(
      fc.property(fc.nat(end - 1), fc.nat(255), (i, byte) => {
        const bad = good.slice();
        bad[i] = byte;
        try {
          safetensors.decodeTensors(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(gt.GradtapeError);
        }
      }),
      { numRuns: 500, seed: 1 },
    );
  });
  it.each([
    ['{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 'y to begin at byte 4, got 0'],
    ['{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 'x: 8 bytes for F32 [2], got 4'],
    ['{"x":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}', 'x of a dtype among F64'],
    ['{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 'x with a shape, got [-1]'],
    ['{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 'x with two offsets, got [0]'],
    ['{"x":null}', 'x of a dtype'],
    ['[1]', 'a JSON object as header'],
    ['{"__metadata__":{"a":1}}', 'metadata of strings'],
    ['{', 'a header of JSON'],
  ])('says what is wrong with %s', (header, message) => {
    expect(() => safetensors.decodeTensors(headed(header, '\0\0\0\0'))).toThrow(message);
  });
  it('checks what it is given', () => {
    expect(() => safetensors.save({ x: 1 } as never, at('b'))).toThrow(/^safetensors.save: expected x to be a tensor, got 1/);
    expect(() => safetensors.save(gt.ones([1]) as never, at('b'))).toThrow(gt.ArgumentError);
    expect(() => safetensors.load(at('none'))).toThrow(/^safetensors.load: expected a readable file at .*none/);
  });
});

describe('npy', () => {
  it('gives back every dtype and shape', () => {
    for (const t of samples()) {
      npy.save(t, at('a.npy'));
      same(npy.load(at('a.npy')), t);
    }
  });
  it("reads NumPy's files: Fortran order, version 2", () => {
    const header = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n";
    const file = bytesOf(`\x93NUMPY\x02\x00${String.fromCharCode(header.length)}\0\0\0${header}\x00\x00\x03\x00\x01\x00\x04\x00\x02\x00\x05\x00`);
    const t = npy.decodeArray(file);
    expect([t.dtype, t.toArray()]).toEqual([
      'int32',
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ]);
  });
  it('writes what NumPy reads: data from a multiple of 64 bytes on', () => {
    const file = npy.encodeArray(gt.ones([2]));
    expect(text(file.subarray(0, 8))).toBe('\x93NUMPY\x01\x00');
    expect(text(file.subarray(10))).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2,\), \} *\n/);
    expect((file.length - 8) % 64).toBe(0);
  });
  it('refuses what does not fit', () => {
    const good = npy.encodeArray(gt.ones([2, 2]));
    for (let n = 0; n < good.length; n++) expect(() => npy.decodeArray(good.subarray(0, n)), `${n} bytes`).toThrow(gt.FormatError);
    expect(() => npy.decodeArray(bytesOf(text(good).replace('<f4', '>f4')))).toThrow(/descr among .*, got >f4/);
    expect(() => npy.save(3 as never, at('x'))).toThrow(/^npy.save: expected a tensor, got 3/);
  });
});

describe('save and load', () => {
  it('keep a structure: objects, lists, tensors, and numbers that JSON has no words for', () => {
    const shared = gt.ones([2]);
    const value = {
      model: { 'fc.weight': shared, fc: { weight: gt.zeros([1]) } },
      list: [1, -0, Number.NaN, Number.NEGATIVE_INFINITY, 'a', null, true, [shared]],
      __proto: {},
    };
    gt.save(value, at('c.safetensors'));
    const read = gt.load(at('c.safetensors')) as typeof value;
    same(read.model['fc.weight'], shared);
    same(read.model.fc.weight, gt.zeros([1]));
    same((read.list[7] as gt.Tensor[])[0], shared);
    expect(read.list.slice(0, 7)).toEqual(value.list.slice(0, 7));
    expect(Object.keys(safetensors.load(at('c.safetensors')))).toContain('model.fc.weight');
  });
  it('resume a run to identical numbers: model, optimizer, schedule and generator', () => {
    const build = () => {
      const { nn, optim } = gt;
      const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Dropout(0.3), new nn.Linear(4, 1));
      const optimizer = new optim.AdamW([{ params: model.parameters().slice(0, 2), lr: 0.1 }, { params: model.parameters().slice(2) }]);
      return { model, optimizer, scheduler: new optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, 3) };
    };
    const steps = ({ model, optimizer, scheduler }: ReturnType<typeof build>, count: number): unknown[] =>
      Array.from({ length: count }, () => {
        optimizer.zeroGrad();
        const loss = model
          .forward(gt.randn([4, 3]))
          .square()
          .mean();
        loss.backward();
        optimizer.step();
        scheduler.step();
        return [loss.item(), ...optimizer.paramGroups.map(({ lr }) => lr)];
      });
    const one = build();
    steps(one, 4);
    const { model, optimizer, scheduler } = one;
    const generator = gt.tensor(gt.getRngState());
    gt.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict(), generator }, at('d'));
    const wanted = steps(one, 5);
    const other = build();
    const saved = gt.load(at('d')) as Record<'model' | 'optimizer' | 'scheduler', never> & { generator: gt.Tensor };
    other.model.loadStateDict(saved.model);
    other.optimizer.loadStateDict(saved.optimizer);
    other.scheduler.loadStateDict(saved.scheduler);
    gt.setRngState(saved.generator.toTypedArray() as Uint8Array);
    expect(steps(other, 5)).toEqual(wanted);
    expect(other.model.parameters().map((p) => p.toArray())).toEqual(model.parameters().map((p) => p.toArray()));
  });
  it('leave the old file where writing fails, and no temporary file', () => {
    gt.save([1], at('e'));
    expect(() => gt.save([new Map()], at('e'))).toThrow(/^save: expected 0 to be a tensor, a plain object, .* got Map/);
    expect(gt.load(at('e'))).toEqual([1]);
    expect(() => gt.save([1], at('no/such/folder'))).toThrow(/^save: expected to write .*, got ENOENT/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
  it('refuse cycles, other objects, and damaged files', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => gt.save(cycle, at('f'))).toThrow(/cycles/);
    expect(() => gt.save({ $: 1 }, at('f'))).toThrow(/names other than \$/);
    expect(() => gt.save(1, '')).toThrow(/the path of a file/);
    const good = readFileSync(at('c.safetensors'));
    writeFileSync(at('g'), good.subarray(0, good.length - 1));
    expect(() => gt.load(at('g'))).toThrow(gt.FormatError);
    writeFileSync(at('h'), safetensors.encodeTensors({}, { gradtape: '{"$":"tensor","name":"x"}' }));
    expect(() => gt.load(at('h'))).toThrow(/a tensor x, got none/);
  });
});

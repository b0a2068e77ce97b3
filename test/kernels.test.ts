// Every kernel of the contract against its plain reference on the current backend (and, in the projects native-<isa>, on other instruction sets): odd sizes, several
// stride layouts, aliasing, n = 0. All memory is compared, not only the results: inputs, gaps and the guard zones around every buffer must be as they were.
import { describe, expect, it } from 'vitest';
import { type DTypeInfo, dtypes, type TypedArray } from '../src/core/dtype.js';
import { contract, type KernelName, type Row } from '../src/kernels/contract.js';
import { backend } from '../src/kernels/load.js';
import { type Buffer as Elements, type Reference, references } from './cases/kernels.js';
import { isClose } from './close.js';

// Memory ---------------------------------------------------------------------------------------------------------------------------------------------------------

const guard = 96;
const arena = backend.reserve(backend.regionBytes)!;

/** The next cache line; addresses are past what bit operations hold. */
const lineUp = (address: number): number => Math.ceil(address / 64) * 64;

/** Elements of a dtype with guard zones around, here and in the backend's memory. */
class Memory implements Elements {
  readonly array: TypedArray;
  readonly integer: boolean;
  /** Which elements were set since the copy was taken. */
  readonly touched: Uint8Array;
  #address = 0;
  constructor(
    readonly dt: DTypeInfo,
    readonly length: number,
    /** Place of element 0, for negative strides. */
    readonly origin = 0,
    array?: TypedArray,
  ) {
    this.integer = dt.category !== 2;
    const whole = length + (2 * guard) / dt.size;
    this.array = array ?? new dt.array(whole);
    if (array === undefined) new Uint8Array(this.array.buffer).fill(0xa5);
    this.touched = new Uint8Array(whole);
  }
  #at(i: number): number {
    return guard / this.dt.size + this.origin + i;
  }
  get(i: number): number {
    return Number(this.array[this.#at(i)]);
  }
  set(i: number, value: number): void {
    this.touched[this.#at(i)] = 1;
    if (this.array instanceof BigInt64Array) this.array[this.#at(i)] = BigInt(Math.trunc(value));
    else this.array[this.#at(i)] = this.dt.name === 'bool' ? Number(value !== 0) : value;
  }
  big(i: number): bigint {
    return BigInt(this.array[this.#at(i)]);
  }
  setBig(i: number, value: bigint): void {
    const array = this.array;
    this.touched[this.#at(i)] = 1;
    if (array instanceof BigInt64Array) array[this.#at(i)] = BigInt.asIntN(64, value);
    else array[this.#at(i)] = Number(this.dt.name === 'int32' ? BigInt.asIntN(32, value) : BigInt.asUintN(8, value));
  }
  copy(): Memory {
    return new Memory(this.dt, this.length, this.origin, this.array.slice());
  }
  /** Puts the bytes at the next free place; the offset is odd in elements, so that nothing is aligned by luck. */
  upload(base: number): number {
    this.#address = base + this.dt.size;
    backend.copyIn(this.#address, this.array);
    return lineUp(this.#address + this.array.byteLength);
  }
  get address(): number {
    return this.#address + guard + this.origin * this.dt.size;
  }
  download(): void {
    backend.copyOut(this.#address, this.array);
  }
}

let state = 1;
/** Marsaglia's xorshift: the same draws in every run. */
function draw(low: number, high: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return low + ((high - low) * (state >>> 0)) / 2 ** 32;
}
function fillWith(memory: Memory, [low, high]: readonly [number, number], { big = false } = {}): void {
  for (let i = -memory.origin; i < memory.length - memory.origin; i++) {
    if (big) memory.setBig(i, BigInt(Math.round(draw(-(2 ** 52), 2 ** 52))) * 4097n);
    else if (memory.integer) memory.set(i, memory.dt.name === 'uint8' ? Math.round(Math.abs(draw(low, high))) : Math.round(draw(low, high)));
    else memory.set(i, draw(low, high));
  }
}

// One call -------------------------------------------------------------------------------------------------------------------------------------------------------

interface Run {
  readonly name: KernelName;
  readonly suffix: string;
  readonly buffers: Record<string, Memory>;
  readonly numbers: Record<string, number>;
  readonly dims?: readonly number[];
  readonly tolerance?: Reference['tolerance'];
  readonly what: string;
}
const parametersOf = (name: KernelName): { name: string; kind: string }[] =>
  contract[name][1].split(' ').map((p) => ({ name: p.split(':')[0], kind: p.split(':')[1] }));
const dtypeOfSuffix = (suffix: string): DTypeInfo => dtypes.find((dt) => dt.suffix === suffix)!;

/** Runs the kernel and the reference on copies of the same memory, which must then be the same everywhere. */
function run({ name, suffix, buffers, numbers, dims = [], tolerance = references[name].tolerance, what }: Run): void {
  const expected = Object.fromEntries(Object.entries(buffers).map(([key, memory]) => [key, memory.copy()]));
  // Two names may be one buffer.
  for (const [key, memory] of Object.entries(buffers))
    for (const [other, same] of Object.entries(buffers)) if (same === memory) expected[other] = expected[key];
  let free = lineUp(arena.address);
  for (const memory of new Set(Object.values(buffers))) free = memory.upload(free);
  const table = backend.kernels[name] as unknown;
  const kernel = (suffix === '' ? table : (table as unknown[])[dtypeOfSuffix(suffix).code]) as (...args: (number | readonly number[])[]) => void;
  kernel(...parametersOf(name).map(({ name: p, kind }) => (kind === 'v' ? dims : 'rwu'.includes(kind) ? buffers[p].address : numbers[p])));
  references[name].run({ buffers: expected, numbers, dims });
  for (const [key, memory] of Object.entries(buffers)) {
    memory.download();
    compare(memory, expected[key], tolerance, () => `${name}${suffix && `_${suffix}`} ${what}: ${key}`);
  }
}

function compare(memory: Memory, want: Memory, tolerance: Reference['tolerance'], what: () => string): void {
  const [a, b] = [memory.array, want.array];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    if (isClose(Number(a[i]), Number(b[i]), memory.dt.name, want.touched[i] ? tolerance : { ulp: 0 })) continue;
    throw new Error(`${what()}[${i - guard / memory.dt.size - memory.origin}] of ${memory.length} is ${a[i]}, expected ${b[i]}`);
  }
}

// Elementwise ----------------------------------------------------------------------------------------------------------------------------------------------------

const edges = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 129, 515];

/** Sizes with, for each buffer (the last one is the output), its strides. */
interface Layout {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly strides: (buffer: number, output: boolean) => readonly number[];
}
const row = (name: string, n: number, stride: (buffer: number, output: boolean) => number): Layout => ({
  name: `${name} ${n}`,
  sizes: [n],
  strides: (b, o) => [stride(b, o)],
});
const layouts: readonly Layout[] = [
  { name: 'one element', sizes: [], strides: () => [] },
  row('empty', 0, () => 1),
  ...edges.map((n) => row('contiguous', n, () => 1)),
  ...[5, 17, 67].flatMap((n) => [
    row('strided', n, () => 3),
    row('into gaps', n, (_, output) => (output ? 2 : 1)),
    row('negative', n, (b) => (b === 0 ? -1 : 1)),
    row('all negative', n, () => -2),
    row('first broadcast', n, (b, output) => (b === 0 && !output ? 0 : 1)),
    row('others broadcast', n, (b, output) => (b > 0 && !output ? 0 : 1)),
  ]),
  { name: 'rows with gaps', sizes: [5, 19], strides: () => [23, 1] },
  { name: 'transposed', sizes: [19, 37], strides: (_, output) => (output ? [37, 1] : [1, 19]) },
  { name: 'into a transpose', sizes: [19, 37], strides: (_, output) => (output ? [1, 19] : [37, 1]) },
  { name: 'row broadcast', sizes: [6, 33], strides: (b, output) => (b === 0 || output ? [33, 1] : [0, 1]) },
  { name: 'column broadcast', sizes: [6, 33], strides: (b, output) => (b === 0 || output ? [33, 1] : [1, 0]) },
  { name: 'three dims', sizes: [3, 5, 9], strides: (b) => (b === 1 ? [9, 27, 1] : [45, 9, 1]) },
  { name: 'four dims', sizes: [2, 3, 4, 5], strides: (b, output) => (output ? [60, 20, 5, 1] : b === 0 ? [1, 2, 6, 24] : [0, 5, 0, 1]) },
];

/** What memory a buffer needs for its strides. */
function spanOf({ sizes }: Layout, strides: readonly number[]): { length: number; origin: number } {
  if (sizes.includes(0)) return { length: 1, origin: 0 };
  let low = 0;
  let high = 0;
  sizes.forEach((size, d) => {
    const reach = strides[d] * (size - 1);
    if (reach < 0) low -= reach;
    else high += reach;
  });
  return { length: low + high + 1, origin: low };
}

const isTruth = (name: KernelName): boolean => ['eq', 'ne', 'lt', 'le'].includes(name);
const dtypeOf = (name: KernelName, buffer: string, suffix: string): DTypeInfo => {
  if (name === 'where' && buffer === 'c') return dtypes[5];
  if (isTruth(name) && buffer === 'y') return dtypes[5];
  if (buffer === 'idx' || name === 'wrap_index') return dtypes[3];
  if ((name === 'argmax' || name === 'argmin') && buffer === 'y') return dtypes[2];
  return dtypeOfSuffix(suffix);
};
const range = (name: KernelName, buffer: string): readonly [number, number] =>
  ((references[name] as Reference).ranges as Record<string, readonly [number, number]>)[buffer] ?? [-3, 3];

function elementwise(name: KernelName, suffix: string): void {
  const names = parametersOf(name).filter(({ kind }) => 'rwu'.includes(kind));
  for (const given of references[name].numbers) {
    for (const layout of layouts) {
      const strides = names.map(({ kind }, b) => layout.strides(b, kind !== 'r'));
      const buffers = Object.fromEntries(
        names.map(({ name: buffer, kind }, b) => {
          const { length, origin } = spanOf(layout, strides[b]);
          const memory = new Memory(dtypeOf(name, buffer, suffix), length, origin);
          if (kind === 'r') fillWith(memory, range(name, buffer));
          return [buffer, memory];
        }),
      );
      const dims = layout.sizes.flatMap((size, d) => [size, ...strides.map((s) => s[d])]);
      run({ name, suffix, buffers, numbers: { ...(given as Record<string, number>), nd: layout.sizes.length }, dims, what: layout.name });
      inPlace(name, suffix, names, layout, given as Record<string, number>);
    }
  }
}

/** The output is exactly one of the inputs. */
function inPlace(name: KernelName, suffix: string, names: readonly { name: string; kind: string }[], layout: Layout, given: Record<string, number>): void {
  const output = names.find(({ kind }) => kind === 'w')!.name;
  const strides = layout.strides(names.length - 1, true);
  for (const { name: shared, kind } of names) {
    if (kind !== 'r' || dtypeOf(name, shared, suffix) !== dtypeOf(name, output, suffix)) continue;
    const { length, origin } = spanOf(layout, strides);
    const own = new Memory(dtypeOf(name, output, suffix), length, origin);
    fillWith(own, range(name, shared));
    const buffers = Object.fromEntries(
      names.map((p) => {
        if (p.name === shared || p.name === output) return [p.name, own];
        const memory = new Memory(dtypeOf(name, p.name, suffix), length, origin);
        fillWith(memory, range(name, p.name));
        return [p.name, memory];
      }),
    );
    const dims = layout.sizes.flatMap((size, d) => [size, ...names.map(() => strides[d])]);
    run({ name, suffix, buffers, numbers: { ...given, nd: layout.sizes.length }, dims, what: `${layout.name}, ${output} in place of ${shared}` });
  }
}

// Reductions -----------------------------------------------------------------------------------------------------------------------------------------------------

const triples = [1, 2, 3, 5, 8, 17, 33, 130, 515].flatMap((r) => [
  [1, r, 1],
  [3, r, 1],
  [1, r, 7],
  [2, r, 17],
  [2, r, 33],
]);
function reduction(name: KernelName, suffix: string): void {
  const names = parametersOf(name).filter(({ kind }) => 'rwu'.includes(kind));
  const lines = names.every(({ name: n }) => n !== 'y') || ['softmax', 'log_softmax'].includes(name);
  const empty = ['sum', 'prod', 'logsumexp', 'var'].includes(name) || lines ? [[3, 0, 2]] : [];
  for (const given of references[name].numbers) {
    for (const [outer, r, inner] of [...triples, ...empty, [0, 5, 3], [3, 5, 0]]) {
      const buffers = Object.fromEntries(
        names.map(({ name: buffer, kind }) => {
          const memory = new Memory(dtypeOf(name, buffer, suffix), kind === 'w' && !lines ? outer * inner : outer * r * inner);
          if (kind === 'r') fillWith(memory, range(name, buffer));
          return [buffer, memory];
        }),
      );
      run({ name, suffix, buffers, numbers: { ...(given as Record<string, number>), outer, r, inner }, what: `of (${outer}, ${r}, ${inner})` });
    }
  }
}

// Indexing -------------------------------------------------------------------------------------------------------------------------------------------------------

/** gather and the scatters along dim `along` of a matrix: idx (rows, columns) into `size` places. */
function indexed(name: 'gather' | 'scatter' | 'scatter_add', suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  const into = name !== 'gather';
  for (const [rows, columns, size] of [
    [1, 1, 4],
    [3, 5, 4],
    [5, 17, 9],
    [7, 33, 3],
    [0, 3, 2],
    [3, 0, 2],
  ]) {
    for (const spread of [false, true]) {
      for (const first of [true, false]) {
        const [picked, dense] = [new Memory(dt, first ? size * columns : rows * size), new Memory(dt, rows * columns)];
        fillWith(picked, [0, 9]);
        fillWith(dense, [0, 9]);
        const idx = new Memory(dtypes[3], spread ? Math.max(rows, columns) : rows * columns);
        fillWith(idx, [-0.49, size - 0.51]);
        const stride = first ? [0, 1] : [size, 0];
        const index = spread ? (first ? [1, 0] : [0, 1]) : [columns, 1];
        const [x, y] = into ? [dense, picked] : [picked, dense];
        const strides = into ? [[columns, 1], index, stride] : [stride, index, [columns, 1]];
        const dims = [rows, columns].flatMap((n, d) => [n, ...strides.map((s) => s[d])]);
        run({
          name,
          suffix,
          buffers: { x, idx, y },
          numbers: { sdim: first ? columns : 1, nd: 2 },
          dims,
          what: `(${rows}, ${columns}) of ${size}, ${spread ? 'one index a line, ' : ''}dim ${first ? 0 : 1}`,
        });
      }
    }
  }
}

// The product ----------------------------------------------------------------------------------------------------------------------------------------------------

interface Shape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly nb?: number;
  readonly share?: 'a' | 'b';
  /** Gap between rows of c. */
  readonly gap?: number;
}
type Turn = 'plain' | 'turned' | 'strided';
function product(suffix: string, { m, n, k, nb = 1, share, gap = 0 }: Shape, [ta, tb]: readonly [Turn, Turn], [alpha, beta]: readonly [number, number]): void {
  const dt = dtypeOfSuffix(suffix);
  const strides = (rows: number, columns: number, turn: Turn): [number, number, number] =>
    turn === 'plain' ? [columns, 1, rows * columns] : turn === 'turned' ? [1, rows, rows * columns] : [2 * columns + 1, 2, rows * (2 * columns + 1)];
  const [rsa, csa, sizeA] = strides(m, k, ta);
  const [rsb, csb, sizeB] = strides(k, n, tb);
  const rsc = n + gap;
  const a = new Memory(dt, sizeA * nb + 1);
  const b = new Memory(dt, sizeB * nb + 1);
  const c = new Memory(dt, m * rsc * nb);
  fillWith(a, [-1, 1]);
  fillWith(b, [-1, 1]);
  // With beta = 0 c is never read, whatever it holds.
  if (beta !== 0) fillWith(c, [-1, 1]);
  else if (suffix !== 'i64') for (let i = 0; i < c.length; i++) c.set(i, Number.NaN);
  const numbers = { m, n, k, rsa, csa, rsb, csb, rsc, nb, sa: share === 'a' ? 0 : sizeA, sb: share === 'b' ? 0 : sizeB, sc: m * rsc, alpha, beta };
  run({ name: 'gemm', suffix, buffers: { a, b, c }, numbers, what: `(${m}, ${k}) ${ta} x (${k}, ${n}) ${tb}, ${nb} batches, alpha ${alpha}, beta ${beta}` });
}

// Around the register tiles: rows 4 (wasm), 6 and 14 (native); columns 2 vectors of 2 to 16 lanes.
const tileRows = [1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 29];
const tileColumns = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65];
// Around the blocks of k: 192 and 384 elements natively (1536 bytes), 256 in wasm.
const depths = [1, 2, 7, 191, 193, 255, 257, 383, 385];
const turns: readonly (readonly [Turn, Turn])[] = [
  ['plain', 'plain'],
  ['turned', 'plain'],
  ['plain', 'turned'],
  ['turned', 'turned'],
  ['strided', 'strided'],
];
const factors = [
  [1, 0],
  [1, 1],
  [-0.5, 0],
  [2, 0.5],
] as const;
const wholeFactors = [
  [1, 0],
  [1, 1],
  [-3, 2],
] as const;

function gemm(suffix: string): void {
  const scales = suffix === 'i64' ? wholeFactors : factors;
  let turn = 0;
  for (const m of tileRows) for (const n of tileColumns) product(suffix, { m, n, k: 5 }, turns[turn++ % turns.length], scales[turn % scales.length]);
  for (const pair of turns) {
    for (const scale of scales) {
      for (const k of [0, 3, 17]) product(suffix, { m: 7, n: 19, k, gap: 3 }, pair, scale);
      product(suffix, { m: 1, n: 37, k: 21 }, pair, scale);
      product(suffix, { m: 37, n: 1, k: 21, gap: 2 }, pair, scale);
      product(suffix, { m: 1, n: 1, k: 70 }, pair, scale);
      product(suffix, { m: 5, n: 9, k: 4, nb: 3 }, pair, scale);
      product(suffix, { m: 5, n: 9, k: 4, nb: 3, share: 'a' }, pair, scale);
      product(suffix, { m: 5, n: 9, k: 4, nb: 3, share: 'b' }, pair, scale);
      product(suffix, { m: 1, n: 9, k: 33, nb: 2, share: 'b' }, pair, scale);
    }
    for (const k of depths) product(suffix, { m: 15, n: 33, k }, pair, scales[1]);
    // Around the blocks of rows (112, 128) and of columns (256, 512).
    product(suffix, { m: 129, n: 34, k: 9 }, pair, scales[1]);
    product(suffix, { m: 113, n: 258, k: 3 }, pair, scales[0]);
    product(suffix, { m: 3, n: 515, k: 5 }, pair, scales[1]);
  }
  for (const [m, n, k] of [
    [0, 3, 2],
    [3, 0, 2],
    [0, 0, 0],
  ])
    product(suffix, { m, n, k }, turns[0], scales[0]);
}

// The rest -------------------------------------------------------------------------------------------------------------------------------------------------------

function vectors(name: KernelName, suffix: string): void {
  for (const given of references[name].numbers) {
    for (const n of [0, ...edges]) {
      const buffers = Object.fromEntries(
        parametersOf(name)
          .filter(({ kind }) => 'rwu'.includes(kind))
          .map(({ name: buffer, kind }) => {
            const memory = new Memory(dtypeOf(name, buffer, suffix), buffer === 'bad' ? 1 : n);
            if (kind !== 'w') fillWith(memory, range(name, buffer));
            return [buffer, memory];
          }),
      );
      run({ name, suffix, buffers, numbers: { ...(given as Record<string, number>), n }, what: `of ${n}` });
      if (name === 'wrap_index')
        run({ name, suffix, buffers: { ...buffers, y: buffers.idx }, numbers: { ...(given as Record<string, number>), n }, what: `of ${n} in place` });
    }
  }
}

function casts(): void {
  for (const from of dtypes) {
    for (const to of dtypes) {
      for (const layout of layouts) {
        const [sx, sy] = [layout.strides(0, false), layout.strides(1, true)];
        const [x, y] = [
          [from, sx],
          [to, sy],
        ].map(([dt, strides]) => {
          const { length, origin } = spanOf(layout, strides as readonly number[]);
          return new Memory(dt as DTypeInfo, length, origin);
        });
        fillWith(x, [-5, 9]);
        if (to.name === 'uint8') for (let i = -x.origin; i < x.length - x.origin; i++) x.set(i, Math.abs(x.get(i)));
        const dims = layout.sizes.flatMap((size, d) => [size, sx[d], sy[d]]);
        run({
          name: 'cast',
          suffix: '',
          buffers: { x, y },
          numbers: { from: from.code, to: to.code, nd: layout.sizes.length },
          dims,
          what: `${from.name} to ${to.name}, ${layout.name}`,
        });
      }
    }
  }
}

// The suite ------------------------------------------------------------------------------------------------------------------------------------------------------

const kinds: Partial<Record<KernelName, (suffix: string) => void>> = {
  gather: (s) => indexed('gather', s),
  scatter: (s) => indexed('scatter', s),
  scatter_add: (s) => indexed('scatter_add', s),
  gemm,
  cast: casts,
};

if (process.env.GRADTAPE_ISA && backend.name === 'native') it('runs on the instruction set that was asked for', () => {
  expect(backend.isa).toBe(process.env.GRADTAPE_ISA);
});

describe.each(Object.entries<Row>(contract) as [KernelName, Row][])('%s', (name, [suffixes, parameters]) => {
  it.each(suffixes === '' ? [''] : suffixes.split(' '))('%s', (suffix) => {
    const special = kinds[name];
    if (special !== undefined) special(suffix);
    else if (parameters.includes('dims:v')) elementwise(name, suffix);
    else if (parameters.includes('inner:i')) reduction(name, suffix);
    else vectors(name, suffix);
  });
});

describe('integers wrap around', () => {
  it.each(['i32', 'i64'])('%s', (suffix) => {
    for (const name of ['add', 'mul', 'neg'] as const) {
      for (const n of [1, 7, 33, 130]) {
        const names = parametersOf(name).filter(({ kind }) => 'rw'.includes(kind));
        const buffers = Object.fromEntries(
          names.map(({ name: buffer }) => {
            const memory = new Memory(dtypeOfSuffix(suffix), n);
            fillWith(memory, [0, 0], { big: true });
            return [buffer, memory];
          }),
        );
        run({ name, suffix, buffers, numbers: { nd: 1, alpha: -1 }, dims: [n, ...names.map(() => 1)], what: `of ${n} large numbers` });
      }
    }
  });
  it('sums and products of int64', () => {
    for (const name of ['sum', 'prod'] as const) {
      const [x, y] = [new Memory(dtypes[3], 37 * 5), new Memory(dtypes[3], 5)];
      fillWith(x, [0, 0], { big: true });
      run({ name, suffix: 'i64', buffers: { x, y }, numbers: { outer: 5, r: 37, inner: 1 }, what: 'of large numbers' });
    }
  });
});

// Accuracy -------------------------------------------------------------------------------------------------------------------------------------------------------

/** Every exponent and both signs with some mantissas each, and the special values. */
function allExponents(perExponent: number): Float32Array {
  const bits = new Uint32Array(512 * perExponent);
  let i = 0;
  for (let high = 0; high < 512; high++) {
    for (let s = 0; s < perExponent; s++) {
      const mantissa = s === 0 ? 0 : s === 1 ? 0x7fffff : Math.floor(draw(0, 0x800000));
      bits[i++] = ((high << 23) | mantissa) >>> 0;
    }
  }
  return new Float32Array(bits.buffer);
}

describe('float32 within the bound over the whole range', () => {
  const samples = allExponents(48);
  const measured = (Object.entries(references) as [KernelName, Reference][]).filter(([, { truth }]) => truth !== undefined);
  it.each(measured.map(([name]) => [name]))('%s', (name) => {
    const { truth, absolute = 0, numbers } = references[name] as Reference;
    const [x, y] = [new Memory(dtypes[0], samples.length), new Memory(dtypes[0], samples.length)];
    samples.forEach((v, i) => {
      x.set(i, v);
    });
    y.upload(x.upload(arena.address));
    const kernel = (backend.kernels[name] as unknown as ((...args: unknown[]) => void)[])[0];
    const given = Object.values(numbers[0] as Record<string, number>);
    kernel(x.address, y.address, ...given, 1, [samples.length, 1, 1]);
    y.download();
    const wrong: string[] = [];
    for (let i = 0; i < samples.length; i++) {
      const [want, got] = [truth!(samples[i]), y.get(i)];
      const near = isClose(got, want, 'float32', { ulp: 4 }) || Math.abs(got - want) <= absolute;
      const sign = want === 0 && got === 0 && samples[i] === 0 && Object.is(got, -0) !== Object.is(want, -0);
      if (!near || sign) wrong.push(`${name}(${Object.is(samples[i], -0) ? '-0' : samples[i]}) is ${got}, expected ${want}`);
    }
    expect(wrong.slice(0, 5), `${wrong.length} of ${samples.length}`).toEqual([]);
  });
  it('pow', () => {
    const grid = allExponents(2);
    const powers = [0, -0, 1, -1, 2, 3, -2, 0.5, -0.5, 1 / 3, 2.5, 17, -33.25, 100, 1e6, -1e6, 1e-6, Infinity, -Infinity, NaN].map(Math.fround);
    const n = grid.length * powers.length;
    const [a, b, y] = ['a', 'b', 'y'].map(() => new Memory(dtypes[0], n));
    for (let i = 0; i < n; i++) {
      a.set(i, grid[i % grid.length]);
      b.set(i, powers[Math.floor(i / grid.length)]);
    }
    run({ name: 'pow', suffix: 'f32', buffers: { a, b, y }, numbers: { nd: 1 }, dims: [n, 1, 1, 1], tolerance: { ulp: 4 }, what: 'over all exponents' });
  });
});

// Threads --------------------------------------------------------------------------------------------------------------------------------------------------------

describe('results do not depend on the number of threads', () => {
  const [x, w, y] = [0, 1, 2].map(() => new Memory(dtypes[0], 1 << 20));
  fillWith(x, [-2, 2]);
  fillWith(w, [-2, 2]);
  const side = 1 << 10;
  const calls: Record<string, (k: typeof backend.kernels) => void> = {
    'sum of all': (k) => k.sum[0](x.address, y.address, 1, 1 << 20, 1),
    'sum of columns': (k) => k.sum[0](x.address, y.address, 1, side, side),
    'sum of rows': (k) => k.sum[0](x.address, y.address, side, side, 1),
    softmax: (k) => k.softmax[0](x.address, y.address, side, side, 1),
    'softmax of columns': (k) => k.softmax[0](x.address, y.address, 1, side, side),
    logsumexp: (k) => k.logsumexp[0](x.address, y.address, side, side, 1),
    var: (k) => k.var[0](x.address, y.address, 1, 1, 1 << 20, 1),
    exp: (k) => k.exp[0](x.address, y.address, 1, [1 << 20, 1, 1]),
    mul: (k) => k.mul[0](x.address, w.address, y.address, 1, [1 << 20, 1, 1, 1]),
    'transposed add': (k) => k.add[0](x.address, w.address, y.address, 1, 2, [side, 1, side, side, side, side, 1, 1]),
    'gemm 512': (k) => k.gemm[0](x.address, w.address, y.address, 512, 512, 512, 512, 1, 512, 1, 512, 1, 0, 0, 0, 1, 0),
    'gemm 37 x 1000 x 300': (k) => k.gemm[0](x.address, w.address, y.address, 37, 1000, 300, 300, 1, 1, 300, 1000, 1, 0, 0, 0, 1, 0),
    'gemm of 8 batches': (k) => k.gemm[0](x.address, w.address, y.address, 100, 70, 90, 90, 1, 70, 1, 70, 8, 9000, 6300, 7000, 1, 0),
    'matrix times vector': (k) => k.gemm[0](x.address, w.address, y.address, 1000, 1, 1000, 1000, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0),
  };
  it.each(Object.keys(calls))('%s', (what) => {
    const before = backend.getThreads();
    const results = [1, 2, 1].map((threads) => {
      backend.setThreads(threads);
      w.upload(x.upload(y.upload(arena.address)));
      calls[what](backend.kernels);
      y.download();
      return Buffer.from(y.array.buffer.slice(0));
    });
    backend.setThreads(before);
    expect(results[1].equals(results[0]) && results[2].equals(results[0])).toBe(true);
  });
});

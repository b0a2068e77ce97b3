// Elementwise kernels, indexing and casts: every stride layout, broadcast, in place.
import { type DTypeInfo, dtypes } from '../../src/core/dtype.js';
import type { KernelName } from '../../src/kernels/contract.js';
import { references } from '../cases/kernels.js';
import { dtypeOf, dtypeOfSuffix, edges, fillWith, Memory, parametersOf, range, run } from './memory.js';

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

export function elementwise(name: KernelName, suffix: string): void {
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

// Indexing -------------------------------------------------------------------------------------------------------------------------------------------------------

/** gather and the scatters along dim `along` of a matrix: idx (rows, columns) into `size` places. */
export function indexed(name: 'gather' | 'scatter' | 'scatter_add' | 'scatter_reduce', suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  const into = name !== 'gather';
  // Products stay small.
  const values = name === 'scatter_reduce' ? ([0, 1.4] as const) : ([0, 9] as const);
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
        fillWith(picked, values);
        fillWith(dense, values);
        const idx = new Memory(dtypes[3], spread ? Math.max(rows, columns) : rows * columns);
        fillWith(idx, [-0.49, size - 0.51]);
        const stride = first ? [0, 1] : [size, 0];
        const index = spread ? (first ? [1, 0] : [0, 1]) : [columns, 1];
        const [x, y] = into ? [dense, picked] : [picked, dense];
        const strides = into ? [[columns, 1], index, stride] : [stride, index, [columns, 1]];
        const dims = [rows, columns].flatMap((n, d) => [n, ...strides.map((s) => s[d])]);
        const numbers = { sdim: first ? columns : 1, nd: 2 };
        const what = `(${rows}, ${columns}) of ${size}, ${spread ? 'one index a line, ' : ''}dim ${first ? 0 : 1}`;
        for (const given of references[name].numbers) run({ name, suffix, buffers: { x, idx, y }, numbers: { ...given, ...numbers }, dims, what });
      }
    }
  }
}

export function casts(): void {
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

// Convolution and pooling kernels over geometries around every edge: padding, strides, dilation, groups, blocks of patches, and nothing at all.
import { dtypes } from '../../src/core/dtype.js';
import { contract, type KernelName } from '../../src/kernels/contract.js';
import { dtypeOfSuffix, fillWith, Memory, run } from './memory.js';

const names = ['n', 'groups', 'c', 'h', 'w', 'o', 'kh', 'kw', 'sh', 'sw', 'ph', 'pw', 'dh', 'dw'];
const geometries: readonly (readonly number[])[] = [
  [1, 1, 2, 5, 5, 3, 3, 3, 1, 1, 0, 0, 1, 1],
  [2, 1, 3, 7, 6, 4, 3, 2, 1, 1, 1, 1, 1, 1],
  [2, 2, 2, 6, 9, 3, 3, 3, 2, 2, 1, 2, 1, 1],
  [1, 1, 2, 9, 8, 2, 2, 3, 3, 1, 2, 0, 2, 3],
  [3, 1, 2, 1, 17, 5, 1, 4, 1, 2, 0, 3, 1, 1],
  [1, 1, 4, 3, 3, 2, 1, 1, 1, 1, 0, 0, 1, 1],
  // More padding than image.
  [1, 1, 2, 2, 2, 2, 3, 3, 1, 1, 4, 5, 1, 1],
  [1, 1, 2, 3, 3, 1, 2, 2, 2, 2, 3, 3, 1, 2],
  // One channel a group.
  [2, 4, 1, 6, 19, 1, 3, 3, 1, 1, 1, 1, 1, 1],
  [1, 3, 1, 7, 8, 2, 3, 2, 2, 2, 1, 1, 1, 1],
  [1, 2, 1, 5, 9, 3, 2, 3, 1, 3, 0, 2, 2, 2],
  [2, 1, 1, 8, 20, 6, 5, 5, 1, 1, 2, 2, 1, 1],
  // Winograd's way: ragged tiles, padding, channels beside whole vectors, groups.
  [2, 1, 17, 16, 17, 20, 3, 3, 1, 1, 1, 1, 1, 1],
  [2, 1, 16, 12, 13, 18, 5, 5, 1, 1, 2, 2, 1, 1],
  [1, 2, 16, 19, 18, 17, 3, 3, 1, 1, 0, 2, 1, 1],
  // The filters' gradient of several blocks of channels, its tiles in several parts.
  [3, 1, 70, 12, 13, 66, 3, 3, 1, 1, 1, 1, 1, 1],
  // A filter for every plane: both borders in one vector, borders far away, fewer lines than are summed at once and more than a task has.
  [1, 3, 1, 9, 37, 1, 5, 5, 1, 1, 4, 2, 1, 1],
  [1, 2, 1, 3, 50, 1, 3, 3, 1, 1, 2, 5, 1, 1],
  [1, 2, 1, 70, 20, 1, 3, 3, 1, 1, 0, 1, 1, 1],
  // Long sums, several blocks of rows and of positions.
  [1, 1, 45, 20, 23, 3, 3, 3, 1, 1, 1, 1, 1, 1],
  [1, 1, 3, 40, 30, 17, 3, 3, 1, 1, 0, 1, 1, 1],
  [1, 1, 60, 6, 7, 9, 3, 4, 2, 1, 1, 1, 1, 2],
  [1, 1, 2, 3, 150, 18, 1, 3, 1, 1, 0, 1, 1, 1],
  // Few channels in many planes: vectors of them that begin at several of the groups, strides, bands of rows, pieces of lines, long sums.
  [7, 3, 1, 9, 8, 2, 3, 3, 2, 2, 1, 1, 1, 1],
  [1, 20, 2, 11, 10, 3, 3, 3, 1, 1, 1, 1, 1, 1],
  [3, 4, 3, 40, 12, 1, 5, 5, 1, 3, 2, 4, 2, 1],
  [1, 9, 4, 47, 79, 4, 3, 3, 2, 2, 1, 1, 1, 1],
  [9, 1, 1, 13, 12, 5, 2, 3, 4, 2, 0, 1, 1, 3],
  [1, 11, 1, 2, 520, 1, 1, 4, 1, 1, 0, 3, 1, 1],
  [1, 9, 2, 1, 1050, 2, 1, 3, 1, 2, 0, 1, 1, 2],
  [17, 1, 40, 4, 3, 1, 5, 3, 1, 1, 2, 1, 1, 1],
  [0, 1, 2, 5, 5, 3, 3, 3, 1, 1, 0, 0, 1, 1],
];

/** Buffers of the three kernels by name. */
export function convolution(name: KernelName, suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  for (const [i, geometry] of geometries.entries()) {
    const g = Object.fromEntries(names.map((key, k) => [key, geometry[k]]));
    const out = (size: number, k: number, s: number, p: number, d: number): number => Math.floor((size + 2 * p - d * (k - 1) - 1) / s) + 1;
    const numbers = { ...g, oh: out(g.h, g.kh, g.sh, g.ph, g.dh), ow: out(g.w, g.kw, g.sw, g.pw, g.dw), biased: i % 2 };
    const sizes = {
      x: g.n * g.groups * g.c * g.h * g.w,
      k: g.groups * g.o * g.c * g.kh * g.kw,
      y: g.n * g.groups * g.o * numbers.oh * numbers.ow,
      b: g.groups * g.o,
    };
    const buffers = Object.fromEntries(
      contract[name][1]
        .split(' ')
        .map((p) => p.split(':'))
        .filter(([, kind]) => kind === 'r' || kind === 'w')
        .map(([key, kind]) => {
          const memory = new Memory(dt, sizes[key.replace('d', '') as keyof typeof sizes]);
          if (kind === 'r') fillWith(memory, [-1, 1]);
          return [key, memory];
        }),
    );
    run({ name, suffix, buffers, numbers, what: `of [${geometry}]` });
  }
}

export function maxPool(suffix: string): void {
  const ends = (memory: Memory, windows: readonly (readonly [number, number])[]): Memory => {
    windows.flat().forEach((v, i) => {
      memory.set(i, v);
    });
    return memory;
  };
  for (const planes of [0, 1, 3]) {
    for (const rows of [
      [[0, 2]],
      [
        [0, 3],
        [1, 4],
        [3, 5],
      ],
      [
        [2, 2],
        [1, 5],
      ],
    ] as [number, number][][]) {
      for (const cols of [
        [[0, 1]],
        [
          [0, 3],
          [2, 5],
          [4, 7],
          [6, 7],
        ],
        // Vectors of windows that lie 1 or 2 apart, of two widths, and one beside them; the last of them ends with the line.
        Array.from({ length: 11 }, (_, i) => [i, i + 3]),
        Array.from({ length: 6 }, (_, i) => [2 * i, 2 * i + 2]),
        Array.from({ length: 5 }, (_, i) => [2 * i + 1, 2 * i + 5]),
        Array.from({ length: 6 }, (_, i) => [2 * i, 2 * i + 3]),
      ] as [number, number][][]) {
        const x = new Memory(dtypeOfSuffix(suffix), planes * 5 * 13);
        fillWith(x, [-3, 3]);
        if (planes > 1) for (const i of [3, 17, 40, 95, 96]) x.set(i, Number.NaN);
        // The first of equals is the place.
        for (let i = 0; i < x.length; i += 3) x.set(i, 3);
        const [oh, ow] = [rows.length, cols.length];
        const buffers = {
          x,
          rows: ends(new Memory(dtypes[2], 2 * oh), rows),
          cols: ends(new Memory(dtypes[2], 2 * ow), cols),
          y: new Memory(dtypeOfSuffix(suffix), planes * oh * ow),
          idx: new Memory(dtypes[3], planes * oh * ow),
        };
        for (const [dh, dw] of [
          [1, 1],
          [2, 2],
        ])
          run({ name: 'max_pool', suffix, buffers, numbers: { planes, h: 5, w: 13, oh, ow, dh, dw }, what: `${rows} ${cols} ${dh}` });
      }
    }
  }
}

export function resample(suffix: string): void {
  const starts = [0, 2, 2, 3, 7];
  const index = [4, 0, 1, 0, 1, 2, 4];
  for (const outer of [0, 1, 3]) {
    for (const inner of [0, 1, 2, 4, 7, 16, 33]) {
      const whole = (values: readonly number[]): Memory => {
        const memory = new Memory(dtypes[2], values.length);
        values.forEach((v, i) => {
          memory.set(i, v);
        });
        return memory;
      };
      const dt = dtypeOfSuffix(suffix);
      const buffers = {
        x: new Memory(dt, outer * 5 * inner),
        starts: whole(starts),
        idx: whole(index),
        weight: new Memory(dt, index.length),
        y: new Memory(dt, outer * 4 * inner),
      };
      fillWith(buffers.x, [-3, 3]);
      fillWith(buffers.weight, [-1, 1]);
      run({ name: 'resample', suffix, buffers, numbers: { outer, nx: 5, ny: 4, inner }, what: `of (${outer}, 5, ${inner})` });
    }
  }
}

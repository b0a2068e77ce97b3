// The product over a grid of sizes around every tile and block edge, by transposes, factors and batches.
import { dtypeOfSuffix, fillWith, Memory, run } from './memory.js';

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
  // Memory ends with the last element.
  const reach = (rows: number, columns: number, rs: number, cs: number, step: number): number =>
    rows * columns === 0 ? 0 : (rows - 1) * rs + (columns - 1) * cs + 1 + (nb - 1) * step;
  const [sa, sb] = [share === 'a' ? 0 : sizeA, share === 'b' ? 0 : sizeB];
  const a = new Memory(dt, reach(m, k, rsa, csa, sa));
  const b = new Memory(dt, reach(k, n, rsb, csb, sb));
  const c = new Memory(dt, reach(m, n, rsc, 1, m * rsc));
  fillWith(a, [-1, 1]);
  fillWith(b, [-1, 1]);
  // With beta = 0 c is never read, whatever it holds.
  if (beta !== 0) fillWith(c, [-1, 1]);
  else if (suffix !== 'i64') for (let i = 0; i < c.length; i++) c.set(i, Number.NaN);
  const numbers = { m, n, k, rsa, csa, rsb, csb, rsc, nb, sa, sb, sc: m * rsc, alpha, beta };
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

export function gemm(suffix: string): void {
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

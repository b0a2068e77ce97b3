// Sorting, searching and factorisation kernels over sizes around every edge: short rows and long ones, ties and NaN, batches, transposes, oblong and singular matrices.
import { dtypes } from '../../src/core/dtype.js';
import { dtypeOfSuffix, edges, fillWith, indexType, Memory, run, widths } from './memory.js';

const i32 = dtypes[2];

export function sorting(suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  for (const n of [0, ...edges, 1000]) {
    for (const rows of [1, 3]) {
      for (const [descending, wide] of [0, 1].flatMap((d) => widths.map((w) => [d, w]))) {
        const index = indexType(wide);
        const [x, y, places] = [new Memory(dt, rows * n), new Memory(dt, rows * n), new Memory(index, rows * n)];
        // Aligned as its longest elements are.
        const scratch = new Memory(dtypes[1], Math.ceil((rows * n * index.size) / 8) + Math.ceil((rows * n * dt.size) / 8));
        fillWith(x, n % 2 ? [-900, 900] : [-3, 3]);
        // Ties, zeros of both signs, and NaN.
        for (let i = 0; i < x.length; i += 5) x.set(i, dt.category === 2 ? [2, -0, 0, Number.NaN, Number.POSITIVE_INFINITY][(i / 5) % 5] : 2);
        const numbers = { wide, rows, n, descending };
        run({ name: 'sort', suffix, buffers: { x, y, places, scratch }, numbers, ignore: ['scratch'], what: `of (${rows}, ${n})` });
      }
    }
  }
}

export function searching(suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  for (const n of [0, 1, 2, 7, 8, 65]) {
    for (const [rows, shared] of [
      [1, 1],
      [3, 0],
    ]) {
      for (const [right, wide] of [0, 1].flatMap((r) => widths.map((w) => [r, w]))) {
        const m = 37;
        const [a, x, y] = [new Memory(dt, rows * n), new Memory(dt, rows * m), new Memory(indexType(wide), rows * m)];
        for (let i = 0; i < a.length; i++) a.set(i, Math.floor((i % n) / 2));
        fillWith(x, [0, 40]);
        for (let i = 0; i < x.length; i += 2) x.set(i, i % 9);
        run({ name: 'searchsorted', suffix, buffers: { a, x, y }, numbers: { wide, rows, n, m, shared, right }, what: `of (${rows}, ${n})` });
      }
    }
  }
}

const batches = [1, 3];
export function lus(suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  for (const nb of batches) {
    for (const [m, n] of [
      [0, 0],
      [0, 3],
      [1, 1],
      [4, 4],
      [3, 7],
      [9, 5],
      [33, 33],
    ]) {
      const q = Math.min(m, n);
      const [a, pivots, info] = [new Memory(dt, nb * m * n), new Memory(i32, nb * q), new Memory(i32, nb)];
      fillWith(a, [-1, 1]);
      // A column of zeros in the last matrix: singular.
      if (q > 1) for (let i = 0; i < m; i++) a.set((nb - 1) * m * n + i * n + 1, 0);
      run({ name: 'lu', suffix, buffers: { a, pivots, info }, numbers: { nb, m, n }, what: `of ${nb} (${m}, ${n})` });
    }
  }
}

export function choleskys(suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  for (const nb of batches) {
    for (const n of [0, 1, 2, 5, 17, 40]) {
      const [a, info] = [new Memory(dt, nb * n * n), new Memory(i32, nb)];
      fillWith(a, [-1, 1]);
      for (let i = 0; i < nb * n; i++) a.set(i * n + (i % n), n + 1);
      run({ name: 'cholesky', suffix, buffers: { a, info }, numbers: { nb, n }, what: `of ${nb} (${n}, ${n})` });
    }
  }
}

export function triangles(suffix: string): void {
  const dt = dtypeOfSuffix(suffix);
  for (const n of [0, 1, 2, 5, 18]) {
    for (const k of [0, 1, 4, 19]) {
      for (const form of Array.from({ length: 8 }, (_, i) => i)) {
        const [upper, unit, flipped] = [form & 1, (form >> 1) & 1, form >> 2];
        const nb = 1 + (form % 3);
        const [a, b] = [new Memory(dt, nb * n * n), new Memory(dt, nb * n * k)];
        fillWith(a, [-0.2, 0.2]);
        for (let i = 0; i < nb * n; i++) a.set(i * n + (i % n), 2);
        fillWith(b, [-1, 1]);
        const numbers = { nb, n, k, rsa: flipped ? 1 : n, csa: flipped ? n : 1, sa: n * n, upper, unit };
        run({ name: 'solve_triangular', suffix, buffers: { a, b }, numbers, what: `of ${nb} (${n}, ${n}), ${k} columns` });
      }
    }
  }
}

/** Rows of a product of row-major matrices. */
const product = (a: (i: number, k: number) => number, b: (k: number, j: number) => number, inner: number, i: number, j: number): number =>
  Array.from({ length: inner }, (_, k) => a(i, k) * b(k, j)).reduce((sum, v) => sum + v, 0);

export function singular(): void {
  const dt = dtypes[1];
  for (const nb of batches) {
    for (const [m, n] of [
      [0, 0],
      [0, 3],
      [3, 0],
      [1, 1],
      [2, 2],
      [5, 5],
      [5, 4],
      [4, 5],
      [9, 3],
      [3, 9],
      [1, 6],
      [20, 20],
    ]) {
      for (const full of [0, 1]) {
        const [p, q] = [Math.max(m, n), Math.min(m, n)];
        const h = full ? p : q;
        const [left, right] = [m < n ? q : h, m < n ? h : q];
        const [a, u, s, vt] = [m * n, m * left, q, right * n].map((size) => new Memory(dt, nb * size));
        const scratch = new Memory(dt, nb * (p * q + 3 * q * q + 2 * h * p + 4 * p + q));
        fillWith(a, [-1, 1]);
        // A matrix of lower rank.
        for (let j = 0; j < n && m > 1; j++) a.set(n + j, 2 * a.get(j));
        const what = `of ${nb} (${m}, ${n})`;
        run({ name: 'svd', suffix: 'f64', buffers: { a, u, s, vt, scratch }, numbers: { nb, m, n, full }, ignore: ['u', 'vt', 'scratch'], what });
        const near = (got: number, want: number, which: string): void => {
          if (!(Math.abs(got - want) < 1e-12 * (1 + p))) throw new Error(`svd ${what}: ${which}: ${got} instead of ${want}`);
        };
        for (let b = 0; b < nb; b++) {
          const [pu, pv] = [b * m * left, b * right * n];
          const [fu, fv] = [(i: number, k: number) => u.get(pu + i * left + k), (k: number, j: number) => vt.get(pv + k * n + j)];
          for (let i = 0; i < m; i++)
            for (let j = 0; j < n; j++)
              near(
                product((r, k) => fu(r, k) * s.get(b * q + k), fv, q, i, j),
                a.get(b * m * n + i * n + j),
                'u diag(s) vt',
              );
          for (let i = 0; i < left; i++)
            for (let j = 0; j < left; j++)
              near(
                product((r, k) => fu(k, r), fu, m, i, j),
                Number(i === j),
                'u^T u',
              );
          for (let i = 0; i < right; i++)
            for (let j = 0; j < right; j++)
              near(
                product(fv, (k, c) => fv(c, k), n, i, j),
                Number(i === j),
                'vt v',
              );
        }
      }
    }
  }
}

// Plain references of the scans, of sorting and searching, and of the factorisations, by their definitions.
import type { Call } from './kernels.js';
import { logsumexp } from './truth.js';

type Numbers = Readonly<Record<string, number>>;
type Step = (before: number, x: number, k: number) => number;

/** y along r from step to step, the first from `start`. */
function scan({ outer, r, inner }: Numbers, visit: (at: number, before: number | null, k: number) => void): void {
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < inner; j++) for (let k = 0; k < r; k++) visit((o * r + k) * inner + j, k === 0 ? null : (o * r + k - 1) * inner + j, k);
}
/** Continued in float64, not in what was stored. */
export const running =
  (step: Step, whole?: (a: bigint, b: bigint) => bigint) =>
  ({ buffers: { x, y }, numbers }: Call): void => {
    let total = 0;
    let integer = 0n;
    scan(numbers, (at, before, k) => {
      total = before === null ? x.get(at) : step(total, x.get(at), k);
      if (y.integer) {
        integer = before === null ? x.big(at) : whole!(integer, x.big(at));
        y.setBig(at, integer);
      } else y.set(at, total);
    });
  };
/** Each line's terms so far, summed anew: a chain of log(exp(a) + exp(b)) would itself drift. */
export function logcumsumexp({ buffers: { x, y }, numbers }: Call): void {
  let terms: number[] = [];
  scan(numbers, (at, before) => {
    terms = before === null ? [x.get(at)] : [...terms, x.get(at)];
    y.set(at, logsumexp(terms));
  });
}

export function recurrence({ buffers: { a, x, y }, numbers }: Call): void {
  let total = 0;
  scan(numbers, (at, before) => {
    total = before === null ? x.get(at) : x.get(at) + a.get(at) * total;
    y.set(at, total);
  });
}
export const runningExtreme =
  (better: (x: number, best: number) => boolean) =>
  ({ buffers: { x, y, places }, numbers }: Call): void => {
    scan(numbers, (at, before, k) => {
      const wins = before === null || better(x.get(at), y.get(before));
      y.set(at, wins ? x.get(at) : y.get(before!));
      places.set(at, wins ? k : places.get(before!));
    });
  };

export function sort({ buffers: { x, y, places }, numbers: { rows, n, descending } }: Call): void {
  const rank = (a: number, b: number): number => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a - b);
  for (let row = 0; row < rows; row++) {
    const at = (i: number): number => x.get(row * n + i);
    const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => (descending ? rank(at(j), at(i)) : rank(at(i), at(j))) || i - j);
    order.forEach((from, i) => {
      y.set(row * n + i, at(from));
      places.set(row * n + i, from);
    });
  }
}
export function searchsorted({ buffers: { a, x, y }, numbers: { rows, n, m, shared, right } }: Call): void {
  for (let i = 0; i < rows * m; i++) {
    const start = shared ? 0 : Math.floor(i / m) * n;
    let count = 0;
    for (let k = 0; k < n; k++) if (right ? a.get(start + k) <= x.get(i) : a.get(start + k) < x.get(i)) count++;
    y.set(i, count);
  }
}

export function lu({ buffers: { a, pivots, info }, numbers: { nb, m, n } }: Call): void {
  const size = Math.min(m, n);
  for (let b = 0; b < nb; b++) {
    const rows = Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => a.get((b * m + i) * n + j)));
    let first = 0;
    for (let k = 0; k < size; k++) {
      let best = k;
      for (let i = k + 1; i < m; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[best][k])) best = i;
      pivots.set(b * size + k, best + 1);
      [rows[k], rows[best]] = [rows[best], rows[k]];
      if (rows[k][k] === 0) {
        first ||= k + 1;
        continue;
      }
      for (let i = k + 1; i < m; i++) {
        rows[i][k] /= rows[k][k];
        for (let j = k + 1; j < n; j++) rows[i][j] -= rows[i][k] * rows[k][j];
      }
    }
    info.set(b, first);
    rows.flat().forEach((v, i) => {
      a.set(b * m * n + i, v);
    });
  }
}
export function cholesky({ buffers: { a, info }, numbers: { nb, n } }: Call): void {
  for (let b = 0; b < nb; b++) {
    const at = (i: number, j: number): number => (b * n + i) * n + j;
    let first = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let rest = a.get(at(i, j));
        for (let k = 0; k < j; k++) rest -= a.get(at(i, k)) * a.get(at(j, k));
        if (i === j && !(rest > 0)) first ||= i + 1;
        a.set(at(i, j), i === j ? Math.sqrt(rest) : rest / a.get(at(j, j)));
      }
      for (let j = i + 1; j < n; j++) a.set(at(i, j), 0);
    }
    info.set(b, first);
  }
}
export function solveTriangular({ buffers: { a, b }, numbers: { nb, n, k, rsa, csa, sa, upper, unit } }: Call): void {
  for (let batch = 0; batch < nb; batch++)
    for (let c = 0; c < k; c++)
      for (let step = 0; step < n; step++) {
        const i = upper ? n - 1 - step : step;
        const at = (row: number): number => (batch * n + row) * k + c;
        let rest = b.get(at(i));
        for (let j = upper ? i + 1 : 0; j < (upper ? n : i); j++) rest -= a.get(batch * sa + i * rsa + j * csa) * b.get(at(j));
        b.set(at(i), unit ? rest : rest / a.get(batch * sa + i * (rsa + csa)));
      }
}

/** The singular values by one-sided Jacobi rotations: pairs of columns are turned until all are orthogonal; their lengths are what is asked for. The vectors are checked by what they are for. */
export function singularValues({ buffers: { a, s }, numbers: { nb, m, n } }: Call): void {
  const q = Math.min(m, n);
  for (let b = 0; b < nb; b++) {
    const element = (i: number, j: number): number => a.get(b * m * n + (m < n ? j * n + i : i * n + j));
    const columns = Array.from({ length: q }, (_, j) => Array.from({ length: Math.max(m, n) }, (_, i) => element(i, j)));
    const dot = (x: number[], y: number[]): number => x.reduce((sum, v, i) => sum + v * y[i], 0);
    for (let sweep = 0; sweep < 40; sweep++) {
      for (let i = 0; i < q; i++)
        for (let j = i + 1; j < q; j++) {
          const off = dot(columns[i], columns[j]);
          if (off === 0) continue;
          const angle = Math.atan2(2 * off, dot(columns[i], columns[i]) - dot(columns[j], columns[j])) / 2;
          const [c, t] = [Math.cos(angle), Math.sin(angle)];
          const [x, y] = [columns[i], columns[j]];
          columns[i] = x.map((v, k) => c * v + t * y[k]);
          columns[j] = x.map((v, k) => c * y[k] - t * v);
        }
    }
    columns
      .map((x) => Math.sqrt(dot(x, x)))
      .sort((x, y) => y - x)
      .forEach((v, i) => {
        s.set(b * q + i, v);
      });
  }
}

// Plain references of the steps of LSTM and GRU, by their definitions.
import type { Call } from './kernels.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** The derivatives of sigmoid and tanh by their values. */
const slope = (s: number): number => s * (1 - s);
const bend = (t: number): number => 1 - t * t;

/** Visits every unit with its place in a state and that of its first gate among `gates`. */
function units({ rows, hidden }: Readonly<Record<string, number>>, gates: number, visit: (unit: number, gate: number) => void): void {
  for (let row = 0; row < rows; row++) for (let i = 0; i < hidden; i++) visit(row * hidden + i, row * gates * hidden + i);
}

export function lstmCell({ buffers: { z, c, y }, numbers }: Call): void {
  const { hidden } = numbers;
  units(numbers, 4, (unit, gate) => {
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => (k === 2 ? Math.tanh : sigmoid)(z.get(gate + k * hidden)));
    [i, f, g, o].forEach((v, k) => {
      z.set(gate + k * hidden, v);
    });
    const next = f * c.get(unit) + i * g;
    c.set(unit, next);
    y.set(unit, o * Math.tanh(next));
  });
}

export function lstmCellBackward({ buffers: { z, c, dh, dc, dz }, numbers }: Call): void {
  const { hidden } = numbers;
  units(numbers, 4, (unit, gate) => {
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => z.get(gate + k * hidden));
    const before = c.get(unit);
    const t = Math.tanh(f * before + i * g);
    const next = dc.get(unit) + dh.get(unit) * o * bend(t);
    [next * g * slope(i), next * before * slope(f), next * i * bend(g), dh.get(unit) * t * slope(o)].forEach((v, k) => {
      dz.set(gate + k * hidden, v);
    });
    dc.set(unit, next * f);
  });
}

export function gruCell({ buffers: { z, a, h, y }, numbers }: Call): void {
  const { hidden } = numbers;
  units(numbers, 3, (unit, gate) => {
    const part = (k: number): number => a.get(gate + k * hidden);
    const [r, u] = [0, 1].map((k) => sigmoid(z.get(gate + k * hidden) + part(k)));
    const n = Math.tanh(z.get(gate + 2 * hidden) + r * part(2));
    [r, u, n].forEach((v, k) => {
      z.set(gate + k * hidden, v);
    });
    y.set(unit, (1 - u) * n + u * h.get(unit));
  });
}

export function gruCellBackward({ buffers: { z, a, h, dh, dz, da }, numbers }: Call): void {
  const { hidden } = numbers;
  units(numbers, 3, (unit, gate) => {
    const [r, u, n] = [0, 1, 2].map((k) => z.get(gate + k * hidden));
    const dy = dh.get(unit);
    const dn = dy * (1 - u) * bend(n);
    const du = dy * (h.get(unit) - n) * slope(u);
    const dr = dn * a.get(gate + 2 * hidden) * slope(r);
    [dr, du, dn].forEach((v, k) => {
      dz.set(gate + k * hidden, v);
    });
    [dr, du, dn * r].forEach((v, k) => {
      da.set(gate + k * hidden, v);
    });
    dh.set(unit, dy * u);
  });
}

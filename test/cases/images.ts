// Plain references of the convolution and pooling kernels, by the formulas in the contract.
import type { Call } from './kernels.js';
import { total } from './truth.js';

type Numbers = Readonly<Record<string, number>>;

/** Every product of the convolution: an element of x under a tap of k goes into an element of y. */
function products(g: Numbers, visit: (x: number, k: number, y: number) => void): void {
  const { n, groups, c, h, w, o, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw } = g;
  for (let image = 0; image < n; image++)
    for (let f = 0; f < groups * o; f++)
      for (let oy = 0; oy < oh; oy++)
        for (let ox = 0; ox < ow; ox++)
          for (let ch = 0; ch < c; ch++)
            for (let i = 0; i < kh; i++)
              for (let j = 0; j < kw; j++) {
                const [iy, ix] = [oy * sh - ph + i * dh, ox * sw - pw + j * dw];
                if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
                const channel = image * groups * c + Math.floor(f / o) * c + ch;
                visit((channel * h + iy) * w + ix, ((f * c + ch) * kh + i) * kw + j, ((image * groups * o + f) * oh + oy) * ow + ox);
              }
}
const sizes = ({ n, groups, c, h, w, o, oh, ow, kh, kw }: Numbers): { x: number; k: number; y: number } => ({
  x: n * groups * c * h * w,
  k: groups * o * c * kh * kw,
  y: n * groups * o * oh * ow,
});

export function conv({ buffers: { x, k, b, y }, numbers }: Call): void {
  const sums = Array.from({ length: sizes(numbers).y }, (_, i) =>
    numbers.biased ? b.get(Math.floor(i / (numbers.oh * numbers.ow)) % (numbers.groups * numbers.o)) : 0,
  );
  products(numbers, (px, pk, py) => {
    sums[py] += x.get(px) * k.get(pk);
  });
  sums.forEach((v, i) => {
    y.set(i, v);
  });
}
export function convBwdInput({ buffers: { dy, k, dx }, numbers }: Call): void {
  const sums = new Array<number>(sizes(numbers).x).fill(0);
  products(numbers, (px, pk, py) => {
    sums[px] += dy.get(py) * k.get(pk);
  });
  sums.forEach((v, i) => {
    dx.set(i, v);
  });
}
/** Over thousands of positions a plain sum would be no better than a kernel's. */
export function convBwdWeight({ buffers: { dy, x, dk }, numbers }: Call): void {
  const terms = Array.from({ length: sizes(numbers).k }, (): number[] => []);
  products(numbers, (px, pk, py) => {
    terms[pk].push(dy.get(py) * x.get(px));
  });
  terms.forEach((products, i) => {
    dk.set(i, total(products));
  });
}

export function maxPool({ buffers: { x, rows, cols, y, idx }, numbers: { planes, h, w, oh, ow, dh, dw } }: Call): void {
  for (let to = 0; to < planes * oh * ow; to++) {
    const [plane, a, b] = [Math.floor(to / (oh * ow)), Math.floor(to / ow) % oh, to % ow];
    let best = Number.NEGATIVE_INFINITY;
    let where = rows.get(2 * a) * w + cols.get(2 * b);
    for (let i = rows.get(2 * a); i < rows.get(2 * a + 1); i += dh)
      for (let j = cols.get(2 * b); j < cols.get(2 * b + 1); j += dw) {
        const v = x.get((plane * h + i) * w + j);
        if (v > best || Number.isNaN(v)) {
          best = v;
          where = i * w + j;
        }
      }
    y.set(to, best);
    idx.set(to, where);
  }
}

export function resample({ buffers: { x, starts, idx, weight, y }, numbers: { outer, nx, ny, inner } }: Call): void {
  for (let to = 0; to < outer * ny * inner; to++) {
    const [o, i, l] = [Math.floor(to / (ny * inner)), Math.floor(to / inner) % ny, to % inner];
    let sum = 0;
    for (let t = starts.get(i); t < starts.get(i + 1); t++) sum += weight.get(t) * x.get((o * nx + idx.get(t)) * inner + l);
    y.set(to, sum);
  }
}

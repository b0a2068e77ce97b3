// Plain arrays with a shape: what reference formulas compute on, in float64 and by the definition.

export interface Grid {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export const count = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** The multi-index of a place in row-major order. */
export function indexOf(place: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let d = shape.length - 1; d >= 0; d--) {
    index[d] = place % shape[d];
    place = Math.floor(place / shape[d]);
  }
  return index;
}
const placeOf = (index: readonly number[], shape: readonly number[]): number => index.reduce((place, i, d) => place * shape[d] + i, 0);

/** A grid by what stands at each index. */
export const build = (shape: readonly number[], value: (index: number[]) => number): Grid => ({
  shape,
  data: Array.from({ length: count(shape) }, (_, place) => value(indexOf(place, shape))),
});

/** The element at an index; missing leading dims and dims of size 1 broadcast. */
export function look(x: Grid, index: readonly number[]): number {
  const shift = index.length - x.shape.length;
  return x.data[
    placeOf(
      x.shape.map((size, d) => (size === 1 ? 0 : index[d + shift])),
      x.shape,
    )
  ];
}

export function broadcast(...shapes: (readonly number[])[]): number[] {
  const n = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: n }, (_, d) => {
    const sizes = shapes.map((shape) => shape[d - n + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** f of each element, broadcast. */
export const each =
  (f: (...values: number[]) => number) =>
  (...grids: Grid[]): Grid =>
    build(broadcast(...grids.map((g) => g.shape)), (index) => f(...grids.map((g) => look(g, index))));

export const dimsOf = (ndim: number, dims?: number | readonly number[]): number[] =>
  dims === undefined ? Array.from({ length: ndim }, (_, d) => d) : [dims].flat().map((d) => (d < 0 ? d + Math.max(ndim, 1) : d));

/** f of the elements along the dims (all if none are given), which are dropped or kept at size 1. */
export function fold(x: Grid, f: (values: number[]) => number, dims?: number | readonly number[], keepdim = false): Grid {
  const over = dimsOf(x.shape.length, dims);
  const kept = x.shape.map((size, d) => (over.includes(d) ? 1 : size));
  const lists: number[][] = Array.from({ length: count(kept) }, () => []);
  x.data.forEach((value, place) => {
    const index = indexOf(place, x.shape).map((i, d) => (over.includes(d) ? 0 : i));
    lists[placeOf(index, kept)].push(value);
  });
  return { shape: keepdim ? kept : x.shape.filter((_, d) => !over.includes(d)), data: lists.map(f) };
}

/** f of the elements along one dim, which gives as many. */
export function along(x: Grid, dim: number, f: (values: number[]) => number[]): Grid {
  if (x.shape.length === 0) return { shape: [], data: f([...x.data]) };
  const d = dim < 0 ? dim + x.shape.length : dim;
  const [size, step] = [x.shape[d], count(x.shape.slice(d + 1))];
  const data = new Array<number>(x.data.length);
  for (let start = 0; start < data.length; start += (start + 1) % step === 0 ? 1 + (size - 1) * step : 1) {
    f(Array.from({ length: size }, (_, i) => x.data[start + i * step])).forEach((value, i) => {
      data[start + i * step] = value;
    });
  }
  return { shape: x.shape, data };
}

/** Matrix products of the last two dims, leading ones broadcast. */
export function product(a: Grid, b: Grid): Grid {
  const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const lead = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return build([...lead, m, n], (index) => {
    const [i, j] = index.slice(-2);
    let total = 0;
    for (let p = 0; p < k; p++) total += look(a, [...index.slice(0, -2), i, p]) * look(b, [...index.slice(0, -2), p, j]);
    return total;
  });
}

export const reshaped = (x: Grid, ...shape: number[]): Grid => ({ shape, data: x.data });
export const permuted = (x: Grid, ...order: number[]): Grid =>
  build(
    order.map((d) => x.shape[d]),
    (index) =>
      look(
        x,
        x.shape.map((_, d) => index[order.indexOf(d)]),
      ),
  );

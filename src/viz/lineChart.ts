// gt.viz.lineChart: lines over two axes as an SVG picture, for loss curves.
import { ArgumentError, fail, show } from '../core/errors.js';

export interface Series {
  name?: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  color?: string;
  /** The stroke's width in pixels. */
  stroke?: number;
  /** A dot at every point. */
  dots?: boolean;
}
export interface LineChartOptions {
  title?: string;
  xLabel?: string;
  yLabel?: string;
  width?: number;
  height?: number;
  /** A logarithmic y axis; points at 0 and below are left out. */
  logY?: boolean;
  /** The ranges shown; by default all that the points need. */
  xRange?: readonly [number, number];
  yRange?: readonly [number, number];
}

const palette = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b', '#e377c2'];
const margin = { left: 64, right: 24, top: 40, bottom: 48 };
const TICKS = 6;
/** The radius of a dot. */
const DOT = 2.5;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const round = (x: number): string => String(Math.round(x * 100) / 100);

/** Round numbers between low and high, about TICKS of them, 1, 2 or 5 times a power of ten apart; `whole`: no fractions. */
export function ticks(low: number, high: number, whole = false): number[] {
  const rough = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10), whole ? 1 : 0);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The range that values need; one value alone gets room on both sides. */
function rangeOf(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return [0, 1];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** A picture of the series. Points that are not finite are left out, and the line is broken there. */
export function lineChart(series: readonly Series[], options: LineChartOptions = {}): string {
  if (!Array.isArray(series)) fail(ArgumentError, 'lineChart', 'an array of series', show(series));
  for (const [i, { x, y }] of series.entries()) {
    if (x?.length === undefined || x.length !== y?.length) fail(ArgumentError, 'lineChart', `series ${i} with as many x as y`, `${x?.length} and ${y?.length}`);
  }
  const { title = '', xLabel = '', yLabel = '', width = 720, height = 420, logY = false } = options;
  const scaled = (v: number): number => (logY ? (v > 0 ? Math.log10(v) : Number.NaN) : v);
  const points = series.map(({ x, y }) => Array.from(x as ArrayLike<number>, (v, i) => [v, scaled(y[i])] as const));
  const shown = points.flat().filter((p) => p.every(Number.isFinite));
  const [x0, x1] = options.xRange ?? rangeOf(shown.map(([x]) => x));
  const [y0, y1] = options.yRange?.map(scaled) ?? rangeOf(shown.map(([, y]) => y));
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const px = (x: number): number => margin.left + ((x - x0) / (x1 - x0)) * (right - margin.left);
  const py = (y: number): number => bottom - ((y - y0) / (y1 - y0)) * (bottom - margin.top);

  const labelOf = (y: number): string => (logY ? String(Number((10 ** y).toPrecision(3))) : String(y));
  const grid = [
    // Between one epoch and the next there is none.
    ...ticks(
      x0,
      x1,
      shown.every(([x]) => Number.isInteger(x)),
    ).map((x) => {
      const at = round(px(x));
      return `<path d="M${at} ${margin.top}V${bottom}" stroke="#ddd"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${x}</text>`;
    }),
    ...ticks(y0, y1).map((y) => {
      const at = round(py(y));
      return `<path d="M${margin.left} ${at}H${right}" stroke="#ddd"/><text x="${margin.left - 8}" y="${at}" dy="4" text-anchor="end">${labelOf(y)}</text>`;
    }),
  ];
  const named = series.filter(({ name }) => name !== undefined);
  const colors = series.map(({ color }, i) => color ?? palette[i % palette.length]);
  const lines = series.map(({ stroke = 1.8, dots = false }, i) => {
    let d = '';
    let pen = false;
    for (const [x, y] of points[i]) {
      const drawn = Number.isFinite(x) && Number.isFinite(y);
      if (drawn) d += `${pen ? 'L' : 'M'}${round(px(x))} ${round(py(y))}`;
      pen = drawn;
    }
    const marks = dots
      ? points[i]
          .filter((p) => p.every(Number.isFinite))
          .map(([x, y]) => `<circle cx="${round(px(x))}" cy="${round(py(y))}" r="${DOT}" fill="${colors[i]}"/>`)
          .join('')
      : '';
    return `<path d="${d}" fill="none" stroke="${colors[i]}" stroke-width="${stroke}" stroke-linejoin="round"/>${marks}`;
  });
  const legend = named.map((entry, i) => {
    const y = margin.top + 14 + 18 * i;
    return `<path d="M${right - 150} ${y}h20" stroke="${colors[series.indexOf(entry)]}" stroke-width="2.5"/><text x="${right - 124}" y="${y + 4}">${escaped(entry.name!)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#333">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    // So wide that dots at the edges are whole.
    `<clipPath id="plot"><rect x="${margin.left - DOT}" y="${margin.top - DOT}" width="${right - margin.left + 2 * DOT}" height="${bottom - margin.top + 2 * DOT}"/></clipPath>`,
    ...grid,
    `<g clip-path="url(#plot)">${lines.join('')}</g>`,
    ...legend,
    `<text x="${width / 2}" y="24" text-anchor="middle" font-size="15">${escaped(title)}</text>`,
    `<text x="${(margin.left + right) / 2}" y="${height - 10}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(16 ${(margin.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    '</svg>\n',
  ].join('\n');
}

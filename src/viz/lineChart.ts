// gt.viz.lineChart: lines over two axes as an SVG picture, for loss curves.
import { ArgumentError, fail, show } from '../core/errors.js';

/** One line of a chart. */
export interface Series {
  /** Its label in the legend; a series without a name is not in it. */
  name?: string;
  /** The points' x. */
  x: ArrayLike<number>;
  /** The points' y; as many as x. */
  y: ArrayLike<number>;
  /** An SVG colour; by default the next one of the palette. */
  color?: string;
  /** The line's width in pixels; 1.8 by default. */
  stroke?: number;
  /** Whether every point has a dot. */
  dots?: boolean;
}
/** Options of `lineChart`. */
export interface LineChartOptions {
  /** The title above the plot. */
  title?: string;
  /** The label below the x axis. */
  xLabel?: string;
  /** The label beside the y axis. */
  yLabel?: string;
  /** Pixels; 720 by default. */
  width?: number;
  /** Pixels; 420 by default. */
  height?: number;
  /** Whether the y axis is logarithmic; points at 0 and below are left out. */
  logY?: boolean;
  /** The x shown; by default all that the points need. */
  xRange?: readonly [number, number];
  /** The y shown; by default all that the points need. */
  yRange?: readonly [number, number];
}

const palette = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b', '#e377c2'];
const margin = { left: 64, right: 24, top: 40, bottom: 48 };
const TICKS = 6;
/** The radius of a dot. */
const DOT = 2.5;
/** The width of a character, at most, and the height of a line of the legend. */
const [CHARACTER, LINE] = [8, 18];
/** Coordinates beyond are drawn there: browsers read them as float32. */
const FAR = 1e7;

/** Colors of a dark page, and a picture that shrinks with its window. Readers without CSS see light. */
const style = [
  '<style>svg:root{max-width:100%;height:auto}',
  '@media(prefers-color-scheme:dark){',
  '.gradtape-chart{fill:#ccc}.gradtape-chart .ground{fill:#16181d}.gradtape-chart .grid{stroke:#3a3d44}',
  '}</style>',
].join('');

/** Text in markup; what XML cannot hold is a replacement character. */
const escaped = (text: string): string =>
  String(text)
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (c) => (/[\t\n\r]/.test(c) ? c : '\ufffd'))
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const round = (x: number): string => String(Math.round(Math.max(-FAR, Math.min(FAR, x)) * 100) / 100);

/** Round numbers between low and high, about TICKS of them, 1, 2 or 5 times a power of ten apart; `whole`: no fractions. */
export function ticks(low: number, high: number, whole = false): number[] {
  const rough = high / TICKS - low / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10), whole ? 1 : 0);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The range that values need; where they are all the same, `room` on both sides. */
function rangeOf(values: readonly number[], room: (value: number) => number): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return [0, 1];
  // Closer than ticks can tell apart.
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > Math.max(1e-9 * size, 1e-300)) return [low, high];
  return [Math.max(low - room(size), -Number.MAX_VALUE), Math.min(high + room(size), Number.MAX_VALUE)];
}

function checkRange(name: string, range: LineChartOptions['xRange'], above: number): void {
  if (range === undefined) return;
  const [low, high]: unknown[] = Array.isArray(range) ? range : [];
  const isRange = typeof low === 'number' && typeof high === 'number' && Number.isFinite(high - low);
  if (isRange && above < low && low < high) return;
  const bound = above === 0 ? ', above 0' : '';
  fail(ArgumentError, 'lineChart', `${name} to be two numbers, the smaller one first${bound}`, show(range));
}

function checkSize(name: string, size: number, margins: number): void {
  if (Number.isFinite(size) && size > margins) return;
  fail(ArgumentError, 'lineChart', `${name} to be a number above ${margins}, for the margins`, show(size));
}

/**
 * Lines over two axes as an SVG picture, for loss curves. A line is broken where a point is not
 * finite.
 *
 * @param series - The lines.
 * @param options - Title, labels, size, ranges; see `LineChartOptions`.
 * @returns The text of an SVG file.
 * @throws ArgumentError if a series has not as many x as y.
 * @example
 * const svg = gt.viz.lineChart([{ name: 'loss', x: [1, 2, 3], y: [0.9, 0.4, 0.3] }], { title: 'Run' });
 * gt.io.writeFile('loss.svg', svg);
 */
export function lineChart(series: readonly Series[], options: LineChartOptions = {}): string {
  if (!Array.isArray(series)) fail(ArgumentError, 'lineChart', 'an array of series', show(series));
  for (const [i, { x, y }] of series.entries()) {
    if (x?.length === undefined || x.length !== y?.length) fail(ArgumentError, 'lineChart', `series ${i} with as many x as y`, `${x?.length} and ${y?.length}`);
  }
  const { title = '', xLabel = '', yLabel = '', width = 720, height = 420, logY = false } = options;
  checkSize('width', width, margin.left + margin.right);
  checkSize('height', height, margin.top + margin.bottom);
  checkRange('xRange', options.xRange, Number.NEGATIVE_INFINITY);
  checkRange('yRange', options.yRange, logY ? 0 : Number.NEGATIVE_INFINITY);
  const scaled = (v: number): number => (logY ? (v > 0 ? Math.log10(v) : Number.NaN) : v);
  const points = series.map(({ x, y }) => Array.from(x as ArrayLike<number>, (v, i) => [v, scaled(y[i])] as const));
  const shown = points.flat().filter((p) => p.every(Number.isFinite));
  const [x0, x1] =
    options.xRange ??
    rangeOf(
      shown.map(([x]) => x),
      (v) => Math.max(0.5, 1e-3 * v),
    );
  const [y0, y1] =
    options.yRange?.map(scaled) ??
    rangeOf(
      shown.map(([, y]) => y),
      (v) => (logY ? 0.5 : v / 2 || 0.5),
    );
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  // Halves: the difference of two large numbers is none.
  const share = (v: number, low: number, high: number): number => (v / 2 - low / 2) / (high / 2 - low / 2);
  const px = (x: number): number => margin.left + share(x, x0, x1) * (right - margin.left);
  const py = (y: number): number => bottom - share(y, y0, y1) * (bottom - margin.top);

  const labelOf = (y: number): string => (logY ? String(Number((10 ** y).toPrecision(3))) : String(y));
  // Powers of ten that are numbers.
  const hasLabel = (y: number): boolean => !logY || (y > -323 && y < 308.2);
  const grid = [
    // Between one epoch and the next there is none.
    ...ticks(
      x0,
      x1,
      shown.every(([x]) => Number.isInteger(x)),
    ).map((x) => {
      const at = round(px(x));
      return `<path d="M${at} ${margin.top}V${bottom}" class="grid" stroke="#ddd"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${x}</text>`;
    }),
    ...ticks(y0, y1)
      .filter(hasLabel)
      .map((y) => {
        const at = round(py(y));
        return `<path d="M${margin.left} ${at}H${right}" class="grid" stroke="#ddd"/><text x="${margin.left - 8}" y="${at}" dy="4" text-anchor="end">${labelOf(y)}</text>`;
      }),
  ];
  const named = series.filter(({ name }) => name !== undefined);
  const colors = series.map(({ color }, i) => escaped(color ?? palette[i % palette.length]));
  const lines = series.map(({ stroke = 1.8, dots = false }, i) => {
    let d = '';
    const marks: string[] = [];
    const isDrawn = (k: number): boolean => points[i][k]?.every(Number.isFinite) ?? false;
    points[i].forEach(([x, y], k) => {
      if (!isDrawn(k)) return;
      const continues = isDrawn(k - 1);
      d += `${continues ? 'L' : 'M'}${round(px(x))} ${round(py(y))}`;
      // A point alone would be a line of no length.
      if (!dots && (continues || isDrawn(k + 1))) return;
      marks.push(`<circle cx="${round(px(x))}" cy="${round(py(y))}" r="${DOT}" fill="${colors[i]}"/>`);
    });
    return `<path d="${d}" fill="none" stroke="${colors[i]}" stroke-width="${stroke}" stroke-linejoin="round"/>${marks.join('')}`;
  });
  const longest = Math.max(...named.map(({ name }) => name!.length));
  const left = Math.max(margin.left, right - 42 - CHARACTER * longest);
  const legend = named.map((entry, i) => {
    const y = margin.top + 16 + LINE * i;
    const color = colors[series.indexOf(entry)];
    const dot = entry.dots ? `<circle cx="${left + 18}" cy="${y}" r="${DOT + 1}" fill="${color}"/>` : '';
    return `<path d="M${left + 8} ${y}h20" stroke="${color}" stroke-width="2.5"/>${dot}<text x="${left + 34}" y="${y + 4}">${escaped(entry.name!)}</text>`;
  });
  // What runs behind the legend shows through a little.
  if (named.length > 0)
    legend.unshift(
      `<rect class="ground" x="${left}" y="${margin.top + 4}" width="${right - 4 - left}" height="${LINE * named.length + 6}" rx="4" fill="#fff" fill-opacity="0.9"/>`,
    );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#333" class="gradtape-chart">`,
    style,
    `<rect class="ground" width="${width}" height="${height}" fill="#fff"/>`,
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

// Bar charts as SVG, readable on light and dark pages, and on a phone: labels stand above their bars.

export interface Bar {
  readonly label: string;
  readonly value: number;
}
export interface Series {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const colours = ['#3b82c4', '#e0893c', '#4fa36b', '#b05ba8', '#8a8f98'];
/** The plot between its margins; `top` is where the first label's row begins. */
const [left, plotWidth, right, labelHeight, barHeight, gap, top] = [18, 404, 38, 17, 13, 6, 50];
const legendWidth = 145;
const style = '<style>svg:root{max-width:100%;height:auto}@media(prefers-color-scheme:dark){.bars{fill:#c4c7cc}}</style>';

/** Horizontal bars on a logarithmic axis about 1, one group a label, one colour a series; a bar to the right of 1 is a win. */
export function ratioChart(title: string, series: readonly Series[]): string {
  const labels = [...new Set(series.flatMap(({ bars }) => bars.map(({ label }) => label)))];
  const values = series.flatMap(({ bars }) => bars.map(({ value }) => Math.log2(value)));
  const [low, high] = [Math.min(-1, Math.floor(Math.min(...values))), Math.max(1, Math.ceil(Math.max(...values)))];
  const x = (ratio: number): number => left + (plotWidth * (Math.log2(ratio) - low)) / (high - low);
  const rows = labels.map((label) =>
    series.flatMap(({ bars }, s) => {
      const bar = bars.find((candidate) => candidate.label === label);
      return bar ? [{ value: bar.value, colour: colours[s % colours.length] }] : [];
    }),
  );
  const heights = rows.map((bars) => labelHeight + bars.length * barHeight + gap);
  const height = top + heights.reduce((sum, h) => sum + h, 0) + 20;
  const step = Math.ceil((high - low) / 8);
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => 2 ** (low + i * step));
  const show = (ratio: number): string => (ratio >= 100 ? ratio.toFixed(0) : String(Number(ratio.toPrecision(2))));

  const marks = [...new Set([...ticks, 1])].map((tick) => {
    const text = tick === 1 ? '<tspan font-weight="bold">1</tspan>' : tick < 1 ? `1/${1 / tick}` : `${tick}`;
    return `<text x="${x(tick).toFixed(1)}" y="${height - 8}" text-anchor="middle">${text}</text>`;
  });
  /** The grid behind a label's bars: it does not run through the labels. */
  const grid = (y: number, high: number): string =>
    [...new Set([...ticks, 1])]
      .map((tick) => `<path d="M${x(tick).toFixed(1)} ${y}v${high}" stroke="#888" stroke-opacity="${tick === 1 ? 0.9 : 0.3}"/>`)
      .join('');
  const legend = series.map(
    ({ title: name }, s) =>
      `<rect x="${left + s * legendWidth}" y="24" width="10" height="10" fill="${colours[s % colours.length]}"/><text x="${left + s * legendWidth + 15}" y="33">${escaped(name)}</text>`,
  );
  let y = top;
  const groups = labels.map((label, row) => {
    const first = y + labelHeight;
    const bars = rows[row].map(({ value, colour }, i) => {
      const [from, to] = [x(1), x(value)];
      const yBar = first + i * barHeight;
      const wide = Math.max(1, Math.abs(to - from));
      const figure = `<text x="${(Math.max(from, to) + 4).toFixed(1)}" y="${yBar + 9.5}" font-size="11">${show(value)}</text>`;
      return `<rect x="${Math.min(from, to).toFixed(1)}" y="${yBar}" width="${wide.toFixed(1)}" height="${barHeight - 2}" fill="${colour}"/>${figure}`;
    });
    y += heights[row];
    return `<text x="${left}" y="${first - 5}">${escaped(label)}</text>${grid(first - 1, bars.length * barHeight)}${bars.join('')}`;
  });
  const width = left + plotWidth + right;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#444" class="bars">`,
    `<title>${escaped(title)}</title>`,
    style,
    `<text x="8" y="14" font-size="13" font-weight="bold">${escaped(title)}</text>`,
    ...legend,
    ...groups,
    ...marks,
    '</svg>',
    '',
  ].join('\n');
}

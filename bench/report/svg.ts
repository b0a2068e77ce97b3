// Bar charts as SVG, readable on light and dark pages alike.

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
const [labelWidth, plotWidth, barHeight, gap, top] = [310, 420, 12, 8, 46];

/** Horizontal bars on a logarithmic axis about 1, one group a label, one colour a series; a bar to the right of 1 is a win. */
export function ratioChart(title: string, series: readonly Series[]): string {
  const labels = [...new Set(series.flatMap(({ bars }) => bars.map(({ label }) => label)))];
  const values = series.flatMap(({ bars }) => bars.map(({ value }) => Math.log2(value)));
  const [low, high] = [Math.min(-1, Math.floor(Math.min(...values))), Math.max(1, Math.ceil(Math.max(...values)))];
  const x = (ratio: number): number => labelWidth + (plotWidth * (Math.log2(ratio) - low)) / (high - low);
  const groupHeight = series.length * barHeight + gap;
  const height = top + labels.length * groupHeight + 24;
  const step = Math.ceil((high - low) / 8);
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => 2 ** (low + i * step));
  const show = (ratio: number): string => (ratio >= 100 ? ratio.toFixed(0) : String(Number(ratio.toPrecision(2))));

  const grid = [...new Set([...ticks, 1])].map((tick) => {
    const at = x(tick).toFixed(1);
    const mark = tick === 1 ? '<tspan font-weight="bold">1</tspan>' : tick < 1 ? `1/${1 / tick}` : `${tick}`;
    return `<line x1="${at}" x2="${at}" y1="${top - 4}" y2="${height - 22}" stroke="#888" stroke-opacity="${tick === 1 ? 0.9 : 0.25}"/><text x="${at}" y="${height - 8}" text-anchor="middle">${mark}</text>`;
  });
  const legend = series.map(
    ({ title: name }, s) =>
      `<rect x="${labelWidth + s * 170}" y="24" width="10" height="10" fill="${colours[s % colours.length]}"/><text x="${labelWidth + s * 170 + 15}" y="33">${escaped(name)}</text>`,
  );
  const groups = labels.map((label, row) => {
    const y = top + row * groupHeight;
    const bars = series.map(({ bars: all }, s) => {
      const bar = all.find((candidate) => candidate.label === label);
      if (!bar) return '';
      const [from, to] = [x(1), x(bar.value)];
      const end = Math.max(from, to) + 4;
      const yBar = y + s * barHeight;
      return `<rect x="${Math.min(from, to).toFixed(1)}" y="${yBar}" width="${Math.max(1, Math.abs(to - from)).toFixed(1)}" height="${barHeight - 2}" fill="${colours[s % colours.length]}"/><text x="${end.toFixed(1)}" y="${yBar + 9}" font-size="9">${show(bar.value)}</text>`;
    });
    return `<text x="${labelWidth - 8}" y="${y + (series.length * barHeight) / 2 + 4}" text-anchor="end">${escaped(label)}</text>${bars.join('')}`;
  });
  const width = labelWidth + plotWidth + 50;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#777">`,
    `<title>${escaped(title)}</title>`,
    `<text x="8" y="14" font-size="13" font-weight="bold">${escaped(title)}</text>`,
    ...legend,
    ...grid,
    ...groups,
    '</svg>',
    '',
  ].join('\n');
}

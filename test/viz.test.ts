// gt.viz: what a picture shows.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { ticks } from '../src/viz/lineChart.js';

describe('lineChart', () => {
  it('draws a line for each series, with a legend', () => {
    const svg = gt.viz.lineChart(
      [
        { name: 'a < b', x: [0, 10], y: [0, 1] },
        { x: [0, 5, 10], y: [1, Number.NaN, 0], dots: true },
      ],
      { title: 't', width: 188, height: 188 },
    );
    // The plot is 100 x 100, from (64, 40) on.
    expect(svg).toContain('<path d="M64 140L164 40"');
    // A point that is not finite breaks the line.
    expect(svg).toContain('<path d="M64 40M164 140"');
    expect(svg).toContain('a &#60; b');
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  });
  it('has a logarithmic axis', () => {
    expect(gt.viz.lineChart([{ x: [0, 1, 2], y: [1, 0, 100] }], { logY: true, width: 188, height: 188 })).toContain('<path d="M64 140M164 40"');
  });
  it('has round ticks', () => {
    expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(-3, 17)).toEqual([0, 5, 10, 15]);
    expect(ticks(0.001, 0.0024)).toEqual([0.001, 0.0015, 0.002]);
    expect(ticks(1, 3, true)).toEqual([1, 2, 3]);
    const svg = gt.viz.lineChart([{ x: [1, 2, 3], y: [5, Number.NaN, 6], dots: true }]);
    expect([...svg.matchAll(/text-anchor="middle">([\d.]+)</g)].map(([, label]) => label)).toEqual(['1', '2', '3']);
    expect([svg.match(/<circle/g)?.length, svg.includes('NaN')]).toEqual([2, false]);
  });
  it('draws whatever numbers there are', () => {
    const [inf, max] = [Number.POSITIVE_INFINITY, Number.MAX_VALUE];
    const values = [
      [],
      [1],
      [0, 0, 0],
      [1e-8, 1e-8],
      [1e20, 1e20],
      [3, 3 + 1e-15],
      [Number.NaN],
      [inf, -inf],
      [-max, max],
      [max, max],
      [1e-310, 0],
      [1, inf, 2],
    ];
    for (const y of values) {
      for (const logY of [false, true]) {
        const svg = gt.viz.lineChart([{ name: 'y', x: Array.from(y.keys()), y }], { logY, xRange: undefined });
        expect(svg, String(y)).not.toMatch(/NaN|Infinity|undefined|e\+\d+ /);
        // Ticks that can be told apart.
        const labels = [...svg.matchAll(/text-anchor="end">([^<]+)</g)].map(([, label]) => label);
        expect([new Set(labels).size, labels.length > 0], String(y)).toEqual([labels.length, true]);
        expect(labels.length).toBeLessThan(20);
      }
    }
    expect(gt.viz.lineChart([])).toContain('</svg>');
    // Far outside of what is shown.
    expect(gt.viz.lineChart([{ x: [0, 1], y: [0, max] }], { yRange: [0, 1] })).not.toMatch(/Infinity|\d{9}/);
  });
  it('a point alone is a dot, and a constant line runs through the middle', () => {
    const size = { width: 188, height: 188 };
    expect(gt.viz.lineChart([{ x: [1], y: [1] }], size)).toContain('<circle cx="114" cy="90"');
    const broken = gt.viz.lineChart([{ x: [0, 1, 2, 3, 4], y: [0, Number.NaN, 1, Number.NaN, 2] }], size);
    expect([...broken.matchAll(/<circle cx="(\d+)"/g)].map(([, x]) => x)).toEqual(['64', '114', '164']);
    expect(gt.viz.lineChart([{ x: [0, 1], y: [2e-7, 2e-7] }], size)).toContain('<path d="M64 90L164 90"');
  });
  it('shows text as it is, whatever it holds', () => {
    const bad = '"<b>&\0\x1b\ud800';
    const svg = gt.viz.lineChart([{ name: bad, x: [0, 1], y: [0, 1], color: '"/><script>' }], { title: bad, xLabel: bad, yLabel: bad });
    expect(svg.match(/&#34;&#60;b&#62;&#38;\ufffd\ufffd\ufffd/g)).toHaveLength(4);
    expect(svg).not.toMatch(/<script|<b>|(?!\n)\p{Cc}|\p{Cs}/u);
  });
  it('has dark colors, a size that shrinks, and a legend that hides what runs behind', () => {
    const svg = gt.viz.lineChart([{ name: 'a longer name than fits', x: [0, 1], y: [0, 1] }], { width: 300 });
    expect(svg).toContain('@media(prefers-color-scheme:dark)');
    expect(svg).toContain('viewBox="0 0 300 420"');
    const [, x, width] = svg.match(/<rect class="ground" x="([\d.]+)" y="44" width="([\d.]+)"/)!.map(Number);
    expect([x >= 64, x + width <= 276, svg.indexOf('y="44"') < svg.indexOf('>a longer')]).toEqual([true, true, true]);
  });
  it('checks what it is given', () => {
    expect(() => gt.viz.lineChart(3 as never)).toThrow(/^lineChart: expected an array of series, got 3/);
    expect(() => gt.viz.lineChart([{ x: [1, 2], y: [1] }])).toThrow(/^lineChart: expected series 0 with as many x as y, got 2 and 1/);
    const line = [{ x: [1], y: [1] }];
    const refuses = (options: object, message: RegExp) => expect(() => gt.viz.lineChart(line, options)).toThrow(message);
    refuses({ yRange: [1, 1] }, /^lineChart: expected yRange to be two numbers, the smaller one first, got/);
    refuses({ xRange: [0, Number.NaN] }, /^lineChart: expected xRange to be two numbers/);
    refuses({ yRange: [0, 1], logY: true }, /^lineChart: expected yRange to be two numbers, the smaller one first, above 0, got/);
    refuses({ width: 88 }, /^lineChart: expected width to be a number above 88, for the margins, got 88/);
    refuses({ height: Number.NaN }, /^lineChart: expected height to be a number above 88/);
  });
});

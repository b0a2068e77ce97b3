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
  it('draws nothing at all, and one point', () => {
    expect(gt.viz.lineChart([])).toContain('</svg>');
    expect(gt.viz.lineChart([{ x: [1], y: [1] }])).not.toContain('NaN');
  });
  it('checks what it is given', () => {
    expect(() => gt.viz.lineChart(3 as never)).toThrow(/^lineChart: expected an array of series, got 3/);
    expect(() => gt.viz.lineChart([{ x: [1, 2], y: [1] }])).toThrow(/^lineChart: expected series 0 with as many x as y, got 2 and 1/);
  });
});

// The example page in a real browser: it trains, reads what is drawn, and never stops answering.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Site, serve } from '../../examples/browser/server.js';
import { launch, noBrowser, open, titled } from './chromium.js';

let site: Site;
let browser: Browser;
beforeAll(async () => {
  if (noBrowser !== undefined) return;
  [site, browser] = await Promise.all([serve(0), launch()]);
});
afterAll(async () => {
  await browser?.close();
  site?.close();
});

/** Strokes in units of the pad's side. */
type Stroke = [x: number, y: number][];
const digits: Record<number, Stroke[]> = {
  1: [
    [
      [0.55, 0.15],
      [0.45, 0.85],
    ],
  ],
  7: [
    [
      [0.25, 0.2],
      [0.72, 0.2],
      [0.45, 0.85],
    ],
  ],
};

async function draw(page: Page, strokes: Stroke[]): Promise<void> {
  const { x, y, width, height } = (await page.locator('#pad').boundingBox())!;
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(x + first[0] * width, y + first[1] * height);
    await page.mouse.down();
    for (const place of rest) await page.mouse.move(x + place[0] * width, y + place[1] * height, { steps: 12 });
    await page.mouse.up();
  }
}

const percent = async (page: Page): Promise<number> => Number.parseFloat((await page.textContent('#accuracy'))!);
const stateOf = (page: Page): Promise<string | undefined> => page.locator('#status').evaluate((status) => (status as HTMLElement).dataset.state);
const inState = (page: Page, state: string): Promise<void> => page.locator(`#status[data-state=${state}]`).waitFor();

test.skipIf(noBrowser !== undefined)(titled('the example page learns to read digits'), async () => {
  const { page, complaints } = await open(browser, site.url);
  await inState(page, 'ready');
  expect(await page.locator('#samples figure').count()).toBe(48);
  expect(await page.textContent('#status')).toMatch(/^Ready: 109,386 weights on wasm/);
  await page.waitForFunction(() => /\d/.test(document.getElementById('accuracy')!.textContent!));
  const before = await percent(page);
  expect(before).toBeLessThan(40);

  // How long the page's own thread is ever kept from answering, while the worker trains.
  await page.evaluate(() => {
    const record = globalThis as unknown as { longest: number };
    record.longest = 0;
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      record.longest = Math.max(record.longest, now - last);
      last = now;
    }, 10);
  });
  await page.click('#toggle');
  await page.waitForFunction(() => Number.parseFloat(document.getElementById('accuracy')!.textContent!) > 93);
  expect(await stateOf(page)).toBe('training');

  // Read while it trains, at first sight or as it learns more.
  for (const [digit, strokes] of Object.entries(digits)) {
    await page.click('#clear');
    expect(await page.textContent('#guess')).toBe('–');
    await draw(page, strokes);
    await page.waitForFunction((want) => document.getElementById('guess')!.textContent === want, digit);
  }
  expect(await page.evaluate(() => (globalThis as unknown as { longest: number }).longest)).toBeLessThan(1000);

  await page.click('#toggle');
  await inState(page, 'paused');
  expect(await page.locator('#samples .wrong').count()).toBeLessThan(8);
  expect(await page.textContent('#loss')).toMatch(/^0\.\d+$/);
  const inked = await page.locator('#curve').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 0).length;
  });
  expect(inked).toBeGreaterThan(1000);
  if (process.env.GRADTAPE_SCREENSHOT) await page.screenshot({ path: process.env.GRADTAPE_SCREENSHOT });

  // To the end, which is the last epoch and not one more; and on from there.
  await page.click('#toggle');
  await inState(page, 'done');
  expect([await page.textContent('#epoch'), await page.textContent('#toggle')]).toEqual(['5 / 5', 'Train on']);
  await page.click('#toggle');
  await page.waitForFunction(() => document.getElementById('epoch')!.textContent === '6 / 10');
  expect([await stateOf(page), await page.textContent('#toggle')]).toEqual(['training', 'Pause']);
  expect(complaints).toEqual([]);
});

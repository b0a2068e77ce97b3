// A real browser to test in, where there is one: the system's Chromium, driven by playwright-core.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const executable =
  process.env.CHROMIUM_PATH ||
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(existsSync);

/** Why there is no browser, or undefined if there is one. */
export const noBrowser = executable === undefined ? 'no Chromium on the PATH, nor in CHROMIUM_PATH' : undefined;

/** A test's title, with the reason if it is skipped. */
export const titled = (title: string): string => (noBrowser === undefined ? title : `${title} (skipped: ${noBrowser})`);

// As root, in a container, Chromium has neither its sandbox nor much shared memory.
export const launch = (): Promise<Browser> => chromium.launch({ executablePath: executable!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** A page at a URL, and everything that it complained of. */
export async function open(browser: Browser, url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}

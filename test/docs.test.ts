// docs/ops.md is what the case table says today.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { opsPage } from './docs/table.js';

it('docs/ops.md is up to date (npm run docs)', () => {
  expect(readFileSync(new URL('../docs/ops.md', import.meta.url), 'utf8')).toBe(opsPage());
});

// npm run docs: writes docs/ops.md.
import { writeFileSync } from 'node:fs';
import { opsPage } from './table.js';

writeFileSync(new URL('../../docs/ops.md', import.meta.url), opsPage());

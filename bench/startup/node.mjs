// Node.js alone.
import { report } from './report.mjs';

await report(
  () => null,
  () => 54,
);

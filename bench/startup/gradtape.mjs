// Imports gradtape and multiplies two matrices, in a process of its own.
import { report } from './report.mjs';

await report(
  () => import('../../dist/index.js'),
  (gt) => {
    const x = gt.tensor([
      [1, 2],
      [3, 4],
    ]);
    return x.matmul(x).sum().item();
  },
);

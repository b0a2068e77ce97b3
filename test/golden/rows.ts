// Prints what parts/rows.py is to compute: for every expression of the case table its inputs in each dtype, as JSON.
import { cases, internals } from '../cases/index.js';
import { valuesOf } from '../cases/read.js';
import { isTorch, keyOf } from '../cases/torch.js';

const wanted = Object.entries({ ...cases, ...internals }).flatMap(([name, row]) =>
  row.variants.flatMap((v) => {
    const { formula } = v;
    if (!isTorch(formula)) return [];
    return row.dtypes
      .filter((dtype) => v.dtypes?.includes(dtype) ?? true)
      .map((dtype) => {
        const inputs = v.inputs.map((i, k) => ({ shape: i.shape, dtype: i.dtype ?? dtype, data: valuesOf(i, i.dtype ?? dtype, k) }));
        const told = inputs.map(({ shape, dtype, data }) => ({ shape, dtype, bytes: Buffer.from(new Float64Array(data).buffer).toString('base64') }));
        return { name, source: formula.source, drawn: formula.drawn, key: keyOf(inputs), inputs: told };
      });
  }),
);
process.stdout.write(JSON.stringify(wanted));

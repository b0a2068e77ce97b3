// References that PyTorch computed: a row gives the expression in Python, golden/rows.golden.gz has the numbers for the row's inputs.
import { createHash } from 'node:crypto';
import { type Golden, type RowsManifest, readGolden } from '../golden/read.js';
import type { Grid } from './grid.js';
import type { Formula } from './row.js';

/** A formula that is PyTorch's: `source` is what PyTorch evaluates. */
export interface TorchFormula extends Formula {
  readonly source: string;
  /** PyTorch draws random numbers, which depend on the dtype: it computes in that of the test and not in float64. */
  readonly drawn: boolean;
}
export const isTorch = (formula: Formula): formula is TorchFormula => 'source' in formula;

/** Tells one list of inputs from another. */
export function keyOf(grids: readonly Grid[]): string {
  const hash = createHash('sha1');
  for (const { shape, data } of grids) hash.update(JSON.stringify(shape)).update(new Float64Array(data));
  return hash.digest('hex').slice(0, 16);
}

let golden: Golden<RowsManifest> | undefined;

const reference = (source: string, drawn: boolean): TorchFormula =>
  Object.assign(
    (...grids: Grid[]): readonly Grid[] => {
      golden ??= readGolden<RowsManifest>('rows');
      const outputs = golden.manifest.rows[source]?.[keyOf(grids)];
      if (outputs === undefined) throw new Error(`rows.golden.gz has no numbers for these inputs of "${source}": make them with golden/make.py rows`);
      return outputs.map((ref) => ({ shape: ref.shape, data: [...(golden!.read(ref) as Float64Array)] }));
    },
    { source, drawn },
  );

/** What the Python expression gives: `torch('x, w: F.conv1d(x, w)')`. Its tensors, at any depth of tuples, are the outputs. */
export const torch = (source: string): TorchFormula => reference(source, false);
/** The same for random draws: the generator is seeded with 7 before. */
export const torchDraws = (source: string): TorchFormula => reference(source, true);
/** A number as Python writes it. */
export const pythonNumber = (x: number): string => (Number.isFinite(x) ? String(x) : x > 0 ? 'inf' : '-inf');

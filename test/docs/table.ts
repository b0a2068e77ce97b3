// docs/ops.md as text: every op of PyTorch's operator database with what the case table proves of its counterpart here, then the ops beyond the database, then what is missing.
import { readFileSync } from 'node:fs';
import * as gt from '../../src/index.js';
import { aliases, cases } from '../cases/index.js';
import type { Row } from '../cases/row.js';
import { callOf, camel } from '../golden/translate.js';

const names = JSON.parse(readFileSync(new URL('../golden/opdb.json', import.meta.url), 'utf8')) as string[];
/** The names in PyTorch 1.13's operator database: `len({op.name for op in op_db})`. */
const databaseNames = 571;
const table = cases as Readonly<Record<string, Row>>;
const seconds = aliases as Readonly<Record<string, string>>;

/** A case row by the op's last name; words that JavaScript reserves have an underscore there. */
const rowName = (name: string): string | undefined => {
  const last = camel(name.split('.').at(-1)!);
  return [last, seconds[last], `${last}_`].find((key) => key !== undefined && key in table);
};
const ours = (name: string): string => {
  const path = name.split('.').map(camel);
  const method = path.length === 1 && path[0] in gt.Tensor.prototype && !(path[0] in gt);
  return method ? `x.${path[0]}` : path.join('.');
};
const mark = (yes: boolean): string => (yes ? 'yes' : '');
const line = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function proven(key: string | undefined): string[] {
  if (key === undefined) return ['', '', '', ''];
  const row = table[key];
  const derivatives = mark(row.gradients.length > 0);
  const second = `${key}_` in table ? `${key}_` : '';
  return [second, derivatives, derivatives, row.dtypes.join(', ')];
}
const header = (...first: readonly string[]): string[] => {
  const cells = [...first, 'in place', 'backward', 'double backward', 'dtypes tested'];
  return [line(...cells), line(...cells.map(() => '---'))];
};

/** The whole page. */
export function opsPage(): string {
  const here = names.filter((name) => callOf(name) !== undefined);
  const missing = names.filter((name) => callOf(name) === undefined);
  const covered = new Set(here.flatMap((name) => rowName(name) ?? []));
  const more = Object.keys(table).filter((key) => !covered.has(key) && !covered.has(key.replace(/_$/, '')));
  return [
    '# Ops',
    '',
    'Every op runs on both backends, native and WebAssembly, from one definition. "Backward" and "double',
    'backward" mean that the suite compares first and second derivatives with finite differences, on each.',
    'Where "dtypes tested" is empty, PyTorch’s own numbers are the only test. Second names (`multiply` for',
    '`mul`) are not listed twice. Options and shapes are in the docstrings.',
    '',
    '`npm run docs` makes this page from the case table (`test/cases`) and the names of PyTorch 1.13’s',
    'operator database that are replayed from its samples (`test/golden/opdb.json`). The suite fails when',
    'the page is stale.',
    '',
    `## PyTorch’s operator database: ${here.length} of ${databaseNames}`,
    '',
    ...header('PyTorch', 'gradtape'),
    ...here.map((name) => line(name, ours(name), ...proven(rowName(name)))),
    '',
    `## Beyond the database: ${more.length}`,
    '',
    ...header('gradtape'),
    ...more.map((key) => line(key, ...proven(key))),
    '',
    '## The rest of the database',
    '',
    ...(missing.length === 0 ? [] : [`Chosen, but not written yet: ${missing.join(', ')}.`, '']),
    `${databaseNames - names.length} names are not replayed from the database. Some of them are among the above;`,
    '[differences.md](differences.md#missing) lists those that are missing.',
    '',
  ].join('\n');
}

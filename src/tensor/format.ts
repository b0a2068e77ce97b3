// A tensor as text, letter for letter as PyTorch 1.13 prints it (but that dtypes are named without `torch.`). It reads only the elements that are shown.

import type { DType } from '../core/dtype.js';

const PRECISION = 4;
const LINE_WIDTH = 80;
/** Beyond this many elements only the EDGE first and last of each dim are shown. */
const THRESHOLD = 1000;
const EDGE = 3;
const PREFIX = 'tensor(';

type Element = number | bigint | boolean;

/** How every element of one tensor is written, right-justified to a common width. */
interface Style {
  readonly width: number;
  write(value: Element): string;
}

const nonFinite = (v: number): string => (Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf');

/**
 * `rounded` is the value rounded by JavaScript, which rounds a tie up; C and Python round it to even. `exact` has the value's digits as far as JavaScript writes
 * them: a tie shows as a 5 and nothing but zeros after the digits that are kept.
 */
function tieToEven(rounded: string, exact: string, digits: number): string {
  const rest = exact.slice(exact.indexOf('.') + 1 + digits);
  const last = Number(rounded.at(-1));
  return /^50*$/.test(rest) && last % 2 === 1 ? rounded.slice(0, -1) + (last - 1) : rounded;
}

/** Python's `{:.<digits>f}`; keeps the sign of -0. Only for values below 1e21. */
function fixed(v: number, digits: number): string {
  const size = Math.abs(v);
  const text = tieToEven(size.toFixed(digits), size.toFixed(100), digits);
  return v < 0 || Object.is(v, -0) ? `-${text}` : text;
}

/** Python's `{:.4e}`: at least two digits of exponent. */
function scientific(v: number): string {
  const [mantissa, exponent] = v.toExponential(PRECISION).split('e');
  const text = tieToEven(mantissa, v.toExponential(100).split('e')[0], PRECISION);
  return `${Object.is(v, -0) ? '-' : ''}${text}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

function justified(texts: readonly string[], write: (value: Element) => string): Style {
  const width = texts.reduce((most, text) => Math.max(most, text.length), 1);
  return { width, write: (value) => write(value).padStart(width) };
}

/** The style of floats: integers as `1.`, else 4 digits; scientific where the finite values that are not 0 span more than 1000 or lie far from 1. */
function floatStyle(shown: readonly number[]): Style {
  const values = shown.filter((v) => Number.isFinite(v) && v !== 0);
  const integral = values.every(Number.isInteger);
  const sizes = values.map(Math.abs);
  const min = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  const max = sizes.reduce((a, b) => Math.max(a, b), 0);
  const finite = (write: (v: number) => string) => (v: Element) => (Number.isFinite(v) ? write(v as number) : nonFinite(v as number));
  // Only the values that decided the style count towards the width: nan, inf and 0 may stick out.
  const style = (write: (v: number) => string): Style => justified(values.map(write), finite(write));
  if (values.length > 0 && (max / min > 1000 || max > 1e8 || (!integral && min < 1e-4))) return style(scientific);
  return style(integral ? (v) => `${fixed(v, 0)}.` : (v) => fixed(v, PRECISION));
}

function styleOf(shown: readonly Element[], dtype: DType): Style {
  if (dtype === 'float32' || dtype === 'float64') return floatStyle(shown as number[]);
  const write = (v: Element): string => (dtype === 'bool' ? (v ? 'True' : 'False') : String(v));
  return justified(shown.map(write), write);
}

/** The indices of a dim that are shown: all of them, or the edges. */
function shownIndices(size: number, summarize: boolean): number[] {
  const all = Array.from({ length: summarize ? Math.min(size, 2 * EDGE) : size }, (_, i) => i);
  return summarize && size > 2 * EDGE ? all.map((i) => (i < EDGE ? i : size - 2 * EDGE + i)) : all;
}

/** The flat indices that are shown, in order. */
function shownFlat(shape: readonly number[], summarize: boolean): number[] {
  return shape.reduce<number[]>(
    (flat, size) => {
      const indices = shownIndices(size, summarize);
      return flat.flatMap((base) => indices.map((i) => base * size + i));
    },
    [0],
  );
}

/** One dim of numbers, wrapped at the line width. */
function vector(texts: string[], width: number, indent: number): string {
  const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < texts.length; i += perLine) lines.push(texts.slice(i, i + perLine).join(', '));
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

/** ` ...` stands among numbers, `...` among rows. */
const ellipsis = (parts: string[], cut: boolean, mark: string): string[] => (cut ? [...parts.slice(0, EDGE), mark, ...parts.slice(EDGE)] : parts);

/** The suffixes after the data, each on the same line where it fits. */
function withSuffixes(text: string, suffixes: readonly string[]): string {
  let result = text;
  let lineLength = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > LINE_WIDTH) {
      result += `,\n${' '.repeat(PREFIX.length)}${suffix}`;
      lineLength = PREFIX.length + suffix.length;
    } else {
      result += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${result})`;
}

/**
 * The text of a tensor. `at` reads the element at a row-major flat index; suffixes such as `requires_grad=True` follow the dtype, which is named where it is
 * neither the default dtype nor one that the elements show (int64, bool).
 */
export function formatTensor(
  at: (flatIndex: number) => Element,
  shape: readonly number[],
  dtype: DType,
  suffixes: readonly string[],
  defaultDType: DType = 'float32',
): string {
  const numel = shape.reduce((a, b) => a * b, 1);
  // Lines break where PyTorch's longer name makes them break.
  const named = [`dtype=torch.${dtype}`];
  const unprefixed = (text: string): string => text.replace('dtype=torch.', 'dtype=');
  if (numel === 0) {
    const size = shape.length === 1 ? [] : [`size=(${shape.join(', ')})`];
    return unprefixed(withSuffixes(`${PREFIX}[]`, [...size, ...(dtype === defaultDType ? [] : named), ...suffixes]));
  }
  const summarize = numel > THRESHOLD;
  const shown = shownFlat(shape, summarize).map(at);
  const style = styleOf(shown, dtype);
  let next = 0;
  const write = (dim: number, indent: number): string => {
    if (dim === shape.length) return style.write(shown[next++]);
    const count = shownIndices(shape[dim], summarize).length;
    const parts = Array.from({ length: count }, () => write(dim + 1, indent + 1));
    const cut = count < shape[dim];
    if (dim === shape.length - 1) return vector(ellipsis(parts, cut, ' ...'), style.width, indent);
    return `[${ellipsis(parts, cut, '...').join(`,${'\n'.repeat(shape.length - 1 - dim)}${' '.repeat(indent + 1)}`)}]`;
  };
  const text = PREFIX + write(0, PREFIX.length);
  return unprefixed(withSuffixes(text, [...(dtype === defaultDType || dtype === 'int64' || dtype === 'bool' ? [] : named), ...suffixes]));
}

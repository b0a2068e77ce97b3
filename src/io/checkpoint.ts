// gt.save and gt.load: anything made of plain objects, arrays, tensors and simple values, in one file. It is a safetensors file, which other programs can read the tensors
// of; the structure around them stands in its metadata as JSON.
import { ArgumentError, FormatError, fail, show } from '../core/errors.js';
import { Tensor } from '../tensor/tensor.js';
import { contentsOf, partsOf, type Tensors } from './container.js';
import { type Refuse, withFile, writeParts } from './files.js';
import { isObject, type Json, MAX_DEPTH, readJson, showJson } from './json.js';

const KEY = 'gradtape';
/** What JSON has no words for: a one-key object with this key. */
const MARK = '$';

const specials = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

/** The structure with each tensor replaced by its name in `tensors`, which are filled in; the name is the path to it, made unique. */
function flatten(value: unknown, path: string, tensors: Tensors, above: readonly unknown[]): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    const special = Object.is(value, -0) ? '-0' : String(value);
    return specials.has(special) ? { [MARK]: special } : value;
  }
  if (value instanceof Tensor) {
    // {a: {b}} and {'a.b'} have one path. It is only a label: half of a surrogate pair, which no file can name, may be another character in it.
    let name = path.replace(/\p{Surrogate}/gu, '\ufffd');
    while (name in tensors || name === '__metadata__') name += "'";
    tensors[name] = value;
    return { [MARK]: 'tensor', name };
  }
  if (above.includes(value)) fail(ArgumentError, 'save', 'values without cycles', `${path}, which contains itself`);
  if (above.length === MAX_DEPTH - 1) fail(ArgumentError, 'save', `values nested less than ${MAX_DEPTH} levels deep`, `more at ${path.slice(0, 40)}...`);
  const inside = (child: unknown, name: string | number): Json => flatten(child, path === '' ? String(name) : `${path}.${name}`, tensors, [...above, value]);
  if (Array.isArray(value)) return value.map(inside);
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    fail(ArgumentError, 'save', `${path || 'the value'} to be a tensor, a plain object, an array, a number, string, boolean or null`, show(value));
  }
  if (Object.hasOwn(value as object, MARK)) fail(ArgumentError, 'save', `names other than ${MARK}`, `${path}.${MARK}`);
  const entries = Object.entries(value as object).filter(([, child]) => child !== undefined);
  return Object.fromEntries(entries.map(([name, child]) => [name, inside(child, name)]));
}

function restore(value: Json, tensors: Tensors, refuse: Refuse): unknown {
  if (Array.isArray(value)) return value.map((child) => restore(child, tensors, refuse));
  if (!isObject(value)) return value;
  if (!Object.hasOwn(value, MARK)) return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, restore(child, tensors, refuse)]));
  const { [MARK]: mark, name } = value;
  if (mark === 'tensor') {
    if (typeof name === 'string' && Object.hasOwn(tensors, name)) return tensors[name];
    return refuse(`a tensor ${typeof name === 'string' ? name : 'by its name'}`, typeof name === 'string' ? 'none' : showJson(name));
  }
  return specials.get(mark as string) ?? refuse('a known mark', showJson(mark));
}

/**
 * Writes a value of plain objects, arrays, tensors, numbers, strings, booleans and null: state
 * dicts above all. The file is a safetensors file with the structure in its metadata. The old file
 * stays until the new one is whole and synced.
 *
 * @param value - The value; without cycles. Members that are undefined are left out.
 * @param path - The file.
 * @throws ArgumentError if the value has anything else in it, or a cycle.
 * @throws FormatError if the file cannot be written.
 * @example
 * const model = new gt.nn.Linear(2, 1);
 * gt.save({ model: model.stateDict(), epoch: 3 }, 'model.gt');
 * const { epoch } = gt.load('model.gt') as { epoch: number };
 * epoch; // 3
 * @see PyTorch `torch.save`
 */
export function save(value: unknown, path: string): void {
  const tensors: Tensors = Object.create(null);
  const structure = flatten(value, '', tensors, []);
  writeParts('save', path, partsOf('save', tensors, { [KEY]: JSON.stringify(structure) }).parts);
}

/**
 * Reads what `save` wrote; of any other safetensors file the tensors by name. No code runs.
 *
 * @param path - The file.
 * @returns The value.
 * @throws FormatError if the file is missing or damaged.
 * @example
 * gt.save([gt.tensor([1, 2]), 'two'], 'values.gt');
 * const [t] = gt.load('values.gt') as [gt.Tensor, string];
 * t; // [1, 2]
 * @see PyTorch `torch.load`
 */
export function load(path: string): unknown {
  return withFile('load', path, (source) => {
    const refuse: Refuse = (requirement, got) => fail(FormatError, 'load', `${path}: ${requirement}`, got);
    const { tensors, metadata } = contentsOf('load', source);
    if (!Object.hasOwn(metadata, KEY)) return tensors;
    const rules = { wholeNumbers: false, loneSurrogates: true };
    const structure = readJson(metadata[KEY], rules, (requirement, got) => refuse(`a structure of JSON with ${requirement}`, got));
    return restore(structure, tensors, refuse);
  });
}

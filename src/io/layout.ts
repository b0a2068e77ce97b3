// The header of a safetensors file (https://github.com/huggingface/safetensors): where each tensor is,
// of what dtype and shape. Text and numbers only; a file that does not fit to the last byte is refused.
import { ArgumentError, fail, show } from '../core/errors.js';
import { checkStorable, type FileDType, sizeIn, sizes } from './dtypes.js';
import type { Refuse } from './files.js';
import { isObject, type Json, type JsonObject, readJson, showJson } from './json.js';

const codes: Readonly<Record<FileDType, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};
const dtypeOf = new Map(Object.entries(codes).map(([dtype, code]) => [code, dtype as FileDType]));
const METADATA = '__metadata__';
const fields = ['dtype', 'shape', 'data_offsets'];

export interface Entry {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  /** Bytes from the end of the header on. */
  readonly begin: number;
  readonly end: number;
}
export interface Layout {
  readonly entries: Entry[];
  readonly metadata: Record<string, string>;
}

/** What a header says of a file with that many bytes of data. */
export function readLayout(text: string, dataBytes: number, refuse: Refuse): Layout {
  if (!text.startsWith('{')) refuse('a JSON object as header, from its first byte on', text === '' ? 'an empty one' : show(text.slice(0, 8)));
  const rules = { wholeNumbers: true, loneSurrogates: false };
  const header = readJson(text, rules, (requirement, got) => refuse(`a header of JSON with ${requirement}`, got)) as Record<string, Json>;
  const metadata = Object.hasOwn(header, METADATA) ? header[METADATA] : {};
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) refuse('metadata of strings', showJson(metadata));
  const names = Object.keys(header).filter((name) => name !== METADATA);
  const entries = names.map((name) => readEntry(name, header[name], refuse));
  checkCover(entries, dataBytes, refuse);
  return { entries, metadata: metadata as Record<string, string> };
}

function readEntry(name: string, entry: Json, refuse: Refuse): Entry {
  const keys = isObject(entry) ? Object.keys(entry) : [];
  const { dtype: code, shape, data_offsets: offsets } = keys.length > 0 ? (entry as JsonObject) : {};
  const dtype = dtypeOf.get(code as string) ?? refuse(`${name} of a dtype among ${[...dtypeOf.keys()].join(', ')}`, showJson(code));
  if (keys.length !== fields.length || !keys.every((key) => fields.includes(key))) refuse(`${name} with ${fields.join(', ')}`, showJson(entry));
  const bytes = sizeIn(shape, sizes[dtype]) ?? refuse(`${name} with a shape`, showJson(shape));
  const isPair = Array.isArray(offsets) && offsets.length === 2 && offsets.every((x) => typeof x === 'number' && x >= 0);
  if (!isPair) return refuse(`${name} with two offsets`, showJson(offsets));
  const [begin, end] = offsets as [number, number];
  if (end - begin !== bytes) refuse(`${name}: ${bytes} bytes for ${code} ${show(shape)}`, `${end - begin}`);
  return { name, dtype, shape: shape as number[], begin, end };
}

/** The tensors cover the data without gaps and without overlap. */
function checkCover(entries: readonly Entry[], dataBytes: number, refuse: Refuse): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) refuse(`${name} to begin at byte ${at}`, `${begin}`);
    at = end;
  }
  if (at !== dataBytes) refuse(`${at} bytes of data`, `${dataBytes}`);
}

interface Described {
  readonly dtype: FileDType;
  readonly shape: readonly number[];
}

const checkText = (op: string, role: string, text: unknown): void => {
  if (typeof text !== 'string') fail(ArgumentError, op, `${role} to be a string`, show(text));
  if (/\p{Surrogate}/u.test(text)) fail(ArgumentError, op, `${role} without lone surrogates`, show(text));
};

/** The header's text, and how many bytes the tensors that it describes take. */
export function writeLayout(op: string, tensors: readonly (readonly [string, Described])[], metadata: unknown): { text: string; dataBytes: number } {
  const header: Record<string, unknown> = Object.create(null);
  if (typeof metadata !== 'object' || metadata === null) fail(ArgumentError, op, 'metadata of strings by name', show(metadata));
  for (const [name, value] of Object.entries(metadata)) {
    checkText(op, 'a name of metadata', name);
    checkText(op, `metadata ${name}`, value);
    header[METADATA] = metadata;
  }
  let at = 0;
  for (const [name, { dtype, shape }] of tensors) {
    if (name === METADATA) fail(ArgumentError, op, `a name other than ${METADATA}`, 'it');
    checkText(op, 'the name of a tensor', name);
    checkStorable(op, dtype);
    const end = at + (sizeIn(shape, sizes[dtype]) as number);
    header[name] = { dtype: codes[dtype], shape, data_offsets: [at, end] };
    at = end;
  }
  return { text: JSON.stringify(header), dataBytes: at };
}

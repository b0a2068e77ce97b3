// A module's state as a dict of tensors by PyTorch's keys, and back; and its dtype.

import { Category, type DTypeInfo } from '../core/dtype.js';
import { ArgumentError, DTypeError, FormatError, fail, GradtapeError, show } from '../core/errors.js';
import { sameShape, showShape } from '../core/shape.js';
import { clone, copy_, detach, to as toDtype } from '../ops/index.js';
import { setData } from '../tensor/data.js';
import { gradientOf } from '../tensor/inner.js';
import { noGrad } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';
import type { Module } from './module.js';
import { Parameter } from './parameter.js';
import { isPending, settle } from './pending.js';

/** Parameters and buffers by name. */
export type StateDict = Record<string, Tensor>;

/** What loadStateDict() did not find a match for. */
export interface LoadResult {
  /** Names that the module has and the state dict lacks. */
  readonly missingKeys: string[];
  /** Names that the state dict has and the module lacks. */
  readonly unexpectedKeys: string[];
}

/** Parameters and persistent buffers by key. One that is shared stands under each of its names, so that any of them can be loaded. */
function stateOf(root: Module): Map<string, Tensor> {
  const state = new Map<string, Tensor>();
  const visit = (prefix: string, module: Module, above: readonly Module[]): void => {
    if (above.includes(module)) throw new GradtapeError(`stateDict: expected a tree of modules, got ${prefix.slice(0, -1)}, which contains itself`);
    for (const [name, tensor] of module.ownTensors('persistent')) state.set(prefix + name, tensor);
    for (const [name, value] of Object.entries(module)) if (isModule(value)) visit(`${prefix}${name}.`, value, [...above, module]);
  };
  visit('', root, []);
  return state;
}

// module.ts imports this file: its class cannot be asked for here.
const isModule = (value: unknown): value is Module => typeof (value as Module | null)?.ownTensors === 'function';

export const saveStateDict = (module: Module, prefix: string, keepVars: boolean): StateDict =>
  Object.fromEntries([...stateOf(module)].map(([key, tensor]) => [prefix + key, keepVars ? tensor : detach(tensor)]));

const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(', ');

export function loadStateDict(module: Module, given: StateDict | ReadonlyMap<string, Tensor>, strict: boolean): LoadResult {
  if (typeof given !== 'object' || given === null) fail(ArgumentError, 'loadStateDict', 'a state dict', show(given));
  const state = stateOf(module);
  const source = given instanceof Map ? given : new Map(Object.entries(given));
  const missingKeys = [...state.keys()].filter((key) => !source.has(key));
  const unexpectedKeys = [...source.keys()].filter((key) => !state.has(key));
  const faults: string[] = [];
  if (strict && missingKeys.length > 0) faults.push(`Missing key(s) in state_dict: ${quoted(missingKeys)}.`);
  if (strict && unexpectedKeys.length > 0) faults.push(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}.`);
  const copies: [to: Tensor, from: Tensor][] = [];
  for (const [key, to] of state) {
    if (!source.has(key)) continue;
    const from: unknown = source.get(key);
    if (!(from instanceof Tensor)) faults.push(`"${key}": expected a tensor, got ${show(from)}.`);
    else if (!sameShape(from.shape, to.shape) && !isPending(to)) {
      faults.push(
        `size mismatch for ${key}: copying a param with shape ${showShape(from.shape)} from checkpoint, the shape in current model is ${showShape(to.shape)}.`,
      );
    } else copies.push([to, from]);
  }
  if (faults.length > 0) throw new FormatError(`loadStateDict: error(s) in loading state_dict for ${module.constructor.name}:\n\t${faults.join('\n\t')}`);
  noGrad(() => {
    for (const [to, from] of copies) {
      if (isPending(to)) settle(to, clone(toDtype(from, to.dtype)));
      else copy_(to, from);
    }
  });
  return { missingKeys, unexpectedKeys };
}

/** Brings parameters with their gradients, and floating point buffers, to another dtype. */
export function convert(module: Module, dt: DTypeInfo): void {
  if (dt.category !== Category.Float) fail(DTypeError, 'to', 'a floating point dtype', dt.name);
  const change = (t: Tensor): void => {
    if (t.dt !== dt && t.dt.category === Category.Float) setData(t, toDtype(detach(t), dt.name));
  };
  for (const tensor of [...module.parameters(), ...module.buffers()]) {
    const gradient = gradientOf(tensor);
    change(tensor);
    if (tensor instanceof Parameter && gradient !== null) change(gradient);
  }
}

// Every public function of the package, found by walking its namespaces, and the names by which the case table may know it.
import * as gt from '../src/index.js';

export type Callable = (...args: never[]) => unknown;

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));
const isNamespace = (value: object): boolean => Object.prototype.toString.call(value) === '[object Module]';

/** All functions that are not classes by their paths, `nn.functional.relu`; one function may have several. */
export function publicFunctions(root: object = gt, path = ''): Map<Callable, string[]> {
  const found = new Map<Callable, string[]>();
  const add = (f: Callable, names: readonly string[]): void => void found.set(f, [...(found.get(f) ?? []), ...names]);
  for (const [name, value] of Object.entries(root)) {
    if (typeof value === 'object' && value !== null && isNamespace(value)) {
      for (const [f, names] of publicFunctions(value, `${path}${name}.`)) add(f, names);
    } else if (typeof value === 'function' && !isClass(value)) add(value, [path + name]);
  }
  return found;
}

/** The methods of tensors, by name: `Tensor.relu`. */
export const tensorMethods = (): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(gt.Tensor.prototype))
    .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
    .map(([name]) => `Tensor.${name}`);

/** Where a row is called otherwise than the function. */
const renamed: Readonly<Record<string, string>> = { 'nn.functional.fold': 'col2im', 'nn.functional.unfold': 'im2col', var: 'var_', 'Tensor.var': 'var_' };
/** These namespaces' functions have rows under their bare names; the others' under their path. */
const bare = ['nn.functional.', 'special.', 'Tensor.'];
export const rowName = (path: string): string =>
  renamed[path] ?? bare.reduce((name, prefix) => (name.startsWith(prefix) ? name.slice(prefix.length) : name), path);

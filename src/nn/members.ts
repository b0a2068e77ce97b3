// What may be assigned to a module's members, PyTorch's Module.__setattr__. A member is an accessor of its module from when it is first assigned, registered or listed: a
// parameter that became a plain tensor would silently be no longer learnt. Its value stands under a symbol, so that reading it stays a load that engines inline.
import { ArgumentError, fail, show } from '../core/errors.js';
import { Tensor } from '../tensor/tensor.js';
import { Parameter } from './parameter.js';

export type Kind = 'parameter' | 'buffer' | 'module';

interface Member {
  readonly slot: symbol;
  readonly accessor: PropertyDescriptor;
}
type Holder = Record<PropertyKey, unknown>;

/** One accessor for all members of a kind and name, so that modules of a class keep one hidden class. */
const members = new Map<string, Member>();

/** module.ts imports this file: its class cannot be asked for here. */
const isModule = (value: unknown): boolean => typeof (value as { ownTensors?: unknown } | null)?.ownTensors === 'function';
const kindOf = (value: unknown): Kind | null => (value instanceof Parameter ? 'parameter' : isModule(value) ? 'module' : null);

function memberOf(kind: Kind, name: string): Member {
  const key = `${kind} ${name}`;
  let member = members.get(key);
  if (member === undefined) {
    const slot = Symbol(key);
    const get = function (this: Holder): unknown {
      return this[slot];
    };
    const set = function (this: Holder, value: unknown): void {
      assign(this, kind, name, value);
    };
    member = { slot, accessor: { get, set, enumerable: true, configurable: true } };
    members.set(key, member);
  }
  return member;
}

function assign(module: Holder, kind: Kind, name: string, value: unknown): void {
  if (value === null || (kind === 'buffer' && value instanceof Tensor)) hold(module, name, kind, value);
  else {
    const other = kindOf(value);
    if (other === null) {
      const wanted = { parameter: 'a Parameter', buffer: 'a tensor', module: 'a Module' }[kind];
      fail(ArgumentError, `${module.constructor.name}.${name}`, `${wanted} or null`, `${show(value)}: cannot assign it as ${kind} '${name}'`);
    }
    hold(module, name, other, value);
  }
}

/** Makes `name` a member of the module, which holds `value`. */
export function hold(module: object, name: string, kind: Kind, value: unknown): void {
  const { slot, accessor } = memberOf(kind, name);
  Object.defineProperty(module, slot, { value, writable: true, configurable: true, enumerable: false });
  Object.defineProperty(module, name, accessor);
}

/** Makes a member of what a class field or a descriptor has put in its place. */
export function adopt(module: object, name: string, kind: Kind, value: unknown): void {
  if (!Object.hasOwn(module, memberOf(kind, name).slot)) hold(module, name, kind, value);
}

/** The end of every module's prototype chain, which a first assignment reaches: `this.weight = new Parameter(...)`. */
export const membersByAssignment: object = new Proxy(Object.create(Object.prototype), {
  set(target, name, value, module) {
    const kind = typeof name === 'string' ? kindOf(value) : null;
    if (kind === null) return Reflect.set(target, name, value, module);
    hold(module, name as string, kind, value);
    return true;
  },
});

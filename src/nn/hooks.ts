// Hooks around a module's forward and backward. A module that has some gets a `forward` of its own that runs them; one without is not touched, so that it pays nothing.
import { ArgumentError, fail, show } from '../core/errors.js';
import { isGradEnabled } from '../tensor/node.js';
import type { HookHandle } from '../tensor/tensor.js';
import { BackwardCall, type BackwardHook } from './backwardHooks.js';
import type { Module } from './module.js';

/** Sees a module's inputs; what it returns, an array of inputs or the only one, takes their place. */
export type ForwardPreHook = (module: Module, inputs: readonly unknown[]) => unknown;
/** Sees a module's inputs and output; what it returns takes the output's place. */
export type ForwardHook = (module: Module, inputs: readonly unknown[], output: unknown) => unknown;

type Forward = (...inputs: unknown[]) => unknown;
type Hook = { readonly hook: ForwardHook };
type Place = 'before' | 'after' | 'backward';

class Hooked {
  before: readonly Hook[] = [];
  after: readonly Hook[] = [];
  backward: readonly { readonly hook: BackwardHook }[] = [];
  /** A forward that is the instance's own, such as an arrow function in a class field. */
  own: PropertyDescriptor | undefined;

  constructor(readonly module: Module) {
    this.own = Object.getOwnPropertyDescriptor(module, 'forward');
    const run: Forward = (...inputs) => this.run(inputs);
    Object.defineProperty(module, 'forward', {
      configurable: true,
      enumerable: false,
      get: () => run,
      set: (value) => {
        this.own = { value, configurable: true, enumerable: true, writable: true };
      },
    });
  }

  run(inputs: unknown[]): unknown {
    const { module } = this;
    for (const { hook } of this.before) {
      const replaced = hook(module, inputs, undefined);
      if (replaced !== undefined && replaced !== null) inputs = Array.isArray(replaced) ? replaced : [replaced];
    }
    const isHooked = this.backward.length > 0 && isGradEnabled();
    const call = isHooked ? new BackwardCall(module, () => this.backward) : null;
    if (call !== null) inputs = call.enter(inputs);
    const forward = (this.own?.value ?? Object.getPrototypeOf(module).forward) as Forward;
    let output = forward.apply(module, inputs);
    for (const { hook } of this.after) output = hook(module, inputs, output) ?? output;
    return call === null ? output : call.leave(output);
  }

  /** Puts the module's forward back once there is nothing to run around it. */
  restore(): void {
    if (this.before.length + this.after.length + this.backward.length > 0) return;
    if (this.own === undefined) delete (this.module as { forward?: unknown }).forward;
    else Object.defineProperty(this.module, 'forward', this.own);
    hooked.delete(this.module);
  }
}

const hooked = new WeakMap<Module, Hooked>();

const registrars: Record<Place, string> = { before: 'registerForwardPreHook', after: 'registerForwardHook', backward: 'registerFullBackwardHook' };

/** Adds a hook; those registered first run first. */
export function addHook(module: Module, place: Place, hook: ForwardHook | BackwardHook): HookHandle {
  if (typeof hook !== 'function') fail(ArgumentError, registrars[place], 'a function', show(hook));
  const entry = hooked.get(module) ?? new Hooked(module);
  hooked.set(module, entry);
  const lists = entry as unknown as Record<Place, readonly { hook: unknown }[]>;
  // The lists are replaced, not changed, so that a hook may take itself off while they run.
  const added = { hook };
  lists[place] = [...lists[place], added];
  return {
    remove: () => {
      if (!lists[place].includes(added)) return;
      lists[place] = lists[place].filter((other) => other !== added);
      entry.restore();
    },
  };
}

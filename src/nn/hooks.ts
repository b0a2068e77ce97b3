// Hooks around a module's forward. A module that has some gets a `forward` of its own that runs them; one without is not touched, so that it pays nothing.
import { ArgumentError, fail, show } from '../core/errors.js';
import type { HookHandle } from '../tensor/tensor.js';
import type { Module } from './module.js';

/** Sees a module's inputs; what it returns, an array of inputs or the only one, takes their place. */
export type ForwardPreHook = (module: Module, inputs: readonly unknown[]) => unknown;
/** Sees a module's inputs and output; what it returns takes the output's place. */
export type ForwardHook = (module: Module, inputs: readonly unknown[], output: unknown) => unknown;

type Forward = (...inputs: unknown[]) => unknown;
type Hook = { readonly hook: ForwardHook };

class Hooked {
  before: readonly Hook[] = [];
  after: readonly Hook[] = [];
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
    const forward = (this.own?.value ?? Object.getPrototypeOf(module).forward) as Forward;
    let output = forward.apply(module, inputs);
    for (const { hook } of this.after) output = hook(module, inputs, output) ?? output;
    return output;
  }

  /** Puts the module's forward back once there is nothing to run around it. */
  settle(): void {
    if (this.before.length + this.after.length > 0) return;
    if (this.own === undefined) delete (this.module as { forward?: unknown }).forward;
    else Object.defineProperty(this.module, 'forward', this.own);
    hooked.delete(this.module);
  }
}

const hooked = new WeakMap<Module, Hooked>();

/** Adds a hook; those registered first run first. */
export function addForwardHook(module: Module, place: 'before' | 'after', hook: ForwardHook): HookHandle {
  if (typeof hook !== 'function') fail(ArgumentError, place === 'before' ? 'registerForwardPreHook' : 'registerForwardHook', 'a function', show(hook));
  const entry = hooked.get(module) ?? new Hooked(module);
  hooked.set(module, entry);
  // The lists are replaced, not changed, so that a hook may take itself off while they run.
  const added = { hook };
  entry[place] = [...entry[place], added];
  return {
    remove: () => {
      if (!entry[place].includes(added)) return;
      entry[place] = entry[place].filter((other) => other !== added);
      entry.settle();
    },
  };
}

// Modules that hold others, or parameters. What they hold stands in their own properties '0', '1', ..., so that it is found, named and printed as in any module.
import { ArgumentError, fail, IndexError, show } from '../core/errors.js';
import { isOptions } from '../ops/args.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { Parameter } from './parameter.js';

type Item = Module | Parameter;
const isItem = (value: unknown): value is Item => value instanceof Module || value instanceof Parameter;

/** An ordered list. Items have their places as keys, unless they were given names. */
abstract class List<T extends Item> extends Module {
  [index: number]: T;
  /** The class that its items must have. */
  protected abstract kind(): new (...args: never[]) => T;

  #entries(): [string, T][] {
    return Object.entries(this).filter((entry): entry is [string, T] => isItem(entry[1]));
  }
  #items(): T[] {
    return this.#entries().map(([, item]) => item);
  }
  #checked(op: string, item: unknown): T {
    const kind = this.kind();
    return item instanceof kind ? item : fail(ArgumentError, `${this.constructor.name}.${op}`, `a ${kind.name}`, show(item));
  }
  #place(op: string, index: number): number {
    const { length } = this;
    const i = index < 0 ? index + length : index;
    if (!Number.isInteger(index) || i < 0 || i >= length)
      fail(IndexError, `${this.constructor.name}.${op}`, `an index in [${-length}, ${length - 1}]`, `${show(index)}: index out of range`);
    return i;
  }

  get length(): number {
    return this.#items().length;
  }
  [Symbol.iterator](): Iterator<T> {
    return this.#items()[Symbol.iterator]();
  }
  /** The item at a place; negative ones count from the end. */
  at(index: number): T {
    return this.#items()[this.#place('at', index)];
  }
  append(item: T): this {
    (this as Record<string, unknown>)[String(this.length)] = this.#checked('append', item);
    return this;
  }
  extend(items: Iterable<T>): this {
    const checked = Array.from(items, (item) => this.#checked('extend', item));
    for (const item of checked) this.append(item);
    return this;
  }
  /** Puts an item before the one at `index`; those behind move up. */
  insert(index: number, item: T): this {
    const items = this.#items();
    const place = index === items.length ? index : this.#place('insert', index);
    return this.#replace(items.toSpliced(place, 0, this.#checked('insert', item)));
  }
  /** Takes an item out, the last one by default; those behind move down. */
  pop(index = -1): T {
    const items = this.#items();
    const place = this.#place('pop', index);
    this.#replace(items.toSpliced(place, 1));
    return items[place];
  }
  #replace(items: readonly T[]): this {
    for (const [name] of this.#entries()) delete (this as Record<string, unknown>)[name];
    for (const item of items) this.append(item);
    return this;
  }
}

/** Passes its input through its modules, one after the other. Takes modules, or one object of named ones. */
export class Sequential extends List<Module> {
  constructor(...modules: readonly Module[] | readonly [Record<string, Module>]) {
    super();
    const [named] = modules;
    if (isOptions(named)) for (const [name, module] of Object.entries(named)) this.addModule(name, module as Module);
    else this.extend(modules as readonly Module[]);
  }
  protected kind(): typeof Module {
    return Module;
  }
  override forward(x: Tensor): Tensor {
    for (const module of this) x = module.forward(x);
    return x;
  }
}

/** A list of modules that a forward can walk. */
export class ModuleList extends List<Module> {
  constructor(modules: Iterable<Module> = []) {
    super();
    this.extend(modules);
  }
  protected kind(): typeof Module {
    return Module;
  }
}

/** A list of parameters. */
export class ParameterList extends List<Parameter> {
  constructor(parameters: Iterable<Parameter> = []) {
    super();
    this.extend(parameters);
  }
  protected kind(): typeof Parameter {
    return Parameter;
  }
  override extraRepr(): string {
    return Array.from(this, (p, i) => `  (${i}): Parameter containing: [${p.dtype} of size ${p.shape.join('x')}]`).join('\n');
  }
}

/** Modules by name. */
export class ModuleDict extends Module {
  constructor(modules: Record<string, Module> | Iterable<readonly [string, Module]> = {}) {
    super();
    this.update(modules);
  }
  update(modules: Record<string, Module> | Iterable<readonly [string, Module]>): this {
    for (const [name, module] of Symbol.iterator in modules ? (modules as Iterable<readonly [string, Module]>) : Object.entries(modules))
      this.set(name, module);
    return this;
  }
  set(name: string, module: Module): this {
    this.addModule(name, module);
    return this;
  }
  get(name: string): Module | undefined {
    const held = Object.hasOwn(this, name) ? (this as unknown as Record<string, unknown>)[name] : undefined;
    return held instanceof Module ? held : undefined;
  }
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
  delete(name: string): boolean {
    return this.has(name) && delete (this as unknown as Record<string, unknown>)[name];
  }
  entries(): [string, Module][] {
    return Object.entries(this).filter((entry): entry is [string, Module] => entry[1] instanceof Module);
  }
  keys(): string[] {
    return this.entries().map(([name]) => name);
  }
  values(): Module[] {
    return this.entries().map(([, module]) => module);
  }
  get size(): number {
    return this.entries().length;
  }
  [Symbol.iterator](): Iterator<[string, Module]> {
    return this.entries()[Symbol.iterator]();
  }
}

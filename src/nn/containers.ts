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
  /** A list of the same kind with the items from `start` to before `end`; negative places count from the end. */
  slice(start?: number, end?: number): this {
    const part = new (this.constructor as new () => this)();
    for (const [i, [name, item]] of this.#entries().slice(start, end).entries()) part.addItem(this.nameInSlice(name, i), item);
    return part;
  }
  protected addItem(name: string, item: T): void {
    (this as Record<string, unknown>)[name] = item;
  }
  protected nameInSlice(_name: string, place: number): string {
    return String(place);
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
  /** As in PyTorch, a part's modules have the names that they have in the whole. */
  protected override nameInSlice(name: string): string {
    return name;
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
    return Array.from(this, (p, i) => `  (${i}): Parameter containing: [torch.${p.dtype} of size ${p.shape.join('x')}]`).join('\n');
  }
}

/** Items by name, as a Map has them. */
abstract class Dict<T extends Item> extends Module {
  protected abstract isItem(value: unknown): value is T;
  protected abstract place(name: string, item: T): void;

  update(items: Record<string, T> | Iterable<readonly [string, T]>): this {
    for (const [name, item] of Symbol.iterator in items ? (items as Iterable<readonly [string, T]>) : Object.entries(items)) this.set(name, item);
    return this;
  }
  set(name: string, item: T): this {
    this.place(name, item);
    return this;
  }
  get(name: string): T | undefined {
    const held = Object.hasOwn(this, name) ? (this as unknown as Record<string, unknown>)[name] : undefined;
    return this.isItem(held) ? held : undefined;
  }
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
  delete(name: string): boolean {
    return this.has(name) && delete (this as unknown as Record<string, unknown>)[name];
  }
  /** Takes an item out. */
  pop(name: string): T {
    const item = this.get(name) ?? fail(ArgumentError, `${this.constructor.name}.pop`, `a name among ${this.keys().join(', ') || '(none)'}`, show(name));
    this.delete(name);
    return item;
  }
  clear(): void {
    for (const name of this.keys()) this.delete(name);
  }
  entries(): [string, T][] {
    return Object.entries(this).filter((entry): entry is [string, T] => this.isItem(entry[1]));
  }
  keys(): string[] {
    return this.entries().map(([name]) => name);
  }
  values(): T[] {
    return this.entries().map(([, item]) => item);
  }
  get size(): number {
    return this.entries().length;
  }
  [Symbol.iterator](): Iterator<[string, T]> {
    return this.entries()[Symbol.iterator]();
  }
}

/** Modules by name. */
export class ModuleDict extends Dict<Module> {
  constructor(modules: Record<string, Module> | Iterable<readonly [string, Module]> = {}) {
    super();
    this.update(modules);
  }
  protected isItem(value: unknown): value is Module {
    return value instanceof Module;
  }
  protected place(name: string, module: Module): void {
    this.addModule(name, module);
  }
}

/** Parameters by name. */
export class ParameterDict extends Dict<Parameter> {
  constructor(parameters: Record<string, Parameter> | Iterable<readonly [string, Parameter]> = {}) {
    super();
    this.update(parameters);
  }
  protected isItem(value: unknown): value is Parameter {
    return value instanceof Parameter;
  }
  protected place(name: string, parameter: Parameter): void {
    this.registerParameter(name, parameter);
  }
  override extraRepr(): string {
    return this.entries()
      .map(([name, p]) => `  (${name}): Parameter containing: [torch.${torchType(p.dtype)} of size ${p.shape.join('x')}]`)
      .join('\n');
  }
}
/** PyTorch prints a dict's tensors by their old type names. */
const torchType = (dtype: string): string => (dtype === 'float64' ? 'DoubleTensor' : 'FloatTensor');

// Modules that hold others, or parameters. What they hold stands in their own properties '0', '1', ..., so that it is found, named and printed as in any module.
import { ArgumentError, fail, IndexError, show } from '../core/errors.js';
import { isOptions } from '../ops/args.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { Parameter } from './parameter.js';

type Item = Module | Parameter;
const isItem = (value: unknown): value is Item => value instanceof Module || value instanceof Parameter;

/**
 * An ordered list of modules or parameters. Items are named by their index, unless they were given
 * names.
 */
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

  /** The number of items. */
  get length(): number {
    return this.#items().length;
  }
  [Symbol.iterator](): Iterator<T> {
    return this.#items()[Symbol.iterator]();
  }
  /**
   * The item at an index.
   *
   * @param index - A negative one counts from the end.
   * @throws IndexError if there is no such item.
   */
  at(index: number): T {
    return this.#items()[this.#place('at', index)];
  }
  /**
   * Adds an item at the end.
   *
   * @param item - The item.
   * @returns This list.
   */
  append(item: T): this {
    (this as Record<string, unknown>)[String(this.length)] = this.#checked('append', item);
    return this;
  }
  /**
   * Adds items at the end.
   *
   * @param items - The items.
   * @returns This list.
   */
  extend(items: Iterable<T>): this {
    const checked = Array.from(items, (item) => this.#checked('extend', item));
    for (const item of checked) this.append(item);
    return this;
  }
  /**
   * A list of the same kind with a part of the items.
   *
   * @param start - The first index; a negative one counts from the end.
   * @param end - The index after the last; by default the length.
   */
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
  /**
   * Puts an item before the one at `index`.
   *
   * @param index - A negative one counts from the end.
   * @param item - The item.
   */
  insert(index: number, item: T): this {
    const items = this.#items();
    const place = index === items.length ? index : this.#place('insert', index);
    return this.#replace(items.toSpliced(place, 0, this.#checked('insert', item)));
  }
  /**
   * Takes an item out.
   *
   * @param index - A negative one counts from the end; the last item by default.
   * @returns The item.
   * @throws IndexError if there is no such item.
   */
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

/**
 * Passes its input through its modules, one after the other.
 *
 * @example
 * const net = new gt.nn.Sequential(new gt.nn.Linear(2, 3), new gt.nn.ReLU());
 * net.forward(gt.ones([1, 2])).shape; // [1, 3]
 * @see PyTorch `torch.nn.Sequential`
 */
export class Sequential extends List<Module> {
  /**
   * @param modules - Modules, or one object of modules by name.
   */
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

/**
 * A list of modules that a forward can iterate over.
 *
 * @example
 * new gt.nn.ModuleList([new gt.nn.ReLU(), new gt.nn.Tanh()]).length; // 2
 * @see PyTorch `torch.nn.ModuleList`
 */
export class ModuleList extends List<Module> {
  /**
   * @param modules - The modules.
   */
  constructor(modules: Iterable<Module> = []) {
    super();
    this.extend(modules);
  }
  protected kind(): typeof Module {
    return Module;
  }
}

/**
 * A list of parameters.
 *
 * @example
 * new gt.nn.ParameterList([new gt.nn.Parameter(gt.ones([2]))]).parameters().length; // 1
 * @see PyTorch `torch.nn.ParameterList`
 */
export class ParameterList extends List<Parameter> {
  /**
   * @param parameters - The parameters.
   */
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

/** Modules or parameters by name, as in a Map. */
abstract class Dict<T extends Item> extends Module {
  protected abstract isItem(value: unknown): value is T;
  protected abstract place(name: string, item: T): void;

  /**
   * Sets items.
   *
   * @param items - An object, or pairs.
   * @returns This dict.
   */
  update(items: Record<string, T> | Iterable<readonly [string, T]>): this {
    for (const [name, item] of Symbol.iterator in items ? (items as Iterable<readonly [string, T]>) : Object.entries(items)) this.set(name, item);
    return this;
  }
  /**
   * Sets an item.
   *
   * @param name - Its name.
   * @param item - The item.
   * @returns This dict.
   */
  set(name: string, item: T): this {
    this.place(name, item);
    return this;
  }
  /**
   * The item of a name, or undefined.
   *
   * @param name - The name.
   */
  get(name: string): T | undefined {
    const held = Object.hasOwn(this, name) ? (this as unknown as Record<string, unknown>)[name] : undefined;
    return this.isItem(held) ? held : undefined;
  }
  /**
   * Whether there is an item of this name.
   *
   * @param name - The name.
   */
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
  /**
   * Takes an item out.
   *
   * @param name - The name.
   * @returns Whether there was one.
   */
  delete(name: string): boolean {
    return this.has(name) && delete (this as unknown as Record<string, unknown>)[name];
  }
  /**
   * Takes an item out.
   *
   * @param name - The name.
   * @returns The item.
   * @throws ArgumentError if there is none.
   */
  pop(name: string): T {
    const item = this.get(name) ?? fail(ArgumentError, `${this.constructor.name}.pop`, `a name among ${this.keys().join(', ') || '(none)'}`, show(name));
    this.delete(name);
    return item;
  }
  /** Takes all items out. */
  clear(): void {
    for (const name of this.keys()) this.delete(name);
  }
  /** Pairs of name and item, in order. */
  entries(): [string, T][] {
    return Object.entries(this).filter((entry): entry is [string, T] => this.isItem(entry[1]));
  }
  /** The names, in order. */
  keys(): string[] {
    return this.entries().map(([name]) => name);
  }
  /** The items, in order. */
  values(): T[] {
    return this.entries().map(([, item]) => item);
  }
  /** The number of items. */
  get size(): number {
    return this.entries().length;
  }
  [Symbol.iterator](): Iterator<[string, T]> {
    return this.entries()[Symbol.iterator]();
  }
}

/**
 * Modules by name.
 *
 * @example
 * new gt.nn.ModuleDict({ relu: new gt.nn.ReLU() }).keys(); // ['relu']
 * @see PyTorch `torch.nn.ModuleDict`
 */
export class ModuleDict extends Dict<Module> {
  /**
   * @param modules - The modules: an object, or pairs.
   */
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

/**
 * Parameters by name.
 *
 * @example
 * new gt.nn.ParameterDict({ w: new gt.nn.Parameter(gt.ones([2])) }).keys(); // ['w']
 * @see PyTorch `torch.nn.ParameterDict`
 */
export class ParameterDict extends Dict<Parameter> {
  /**
   * @param parameters - The parameters: an object, or pairs.
   */
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

// What every layer and model is. Parameters and submodules are found by being properties, in the order they were assigned; buffers are properties that were registered.
import type { DType } from '../core/dtype.js';
import { ArgumentError, fail, GradtapeError, show } from '../core/errors.js';
import { type ArgsOf, asBoolean, readArgs } from '../ops/args.js';
import { clearGrad } from '../ops/optim.js';
import { dtypeOf } from '../tensor/defaults.js';
import { type HookHandle, Tensor } from '../tensor/tensor.js';
import type { BackwardHook } from './backwardHooks.js';
import { addHook, type ForwardHook, type ForwardPreHook } from './hooks.js';
import { adopt, hold, type Kind, membersByAssignment } from './members.js';
import { Parameter } from './parameter.js';
import { convert, type LoadResult, loadStateDict, type StateDict, saveStateDict } from './state.js';

/** Options of `namedModules`. */
export interface NamedModulesOptions {
  /** What the names begin with; '' by default. */
  prefix?: string;
  /** Whether a module that is there twice comes once; true by default. */
  removeDuplicate?: boolean;
}
/** Options of `namedParameters` and `namedBuffers`. */
export interface NamedOptions {
  /** What the names begin with; '' by default. */
  prefix?: string;
  /** Whether submodules count too; true by default. */
  recurse?: boolean;
}
type NamedArgs = ArgsOf<NamedOptions, ['prefix', 'recurse']>;
type RecurseArgs = [recurse?: boolean | { recurse?: boolean }];
/** Options of a module's `stateDict`. */
export interface StateDictOptions {
  /** What the names begin with; '' by default. */
  prefix?: string;
  /** Whether the tensors keep their history; false by default. */
  keepVars?: boolean;
}

const joined = (above: string, name: string): string => (above === '' ? name : `${above}.${name}`);
const indent = (text: string): string => text.replaceAll('\n', '\n  ');

/**
 * What every layer and model is. A subclass writes `forward`. Parameters and submodules are the
 * properties that hold one, in the order they were assigned; buffers are registered.
 *
 * @example
 * class Net extends gt.nn.Module {
 *   hidden = new gt.nn.Linear(2, 8);
 *   out = new gt.nn.Linear(8, 1);
 *   override forward(x: gt.Tensor) {
 *     return this.out.forward(this.hidden.forward(x).tanh());
 *   }
 * }
 * const net = new Net();
 * net.forward(gt.ones([4, 2])).shape; // [4, 1]
 * Object.keys(net.stateDict()); // ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
 * @see PyTorch `torch.nn.Module`
 */
export class Module {
  /** Whether dropout and the like behave as in training; see `train` and `eval`. */
  training = true;
  /** Names of the buffers, and whether the state dict has them. */
  #buffers: Map<string, boolean> | null = null;

  /**
   * Computes the output. Every module overrides it; calling it runs the registered hooks too.
   *
   * @param _inputs - Mostly tensors.
   * @returns The output.
   * @throws GradtapeError unless overridden.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each module types its own inputs and output.
  forward(..._inputs: any[]): any {
    throw new GradtapeError(`Module [${this.constructor.name}] is missing the required "forward" function`);
  }

  // What the module is made of ----------------------------------------------------------------------------------------------------------------------------

  /**
   * This module's own parameters and buffers, not those of its submodules.
   *
   * @param kind - Which of them; 'persistent' leaves out buffers that are not in the state dict.
   * @internal
   */
  *ownTensors(kind: 'parameters' | 'buffers' | 'persistent'): Generator<[name: string, tensor: Tensor]> {
    if (kind !== 'buffers') {
      for (const [name, value] of Object.entries(this)) {
        if (!(value instanceof Parameter) || this.#buffers?.has(name)) continue;
        adopt(this, name, 'parameter', value);
        yield [name, value];
      }
    }
    if (kind === 'parameters') return;
    for (const [name, persistent] of this.#buffers ?? []) {
      const value = (this as Record<string, unknown>)[name];
      if (value instanceof Tensor && (persistent || kind === 'buffers')) yield [name, value];
    }
  }

  /** The direct submodules with their names. One that is there twice comes once. */
  namedChildren(): [name: string, module: Module][] {
    const seen = new Set<unknown>();
    return Object.entries(this).filter(
      (entry): entry is [string, Module] => entry[1] instanceof Module && !seen.has(entry[1]) && seen.add(entry[1]) !== undefined,
    );
  }
  /** The direct submodules. One that is there twice comes once. */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module);
  }

  /**
   * This module (under the name `prefix`) and all below it, parents before children.
   *
   * @param options - `prefix`, `removeDuplicate`.
   * @returns Pairs of name and module.
   */
  namedModules(options: NamedModulesOptions = {}): [name: string, module: Module][] {
    const { prefix = '', removeDuplicate = true } = readArgs<NamedModulesOptions>('namedModules', [options], [], ['prefix', 'removeDuplicate']);
    const found: [string, Module][] = [];
    const visit = (name: string, module: Module, known: Set<Module>): void => {
      if (known.has(module)) return;
      // Without duplicates nothing is visited twice; with them only what would never end is not.
      const seen = removeDuplicate ? known : new Set(known);
      seen.add(module);
      found.push([name, module]);
      for (const [child, below] of Object.entries(module)) {
        if (!(below instanceof Module)) continue;
        adopt(module, child, 'module', below);
        visit(joined(name, child), below, seen);
      }
    };
    visit(prefix, this, new Set());
    return found;
  }
  /** This module and all below it, parents before children. One that is there twice comes once. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /**
   * Every parameter with its name. One that is shared comes once.
   *
   * @param args - `prefix`, `recurse`; positional or by name.
   * @returns Pairs of name and parameter.
   */
  namedParameters(...args: NamedArgs): [name: string, parameter: Parameter][] {
    return this.#named('namedParameters', 'parameters', args) as [string, Parameter][];
  }
  /**
   * Every parameter. One that is shared comes once.
   *
   * @param args - `recurse`: whether submodules count too; true by default.
   */
  parameters(...args: RecurseArgs): Parameter[] {
    return this.#all('parameters', args) as Parameter[];
  }
  /**
   * Every buffer with its name. One that is shared comes once.
   *
   * @param args - `prefix`, `recurse`; positional or by name.
   * @returns Pairs of name and buffer.
   */
  namedBuffers(...args: NamedArgs): [name: string, buffer: Tensor][] {
    return this.#named('namedBuffers', 'buffers', args);
  }
  /**
   * Every buffer. One that is shared comes once.
   *
   * @param args - `recurse`: whether submodules count too; true by default.
   */
  buffers(...args: RecurseArgs): Tensor[] {
    return this.#all('buffers', args);
  }
  /**
   * The module at a path.
   *
   * @param target - A path such as 'layers.0.self_attn'; '' is this module.
   * @throws ArgumentError if there is none.
   */
  getSubmodule(target: string): Module {
    let module: Module = this;
    for (const name of target === '' ? [] : target.split('.')) {
      const child = Object.hasOwn(module, name) ? (module as unknown as Record<string, unknown>)[name] : undefined;
      module =
        child instanceof Module
          ? child
          : fail(ArgumentError, 'getSubmodule', 'a path of submodules', `${show(target)}: ${module.constructor.name} has no module ${show(name)}`);
    }
    return module;
  }
  /**
   * The parameter at a path.
   *
   * @param target - A path such as 'layers.0.weight'.
   * @throws ArgumentError if there is none.
   */
  getParameter(target: string): Parameter {
    return this.#at('getParameter', target, 'parameters') as Parameter;
  }
  /**
   * The buffer at a path.
   *
   * @param target - A path such as 'norm.running_mean'.
   * @throws ArgumentError if there is none.
   */
  getBuffer(target: string): Tensor {
    return this.#at('getBuffer', target, 'buffers');
  }
  #at(op: string, target: string, kind: 'parameters' | 'buffers'): Tensor {
    const dot = target.lastIndexOf('.');
    const module = this.getSubmodule(target.slice(0, Math.max(dot, 0)));
    const name = target.slice(dot + 1);
    for (const [own, tensor] of module.ownTensors(kind)) if (own === name) return tensor;
    return fail(ArgumentError, op, `the name of one of the ${kind}`, `${show(target)}: ${module.constructor.name} has none of that name`);
  }
  #all(kind: 'parameters' | 'buffers', args: RecurseArgs): Tensor[] {
    const { recurse } = readArgs<NamedOptions>(kind, args, ['recurse']);
    return this.#named(kind, kind, [{ recurse }]).map(([, tensor]) => tensor);
  }
  #named(op: string, kind: 'parameters' | 'buffers', args: NamedArgs): [string, Tensor][] {
    const { prefix = '', recurse = true } = readArgs<NamedOptions>(op, args, ['prefix', 'recurse']);
    if (typeof prefix !== 'string') fail(ArgumentError, op, 'prefix to be a string', show(prefix));
    const modules: [string, Module][] = asBoolean(op, 'recurse', recurse) ? this.namedModules({ prefix }) : [[prefix, this]];
    const seen = new Set<Tensor>();
    const found: [string, Tensor][] = [];
    for (const [above, module] of modules) {
      for (const [name, tensor] of module.ownTensors(kind)) {
        if (seen.has(tensor)) continue;
        seen.add(tensor);
        found.push([joined(above, name), tensor]);
      }
    }
    return found;
  }

  // Registering ---------------------------------------------------------------------------------------------------------------------------------------------

  /**
   * Makes a tensor that is no parameter part of the module's state, as the property `name`.
   *
   * @param name - The property; without dots.
   * @param tensor - The tensor; null registers the name alone.
   * @param args - `persistent`: whether the state dict has it; true by default.
   * @throws ArgumentError if the name is taken or has a dot.
   */
  registerBuffer(name: string, tensor: Tensor | null, ...args: [persistent?: boolean | { persistent?: boolean }]): void {
    const { persistent = true } = readArgs<{ persistent: boolean }>('registerBuffer', args, ['persistent']);
    if (tensor !== null && !(tensor instanceof Tensor)) fail(ArgumentError, 'registerBuffer', 'a tensor or null', show(tensor));
    if (!this.#buffers?.has(name)) this.#place('registerBuffer', name, 'buffer', tensor);
    else hold(this, name, 'buffer', tensor);
    this.#buffers ??= new Map();
    this.#buffers.set(name, asBoolean('registerBuffer', 'persistent', persistent));
  }
  /**
   * The same as assigning the property, for names that are computed.
   *
   * @param name - The property.
   * @param parameter - The parameter, or null.
   */
  registerParameter(name: string, parameter: Parameter | null): void {
    if (parameter !== null && !(parameter instanceof Parameter)) fail(ArgumentError, 'registerParameter', 'a Parameter or null', show(parameter));
    this.#place('registerParameter', name, 'parameter', parameter);
  }
  /**
   * The same as assigning the property, for names that are computed.
   *
   * @param name - The property.
   * @param module - The module, or null.
   */
  addModule(name: string, module: Module | null): void {
    if (module !== null && !(module instanceof Module)) fail(ArgumentError, 'addModule', 'a Module or null', show(module));
    this.#place('addModule', name, 'module', module);
  }
  /**
   * `addModule` by its other name.
   *
   * @param name - The property.
   * @param module - The module, or null.
   */
  registerModule(name: string, module: Module | null): void {
    this.addModule(name, module);
  }
  #place(op: string, name: string, kind: Kind, value: unknown): void {
    if (typeof name !== 'string' || name === '' || name.includes('.')) fail(ArgumentError, op, 'a name that is not empty and has no dot', show(name));
    const held = (this as Record<string, unknown>)[name];
    // A class field that is only declared is undefined.
    const replaces = held === null || held === undefined || held instanceof Parameter || held instanceof Module;
    if (name in this && !(replaces && Object.hasOwn(this, name))) fail(ArgumentError, op, 'a new name', `${show(name)}: attribute '${name}' already exists`);
    hold(this, name, kind, value);
  }

  /**
   * Runs `hook` after every forward of this module.
   *
   * @param hook - Gets inputs and output; may return another output.
   * @returns A handle whose `remove()` takes the hook off.
   */
  registerForwardHook(hook: ForwardHook): HookHandle {
    return addHook(this, 'after', hook);
  }
  /**
   * Runs `hook` before every forward of this module.
   *
   * @param hook - Gets the inputs; may return others.
   * @returns A handle whose `remove()` takes the hook off.
   */
  registerForwardPreHook(hook: ForwardPreHook): HookHandle {
    return addHook(this, 'before', hook);
  }

  /**
   * Runs `hook` in backward once the gradients of this module's inputs are known.
   *
   * @param hook - Gets the gradients of inputs and outputs; may return others for the inputs.
   * @returns A handle whose `remove()` takes the hook off.
   */
  registerFullBackwardHook(hook: BackwardHook): HookHandle {
    return addHook(this, 'backward', hook);
  }

  // State ---------------------------------------------------------------------------------------------------------------------------------------------------

  /**
   * Every parameter and persistent buffer by name. They share memory with the module.
   *
   * @param options - `prefix`, `keepVars`.
   */
  stateDict(options: StateDictOptions = {}): StateDict {
    const { prefix = '', keepVars = false } = readArgs<StateDictOptions>('stateDict', [options], [], ['prefix', 'keepVars']);
    return saveStateDict(this, prefix, asBoolean('stateDict', 'keepVars', keepVars));
  }
  /**
   * Copies parameters and buffers from a state dict, into the tensors that are there.
   *
   * @param state - Tensors by name: an object or a map.
   * @param args - `strict` (true): whether a missing or unexpected name is an error.
   * @returns The names that did not match.
   * @throws FormatError that lists all that does not fit; nothing has changed then.
   */
  loadStateDict(state: StateDict | ReadonlyMap<string, Tensor>, ...args: [strict?: boolean | { strict?: boolean }]): LoadResult {
    const { strict = true } = readArgs<{ strict: boolean }>('loadStateDict', args, ['strict']);
    return loadStateDict(this, state, asBoolean('loadStateDict', 'strict', strict));
  }

  /**
   * Switches this module and all below it to training or evaluation.
   *
   * @param mode - True for training.
   * @returns This module.
   */
  train(mode = true): this {
    asBoolean('train', 'mode', mode);
    for (const module of this.modules()) module.training = mode;
    return this;
  }
  /**
   * Switches to evaluation: dropout passes its input, and so on.
   *
   * @returns This module.
   */
  eval(): this {
    return this.train(false);
  }
  /**
   * Sets whether the parameters require gradients.
   *
   * @param requiresGrad - True by default.
   * @returns This module.
   */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad);
    return this;
  }
  /**
   * Fills all gradients with 0, or drops them.
   *
   * @param args - `setToNone`: drop them; false by default.
   */
  zeroGrad(...args: [setToNone?: boolean | { setToNone?: boolean }]): void {
    const { setToNone = false } = readArgs<{ setToNone: boolean }>('zeroGrad', args, ['setToNone']);
    for (const parameter of this.parameters()) clearGrad(parameter, setToNone);
  }
  /**
   * Converts parameters and floating point buffers in place: optimizers keep their references.
   *
   * @param dtype - A floating point dtype, or a tensor of it.
   * @returns This module.
   */
  to(dtype: DType | Tensor | { dtype: DType }): this {
    const wanted = dtype instanceof Tensor ? dtype.dtype : readArgs<{ dtype: DType }>('to', [dtype], ['dtype']).dtype;
    convert(this, dtypeOf('to', wanted));
    return this;
  }
  /**
   * `to` by its other name.
   *
   * @param dtype - A floating point dtype.
   * @returns This module.
   */
  type(dtype: DType): this {
    return this.to(dtype);
  }
  /**
   * Converts to float64; see `to`.
   *
   * @returns This module.
   */
  double(): this {
    return this.to('float64');
  }
  /**
   * Converts to float32; see `to`.
   *
   * @returns This module.
   */
  float(): this {
    return this.to('float32');
  }
  /**
   * Calls `fn` with every module, children before their parents: for initialising.
   *
   * @param fn - Gets a module.
   * @returns This module.
   */
  apply(fn: (module: Module) => void): this {
    if (typeof fn !== 'function') fail(ArgumentError, 'apply', 'a function of a module', show(fn));
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  // Text ------------------------------------------------------------------------------------------------------------------------------------------------------

  /** What stands between the brackets when the module is printed. */
  extraRepr(): string {
    return '';
  }
  /** As PyTorch prints it. */
  toString(): string {
    const extra = this.extraRepr();
    const children = Object.entries(this)
      .filter((entry) => entry[1] instanceof Module)
      .map(([name, module]) => `(${name}): ${indent(`${module}`)}`);
    const lines = [...(extra === '' ? [] : extra.split('\n')), ...children];
    const single = lines.length === 0 || (lines.length === 1 && children.length === 0);
    return `${this.constructor.name}(${single ? extra : `\n  ${lines.join('\n  ')}\n`})`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

Object.setPrototypeOf(Module.prototype, membersByAssignment);

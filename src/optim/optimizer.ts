// What optimizers share: parameter groups with their options, state by parameter, the loop of a step, and state dicts in PyTorch's layout.

import { ArgumentError, DTypeError, FormatError, fail, GradientError, ShapeError, show } from '../core/errors.js';
import { sameShape, showShape } from '../core/shape.js';
import { python } from '../nn/repr.js';
import { isOptions, readArgs } from '../ops/args.js';
import { clone, to } from '../ops/index.js';
import { clearGrad } from '../ops/optim.js';
import { gradientOf } from '../tensor/inner.js';
import { enableGrad, noGrad } from '../tensor/node.js';
import { Tensor } from '../tensor/tensor.js';
import { renamed, toCamel, toSnake } from './names.js';

const scheduled = ['initialLr', 'maxLr', 'minLr', 'maxMomentum', 'baseMomentum'] as const;
/** What schedulers keep in a group: the learning rate that they started from, and the ends of their ranges. */
type Scheduled = { [K in (typeof scheduled)[number]]?: number };

/** A parameter group: its parameters and every option, which may be changed between steps. */
export type ParamGroup<O> = Required<O> & {
  params: Tensor[];
} & Scheduled;
/** A parameter group as it is given: options that it leaves out are the optimizer's. */
export type GroupArg<O> = O & Scheduled & { params: Tensor | Iterable<Tensor> };
/** What an optimizer takes: parameters, or groups of them with options. */
export type Params<O> = Iterable<Tensor> | Iterable<GroupArg<O>>;

/** What an optimizer's stateDict() gives, in PyTorch's layout and names. */
export interface OptimizerState {
  /** State by the parameter's index among all groups' parameters. */
  state: Record<string, Record<string, unknown>>;
  /** Options of each group, with the indices of its parameters. */
  param_groups: (Record<string, unknown> & { params: number[] })[];
}

/** An option's requirement, and PyTorch's name for it. */
export type Check = readonly [requirement: string, holds: boolean, value: unknown, label: string];

const isFiniteNumber = (value: unknown): boolean => Number.isFinite(value);
const flags: readonly string[] = ['nesterov', 'amsgrad', 'centered', 'maximize'];
const pairs: readonly string[] = ['betas', 'etas', 'stepSizes'];
/** What an option must be, by its name. Numbers are finite, or weights would be lost. */
function kindOf(name: string): readonly [requirement: string, fits: (value: unknown) => boolean] {
  // Checked by LBFGS itself.
  if (name === 'lineSearchFn') return ['a name', () => true];
  if (flags.includes(name)) return ['true or false', (value) => typeof value === 'boolean'];
  if (pairs.includes(name)) return ['two finite numbers', (value) => Array.isArray(value) && value.length === 2 && Array.from(value).every(isFiniteNumber)];
  return ['a finite number', isFiniteNumber];
}

/**
 * What optimizers share: parameter groups, state by parameter, and state dicts. To write your own,
 * extend it with `step` and `checks`.
 *
 * @example
 * const w = gt.tensor([1], { requiresGrad: true });
 * const optimizer: gt.optim.Optimizer = new gt.optim.SGD([w], { lr: 0.1 });
 * optimizer.paramGroups[0].lr; // 0.1
 * @see PyTorch `torch.optim.Optimizer`
 */
export abstract class Optimizer<O extends { lr?: number } = { lr?: number }, S extends object = object> {
  /** The groups, in the order they were added. */
  readonly paramGroups: ParamGroup<O>[] = [];
  /** What the rule remembers, by parameter. */
  readonly state = new Map<Tensor, S>();
  /** How many steps were taken; schedulers warn by it. */
  stepCount = 0;

  /**
   * | @param params - Parameters, or groups `{ params, ...options }`.
   *
   * @param defaults - Every option; one that is undefined must be given by each group.
   * @throws ArgumentError if `params` is empty or an option is out of range.
   * @throws GradientError if a parameter is no leaf.
   */
  constructor(
    params: Params<O>,
    readonly defaults: O,
  ) {
    if (params instanceof Tensor || typeof (params as Iterable<unknown> | undefined)?.[Symbol.iterator] !== 'function') {
      fail(ArgumentError, this.#name, 'params to be an iterable of tensors or of groups', show(params));
    }
    this.#checkKinds(defaults, true);
    const given = [...(params as Iterable<Tensor | GroupArg<O>>)];
    if (given.length === 0) fail(ArgumentError, this.#name, 'parameters', 'none: optimizer got an empty parameter list');
    const groups = isOptions(given[0]) ? given : [{ params: given }];
    for (const group of groups) this.addParamGroup(group as GroupArg<O>);
  }

  get #name(): string {
    return this.constructor.name;
  }

  /** What a group's options must fulfil. */
  protected abstract checks(options: Required<O>): readonly Check[];
  /** State entries, by PyTorch's names, that are 0-d tensors there and numbers here. */
  protected get counters(): readonly string[] {
    return ['step'];
  }

  /** Refuses options of a wrong kind. Strings, as command lines give, compare like the numbers that they are not. */
  #checkKinds(options: object, lenient = false): void {
    const given = options as Record<string, unknown>;
    for (const name of [...Object.keys(this.defaults), ...scheduled]) {
      const [requirement, fits] = kindOf(name);
      // What is no number is told by PyTorch's own checks, where it has one.
      if (given[name] === undefined || (lenient && Number.isNaN(given[name]) && !pairs.includes(name))) continue;
      if (!fits(given[name])) fail(ArgumentError, this.#name, `${name} to be ${requirement}`, show(given[name]));
    }
  }
  #check(options: Required<O>): void {
    this.#checkKinds(options, true);
    for (const [requirement, holds, value, label] of this.checks(options))
      if (!holds) fail(ArgumentError, this.#name, requirement, `${show(value)}: ${label}: ${show(value)}`);
    this.#checkKinds(options);
  }

  /**
   * Adds parameters with options of their own.
   *
   * @param group - `{ params, ...options }`.
   * @throws ArgumentError if a parameter is already there, or an option is unknown or out of range.
   */
  addParamGroup(group: GroupArg<O>): void {
    if (!isOptions(group)) fail(ArgumentError, this.#name, 'a group: an object with params', show(group));
    const names = Object.keys(this.defaults);
    const { params: given, ...options } = group;
    readArgs(this.#name, [options], [], [...names, ...scheduled] as never[]);
    if (given === undefined) fail(ArgumentError, this.#name, 'a group with params', `one with ${Object.keys(group).join(', ') || 'nothing'}`);
    if (!(given instanceof Tensor) && typeof (given as Iterable<unknown> | null)?.[Symbol.iterator] !== 'function')
      fail(ArgumentError, this.#name, 'params of a group to be a tensor or an iterable of tensors', show(given));
    const params = given instanceof Tensor ? [given] : [...given];
    const known = new Set(this.paramGroups.flatMap((other) => other.params));
    for (const p of params) {
      if (!(p instanceof Tensor)) fail(ArgumentError, this.#name, 'parameters that are tensors', `${show(p)}: optimizer can only optimize Tensors`);
      if (!p.isFloatingPoint()) fail(DTypeError, this.#name, 'floating point parameters', p.dtype);
      if (!p.isLeaf) throw new GradientError(`${this.#name}: expected leaves, got a tensor made by ${p.gradFn?.name}: can't optimize a non-leaf Tensor`);
      if (known.has(p))
        fail(ArgumentError, this.#name, 'every parameter once', 'one that is there twice: some parameters appear in more than one parameter group');
      known.add(p);
    }
    const given_ = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const full = { params, ...this.defaults, ...given_ } as unknown as ParamGroup<O>;
    for (const name of names) {
      if ((full as Record<string, unknown>)[name] === undefined) {
        fail(ArgumentError, this.#name, `${name} for every group`, `none: parameter group didn't specify a value of required optimization parameter ${name}`);
      }
    }
    this.#check(full);
    this.paramGroups.push(full);
  }

  /**
   * Updates the parameters by their gradients; one without a gradient stays.
   *
   * @param closure - Computes the loss and its gradients first, where given.
   * @returns What the closure returns.
   */
  abstract step<T = undefined>(closure?: () => T): T | undefined;

  /**
   * Fills the gradients with 0, or drops them.
   *
   * @param args - `setToNone`: drop them, which is faster; false by default.
   */
  zeroGrad(...args: [setToNone?: boolean | { setToNone?: boolean }]): void {
    const { setToNone = false } = readArgs<{ setToNone: boolean }>('zeroGrad', args, ['setToNone']);
    for (const group of this.paramGroups) for (const param of group.params) clearGrad(param, setToNone);
  }

  // State dicts ---------------------------------------------------------------------------------------------------------------------------------------------

  /**
   * State and options in PyTorch's layout and names. Tensors are the optimizer's own, not copies.
   *
   * @returns A plain object, for `gt.save`.
   */
  stateDict(): OptimizerState {
    const places = new Map(this.paramGroups.flatMap((group) => group.params).map((p, i) => [p, i]));
    return {
      state: Object.fromEntries([...this.state].map(([p, state]) => [places.get(p), renamed(state, toSnake)])),
      param_groups: this.paramGroups.map(({ params, ...options }) => ({ ...renamed(options, toSnake), params: params.map((p) => places.get(p) as number) })),
    };
  }

  /**
   * Takes a copy of what stateDict(), or PyTorch's state_dict(), gave. Unknown options are left
   * out.
   *
   * @param dict - The state dict.
   * @throws FormatError or ShapeError if it does not fit; nothing has changed then.
   */
  loadStateDict(dict: OptimizerState): void {
    const op = 'loadStateDict';
    if (!Array.isArray(dict?.param_groups) || !isOptions(dict.state)) fail(FormatError, op, 'an object with state and param_groups', show(dict));
    const saved = dict.param_groups;
    if (saved.length !== this.paramGroups.length) {
      fail(FormatError, op, `${this.paramGroups.length} parameter groups`, `${saved.length}: loaded state dict has a different number of parameter groups`);
    }
    const byIndex = new Map<string, Tensor>();
    const groups = this.paramGroups.map((group, g) => {
      const { params, ...options } = saved[g];
      if (params?.length !== group.params.length) {
        fail(
          FormatError,
          op,
          `${group.params.length} parameters in group ${g}`,
          `${params?.length}: loaded state dict contains a parameter group that doesn't match the size of optimizer's group`,
        );
      }
      for (const [i, p] of group.params.entries()) byIndex.set(String(params[i]), p);
      const known = Object.entries(renamed(options, toCamel)).filter(([name]) => (scheduled as readonly string[]).includes(name) || name in this.defaults);
      const merged = { ...group, ...Object.fromEntries(known) };
      this.#check(merged);
      return merged;
    });
    const states = new Map<Tensor, S>();
    for (const [index, state] of Object.entries(dict.state)) {
      const p = byIndex.get(index);
      if (p === undefined) continue;
      if (!isOptions(state)) fail(FormatError, op, `state ${index} to be an object`, show(state));
      const values = Object.entries(state).map(([name, value]) => [toCamel(name), this.restored(`${index}.${name}`, value, p)]);
      states.set(p, Object.fromEntries(values) as S);
    }
    for (const [g, merged] of groups.entries()) Object.assign(this.paramGroups[g], merged);
    this.state.clear();
    for (const [p, state] of states) this.state.set(p, state);
  }

  /** A copy of a saved value for the state of `p`: a tensor in its dtype, a counter as a number. */
  protected restored(name: string, value: unknown, p: Tensor): unknown {
    if (this.counters.includes(name.slice(name.indexOf('.') + 1)) && typeof value !== 'number' && !(value instanceof Tensor && value.count === 1))
      fail(FormatError, 'loadStateDict', `state ${name} to be a number`, show(value));
    if (!(value instanceof Tensor)) return value;
    if (this.counters.includes(name.slice(name.indexOf('.') + 1))) return Number(value.item());
    if (!sameShape(value.shape, p.shape))
      fail(ShapeError, 'loadStateDict', `state ${name} of the parameter's shape ${showShape(p.shape)}`, showShape(value.shape));
    return noGrad(() => clone(to(value, p.dtype)).contiguous());
  }

  /** The options of each group, as PyTorch prints them. */
  toString(): string {
    const group = ({ params: _, ...options }: ParamGroup<O>, g: number): string =>
      [
        `Parameter Group ${g}`,
        ...Object.entries(renamed(options, toSnake))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => `    ${name}: ${python(value)}`),
      ].join('\n');
    return `${this.#name} (\n${this.paramGroups.map(group).join('\n')}\n)`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** An optimizer whose rule updates one parameter after another. */
export abstract class StepOptimizer<O extends { lr?: number }, S extends object> extends Optimizer<O, S> {
  /** One parameter's update; unrecorded. `state` is the parameter's own, empty at first. */
  protected abstract update(param: Tensor, grad: Tensor, group: ParamGroup<O>, state: Partial<S>): void;

  override step<T = undefined>(closure?: () => T): T | undefined {
    const loss = closure === undefined ? undefined : enableGrad(closure);
    noGrad(() => {
      for (const group of this.paramGroups) {
        for (const param of group.params) {
          const grad = gradientOf(param);
          if (grad === null) continue;
          let state = this.state.get(param) as Partial<S> | undefined;
          if (state === undefined) {
            state = {};
            this.state.set(param, state as S);
          }
          this.update(param, grad, group, state);
        }
      }
    });
    this.stepCount++;
    return loss;
  }
}

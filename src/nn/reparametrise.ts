// Weights that are computed from other parameters before every forward: weight norm and spectral norm.
import { ArgumentError, fail, show } from '../core/errors.js';
import { checkDim } from '../core/shape.js';
import { type ArgsOf, readArgs } from '../ops/args.js';
import { empty } from '../ops/create.js';
import { normalize } from '../ops/families.js';
import { clone, detach, div, dot, mul, mv, permute, reshape, sqrt, sum, t } from '../ops/index.js';
import { noGrad } from '../tensor/node.js';
import type { HookHandle, Tensor } from '../tensor/tensor.js';
import { normal_ } from './init.js';
import type { Module } from './module.js';
import { Parameter } from './parameter.js';

interface Computed {
  readonly handle: HookHandle;
  readonly weight: () => Tensor;
  /** The parameters and buffers it is computed from. */
  readonly sources: readonly string[];
}
type Kind = 'weightNorm' | 'spectralNorm';
const computed: Record<Kind, WeakMap<Module, Map<string, Computed>>> = { weightNorm: new WeakMap(), spectralNorm: new WeakMap() };
type Properties = Record<string, unknown>;
const own = (module: Module): Properties => module as unknown as Properties;

/** Takes the parameter out of the module. */
function take(op: Kind, module: Module, name: string): Parameter {
  const weight = own(module)[name];
  if (computed[op].get(module)?.has(name))
    fail(ArgumentError, op, `one ${op} for ${show(name)}`, `a second: Cannot register two hooks on the same parameter ${name}`);
  if (!(weight instanceof Parameter)) fail(ArgumentError, op, 'the name of a parameter', show(name));
  delete own(module)[name];
  return weight;
}
/** Computes the weight now and before every forward. */
function install(op: Kind, module: Module, name: string, weight: () => Tensor, sources: readonly string[]): void {
  const set = (): void => {
    own(module)[name] = weight();
  };
  const handle = module.registerForwardPreHook(set);
  const all = computed[op].get(module) ?? new Map<string, Computed>();
  computed[op].set(module, all.set(name, { handle, weight, sources }));
}
/** Makes the weight a parameter again. */
function remove<M extends Module>(op: Kind, module: M, name: string): M {
  const all = computed[op].get(module);
  const entry = all?.get(name) ?? fail(ArgumentError, `remove${op[0].toUpperCase()}${op.slice(1)}`, `a module with ${op} of ${show(name)}`, show(module));
  const weight = noGrad(() => clone(entry.weight()));
  entry.handle.remove();
  all!.delete(name);
  for (const source of entry.sources) delete own(module)[source];
  delete own(module)[name];
  module.registerParameter(name, new Parameter(weight));
  return module;
}

/** Options of `weightNorm`. */
export interface WeightNormOptions {
  /** The parameter; 'weight' by default. */
  name?: string;
  /** The dim whose slices have a norm each; 0 by default, null for one norm of all. */
  dim?: number | null;
}
/**
 * Reparametrises w = g v / |v|: norm and direction are the parameters `<name>_g` and `<name>_v`.
 *
 * @param module - The module.
 * @param args - `name` ('weight'), `dim` (0); positional or by name.
 * @returns The module.
 * @throws ArgumentError if it has no such parameter.
 * @example
 * const layer = gt.nn.utils.weightNorm(new gt.nn.Linear(3, 2));
 * Object.keys(layer.stateDict()); // ['bias', 'weight_g', 'weight_v']
 * @see Salimans and Kingma, 2016; PyTorch `torch.nn.utils.weight_norm`
 */
export function weightNorm<M extends Module>(module: M, ...args: ArgsOf<WeightNormOptions, ['name', 'dim']>): M {
  const { name = 'weight', dim = 0 } = readArgs<WeightNormOptions>('weightNorm', args, ['name', 'dim']);
  const weight = take('weightNorm', module, name);
  const kept = dim === null || dim === -1 ? null : checkDim('weightNorm', dim, weight.ndim);
  const lengths = (v: Tensor): Tensor => {
    const squares = mul(v, v);
    if (kept === null) return sqrt(sum(squares));
    const others = [...v.shape.keys()].filter((d) => d !== kept);
    return sqrt(others.length === 0 ? squares : sum(squares, { dim: others, keepdim: true }));
  };
  const [g, v] = [`${name}_g`, `${name}_v`];
  module.registerParameter(g, new Parameter(noGrad(() => lengths(weight))));
  module.registerParameter(v, new Parameter(detach(weight)));
  const current = (part: string): Tensor => own(module)[part] as Tensor;
  const compute = (): Tensor => mul(current(v), div(current(g), lengths(current(v))));
  install('weightNorm', module, name, compute, [g, v]);
  own(module)[name] = compute();
  return module;
}
/**
 * Takes `weightNorm` off: the weight is a parameter again, with its value now.
 *
 * @param module - The module.
 * @param name - The parameter.
 * @returns The module.
 * @throws ArgumentError if it has no such reparametrisation.
 * @example
 * const layer = gt.nn.utils.weightNorm(new gt.nn.Linear(3, 2));
 * gt.nn.utils.removeWeightNorm(layer).parameters().length; // 2
 * @see PyTorch `torch.nn.utils.remove_weight_norm`
 */
export const removeWeightNorm = <M extends Module>(module: M, name = 'weight'): M => remove('weightNorm', module, name);

/** Options of `spectralNorm`. */
export interface SpectralNormOptions {
  /** The parameter; 'weight' by default. */
  name?: string;
  /** Power iterations in each forward in training; 1 by default. */
  nPowerIterations?: number;
  /** Added to norms; 1e-12 by default. */
  eps?: number;
  /** The dim of the outputs; by default 0, for transposed convolutions 1. */
  dim?: number | null;
}
/**
 * Reparametrises w = w_orig / σ, σ its largest singular value by power iteration. The parameter is
 * `<name>_orig`, the buffers are `<name>_u` and `<name>_v`.
 *
 * @param module - The module.
 * @param args - `name` ('weight'), `nPowerIterations` (1), `eps` (1e-12), `dim`; positional or by
 * name.
 * @returns The module.
 * @throws ArgumentError if it has no such parameter, or an option is out of range.
 * @example
 * const layer = gt.nn.utils.spectralNorm(new gt.nn.Linear(3, 2));
 * Object.keys(layer.stateDict()).sort(); // ['bias', 'weight_orig', 'weight_u', 'weight_v']
 * @see Miyato et al., 2018; PyTorch `torch.nn.utils.spectral_norm`
 */
export function spectralNorm<M extends Module>(module: M, ...args: ArgsOf<SpectralNormOptions, ['name', 'nPowerIterations', 'eps', 'dim']>): M {
  const op = 'spectralNorm';
  const {
    name = 'weight',
    nPowerIterations = 1,
    eps = 1e-12,
    dim = null,
  } = readArgs<SpectralNormOptions>(op, args, ['name', 'nPowerIterations', 'eps', 'dim']);
  if (!(Number.isInteger(nPowerIterations) && nPowerIterations > 0))
    fail(ArgumentError, op, 'nPowerIterations to be a positive integer', `${show(nPowerIterations)}: Expected n_power_iterations to be positive`);
  const weight = take(op, module, name);
  const first = checkDim(op, dim ?? (module.constructor.name.startsWith('ConvTranspose') ? 1 : 0), weight.ndim);
  const matrix = (w: Tensor): Tensor => {
    const transposed = permute(w, [first, ...[...w.shape.keys()].filter((d) => d !== first)]);
    return reshape(transposed, [w.shape[first], w.count / w.shape[first]]);
  };
  const unit = (x: Tensor): Tensor => normalize(x, { dim: 0, eps });
  const [orig, u, v] = [`${name}_orig`, `${name}_u`, `${name}_v`];
  const [rows, columns] = matrix(weight).shape;
  const draw = (size: number): Tensor => unit(normal_(empty([size], { dtype: weight.dtype })));
  module.registerParameter(orig, weight);
  own(module)[name] = detach(weight);
  module.registerBuffer(u, draw(rows));
  module.registerBuffer(v, draw(columns));
  const compute = (): Tensor => {
    const state = own(module) as Record<string, Tensor>;
    const w = matrix(state[orig]);
    if (module.training) {
      noGrad(() => {
        for (let i = 0; i < nPowerIterations; i++) {
          state[v] = unit(mv(t(w), state[u]));
          state[u] = unit(mv(w, state[v]));
        }
      });
    }
    return div(state[orig], dot(state[u], mv(w, state[v])));
  };
  install(op, module, name, compute, [orig, u, v]);
  return module;
}
/**
 * Takes `spectralNorm` off: the weight is a parameter again, with its value now.
 *
 * @param module - The module.
 * @param name - The parameter.
 * @returns The module.
 * @throws ArgumentError if it has no such reparametrisation.
 * @example
 * const layer = gt.nn.utils.spectralNorm(new gt.nn.Linear(3, 2));
 * gt.nn.utils.removeSpectralNorm(layer).parameters().length; // 2
 * @see PyTorch `torch.nn.utils.remove_spectral_norm`
 */
export const removeSpectralNorm = <M extends Module>(module: M, name = 'weight'): M => remove('spectralNorm', module, name);

// Every op whose first argument is a tensor, as a Tensor method: one loop for the values, one mapped type for the types.
import * as autograd from './autograd/methods.js';
import { ArgumentError, fail } from './core/errors.js';
import { newEmpty, newFull, newOnes, newZeros } from './ops/create.js';
import * as ops from './ops/index.js';
import { sliceOf } from './ops/strided.js';
import { Tensor } from './tensor/tensor.js';

// All but functions of lists, or of no tensor at all.
const { cat: _cat, concat: _concat, concatenate: _concatenate, stack: _stack, ...single } = ops;
const { atleast1d: _1d, atleast2d: _2d, atleast3d: _3d, vstack: _v, rowStack: _row, hstack: _h, dstack: _d, columnStack: _column, ...alone } = single;
const { blockDiag: _block, broadcastTensors: _broadcast, meshgrid: _mesh, cartesianProd: _product, trilIndices: _l, triuIndices: _u, ...others } = alone;
const { stdMean: _std, varMean: _var, ...mixed } = others;
const { bucketize: _bucketize, searchsorted: _searchsorted, isin: _isin, gradient: _gradient, trapezoid: _t, cumulativeTrapezoid: _ct, ...dense } = mixed;
const { cdist: _cdist, einsum: _einsum, tensordot: _tensordot, ...withTensor } = dense;

// Typed by where the parts come from, so that the declarations name their types and do not spell them out.
const factories = { newEmpty, newFull, newOnes, newZeros, slice: sliceOf };
const methods: typeof withTensor & { var: typeof ops.var_ } & typeof factories & typeof autograd = { ...withTensor, var: ops.var_, ...factories, ...autograd };

type Method<F> = F extends (self: Tensor, ...rest: infer Rest) => infer R
  ? (...rest: Rest) => R
  : // biome-ignore lint/suspicious/noExplicitAny: the mapped type needs to match every op's arguments.
    F extends (self: any, ...rest: infer Rest) => infer R
    ? (...rest: Rest) => R
    : never;

type ValuesIndices = ops.ValuesIndices;
/** max and min have forms that a mapped type cannot tell apart. */
interface ExtremeMethod {
  (): Tensor;
  (other: Tensor): Tensor;
  (dim: number, keepdim?: boolean): ValuesIndices;
  (options: { dim: number; keepdim?: boolean }): ValuesIndices;
}

interface MedianMethod {
  (): Tensor;
  (dim: number, keepdim?: boolean): ValuesIndices;
  (options: { dim: number; keepdim?: boolean }): ValuesIndices;
}

export type TensorMethods = { [K in Exclude<keyof typeof methods, 'max' | 'median' | 'min' | 'nanmedian' | 'where'>]: Method<(typeof methods)[K]> } & {
  max: ExtremeMethod;
  min: ExtremeMethod;
  median: MedianMethod;
  nanmedian: MedianMethod;
  /** x where the condition holds, else other. */
  where(condition: Tensor, other: Tensor | number): Tensor;
};

declare module './tensor/tensor.js' {
  interface Tensor extends TensorMethods {}
}

type Bound = (self: Tensor, ...rest: unknown[]) => unknown;

for (const [name, op] of Object.entries({
  ...methods,
  where: (self: Tensor, condition: Tensor, other: Tensor | number) => ops.where(condition, self, other),
})) {
  const f = op as unknown as Bound;
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: unknown[]) {
      return f(this, ...rest);
    },
  });
}

/**
 * PyTorch's attributes under other names, and `length`: assigned or read they would be silently
 * nothing, and what JavaScript takes for an array without elements (Array.from, array.set) is empty.
 */
const otherwise: Readonly<Record<string, string>> = {
  requires_grad: 'x.requiresGrad',
  requires_grad_: 'x.requiresGrad_()',
  grad_fn: 'x.gradFn',
  is_leaf: 'x.isLeaf',
  retains_grad: 'x.retainsGrad',
  retain_grad: 'x.retainGrad()',
  data: 'x.detach(), or in noGrad x.copy_(y)',
  T: 'x.t()',
  mT: 'x.transpose(-2, -1)',
  length: 'x.size(0), x.numel() or x.toArray()',
};
for (const [name, right] of Object.entries(otherwise)) {
  const refuse = (): never => fail(ArgumentError, 'Tensor', right, `x.${name}`);
  Object.defineProperty(Tensor.prototype, name, { configurable: true, get: refuse, set: refuse });
}

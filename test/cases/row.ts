// What a row of the case table says about an op, and the builders that make most rows one or a few lines.
import type { DType } from '../../src/core/dtype.js';
import type { GradtapeError } from '../../src/core/errors.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Tolerance } from '../close.js';
import { along, broadcast, count, each, fold, type Grid } from './grid.js';

/** One input: its elements are drawn from the range, whole numbers for integer dtypes. */
export interface Input {
  readonly shape: readonly number[];
  readonly range: readonly [low: number, high: number];
  /** Kinks of the op: elements keep a distance from them. */
  readonly away?: readonly number[];
  /** Fixed whatever dtype is under test. */
  readonly dtype?: DType;
  /** Given elements instead of drawn ones. */
  readonly values?: readonly number[];
  /** A leaf that requires grad; only in error rows, where nothing else decides it. */
  readonly grad?: boolean;
}

export type Call = (...inputs: Tensor[]) => unknown;
export type Formula = (...inputs: Grid[]) => Grid | readonly Grid[];

export interface Variant {
  readonly inputs: readonly Input[];
  /** The op as users call it; tensors in its result, at any depth of arrays, are its outputs. */
  readonly call: Call;
  /** The truth, in float64: plain loops over grids, or PyTorch's numbers (`torch` in torch.ts). There is no row without one. */
  readonly formula: Formula;
  /** The dtypes it is for, if not all of the row's. */
  readonly dtypes?: readonly DType[];
}

export interface ErrorRow {
  readonly inputs: readonly Input[];
  readonly call: Call;
  readonly error: new (message: string) => GradtapeError;
  readonly message: RegExp;
}

/** What a benchmark counts. */
export interface Work {
  readonly inputs: readonly Input[];
  readonly flops: number;
  readonly bytes: number;
}

export interface Row {
  readonly variants: readonly Variant[];
  /** Of a float32 or float64 result against the formula; integers are exact. */
  readonly tolerance: Tolerance;
  /** Whether strided inputs must give the very bits of contiguous ones; otherwise they agree within the tolerance. */
  readonly exact: boolean;
  /** Dtypes under test. */
  readonly dtypes: readonly DType[];
  /** The result's gradient is checked, first and second, in these variants. */
  readonly gradients: readonly Variant[];
  /** Inputs that are NaN, infinite, -0 or denormal, with the result, whose sign of zero counts too. */
  readonly special: readonly { readonly inputs: readonly number[]; readonly want: number }[];
  readonly errors: readonly ErrorRow[];
  /** Why inputs of other layouts are not tried, if they are not. */
  readonly contiguousOnly?: string;
  readonly work: Work | null;
}

// Sizes around every vector's and unrolled loop's edge: 2 to 16 lanes, up to 4 at a time; and one long enough to be split among threads.
export const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000];
export const floats: readonly DType[] = ['float32', 'float64'];
export const numeric: readonly DType[] = [...floats, 'int32', 'int64', 'uint8'];

type Range = readonly [low: number, high: number];

export const input = (shape: readonly number[], range: Range = [-2, 2], more: Partial<Input> = {}): Input => ({ shape, range, ...more });
/** Whole numbers of an index or mask dtype. */
export const whole = (dtype: DType, shape: readonly number[], values: readonly number[]): Input => ({ shape, range: [0, 1], dtype, values });
export const variant = (inputs: readonly (Input | readonly number[])[], call: Call, formula: Formula): Variant => ({
  inputs: inputs.map((i) => (Array.isArray(i) ? input(i) : (i as Input))),
  call,
  formula,
});
export const fails = (inputs: ErrorRow['inputs'], call: Call, error: ErrorRow['error'], message: RegExp): ErrorRow => ({ inputs, call, error, message });

const elements = ({ inputs }: Variant): number => inputs.reduce((n, i) => n + count(i.shape), 0);

/** A row from its variants; gradients are checked in all small ones unless `gradients` says otherwise. */
export function row(variants: readonly Variant[], more: Partial<Omit<Row, 'gradients'>> & { gradients?: readonly Variant[] | false } = {}): Row {
  const { gradients, ...rest } = more;
  const small = variants.filter((v) => elements(v) > 0 && elements(v) <= 30);
  return {
    variants,
    tolerance: { ulp: 4 },
    exact: false,
    dtypes: floats,
    special: [],
    errors: [],
    work: null,
    ...rest,
    gradients: gradients === false ? [] : (gradients ?? small),
  };
}

// Elementwise ------------------------------------------------------------------------------------------------------------------------------------------------

export interface Elementwise {
  readonly range?: Range;
  /** Of the second operand. */
  readonly range2?: Range;
  readonly kinks?: readonly number[];
  readonly ulp?: number;
  readonly eps?: number;
  readonly dtypes?: readonly DType[];
  /** False for results that are truth values or indices. */
  readonly differentiable?: boolean;
  /** Operations an element. */
  readonly flops?: number;
  readonly errors?: readonly ErrorRow[];
  /** Special inputs besides the usual ones, or instead of them. */
  readonly special?: readonly (readonly number[])[];
}

const extremes = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1,
  -1,
  2 ** -149,
  -(2 ** -149),
  2 ** -127,
  2 ** -1074,
  -1e-310,
  3e38,
  -3e38,
];
const benchSize = 1 << 20;

/** An elementwise function of one tensor with its formula. */
export function unary(call: (x: Tensor) => Tensor, truth: (x: number) => number, how: Elementwise = {}): Row {
  const { range = [-3, 3], kinks, ulp = 4, eps, dtypes = floats, differentiable = true, flops = 1, errors = [] } = how;
  const of = (...shape: number[]): Variant => variant([input(shape, range, { away: kinks })], call as Call, each(truth));
  const variants = [...sizes.map((n) => of(n)), of(), of(3, 0), of(2, 3, 5)];
  return row(variants, {
    tolerance: { ulp, eps },
    exact: true,
    dtypes,
    gradients: differentiable ? [of(5), of(), of(2, 3)] : false,
    special: (how.special ?? extremes.map((x) => [x])).map((inputs) => ({ inputs, want: truth(inputs[0]) })),
    errors,
    work: { inputs: [input([benchSize], range)], flops: flops * benchSize, bytes: 8 * benchSize },
  });
}

const special2 = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -2.5, 2 ** -149].flatMap((a, _, all) => all.map((b) => [a, b]));

/** An elementwise function of two tensors, broadcast. */
export function binary(call: (a: Tensor, b: Tensor) => Tensor, truth: (a: number, b: number) => number, how: Elementwise = {}): Row {
  const { range = [-3, 3], range2 = range, kinks, ulp = 4, eps, dtypes = floats, differentiable = true, flops = 1, errors = [] } = how;
  const of = (a: readonly number[], b: readonly number[]): Variant =>
    variant([input(a, range, { away: kinks }), input(b, range2, { away: kinks })], call as Call, each(truth));
  const spread: [number[], number[]][] = [
    [[], []],
    [[], [5]],
    [[5], []],
    [
      [3, 1],
      [1, 4],
    ],
    [[2, 3], [3]],
    [
      [4, 1, 3],
      [2, 1],
    ],
    [[3, 0], [1]],
    [
      [33, 1],
      [33, 17],
    ],
  ];
  return row([...sizes.map((n) => of([n], [n])), ...spread.map(([a, b]) => of(a, b))], {
    tolerance: { ulp, eps },
    exact: true,
    dtypes,
    gradients: differentiable ? [of([4], [4]), of([], []), of([3, 1], [1, 2]), of([], [3]), of([2, 3], [3])] : false,
    special: (how.special ?? special2).map((inputs) => ({ inputs, want: truth(inputs[0], inputs[1]) })),
    errors,
    work: { inputs: [input([benchSize], range), input([benchSize], range2)], flops: flops * benchSize, bytes: 12 * benchSize },
  });
}

// Along dims -------------------------------------------------------------------------------------------------------------------------------------------------

export interface Reduction extends Elementwise {
  /** Whether there is a result of no elements. */
  readonly identity?: boolean;
  /** Several dims at once. */
  readonly several?: boolean;
}

/** The reduction of every size, over first, middle and last dims, kept or not. */
export function reduction(call: (x: Tensor, ...args: never[]) => Tensor, truth: (values: number[]) => number, how: Reduction = {}): Row {
  const { range = [-2, 2], ulp = 4, eps = 256, dtypes = floats, differentiable = true, identity = true, several = true, kinks, flops = 1, errors = [] } = how;
  const op = call as (x: Tensor, dim?: unknown, keepdim?: unknown) => Tensor;
  const of = (shape: readonly number[], dim?: number | readonly number[], keepdim = false): Variant =>
    variant(
      [input(shape, range, { away: kinks })],
      (x) => (dim === undefined ? op(x) : op(x, dim, keepdim)),
      (x) => fold(x, truth, dim, keepdim),
    );
  const manySizes = sizes.filter((n) => n > 0 || identity);
  const few = [of([2, 3], 0), of([2, 3], 1, true), of([2, 2, 3], 1), ...(several ? [of([2, 3]), of([3, 2, 2], [0, 2]), of([2, 3], [0, 1], true)] : [of([4])])];
  return row(
    [
      ...manySizes.flatMap((n) => [of([n], 0), of([3, n], 1), of([n, 3], 0, true), of([2, n, 5], -2)]),
      of([], 0),
      of([0, 3], 1),
      ...few,
      ...(several ? [of([]), of([5, 7]), of([3, 4, 5], [0, 2]), of([3, 4, 5], [-1, 1], true)] : []),
      ...(identity && several ? [of([0])] : []),
    ],
    {
      tolerance: { ulp, eps },
      dtypes,
      gradients: differentiable ? few : false,
      special: (how.special ?? []).map((inputs) => ({ inputs, want: truth([...inputs]) })),
      errors,
      work: { inputs: [input([1024, 1024], range)], flops: flops * benchSize, bytes: 4 * benchSize },
    },
  );
}

/** A function of every line along a dim, such as softmax. */
export function lines(call: (x: Tensor, dim: number) => Tensor, truth: (values: number[]) => number[], how: Elementwise = {}): Row {
  const { range = [-3, 3], ulp = 8, eps = 2, flops = 5, errors = [] } = how;
  const of = (shape: readonly number[], dim: number): Variant =>
    variant(
      [input(shape, range)],
      (x) => call(x, dim),
      (x) => along(x, dim, truth),
    );
  const few = [of([4], 0), of([2, 3], 1), of([3, 2], 0), of([2, 3, 2], 1)];
  return row([...sizes.flatMap((n) => [of([n], 0), of([3, n], 1), of([n, 3], 0), of([2, n, 5], 1)]), of([], 0), ...few], {
    tolerance: { ulp, eps },
    gradients: few,
    errors,
    work: { inputs: [input([1024, 1024], range)], flops: flops * benchSize, bytes: 8 * benchSize },
  });
}

// From other rows --------------------------------------------------------------------------------------------------------------------------------------------

/** The in-place form, on a copy: like the row of the other form wherever the result has the first input's shape. */
export function inPlace(call: (x: Tensor, ...others: never[]) => Tensor, like: Row, errors: readonly ErrorRow[] = []): Row {
  const f = call as Call;
  const change = (v: Variant): Variant => ({ ...v, call: (x, ...others) => f(x.clone(), ...others) });
  const fits = ({ inputs: [x, ...others] }: Variant): boolean => broadcast(x.shape, ...others.map((o) => o.shape)).join() === x.shape.join();
  return {
    ...like,
    variants: like.variants.filter(fits).map(change),
    gradients: like.gradients.filter(fits).map(change),
    special: [],
    errors,
    dtypes: like.dtypes,
  };
}

// The element types: their names, sizes, kernel suffixes and PyTorch's promotion lattice.

export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool';

/** The suffix of the kernels that work on a dtype; bool is stored as uint8 holding 0 or 1 and shares its kernels. */
export type Suffix = 'f32' | 'f64' | 'i32' | 'i64' | 'u8';

/** PyTorch's promotion categories, in order: a higher one always wins over a lower one. */
export enum Category {
  Bool = 0,
  Integer = 1,
  Float = 2,
}

export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface DTypeInfo {
  readonly name: DType;
  /** Place in every per-dtype table, and the number the `cast` kernel knows the dtype by. */
  readonly code: number;
  readonly size: 1 | 4 | 8;
  readonly suffix: Suffix;
  readonly category: Category;
  readonly array: new (length: number) => TypedArray;
}

const info = (name: DType, code: number, size: 1 | 4 | 8, suffix: Suffix, category: Category, array: new (length: number) => TypedArray): DTypeInfo =>
  Object.freeze({ name, code, size, suffix, category, array });

export const float32 = info('float32', 0, 4, 'f32', Category.Float, Float32Array);
export const float64 = info('float64', 1, 8, 'f64', Category.Float, Float64Array);
export const int32 = info('int32', 2, 4, 'i32', Category.Integer, Int32Array);
export const int64 = info('int64', 3, 8, 'i64', Category.Integer, BigInt64Array);
export const uint8 = info('uint8', 4, 1, 'u8', Category.Integer, Uint8Array);
export const bool = info('bool', 5, 1, 'u8', Category.Bool, Uint8Array);

/** Every dtype, at the index that is its code. */
export const dtypes: readonly DTypeInfo[] = [float32, float64, int32, int64, uint8, bool];

/** More elements than int32 indices reach. */
const int32Indices = 2 ** 31 - 1;
/** The dtype of indices into that many elements. */
export const indexType = (size: number): DTypeInfo => (size > int32Indices ? int64 : int32);

const byName: Readonly<Record<string, DTypeInfo>> = Object.fromEntries(dtypes.map((d) => [d.name, d]));

/** The dtype of that name, or undefined. */
export const lookupDType = (name: unknown): DTypeInfo | undefined => (typeof name === 'string' && Object.hasOwn(byName, name) ? byName[name] : undefined);

/**
 * The dtype that two dtypes of one kind of operand promote to: the higher category wins; within integers the wider one, and uint8 with int32 or int64 gives
 * the signed one; within floats the wider one.
 */
export function promote(a: DTypeInfo, b: DTypeInfo): DTypeInfo {
  if (a === b) return a;
  if (a.category !== b.category) return a.category > b.category ? a : b;
  return a.size >= b.size ? a : b;
}

// The dtype of floats when nobody says otherwise.
import { Category, type DType, type DTypeInfo, float32, lookupDType } from '../core/dtype.js';
import { DTypeError, fail, show } from '../core/errors.js';

let current: DTypeInfo = float32;

export const defaultFloat = (): DTypeInfo => current;

/** The dtype that JavaScript numbers and factory functions make: float32 at first. */
export const getDefaultDtype = (): DType => current.name;

export function setDefaultDtype(dtype: DType): void {
  const dt = dtypeOf('setDefaultDtype', dtype);
  if (dt.category !== Category.Float) fail(DTypeError, 'setDefaultDtype', 'a floating point dtype', dtype);
  current = dt;
}

/** A number as a tensor of the default dtype holds it. */
export const roundToDefault = (value: number): number => (current === float32 ? Math.fround(value) : value);

/** A dtype by its name, checked. */
export function dtypeOf(op: string, name: unknown): DTypeInfo {
  return lookupDType(name) ?? fail(DTypeError, op, "a dtype: 'float32', 'float64', 'int32', 'int64', 'uint8' or 'bool'", show(name));
}

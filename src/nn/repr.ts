// Values as Python prints them, for what stands between the brackets when a module is printed.

/** A float; JavaScript writes small ones out where Python has an exponent, and exponents with fewer digits. */
function float(value: number): string {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  const text = size !== 0 && size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Sizes as a tuple. */
export const tuple = (values: readonly unknown[]): string => (values.length === 1 ? `(${python(values[0])},)` : `(${values.map(python).join(', ')})`);

export function python(value: unknown): string {
  if (Array.isArray(value)) return tuple(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return float(value);
  return value === null || value === undefined ? 'None' : String(value);
}

/** A number that PyTorch holds as a float, whatever was given. */
export const pythonFloat = (value: number): string => (Number.isInteger(value) ? `${value}.0` : float(value));

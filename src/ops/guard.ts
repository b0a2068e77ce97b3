// Formulas that have no value at some points, where another one is taken, in a form that can be differentiated again: a `where` alone would multiply the 0 that comes back to
// what is not taken by its infinite derivative.
import type { Tensor } from '../tensor/tensor.js';
import { div } from './arithmetic.js';
import { clamp } from './clamp.js';
import { eq, where } from './compare.js';

/** f(x), 0 where the mask is true: there f is taken at 1. */
export const unless = (mask: Tensor, x: Tensor, f: (x: Tensor) => Tensor): Tensor => where(mask, 0, f(where(mask, 1, x)));

/** a / b, 0 where b is 0. */
export const divOrZero = (a: Tensor, b: Tensor): Tensor => unless(eq(b, 0), b, (safe) => div(a, safe));

/** x for a factor that belongs to exponentials of x: they are 0 in float64 long before 1000, and x itself might be infinite. */
export const bounded = (x: Tensor): Tensor => clamp(x, -1000, 1000);

// THE case table: one row for every public function of ops/, and for the ops behind them that have a formula of their own. The types below refuse to compile when a function
// has no row.

import type * as others from '../../src/ops/aliases.js';
import type * as families from '../../src/ops/families.js';
import type * as functionals from '../../src/ops/functional.js';
import type * as gated from '../../src/ops/gated.js';
import type * as images from '../../src/ops/images.js';
import type * as operators from '../../src/ops/index.js';
import type * as rectifiers from '../../src/ops/rectifier.js';
import type * as specials from '../../src/ops/special.js';
import { activations } from './activations.js';
import { arithmetic } from './arithmetic.js';
import { functional } from './functional.js';
import { internal } from './internal.js';
import { layers } from './layers.js';
import { algebra, spaces } from './linalg.js';
import { losses } from './losses.js';
import { matmul } from './matmul.js';
import { movement } from './movement.js';
import { behindNorms, norms } from './norms.js';
import { pick } from './pick.js';
import { pointwise } from './pointwise.js';
import { reduce } from './reduce.js';
import type { Row } from './row.js';
import { scatters } from './scatter.js';
import { sorts } from './sorting.js';
import { special } from './special.js';
import { view } from './view.js';
import { vision } from './vision.js';
import { volumes } from './volumes.js';

type Functions = typeof operators & typeof functionals & typeof images & typeof gated & typeof rectifiers & typeof specials & typeof families;
/** Every public function by name. */
export type OpName = { [K in keyof Functions]: Functions[K] extends (...args: never[]) => unknown ? K : never }[keyof Functions];

export const cases: Readonly<Record<Exclude<OpName, keyof typeof others>, Row>> = {
  ...arithmetic,
  ...pointwise,
  ...reduce,
  ...matmul,
  ...view,
  ...movement,
  ...scatters,
  ...pick,
  ...functional,
  ...vision,
  ...special,
  ...activations,
  ...losses,
  ...norms,
  ...sorts,
  ...algebra,
};
/** PyTorch's second names, by the first. */
export const aliases: { readonly [K in keyof typeof others]: OpName } = {
  absolute: 'abs',
  absolute_: 'abs_',
  clip: 'clamp',
  clip_: 'clamp_',
  concatenate: 'cat',
  divide: 'div',
  divide_: 'div_',
  fix: 'trunc',
  fix_: 'trunc_',
  greater: 'gt',
  greater_: 'gt_',
  greaterEqual: 'ge',
  greaterEqual_: 'ge_',
  less: 'lt',
  less_: 'lt_',
  lessEqual: 'le',
  lessEqual_: 'le_',
  moveaxis: 'movedim',
  multiply: 'mul',
  multiply_: 'mul_',
  negative: 'neg',
  negative_: 'neg_',
  notEqual: 'ne',
  notEqual_: 'ne_',
  subtract: 'sub',
  subtract_: 'sub_',
  swapdims: 'transpose',
  trueDivide: 'div',
  trueDivide_: 'div_',
};
export const internals: Readonly<Record<string, Row>> = { ...internal, ...behindNorms, ...layers, ...spaces, ...volumes };

export type { Input, Row, Variant, Work } from './row.js';

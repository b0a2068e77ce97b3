// PyTorch's second names.
export {
  div as divide,
  div as trueDivide,
  div_ as divide_,
  div_ as trueDivide_,
  mul as multiply,
  mul_ as multiply_,
  neg as negative,
  neg_ as negative_,
  sub as subtract,
  sub_ as subtract_,
} from './arithmetic.js';
export { clamp as clip, clamp_ as clip_ } from './clamp.js';
export {
  ge as greaterEqual,
  ge_ as greaterEqual_,
  gt as greater,
  gt_ as greater_,
  le as lessEqual,
  le_ as lessEqual_,
  lt as less,
  lt_ as less_,
  ne as notEqual,
  ne_ as notEqual_,
} from './compare.js';
export { cat as concatenate } from './join.js';
export { movedim as moveaxis } from './movement.js';
export { abs as absolute, abs_ as absolute_ } from './pointwise.js';
export { trunc as fix, trunc_ as fix_ } from './round.js';
export { transpose as swapdims } from './view.js';

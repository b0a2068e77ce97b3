// Where a tensor's elements lie, without the tensor: what the history of a view keeps, so that it holds no memory.
import type { Shape } from '../core/shape.js';
import { shapeOf, stridesOf } from './inner.js';
import type { Tensor } from './tensor.js';

export interface Layout {
  readonly shape: Shape;
  readonly strides: Shape;
  readonly offset: number;
}

/** A view on a base, both in the same storage. */
export interface Window {
  readonly base: Layout;
  readonly view: Layout;
}

export const layoutOf = (t: Tensor): Layout => ({ shape: shapeOf(t), strides: stridesOf(t), offset: t.offset });

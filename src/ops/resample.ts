// A sparse matrix along one dim: averages over windows and interpolation are this op with different tables; the gradient is the transposed table.

import { type DTypeInfo, int32 } from '../core/dtype.js';
import { fail, ShapeError } from '../core/errors.js';
import { numel } from '../core/shape.js';
import { K } from '../kernels/load.js';
import { zeroFill } from '../tensor/fill.js';
import { shapeOf, storageOf } from '../tensor/inner.js';
import { apply, defineOp, type Op } from '../tensor/op.js';
import { Owner } from '../tensor/storage.js';
import { addressOf, contiguousCopy, empty, type Tensor } from '../tensor/tensor.js';
import { fromArray } from './create.js';
import { kernelFor } from './map.js';
import { needFloat } from './promote.js';

/** A table in the kernel's memory: starts, index and weight. */
type Buffers = readonly [starts: Tensor, index: Tensor, weight: Tensor];

/** Which elements of a dim of `from` elements, with which weights, make each of the new ones: row i has entries starts[i] ... starts[i + 1]. */
export class Table {
  #transposed: Table | undefined;
  #buffers: [DTypeInfo, Buffers] | undefined;
  constructor(
    readonly from: number,
    readonly starts: Int32Array,
    readonly index: Int32Array,
    readonly weight: Float64Array,
  ) {}

  /** From each row's entries. */
  static of(from: number, rows: readonly (readonly (readonly [index: number, weight: number])[])[]): Table {
    const starts = new Int32Array(rows.length + 1);
    rows.forEach((row, i) => {
      starts[i + 1] = starts[i] + row.length;
    });
    const entries = rows.flat();
    return new Table(
      from,
      starts,
      Int32Array.from(entries, ([index]) => index),
      Float64Array.from(entries, ([, weight]) => weight),
    );
  }

  get to(): number {
    return this.starts.length - 1;
  }

  get transposed(): Table {
    if (this.#transposed === undefined) {
      const rows: [number, number][][] = Array.from({ length: this.from }, () => []);
      for (let i = 0; i < this.to; i++) for (let t = this.starts[i]; t < this.starts[i + 1]; t++) rows[this.index[t]].push([i, this.weight[t]]);
      this.#transposed = Table.of(this.to, rows);
      this.#transposed.#transposed = this;
    }
    return this.#transposed;
  }

  /** In the kernel's memory. */
  buffers(dt: DTypeInfo): Buffers {
    if (this.#buffers?.[0] !== dt) {
      const vector = (array: Int32Array | Float32Array | Float64Array, type: DTypeInfo): Tensor => {
        const t = fromArray('resample', array, [array.length], type);
        // Perhaps made in a backward formula or in inference mode, but kept for the next call.
        storageOf(t).owner = Owner.None;
        storageOf(t).inference = false;
        return t;
      };
      const weight = dt.array === Float64Array ? this.weight : Float32Array.from(this.weight);
      this.#buffers = [dt, [vector(this.starts, int32), vector(this.index, int32), vector(weight, dt)]];
    }
    return this.#buffers[1];
  }
}

/** Tables are made here, in JavaScript's memory: sizes that it has no room for are refused before. */
export function checkTables(op: string, sizes: readonly number[]): void {
  const most = 1 << 24;
  for (const size of sizes) if (size > most) fail(ShapeError, op, `sizes of at most ${most}`, String(size));
}

const tables = new Map<string, Table>();
const most = 128;
/** A table by what determines it: a net asks for the same ones in every step. */
export function tableOf(key: string, make: () => Table): Table {
  let table = tables.get(key);
  if (table === undefined) {
    if (tables.size >= most) tables.clear();
    table = make();
    tables.set(key, table);
  }
  return table;
}

/** Inputs x, a table and its transpose; the argument is the dim. */
const resampleOp: Op<number> = defineOp<number>({
  name: 'resample',
  saves: 2 | 4 | 8 | 16 | 32 | 64,
  forward: ([x, starts, index, weight], dim) => {
    const { dt } = x;
    const [from, to] = [shapeOf(x)[dim], starts.count - 1];
    const packed = contiguousCopy(x);
    const y = empty(shapeOf(x).with(dim, to), dt);
    if (y.count === 0) return y;
    if (index.count === 0) {
      zeroFill(y);
      return y;
    }
    const [outer, inner] = [numel(shapeOf(x).slice(0, dim)), numel(shapeOf(x).slice(dim + 1))];
    kernelFor('resample', K.resample, dt)(addressOf(packed), addressOf(starts), addressOf(index), addressOf(weight), addressOf(y), outer, from, to, inner);
    return y;
  },
  vjp: [(dy, node) => apply(resampleOp, [dy, node.x(4), node.x(5), node.x(6), node.x(1), node.x(2), node.x(3)], node.args as number)],
});

/** x with a dim's elements replaced by the table's weighted sums of them. */
export function resample(x: Tensor, dim: number, table: Table): Tensor {
  const { dt } = needFloat('resample', x);
  return apply(resampleOp, [x, ...table.buffers(dt), ...table.transposed.buffers(dt)], dim);
}

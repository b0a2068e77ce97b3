// Every row of the case table on the current backend: values against the formula at every size, other layouts, first and second derivatives, special values, and errors
// that leave everything as it was.
//
// Both backends agree with one float64 reference within the row's tolerance, and so with each other within twice of it: there is no test of one against the other.
import { describe, expect, it } from 'vitest';
import type { DType } from '../src/core/dtype.js';
import * as gt from '../src/index.js';
import { registry } from '../src/tensor/op.js';
import { type Grid, indexOf } from './cases/grid.js';
import { cases, internals } from './cases/index.js';
import { isFloat, make, outputsOf, prepare, read, valuesOf } from './cases/read.js';
import type { Row, Variant } from './cases/row.js';
import { isTorch } from './cases/torch.js';
import { isClose, type Tolerance } from './close.js';

const { gradcheck, gradgradcheck } = gt.autograd;
/** What a row's values are compared with. */
const referencesOf = ({ variants }: Row): string =>
  [...new Set(variants.map(({ formula }) => (isTorch(formula) ? 'PyTorch' : 'a formula')))].sort().join(' and ');
const rows: [string, Row][] = Object.entries({ ...cases, ...internals });

// Comparison -----------------------------------------------------------------------------------------------------------------------------------------------------

const nothing: Tolerance = { ulp: 0 };
/** The first element that is not near enough, told; undefined if all are. */
function mismatch(got: gt.Tensor, want: Grid, tolerance: Tolerance): string | undefined {
  if (got.shape.join() !== want.shape.join()) return `shape [${got.shape}], expected [${want.shape}]`;
  const values = read(got);
  const at = values.findIndex((value, i) => !isClose(value, want.data[i], got.dtype, tolerance));
  return at < 0 ? undefined : `element [${indexOf(at, want.shape)}] of [${want.shape}] is ${values[at]}, expected ${want.data[at]}`;
}
const gridOf = (t: gt.Tensor): Grid => ({ shape: t.shape, data: read(t) });

const describeInputs = (v: Variant, dtype: DType): string => `${dtype} ${v.inputs.map((i) => `[${i.shape}]`).join(' ')}`;

function checkAll(got: readonly gt.Tensor[], want: readonly Grid[], tolerance: Tolerance, what: string): void {
  if (got.length !== want.length) throw new Error(`${what}: ${got.length} outputs, expected ${want.length}`);
  got.forEach((t, i) => {
    const wrong = mismatch(t, want[i], tolerance);
    if (wrong !== undefined) throw new Error(`${what}: output ${i}: ${wrong}`);
  });
}

function checkValues(row: Row, v: Variant, dtype: DType): void {
  const { tensors, grids } = prepare(v, dtype);
  const got = outputsOf(v.call(...tensors));
  const reference = v.formula(...grids);
  checkAll(got, Array.isArray(reference) ? reference : [reference as Grid], row.tolerance, describeInputs(v, dtype));
  grids.forEach((grid, i) => {
    const wrong = mismatch(tensors[i], grid, nothing);
    if (wrong !== undefined) throw new Error(`${describeInputs(v, dtype)}: input ${i} was changed: ${wrong}`);
  });
}

// Layouts --------------------------------------------------------------------------------------------------------------------------------------------------------

/** The same elements, differently laid out; null where the shape has no such layout. */
const layouts: Record<string, (x: gt.Tensor) => gt.Tensor | null> = {
  strided: (x) => {
    if (x.ndim === 0) return gt.stack([x.add(1).to(x.dtype), x]).select(0, 1);
    const spread = gt.stack([x, gt.zerosLike(x)], -1).flatten(-2);
    return spread.at('...', '::2');
  },
  transposed: (x) => {
    if (x.ndim < 2) return null;
    const backwards = [...x.shape.keys()].reverse();
    return x.permute(backwards).contiguous().permute(backwards);
  },
  inside: (x) => {
    if (x.ndim === 0) return null;
    const frame = gt.full(
      x.shape.map((size) => size + 3),
      1,
      { dtype: x.dtype },
    );
    const hole = x.shape.reduce((y, size, d) => y.narrow(d, 1, size), frame);
    hole.copy_(x);
    return hole;
  },
};

function checkLayouts(row: Row, v: Variant, dtype: DType): void {
  const { tensors } = prepare(v, dtype);
  const want = outputsOf(v.call(...tensors)).map(gridOf);
  const tolerance = row.exact ? nothing : row.tolerance;
  for (const [name, laid] of Object.entries(layouts)) {
    const others = tensors.map((x) => laid(x) ?? x);
    checkAll(outputsOf(v.call(...others)), want, tolerance, `${describeInputs(v, dtype)} ${name}`);
    // One of them alone: operands of different layouts.
    if (tensors.length > 1) checkAll(outputsOf(v.call(...others.with(0, tensors[0]))), want, tolerance, `${describeInputs(v, dtype)} ${name} but the first`);
  }
  // Expanded along each dim, against the contiguous copy of that.
  tensors.forEach((x, i) => {
    for (let d = 0; d < x.ndim; d++) {
      if (x.shape[d] < 2 || v.inputs[i].values !== undefined) continue;
      const expanded = x.narrow(d, 0, 1).expand([...x.shape]);
      const plain = outputsOf(v.call(...tensors.with(i, expanded.contiguous()))).map(gridOf);
      checkAll(outputsOf(v.call(...tensors.with(i, expanded))), plain, tolerance, `${describeInputs(v, dtype)} input ${i} expanded along ${d}`);
    }
  });
}

// Derivatives ----------------------------------------------------------------------------------------------------------------------------------------------------

function checkGradients(v: Variant): void {
  const { tensors } = prepare(v, 'float64');
  const inputs = tensors.map((x) => (x.isFloatingPoint() ? x.requiresGrad_() : x));
  const differentiable = (...xs: gt.Tensor[]): gt.Tensor[] => outputsOf(v.call(...xs)).filter((y) => y.isFloatingPoint());
  const first = differentiable(...inputs);
  expect(
    first.some((y) => y.requiresGrad),
    `${describeInputs(v, 'float64')} carries a gradient`,
  ).toBe(true);
  gradcheck(differentiable, inputs);
  gradgradcheck(differentiable, inputs);
}

/** Which ops ran, forward and backward: none may be left out. */
const ran = { forward: new Set<string>(), backward: new Set<string>() };
for (const [name, op] of registry) {
  const { forward, vjp, joint } = op;
  const seen =
    <A extends unknown[], R>(f: (...args: A) => R, where: Set<string>) =>
    (...args: A): R => {
      where.add(name);
      return f(...args);
    };
  Object.assign(op, {
    forward: seen(forward, ran.forward),
    vjp: vjp?.map((rule) => rule && seen(rule, ran.backward)),
    joint: joint && seen(joint, ran.backward),
  });
}

// Errors ---------------------------------------------------------------------------------------------------------------------------------------------------------

interface State {
  readonly values: number[];
  readonly shape: string;
  readonly version: number;
  readonly requiresGrad: boolean;
}
const stateOf = (x: gt.Tensor): State => ({ values: read(x), shape: x.shape.join(), version: x._version, requiresGrad: x.requiresGrad });

// The suite ------------------------------------------------------------------------------------------------------------------------------------------------------

describe.each(rows)('%s', (_name, row) => {
  it.each(row.dtypes.map((dtype) => [dtype]))(`values in %s against ${referencesOf(row)}`, (dtype) => {
    for (const v of row.variants.filter((v) => v.dtypes?.includes(dtype) ?? true)) checkValues(row, v, dtype);
  });
  if (row.contiguousOnly === undefined) {
    it('other layouts', () => {
      for (const v of row.variants) for (const dtype of row.dtypes.slice(0, 2)) if (v.dtypes?.includes(dtype) ?? true) checkLayouts(row, v, dtype);
    });
  }
  if (row.gradients.length > 0) {
    it('first and second derivatives', () => {
      for (const v of row.gradients) checkGradients(v);
    });
  }
  if (row.special.length > 0) {
    it.each(row.dtypes.filter(isFloat).map((dtype) => [dtype]))('special values in %s', (dtype) => {
      for (const { inputs, want } of row.special) {
        const [example] = row.variants;
        const exact = dtype === 'float32' ? inputs.map(Math.fround) : inputs;
        const tensors = example.inputs.length === 1 ? [gt.tensor([...exact], { dtype })] : exact.map((x) => gt.tensor([x], { dtype }));
        const formula = example.formula!;
        const grids = tensors.map(gridOf);
        const expected = dtype === 'float32' && row.exact ? (formula(...grids) as Grid).data[0] : want;
        const [y] = outputsOf(example.inputs.length === 1 && inputs.length > 1 ? example.call(tensors[0]) : example.call(...tensors));
        const got = read(y)[0];
        const sign = expected === 0 && got === 0 && y.isFloatingPoint() && Object.is(got, -0) !== Object.is(expected, -0);
        if (sign || !isClose(got, expected, y.dtype, row.tolerance))
          throw new Error(
            `of ${inputs.map((x) => (Object.is(x, -0) ? '-0' : x))} is ${Object.is(got, -0) ? '-0' : got}, expected ${Object.is(expected, -0) ? '-0' : expected}`,
          );
      }
    });
  }
  for (const { inputs, call, error, message } of row.errors) {
    it(`refuses: ${message.source}`, () => {
      const tensors = inputs.map((i, k) => {
        const x = make(valuesOf(i, i.dtype ?? 'float64', k), i.shape, i.dtype ?? 'float64');
        if (i.grad) x.requiresGrad_().grad = gt.onesLike(x);
        return x;
      });
      const before = tensors.map(stateOf);
      const graphs = tensors.map((x) => [x.grad, x.gradFn]);
      const grads = tensors.map((x) => x.grad && read(x.grad));
      let thrown: unknown;
      try {
        call(...tensors);
      } catch (caught) {
        thrown = caught;
      }
      expect(thrown).toBeInstanceOf(error);
      expect((thrown as Error).message).toMatch(message);
      expect(tensors.map(stateOf)).toEqual(before);
      expect(tensors.every((x, i) => x.grad === graphs[i][0] && x.gradFn === graphs[i][1])).toBe(true);
      expect(tensors.map((x) => x.grad && read(x.grad))).toEqual(grads);
    });
  }
});

describe('completeness', () => {
  it('every op has run, and its derivative', () => {
    // The accumulation into .grad is the engine's own.
    const idle = [...registry].filter(
      ([name, { vjp, joint }]) => name !== 'accumulateGrad' && (vjp === undefined && joint === undefined ? !ran.forward.has(name) : !ran.backward.has(name)),
    );
    expect(idle.map(([name]) => name)).toEqual([]);
  });
});

// The fused layers behind RNN, GRU and LSTM; their values against PyTorch are in modules.test.ts.
import { DTypeError } from '../../src/core/errors.js';
import { recurrentLayer } from '../../src/ops/recurrent.js';
import type { Cell, LayerTensors } from '../../src/ops/recurrentSteps.js';
import { fails, input, type Row, row, type Variant, variant } from './row.js';
import { torch } from './torch.js';

const [features, hidden, projected] = [2, 3, 2];

/** Sequences of 2 steps and 1 step, packed: all roles of a layer in the order of their shapes. */
function layer(cell: Cell, gates: number, reverse: boolean, roles: readonly (keyof LayerTensors)[], out = hidden): Variant {
  const shapes: Record<keyof LayerTensors, number[]> = {
    x: [3, features],
    h: [2, out],
    c: [2, hidden],
    wIh: [gates * hidden, features],
    wHh: [gates * hidden, out],
    bIh: [gates * hidden],
    bHh: [gates * hidden],
    wHr: [out, hidden],
  };
  return variant(
    roles.map((role) => input(shapes[role], [-1, 1])),
    (...tensors) => {
      const { y, h, c } = recurrentLayer(cell, Object.fromEntries(roles.map((role, i) => [role, tensors[i]])) as unknown as LayerTensors, [2, 1], reverse);
      return cell === 'lstm' ? [y, h, c] : [y, h];
    },
    torch(`*tensors: layer('${cell}', ${reverse ? 'True' : 'False'}, '${roles.join(' ')}', *tensors)`),
  );
}
const plain = ['x', 'h', 'wIh', 'wHh'] as const;
const biased = [...plain, 'bIh', 'bHh'] as const;

/** Gradients are checked in all, small or not. */
const checked = (variants: readonly Variant[], more: Partial<Row> = {}): Row =>
  row(variants, { tolerance: { ulp: 64, eps: 256 }, gradients: variants, ...more });

export const layers: Readonly<Record<string, Row>> = {
  rnnLayer: checked([layer('tanh', 1, false, biased), layer('tanh', 1, true, plain)]),
  gruLayer: checked([layer('gru', 3, false, biased), layer('gru', 3, true, plain)]),
  lstmLayer: checked(
    [layer('lstm', 4, false, [...biased, 'c']), layer('lstm', 4, true, [...plain, 'c']), layer('lstm', 4, true, [...biased, 'c', 'wHr'], projected)],
    {
      errors: [
        fails(
          [input([2, 3]), input([2, 4], [0, 1], { dtype: 'float32' }), input([4, 3]), input([4, 4])],
          (x, h, wIh, wHh) => recurrentLayer('tanh', { x, h, wIh, wHh }, [2]),
          DTypeError,
          /weights of one dtype, as the input's float64, got float32/,
        ),
      ],
    },
  ),
};

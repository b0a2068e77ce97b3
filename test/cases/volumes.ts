// Volumes, pooling by norms and back from maxima, whole channels dropped, in-place activations. PyTorch's numbers are the reference.
import { ArgumentError, IndexError, ShapeError } from '../../src/core/errors.js';
import { Generator } from '../../src/core/random.js';
import * as F from '../../src/nn/functional.js';
import { i1 } from '../../src/ops/gamma.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { besselI } from './gamma.js';
import { each } from './grid.js';
import { type Call, fails, type Input, input, type Row, row, unary, variant, whole } from './row.js';
import { torch, torchDraws } from './torch.js';

const near = { tolerance: { ulp: 8, eps: 64 } };
const exact = { tolerance: { ulp: 0 }, exact: true };
const bad = (call: (x: Tensor) => unknown) => fails([input([3])], call, ShapeError, /Expected|expected/);
/** All different, so that maxima are far from ties. */
const distinct = (...shape: number[]): Input => {
  const count = shape.reduce((a, b) => a * b, 1);
  return input(shape, [0, 9], { values: Array.from({ length: count }, (_, i) => ((i * 7) % count) / 2 + i / 64) });
};
const tuple = (result: Tensor | Tensor[]): Tensor[] => [result].flat();
const seeded = () => ({ generator: new Generator().manualSeed(7) });
const memoryOrder = 'draws follow the memory, which another layout changes';

/** A form of dropout: half of it dropped, all of it, nothing, and evaluation. */
const drops = (name: string, call: (x: Tensor, options: object) => Tensor, shape: number[], lessDims = shape.length): Row =>
  row(
    [
      variant([shape], (x) => call(x, { p: 0.5, training: true, ...seeded() }), torchDraws(`x: F.${name}(x, 0.5, True)`)),
      variant(
        [shape],
        (x) => call(x.clone(), { p: 0.25, training: true, inplace: true, ...seeded() }),
        torchDraws(`x: F.${name}(x.clone(), 0.25, True, True)`),
      ),
      variant([shape], (x) => call(x, { p: 1, training: true }), torchDraws(`x: F.${name}(x, 1.0, True)`)),
      variant(
        [shape],
        (x) => call(x, { p: 0.4, training: false }),
        (x) => x,
      ),
    ],
    {
      ...near,
      contiguousOnly: memoryOrder,
      errors: [
        fails([input(shape)], (x) => call(x, { p: 1.5 }), ArgumentError, /p in \[0, 1\]/),
        ...(lessDims < shape.length ? [fails([input(shape.slice(0, lessDims))], (x) => call(x, {}), ShapeError, /an input of/)] : []),
      ],
    },
  );

/** Maxima go back to where the indices say. */
const unpools = (dims: number, call: Call, size: Call, padded: Call, x: number[], indices: number[], larger: string): Row => {
  const at = whole('int64', x, indices);
  return row(
    [
      variant([input(x), at], call, torch(`x, i: F.max_unpool${dims}d(x, i, 2)`)),
      variant([input(x), at], size, torch(`x, i: F.max_unpool${dims}d(x, i, 2, output_size=${larger})`)),
      variant([input(x), at], padded, torch(`x, i: F.max_unpool${dims}d(x, i, 3, stride=4, padding=1)`)),
    ],
    {
      ...exact,
      errors: [
        fails(
          [
            input(x),
            whole(
              'int64',
              x,
              indices.map((_, i) => (i === 0 ? 10_000 : 0)),
            ),
          ],
          call,
          IndexError,
          /invalid max index/,
        ),
        fails([input(x), whole('int64', [1], [0])], call, ShapeError, /indices of shape/),
      ],
    },
  );
};
const smooth = { away: [-1, 0, 0.5, 1], range: [-2, 2] } as const;
/** The form that overwrites, on a copy. */
const overwrites = (name: string, ...calls: [call: (x: Tensor) => Tensor, args: string][]): Row =>
  row(
    calls.map(([call, args]) => variant([input([7], smooth.range, smooth)], (x) => call(x.clone()), torch(`x: F.${name}(x.clone()${args})`))),
    { tolerance: { ulp: 8, eps: 4 } },
  );
const bessel = unary(i1, (x) => besselI(1, x), { ulp: 16, eps: 4, special: [NaN, 0, -0, 0.5, -0.5].map((x) => [x]) });

export const volumes = {
  conv3d: row(
    [
      variant([[1, 1, 3, 3, 2], [2, 1, 2, 2, 1], [2]], (x, w, b) => F.conv3d(x, w, b), torch('x, w, b: F.conv3d(x, w, b)')),
      variant(
        [[2, 3, 3, 2], [2, 1, 2, 2, 1], [2]],
        (x, w, b) => F.conv3d(x, w, b, { stride: [2, 1, 2], padding: 1, dilation: [2, 2, 1], groups: 2 }),
        torch('x, w, b: F.conv3d(x, w, b, stride=(2, 1, 2), padding=1, dilation=(2, 2, 1), groups=2)'),
      ),
      variant(
        [
          [1, 1, 2, 2, 3],
          [1, 1, 2, 1, 2],
        ],
        (x, w) => F.conv3d(x, w, { padding: 'same' }),
        torch("x, w: F.conv3d(x, w, padding='same')"),
      ),
      variant(
        [[2, 3, 7, 6, 9], [4, 3, 3, 2, 3], [4]],
        (x, w, b) => F.conv3d(x, w, b, { stride: 2, padding: 1 }),
        torch('x, w, b: F.conv3d(x, w, b, stride=2, padding=1)'),
      ),
    ],
    {
      ...near,
      errors: [
        fails([input([1, 1, 1, 3, 3]), input([1, 1, 2, 2, 2])], (x, w) => F.conv3d(x, w), ShapeError, /Kernel size can't be greater/),
        fails([input([1, 3, 3]), input([1, 1, 2, 2, 2])], (x, w) => F.conv3d(x, w), ShapeError, /4D \(unbatched\) or 5D/),
        fails([input([1, 1, 3, 3, 3]), input([1, 1, 2, 2])], (x, w) => F.conv3d(x, w), ShapeError, /a weight of 5 dims/),
      ],
    },
  ),
  convTranspose3d: row(
    [
      variant([[1, 2, 2, 1, 2], [2, 1, 2, 2, 1], [1]], (x, w, b) => F.convTranspose3d(x, w, b), torch('x, w, b: F.conv_transpose3d(x, w, b)')),
      variant(
        [[2, 2, 2, 1], [2, 1, 2, 1, 2], [2]],
        (x, w, b) => F.convTranspose3d(x, w, b, { stride: [2, 1, 3], padding: [1, 0, 1], outputPadding: [1, 0, 2], groups: 2, dilation: [2, 1, 1] }),
        torch('x, w, b: F.conv_transpose3d(x, w, b, stride=(2, 1, 3), padding=(1, 0, 1), output_padding=(1, 0, 2), groups=2, dilation=(2, 1, 1))'),
      ),
    ],
    {
      ...near,
      errors: [
        fails([input([1, 1, 2, 2, 2]), input([1, 1, 1, 1, 1])], (x, w) => F.convTranspose3d(x, w, { outputPadding: 1 }), ArgumentError, /smaller than/),
        fails([input([1, 1, 1, 1, 1]), input([1, 1, 1, 1, 1])], (x, w) => F.convTranspose3d(x, w, { padding: 1 }), ShapeError, /output size is too small/),
      ],
    },
  ),
  avgPool3d: row(
    [
      variant([[1, 1, 2, 4, 3]], (x) => F.avgPool3d(x, 2), torch('x: F.avg_pool3d(x, 2)')),
      variant(
        [[1, 3, 3, 3]],
        (x) => F.avgPool3d(x, [2, 3, 2], { stride: [1, 2, 2], padding: 1, ceilMode: true, countIncludePad: false }),
        torch('x: F.avg_pool3d(x, (2, 3, 2), stride=(1, 2, 2), padding=1, ceil_mode=True, count_include_pad=False)'),
      ),
      variant([[1, 2, 2, 3]], (x) => F.avgPool3d(x, 2, { divisorOverride: 3 }), torch('x: F.avg_pool3d(x, 2, divisor_override=3)')),
    ],
    { ...near, errors: [bad((x) => F.avgPool3d(x, 1)), fails([input([1, 2, 2, 2])], (x) => F.avgPool3d(x, 3), ShapeError, /Output size is too small/)] },
  ),
  adaptiveAvgPool3d: row(
    [
      variant([[1, 3, 2, 4]], (x) => F.adaptiveAvgPool3d(x, 2), torch('x: F.adaptive_avg_pool3d(x, 2)')),
      variant([[1, 1, 2, 3, 3]], (x) => F.adaptiveAvgPool3d(x, [3, null, 2]), torch('x: F.adaptive_avg_pool3d(x, (3, None, 2))')),
    ],
    { ...near, errors: [bad((x) => F.adaptiveAvgPool3d(x, 2))] },
  ),
  maxPool3d: row(
    [
      variant([distinct(1, 1, 4, 2, 3)], (x) => tuple(F.maxPool3d(x, 2)), torch('x: F.max_pool3d(x, 2)')),
      variant(
        [distinct(2, 3, 2, 2)],
        (x) => tuple(F.maxPool3d(x, [2, 2, 1], { stride: 1, padding: [1, 1, 0], returnIndices: true })),
        torch('x: F.max_pool3d(x, (2, 2, 1), stride=1, padding=(1, 1, 0), return_indices=True)'),
      ),
      variant(
        [distinct(1, 5, 3, 2)],
        (x) => tuple(F.maxPool3d(x, 2, { stride: 2, padding: 1, dilation: [2, 1, 1], ceilMode: true, returnIndices: true })),
        torch('x: F.max_pool3d(x, 2, stride=2, padding=1, dilation=(2, 1, 1), ceil_mode=True, return_indices=True)'),
      ),
    ],
    {
      ...exact,
      errors: [
        bad((x) => F.maxPool3d(x, 1)),
        fails([input([1, 2, 2, 2])], (x) => F.maxPool3d(x, { kernelSize: 2, padding: 2 }), ArgumentError, /at most half of kernel size/),
      ],
    },
  ),
  adaptiveMaxPool3d: row(
    [
      variant([distinct(1, 3, 2, 4)], (x) => tuple(F.adaptiveMaxPool3d(x, 2, true)), torch('x: F.adaptive_max_pool3d(x, 2, True)')),
      variant([distinct(1, 1, 2, 3, 3)], (x) => tuple(F.adaptiveMaxPool3d(x, [1, 2, 2])), torch('x: F.adaptive_max_pool3d(x, (1, 2, 2))')),
    ],
    { ...exact, errors: [bad((x) => F.adaptiveMaxPool3d(x, 2))] },
  ),
  fractionalMaxPool2d: row(
    [
      variant(
        [distinct(1, 1, 5, 5), input([1, 1, 2], [0, 1])],
        (x, s) => tuple(F.fractionalMaxPool2d(x, 2, { outputSize: 3, returnIndices: true, randomSamples: s.detach() })),
        torch('x, s: F.fractional_max_pool2d(x, 2, output_size=3, return_indices=True, _random_samples=s)'),
      ),
      variant(
        [distinct(1, 6, 4), input([1, 1, 2], [0, 1])],
        (x, s) => tuple(F.fractionalMaxPool2d(x, [2, 1], { outputRatio: 0.6, randomSamples: s.detach() })),
        torch('x, s: F.fractional_max_pool2d(x, (2, 1), output_ratio=(0.6, 0.6), _random_samples=s)'),
      ),
    ],
    { ...exact, gradients: false, errors: [fails([input([1, 4, 4])], (x) => F.fractionalMaxPool2d(x, 2), ArgumentError, /outputSize or outputRatio/)] },
  ),
  fractionalMaxPool3d: row(
    [
      variant(
        [distinct(1, 1, 4, 5, 4), input([1, 1, 3], [0, 1])],
        (x, s) => tuple(F.fractionalMaxPool3d(x, 2, { outputSize: [2, 3, 2], returnIndices: true, randomSamples: s.detach() })),
        torch('x, s: F.fractional_max_pool3d(x, 2, output_size=(2, 3, 2), return_indices=True, _random_samples=s)'),
      ),
    ],
    { ...exact, gradients: false, errors: [fails([input([1, 4, 4, 4])], (x) => F.fractionalMaxPool3d(x, 2), ArgumentError, /outputSize or outputRatio/)] },
  ),
  lpPool1d: row(
    [
      variant([input([1, 2, 5], [0.5, 2])], (x) => F.lpPool1d(x, 3, 2), torch('x: F.lp_pool1d(x, 3, 2)')),
      variant([input([2, 6], [0.5, 2])], (x) => F.lpPool1d(x, 2, 3, { stride: 2, ceilMode: true }), torch('x: F.lp_pool1d(x, 2, 3, stride=2, ceil_mode=True)')),
    ],
    { ...near, errors: [fails([input([2, 6])], (x) => F.lpPool1d(x, 0, 3), ArgumentError, /normType other than 0/)] },
  ),
  lpPool2d: row(
    [
      variant([input([1, 1, 4, 4], [0.5, 2])], (x) => F.lpPool2d(x, 2, 2), torch('x: F.lp_pool2d(x, 2, 2)')),
      variant([input([2, 3, 4], [0.5, 2])], (x) => F.lpPool2d(x, 1.5, [2, 3], { stride: 1 }), torch('x: F.lp_pool2d(x, 1.5, (2, 3), stride=1)')),
    ],
    { ...near, errors: [fails([input([1, 4, 4])], (x) => F.lpPool2d(x, 0, 3), ArgumentError, /normType other than 0/)] },
  ),
  maxUnpool1d: unpools(
    1,
    (x, i) => F.maxUnpool1d(x, i, 2),
    (x, i) => F.maxUnpool1d(x, i, 2, { outputSize: [7] }),
    (x, i) => F.maxUnpool1d(x, i, 3, 4, 1),
    [1, 2, 3],
    [0, 3, 4, 1, 2, 5],
    '(7,)',
  ),
  maxUnpool2d: unpools(
    2,
    (x, i) => F.maxUnpool2d(x, i, 2),
    (x, i) => F.maxUnpool2d(x, i, 2, { outputSize: [5, 4] }),
    (x, i) => F.maxUnpool2d(x, i, 3, 4, 1),
    [1, 2, 2, 2],
    [0, 3, 9, 14, 5, 2, 8, 15],
    '(5, 4)',
  ),
  maxUnpool3d: unpools(
    3,
    (x, i) => F.maxUnpool3d(x, i, 2),
    (x, i) => F.maxUnpool3d(x, i, 2, { outputSize: [3, 4, 2] }),
    (x, i) => F.maxUnpool3d(x, i, 3, 4, 1),
    [1, 1, 1, 2, 1],
    [3, 4],
    '(3, 4, 2)',
  ),
  dropout1d: drops('dropout1d', (x, options) => F.dropout1d(x, options), [2, 3, 2], 1),
  dropout2d: drops('dropout2d', (x, options) => F.dropout2d(x, options), [2, 3, 2, 1], 2),
  dropout3d: drops('dropout3d', (x, options) => F.dropout3d(x, options), [2, 3, 1, 2, 1], 3),
  alphaDropout: drops('alpha_dropout', (x, options) => F.alphaDropout(x, options), [3, 4]),
  featureAlphaDropout: drops('feature_alpha_dropout', (x, options) => F.featureAlphaDropout(x, options), [2, 3, 2], 1),
  celu_: overwrites('celu_', [(x) => F.celu_(x), ''], [(x) => F.celu_(x, 2), ', 2']),
  elu_: overwrites('elu_', [(x) => F.elu_(x), ''], [(x) => F.elu_(x, { alpha: 0.5 }), ', 0.5']),
  hardtanh_: overwrites('hardtanh_', [(x) => F.hardtanh_(x), ''], [(x) => F.hardtanh_(x, -0.3, 0.8), ', -0.3, 0.8']),
  leakyRelu_: overwrites('leaky_relu_', [(x) => F.leakyRelu_(x), ''], [(x) => F.leakyRelu_(x, 0.3), ', 0.3']),
  rrelu_: overwrites('rrelu_', [(x) => F.rrelu_(x), ''], [(x) => F.rrelu_(x, 0.1, 0.2), ', 0.1, 0.2']),
  selu_: overwrites('selu_', [(x) => F.selu_(x), '']),
  threshold_: overwrites('threshold_', [(x) => F.threshold_(x, 0.2, -3), ', 0.2, -3']),
  i1: {
    ...bessel,
    gradients: [
      ...bessel.gradients,
      variant(
        [input([3], [-2, 2], { values: [-1.5, 0.25, 3] })],
        (x) => i1(x),
        each((x) => besselI(1, x)),
      ),
    ],
  },
} satisfies Record<string, Row>;

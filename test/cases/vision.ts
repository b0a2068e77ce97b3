// Convolution, pooling, padding, resizing and patches. PyTorch's golden numbers are the reference where no formula stands here.
import { ArgumentError, DTypeError, IndexError, ShapeError } from '../../src/core/errors.js';
import * as F from '../../src/ops/images.js';
import * as ops from '../../src/ops/index.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { build, type Grid, look } from './grid.js';
import { fails, floats, input, type Row, row, variant } from './row.js';
import { torch } from './torch.js';

const tolerance = { ulp: 8, eps: 64 };
const range = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const image = [1, 2, 3, 3];
const bad = (call: (x: Tensor) => unknown) => fails([input([3])], call, ShapeError, /Expected|expected/);

/** A convolution without padding, stride 1. */
const plain = (x: Grid, w: Grid): Grid => {
  const [n, c, h, wd] = x.shape;
  const [o, , kh, kw] = w.shape;
  return build([n, o, h - kh + 1, wd - kw + 1], ([b, f, y, z]) =>
    total(
      range(c * kh * kw, (t) => [Math.floor(t / (kh * kw)), Math.floor(t / kw) % kh, t % kw]).map(
        ([ch, i, j]) => look(x, [b, ch, y + i, z + j]) * look(w, [f, ch, i, j]),
      ),
    ),
  );
};
const strided = { stride: 2, padding: 1, dilation: 2, groups: 2 };
const transposed = { stride: 2, padding: 1, outputPadding: 1, dilation: 2, groups: 2 };
const signalErrors = (call: (x: Tensor, w: Tensor, options: object) => unknown) => [
  fails([input([2, 5]), input([2, 2, 3])], (x, w) => call(x, w, { stride: 0 }), ArgumentError, /stride >= 1/),
  fails([input([2, 5]), input([2, 2, 3])], (x, w) => call(x, w, { padding: -1 }), ArgumentError, /negative padding is not supported/),
  fails([input([3, 5]), input([2, 2, 3])], (x, w) => call(x, w, {}), ShapeError, /channels/),
  fails([input([2, 5]), input([2, 2, 3])], (x, w) => call(x, ops.float(w), {}), DTypeError, /should be the same/),
  fails([input([5]), input([2, 2, 3])], (x, w) => call(x, w, {}), ShapeError, /2D \(unbatched\) or 3D \(batched\)/),
];

/** Pooling: its first element by the formula, the rest by the gradients and the golden numbers. */
const windows = (x: Grid, size: number, f: (values: number[]) => number): Grid => {
  const [n, c, h, w] = x.shape;
  return build([n, c, Math.floor(h / size), Math.floor(w / size)], ([b, ch, y, z]) =>
    f(range(size * size, (t) => look(x, [b, ch, y * size + Math.floor(t / size), z * size + (t % size)]))),
  );
};
const places = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3].map((v, i) => v + i / 16);
const distinct = input([1, 1, 4, 4], [0, 9], { values: places });
const distinctSignal = input([2, 8], [0, 9], { values: places });
const mean = (values: number[]): number => total(values) / values.length;
const first = (result: Tensor | Tensor[]): Tensor => (Array.isArray(result) ? result[0] : result);
const poolErrors = (call: (x: Tensor, options: object) => unknown) => [
  bad((x) => call(x.unsqueeze(0).unsqueeze(0).unsqueeze(0).unsqueeze(0), { kernelSize: 1 })),
  fails([input([1, 4, 4])], (x) => call(x, { kernelSize: 0 }), ArgumentError, /kernel size >= 1/),
  fails([input([1, 4, 4])], (x) => call(x, { kernelSize: 2, padding: 2 }), ArgumentError, /pad should be at most half of kernel size/),
  fails([input([1, 2, 2])], (x) => call(x, { kernelSize: 3 }), ShapeError, /Output size is too small/),
];

const moved =
  (shape: readonly number[], from: (index: number[]) => number[]) =>
  (x: Grid): Grid =>
    build(shape, (index) => look(x, from(index)));
const exact = { tolerance: { ulp: 0 }, exact: true };

export const vision = {
  conv2d: row(
    [
      variant([image, [2, 2, 2, 2]], (x, w) => F.conv2d(x, w), plain),
      variant(
        [[2, 3, 3], [2, 1, 2, 2], [2]],
        (x, w, b) => F.conv2d(x, w, b, strided),
        torch('x, w, b: F.conv2d(x, w, b, stride=2, padding=1, dilation=2, groups=2)'),
      ),
      variant(
        [[1, 2, 3, 3], [2, 1, 1, 1], [2]],
        (x, w, b) => F.conv2d(x, w, b, { padding: 'same', groups: 2 }),
        torch("x, w, b: F.conv2d(x, w, b, padding='same', groups=2)"),
      ),
      variant(
        [
          [2, 5, 9, 40],
          [17, 5, 3, 3],
        ],
        (x, w) => F.conv2d(x, w),
        plain,
      ),
      variant(
        [
          [0, 2, 3, 3],
          [2, 2, 2, 2],
        ],
        (x, w) => F.conv2d(x, w),
        plain,
      ),
    ],
    {
      tolerance,
      errors: [
        fails([input([1, 2, 3]), input([2, 1, 4, 4])], (x, w) => F.conv2d(x, w), ShapeError, /Kernel size can't be greater than actual input size/),
        fails([input(image), input([2, 2, 2, 2])], (x, w) => F.conv2d(x, w, { padding: 'same', stride: 2 }), ArgumentError, /not supported for strided/),
        fails([input(image), input([2, 2, 2, 2])], (x, w) => F.conv2d(x, w, { groups: 0 }), ArgumentError, /non-positive groups/),
        fails([input(image), input([2, 2, 2, 2]), input([3])], (x, w, b) => F.conv2d(x, w, b), ShapeError, /bias to be 1-dimensional with 2 elements/),
      ],
      work: { inputs: [input([8, 64, 28, 28]), input([64, 64, 3, 3])], flops: 2 * 8 * 64 * 64 * 9 * 26 * 26, bytes: 4 * (8 * 64 * (784 + 676) + 36864) },
    },
  ),
  conv1d: row(
    [
      variant(
        [
          [1, 2, 5],
          [2, 2, 3],
        ],
        (x, w) => F.conv1d(x, w),
        torch('x, w: F.conv1d(x, w)'),
      ),
      variant(
        [[2, 5], [2, 1, 2], [2]],
        (x, w, b) => F.conv1d(x, w, b, strided),
        torch('x, w, b: F.conv1d(x, w, b, stride=2, padding=1, dilation=2, groups=2)'),
      ),
    ],
    { tolerance, errors: signalErrors((x, w, options) => F.conv1d(x, w, options)) },
  ),
  convTranspose1d: row(
    [
      variant(
        [
          [1, 2, 4],
          [2, 2, 3],
        ],
        (x, w) => F.convTranspose1d(x, w),
        torch('x, w: F.conv_transpose1d(x, w)'),
      ),
      variant(
        [[2, 4], [2, 1, 3], [2]],
        (x, w, b) => F.convTranspose1d(x, w, b, transposed),
        torch('x, w, b: F.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1, dilation=2, groups=2)'),
      ),
    ],
    { tolerance, errors: signalErrors((x, w, options) => F.convTranspose1d(x, w, options)).filter((_, i) => i !== 3) },
  ),
  convTranspose2d: row(
    [
      variant(
        [
          [1, 2, 2, 2],
          [2, 2, 2, 2],
        ],
        (x, w) => F.convTranspose2d(x, w),
        torch('x, w: F.conv_transpose2d(x, w)'),
      ),
      variant(
        [[2, 2, 3], [2, 1, 2, 2], [2]],
        (x, w, b) => F.convTranspose2d(x, w, b, transposed),
        torch('x, w, b: F.conv_transpose2d(x, w, b, stride=2, padding=1, output_padding=1, dilation=2, groups=2)'),
      ),
    ],
    {
      tolerance,
      errors: [
        fails(
          [input(image), input([2, 2, 2, 2])],
          (x, w) => F.convTranspose2d(x, w, { outputPadding: 1 }),
          ArgumentError,
          /smaller than either stride or dilation/,
        ),
        fails([input(image), input([2, 2, 1, 1])], (x, w) => F.convTranspose2d(x, w, { padding: 2 }), ShapeError, /output size is too small/),
      ],
    },
  ),
  avgPool1d: row(
    [
      variant([[2, 7]], (x) => F.avgPool1d(x, 3, 2, 1, true, false), torch('x: F.avg_pool1d(x, 3, 2, 1, True, False)')),
      variant([[1, 2, 6]], (x) => F.avgPool1d(x, [2]), torch('x: F.avg_pool1d(x, 2)')),
    ],
    {
      tolerance,
      errors: poolErrors((x, options) => F.avgPool1d(x, options)).slice(0, 1),
    },
  ),
  avgPool2d: row(
    [
      variant(
        [[1, 1, 4, 6]],
        (x) => F.avgPool2d(x, 2),
        (x) => windows(x, 2, mean),
      ),
      variant(
        [[1, 4, 5]],
        (x) => F.avgPool2d(x, [3, 2], { stride: [2, 1], padding: 1, ceilMode: true }),
        torch('x: F.avg_pool2d(x, (3, 2), stride=(2, 1), padding=1, ceil_mode=True)'),
      ),
      variant(
        [[1, 1, 4, 4]],
        (x) => F.avgPool2d(x, 3, { stride: 1, padding: 1, countIncludePad: false }),
        torch('x: F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)'),
      ),
      variant([[1, 1, 4, 4]], (x) => F.avgPool2d(x, 2, { divisorOverride: 3 }), torch('x: F.avg_pool2d(x, 2, divisor_override=3)')),
      variant(
        [[2, 3, 18, 40]],
        (x) => F.avgPool2d(x, 2),
        (x) => windows(x, 2, mean),
      ),
    ],
    { tolerance, errors: poolErrors((x, options) => F.avgPool2d(x, options)) },
  ),
  adaptiveAvgPool1d: row(
    [
      variant([[2, 7]], (x) => F.adaptiveAvgPool1d(x, 3), torch('x: F.adaptive_avg_pool1d(x, 3)')),
      variant([[1, 2, 2]], (x) => F.adaptiveAvgPool1d(x, 5), torch('x: F.adaptive_avg_pool1d(x, 5)')),
    ],
    {
      tolerance,
      errors: [bad((x) => F.adaptiveAvgPool1d(x, 2))],
    },
  ),
  adaptiveAvgPool2d: row(
    [
      variant(
        [[1, 1, 4, 4]],
        (x) => F.adaptiveAvgPool2d(x, 2),
        (x) => windows(x, 2, mean),
      ),
      variant([[2, 3, 5]], (x) => F.adaptiveAvgPool2d(x, [2, null]), torch('x: F.adaptive_avg_pool2d(x, (2, None))')),
    ],
    { tolerance, errors: [bad((x) => F.adaptiveAvgPool2d(x, 2))] },
  ),
  maxPool1d: row(
    [
      variant([distinctSignal], (x) => F.maxPool1d(x, 3, 2, 1), torch('x: F.max_pool1d(x, 3, 2, 1)')),
      variant(
        [distinctSignal],
        (x) => F.maxPool1d(x, { kernelSize: 2, dilation: 3, returnIndices: true }),
        torch('x: F.max_pool1d(x, 2, dilation=3, return_indices=True)'),
      ),
    ],
    {
      ...exact,
      errors: poolErrors((x, options) => F.maxPool1d(x, options)).slice(0, 1),
    },
  ),
  maxPool2d: row(
    [
      variant(
        [distinct],
        (x) => first(F.maxPool2d(x, 2)),
        (x) => windows(x, 2, (v) => Math.max(...v)),
      ),
      variant(
        [distinct],
        (x) => F.maxPool2d(x, 3, { stride: 1, padding: 1, returnIndices: true }),
        torch('x: F.max_pool2d(x, 3, stride=1, padding=1, return_indices=True)'),
      ),
      variant(
        [distinct],
        (x) => F.maxPool2d(x, 2, { stride: 2, padding: 1, dilation: 2, ceilMode: true }),
        torch('x: F.max_pool2d(x, 2, stride=2, padding=1, dilation=2, ceil_mode=True)'),
      ),
    ],
    { ...exact, errors: poolErrors((x, options) => F.maxPool2d(x, options)) },
  ),
  adaptiveMaxPool1d: row([variant([distinctSignal], (x) => F.adaptiveMaxPool1d(x, 3, true), torch('x: F.adaptive_max_pool1d(x, 3, True)'))], {
    ...exact,
    errors: [bad((x) => F.adaptiveMaxPool1d(x, 2))],
  }),
  adaptiveMaxPool2d: row(
    [
      variant(
        [distinct],
        (x) => F.adaptiveMaxPool2d(x, 2),
        (x) => windows(x, 2, (v) => Math.max(...v)),
      ),
      variant([distinct], (x) => F.adaptiveMaxPool2d(x, [3, 2]), torch('x: F.adaptive_max_pool2d(x, (3, 2))')),
    ],
    {
      ...exact,
      errors: [bad((x) => F.adaptiveMaxPool2d(x, 2))],
    },
  ),
  pad: row(
    [
      variant(
        [[2, 3]],
        (x) => F.pad(x, [1, 2]),
        (x) => build([2, 6], ([i, j]) => (j < 1 || j > 3 ? 0 : look(x, [i, j - 1]))),
      ),
      variant(
        [[2, 3]],
        (x) => F.pad(x, [-1, 1, 0, 1], 'constant', 7),
        (x) => build([3, 3], ([i, j]) => (i > 1 || j > 1 ? 7 : look(x, [i, j + 1]))),
      ),
      variant(
        [[2, 3]],
        (x) => F.pad(x, [2, 1], 'reflect'),
        moved([2, 6], ([i, j]) => [i, [2, 1, 0, 1, 2, 1][j]]),
      ),
      variant(
        [[2, 3]],
        (x) => F.pad(x, [2, 1], { mode: 'replicate' }),
        moved([2, 6], ([i, j]) => [i, Math.min(Math.max(j - 2, 0), 2)]),
      ),
      variant(
        [[2, 3]],
        (x) => F.pad(x, [2, 1], 'circular'),
        moved([2, 6], ([i, j]) => [i, (j + 1) % 3]),
      ),
      variant([[1, 2, 2, 3]], (x) => F.pad(x, [1, 0, 1, 1], 'reflect'), torch("x: F.pad(x, (1, 0, 1, 1), 'reflect')")),
    ],
    {
      ...exact,
      errors: [
        fails([input([2, 3])], (x) => F.pad(x, [1]), ArgumentError, /Padding length must be divisible by 2/),
        fails([input([2, 3])], (x) => F.pad(x, [1, 1, 1, 1, 1, 1]), ArgumentError, /Padding length too large/),
        fails([input([2, 3])], (x) => F.pad(x, [3, 0], 'reflect'), ShapeError, /Padding size should be less than the corresponding input dimension/),
        fails([input([2, 3])], (x) => F.pad(x, [4, 0], 'circular'), ShapeError, /wrapping around more than once/),
        fails([input([2, 3])], (x) => F.pad(x, [-4, 0]), ShapeError, /negative output size/),
      ],
    },
  ),
  interpolate: row(
    [
      variant(
        [[1, 2, 3]],
        (x) => F.interpolate(x, 6),
        moved([1, 2, 6], ([n, c, i]) => [n, c, i >> 1]),
      ),
      variant([[1, 2, 3]], (x) => F.interpolate(x, { scaleFactor: 1.5, mode: 'linear' }), torch("x: F.interpolate(x, scale_factor=1.5, mode='linear')")),
      variant(
        [[1, 1, 3, 4]],
        (x) => F.interpolate(x, { size: [5, 3], mode: 'bilinear', alignCorners: true }),
        torch("x: F.interpolate(x, size=(5, 3), mode='bilinear', align_corners=True)"),
      ),
      variant(
        [[1, 1, 3, 4]],
        (x) => F.interpolate(x, { scaleFactor: [1.7, 0.6], mode: 'bicubic' }),
        torch("x: F.interpolate(x, scale_factor=(1.7, 0.6), mode='bicubic')"),
      ),
      variant(
        [[1, 1, 4, 5]],
        (x) => F.interpolate(x, { size: 2, mode: 'bilinear', antialias: true }),
        torch("x: F.interpolate(x, size=(2, 2), mode='bilinear', antialias=True)"),
      ),
      variant([[1, 1, 4, 5]], (x) => F.interpolate(x, { size: 2, mode: 'area' }), torch("x: F.interpolate(x, size=2, mode='area')")),
      variant([[1, 1, 2, 2, 3]], (x) => F.interpolate(x, { size: 4, mode: 'trilinear' }), torch("x: F.interpolate(x, size=4, mode='trilinear')")),
      variant(
        [[1, 1, 5]],
        (x) => F.interpolate(x, { size: 3, mode: 'nearest-exact' }),
        moved([1, 1, 3], ([n, c, i]) => [n, c, [0, 2, 4][i]]),
      ),
    ],
    {
      tolerance,
      errors: [
        fails([input([1, 2, 3])], (x) => F.interpolate(x), ArgumentError, /either size or scaleFactor/),
        fails([input([1, 2, 3])], (x) => F.interpolate(x, 2, 2), ArgumentError, /only one of size or scale_factor/),
        fails([input([1, 2, 3])], (x) => F.interpolate(x, 2, { alignCorners: true }), ArgumentError, /can only be set with the interpolating modes/),
        fails([input([1, 2, 3])], (x) => F.interpolate(x, { size: 2, mode: 'bilinear' }), ArgumentError, /Got 3D input/),
        fails([input([1, 2, 3])], (x) => F.interpolate(x, { size: 0 }), ArgumentError, /should be greater than 0/),
      ],
    },
  ),
  upsampleNearest: row(
    [
      variant(
        [[1, 1, 2, 2]],
        (x) => F.upsampleNearest(x, { scaleFactor: 2 }),
        moved([1, 1, 4, 4], ([n, c, i, j]) => [n, c, i >> 1, j >> 1]),
      ),
    ],
    {
      tolerance,
      errors: [fails([input([3])], (x) => F.upsampleNearest(x, 2), ArgumentError, /Got 1D input/)],
    },
  ),
  upsampleBilinear: row(
    [variant([[1, 1, 2, 2]], (x) => F.upsampleBilinear(x, [3, 3]), torch("x: F.interpolate(x, (3, 3), mode='bilinear', align_corners=True)"))],
    {
      tolerance,
      errors: [fails([input([3])], (x) => F.upsampleBilinear(x, 2), ArgumentError, /Got 1D input/)],
    },
  ),
  im2col: row(
    [
      variant(
        [[1, 1, 3, 4]],
        (x) => F.im2col(x, 2),
        moved([1, 4, 6], ([n, r, p]) => [n, 0, (r >> 1) + Math.floor(p / 3), (r & 1) + (p % 3)]),
      ),
      variant(
        [[2, 3, 3]],
        (x) => F.im2col(x, [2, 1], { dilation: 2, padding: 1, stride: [1, 2] }),
        torch('x: F.unfold(x, (2, 1), dilation=2, padding=1, stride=(1, 2))'),
      ),
    ],
    { ...exact, errors: [bad((x) => F.im2col(x, 2)), fails([input([1, 1, 2, 2])], (x) => F.im2col(x, 3), ShapeError, /must be at least one/)] },
  ),
  col2im: row(
    [
      variant(
        [[1, 4, 4]],
        (x) => F.col2im(x, 3, 2),
        (x) =>
          build([1, 1, 3, 3], ([, , y, z]) =>
            total(range(16, (t) => [t >> 2, t & 3]).map(([r, p]) => ((r >> 1) + (p >> 1) === y && (r & 1) + (p & 1) === z ? look(x, [0, r, p]) : 0))),
          ),
      ),
      variant(
        [[4, 6]],
        (x) => F.col2im(x, [3, 3], [2, 1], { padding: [0, 1], stride: [1, 2] }),
        torch('x: F.fold(x, (3, 3), (2, 1), padding=(0, 1), stride=(1, 2))'),
      ),
    ],
    {
      tolerance,
      errors: [bad((x) => F.col2im(x, 2, 2)), fails([input([1, 4, 5])], (x) => F.col2im(x, 3, 2), ShapeError, /number of sliding blocks/)],
    },
  ),
  unfold: row(
    [
      variant(
        [[2, 5]],
        (x) => ops.unfold(x, 1, 3, 2),
        moved([2, 2, 3], ([i, w, k]) => [i, 2 * w + k]),
      ),
      variant(
        [[3, 2]],
        (x) => ops.unfold(x, 0, 2, 1),
        moved([2, 2, 2], ([w, j, k]) => [w + k, j]),
      ),
      variant(
        [[]],
        (x) => ops.unfold(x, 0, 1, 1),
        moved([1], () => []),
      ),
    ],
    {
      ...exact,
      dtypes: [...floats, 'int64'],
      errors: [
        fails([input([2, 3])], (x) => ops.unfold(x, 1, 4, 1), ShapeError, /maximum size for tensor at dimension 1 is 3 but size is 4/),
        fails([input([2, 3])], (x) => ops.unfold(x, 1, 2, 0), ArgumentError, /step is 0 but must be > 0/),
        fails([input([2, 3])], (x) => ops.unfold(x, 2, 2, 1), IndexError, /in \[-2, 1\], got 2/),
      ],
    },
  ),
  pixelShuffle: row(
    [
      variant(
        [[1, 4, 2, 3]],
        (x) => F.pixelShuffle(x, 2),
        moved([1, 1, 4, 6], ([n, , y, z]) => [n, 2 * (y & 1) + (z & 1), y >> 1, z >> 1]),
      ),
    ],
    {
      ...exact,
      errors: [
        bad((x) => F.pixelShuffle(x, 2)),
        fails([input([3, 2, 2])], (x) => F.pixelShuffle(x, 2), ShapeError, /divisible by the square of upscale_factor/),
        fails([input([4, 2, 2])], (x) => F.pixelShuffle(x, 0), ArgumentError, /positive factor/),
      ],
    },
  ),
  pixelUnshuffle: row(
    [
      variant(
        [[1, 4, 6]],
        (x) => F.pixelUnshuffle(x, 2),
        moved([4, 2, 3], ([c, y, z]) => [0, 2 * y + (c >> 1), 2 * z + (c & 1)]),
      ),
    ],
    {
      ...exact,
      errors: [bad((x) => F.pixelUnshuffle(x, 2)), fails([input([1, 3, 2])], (x) => F.pixelUnshuffle(x, 2), ShapeError, /divisible by downscale_factor/)],
    },
  ),
  localResponseNorm: row(
    [
      variant(
        [[1, 4, 3]],
        (x) => F.localResponseNorm(x, 3, 0.5, 0.75, 2),
        (x) =>
          build(
            [1, 4, 3],
            ([n, c, i]) => look(x, [n, c, i]) / (2 + (0.5 / 3) * total([c - 1, c, c + 1].map((k) => (k < 0 || k > 3 ? 0 : look(x, [n, k, i]) ** 2)))) ** 0.75,
          ),
      ),
    ],
    { tolerance: { ulp: 16, eps: 16 }, errors: [bad((x) => F.localResponseNorm(x, 2))] },
  ),
  bilinear: row(
    [
      variant(
        [[3, 2], [3, 4], [2, 2, 4], [2]],
        (x, y, w, b) => F.bilinear(x, y, w, b),
        (x, y, w, b) => build([3, 2], ([n, o]) => b.data[o] + total(range(8, (t) => look(x, [n, t >> 2]) * look(w, [o, t >> 2, t & 3]) * look(y, [n, t & 3])))),
      ),
      variant([[2], [3], [2, 2, 3]], (x, y, w) => F.bilinear(x, y, w), torch('x, y, w: F.bilinear(x, y, w)')),
    ],
    {
      tolerance,
      errors: [fails([input([3, 2]), input([2, 2]), input([1, 2, 2])], (x, y, w) => F.bilinear(x, y, w), ShapeError, /batch dimensions do not match/)],
    },
  ),
} satisfies Record<string, Row>;

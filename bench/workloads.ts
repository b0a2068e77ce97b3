// What is measured, fixed in one place: names, shapes and the work in them. A workload is data, which every contestant gets as it stands here; what its kind means is written once
// a contestant.

export type DType = 'float32' | 'float64';
/** backward: forward and backward together; inPlace: the result overwrites the input. */
export type Mode = 'forward' | 'backward' | 'inPlace';

export interface Gemm {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** The operand is stored transposed. */
  readonly ta: boolean;
  readonly tb: boolean;
  readonly dtype: DType;
}
export interface Pointwise {
  readonly op: 'add' | 'mul' | 'add row' | 'add column' | 'exp' | 'log' | 'tanh' | 'sigmoid' | 'gelu' | 'relu';
  /** The operand is square. */
  readonly side: number;
  readonly mode: Mode;
}
export interface Reduction {
  readonly op: 'sum' | 'max' | 'var';
  /** Over all elements, within each row, within each column. */
  readonly over: 'all' | 'rows' | 'columns';
  readonly side: number;
  readonly mode: Mode;
}
export interface RowWise {
  readonly op: 'softmax' | 'log-softmax' | 'layer norm' | 'cross-entropy';
  readonly side: number;
  readonly mode: Mode;
}
export interface Conv {
  readonly batch: number;
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  /** The pass that is timed, alone. */
  readonly pass: 'forward' | 'backward by input' | 'backward by weight';
}
export interface Images {
  readonly op: 'max pool' | 'average pool' | 'batch norm';
  readonly shape: readonly [number, number, number, number];
  readonly mode: Mode;
}
export interface Lstm {
  readonly batch: number;
  readonly steps: number;
  readonly hidden: number;
}
export interface Attention {
  readonly batch: number;
  readonly heads: number;
  readonly steps: number;
  readonly head: number;
  readonly mode: Mode;
}
export interface OptimizerStep {
  readonly op: 'SGD momentum' | 'AdamW';
  readonly tensors: number;
  readonly each: number;
}
export interface Gpt {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly steps: number;
  readonly batch: number;
  readonly vocabulary: number;
}

/** Every kind of work and what describes it. */
export interface Kinds {
  gemm: Gemm;
  pointwise: Pointwise;
  reduction: Reduction;
  'row-wise': RowWise;
  chain: { readonly count: number };
  'scalar chain': { readonly ops: number };
  'scalar graph': { readonly nodes: number };
  'small MLP': { readonly sizes: readonly number[]; readonly batch: number };
  conv: Conv;
  images: Images;
  lstm: Lstm;
  attention: Attention;
  optimizer: OptimizerStep;
  MLP: { readonly sizes: readonly number[]; readonly batch: number };
  CNN: { readonly batch: number };
  GPT: Gpt;
}
export type Kind = keyof Kinds;

export interface Workload<K extends Kind = Kind> {
  readonly group: string;
  readonly name: string;
  readonly kind: K;
  readonly params: Kinds[K];
  /** Floating point operations of one run, where a rate makes sense. */
  readonly flops?: number;
  /** Bytes that one run must read and write at least, where bandwidth is the bound. */
  readonly bytes?: number;
  /** How many units one run holds (scalar ops in a chain): times are given per unit. */
  readonly units?: number;
}

const all: Workload[] = [];
function work<K extends Kind>(group: string, name: string, kind: K, params: Kinds[K], figures: Pick<Workload, 'flops' | 'bytes' | 'units'> = {}): void {
  all.push({ group, name, kind, params, ...figures } as Workload);
}

// Matrix products. An n in the name is an operand as stored, a t one that is stored transposed.
const squares = [16, 32, 64, 128, 256, 512, 1024, 2048];
const trained: readonly (readonly [m: number, k: number, n: number])[] = [
  [128, 784, 256],
  [1024, 128, 512],
  [64, 10, 128],
  [1, 1024, 1024],
  [333, 517, 129],
];
for (const dtype of ['float32', 'float64'] as const) {
  for (const [m, k, n] of [...squares.map((side) => [side, side, side] as const), ...trained]) {
    for (const [ta, tb] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const sizes = m === k && k === n ? `${n}` : `${m}x${k}x${n}`;
      const name = `gemm ${dtype === 'float32' ? 'f32' : 'f64'} ${sizes}${ta || tb ? ` ${ta ? 't' : 'n'}${tb ? 't' : 'n'}` : ''}`;
      work(`matrix product, ${dtype}`, name, 'gemm', { m, k, n, ta, tb, dtype }, { flops: 2 * m * k * n });
    }
  }
}

// Element by element and along dims, float32.
const sides: Readonly<Record<string, number>> = { '1K': 32, '64K': 256, '1M': 1024, '16M': 4096 };
const suffix = { forward: '', backward: ' backward', inPlace: ' in place' } as const;
for (const op of ['add', 'mul', 'add row', 'add column', 'exp', 'log', 'tanh', 'sigmoid', 'gelu', 'relu'] as const) {
  const binary = op === 'add' || op === 'mul';
  const modes: readonly Mode[] = binary || op === 'relu' ? ['forward', 'inPlace', 'backward'] : ['forward', 'backward'];
  for (const [count, side] of Object.entries(sides)) {
    for (const mode of modes) {
      const bytes = mode === 'backward' ? undefined : 4 * side * side * (binary ? 3 : 2);
      work('pointwise', `${op} ${count}${suffix[mode]}`, 'pointwise', { op, side, mode }, { bytes });
    }
  }
}
for (const op of ['sum', 'max', 'var'] as const) {
  for (const over of ['all', 'rows', 'columns'] as const) {
    for (const [count, side] of Object.entries(sides)) {
      for (const mode of ['forward', 'backward'] as const) {
        const bytes = op === 'sum' && mode === 'forward' ? 4 * side * side : undefined;
        work('reductions', `${op} ${over} ${count}${suffix[mode]}`, 'reduction', { op, over, side, mode }, { bytes });
      }
    }
  }
}
for (const op of ['softmax', 'log-softmax', 'layer norm', 'cross-entropy'] as const) {
  for (const [count, side] of Object.entries(sides)) {
    for (const mode of ['forward', 'backward'] as const) work('softmax and norms', `${op} ${count}${suffix[mode]}`, 'row-wise', { op, side, mode });
  }
}
work('chain and tiny ops', 'chain 1M backward', 'chain', { count: 2 ** 20 });
work('chain and tiny ops', 'scalar chain', 'scalar chain', { ops: 2000 }, { units: 2000 });
work('chain and tiny ops', 'scalar graph', 'scalar graph', { nodes: 5000 }, { units: 5000 });
work('chain and tiny ops', 'MLP 2-16-16-1 step', 'small MLP', { sizes: [2, 16, 16, 1], batch: 4 });

// Convolutions: [name, batch, channels in, channels out, size, kernel, stride, padding, groups].
const convolutions: readonly (readonly [string, number, number, number, number, number, number, number, number])[] = [
  ['LeNet 1 (5x5, 1 to 6 at 28)', 64, 1, 6, 28, 5, 1, 2, 1],
  ['LeNet 2 (5x5, 6 to 16 at 14)', 64, 6, 16, 14, 5, 1, 0, 1],
  ['ResNet 56 (3x3, 64)', 4, 64, 64, 56, 3, 1, 1, 1],
  ['ResNet 28 (3x3, 128)', 4, 128, 128, 28, 3, 1, 1, 1],
  ['ResNet 14 (3x3, 256)', 4, 256, 256, 14, 3, 1, 1, 1],
  ['ResNet 7 (3x3, 512)', 4, 512, 512, 7, 3, 1, 1, 1],
  ['depthwise 56 (3x3, 64)', 4, 64, 64, 56, 3, 1, 1, 64],
  ['depthwise 14 (3x3, 384, stride 2)', 4, 384, 384, 14, 3, 2, 1, 384],
];
for (const [name, batch, input, output, size, kernel, stride, padding, groups] of convolutions) {
  const side = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const flops = (2 * batch * output * side * side * kernel * kernel * input) / groups;
  for (const pass of ['forward', 'backward by input', 'backward by weight'] as const)
    work('convolution', `conv ${name} ${pass}`, 'conv', { batch, input, output, size, kernel, stride, padding, groups, pass }, { flops });
}
for (const op of ['max pool', 'average pool', 'batch norm'] as const) {
  for (const mode of ['forward', 'backward'] as const)
    work('pooling and batch norm', `${op} 32x32x28x28${suffix[mode]}`, 'images', { op, shape: [32, 32, 28, 28], mode });
}

work('sequences', 'LSTM 32x64x128 backward', 'lstm', { batch: 32, steps: 64, hidden: 128 });
for (const steps of [64, 256]) {
  for (const mode of ['forward', 'backward'] as const)
    work('sequences', `attention 16x4x${steps}x32${suffix[mode]}`, 'attention', { batch: 16, heads: 4, steps, head: 32, mode });
}
for (const op of ['SGD momentum', 'AdamW'] as const) work('optimizer step', `${op} 50x20000`, 'optimizer', { op, tensors: 50, each: 20_000 });
for (const batch of [32, 128]) work('training step', `MLP batch ${batch}`, 'MLP', { sizes: [784, 256, 128, 10], batch });
work('training step', 'CNN batch 64', 'CNN', { batch: 64 });
work('training step', 'GPT batch 16', 'GPT', { layers: 4, width: 128, heads: 4, steps: 64, batch: 16, vocabulary: 65 });

export const workloads: readonly Workload[] = all;

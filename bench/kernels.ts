// npm run bench:kernels [simd128 | relaxed-simd] [name ...]: kernels of the published WebAssembly file alone, float32, on one thread and memory that was used before. Prints the fastest
// call and the median, and what the fastest took for four elements, in cycles of 3.7 GHz.
import { readFileSync } from 'node:fs';
import v8 from 'node:v8';

const files = { simd128: 'gradtape.wasm', 'relaxed-simd': 'gradtape-relaxed.wasm' } as const;
const isBuild = (name: string | undefined): name is keyof typeof files => name !== undefined && name in files;
const [first] = process.argv.slice(2);
const build = isBuild(first) ? first : 'simd128';
const asked = process.argv.slice(isBuild(first) ? 3 : 2);

const side = 1024;
const n = side * side;
const seconds = 0.4;
const GHz = 3.7;

// Node.js 20 has relaxed SIMD behind a flag.
if (build === 'relaxed-simd') v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
const memory = new WebAssembly.Memory({ initial: 1024, maximum: 65536, shared: true });
const module = new WebAssembly.Module(readFileSync(new URL(`../dist/${files[build]}`, import.meta.url)));
const K = new WebAssembly.Instance(module, { env: { memory, start: () => 1 } }).exports as Record<string, (...args: number[]) => void>;

const bytes = 4 * n;
const address = 16 << 20;
const [x, p, dy, y, rest] = [0, 1, 2, 3, 4].map((i) => address + i * bytes);
const floats = (at: number, count: number): Float32Array => new Float32Array(memory.buffer, at, count);
const fill = (at: number, from: number, range: number): void => {
  floats(at, n).set(Float32Array.from({ length: n }, () => from + range * Math.random()));
};
fill(x, -6, 12);
fill(p, 0.1, 0.8);
fill(dy, -0.5, 1);
const [weight, bias, mean, variance, dweight, dbias, unary, binary] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => rest + i * 65536);
floats(weight, side).fill(1);
new Int32Array(memory.buffer, unary, 3).set([n, 1, 1]);
new Int32Array(memory.buffer, binary, 4).set([n, 1, 1, 1]);

const small = (m: number, columns: number, k: number) => (): void => K.gemm_f32(x, p, y, m, columns, k, k, 1, columns, 1, columns, 1, 0, 0, 0, 1, 0);

const work: Readonly<Record<string, () => void>> = {
  relu: () => K.relu_f32(x, y, 1, unary),
  add: () => K.add_f32(x, p, y, 1, 1, binary),
  exp: () => K.exp_f32(x, y, 1, unary),
  log: () => K.log_f32(p, y, 1, unary),
  tanh: () => K.tanh_f32(x, y, 1, unary),
  sigmoid: () => K.sigmoid_f32(x, y, 1, unary),
  silu: () => K.silu_f32(x, y, 1, unary),
  gelu: () => K.gelu_f32(x, y, 1, unary),
  gelu_bwd: () => K.gelu_bwd_f32(dy, x, y, 1, binary),
  tanh_bwd: () => K.tanh_bwd_f32(dy, p, y, 1, binary),
  sigmoid_bwd: () => K.sigmoid_bwd_f32(dy, p, y, 1, binary),
  softmax: () => K.softmax_f32(x, y, side, side, 1),
  softmax_bwd: () => K.softmax_bwd_f32(dy, p, y, side, side, 1),
  log_softmax: () => K.log_softmax_f32(x, y, side, side, 1),
  log_softmax_bwd: () => K.log_softmax_bwd_f32(dy, x, y, side, side, 1),
  standardize: () => K.standardize_f32(x, weight, bias, y, mean, variance, 1, 1, 1, 1e-5, 1, side, side, side, 1),
  standardize_bwd: () => K.standardize_bwd_f32(dy, x, mean, variance, weight, y, dweight, dbias, 1, 1, 1, 1e-5, 1, side, side, side, 1, 64),
  'gemm 4x16x16': small(4, 16, 16),
  'gemm 16x16x4': small(16, 16, 4),
};

const unknown = asked.filter((name) => !(name in work));
if (unknown.length > 0) {
  console.error(`bench:kernels: expected names among ${Object.keys(work).join(', ')}, got ${unknown.join(', ')}`);
  process.exit(2);
}
console.log(`${build}, Node.js ${process.versions.node}`);
for (const name of asked.length > 0 ? asked : Object.keys(work)) {
  const run = work[name];
  const repeats = name.startsWith('gemm') ? 2000 : 1;
  const sample = (): number => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) run();
    return (1e3 * (performance.now() - start)) / repeats;
  };
  for (let i = 0; i < 50; i++) sample();
  const samples: number[] = [];
  for (const end = performance.now() + 1e3 * seconds; performance.now() < end; ) samples.push(sample());
  samples.sort((a, b) => a - b);
  const cycles = repeats === 1 ? `${((1e3 * GHz * samples[0]) / (n / 4)).toFixed(1).padStart(7)} cycles` : '';
  console.log(`${name.padEnd(16)}${samples[0].toFixed(2).padStart(9)} us, median ${samples[samples.length >> 1].toFixed(2).padStart(9)}${cycles}`);
}

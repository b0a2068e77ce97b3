// npm run soak: trains a small network for 100,000 steps in one synchronous loop, with no dispose, scope or await, and prints the resident memory at ten points.
// Fails when memory after the first tenth (warm-up) drifts by 1 % or more.
import * as gt from '../dist/index.js';

const steps = Number(process.argv[2] ?? 100_000);
const points = 10;

gt.manualSeed(0);
const weight = (rows: number, columns: number): gt.Tensor =>
  gt
    .randn(rows, columns)
    .mul(Math.sqrt(2 / rows))
    .requiresGrad_();
const parameters = [weight(32, 64), gt.zeros(64, { requiresGrad: true }), weight(64, 10), gt.zeros(10, { requiresGrad: true })];
const [w1, b1, w2, b2] = parameters;
const x = gt.randn(64, 32);
const labels = gt.randint(10, [64]);

function step(): void {
  const logits = x.matmul(w1).add(b1).relu().matmul(w2).add(b2);
  const loss = logits.logSoftmax(1).gather(1, labels.unsqueeze(1)).neg().mean();
  loss.backward();
  gt.noGrad(() => {
    for (const p of parameters) {
      p.sub_(p.grad!, { alpha: 0.01 });
      p.grad = null;
    }
  });
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1).padStart(7);
const residents: number[] = [];
const start = performance.now();
console.log(`${steps} steps on ${gt.backend.name}`);
for (let point = 1; point <= points; point++) {
  for (let i = 0; i < steps / points; i++) step();
  const { rss, heapUsed } = process.memoryUsage();
  const { liveBytes, pooledBytes, collections } = gt.backend.memory();
  residents.push(rss);
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  console.log(
    `${String((steps / points) * point).padStart(7)} steps ${seconds} s: RSS ${megabytes(rss)} MB, JS heap ${megabytes(heapUsed)}, tensors ${megabytes(liveBytes)}, pooled ${megabytes(pooledBytes)}, ${collections} collections`,
  );
}
const [first, last] = [residents[0], residents[points - 1]];
const drift = (last - first) / first;
console.log(`drift after warm-up: ${(100 * drift).toFixed(2)} %`);
if (drift >= 0.01) process.exitCode = 1;

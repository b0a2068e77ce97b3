// One contestant in a process of its own: gradtape on the backend that the environment forces. Prints a JSON line per workload: its name, median seconds, and a number that all
// contestants must agree on.
import b from 'benny';
import * as gt from 'gradtape';
import { pattern } from './workloads.js';

interface Task {
  run(): void;
  /** A figure of the result that all contestants must agree on. */
  check(): number;
}

function gemm(n: number): Task {
  const a = gt.fromTypedArray(pattern(n * n), [n, n]);
  return { run: () => void a.matmul(a), check: () => a.matmul(a).abs().mean().item() as number };
}

function scalarChain(ops: number): Task {
  const x = gt.tensor(1, { requiresGrad: true });
  const run = (): void => {
    x.grad = null;
    let y: gt.Tensor = x;
    for (let i = 0; i < ops; i++) y = y.mul(1.0001);
    y.backward();
  };
  return {
    run,
    check: () => {
      run();
      return x.grad!.item() as number;
    },
  };
}

function mlp(batch: number): Task {
  const sizes = [784, 256, 128, 10];
  const layers = sizes.slice(1).map((out, i) => {
    const layer = new gt.nn.Linear(sizes[i], out);
    gt.noGrad(() => layer.weight.copy_(gt.fromTypedArray(pattern(out * sizes[i]), [out, sizes[i]]).mul(0.1)));
    gt.noGrad(() => layer.bias!.zero_());
    return layer;
  });
  const model = new gt.nn.Sequential(layers[0], new gt.nn.ReLU(), layers[1], new gt.nn.ReLU(), layers[2]);
  const optimizer = new gt.optim.Adam(model.parameters(), { lr: 1e-3 });
  const x = gt.fromTypedArray(pattern(batch * 784), [batch, 784]);
  const labels = gt
    .arange(batch)
    .to('int32')
    .mul(7)
    .to('float64')
    .sub(gt.arange(batch).mul(7).div(10, { roundingMode: 'floor' }).mul(10))
    .to('int64');
  const loss = (): gt.Tensor => gt.nn.functional.crossEntropy(model.forward(x), labels);
  const first = loss().item() as number;
  return {
    run: () => {
      optimizer.zeroGrad({ setToNone: true });
      loss().backward();
      optimizer.step();
    },
    check: () => first,
  };
}

const tasks: Record<string, () => Task> = {
  'scalar op, forward and backward': () => scalarChain(2000),
  'MLP 784-256-128-10, Adam, batch 32': () => mlp(32),
  'MLP 784-256-128-10, Adam, batch 128': () => mlp(128),
};
for (const n of [64, 256, 512, 1024]) tasks[`gemm ${n}`] = () => gemm(n);

gt.setNumThreads(Number(process.env.GRADTAPE_BENCH_THREADS ?? gt.getNumThreads()));
for (const name of process.argv.slice(2)) {
  const task = tasks[name]();
  const check = task.check();
  await b.suite(
    name,
    b.add(name, () => task.run(), { minSamples: 30, maxTime: 0.7 }),
    b.complete(({ results }) => console.log(JSON.stringify({ name, seconds: results[0].details.median, check }))),
  );
}

// A small net against PyTorch: the weights that the seed draws, every gradient of the first step, 50 losses under each optimizer, and the final weights.
import { afterAll, describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { type NetsManifest, readGolden, type TensorRef } from './golden/read.js';
import { difference } from './golden/replay.js';
import { camel } from './golden/translate.js';

const golden = readGolden<NetsManifest>('nets');
type Net = NetsManifest['nets'][number];

/** Relative to the largest element: a weight near 0 is no more exact than its neighbours. */
const relative = { float64: 1e-9, float32: 1e-4 };

function close(got: gt.Tensor, ref: TensorRef, rel: number): string | undefined {
  const want = golden.read(ref);
  const largest = (want as Float64Array).reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  return difference(got.toTypedArray(), want, { rel, abs: rel * largest });
}

/** What of the named parameters, or of what `get` takes from them, is not as PyTorch has it. */
function complaints(net: gt.nn.Module, wanted: [string, TensorRef][], rel: number, get: (p: gt.Tensor) => gt.Tensor): string[] {
  const named = new Map(net.namedParameters());
  expect([...named.keys()]).toEqual(wanted.map(([name]) => name));
  return wanted.flatMap(([name, ref]) => {
    const complaint = close(get(named.get(name)!), ref, rel);
    return complaint === undefined ? [] : [`${name}: ${complaint}`];
  });
}

const { Linear, ReLU, Sequential } = gt.nn;

function train({ dtype, seed, optimizer: name, options, init, x, y, grads, losses, final }: Net): void {
  const rel = relative[dtype];
  gt.setDefaultDtype(dtype);
  gt.manualSeed(seed);
  const net = new Sequential(new Linear(12, 16), new ReLU(), new Linear(16, 16), new ReLU(), new Linear(16, 5));
  expect(complaints(net, init, 0, (p) => p.detach())).toEqual([]);
  const named = Object.fromEntries(Object.entries(options).map(([key, value]) => [camel(key), value]));
  const optimizer = new gt.optim[name]([...net.parameters()], named as { lr: number });
  const batches = gt.fromTypedArray(golden.read(x), x.shape);
  const labels = gt.fromTypedArray(golden.read(y), y.shape);
  const want = golden.read(losses) as Float64Array;
  const got = Array.from(want, (_, step) => {
    const batch = step % x.shape[0];
    const loss = gt.nn.functional.crossEntropy(net.forward(batches.at(batch)), labels.at(batch));
    optimizer.zeroGrad();
    loss.backward();
    if (step === 0) expect(complaints(net, grads, rel, (p) => p.grad!)).toEqual([]);
    optimizer.step();
    return loss.item() as number;
  });
  expect(difference(got, want, { rel, abs: 0 })).toBeUndefined();
  expect(complaints(net, final, rel, (p) => p.detach())).toEqual([]);
}

describe('trains as PyTorch does', () => {
  afterAll(() => gt.setDefaultDtype('float32'));
  it.each(golden.manifest.nets.map((net) => [`${net.dtype} ${net.optimizer} ${JSON.stringify(net.options)}`, net] as const))('%s', (_, net) => train(net));
});

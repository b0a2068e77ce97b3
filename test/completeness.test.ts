// Every public function, found by walking the namespaces, has a row in the case table, is a second name of one that has, or stands in the list below with the file that tests it.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { TensorMethods } from '../src/methods.js';
import * as ops from '../src/ops/index.js';
import { aliases, cases, internals } from './cases/index.js';
import { publicFunctions, rowName, tensorMethods } from './public.js';

const rows = new Set([...Object.keys(cases), ...Object.keys(internals), ...Object.keys(aliases)]);
const functions = [...publicFunctions().values()];

/** Why there is no row, which file covers the functions, and their names. */
const elsewhere: readonly (readonly [reason: string, file: string, names: string])[] = [
  ['makes a tensor of numbers', 'tensor.test.ts', 'tensor arange eye fromTypedArray ones zeros getDefaultDtype setDefaultDtype'],
  ['makes a tensor of numbers', 'golden/opdb.json', 'linspace logspace fullLike onesLike zerosLike Tensor.newZeros'],
  ['makes a tensor of numbers', 'metadata.test.ts', 'empty emptyLike full Tensor.newEmpty Tensor.newFull Tensor.newOnes'],
  ['draws, which random.test.ts compares bit by bit', 'random.test.ts', 'bernoulli multinomial rand randn randint randperm manualSeed seed initialSeed'],
  ['draws', 'metadata.test.ts', 'randLike randnLike'],
  ['the state of draws', 'io.test.ts', 'getRngState setRngState'],
  ['a mode of the tape', 'inference.test.ts', 'enableGrad inferenceMode isGradEnabled isInferenceModeEnabled noGrad'],
  ['a mode of the tape', 'inplace.test.ts', 'setGradEnabled'],
  ['works on graphs', 'engine.test.ts', 'autograd.backward autograd.grad Tensor.backward Tensor.retainGrad'],
  ['works on graphs', 'hooks.test.ts', 'Tensor.registerHook Tensor.requiresGrad_'],
  ['works on graphs', 'saved.test.ts', 'autograd.graph.savedTensorsHooks'],
  ['works on graphs', 'checkpoint.test.ts', 'utils.checkpoint.checkpoint utils.checkpoint.checkpointSequential'],
  ['takes a function', 'functional.test.ts', ['hessian hvp jacobian jvp vhp vjp'].join().replace(/\w+/g, 'autograd.functional.$&')],
  ['takes a function', 'gradcheck.test.ts', 'autograd.gradcheck autograd.gradgradcheck'],
  ['takes a function', 'function.test.ts', 'autograd.onceDifferentiable'],
  ['a mode of the tape', 'anomaly.test.ts', 'autograd.detectAnomaly autograd.isAnomalyCheckNanEnabled autograd.isAnomalyEnabled autograd.setDetectAnomaly'],
  ['about the backend', 'images.test.ts', 'getNumThreads setNumThreads'],
  ['about the backend', 'heap.test.ts', 'backend.info backend.memory'],
  ['about the backend', 'packed/bundles.test.ts', 'init'],
  ['files', 'io.test.ts', 'load save io.npy.load io.npy.save io.npy.decodeArray io.npy.encodeArray'],
  ['files', 'io.test.ts', 'io.safetensors.load io.safetensors.save io.safetensors.decodeTensors io.safetensors.encodeTensors'],
  ['files', 'files.test.ts', 'io.writeFile'],
  ['fills parameters', 'nn.test.ts', 'calculateGain constant_ dirac_ eye_ kaimingNormal_ kaimingUniform_ normal_ ones_ uniform_'.replace(/\w+/g, 'nn.init.$&')],
  ['fills parameters', 'nn.test.ts', 'nn.init.xavierNormal_ nn.init.xavierUniform_'],
  ['fills parameters', 'golden/parts/module_table.py', 'nn.init.orthogonal_ nn.init.sparse_ nn.init.truncNormal_ nn.init.zeros_'],
  ['fills parameters', 'metadata.test.ts', 'nn.init.fans'],
  ['works on modules', 'machinery.test.ts', 'nn.summary nn.utils.removeWeightNorm nn.utils.spectralNorm nn.utils.weightNorm'],
  ['works on modules', 'nn.test.ts', 'clipGradNorm_ clipGradValue_ parametersToVector vectorToParameters'.replace(/\w+/g, 'nn.utils.$&')],
  ['works on modules', 'metadata.test.ts', 'nn.utils.removeSpectralNorm nn.utils.rnn.unpadSequence'],
  [
    'works on lists of sequences',
    'machinery.test.ts',
    'packPaddedSequence packSequence padPackedSequence padSequence unpackSequence'.replace(/\w+/g, 'nn.utils.rnn.$&'),
  ],
  ['trains', 'train.test.ts', 'train.accuracy train.earlyStopping train.evaluate train.fit train.topKAccuracy'],
  ['data', 'data.test.ts', 'utils.data.defaultCollate utils.data.randomSplit'],
  ['data', 'workers.test.ts', 'utils.data.fromModule'],
  ['data', 'workers/datasets.ts', 'utils.data.getWorkerInfo'],
  [
    'data',
    'data.test.ts',
    'centerCrop compose grayscale normalize pad randomCrop randomHorizontalFlip randomVerticalFlip resize toTensor'.replace(/\w+/g, 'utils.data.transforms.$&'),
  ],
  ['a picture', 'viz.test.ts', 'viz.lineChart'],
  ['an index', 'tensor.test.ts', 'slice Tensor.slice'],
  ['tells what a tensor is', 'tensor.test.ts', 'Tensor.numel Tensor.stride Tensor.toArray Tensor.toTypedArray Tensor.item Tensor.toString'],
  [
    'tells what a tensor is',
    'metadata.test.ts',
    'Tensor.dim Tensor.elementSize Tensor.isContiguous Tensor.isFloatingPoint Tensor.storageOffset Tensor.valueOf',
  ],
  ['tells what a tensor is', 'inference.test.ts', 'Tensor.isInference'],
  ['tells what a tensor is', 'equality.test.ts', 'Tensor.toJSON'],
];
const listed = elsewhere.flatMap(([, file, names]) => names.split(' ').map((name) => ({ name, file })));
const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

describe('every public function', () => {
  const listedNames = new Set(listed.map(({ name }) => name));
  it('has a row, or stands in the list', () => {
    expect(functions.filter((names) => !names.some((name) => rows.has(rowName(name)) || listedNames.has(name))).map((names) => names.join(' = '))).toEqual([]);
  });
  it('as a method, too', () => {
    const method = (name: string): boolean => rows.has(rowName(name)) || listedNames.has(name);
    expect(tensorMethods().filter((name) => !method(name))).toEqual([]);
  });
  it('as a method can be called in TypeScript, which the type check tells', () => {
    type Uncallable = { [K in keyof TensorMethods]: [TensorMethods[K]] extends [never] ? K : never }[keyof TensorMethods];
    expectTypeOf<Uncallable>().toEqualTypeOf<never>();
  });
  it('that is listed exists, has no row, and is named in its file', () => {
    const known = new Map(functions.flatMap((names) => names.map((name) => [name, names] as const)));
    for (const name of tensorMethods()) known.set(name, [name]);
    const wrong = listed.flatMap(({ name, file }) => {
      const path = new URL(file, import.meta.url);
      const last = name.split('.').at(-1)!;
      if (!known.has(name)) return [`${name} is no public function`];
      if (known.get(name)!.some((other) => rows.has(rowName(other)))) return [`${name} has a row`];
      if (!existsSync(path) || !new RegExp(`(?<!\\w)(?:${last}|${snake(last)})(?!\\w)`).test(readFileSync(path, 'utf8')))
        return [`${file} does not name ${name}`];
      return [];
    });
    expect(wrong).toEqual([]);
  });
});

describe('every row', () => {
  it('that users can name is of one function', () => {
    const claims = new Map<string, string[]>();
    for (const names of functions)
      for (const row of new Set(names.map(rowName).filter((name) => rows.has(name)))) claims.set(row, [...(claims.get(row) ?? []), names[0]]);
    expect([...claims].filter(([, names]) => names.length > 1)).toEqual([]);
    expect(Object.keys(cases).filter((name) => !claims.has(name))).toEqual([]);
  });
  it('has a reference and is tried', () => {
    const empty = Object.entries({ ...cases, ...internals }).filter(
      ([, { variants }]) => variants.length === 0 || variants.some(({ formula }) => typeof formula !== 'function'),
    );
    expect(empty.map(([name]) => name)).toEqual([]);
  });
  it('that is a second name is of the same function', () => {
    const all = { ...ops } as Record<string, unknown>;
    for (const [second, first] of Object.entries(aliases)) expect(all[second], second).toBe(all[first]);
  });
});

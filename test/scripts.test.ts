// Complete PyTorch scripts and their ports (golden/scripts): from one seed the same weights, the same order of samples, the same dropout, the same losses.
import { describe, expect, it } from 'vitest';
import * as gt from '../src/index.js';
import { readGolden, type TensorRef } from './golden/read.js';
import * as cnn from './golden/scripts/cnn_batchnorm.js';
import * as lstm from './golden/scripts/lstm_language.js';
import * as mlp from './golden/scripts/mlp_dropout.js';
import { Recorder } from './golden/scripts/recorder.js';
import * as transformer from './golden/scripts/transformer_encoder.js';

const scripts = { mlp_dropout: mlp, cnn_batchnorm: cnn, lstm_language: lstm, transformer_encoder: transformer };
type DType = 'float32' | 'float64';
const { manifest, read } = readGolden<Record<string, Record<DType | 'truth', Record<'initial' | 'order' | 'losses', TensorRef>>>>('scripts');

const numbers = (ref: TensorRef): number[] => Array.from(read(ref) as Float64Array, Number);
const distances = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => Math.abs(v - b[i]) / Math.max(1, Math.abs(b[i])));

describe.each(Object.entries(scripts))('%s', (name, { run }) => {
  it.each(['float64', 'float32'] as const)('%s', (dtype) => {
    const record = new Recorder();
    gt.setDefaultDtype(dtype);
    try {
      run(dtype, record);
    } finally {
      gt.setDefaultDtype('float32');
    }
    const golden = manifest[name];
    // Normal draws are PyTorch's to rounding, uniform ones exactly.
    expect(Math.max(...distances(record.initial, numbers(golden[dtype].initial)))).toBeLessThan(dtype === 'float64' ? 1e-14 : 3e-7);
    expect(record.order).toEqual(numbers(golden[dtype].order));
    const truth = numbers((dtype === 'float64' ? golden.float64 : golden.truth).losses);
    const off = distances(record.losses, truth);
    expect(off).toHaveLength(100);
    if (dtype === 'float64') {
      expect(Math.max(...off)).toBeLessThan(1e-9);
      return;
    }
    // Rounding grows from step to step: as far as PyTorch's own float32 run has strayed so far from the same draws in float64, four times over.
    const strayed = distances(numbers(golden.float32.losses), truth);
    let most = 5e-7;
    for (const [step, d] of off.entries()) {
      most = Math.max(most, strayed[step]);
      expect(d, `step ${step}`).toBeLessThan(4 * most);
    }
  });
});

// inferenceMode: what is made in it stays out of every graph. PyTorch 1.13's rules and refusals.
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

const { inferenceMode } = gt;
const leaf = (): gt.Tensor => gt.ones([2], { requiresGrad: true });
const made = (): gt.Tensor => inferenceMode(() => gt.ones([2]));

describe('inside', () => {
  test('tensors are inference tensors, their views and copies too', () => {
    inferenceMode(() => {
      const x = gt.ones([2]);
      expect([x, x.view(2, 1), x.detach(), x.mul(2), leaf()].map((t) => t.isInference())).toEqual([true, true, true, true, true]);
      expect(() => x._version).toThrow(/Inference tensors do not track version counter/);
      x.add_(1);
      expect(x.toArray()).toEqual([2, 2]);
    });
  });

  test('nothing is recorded, not even with enableGrad', () => {
    const x = leaf();
    inferenceMode(() => {
      expect([gt.isGradEnabled(), gt.isInferenceModeEnabled(), x.mul(2).requiresGrad]).toEqual([false, true, false]);
      gt.enableGrad(() => {
        expect([gt.isGradEnabled(), x.mul(2).requiresGrad, x.mul(2).isInference()]).toEqual([true, false, true]);
      });
    });
    expect([gt.isGradEnabled(), gt.isInferenceModeEnabled()]).toEqual([true, false]);
  });

  test('normal tensors stay normal: their views are, and writes count', () => {
    const x = gt.ones([2]);
    const view = inferenceMode(() => x.add_(1).view(2));
    expect([view.isInference(), view._version, x._version]).toEqual([false, 1, 1]);
    view.add_(1);
    expect(x._version).toBe(2);
    const w = leaf();
    inferenceMode(() => w.add_(1));
    expect(w.toArray()).toEqual([2, 2]);
  });

  test('may be left for a while', () => {
    inferenceMode(() => {
      inferenceMode(() => {
        expect([gt.ones([2]).isInference(), gt.isGradEnabled(), leaf().mul(2).requiresGrad]).toEqual([false, true, true]);
      }, false);
      expect(gt.isInferenceModeEnabled()).toBe(true);
    });
  });
});

describe('outside', () => {
  test('inference tensors cannot be saved for backward', () => {
    const [x, w] = [made(), leaf()];
    expect(() => w.mul(x)).toThrow(/Inference tensors cannot be saved for backward/);
    expect(() => w.mul(x)).toThrow(gt.GradientError);
    expect(w.add(x).requiresGrad).toBe(true);
    expect(w.mul(x.clone()).requiresGrad).toBe(true);
    expect(x.add(1).isInference()).toBe(false);
  });

  test('nor written to, nor made leaves', () => {
    const x = made();
    expect(() => x.add_(1)).toThrow(/Inplace update to inference tensor outside InferenceMode is not allowed/);
    expect(() => x.view(2).zero_()).toThrow(/Inplace update/);
    expect(() => x.uniform_()).toThrow(/Inplace update/);
    expect(() => x.requiresGrad_()).toThrow(/inference tensor outside InferenceMode/);
    expect(x.requiresGrad_(false)).toBe(x);
    expect(x.toArray()).toEqual([1, 1]);
    inferenceMode(() => x.add_(1));
    expect(x.toArray()).toEqual([2, 2]);
  });

  test('but may be a source and a gradient', () => {
    const [x, w] = [made(), leaf()];
    w.mul(2).backward(x);
    expect(w.grad!.toArray()).toEqual([2, 2]);
    const y = w.mul(1);
    y.add_(x);
    y.copy_(x);
    expect(y.requiresGrad).toBe(true);
  });

  test('a view of a leaf that was made inside may not be written to', () => {
    const w = leaf();
    const view = inferenceMode(() => w.view(2));
    expect([view.requiresGrad, view.isLeaf]).toEqual([true, true]);
    expect(() => view.add_(1)).toThrow(/a view was created in inference mode/);
    gt.noGrad(() => w.add_(1));
    expect(() => view.mul(2)).toThrow(/a view was created in inference mode and its base or another view of its base has been modified/);
  });

  test('numbers that were first used inside can be used in graphs', () => {
    inferenceMode(() => gt.ones([2]).mul(0.123456789));
    const w = leaf();
    w.mul(0.123456789).sum().backward();
    expect(w.grad!.at(0).item()).toBeCloseTo(0.123456789, 6);
  });

  test('errors and async bodies leave the mode', () => {
    expect(() =>
      inferenceMode(() => {
        throw new TypeError('mine');
      }),
    ).toThrow(TypeError);
    expect(() => inferenceMode(async () => 1)).toThrow(/inferenceMode: expected a synchronous function/);
    expect(() => inferenceMode(() => 1, 5 as never)).toThrow(gt.ArgumentError);
    expect([gt.isInferenceModeEnabled(), gt.isGradEnabled()]).toEqual([false, true]);
  });
});

// Anomaly mode: errors of backward name the op, the place of the gradient and the line of the forward call.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as gt from '../src/index.js';

const { detectAnomaly, isAnomalyEnabled, setDetectAnomaly } = gt.autograd;
const f64 = { dtype: 'float64' } as const;
const leaf = (data: number[]): gt.Tensor => gt.tensor(data, { ...f64, requiresGrad: true });
const messageOf = (body: () => void): string => {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};
const here = fileURLToPath(import.meta.url);

/** sqrt of 0 times 0: its gradient is 0 * infinity. */
function badRoot(x: gt.Tensor): gt.Tensor {
  return x.sqrt().mul(0);
}

describe('detectAnomaly', () => {
  test('a NaN in a gradient is an error that tells where the op was called', () => {
    const x = leaf([0, 1]);
    const message = messageOf(() => detectAnomaly(() => badRoot(x).sum().backward()));
    expect(message).toMatch(/Function 'SqrtBackward0' returned nan values in its 0th output\./);
    expect(message).toMatch(/Error detected in SqrtBackward0\.\nTraceback of forward call that caused the error:\n {4}at badRoot/);
    const [first] = message.split('\n').filter((line) => line.startsWith('    at '));
    expect(first).toContain(here.split('/').at(-1));
    expect(message).not.toMatch(/src\/(ops|tensor)/);
  });

  test('which of several gradients', () => {
    const [a, b] = [leaf([1]), leaf([0])];
    expect(messageOf(() => detectAnomaly(() => a.mul(0).div(b).sum().backward()))).toMatch(/'DivBackward0' returned nan values in its 1th output/);
  });

  test('no error without it, nor without the check, nor where nothing is wrong', () => {
    const x = leaf([0, 1]);
    badRoot(x).sum().backward();
    detectAnomaly(() => badRoot(x).sum().backward(), false);
    detectAnomaly(() => x.mul(x).sum().backward());
    expect(Number.isNaN(x.grad!.at(0).item())).toBe(true);
  });

  test('other errors of backward tell the place too, once, and keep their class', () => {
    const x = leaf([1, 2]);
    const modified = (): void => {
      const y = x.mul(1);
      const z = y.mul(y);
      y.add_(1);
      z.sum().backward();
    };
    expect(() => detectAnomaly(modified)).toThrow(gt.GradientError);
    expect(messageOf(() => detectAnomaly(modified))).toMatch(
      /modified by an inplace operation.*\nError detected in MulBackward0\.\nTraceback of forward call.*\n {4}at modified/,
    );
    class Bad extends gt.autograd.Function {
      static override forward = (_: gt.autograd.Context, t: gt.Tensor): gt.Tensor => t.mul(2);
      static override backward(): never {
        throw new TypeError('mine');
      }
    }
    expect(() => detectAnomaly(() => Bad.apply(x).sum().backward())).toThrow(TypeError);
    const inside = messageOf(() =>
      detectAnomaly(() => {
        const y = x.mul(2);
        y.registerHook(() => gt.enableGrad(() => Bad.apply(leaf([1]))).backward());
        y.sum().backward();
      }),
    );
    expect(inside.match(/Error detected/g)).toHaveLength(1);
    expect(inside).toMatch(/^mine\nError detected in BadBackward/);
  });

  test('a graph made before it was on', () => {
    const y = badRoot(leaf([0])).sum();
    expect(messageOf(() => detectAnomaly(() => y.backward()))).toMatch(/No forward pass information available/);
  });

  test('derivatives of derivatives name the call that induced them', () => {
    const x = leaf([0]);
    const message = messageOf(() =>
      detectAnomaly(() => {
        const [g] = gt.autograd.grad(x.pow(1.5).sum(), x, { createGraph: true });
        g.mul(0).sum().backward();
      }),
    );
    expect(message).toMatch(/returned nan values/);
    expect(message).toMatch(/Previous calculation was induced by PowBackward0\.\nTraceback of forward call that induced the previous calculation:/);
  });

  test('switches', () => {
    expect(detectAnomaly(() => isAnomalyEnabled())).toBe(true);
    expect(isAnomalyEnabled()).toBe(false);
    setDetectAnomaly(true, false);
    expect([isAnomalyEnabled(), gt.autograd.isAnomalyCheckNanEnabled()]).toEqual([true, false]);
    detectAnomaly(() => expect(gt.autograd.isAnomalyCheckNanEnabled()).toBe(true));
    setDetectAnomaly(false);
    expect(isAnomalyEnabled()).toBe(false);
    expect(() => setDetectAnomaly(1 as never)).toThrow(gt.ArgumentError);
    expect(() => detectAnomaly(async () => 1)).toThrow(/synchronous/);
  });
});

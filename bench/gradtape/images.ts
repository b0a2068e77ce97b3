// Convolution by pass, pooling and batch norm, as a user writes them.
import type { Tasks } from '../serve.js';
import { digestOf, gt, input, taskOf } from './common.js';

const F = gt.nn.functional;

export const images: Tasks = {
  conv({ batch, input: channels, output, size, kernel, stride, padding, groups, pass }) {
    const x = input([batch, channels, size, size]);
    const w = input([output, channels / groups, kernel, kernel], 3, 0.1);
    const forward = (): gt.Tensor => F.conv2d(x, w, { stride, padding, groups });
    if (pass === 'forward') return taskOf('forward', [], forward);
    // The graph is made once, so that the pass backward is timed alone.
    const leaf = (pass === 'backward by input' ? x : w).requiresGrad_();
    const y = forward();
    const gradient = input(y.shape, 5000);
    const run = (): void => {
      leaf.grad = null;
      y.backward(gradient, { retainGraph: true });
    };
    return {
      run,
      check: () => {
        run();
        return digestOf(leaf.grad!);
      },
    };
  },
  images({ op, shape, mode }) {
    const x = input(shape, 0, 6);
    if (op === 'max pool') return taskOf(mode, [x], () => F.maxPool2d(x, 2) as gt.Tensor);
    if (op === 'average pool') return taskOf(mode, [x], () => F.avgPool2d(x, 2));
    const channels = shape[1];
    const [weight, bias] = [input([channels], 3, 1, 1), input([channels], 4)];
    const [mean, variance] = [gt.zeros(channels), gt.ones(channels)];
    return taskOf(mode, [x, weight, bias], () => F.batchNorm(x, mean, variance, { weight, bias, training: true }));
  },
};

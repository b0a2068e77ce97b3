// Plain references of the kernels behind every norm, in float64: a group is all that has one index in the middle of (outer, groups, inner), element e has channel e / span % channels.
import type { Call } from './kernels.js';
import * as truth from './truth.js';

type Numbers = Call['numbers'];
const elementsOf = ({ outer, groups, inner }: Numbers, group: number): number[] =>
  Array.from({ length: outer * inner }, (_, i) => (Math.floor(i / inner) * groups + group) * inner + (i % inner));
const channelOf = ({ span, channels }: Numbers, e: number): number => Math.floor(e / span) % channels;

export function momentsOf(values: readonly number[], centred: number): [mean: number, variance: number] {
  return centred ? [truth.average(values), truth.variance(values, 0)] : [0, truth.average(values.map((v) => v * v))];
}

export function standardize({ buffers: { x, weight, bias, y, mean, variance }, numbers }: Call): void {
  for (let group = 0; group < numbers.groups; group++) {
    const elements = elementsOf(numbers, group);
    const [middle, spread] = momentsOf(
      elements.map((e) => x.get(e)),
      numbers.centred,
    );
    mean.set(group, middle);
    variance.set(group, spread);
    for (const e of elements) {
      const channel = channelOf(numbers, e);
      const z = (x.get(e) - middle) / Math.sqrt(spread + numbers.eps);
      y.set(e, z * (numbers.weighted ? weight.get(channel) : 1) + (numbers.biased ? bias.get(channel) : 0));
    }
  }
}

export function standardizeBackward({ buffers: { dy, x, mean, variance, weight, dx, dweight, dbias }, numbers }: Call): void {
  const { channels, span, groups, inner, block, learnt, weighted, centred, eps } = numbers;
  const perSample = inner === 0 ? 1 : channels / (inner / span);
  const sums = new Map<number, [dw: number[], db: number[]]>();
  for (let group = 0; group < groups; group++) {
    const scale = 1 / Math.sqrt(variance.get(group) + eps);
    const rows = elementsOf(numbers, group).map((e) => {
      const [z, channel] = [(x.get(e) - mean.get(group)) * scale, channelOf(numbers, e)];
      return { e, z, channel, g: dy.get(e) * (weighted ? weight.get(channel) : 1) };
    });
    const slope = truth.average(rows.map(({ g, z }) => g * z));
    const middle = centred ? truth.average(rows.map(({ g }) => g)) : 0;
    for (const { e, z, channel, g } of rows) {
      dx.set(e, (g - middle - z * slope) * scale);
      const at = Math.floor(Math.floor(group / perSample) / block) * channels + channel;
      if (!sums.has(at)) sums.set(at, [[], []]);
      sums.get(at)![0].push(dy.get(e) * z);
      sums.get(at)![1].push(dy.get(e));
    }
  }
  if (learnt) {
    for (const [at, [dw, db]] of sums) {
      dweight.set(at, truth.total(dw));
      dbias.set(at, truth.total(db));
    }
  }
}

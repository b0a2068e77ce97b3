// Every op of the fixture against PyTorch: values, gradients, double gradients, inputs that are not contiguous, and calls that must be refused.
import { describe, expect, it } from 'vitest';
import { type OpError, type OpsManifest, readGolden } from './golden/read.js';
import { describeCall, Replay, replayError } from './golden/replay.js';

const golden = readGolden<OpsManifest>('ops');

/** What PyTorch refuses and gradtape takes on purpose: indices of int32, which its own ops give. */
const accepted = ({ torch_regex }: OpError): boolean => torch_regex === 'Expected dtype int64 for index';

const { ops } = golden.manifest;

describe('agrees with PyTorch', () => {
  it.each(ops.map((entry) => [`${entry.op} ${entry.variant} ${entry.dtype}`, entry] as const))('%s', (_, { op, samples }) => {
    const complaints = samples.flatMap((sample, i) => {
      const tell = (complaint: string): string => `sample ${i} ${describeCall(sample)}: ${complaint}`;
      try {
        return new Replay(golden, op, sample).run().map(tell);
      } catch (error) {
        return [tell((error as Error).stack!.split('\n').slice(0, 4).join(' '))];
      }
    });
    expect(complaints).toEqual([]);
  });
});

describe('refuses what PyTorch refuses', () => {
  const entries = ops.filter(({ errors }) => errors.length > 0);
  it.each(entries.map((entry) => [`${entry.op} ${entry.variant}`, entry] as const))('%s', (_, { op, errors }) => {
    const complaints = errors
      .filter((error) => !accepted(error))
      .flatMap((error, i) => {
        const complaint = replayError(golden, op, error);
        return complaint === undefined ? [] : [`error ${i} ${describeCall(error)} (${error.torch_regex}): ${complaint}`];
      });
    expect(complaints).toEqual([]);
  });
});

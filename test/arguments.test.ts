// A public call checks every argument: whatever stands in the place of one, the outcome is a value or a typed error, and after an error nothing has changed.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as gt from '../src/index.js';
import { attempts, isNothing, outcome } from './arguments/hostile.js';
import { moduleCalls } from './arguments/modules.js';
import { optimize, optimizers, schedule, schedules } from './arguments/training.js';
import { type OpSample, type OpsManifest, readGolden } from './golden/read.js';
import { argumentsOf, callOf } from './golden/translate.js';

const golden = readGolden<OpsManifest>('ops');

/** Of each op the call with the most arguments. */
function opCalls(): [op: string, sample: OpSample][] {
  const best = new Map<string, OpSample>();
  const breadth = ({ args, kwargs }: OpSample): number => args.length + 2 * Object.keys(kwargs).length;
  for (const { op, samples } of golden.manifest.ops)
    for (const sample of samples) if (breadth(sample) > breadth(best.get(op) ?? { ...sample, args: [], kwargs: {} }) || !best.has(op)) best.set(op, sample);
  return [...best];
}

describe('ops', () => {
  it('check their arguments', () => {
    const wrong: string[] = [];
    for (const [i, [op, sample]] of opCalls().entries()) {
      const call = callOf(op);
      if (call === undefined) continue;
      const { args: example } = argumentsOf(golden, sample);
      // What is only a method has no function to give something else than a tensor to.
      const first = op === 'new_zeros' || op === '__getitem__' ? 1 : 0;
      for (const { where, value, args } of attempts(() => argumentsOf(golden, sample).args, { first, every: 3, from: i })) {
        const { wrong: what, error } = outcome((given) => call(...given), args);
        if (what !== undefined) wrong.push(`${op}: ${where} = ${value}: ${what}`);
        else if (error === undefined && isNothing(value) && Number(where) < example.length) wrong.push(`${op}: argument ${where} = ${value} is accepted`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('modules', () => {
  beforeAll(() => gt.setDefaultDtype('float64'));
  afterAll(() => gt.setDefaultDtype('float32'));
  it('check their arguments when they are made', () => {
    const wrong: string[] = [];
    for (const [i, { name, Class, args: make, inputs }] of moduleCalls().entries()) {
      const data = inputs();
      for (const { where, value, args } of attempts(make, { every: 2, from: i })) {
        const call = `${name}: ${where} = ${value}`;
        const { result, wrong: what, error } = outcome((given) => new Class(...given), args);
        if (what !== undefined) wrong.push(`${call}: ${what}`);
        if (error !== undefined) continue;
        const module = result as gt.nn.Module;
        const { wrong: late, error: refused } = outcome((given) => module.forward(...given), data);
        if (late !== undefined) wrong.push(`${call}: forward ${late}`);
        // Numbers and lists may fit some inputs and not these.
        else if (refused !== undefined && isNothing(value)) wrong.push(`${call}: only forward refuses it: ${(refused as Error).message}`);
        const printed = outcome(() => String(module), []);
        if (printed.error !== undefined) wrong.push(`${call}: printing ${printed.wrong}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('check their inputs', () => {
    const wrong: string[] = [];
    for (const [i, { name, Class, args: make, inputs }] of moduleCalls().entries()) {
      const module = new Class(...make());
      for (const { where, value, args } of attempts(inputs, { every: 3, from: i })) {
        const { wrong: what } = outcome((given) => module.forward(...given), args);
        if (what !== undefined) wrong.push(`${name}.forward: ${where} = ${value}: ${what}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('training', () => {
  /** Makes each with one argument wrong; what is made is used. */
  function walk<T>(table: readonly (readonly [string, new (...args: never[]) => T, () => unknown[]])[], use: (made: T) => string | undefined): string[] {
    const wrong: string[] = [];
    for (const [name, Class, make] of table) {
      for (const { where, value, args } of attempts(make)) {
        const call = `${name}: ${where} = ${value}`;
        const { result, wrong: what, error } = outcome((given) => new Class(...(given as never[])), args);
        if (what !== undefined) wrong.push(`${call}: ${what}`);
        if (error !== undefined) continue;
        if (isNothing(value)) wrong.push(`${call} is accepted`);
        const { result: odd, wrong: late } = outcome(() => use(result as T), []);
        // Rates past what float32 holds are numbers all the same.
        if (late !== undefined || (odd !== undefined && value !== '2^53')) wrong.push(`${call}: ${late ?? odd}`);
      }
    }
    return wrong;
  }
  it('with an optimizer whose options are wrong never loses a weight', () => {
    expect(walk(optimizers, optimize)).toEqual([]);
  });
  it('with a schedule whose options are wrong never loses a rate', () => {
    // `verbose` prints.
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    const wrong = walk(schedules, schedule);
    print.mockRestore();
    expect(wrong).toEqual([]);
  });
});

describe('transforms', () => {
  const { transforms } = gt.utils.data;
  const table: Readonly<Record<string, [make: (...args: never[]) => (x: gt.Tensor) => gt.Tensor, args: () => unknown[]]>> = {
    normalize: [transforms.normalize, () => [[0.5], [0.25]]],
    randomCrop: [transforms.randomCrop, () => [[2, 3], { padding: 1 }]],
    randomHorizontalFlip: [transforms.randomHorizontalFlip, () => [0.5]],
    randomVerticalFlip: [transforms.randomVerticalFlip, () => [0.5]],
    pad: [transforms.pad, () => [[1, 2, 1, 2], 3]],
    centerCrop: [transforms.centerCrop, () => [[2, 3]]],
    resize: [transforms.resize, () => [[2, 3], 'bilinear']],
    compose: [transforms.compose, () => [[transforms.toTensor()]]],
  };
  it('check their arguments when they are made', () => {
    const wrong: string[] = [];
    for (const [name, [make, valid]] of Object.entries(table)) {
      for (const { where, value, args } of attempts(valid)) {
        const call = `${name}: ${where} = ${value}`;
        const { wrong: what, error } = outcome((given) => make(...(given as never[])), args);
        if (what !== undefined) wrong.push(`${call}: ${what}`);
        else if (error === undefined && isNothing(value) && Number(where) < valid().length) wrong.push(`${call} is accepted`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

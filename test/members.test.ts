// What may be assigned to a module's members: PyTorch's Module.__setattr__. A parameter does not become a plain tensor, which nothing would learn.
import { expect, it } from 'vitest';
import * as gt from '../src/index.js';

const { nn, zeros, ones, ArgumentError } = gt;
const names = (module: gt.nn.Module): string[] => module.namedParameters().map(([name]) => name);
const put = (module: object, name: string, value: unknown): void => {
  (module as Record<string, unknown>)[name] = value;
};
const wrong = [zeros([1, 2]), 1, 'x', undefined, [], {}, true];

class Assigned extends nn.Module {
  declare scale: gt.nn.Parameter;
  declare inner: gt.nn.Linear;
  constructor() {
    super();
    this.scale = new nn.Parameter(ones([2]));
    this.inner = new nn.Linear(2, 2);
  }
}
class Fields extends nn.Module {
  scale = new nn.Parameter(ones([2]));
  inner = new nn.Linear(2, 2);
  pe!: gt.Tensor;
  late!: gt.nn.Parameter;
  child!: gt.nn.Module;
  constructor() {
    super();
    this.registerBuffer('pe', zeros([3]));
    this.registerParameter('late', new nn.Parameter(ones([1])));
    this.registerModule('child', new nn.Linear(1, 1));
  }
}

it('a parameter stays one, or becomes null', () => {
  const fields = new Fields();
  fields.parameters();
  const lstm = new nn.LSTM(2, 3);
  const places: [gt.nn.Module, string][] = [
    [new nn.Linear(2, 1), 'weight'],
    [new nn.Conv2d(1, 1, 2), 'bias'],
    [new nn.BatchNorm1d(2), 'weight'],
    [new nn.Embedding(2, 2), 'weight'],
    [lstm, 'weight_ih_l0'],
    [new nn.MultiheadAttention(2, 1), 'in_proj_weight'],
    [new Assigned(), 'scale'],
    [fields, 'scale'],
    [fields, 'late'],
  ];
  for (const [module, name] of places) {
    const before = names(module);
    const parameter = module.getParameter(name);
    for (const value of wrong) expect(() => put(module, name, value), `${module.constructor.name}.${name} = ${value}`).toThrow(ArgumentError);
    expect(() => put(module, name, ones([2]))).toThrow(`cannot assign it as parameter '${name}'`);
    expect(module.getParameter(name)).toBe(parameter);
    const other = new nn.Parameter(ones([2]));
    put(module, name, other);
    expect(module.getParameter(name)).toBe(other);
    expect(names(module)).toEqual(before);
    put(module, name, null);
    expect(names(module)).toEqual(before.filter((known) => known !== name));
    expect(() => put(module, name, ones([2]))).toThrow(ArgumentError);
  }
});

it('a submodule stays one, or becomes null', () => {
  const fields = new Fields();
  fields.train();
  for (const module of [new Assigned(), fields]) {
    for (const value of wrong) expect(() => put(module, 'inner', value)).toThrow(ArgumentError);
    const other = new nn.Linear(2, 5);
    module.inner = other;
    expect(module.getSubmodule('inner')).toBe(other);
    put(module, 'inner', null);
    expect(module.children()).not.toContain(other);
  }
});

it('a buffer takes tensors and null', () => {
  const module = new Fields();
  for (const value of wrong.slice(1)) expect(() => put(module, 'pe', value)).toThrow(ArgumentError);
  module.pe = ones([3]);
  expect(module.stateDict().pe).toEqual(ones([3]));
  put(module, 'pe', null);
  expect(Object.keys(module.stateDict())).not.toContain('pe');
});

it('fields that are only declared can be registered, and plain properties stay plain', () => {
  const module = new Fields();
  expect(names(module)).toEqual(['scale', 'late', 'inner.weight', 'inner.bias', 'child.weight', 'child.bias']);
  put(module, 'note', ones([1]));
  put(module, 'note', 5);
  expect((module as unknown as { note: number }).note).toBe(5);
  delete (module as { late?: unknown }).late;
  put(module, 'late', 5);
  expect(names(module)).not.toContain('late');
  expect(Object.keys(new nn.Linear(2, 1))).toEqual(['training', 'inFeatures', 'outFeatures', 'weight', 'bias']);
});

"""Modules of torch.nn, float64: what the seed draws, how they print, outputs, gradients and, where PyTorch has them, gradients of gradients.

{modules: [{name, args, kwargs, evaluate, leaves, wrap, repr, init, inputs, call, out, after, grads, twice}]}: init is the state dict after manual_seed(SEED); the call runs after manual_seed(SEED + 1), so
that dropout draws what it draws; after is the state that the call changed. An argument is JSON, {$t} a tensor, {$m} another module, {$p} a packed sequence. Gradients are those of
sum(cos(k) * out[k]), k counting all elements of all outputs, with respect to the parameters and then the floating point inputs; twice is the gradient of sum(sin(k) * grad[k]).
"""
import torch
import torch.nn as nn
from torch.nn.utils.rnn import PackedSequence

from . import module_table
from .container import Fixture

SEED = 5


class Encoder:
    def __init__(self, fixture):
        self.fixture = fixture

    def __call__(self, value):
        if isinstance(value, torch.Tensor):
            return {'$t': self.fixture.put(value)}
        if isinstance(value, PackedSequence):
            return {'$p': [self(part) for part in value]}
        if isinstance(value, module_table.Row):
            return {'$m': [value.name, self(value.args), self(value.kwargs)]}
        if isinstance(value, (list, tuple)):
            return [self(v) for v in value]
        if isinstance(value, dict):
            return {k: self(v) for k, v in value.items()}
        if isinstance(value, float) and value in (float('inf'), float('-inf')):
            return {'$n': 'Infinity' if value > 0 else '-Infinity'}
        return value


def build(row):
    make = lambda v: build(v) if isinstance(v, module_table.Row) else tuple(make(x) for x in v) if isinstance(v, list) else v
    return getattr(nn, row.name)(*[make(a) for a in row.args], **{k: make(v) for k, v in row.kwargs.items()})


def tensors(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, PackedSequence):
        return [value.data]
    return [t for v in value for t in tensors(v)] if isinstance(value, (list, tuple)) else []


def weighted(ys, wave):
    ys = [y for y in ys if y.dtype == torch.float64]
    flat = torch.cat([y.reshape(-1) for y in ys])
    return (flat * wave(torch.arange(flat.numel(), dtype=torch.float64))).sum()


def record(fixture, row):
    encode = Encoder(fixture)
    put = lambda ts: [None if t is None else fixture.put(t.detach()) for t in ts]
    torch.manual_seed(SEED)
    module = build(row)
    if row.wrap:
        getattr(nn.utils, row.wrap[0])(module, **row.wrap[1])
    if row.evaluate:
        module.eval()
    state = lambda: {k: v.clone() for k, v in module.state_dict().items()}
    before = state()
    torch.manual_seed(SEED + 1)
    inputs = row.inputs()
    leaves = [t for t in tensors(inputs) if t.dtype == torch.float64][:row.leaves]
    result = {'name': row.name, 'args': encode(row.args), 'kwargs': encode(row.kwargs), 'evaluate': row.evaluate, 'leaves': len(leaves), 'wrap': row.wrap, 'repr': repr(module), 'init': list(zip(before, put(before.values())))}
    result['inputs'] = encode(inputs)
    result['call'] = encode(row.call)
    for leaf in leaves:
        leaf.requires_grad_()
    torch.manual_seed(SEED + 1)
    out = tensors(module(*inputs, **row.call))
    result['out'] = put(out)
    result['after'] = [[k, fixture.put(v)] for k, v in state().items() if not torch.equal(v, before[k])]
    sources = [p for p in module.parameters() if p.requires_grad] + leaves
    try:
        differentiate(result, out, sources, put, row.twice)
    except RuntimeError as error:  # CTC has no second derivative, channel_shuffle none
        if 'not implemented' not in str(error):
            raise
    return result


def differentiate(result, out, sources, put, again):
    if not any(y.requires_grad for y in out):
        return
    grads = torch.autograd.grad(weighted([y for y in out if y.requires_grad], torch.cos), sources, create_graph=True, allow_unused=True)
    result['grads'] = put(grads)
    known = [g for g in grads if g is not None and g.requires_grad]
    if known and again:
        twice = put(torch.autograd.grad(weighted(known, torch.sin), sources, allow_unused=True))
        result.update(twice=twice, known=[g is not None and g.requires_grad for g in grads])


def initialise(fixture, name, args, shape):
    torch.manual_seed(SEED)
    return {'name': name, 'args': args, 'out': fixture.put(getattr(nn.init, name)(torch.empty(*shape), *args))}


def make():
    torch.set_default_dtype(torch.float64)
    fixture = Fixture('modules')
    manifest = {'seed': SEED, 'modules': [record(fixture, row) for row in module_table.rows()], 'inits': [initialise(fixture, *row) for row in module_table.inits()]}
    torch.set_default_dtype(torch.float32)
    fixture.write(manifest)

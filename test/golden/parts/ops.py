"""Ops: samples from PyTorch's own operator database (written by the PyTorch authors, BSD-3-Clause) with outputs, gradients and double gradients.

{ops: [{op, variant, dtype, samples: [...], errors: [...]}]}, a sample being {input, args, kwargs, out, noncontig?, ref_dtype?} and, where the op has
gradients, {cot, diff_out_idx, grad, gg_of?, gg_v?, gg?}:
  out            the outputs, flattened
  cot            a cotangent for each differentiable output; diff_out_idx says which output each belongs to (-1: to a post-processed one)
  grad           by leaf (the inputs with rg, numbered by their `leaf`) the vector-Jacobian product of cot, or null
  gg_of, gg_v    those leaves whose grad is differentiable again, and a cotangent for each
  gg             the gradients of sum(gg_v * grad) by leaf, then by cot, or null
A sample with `noncontig` has the values of another one in tensors that are not contiguous. float32 samples have float32 inputs and the float64 truth
(ref_dtype). An error is {input, args, kwargs, torch_error, torch_regex}: the exception's class and a pattern of its message.
Values that JSON lacks: {$t: tensor}, {$tuple: [...]}, {$slice: [start, stop, step]}, {$ellipsis: 1}, {$dtype: name}, {$memory_format: name}.
"""
import random
import sys
import types
import unittest.mock

import numpy
import torch

from .container import Fixture, number

# The database's module imports the test helper `expecttest`, of which it uses this much.
stub = types.ModuleType('expecttest')
stub.TestCase = type('TestCase', (unittest.TestCase,), {'assertExpectedInline': lambda self, *args, **kwargs: None})
stub.ACCEPT = False
sys.modules.setdefault('expecttest', stub)
# Python 3.11 no longer samples from sets; cross_entropy's samples do.
sample_from = random.sample
random.sample = lambda population, k: sample_from(sorted(population) if isinstance(population, (set, frozenset)) else population, k)

from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import SampleInput

SEED = 20
SAMPLES = {'float64': 10, 'float32': 5}
MAX_NUMEL = 2000
OPS = '''
add sub mul div true_divide neg pow exp log sqrt rsqrt abs sign maximum minimum clamp sigmoid tanh where eq ne lt le gt ge logical_and logical_or logical_not
logical_xor sum mean amax amin max min argmax argmin prod var std logsumexp softmax log_softmax matmul mm mv bmm dot outer addmm cat stack split chunk gather
index_select __getitem__ reshape view transpose permute expand squeeze unsqueeze narrow select flatten t clone contiguous
nn.functional.relu nn.functional.gelu nn.functional.silu nn.functional.softplus nn.functional.linear nn.functional.mse_loss nn.functional.cross_entropy
nn.functional.nll_loss nn.functional.dropout
'''.split()


class Encoder:
    """Arguments as JSON; collects the leaves (the inputs that require grad) in the order met."""

    def __init__(self, fixture):
        self.fixture = fixture
        self.leaves = []

    def __call__(self, x):
        if isinstance(x, torch.Tensor):
            ref = self.fixture.put(x)
            if x.requires_grad:
                ref['leaf'] = len(self.leaves)
                self.leaves.append(x)
            return {'$t': ref}
        if x is None or isinstance(x, (bool, int, str)):
            return x
        if isinstance(x, float):
            return number(x)
        if isinstance(x, torch.Size):
            return list(x)
        if isinstance(x, tuple):
            return {'$tuple': [self(y) for y in x]}
        if isinstance(x, list):
            return [self(y) for y in x]
        if isinstance(x, dict):
            return {k: self(v) for k, v in x.items()}
        if isinstance(x, slice):
            return {'$slice': [self(x.start), self(x.stop), self(x.step)]}
        if x is Ellipsis:
            return {'$ellipsis': 1}
        if isinstance(x, torch.dtype):
            return {'$dtype': str(x)[len('torch.'):]}
        if isinstance(x, torch.memory_format):
            return {'$memory_format': str(x)[len('torch.'):]}
        raise TypeError(f'cannot encode {type(x).__name__}')

    def sample(self, s):
        return {'input': self(s.input), 'args': [self(x) for x in s.args], 'kwargs': self(dict(s.kwargs))}


def flat(x):
    if isinstance(x, torch.Tensor):
        return [x]
    return [t for y in x for t in flat(y)] if isinstance(x, (list, tuple)) else []


def widen(x):
    """float32 to float64, value for value: the truth is what the float32 inputs give in exact arithmetic."""
    if isinstance(x, torch.Tensor) and x.dtype == torch.float32:
        return x.detach().double().requires_grad_(x.requires_grad)
    return torch.float64 if x is torch.float32 else x


def record(fixture, op, s, seed):
    encoder = Encoder(fixture)
    result = encoder.sample(s)
    leaves = encoder.leaves
    put = lambda tensors: [None if x is None else fixture.put(x) for x in tensors]
    if any(t.dtype == torch.float32 for t in flat([s.input, *s.args, *s.kwargs.values()])):
        s = s.transform(widen)
        encoder = Encoder(Fixture(''))
        encoder.sample(s)
        leaves = encoder.leaves
        result['ref_dtype'] = 'float64'
    out = op(s.input, *s.args, **s.kwargs)
    outs = flat(out)
    if sum(t.numel() for t in outs + leaves) > MAX_NUMEL:
        return None
    result['out'] = put(outs)
    judged = [t for t in flat(s.output_process_fn_grad(out) if s.output_process_fn_grad else out) if t.requires_grad]
    if not judged or not leaves:
        return result
    torch.manual_seed(seed)  # the twin that is not contiguous gets the same cotangents, hence the same numbers, stored once
    twice = op.supports_gradgrad
    drawn = torch.float32 if 'ref_dtype' in result else torch.float64  # what a float32 replay can hold: sums that cancel would show the rounding
    cotangent = lambda t: torch.randn(t.shape, dtype=drawn).to(t.dtype)
    cots = [cotangent(t).requires_grad_(twice) for t in judged]
    grads = torch.autograd.grad(judged, leaves, cots, allow_unused=True, create_graph=twice)
    result['diff_out_idx'] = [next((i for i, o in enumerate(outs) if o is t), -1) for t in judged]
    result['cot'] = put(c.detach() for c in cots)
    result['grad'] = put(x if x is None else x.detach() for x in grads)
    again = [i for i, x in enumerate(grads) if x is not None and x.requires_grad] if twice else []
    if again:
        vs = [cotangent(grads[i]) for i in again]
        gg = torch.autograd.grad([grads[i] for i in again], leaves + cots, vs, allow_unused=True)
        result.update(gg_of=again, gg_v=put(vs), gg=put(gg))
    return result


def samples_of(op, dtype, count):
    requires_grad = op.supports_autograd and dtype in op.supported_backward_dtypes('cpu')
    found = list(op.sample_inputs('cpu', dtype, requires_grad=requires_grad))
    if op.name == 'nn.functional.dropout':  # the masks are random's part
        found = [s for s in found if s.kwargs.get('p', 0.5) in (0, 1) or not s.kwargs.get('training', True)]
    return [found[i * len(found) // count] for i in range(count)] if len(found) > count else found


def entry(fixture, op, name):
    dtype = getattr(torch, name)
    torch.manual_seed(SEED)
    random.seed(SEED)
    numpy.random.seed(SEED)
    samples = []
    for i, s in enumerate(samples_of(op, dtype, SAMPLES[name])):
        for noncontig in (False, True):
            r = record(fixture, op, s.noncontiguous() if noncontig else s, i)
            if r is not None:
                samples.append({**r, 'noncontig': 1} if noncontig else r)
    errors = []
    with unittest.mock.patch.object(torch, 'empty', torch.zeros):  # some error inputs are uninitialised, and would differ from run to run
        refused = list(op.error_inputs('cpu')) if op.error_inputs_func and name == 'float64' else []
    for e in refused:
        errors.append({**Encoder(fixture).sample(e.sample_input), 'torch_error': e.error_type.__name__, 'torch_regex': e.error_regex})
    return {'op': op.name, 'variant': op.variant_test_name, 'dtype': name, 'samples': samples, 'errors': errors}


def one_hot(fixture):
    """Not in the database."""
    cases = [([0, 2, 1, 2], -1), ([[0, 1], [3, 0]], 5), ([], 4), (3, 4)]
    samples = []
    for labels, classes in cases:
        x = torch.tensor(labels, dtype=torch.int64)
        s = SampleInput(x, args=(classes,))
        samples.append({**Encoder(fixture).sample(s), 'out': [fixture.put(torch.nn.functional.one_hot(x, classes))]})
    error = {'torch_error': 'RuntimeError', 'torch_regex': 'Class values must be (non-negative|smaller than num_classes).'}
    errors = [{**Encoder(fixture).sample(SampleInput(torch.tensor(x), args=(c,))), **error} for x, c in (([0, -1], -1), ([0, 4], 4))]
    return {'op': 'nn.functional.one_hot', 'variant': '', 'dtype': 'int64', 'samples': samples, 'errors': errors}


def make():
    fixture = Fixture('ops')
    chosen = [op for op in op_db if op.name in OPS]
    missing = set(OPS) - {op.name for op in chosen}
    entries = [entry(fixture, op, name) for op in chosen for name in SAMPLES if getattr(torch, name) in op.supported_dtypes('cpu')]
    entries.append(one_hot(fixture))
    print(f'{len(entries)} entries, {sum(len(e["samples"]) for e in entries)} samples, {sum(len(e["errors"]) for e in entries)} errors; not in the database: {missing}')
    fixture.write({'seed': SEED, 'licence': 'samples (c) PyTorch contributors, BSD-3-Clause', 'ops': entries})

"""Ops: samples of every op of the database with outputs, gradients and double gradients, in every dtype; and the calls that PyTorch refuses.

{seed, ops: [{op, variant, dtype, samples: [...], errors: [...]}]}: samples as parts/record.py tells, in pairs: one as the database has it, then its twin (`noncontig`), the
same numbers in tensors that are not contiguous. An error is {input, args, kwargs, torch_error, torch_regex}: the exception's class and a pattern of its message.
The op is called under manual_seed(seed).
"""
import random
import unittest.mock

import numpy
import torch

from . import promotion
from .container import Fixture
from .database import DTYPES, NAMES, OP_SEED, SampleInput, call, in_scope, left_out, ops, settled, tensors
from .encode import Encoder
from .record import Recorder

SEED = 20
# Samples of an entry, by dtype.
SAMPLES = {'float64': 10, 'float32': 6, 'int64': 3, 'int32': 2, 'uint8': 2, 'bool': 2}
# Elements of a sample's inputs and outputs. Where all samples of an op have more, the smallest is taken.
MAX_NUMEL = 1000


def numel(op, s):
    with torch.no_grad():
        return sum(t.numel() for t in tensors([s.input, s.args, s.kwargs, call(op, s)]))


def chosen(op, found, count):
    """`count` samples from end to end; a zero-size and a 0-d one if there are any."""
    found = [(numel(op, s), settled(op, s)) for s in found if in_scope(op, s)]
    small = [s for n, s in found if n <= MAX_NUMEL] or [s for n, s in found if n == min(n for n, _ in found)][:1]
    if len(small) <= count:
        return small
    spread = [small[i * len(small) // count] for i in range(count)]
    shapes = lambda s: [tuple(t.shape) for t in tensors([s.input, s.args, s.kwargs])]
    for special in (lambda s: any(0 in shape for shape in shapes(s)), lambda s: () in shapes(s)[:1]):
        if not any(map(special, spread)):
            spread += [s for s in small if special(s)][:1]
    return spread


def samples_of(recorder, op, dtype, count):
    requires_grad = op.supports_autograd and dtype in op.supported_backward_dtypes('cpu')
    samples = []
    for s in chosen(op, op.sample_inputs('cpu', dtype, requires_grad=requires_grad), count):
        first, run = recorder.record(op, s)
        second, _ = recorder.record(op, s.noncontiguous(), run)
        samples += [first, {**second, 'noncontig': 1}]
    return samples


def is_refused(op, s):
    """The database also names calls that PyTorch 1.13 takes."""
    try:
        call(op, s)
    except Exception:
        return True
    return False


def errors_of(fixture, op):
    with unittest.mock.patch.object(torch, 'empty', torch.zeros):  # some error inputs are uninitialised, and would differ from run to run
        refused = list(op.error_inputs('cpu')) if op.error_inputs_func else []
    refused = [(e, Encoder(fixture).sample(e.sample_input)) for e in refused if in_scope(op, e.sample_input)]  # before the call, which may write to what it refuses
    return [{**args, 'torch_error': e.error_type.__name__, 'torch_regex': e.error_regex} for e, args in refused if is_refused(op, e.sample_input)]


def entry(fixture, op, name):
    torch.manual_seed(SEED)
    random.seed(SEED)
    numpy.random.seed(SEED)
    samples = samples_of(Recorder(fixture), op, getattr(torch, name), SAMPLES[name])
    # Error cases do not depend on the dtype.
    errors = errors_of(fixture, op) if name == next(n for n in DTYPES if getattr(torch, n) in op.supported_dtypes('cpu')) else []
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
    entries = [entry(fixture, op, name) for op in ops for name in DTYPES if getattr(torch, name) in op.supported_dtypes('cpu')]
    entries += [one_hot(fixture), *promotion.entries(fixture)]
    print(f'{len(entries)} entries, {sum(len(e["samples"]) for e in entries)} samples, {sum(len(e["errors"]) for e in entries)} errors; left out: {dict(left_out)}')
    print('without a sample:', set(NAMES) - {e['op'] for e in entries if e['samples']})
    fixture.write({'seed': OP_SEED, 'licence': 'samples (c) PyTorch contributors, BSD-3-Clause', 'ops': entries})

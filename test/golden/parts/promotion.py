"""Dtypes of results: every binary op of the database on every two dtypes, the second operand being a tensor, a 0-d tensor or a number; values only.

{op, variant: 'promotion', dtype: 'mixed', samples, errors}: where PyTorch refuses the two, the call is an error.
"""
import torch

from .database import DTYPES, BinaryUfuncInfo, SampleInput, ops
from .encode import Encoder
from .record import Recorder

LEFT = [1, 3, 2, 1]
RIGHT = [2, 1, 3, 1]
# What JavaScript has: its integers are numbers too, so that a float is told by its fraction.
NUMBERS = [2, 2.5, True]


def operands(name):
    right = torch.tensor(RIGHT).to(getattr(torch, name))
    return [right, right[0]]


def calls():
    for left in DTYPES:
        x = torch.tensor(LEFT).to(getattr(torch, left))
        for y in [*NUMBERS, *(t for name in DTYPES for t in operands(name))]:
            yield SampleInput(x, args=(y,))
            if isinstance(y, torch.Tensor) and y.dim() == 0:
                yield SampleInput(y, args=(x,))


def entry(fixture, op):
    samples, errors = [], []
    for s in calls():
        try:
            samples.append(Recorder(fixture).record(op, s)[0])
        except (RuntimeError, TypeError, ValueError) as refused:
            errors.append({**Encoder(fixture).sample(s), 'torch_error': type(refused).__name__, 'torch_regex': str(refused).split('\n')[0]})
    return {'op': op.name, 'variant': 'promotion', 'dtype': 'mixed', 'samples': samples, 'errors': errors}


def entries(fixture):
    return [entry(fixture, op) for op in ops if isinstance(op, BinaryUfuncInfo) and op.variant_test_name == '']

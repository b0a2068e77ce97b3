"""PyTorch's own operator database (its samples were written by the PyTorch authors, BSD-3-Clause), the part of it that gradtape answers, and what is left out of that.

opdb.json lists the names: the dense, real-valued ops.
"""
import collections
import json
import random
import sys
import types
import unittest.mock

import torch

from .container import FOLDER

# The database's module imports the test helper `expecttest`, of which it uses this much.
stub = types.ModuleType('expecttest')
stub.TestCase = type('TestCase', (unittest.TestCase,), {'assertExpectedInline': lambda self, *args, **kwargs: None})
stub.ACCEPT = False
sys.modules.setdefault('expecttest', stub)
# Python 3.11 no longer samples from sets; cross_entropy's samples do.
sample_from = random.sample
random.sample = lambda population, k: sample_from(sorted(population) if isinstance(population, (set, frozenset)) else population, k)

from torch.testing._internal import common_methods_invocations
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import BinaryUfuncInfo, SampleInput

NAMES = json.loads((FOLDER / 'opdb.json').read_text())
# Not in the list of names, and here all the same.
BESIDE = ['__getitem__', 'nn.functional.dropout']
DTYPES = ['float64', 'float32', 'int64', 'int32', 'uint8', 'bool']
# Every op is called under this seed.
OP_SEED = 42
# The database seeds its random ops itself and hides that they draw.
common_methods_invocations.wrapper_set_seed = lambda op, *args, **kwargs: op(*args, **kwargs)

ops = [op for op in op_db if op.name in NAMES or op.name in BESIDE]


def leaves_of(x):
    """Everything in an argument that is no list, tuple or dict."""
    if isinstance(x, dict):
        x = list(x.values())
    return [y for z in x for y in leaves_of(z)] if isinstance(x, (list, tuple)) else [x]


def arguments(s):
    return leaves_of([s.input, s.args, s.kwargs])


def tensors(x):
    return [t for t in leaves_of(x) if isinstance(t, torch.Tensor)]


def is_foreign(x):
    dtype = x if isinstance(x, torch.dtype) else getattr(x, 'dtype', None)
    return isinstance(x, complex) or (dtype is not None and str(dtype)[len('torch.'):] not in DTYPES)


def integers(s):
    return not any(t.is_floating_point() for t in tensors(arguments(s)))


# Why a call is left out, with the test for it. Nothing else is.
OUT_OF_SCOPE = {
    'complex numbers, and dtypes other than ' + ', '.join(DTYPES): lambda op, s: any(map(is_foreign, arguments(s))),
    'sparse, quantized and nested tensors': lambda op, s: any(t.layout is not torch.strided or t.is_quantized or t.is_nested for t in tensors(arguments(s))),
    'other devices than the CPU': lambda op, s: any(torch.device(getattr(x, 'device', x)).type != 'cpu' for x in arguments(s) if isinstance(x, (torch.Tensor, torch.device))),
    'floats where PyTorch wants an int (1.0 is 1 in JavaScript)': lambda op, s: op.name in ('linspace', 'logspace') and isinstance(s.args[1], float),
    'integers by linspace that are not whole steps apart, of which PyTorch\'s vector kernel rounds every lane differently': lambda op, s: op.name == 'linspace'
    and not s.kwargs.get('dtype', torch.float32).is_floating_point
    and (int(s.args[0]) - int(s.input)) % max(s.args[1] - 1, 1) != 0,
    'averages of integers, which PyTorch has for int64 alone': lambda op, s: op.name in AVERAGES and integers(s),
    'polygamma at its poles, where PyTorch has the square of a rounding error': lambda op, s: op.name == 'polygamma' and integers(s),
}
AVERAGES = ('nn.functional.avg_pool1d', 'nn.functional.avg_pool2d', 'nn.functional.local_response_norm')
left_out = collections.Counter()


def in_scope(op, s):
    """Whether gradtape has what the call is about; counts why not."""
    reason = next((reason for reason, applies in OUT_OF_SCOPE.items() if applies(op, s)), None)
    if reason is not None:
        left_out[reason] += 1
    return reason is None


def call(op, s):
    """What the op gives, apart from what PyTorch leaves open."""
    if op.name == 'unique':  # not sorted, it has the order of a C++ hash table: the sorted one is as good
        return op(s.input, *s.args, **{**s.kwargs, 'sorted': True})
    result = op(s.input, *s.args, **s.kwargs)
    if op.name == 'nn.functional._scaled_dot_product_attention' and not s.kwargs.get('need_attn_weights', False):
        return result[0]
    return result


def settled(op, s):
    """The sample itself, or one whose result PyTorch does not leave open: which of several equal elements kthvalue and topk name."""
    if op.name in ('kthvalue', 'topk') and integers(s):
        s.input = s.input.flatten().argsort(stable=True).argsort().reshape(s.input.shape).to(s.input.dtype)
    return s

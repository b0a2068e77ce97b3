"""Printed tensors: {prints: [{x, suffixes, text, defaultDType?}]}, text being str(tensor) with dtypes named without `torch.`."""
import itertools
import random

import torch

from .container import Fixture

inf, nan = float('inf'), float('nan')
SHAPES = [(), (1,), (2,), (7,), (13,), (25,), (100,), (1, 1), (3, 4), (4, 3), (2, 11), (30, 2), (2, 3, 4), (1, 1, 1), (3, 1, 2), (2, 2, 2, 2), (1, 2, 1, 3, 2), (2, 40)]
SUMMARIZED = [(1000,), (1001,), (2500,), (40, 30), (7, 200), (200, 7), (3, 400), (400, 3), (6, 6, 40), (2, 2, 300), (11, 11, 11), (1100, 1), (1, 1100)]
EMPTY = [(0,), (0, 3), (3, 0), (2, 0, 4)]


def kinds(n):
    """Named ways to fill n elements: every branch of the formatter's choice of style, and its edges."""
    r = random.Random(n)
    normal = [r.gauss(0, 1) for _ in range(n)]
    whole = [float(r.randint(-9, 30)) for _ in range(n)]
    some = lambda xs, *values: [values[i // 3 % len(values)] if i % 3 == 1 else x for i, x in enumerate(xs)]
    yield normal
    yield whole
    yield [x * 10 ** r.randint(-3, 3) for x in normal]
    yield [float(r.choice((1, 999, 1000, 1001))) for _ in range(n)]
    yield [x * 1e-5 for x in normal]
    yield [x * 3e9 for x in normal]
    yield [x * 1e-120 if i % 2 else x * 1e110 for i, x in enumerate(normal)]
    yield some(normal, nan, inf, -inf, 0.0, -0.0)
    yield some(whole, nan, inf, -inf, -0.0)
    yield some([x * 1e6 for x in normal], nan, -inf, 0.0, -0.0)
    yield [r.choice((0.0, -0.0, nan, inf, -inf)) for _ in range(n)]
    yield [r.choice((0.03125, 0.09375, 2.15625, -0.46875, 9.96875, 0.5)) for _ in range(n)]  # ties at 4 decimals
    yield [r.choice((100005.0, 100015.0, 3.0, -999995.0, 0.5, 131.0625)) for _ in range(n)]  # ties at 4 digits of the mantissa
    yield [0.0] * n
    yield [99999.99997 * (i + 1) / n for i in range(n)]


def tensors():
    for shape in SHAPES:
        n = torch.Size(shape).numel()
        for i, values in enumerate(kinds(n)):
            yield torch.tensor(values, dtype=torch.float64 if i % 3 == 1 else torch.float32).reshape(shape)
        for dtype, low, high in ((torch.int64, -20, 100), (torch.int64, -(10**15), 10**15), (torch.int32, -3, 4), (torch.uint8, 0, 256), (torch.bool, 0, 2)):
            yield torch.randint(low, high, shape).to(dtype)
    for shape in SUMMARIZED:
        count = torch.arange(torch.Size(shape).numel()).reshape(shape)
        yield count
        yield count.float() / 8
        yield (count % 11 == 5)
        yield torch.where(count % 50 == 40, 1e9, 0.25)  # 1e9 hides in the middle, or not
    for shape, dtype in itertools.product(EMPTY, (torch.float32, torch.float64, torch.int64, torch.int32, torch.bool)):
        yield torch.empty(shape, dtype=dtype)


def variants(x):
    yield x
    if x.dtype.is_floating_point and x.dim() in (1, 2):
        yield x.clone().requires_grad_()
        yield x.clone().requires_grad_() * 1


def suffix(x):
    if x.grad_fn is not None:
        return [f'grad_fn=<{type(x.grad_fn).__name__}>']
    return ['requires_grad=True'] if x.requires_grad else []


def make():
    torch.manual_seed(0)
    fixture = Fixture('print')
    prints = []
    for x in tensors():
        for v in variants(x):
            prints.append({'x': fixture.put(v.detach()), 'suffixes': suffix(v), 'text': str(v).replace('torch.', '')})
    torch.set_default_dtype(torch.float64)
    for dtype in (torch.float64, torch.float32, torch.int32):
        for x in (torch.arange(5).to(dtype), torch.empty(0, dtype=dtype)):
            prints.append({'x': fixture.put(x), 'suffixes': [], 'text': str(x).replace('torch.', ''), 'defaultDType': 'float64'})
    torch.set_default_dtype(torch.float32)
    print(f'{len(prints)} printed tensors')
    fixture.write({'prints': prints})

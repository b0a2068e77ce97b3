"""Random draws: sequences of calls on one freshly seeded generator, so that what one call leaves behind (the cached normal, half-used words) shows in the next.

{sequences: [{seed, calls: [{fn, dtype, n, ...arguments, out | sha256}], state}]}: seeds are strings (they go to 2^64), out is what the call gave, sha256 stands
in for long outputs that are exact to the bit, state is torch.get_rng_state() at the end.
"""
import hashlib

import torch
import torch.nn.functional as F

from .container import Fixture

SIZES = (0, 1, 5, 15, 16, 17, 31, 32, 33, 100, 1000)
f32, f64, i64, i32, u8 = torch.float32, torch.float64, torch.int64, torch.int32, torch.uint8

CALLS = {
    'rand': lambda dtype, n: torch.rand(n, dtype=dtype),
    'uniform': lambda dtype, n, lo, hi: torch.empty(n, dtype=dtype).uniform_(lo, hi),
    'randn': lambda dtype, n: torch.randn(n, dtype=dtype),
    'normal': lambda dtype, n, mean, std: torch.empty(n, dtype=dtype).normal_(mean, std),
    'normalStrided': lambda dtype, n: torch.empty(n, 2, dtype=dtype)[:, 0].normal_(),
    'randint': lambda dtype, n, lo, hi: torch.randint(int(lo), int(hi), (n,), dtype=dtype),
    'randperm': lambda dtype, n: torch.randperm(n, dtype=dtype),
    'bernoulli': lambda dtype, n, p: torch.empty(n, dtype=dtype).bernoulli_(p),
    'bernoulliEach': lambda dtype, n: torch.bernoulli(torch.arange(n, dtype=dtype).remainder(5).div(4)),
    'dropout': lambda dtype, n, p: F.dropout(torch.ones(n, dtype=dtype), p),
    'exponential': lambda dtype, n, rate: torch.empty(n, dtype=dtype).exponential_(rate),
    'multinomial': lambda dtype, n, rows, samples, replacement: torch.multinomial(weights(rows, n, dtype), samples, replacement),
    'linear': lambda dtype, n, inputs: linear(n, inputs, dtype),
}
ROUNDED = ('randn', 'normal', 'normalStrided', 'exponential')


def weights(rows, n, dtype):
    return torch.arange(rows * n, dtype=dtype).remainder(7).add(1).div(8).reshape(rows, n)


def linear(n, inputs, dtype):
    """nn.Linear's weight, then its bias."""
    layer = torch.nn.Linear(inputs, n, dtype=dtype)
    return torch.cat([layer.weight.detach().reshape(-1), layer.bias.detach()])


def sequence(fixture, seed, calls):
    torch.manual_seed(int(seed))
    done = []
    for fn, dtype, n, *arguments in calls:
        out = CALLS[fn](dtype, n, *arguments)
        call = {'fn': fn, 'dtype': str(dtype)[len('torch.'):], 'n': n, 'arguments': arguments}
        if n >= 1000 and fn not in ROUNDED:
            call['sha256'] = hashlib.sha256(out.contiguous().numpy().tobytes()).hexdigest()
        else:
            call['out'] = fixture.put(out)
        done.append(call)
    return {'seed': seed, 'calls': done, 'state': fixture.put(torch.get_rng_state())}


def make():
    fixture = Fixture('random')
    every = lambda fn, dtypes, *arguments: [(fn, dtype, n, *arguments) for dtype in dtypes for n in SIZES]
    floats = (f32, f64)
    plans = [
        ('0', every('rand', floats)),
        ('1', every('randn', floats)),
        ('2', every('uniform', floats, -0.37, 0.91) + every('uniform', floats, -0.25, 0.25) + every('uniform', floats, 0, 3.3)),
        ('3', every('normal', floats, 0.3, 2.0) + [('normalStrided', f32, 33), ('normalStrided', f64, 18)]),
        ('4', every('randint', (i64, i32, f32, f64), '0', '10') + every('randint', (i64,), '-5', '1000000007') + every('randint', (u8,), '0', '256')),
        ('5', every('randint', (i64, f64), '0', str(2**32)) + every('randint', (i64, f64), '-7', str(2**33 + 5)) + every('randint', (i64,), str(-(2**63)), str(2**63 - 1))
         + every('randint', (i32,), str(-(2**31)), str(2**31)) + every('randint', (i64,), str(2**60), str(2**60 + 9)) + every('randint', (i64,), '0', str(2**32 - 1))),
        ('6', every('randperm', (i64, i32, f32))),
        ('7', every('bernoulli', (f32, f64, i64, u8), 0.3) + every('bernoulli', (f32,), 0.0) + every('bernoulli', (f32,), 1.0) + every('bernoulli', (f64,), 1e-3)),
        ('8', every('bernoulliEach', floats)),
        ('9', every('dropout', floats, 0.5) + every('dropout', floats, 0.1) + every('dropout', (f32,), 0.0) + every('dropout', (f64,), 1.0)),
        ('10', every('exponential', floats, 1.0) + every('exponential', floats, 2.5)),
        ('11', [('multinomial', dtype, n, rows, samples, replacement) for dtype in floats for n in (1, 5, 33) for rows in (1, 4)
                for samples, replacement in ((1, False), (1, True), (min(n, 5), False), (40, True))]),
        ('12', [('linear', dtype, n, inputs) for dtype in floats for n, inputs in ((1, 1), (3, 5), (16, 12), (64, 33))]),
        ('42', [('randn', f32, 5), ('rand', f32, 3), ('randn', f32, 7), ('randn', f64, 1), ('randn', f32, 16), ('randn', f64, 3), ('randperm', i64, 10), ('randn', f32, 1),
                ('dropout', f32, 33, 0.5), ('randint', i64, 5, '0', '100'), ('randn', f64, 17), ('bernoulli', f32, 7, 0.5), ('rand', f64, 2), ('normal', f32, 3, 1.0, 0.1)]),
        ('-1', [('rand', f32, 5), ('randn', f32, 3)]),
        (str(2**64 - 1), [('rand', f32, 5), ('randn', f32, 3)]),
        (str(2**53 + 1), [('rand', f64, 5), ('randn', f32, 2)]),
        (str(2**32 + 3), [('rand', f64, 5)]),
        ('3', [('rand', f64, 5)]),
        ('123', [('rand', f32, 100000), ('randperm', i64, 60000), ('dropout', f32, 128 * 256, 0.2), ('rand', f64, 30001), ('randint', i64, 50000, '0', '10')]),
    ]
    fixture.write({'sequences': [sequence(fixture, seed, calls) for seed, calls in plans]})

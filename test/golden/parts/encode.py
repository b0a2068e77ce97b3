"""Arguments as JSON.

Values that JSON lacks: {$t: tensor}, {$tuple: [...]}, {$slice: [start, stop, step]}, {$ellipsis: 1}, {$dtype: name}, {$memory_format: name}.
"""
import torch

from .container import number


class Encoder:
    """Collects the leaves (the inputs that require grad) in the order met."""

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

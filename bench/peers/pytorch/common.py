"""Inputs, digests and loops, as in ../../inputs.ts and ../../gradtape/common.ts."""

import math
import re

import numpy
import torch

PERIOD = 1_048_573
drawn = numpy.zeros(0)


def pattern(count, offset=0):
    global drawn
    if len(drawn) < offset + count:
        drawn = (numpy.arange(offset + count, dtype=numpy.int64) * 7919) % PERIOD / PERIOD - 0.5
    return drawn[offset : offset + count]


def tensor(shape, offset=0, scale=1.0, shift=0.0, dtype=torch.float32):
    return torch.from_numpy(pattern(math.prod(shape), offset) * scale + shift).to(dtype).reshape(shape)


def labels(count, classes):
    return torch.arange(count) * 7 % classes


def digest(t):
    values = t.detach().reshape(-1)
    n = len(values)
    return [float(values.double().abs().mean())] + [float(values[(i * 104_729 + 1) % n]) for i in range(min(8, n))]


def task(mode, leaves, f):
    """f alone, or f and its gradients by the leaves for a fixed gradient of its output."""
    if mode != "backward":
        return f, lambda: digest(f())
    for leaf in leaves:
        leaf.requires_grad_()
    shape = f().shape
    gradient = tensor(shape, 5000) if len(shape) else None

    def run():
        for leaf in leaves:
            leaf.grad = None
        y = f()
        y.backward(gradient)
        return y

    def check():
        figures = digest(run())
        for leaf in leaves:
            figures += digest(leaf.grad)
        return figures

    return run, check


def fill(model):
    with torch.no_grad():
        for i, (name, p) in enumerate(model.named_parameters()):
            matrix = p.ndim > 1
            scale = 2 / math.sqrt(p[0].numel()) if matrix else 0.1
            p.copy_(tensor(p.shape, 1000 * i, scale, 1 if not matrix and re.search(r"weight[^.]*$", name) else 0))


def training(optimizer, loss):
    """One training step; its check is the losses of the first four."""

    def run():
        optimizer.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        optimizer.step()
        return value

    return run, lambda: [float(run()) for _ in range(4)]

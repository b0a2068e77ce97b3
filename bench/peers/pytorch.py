"""The same work in PyTorch: `pytorch.py THREADS NAME...` prints a JSON line per workload, as ../contestant.ts does."""

import json
import sys
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn


def pattern(*shape):
    count = int(numpy.prod(shape))
    values = ((numpy.arange(count, dtype=numpy.int64) * 7919) % 1000) / 1000 - 0.5
    return torch.from_numpy(values.astype(numpy.float32)).reshape(shape)


def gemm(n):
    a = pattern(n, n)
    return lambda: a @ a, lambda: float((a @ a).abs().mean())


def scalar_chain(ops):
    x = torch.tensor(1.0, requires_grad=True)

    def run():
        x.grad = None
        y = x
        for _ in range(ops):
            y = y * 1.0001
        y.backward()

    def check():
        run()
        return float(x.grad)

    return run, check


def mlp(batch):
    sizes = [784, 256, 128, 10]
    layers = []
    for i, out in enumerate(sizes[1:]):
        layer = nn.Linear(sizes[i], out)
        with torch.no_grad():
            layer.weight.copy_(pattern(out, sizes[i]) * 0.1)
            layer.bias.zero_()
        layers += [layer, nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = pattern(batch, 784)
    labels = torch.arange(batch) * 7 % 10
    first = float(F.cross_entropy(model(x), labels))

    def run():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x), labels).backward()
        optimizer.step()

    return run, lambda: first


def task(name):
    if name.startswith("gemm "):
        return gemm(int(name[5:]))
    if name.startswith("scalar op"):
        return scalar_chain(2000)
    return mlp(int(name.rsplit(" ", 1)[1]))


def median_seconds(run):
    for _ in range(3):
        run()
    times = []
    start = time.perf_counter()
    while len(times) < 30 or time.perf_counter() - start < 0.7:
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    times.sort()
    return times[len(times) // 2]


torch.set_num_threads(int(sys.argv[1]))
for name in sys.argv[2:]:
    run, check = task(name)
    print(json.dumps({"name": name, "seconds": median_seconds(run), "check": check()}), flush=True)

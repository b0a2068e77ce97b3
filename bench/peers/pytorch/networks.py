"""Work of many small ops, optimizers alone, and whole networks."""

import torch
import torch.nn.functional as F
from torch import nn

from common import digest, fill, labels, pattern, task, tensor, training


def scalar_chain(ops):
    x = torch.tensor(1.0, requires_grad=True)

    def f():
        y = x
        for _ in range(ops):
            y = y * 1.0001
        return y

    return task("backward", [x], f)


def scalar_graph(nodes):
    def scalars(offset):
        return [torch.tensor(float(v)) for v in pattern(64, offset)]

    w, b, x = scalars(0), scalars(64), scalars(128)

    def f():
        total = None
        for i in range(nodes // 4):
            neuron = (w[i % 64] * x[i * 7 % 64] + b[i * 5 % 64]).tanh()
            total = neuron if total is None else total + neuron
        return total

    return task("backward", w + b + x, f)


def layers(sizes, activation):
    modules = []
    for i, out in enumerate(sizes[1:]):
        modules += ([activation()] if i else []) + [nn.Linear(sizes[i], out)]
    return nn.Sequential(*modules)


def small_mlp(sizes, batch):
    model = layers(sizes, nn.Tanh)
    fill(model)
    x, y = tensor([batch, sizes[0]]), tensor([batch, 1], 9)
    return training(torch.optim.SGD(model.parameters(), lr=0.05), lambda: F.mse_loss(model(x), y))


def mlp(sizes, batch):
    model = layers(sizes, nn.ReLU)
    fill(model)
    x, y = tensor([batch, sizes[0]]), labels(batch, 10)
    return training(torch.optim.Adam(model.parameters(), lr=1e-3), lambda: F.cross_entropy(model(x), y))


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, padding=2)
        self.conv2 = nn.Conv2d(16, 32, 5, padding=2)
        self.out = nn.Linear(32 * 7 * 7, 10)

    def forward(self, x):
        x = F.max_pool2d(self.conv1(x).relu(), 2)
        x = F.max_pool2d(self.conv2(x).relu(), 2)
        return self.out(x.flatten(1))


def cnn(batch):
    model = Cnn()
    fill(model)
    x, y = tensor([batch, 1, 28, 28]), labels(batch, 10)
    return training(torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9), lambda: F.cross_entropy(model(x), y))


def optimizer(op, tensors, each):
    parameters = []
    for i in range(tensors):
        p = nn.Parameter(tensor([each], 1000 * i))
        p.grad = tensor([each], 500 * i, 0.1)
        parameters.append(p)
    if op == "AdamW":
        optim = torch.optim.AdamW(parameters, lr=1e-4)
    else:
        optim = torch.optim.SGD(parameters, lr=1e-4, momentum=0.9)

    def check():
        for _ in range(3):
            optim.step()
        return digest(parameters[0]) + digest(parameters[-1])

    return optim.step, check


TASKS = {
    "scalar chain": scalar_chain,
    "scalar graph": scalar_graph,
    "small MLP": small_mlp,
    "MLP": mlp,
    "CNN": cnn,
    "optimizer": optimizer,
}

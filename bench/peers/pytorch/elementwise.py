"""Matrix products, and work by elements and along dims."""

import torch
import torch.nn.functional as F

from common import labels, task, tensor


def gemm(m, k, n, ta, tb, dtype):
    kind = getattr(torch, dtype)
    a = tensor([k, m] if ta else [m, k], dtype=kind)
    b = tensor([n, k] if tb else [k, n], 11, dtype=kind)
    left, right = a.T if ta else a, b.T if tb else b
    return task("forward", [], lambda: left @ right)


FUNCTIONS = {
    "exp": torch.exp,
    "log": torch.log,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": F.gelu,
    "relu": torch.relu,
}


def pointwise(op, side, mode):
    x = tensor([side, side], 0, 1, 1) if op == "log" else tensor([side, side], 0, 6)
    if op in FUNCTIONS:
        f = torch.relu_ if mode == "inPlace" else FUNCTIONS[op]
        return task(mode, [x], lambda: f(x))
    if mode == "inPlace":
        y = tensor([side, side], 7, 0, 1) if op == "mul" else tensor([side, side], 7)
        f = x.mul_ if op == "mul" else x.add_
        return task(mode, [], lambda: f(y))
    y = tensor({"add row": [side], "add column": [side, 1]}.get(op, [side, side]), 7)
    f = torch.mul if op == "mul" else torch.add
    return task(mode, [x, y], lambda: f(x, y))


def reduction(op, over, side, mode):
    x = tensor([side, side], 0, 6)
    dim = {"all": (), "rows": (1,), "columns": (0,)}[over]
    if op == "max":
        return task(mode, [x], (lambda: torch.max(x, *dim).values) if dim else (lambda: torch.max(x)))
    f = torch.sum if op == "sum" else torch.var
    return task(mode, [x], lambda: f(x, *dim))


def row_wise(op, side, mode):
    x = tensor([side, side], 0, 6)
    if op == "softmax":
        return task(mode, [x], lambda: torch.softmax(x, 1))
    if op == "log-softmax":
        return task(mode, [x], lambda: torch.log_softmax(x, 1))
    if op == "cross-entropy":
        target = labels(side, side)
        return task(mode, [x], lambda: F.cross_entropy(x, target))
    weight, bias = tensor([side], 3, 1, 1), tensor([side], 4)
    return task(mode, [x, weight, bias], lambda: F.layer_norm(x, [side], weight, bias))


def chain(count):
    x = tensor([count], 0, 6)
    return task("backward", [x], lambda: (x * 2 + 1).tanh().mul(0.5).sigmoid().sum())


TASKS = {"gemm": gemm, "pointwise": pointwise, "reduction": reduction, "row-wise": row_wise, "chain": chain}

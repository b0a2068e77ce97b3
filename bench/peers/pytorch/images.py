"""Convolution by pass, pooling and batch norm."""

import torch
import torch.nn.functional as F

from common import digest, task, tensor


def conv(batch, input, output, size, kernel, stride, padding, groups, **rest):
    x = tensor([batch, input, size, size])
    w = tensor([output, input // groups, kernel, kernel], 3, 0.1)

    def forward():
        return F.conv2d(x, w, stride=stride, padding=padding, groups=groups)

    if rest["pass"] == "forward":
        return task("forward", [], forward)
    leaf = (x if rest["pass"] == "backward by input" else w).requires_grad_()
    y = forward()
    gradient = tensor(y.shape, 5000)

    def run():
        leaf.grad = None
        y.backward(gradient, retain_graph=True)

    def check():
        run()
        return digest(leaf.grad)

    return run, check


def images(op, shape, mode):
    x = tensor(shape, 0, 6)
    if op == "max pool":
        return task(mode, [x], lambda: F.max_pool2d(x, 2))
    if op == "average pool":
        return task(mode, [x], lambda: F.avg_pool2d(x, 2))
    channels = shape[1]
    weight, bias = tensor([channels], 3, 1, 1), tensor([channels], 4)
    mean, variance = torch.zeros(channels), torch.ones(channels)
    return task(mode, [x, weight, bias], lambda: F.batch_norm(x, mean, variance, weight, bias, training=True))


TASKS = {"conv": conv, "images": images}

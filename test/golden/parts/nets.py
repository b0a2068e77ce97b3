"""A small MLP (12-16-16-5, relu, cross entropy) trained for 50 steps on 10 batches in turn.

{nets: [{dtype, seed, optimizer, options, init, x, y, grads, losses, final}]}: init, grads (of the first step) and final are lists of [name, tensor] as
named_parameters gives them; init is what nn.Linear draws after manual_seed(seed), so that it can be checked against the library's own initialisation.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from .container import Fixture

SEED = 7
STEPS = 50
BATCHES = 10
OPTIMIZERS = [
    ('SGD', {'lr': 0.1}),
    ('SGD', {'lr': 0.1, 'momentum': 0.9}),
    ('SGD', {'lr': 0.05, 'momentum': 0.9, 'nesterov': True, 'weight_decay': 0.01}),
    ('Adam', {'lr': 0.01}),
    ('Adam', {'lr': 0.02, 'betas': [0.8, 0.99], 'eps': 1e-6, 'weight_decay': 0.01}),
]


def train(fixture, dtype, name, options):
    torch.set_default_dtype(dtype)
    torch.manual_seed(SEED)
    net = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 5))
    named = lambda get: [[k, fixture.put(get(p).detach())] for k, p in net.named_parameters()]
    result = {'dtype': str(dtype)[len('torch.'):], 'seed': SEED, 'optimizer': name, 'options': options, 'init': named(lambda p: p)}
    torch.manual_seed(SEED + 1)
    x = torch.randn(BATCHES, 20, 12)
    y = torch.randint(0, 5, (BATCHES, 20))
    optimizer = getattr(torch.optim, name)(net.parameters(), **{k: tuple(v) if isinstance(v, list) else v for k, v in options.items()})
    losses = []
    for step in range(STEPS):
        loss = F.cross_entropy(net(x[step % BATCHES]), y[step % BATCHES])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            result['grads'] = named(lambda p: p.grad)
        optimizer.step()
        losses.append(loss.detach())
    torch.set_default_dtype(torch.float32)
    return {**result, 'x': fixture.put(x), 'y': fixture.put(y), 'losses': fixture.put(torch.stack(losses)), 'final': named(lambda p: p)}


def make():
    fixture = Fixture('nets')
    fixture.write({'nets': [train(fixture, dtype, *o) for dtype in (torch.float64, torch.float32) for o in OPTIMIZERS]})

"""Trajectories of every optimizer under several options, and the learning rates of every scheduler.

{x: [tensor], optimizers: [{dtype, name, options, losses, half: {params, state, groups}, final: {params, state}}], schedules: [...]}: 25 steps on the loss of `loss`, from the
parameters x; the last of them is a group of its own with lr 0.02 (LBFGS: one group). `half` is what stood after 12 steps, `final` in the end; state is state_dict()['state'] with
tensors as {'tensor': ref}, groups its param_groups. schedules is told in schedules.py.
"""
import itertools

import torch

from . import schedules
from .container import Fixture

STEPS = 25
HALF = 12
OWN_RATE = 0.02
f32, f64 = torch.float32, torch.float64

X = [[[0.7, -1.2, 0.4, 0.1], [-0.3, 0.9, -0.8, 1.1], [0.25, -0.6, 1.4, -0.05]], [1.5, -0.7, 0.2, -1.9, 0.45], 0.8]
C = [[[0.5, -0.25, 1, 0.75], [-1, 0.125, -0.5, 0.25], [0.3, -0.7, 0.9, -0.1]], [1, -2, 0.5, -0.4, 0.8], -0.6]

def crossed(**values):
    """Every combination of the options' values."""
    return [dict(zip(values, row)) for row in itertools.product(*values.values())]


def slowly(options):
    """Climbing x^4 is an explosion, in which rounding decides, unless it goes slowly."""
    return {**options, 'lr': 0.001} if options['maximize'] else options


BOTH = [False, True]
# By these, every option occurs with every other.
CROSSED = {
    'SGD': [slowly(o) for o in crossed(lr=[0.02], momentum=[0, 0.3], dampening=[0, 0.3], weight_decay=[0, 0.1], nesterov=BOTH, maximize=BOTH) if not o['nesterov'] or (o['momentum'] > 0 and o['dampening'] == 0)],
    'Adam': crossed(lr=[0.01], betas=[[0.8, 0.95]], eps=[1e-6], weight_decay=[0, 0.1], amsgrad=BOTH, maximize=BOTH),
    'AdamW': crossed(lr=[0.01], betas=[[0.8, 0.95]], eps=[1e-6], weight_decay=[0, 0.1], amsgrad=BOTH, maximize=BOTH),
    'RMSprop': crossed(lr=[0.003], alpha=[0.9], weight_decay=[0, 0.1], momentum=[0, 0.9], centered=BOTH, maximize=BOTH),
    'Adagrad': crossed(lr=[0.02], lr_decay=[0, 0.1], weight_decay=[0, 0.1], initial_accumulator_value=[0, 0.3], maximize=BOTH),
    'Adadelta': crossed(lr=[0.5], rho=[0.9, 0.5], weight_decay=[0, 0.1], maximize=BOTH),
    'Adamax': crossed(lr=[0.01], betas=[[0.8, 0.95]], weight_decay=[0, 0.1], maximize=BOTH),
    'NAdam': crossed(lr=[0.01], betas=[[0.8, 0.95]], weight_decay=[0, 0.1], momentum_decay=[0, 0.1]),
    'RAdam': crossed(lr=[0.01], betas=[[0.9, 0.999], [0.9, 0.5]], weight_decay=[0, 0.1]),
    'ASGD': [slowly(o) for o in crossed(lr=[0.01], lambd=[0.05], alpha=[0.3], t0=[1e6, 5], weight_decay=[0, 0.1], maximize=BOTH)],
    'Rprop': crossed(lr=[0.001], etas=[[0.5, 1.2], [0.7, 1.4]], step_sizes=[[1e-6, 50], [1e-3, 0.02]], maximize=BOTH),
}

OPTIMIZERS = {
    'SGD': [{'lr': 0.05}, {'lr': 0.05, 'weight_decay': 0.1}, {'lr': 0.05, 'momentum': 0.9, 'dampening': 0.3}, {'lr': 0.03, 'momentum': 0.8, 'weight_decay': 0.05, 'nesterov': True},
            {'lr': 0.001, 'momentum': 0.5, 'maximize': True}],
    'Adam': [{}, {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-6}, {'lr': 0.05, 'weight_decay': 0.1}, {'lr': 0.05, 'amsgrad': True}, {'lr': 0.03, 'weight_decay': 0.2, 'amsgrad': True, 'betas': [0.7, 0.8]},
             {'lr': 0.01, 'maximize': True}],
    'AdamW': [{}, {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-6, 'weight_decay': 0.3}, {'lr': 0.05, 'amsgrad': True, 'weight_decay': 0.1}, {'lr': 0.01, 'maximize': True}],
    'RMSprop': [{}, {'lr': 0.02, 'alpha': 0.9, 'eps': 1e-6}, {'lr': 0.01, 'momentum': 0.9}, {'lr': 0.01, 'centered': True, 'weight_decay': 0.1}, {'lr': 0.005, 'centered': True, 'momentum': 0.5, 'alpha': 0.8},
                {'lr': 0.005, 'maximize': True}],
    'Adagrad': [{}, {'lr': 0.1, 'lr_decay': 0.1}, {'lr': 0.1, 'weight_decay': 0.1, 'initial_accumulator_value': 0.3, 'eps': 1e-6}, {'lr': 0.01, 'maximize': True}],
    'Adadelta': [{}, {'lr': 0.5, 'rho': 0.8, 'eps': 1e-4}, {'weight_decay': 0.2}, {'lr': 0.3, 'maximize': True}],
    'Adamax': [{}, {'lr': 0.05, 'betas': [0.8, 0.9], 'eps': 1e-6}, {'lr': 0.02, 'weight_decay': 0.2}, {'lr': 0.01, 'maximize': True}],
    'NAdam': [{}, {'lr': 0.02, 'betas': [0.8, 0.95], 'eps': 1e-6}, {'lr': 0.02, 'weight_decay': 0.2}, {'lr': 0.02, 'momentum_decay': 0.1}],
    'RAdam': [{}, {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-6}, {'lr': 0.02, 'weight_decay': 0.2}, {'lr': 0.02, 'betas': [0.9, 0.5]}],
    'ASGD': [{}, {'lr': 0.05, 'lambd': 0.01, 'alpha': 0.5, 't0': 5}, {'lr': 0.02, 'weight_decay': 0.1, 't0': 0}, {'lr': 0.001, 'maximize': True}],
    'Rprop': [{}, {'lr': 0.05, 'etas': [0.3, 1.5]}, {'lr': 0.02, 'step_sizes': [1e-3, 0.05]}, {'lr': 0.001, 'etas': [0.6, 1.1], 'maximize': True}],
    # Close to the minimum rounding decides over the differences of gradients that L-BFGS lives on: these go slowly, or stop before.
    'LBFGS': [{'max_iter': 2, 'lr': 0.05}, {'lr': 0.02, 'max_iter': 3, 'history_size': 2}, {'lr': 0.5, 'max_iter': 1, 'tolerance_grad': 1e-2, 'line_search_fn': 'strong_wolfe'},
              {'max_iter': 4, 'max_eval': 3, 'tolerance_grad': 1e-2, 'history_size': 3, 'line_search_fn': 'strong_wolfe'},
              {'max_iter': 20, 'lr': 4, 'tolerance_grad': 1e-2, 'line_search_fn': 'strong_wolfe'}],
}


def loss(params, targets):
    """sum of x^4 / 4 - c x over all elements, plus what ties the parameters to each other."""
    own = sum((x ** 4 / 4 - c * x).sum() for x, c in zip(params, targets))
    return own + 0.05 * (params[0].sum() - params[1].sum() * params[2]) ** 2


def told(fixture, value):
    if isinstance(value, torch.Tensor):
        return {'tensor': fixture.put(value)}
    if isinstance(value, dict):
        return {str(k): told(fixture, v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [told(fixture, v) for v in value]
    return value


def train(fixture, dtype, name, options):
    params = [torch.tensor(x, dtype=dtype, requires_grad=True) for x in X]
    targets = [torch.tensor(c, dtype=dtype) for c in C]
    groups = params if name == 'LBFGS' else [{'params': params[:2]}, {'params': params[2:], 'lr': OWN_RATE}]
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
    optimizer = getattr(torch.optim, name)(groups, **given)

    def closure():
        optimizer.zero_grad()
        value = loss(params, targets)
        value.backward()
        return value

    def now():
        return {'params': [fixture.put(x.detach()) for x in params], 'state': told(fixture, optimizer.state_dict()['state'])}

    losses = []
    half = None
    for step in range(STEPS):
        losses.append(optimizer.step(closure).detach())
        if step + 1 == HALF:
            half = {**now(), 'groups': told(fixture, optimizer.state_dict()['param_groups'])}
    return {'dtype': str(dtype)[len('torch.'):], 'name': name, 'options': options, 'losses': fixture.put(torch.stack(losses)), 'half': half, 'final': now()}


def make():
    fixture = Fixture('optim')
    runs = [train(fixture, f64, name, options) for name, all_options in OPTIMIZERS.items() for options in [*all_options, *CROSSED.get(name, [])]]
    # In float32 rounding decides over Rprop's signs and L-BFGS's searches.
    runs += [train(fixture, f32, name, all_options[0]) for name, all_options in OPTIMIZERS.items() if name not in ('Rprop', 'LBFGS')]
    fixture.write({'x': X, 'c': C, 'optimizers': runs, 'schedules': schedules.all_schedules()})

"""The learning rates of schedulers, as the fixture `optim` holds them.

[{optimizer, schedule, half, rates: [[lr of each group] of each step], momenta?: the same, half}]: schedule is [name, arguments, options]; {'f': name} stands for a function of FUNCTIONS,
{'s': schedule} for a schedule within. The groups' rates are 0.5 and 0.05; of schedules with last_epoch, they
began with these, are 0.6 of them now, and INITIAL is known too. A plateau's metrics are METRICS in turn. half is state_dict() after 9 of the 30 steps.
"""
import math
import warnings

import torch

STEPS = 30
HALF = 9
METRICS = [1.0, 0.9, 0.85, 0.86, 0.85, 0.8499, 0.9, 0.87, 0.7, 0.7, 0.71, 0.69999, 0.7, 0.7, 0.5, 0.51, 0.52, 0.5, 0.49999, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.41, 0.42, 0.43, 0.44, 0.45]
FUNCTIONS = {'reciprocal': lambda epoch: 1 / (1 + epoch), 'power': lambda epoch: 0.95 ** epoch, 'constant': lambda epoch: 0.9}

SCHEDULES = [
    ['LambdaLR', [{'f': 'reciprocal'}], {}], ['LambdaLR', [[{'f': 'reciprocal'}, {'f': 'power'}]], {}],
    ['MultiplicativeLR', [{'f': 'power'}], {}], ['MultiplicativeLR', [[{'f': 'constant'}, {'f': 'reciprocal'}]], {}],
    ['StepLR', [7], {}], ['StepLR', [4], {'gamma': 0.7}],
    ['MultiStepLR', [[3, 8, 8, 20]], {}], ['MultiStepLR', [[10, 5]], {'gamma': 0.5}],
    ['ConstantLR', [], {}], ['ConstantLR', [0.25], {'total_iters': 12}],
    ['LinearLR', [], {}], ['LinearLR', [1.0], {'end_factor': 0.1, 'total_iters': 20}],
    ['ExponentialLR', [0.9], {}],
    ['PolynomialLR', [], {}], ['PolynomialLR', [], {'total_iters': 20, 'power': 2.5}],
    ['CosineAnnealingLR', [10], {}], ['CosineAnnealingLR', [4], {'eta_min': 0.01}],
    ['CosineAnnealingWarmRestarts', [5], {}], ['CosineAnnealingWarmRestarts', [3], {'T_mult': 2, 'eta_min': 0.01}],
    ['CyclicLR', [0.01, 0.3], {'step_size_up': 4}], ['CyclicLR', [0.01, 0.3], {'step_size_up': 5, 'step_size_down': 3, 'mode': 'triangular2'}],
    ['CyclicLR', [[0.01, 0.02], [0.3, 0.4]], {'step_size_up': 4, 'mode': 'exp_range', 'gamma': 0.9, 'base_momentum': 0.7, 'max_momentum': 0.95}],
    ['CyclicLR', [0.01, 0.3], {'step_size_up': 4, 'scale_fn': {'f': 'power'}, 'scale_mode': 'iterations', 'cycle_momentum': False}],
    ['OneCycleLR', [0.4], {'total_steps': 31}], ['OneCycleLR', [[0.4, 0.2]], {'epochs': 4, 'steps_per_epoch': 10, 'pct_start': 0.4, 'anneal_strategy': 'linear', 'div_factor': 10.0, 'final_div_factor': 100.0}],
    ['OneCycleLR', [0.4], {'total_steps': 40, 'three_phase': True, 'base_momentum': 0.8, 'max_momentum': 0.9}], ['OneCycleLR', [0.4], {'total_steps': 31, 'cycle_momentum': False}],
    ['ReduceLROnPlateau', [], {'patience': 2}], ['ReduceLROnPlateau', ['max'], {'factor': 0.5, 'patience': 1, 'cooldown': 2, 'threshold': 0.01, 'min_lr': [0.01, 0.02]}],
    ['ReduceLROnPlateau', [], {'patience': 1, 'threshold_mode': 'abs', 'threshold': 0.05, 'factor': 0.3, 'eps': 1e-3}],
    ['ChainedScheduler', [[{'s': ['ConstantLR', [0.1], {'total_iters': 4}]}, {'s': ['ExponentialLR', [0.9], {}]}]], {}],
    ['SequentialLR', [[{'s': ['ConstantLR', [0.1], {'total_iters': 4}]}, {'s': ['ExponentialLR', [0.9], {}]}], [6]], {}],
    ['SequentialLR', [[{'s': ['LinearLR', [0.1], {'total_iters': 5}]}, {'s': ['CosineAnnealingLR', [10], {}]}, {'s': ['CosineAnnealingWarmRestarts', [4], {}]}], [5, 16]], {}],
    ['SequentialLR', [[{'s': ['StepLR', [3], {}]}, {'s': ['LambdaLR', [{'f': 'reciprocal'}], {}]}], [10]], {}],
]

# Taken up after epoch 5, from what an optimizer's state dict says of where they started.
RESUMED = [[name, arguments, {**options, **({'total_steps': 40} if 'total_steps' in options else {}), 'last_epoch': 5}]
           for name, arguments, options in SCHEDULES if name not in ('ReduceLROnPlateau', 'ChainedScheduler', 'SequentialLR')]
INITIAL = {'max_lr': 0.4, 'min_lr': 0.001, 'max_momentum': 0.95, 'base_momentum': 0.85}


def build(optimizer, name, arguments, options):
    def value(v):
        if isinstance(v, list):
            return [value(item) for item in v]
        if isinstance(v, dict):
            return FUNCTIONS[v['f']] if 'f' in v else build(optimizer, *v['s'])
        return v
    make = getattr(torch.optim.lr_scheduler, name)
    own = [] if name == 'ChainedScheduler' else [optimizer]
    return make(*own, *value(arguments), **{k: value(v) for k, v in options.items()})


def plain(value):
    """A state dict as JSON has it: functions and references are left out."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items() if not callable(v)}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float) and math.isinf(value):
        return 'Infinity' if value > 0 else '-Infinity'
    return value


def follow(kind, schedule):
    params = [torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)]
    initial = (lambda lr: {'lr': 0.6 * lr, 'initial_lr': lr, **INITIAL}) if 'last_epoch' in schedule[2] else lambda lr: {'lr': lr}
    optimizer = getattr(torch.optim, kind)([{'params': params[:1], **initial(0.5)}, {'params': params[1:], **initial(0.05)}], **({'lr': 0.1, 'momentum': 0.9} if kind == 'SGD' else {}))
    scheduler = build(optimizer, *schedule)
    read = lambda: ([group['lr'] for group in optimizer.param_groups], [group['momentum'] if kind == 'SGD' else group['betas'][0] for group in optimizer.param_groups])
    rows = []
    half = None
    for step in range(STEPS):
        rows.append(read())
        optimizer.step()
        scheduler.step(*([METRICS[step]] if schedule[0] == 'ReduceLROnPlateau' else []))
        if step + 1 == HALF:
            half = plain(scheduler.state_dict())
    rows.append(read())
    return {'optimizer': kind, 'schedule': schedule, 'rates': [lr for lr, _ in rows], 'momenta': [m for _, m in rows], 'half': half}


def all_schedules():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        runs = [follow('SGD', schedule) for schedule in SCHEDULES + RESUMED]
        runs += [follow('Adam', schedule) for schedule in SCHEDULES if schedule[0] == 'OneCycleLR']
    return runs

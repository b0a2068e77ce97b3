"""The case table's references that are PyTorch's: {rows: {expression: {inputs: [outputs]}}}.

../rows.ts tells which expressions, and their inputs. They are computed in float64, whatever dtype is under test, but for random draws, which depend on the dtype.
"""
import base64
import json
import subprocess

import numpy as np
import torch
import torch.nn.functional as F
from torch import inf, linalg, special

from .container import FOLDER, Fixture

SEED = 7
MEAN, VARIANCE = torch.tensor([0.5, -0.25], dtype=torch.float64), torch.tensor([0.75, 1.5], dtype=torch.float64)


def eye(x):
    return 4 * torch.eye(x.shape[-1], dtype=x.dtype)


def regular(x):
    """Far from singular."""
    return x + eye(x)


def definite(x):
    return x @ x.mT + eye(x)


def unsigned(usv):
    """Singular vectors up to their sign."""
    u, s, vh = usv
    return u.abs(), s, vh.abs()


def layer(cell, reverse, roles, *tensors):
    """One direction of a recurrent layer over packed sequences of 2 steps and 1; the backward one is half of a bidirectional layer."""
    given = dict(zip(roles.split(), tensors))
    x, h, projected = given['x'], given['h'], 'wHr' in given
    kind = {'tanh': 'RNN', 'gru': 'GRU', 'lstm': 'LSTM'}[cell]
    size = (given['wHr'].shape[1] if projected else h.shape[1])
    options = {'proj_size': h.shape[1]} if projected else {}
    module = getattr(torch.nn, kind)(x.shape[1], size, bias='bIh' in given, bidirectional=reverse, **options).to(x.dtype)
    names = {'wIh': 'weight_ih_l0', 'wHh': 'weight_hh_l0', 'bIh': 'bias_ih_l0', 'bHh': 'bias_hh_l0', 'wHr': 'weight_hr_l0'}
    with torch.no_grad():
        for role, name in names.items():
            if role in given:
                getattr(module, name + ('_reverse' if reverse else '')).copy_(given[role])
    both = lambda t: torch.stack([torch.zeros_like(t), t] if reverse else [t])
    state = (both(h), both(given['c'])) if cell == 'lstm' else both(h)
    y, last = module(torch.nn.utils.rnn.PackedSequence(x, torch.tensor([2, 1])), state)
    last = last if cell == 'lstm' else (last,)
    return (y.data[:, -h.shape[1]:], *(t[-1] for t in last))


def flat(result):
    return [result] if isinstance(result, torch.Tensor) else [t for part in result for t in flat(part)]


def tensor_of(told, drawn):
    data = torch.from_numpy(np.frombuffer(base64.b64decode(told['bytes']), dtype=np.float64).copy()).reshape(told['shape'])
    dtype = {'float32': torch.float32 if drawn else torch.float64, 'int32': torch.int64}.get(told['dtype']) or getattr(torch, told['dtype'])
    return data.to(dtype)


def make():
    fixture = Fixture('rows')
    rows = {}
    wanted = json.loads(subprocess.run(['npx', 'tsx', str(FOLDER / 'rows.ts')], check=True, stdout=subprocess.PIPE).stdout)
    for told in wanted:
        try:
            torch.manual_seed(SEED)
            outputs = flat(eval(f'lambda {told["source"]}', globals())(*(tensor_of(i, told['drawn']) for i in told['inputs'])))
        except Exception as error:
            raise Exception(f'{told["name"]}: {told["source"]} of {[(i["dtype"], i["shape"]) for i in told["inputs"]]}') from error
        rows.setdefault(told['source'], {})[told['key']] = [fixture.put(y.detach().to(torch.float64).contiguous()) for y in outputs]
    fixture.write({'rows': rows})

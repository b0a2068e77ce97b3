"""Complete training scripts (../scripts/*.py), run in float64, in float32, and in float64 from what float32 draws, the truth of the run in float32.

{name: {float64: {initial, order, losses}, float32: ..., truth: ...}} with tensors: all initial weights in the order of the state dict (float64), the indices of all samples in the order in
which they came (int32), and the losses of 100 steps (float64).
"""
import importlib.util
import pathlib

import torch

from .container import Fixture

f32, f64 = torch.float32, torch.float64
NAMES = ['mlp_dropout', 'cnn_batchnorm', 'lstm_language', 'transformer_encoder']
FOLDER = pathlib.Path(__file__).parent.parent / 'scripts'


class Recorder:
    def __init__(self):
        self.order, self.losses = [], []

    def weights(self, model):
        self.initial = torch.cat([t.detach().reshape(-1).double() for t in model.state_dict().values()]).clone()

    def step(self, indices, loss):
        self.order.append(indices.int())
        self.losses.append(loss.item())


def load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make():
    fixture = Fixture('scripts')
    manifest = {}
    for name in NAMES:
        manifest[name] = {}
        for run, draws, dtype in [('float64', f64, f64), ('float32', f32, f32), ('truth', f32, f64)]:
            record = Recorder()
            torch.set_default_dtype(draws)
            load(name).run(dtype, record)
            torch.set_default_dtype(f32)
            manifest[name][run] = {'initial': fixture.put(record.initial), 'order': fixture.put(torch.cat(record.order)), 'losses': fixture.put(torch.tensor(record.losses, dtype=torch.float64))}
    fixture.write(manifest)

#!/usr/bin/env python3
"""Writes the golden numbers of this folder: what PyTorch 1.13 computes, as compressed fixtures that read.ts reads. The tests need no Python.

    python3 test/golden/make.py [ops] [nets] [modules] [random] [print] [programs] [optim] [scripts] [rows]   # all without arguments; needs PyTorch 1.13 (Debian's python3-torch will do)

Every fixture is seeded and comes out the same, byte for byte, when it is made again. Its layout is told in parts/container.py. `rows` also needs the packages of npm, since the case table says what it computes.
"""
import os
import sys
import warnings

if os.environ.get('PYTHONHASHSEED') != '0':  # PyTorch's database walks through sets of strings
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, 'PYTHONHASHSEED': '0'})

sys.dont_write_bytecode = True
warnings.filterwarnings('ignore')
import torch

from parts import modules, nets, ops, optim, prints, programs, randoms, rows, scripts

torch.set_num_threads(1)
fixtures = {'ops': ops.make, 'nets': nets.make, 'modules': modules.make, 'random': randoms.make, 'print': prints.make, 'programs': programs.make, 'optim': optim.make, 'scripts': scripts.make, 'rows': rows.make}
for name in sys.argv[1:] or fixtures:
    fixtures[name]()

"""Random programs: views, in-place writes, indexed writes, shared subexpressions, noGrad regions, repeated backward, gradients of gradients.

{programs: [{leaves: [tensor], steps: [{o, r, a?, n?, e?}], end: [{x, v, q, l, g}], grads}]}. Registers hold the leaves, then the outputs of the steps in turn. A step runs
op o on registers r with plain arguments a, in noGrad if n; e tells that PyTorch refused it (then it has no output and changed nothing). end tells of every register its
value x, version v, requires_grad q, is_leaf l (null where asking is an error) and grad g. A backward that fails ends its program, and then no gradients are told. All
computed in float64, stored as float32.
"""
import os
import random

import torch

from .container import Fixture

PROGRAMS = 1000
LIMIT = 1e4
SHAPES = [(), (1,), (2,), (3,), (2, 3), (3, 2), (1, 3), (2, 2), (3, 3), (2, 3, 2)]


def set_at(x, value, index):
    x[tuple(slice(*i) if isinstance(i, list) else ... if i == '...' else i for i in index)] = value


def backward(x, retain):
    x.sum().backward(retain_graph=retain)


def gradient(y, x, create):
    g = torch.autograd.grad(y.sum(), x, create_graph=create, retain_graph=True, allow_unused=True)[0]
    return torch.zeros((), dtype=torch.float64) if g is None else g.clone()  # g itself may count inner writes


def softmax(x):
    return x.softmax(-1)


def requires_grad_(x):
    return None if x.requires_grad_() is x else None


OWN = {'setAt': set_at, 'backward': backward, 'grad': gradient, 'softmax': softmax, 'requiresGrad_': requires_grad_, 'cat': lambda a, b: torch.cat([a, b]),
       'matmul': lambda a, b: a.matmul(b).clone(),  # some of its forms count inner writes of their own
       'retainGrad': lambda x: x.retain_grad()}
UNARY = ['neg', 'tanh', 'sin', 'relu', 'sigmoid', 'abs', 'clone', 'detach', 'softmax', 'square']
BINARY = ['add', 'sub', 'mul', 'mul', 'maximum', 'matmul', 'cat']
UNARY_ = ['tanh_', 'relu_', 'sigmoid_', 'abs_', 'exp_', 'sin_', 'neg_']
BINARY_ = ['add_', 'sub_', 'mul_', 'mul_', 'copy_', 'copy_']


def has_no_place(x):
    """A view made in noGrad of a tensor that requires grad says that it does too, but has no place in the graph: PyTorch may crash over its gradient."""
    try:
        return x.requires_grad and x._base is not None and x.grad_fn is None
    except RuntimeError:
        return False


def survives(seed):
    """PyTorch crashes on some programs, so that each is tried in a process of its own first."""
    child = os.fork()
    if child == 0:
        try:
            maker = Maker(seed)
            maker.make()
            os._exit(0 if maker.sane() else 1)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.leaves = [torch.tensor([self.r.randint(-2000, 2000) / 1000 for _ in range(torch.Size(s).numel())], dtype=torch.float64).reshape(s)
                       for s in self.r.choices(SHAPES, k=self.r.randint(2, 3))]
        self.regs = [x.clone() for x in self.leaves]
        self.regs[0].requires_grad_()
        for x in self.regs[1:]:
            if self.r.random() < 0.4:
                x.requires_grad_()
        self.leaves = [x.detach().clone().requires_grad_(x.requires_grad) for x in self.regs]
        self.steps = []
        self.dead = False

    def pick(self):
        # Recent registers are the likelier ones.
        n = len(self.regs)
        return n - 1 - min(int(self.r.expovariate(0.35)), n - 1) if self.r.random() < 0.8 else self.r.randrange(n)

    def index(self, x):
        out = []
        for size in x.shape:
            kind = self.r.random()
            if kind < 0.5 and size > 0:
                out.append(self.r.randrange(-size, size))
            elif kind < 0.85:
                start = self.r.randrange(size + 1) if size else 0
                out.append([start, self.r.randint(start, size), self.r.choice([1, 1, 2])] if size else [0, 0, 1])
            else:
                break
        return out or ['...']

    def view(self, x):
        r = self.r
        dim = r.randrange(max(x.dim(), 1)) if x.dim() else 0
        size = x.shape[dim] if x.dim() else 1
        start = r.randrange(max(size, 1))
        return r.choice([
            ('select', [dim, r.randrange(-max(size, 1), max(size, 1))]), ('select', [dim, 0]),
            ('narrow', [dim, start, r.randint(1, max(size - start, 1))]), ('narrow', [dim, 0, size]),
            ('transpose', [0, -1]), ('unsqueeze', [r.randint(0, x.dim())]), ('squeeze', []), ('reshape', [[-1]]), ('view', [[-1]]),
            ('expand', [[2, *x.shape]]), ('split', [1, dim]), ('unbind', [dim]), ('reshape', [[*reversed(x.shape)]]),
        ])

    def step(self):
        r = self.r
        a = self.pick()
        x = self.regs[a]
        kind = r.random()
        if kind < 0.14:
            o, regs, args = r.choice(UNARY), [a], []
        elif kind < 0.30:
            o, regs, args = r.choice(BINARY), [a, self.pick()], []
        elif kind < 0.50:
            (o, args), regs = self.view(x), [a]
        elif kind < 0.58:
            o, regs, args = r.choice([('sum', [a], []), ('sum', [a], [0]), ('mean', [a], []), ('sum', [a], [-1, True])])
        elif kind < 0.64:
            o, regs, args = r.choice([('mul', [a], [r.choice([2, 0.5, -1.5])]), ('add', [a], [1.5])])
        elif kind < 0.80:
            o, regs, args = r.choice([(r.choice(UNARY_), [a], []), (r.choice(BINARY_), [a, self.pick()], []), ('mul_', [a], [0.5]), ('zero_', [a], [])])
        elif kind < 0.91:
            value = r.random() < 0.75
            o, regs, args = 'setAt', [a, self.pick()] if value else [a], [] if value else [0.5]
            args.append(self.index(x))
        elif kind < 0.95:
            o, regs, args = 'backward', [a], [r.random() < 0.7]
        elif kind < 0.975:
            o, regs, args = 'grad', [a, self.pick()], [r.random() < 0.7]
        else:
            o, regs, args = r.choice([('requiresGrad_', [a], []), ('retainGrad', [a], [])])
        quiet = r.random() < 0.12 and o not in ('backward', 'grad')
        if not quiet and not o.endswith('_') and o != 'setAt' and any(has_no_place(self.regs[i]) for i in regs) or o == 'copy_' and regs[0] == regs[1]:
            return
        self.run(o, regs, args, quiet)

    def run(self, o, regs, args, quiet):
        inputs = [self.regs[i] for i in regs]
        for x in inputs:
            has_no_place(x)  # lets a view see writes to its base: PyTorch refuses some writes to a view that nobody has looked at since
        f = OWN.get(o) or (lambda x, *rest: getattr(x, o)(*rest))
        if o.endswith('_') and o != 'requiresGrad_' or o == 'setAt':
            with torch.no_grad():  # would it grow too large?
                try:
                    trial = [x.detach().clone() for x in inputs]
                    f(*trial, *args)
                    if not trial[0].abs().lt(LIMIT).all():
                        return
                except RuntimeError:
                    pass
                except IndexError:
                    pass
        step = {'o': o, 'r': regs}
        if args:
            step['a'] = args
        if quiet:
            step['n'] = 1
        try:
            with torch.set_grad_enabled(not quiet):
                out = f(*inputs, *args)
        except (RuntimeError, IndexError) as error:
            step['e'] = 1
            self.steps.append(step)
            self.dead = o in ('backward', 'grad')
            return
        self.steps.append(step)
        if o.endswith('_') or out is None:
            return
        outs = list(out) if isinstance(out, (tuple, list)) else [out]
        self.regs += outs

    def make(self):
        count = self.r.randint(5, 30)
        while len(self.steps) < count and not self.dead and len(self.regs) < 60:
            self.step()
        if not self.dead:
            tops = [i for i, x in enumerate(self.regs) if x.requires_grad and not has_no_place(x)]
            self.run('backward', [self.r.choice(tops[-6:])], [True], False)

    def sane(self):
        tensors = self.regs + [x.grad for x in self.regs if x.grad is not None]
        return all(x.data.abs().lt(LIMIT).all() for x in tensors)

    def told(self, fixture):
        put = lambda x: fixture.put(x.data.float())
        end = []
        for x in self.regs:
            try:
                leaf = x.is_leaf
            except RuntimeError:
                leaf = None
            row = {'x': put(x), 'v': x._version, 'q': x.requires_grad, 'l': leaf}
            if not self.dead and x.grad is not None:
                row['g'] = put(x.grad)
            end.append(row)
        return {'leaves': [fixture.put(x) for x in self.leaves], 'steps': self.steps, 'end': end, **({} if self.dead else {'grads': 1})}


def make():
    fixture = Fixture('programs')
    programs = []
    seed = 0
    while len(programs) < PROGRAMS:
        seed += 1
        if survives(seed):
            maker = Maker(seed)
            maker.make()
            programs.append(maker.told(fixture))
    steps = [s for p in programs for s in p['steps']]
    print(f'{len(programs)} programs, {len(steps)} steps, {sum("e" in s for s in steps)} of them refused')
    fixture.write({'programs': programs})

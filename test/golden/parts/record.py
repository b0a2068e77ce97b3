"""One call as PyTorch ran it: outputs, gradients, gradients of gradients.

A record is {input, args, kwargs, out, noncontig?} and, where the op has gradients, {cot, diff_out_idx, grad, gg_of?, gg_v?, gg?}:
  out            the outputs, flattened
  cot            a cotangent for each differentiable output; diff_out_idx says which output each belongs to (-1: to a post-processed one)
  grad           by leaf (the inputs with rg, numbered by their `leaf`) the vector-Jacobian product of cot, or null
  gg_of, gg_v    those leaves whose grad is differentiable again, and a cotangent for each
  gg             the gradients of sum(gg_v * grad) by leaf, then by cot, or null
Where float32 has a part, the numbers are the truth: what the same inputs give in float64. Such a tensor tells with `as` the dtype that PyTorch's own result has, and with
`slack` how far off it may be beside the tolerance: twice as far as PyTorch's own result is, where sums cancel.
"""
import torch

from .database import OP_SEED, call, tensors
from .container import number
from .encode import Encoder

# The replay's, relative and absolute.
TOLERANCES = {torch.float32: (1.3e-6, 1e-5), torch.float64: (1e-7, 1e-7)}
# All cotangents are cut from one sequence, which a fixture stores once; what float32 holds, so that a replay in float32 starts from the same numbers.
COTANGENTS = torch.randn(17_000, generator=torch.Generator().manual_seed(0)).double()
STEP = 7


def cotangents(like, first):
    """For each tensor a stretch of the sequence, all of them different."""
    starts = [(first + k) * STEP for k in range(len(like))]
    return [COTANGENTS[at:at + t.numel()].reshape(t.shape) for at, t in zip(starts, like)]


class Run:
    """The op on one sample, differentiated twice."""

    def __init__(self, op, s):
        self.leaves = [t for t in tensors([s.input, s.args, s.kwargs]) if t.requires_grad]
        torch.manual_seed(OP_SEED)
        state = torch.get_rng_state()
        result = call(op, s)
        self.draws = not torch.equal(state, torch.get_rng_state())
        self.outs = tensors([result])
        processed = tensors([s.output_process_fn_grad(result) if s.output_process_fn_grad else result])
        self.judged = [t for t in processed if t.requires_grad]
        self.grads, self.again, self.seconds = [], [], []
        if self.judged and self.leaves:
            self.differentiate(op.supports_gradgrad)

    def differentiate(self, twice):
        self.cots = [c.to(t.dtype).requires_grad_() for c, t in zip(cotangents(self.judged, 0), self.judged)]
        self.grads = torch.autograd.grad(self.judged, self.leaves, self.cots, allow_unused=True, create_graph=twice)
        self.again = [i for i, x in enumerate(self.grads) if x is not None and x.requires_grad] if twice else []
        if not self.again:
            return
        firsts = [self.grads[i] for i in self.again]
        try:
            self.seconds = torch.autograd.grad(firsts, self.leaves + self.cots, [v.to(x.dtype) for v, x in zip(cotangents(firsts, len(self.cots)), firsts)], allow_unused=True)
        except RuntimeError as refused:  # a few formulas have no derivative of their own, whatever the database says
            if 'is not implemented' not in str(refused):
                raise
            self.again = []


def widen(x):
    """float32 to float64, value for value; a tensor with the memory around it, which as_strided sees."""
    if isinstance(x, torch.Tensor) and x.dtype == torch.float32:
        memory = x.detach().as_strided([len(x.storage())], [1], 0).double()
        return memory.as_strided(x.shape, x.stride(), x.storage_offset()).requires_grad_(x.requires_grad)
    return torch.float64 if x is torch.float32 else x


def truth_of(op, s, own):
    """The run in float64 of a call in which float32 has a part; PyTorch's own run where there is nothing truer, or where what the op draws depends on the dtype."""
    results = tensors([s.input, s.args, s.kwargs]) + own.outs
    if all(t.dtype != torch.float32 for t in results):
        return own
    torch.set_default_dtype(torch.float64)
    try:
        true = Run(op, s.transform(widen))
    finally:
        torch.set_default_dtype(torch.float32)
    same = all(torch.allclose(o.double(), t.double(), rtol=1e-2, equal_nan=True) for o, t in zip(own.outs, true.outs))
    return true if same or not own.draws else own


def slack(own, true):
    """Twice the part of PyTorch's own error that the relative tolerance does not cover; 0 if that is a tenth of the absolute one at most."""
    relative, absolute = TOLERANCES[own.dtype]
    true = true.to(own.dtype).double()  # the nearest that the dtype can hold
    own = own.double()
    error = torch.where((own == true) | (own.isnan() & true.isnan()), 0, 2 * ((own - true).abs() - relative * true.abs()))
    largest = error.max().item() if error.numel() else 0
    return 0 if largest <= absolute / 10 else largest


class Recorder:
    def __init__(self, fixture):
        self.fixture = fixture

    def put(self, own, true, near):
        """A result; by the place of an equal one of the sample's twin, if there is: the two differ by rounding at most."""
        if true is None:
            return None
        if not true.dtype.is_floating_point:
            true = own
        true = true.detach().clone()  # also an efficient zero, whose memory nobody wrote
        if near is not None and near.dtype == true.dtype and near.shape == true.shape and torch.allclose(near, true, rtol=1e-12, atol=1e-14, equal_nan=True):
            true = near
        ref = self.fixture.put(true.contiguous())
        if own.dtype != true.dtype:
            ref['as'] = str(own.dtype)[len('torch.'):]
        room = slack(own.detach().clone(), true) if true.dtype.is_floating_point else 0
        if room:
            ref['slack'] = number(float(f'{room:.3g}'))
        return ref

    def record(self, op, s, twin=None):
        """The record and its run; `twin` is the run of the same numbers laid out otherwise."""
        result = Encoder(self.fixture).sample(s)
        own = Run(op, s)
        true = truth_of(op, s, own)
        assert [x is None for x in (*own.grads, *own.seconds)] == [x is None for x in (*true.grads, *true.seconds)]

        def put(field):
            owns, trues = getattr(own, field), getattr(true, field)
            nears = getattr(twin, field, None)
            nears = nears if nears is not None and len(nears) == len(trues) else [None] * len(trues)
            return [self.put(o, t, None if n is None else n.detach().clone()) for o, t, n in zip(owns, trues, nears)]

        result['out'] = put('outs')
        if own.grads:
            result['diff_out_idx'] = [next((i for i, o in enumerate(own.outs) if o is t), -1) for t in own.judged]
            result['cot'] = [self.cotangent(t, k) for k, t in enumerate(own.judged)]
            result['grad'] = put('grads')
        if own.again:
            firsts = [own.grads[i] for i in own.again]
            result.update(gg_of=own.again, gg_v=[self.cotangent(t, len(own.cots) + k) for k, t in enumerate(firsts)], gg=put('seconds'))
        return result, true

    def cotangent(self, like, k):
        return {'dtype': 'float64', 'shape': list(like.shape), 'off': self.fixture.put(COTANGENTS)['off'] + 8 * STEP * k}

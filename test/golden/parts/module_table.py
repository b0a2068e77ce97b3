"""The table of modules: constructor, how it is called, and on what. Sizes are small; every option occurs."""
import torch
from torch.nn.utils.rnn import pack_padded_sequence


class Row:
    def __init__(self, name, *args, inputs=None, call=None, mode='train', **kwargs):
        self.name, self.args, self.kwargs = name, list(args), kwargs
        self.inputs, self.call, self.mode = inputs, call or {}, mode


def randn(*shapes):
    """Inputs of these shapes; a number is an argument by itself."""
    return lambda: [torch.randn(*s) if isinstance(s, tuple) else s for s in shapes]


def nested(*shapes):
    """A sequence, and its states as a tuple."""
    return lambda: [torch.randn(*shapes[0]), [torch.randn(*s) for s in shapes[1:]]]


def packed(shape, lengths, *states, as_tuple=False, **options):
    def make():
        x = pack_padded_sequence(torch.randn(*shape), torch.tensor(lengths), **options)
        given = [torch.randn(*s) for s in states]
        return [x, given] if as_tuple else [x, *given]
    return make


def recurrent():
    for name in ('RNN', 'GRU', 'LSTM'):
        lstm = name == 'LSTM'
        with_states = nested if lstm else randn
        states = [(1, 2, 4)] * (2 if lstm else 1)
        deep = [(4, 2, 4)] * (2 if lstm else 1)
        yield Row(name, 3, 4, inputs=randn((5, 2, 3)))
        yield Row(name, 3, 4, inputs=with_states((5, 2, 3), *states))
        yield Row(name, 3, 4, bias=False, inputs=randn((5, 3)))
        yield Row(name, 3, 4, 2, True, True, 0.4, True, inputs=with_states((2, 3, 3), *deep))
        yield Row(name, 3, 4, 2, batch_first=True, dropout=0.4, bidirectional=True, mode='eval', inputs=randn((2, 3, 3)))
        yield Row(name, 3, 4, inputs=packed((4, 3, 3), [4, 2, 1]))
        yield Row(name, 3, 4, 2, bidirectional=True, dropout=0.3, inputs=packed((4, 3, 3), [2, 4, 2], *[(4, 3, 4)] * len(states), as_tuple=lstm, enforce_sorted=False))
        yield Row(f'{name}Cell', 3, 4, inputs=randn((2, 3)))
        yield Row(f'{name}Cell', 3, 4, False, inputs=with_states((2, 3), *[(2, 4)] * len(states)))
        yield Row(f'{name}Cell', 3, 4, inputs=with_states((3,), *[(4,)] * len(states)))
    yield Row('RNN', 3, 4, nonlinearity='relu', inputs=randn((5, 2, 3)))
    yield Row('RNNCell', 3, 4, nonlinearity='relu', inputs=randn((2, 3)))
    yield Row('LSTM', 3, 5, proj_size=2, inputs=nested((4, 2, 3), (1, 2, 2), (1, 2, 5)))
    yield Row('LSTM', 3, 5, 2, bidirectional=True, proj_size=2, bias=False, inputs=packed((4, 3, 3), [4, 2, 1]))


def rows():
    yield from recurrent()

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


def mask(*shape):
    """Leaves out about a third, never the first key."""
    m = torch.rand(*shape) < 0.3
    m[..., 0] = False
    return m


def attention():
    name = 'MultiheadAttention'
    same = lambda *shape: lambda: [torch.randn(*shape)] * 3
    yield Row(name, 6, 2, inputs=randn((4, 2, 6), (3, 2, 6), (3, 2, 6)))
    yield Row(name, 6, 3, 0.3, batch_first=True, inputs=same(2, 4, 6))
    yield Row(name, 6, 2, 0, False, inputs=randn((4, 6), (3, 6), (3, 6)))
    yield Row(name, 6, 2, kdim=3, vdim=5, inputs=randn((4, 2, 6), (3, 2, 3), (3, 2, 5)), call={'average_attn_weights': False})
    yield Row(name, 6, 2, add_bias_kv=True, add_zero_attn=True, inputs=lambda: [*randn((4, 2, 6), (3, 2, 6), (3, 2, 6))(), mask(2, 3), True, mask(4, 3)])
    yield Row(name, 6, 2, mode='eval', inputs=lambda: [*same(4, 2, 6)(), None, False, torch.triu(torch.full((4, 4), float('-inf')), 1)])
    yield Row(name, 6, 2, inputs=lambda: [*randn((4, 2, 6), (3, 2, 6), (3, 2, 6))(), mask(2, 3), True, torch.randn(4, 4, 3)])


def transformer():
    encoder, decoder = 'TransformerEncoderLayer', 'TransformerDecoderLayer'
    yield Row(encoder, 4, 2, 5, 0, inputs=randn((3, 2, 4)))
    yield Row(encoder, 4, 2, 5, 0.3, 'gelu', batch_first=True, norm_first=True, inputs=lambda: [torch.randn(2, 3, 4), mask(3, 3), mask(2, 3)])
    yield Row(decoder, 4, 2, 5, 0.3, inputs=randn((3, 2, 4), (2, 2, 4)))
    yield Row(decoder, 4, 2, 5, 0, norm_first=True, batch_first=True, layer_norm_eps=0.01, inputs=lambda: [*randn((2, 3, 4), (2, 2, 4))(), mask(3, 3), None, mask(2, 3), mask(2, 2)])
    yield Row('TransformerEncoder', Row(encoder, 4, 2, 5, 0.1), 2, Row('LayerNorm', 4), inputs=randn((3, 2, 4)))
    yield Row('TransformerDecoder', Row(decoder, 4, 2, 5, 0.1), 2, inputs=randn((3, 2, 4), (2, 2, 4)))
    yield Row('Transformer', 4, 2, 1, 1, 5, 0.2, inputs=randn((3, 2, 4), (2, 2, 4)), call={'src_mask': torch.eye(3).bool()})


def rows():
    yield from recurrent()
    yield from attention()
    yield from transformer()

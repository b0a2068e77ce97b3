"""The table of modules: constructor, how it is called, and on what. Sizes are small; every option occurs."""
import torch
from torch.nn.utils.rnn import pack_padded_sequence


class Row:
    """leaves: how many of the floating point inputs are differentiated, if not all; wrap: a function of nn.utils that is applied to the module, and its arguments;
    twice: whether second derivatives are recorded too."""

    def __init__(self, name, *args, inputs=None, call=None, evaluate=False, leaves=None, wrap=None, twice=True, **kwargs):
        self.name, self.args, self.kwargs = name, list(args), kwargs
        self.wrap, self.twice = wrap, twice
        self.inputs, self.call, self.evaluate, self.leaves = inputs, call or {}, evaluate, leaves


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
        yield Row(name, 3, 4, 2, batch_first=True, dropout=0.4, bidirectional=True, evaluate=True, inputs=randn((2, 3, 3)))
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
    yield Row(name, 6, 2, evaluate=True, inputs=lambda: [*same(4, 2, 6)(), None, False, torch.triu(torch.full((4, 4), float('-inf')), 1)])
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


def activations():
    x = (2, 3, 4)
    for name in 'ReLU ReLU6 SiLU Mish SELU Hardsigmoid Hardswish ELU CELU LeakyReLU Hardtanh Softplus Hardshrink Softshrink Sigmoid Tanh LogSigmoid Softsign Tanhshrink GELU GLU'.split():
        yield Row(name, inputs=randn(x))
    for name in ('Softmax', 'LogSoftmax', 'Softmin'):
        yield Row(name, dim=1, inputs=randn(x))
    yield Row('Softmax2d', inputs=randn(x))
    yield Row('ELU', 0.5, inputs=randn(x))
    yield Row('CELU', alpha=0.5, inputs=randn(x))
    yield Row('LeakyReLU', 0.2, inputs=randn(x))
    yield Row('Hardtanh', -0.5, 0.25, inputs=randn(x))
    yield Row('Threshold', 0.1, 20, inputs=randn(x))
    yield Row('Softplus', 2, 1, inputs=randn(x))
    yield Row('GELU', 'tanh', inputs=randn(x))
    yield Row('GLU', 2, inputs=randn(x))
    yield Row('RReLU', 0.25, 0.75, inputs=randn(x))
    yield Row('RReLU', 0.25, 0.75, evaluate=True, inputs=randn(x))
    yield Row('PReLU', inputs=randn(x))
    yield Row('PReLU', 3, 0.1, inputs=randn(x))


def linear():
    yield Row('Identity', 5, inputs=randn((2, 3)))
    yield Row('Linear', 3, 4, inputs=randn((2, 2, 3)))
    yield Row('Linear', 3, 4, bias=False, inputs=randn((3,)))
    yield Row('Bilinear', 2, 3, 4, inputs=randn((5, 2), (5, 3)))
    yield Row('Bilinear', 2, 3, 4, bias=False, inputs=randn((2, 2, 2), (2, 2, 3)))
    yield Row('Flatten', inputs=randn((2, 3, 4)))
    yield Row('Unflatten', 1, [2, 3], inputs=randn((2, 6)))
    for name, shape in (('Dropout', (3, 5)), ('Dropout1d', (3, 4, 2)), ('Dropout1d', (4, 2)), ('Dropout2d', (3, 4, 2, 2)), ('Dropout3d', (3, 4, 2, 1, 2)), ('AlphaDropout', (3, 5)), ('FeatureAlphaDropout', (3, 4, 2))):
        yield Row(name, 0.4, inputs=randn(shape))
        yield Row(name, evaluate=True, inputs=randn(shape))
    yield Row('Sequential', Row('Linear', 3, 4), Row('ReLU'), Row('Sequential', Row('Linear', 4, 2), Row('Dropout', 0.2)), inputs=randn((2, 3)))


def convolutions():
    signal, image = (2, 4, 9), (2, 4, 6, 5)
    yield Row('Conv1d', 4, 6, 3, inputs=randn(signal))
    yield Row('Conv1d', 4, 6, 3, 2, 1, 2, 2, False, 'circular', inputs=randn(signal))
    yield Row('Conv1d', 4, 2, 4, padding='same', inputs=randn(signal[1:]))
    yield Row('Conv2d', 4, 6, 3, inputs=randn(image))
    yield Row('Conv2d', 4, 8, [3, 2], stride=[2, 1], padding=[1, 0], dilation=[1, 2], groups=4, inputs=randn(image))
    yield Row('Conv2d', 4, 2, 3, padding='same', padding_mode='reflect', inputs=randn(image))
    yield Row('Conv2d', 4, 2, 3, padding=1, padding_mode='replicate', bias=False, inputs=randn(image[1:]))
    yield Row('ConvTranspose1d', 4, 6, 3, inputs=randn(signal))
    yield Row('ConvTranspose1d', 4, 6, 3, 2, 1, 1, 2, False, 2, inputs=randn(signal))
    yield Row('ConvTranspose2d', 4, 2, 3, inputs=randn(image))
    yield Row('ConvTranspose2d', 4, 2, 2, 2, 0, 0, 1, True, 1, 'zeros', inputs=randn(image))
    yield Row('ConvTranspose2d', 4, 2, [3, 2], stride=2, padding=1, output_padding=1, inputs=randn(image))
    yield Row('ConvTranspose2d', 4, 2, 3, stride=2, inputs=lambda: [torch.randn(*image), [14, 12]])


def volumes():
    volume = (1, 2, 4, 3, 4)
    yield Row('Conv3d', 2, 3, 2, inputs=randn(volume))
    yield Row('Conv3d', 2, 2, [3, 1, 2], [2, 1, 1], [1, 0, 2], [1, 1, 2], 2, False, inputs=randn(volume))
    yield Row('Conv3d', 2, 2, [2, 3, 3], padding='same', padding_mode='circular', inputs=randn(volume))
    yield Row('Conv3d', 2, 2, [2, 3, 2], padding='same', inputs=randn(volume))
    yield Row('ConvTranspose3d', 2, 3, 2, inputs=randn(volume))
    yield Row('ConvTranspose3d', 2, 2, 3, 2, 1, [1, 0, 1], 2, inputs=randn(volume))
    yield Row('MaxPool3d', 2, inputs=randn(volume))
    yield Row('MaxPool3d', [3, 2, 2], [1, 2, 1], 1, 1, False, True, inputs=randn(volume[1:]))
    yield Row('AdaptiveMaxPool3d', [2, 2, None], inputs=randn(volume))


def pooling():
    signal, image = (2, 3, 9), (2, 2, 7, 6)
    for d, shape in ((1, signal), (2, image)):
        yield Row(f'MaxPool{d}d', 3, inputs=randn(shape))
        yield Row(f'MaxPool{d}d', 3, 2, 1, 2, False, True, inputs=randn(shape))
        yield Row(f'AvgPool{d}d', 3, inputs=randn(shape))
        yield Row(f'AvgPool{d}d', 3, 2, 1, True, False, inputs=randn(shape))
        yield Row(f'LPPool{d}d', 2, 3, inputs=randn(shape))
        yield Row(f'LPPool{d}d', 3, 2, 1, True, inputs=lambda shape=shape: [torch.rand(*shape) + 0.1])
        yield Row(f'AdaptiveAvgPool{d}d', 4, inputs=randn(shape))
        yield Row(f'AdaptiveMaxPool{d}d', 4, inputs=randn(shape))
        yield Row(f'AdaptiveMaxPool{d}d', 2, True, inputs=randn(shape[1:]))
    yield Row('MaxPool2d', [3, 2], [2, 1], padding=[1, 0], ceil_mode=True, inputs=randn(image))
    yield Row('AvgPool2d', [3, 2], divisor_override=5, inputs=randn(image))
    yield Row('AdaptiveAvgPool2d', [None, 2], inputs=randn(image))
    yield Row('AvgPool3d', 2, 1, 1, inputs=randn((1, 2, 3, 4, 3)))
    yield Row('AdaptiveAvgPool3d', [2, 1, 2], inputs=randn((1, 2, 3, 4, 3)))
    yield Row('MaxUnpool1d', 2, inputs=lambda: [torch.randn(1, 2, 3), torch.tensor([[[0, 3, 4], [1, 2, 5]]])])
    yield Row('MaxUnpool2d', 2, 3, inputs=lambda: [torch.randn(1, 1, 2, 2), torch.tensor([[[[0, 3], [16, 18]]]]), [5, 6]])


def images():
    image = (1, 2, 3, 4)
    for name, pads, shape in (('ReflectionPad1d', 2, (2, 4)), ('ReflectionPad2d', [1, 2, 0, 1], image), ('ReflectionPad3d', 1, (1, 2, 3, 2, 2)),
                              ('ReplicationPad1d', [1, 2], (2, 4)), ('ReplicationPad2d', 1, image), ('ReplicationPad3d', 1, (1, 2, 3, 2, 2)), ('ZeroPad2d', [1, 0, 2, 1], image)):
        yield Row(name, pads, inputs=randn(shape))
    yield Row('ConstantPad1d', [1, 2], 3.5, inputs=randn((2, 4)))
    yield Row('ConstantPad2d', 1, 0.25, inputs=randn(image))
    yield Row('ConstantPad3d', 1, -2.5, inputs=randn((2, 2, 1, 2)))
    yield Row('Upsample', scale_factor=2, inputs=randn(image))
    yield Row('Upsample', [5, 3], mode='bilinear', align_corners=True, inputs=randn(image))
    yield Row('Upsample', scale_factor=[1.5, 2.0], mode='bicubic', inputs=randn(image))
    yield Row('Upsample', 7, mode='linear', inputs=randn((1, 2, 4)))
    yield Row('UpsamplingNearest2d', scale_factor=2, inputs=randn(image))
    yield Row('UpsamplingBilinear2d', [5, 6], inputs=randn(image))
    yield Row('PixelShuffle', 2, inputs=randn((1, 8, 2, 3)))
    yield Row('PixelUnshuffle', 2, inputs=randn((1, 2, 4, 6)))
    yield Row('ChannelShuffle', 2, inputs=randn((1, 6, 2, 2)))
    yield Row('Unfold', [2, 3], inputs=randn(image))
    yield Row('Unfold', 2, 1, 1, 2, inputs=randn(image))
    yield Row('Fold', [3, 4], 2, inputs=randn((1, 8, 6)))
    yield Row('CosineSimilarity', inputs=randn((3, 4), (3, 4)))
    yield Row('CosineSimilarity', 0, 1e-6, inputs=randn((3, 4), (3, 4)))
    yield Row('PairwiseDistance', inputs=randn((3, 4), (3, 4)))
    yield Row('PairwiseDistance', 1.5, 0.001, True, inputs=randn((3, 4), (3, 4)))


def normalisation():
    for d, shape in ((1, (3, 2, 4)), (2, (3, 2, 2, 2)), (3, (2, 2, 2, 1, 2))):
        yield Row(f'BatchNorm{d}d', 2, inputs=randn(shape))
        yield Row(f'BatchNorm{d}d', 2, 0.001, 0.3, affine=False, inputs=randn(shape))
        yield Row(f'InstanceNorm{d}d', 2, inputs=randn(shape))
        yield Row(f'InstanceNorm{d}d', 2, 0.01, 0.2, True, True, inputs=randn(shape))
        yield Row(f'InstanceNorm{d}d', 2, inputs=randn(shape[1:]))
    yield Row('BatchNorm1d', 4, momentum=None, inputs=randn((3, 4)))
    yield Row('BatchNorm1d', 4, evaluate=True, inputs=randn((3, 4)))
    yield Row('BatchNorm2d', 2, track_running_stats=False, evaluate=True, inputs=randn((3, 2, 2, 2)))
    yield Row('InstanceNorm1d', 2, track_running_stats=True, evaluate=True, inputs=randn((3, 2, 4)))
    yield Row('LayerNorm', 4, inputs=randn((2, 3, 4)))
    yield Row('LayerNorm', [3, 4], 1e-6, False, inputs=randn((2, 3, 4)))
    yield Row('GroupNorm', 2, 4, inputs=randn((2, 4, 3)))
    yield Row('GroupNorm', 1, 4, 0.5, False, inputs=randn((2, 4, 3)))
    yield Row('LocalResponseNorm', 2, inputs=randn((2, 4, 3)))
    yield Row('LocalResponseNorm', 3, 0.1, 0.5, 2.0, inputs=randn((2, 4, 3)))


def embeddings():
    ids = torch.tensor([[1, 3, 0], [0, 1, 4]])
    yield Row('Embedding', 5, 3, inputs=lambda: [ids])
    yield Row('Embedding', 5, 3, 1, 1.5, 1.0, True, inputs=lambda: [ids])
    for mode in ('sum', 'mean', 'max'):
        yield Row('EmbeddingBag', 5, 3, mode=mode, inputs=lambda: [ids])
    # Without scale_grad_by_freq, of which PyTorch 1.13 takes another row's frequency.
    yield Row('EmbeddingBag', 5, 3, 1.0, 2.0, False, 'sum', inputs=lambda: [ids.reshape(-1), torch.tensor([0, 2]), torch.randn(6)])
    yield Row('EmbeddingBag', 5, 3, include_last_offset=True, padding_idx=1, inputs=lambda: [ids.reshape(-1), torch.tensor([0, 2, 6])])


def losses():
    pair = randn((3, 4), (3, 4))
    chance = lambda: [torch.rand(3, 4), torch.rand(3, 4)]
    labels = lambda n=4: torch.arange(3) % n
    signs = lambda *shape: torch.sign(torch.rand(*shape) - 0.5)
    for reduction in ('mean', 'sum', 'none'):
        yield Row('MSELoss', reduction=reduction, inputs=pair)
        yield Row('L1Loss', reduction=reduction, inputs=pair)
    yield Row('SmoothL1Loss', beta=0.5, inputs=pair)
    yield Row('HuberLoss', delta=0.7, inputs=pair)
    yield Row('HuberLoss', 'sum', 0.5, inputs=pair)
    yield Row('CrossEntropyLoss', inputs=lambda: [torch.randn(3, 4), labels()])
    yield Row('CrossEntropyLoss', torch.tensor([1., 2, 3, 4]), ignore_index=1, label_smoothing=0.1, inputs=lambda: [torch.randn(3, 4), labels()])
    yield Row('CrossEntropyLoss', inputs=lambda: [torch.randn(3, 4), torch.softmax(torch.randn(3, 4), 1)])
    yield Row('NLLLoss', reduction='none', inputs=lambda: [torch.randn(3, 4), labels()])
    yield Row('NLLLoss2d', inputs=lambda: [torch.randn(1, 4, 2, 2), torch.tensor([[[0, 1], [3, 2]]])])
    yield Row('KLDivLoss', reduction='batchmean', inputs=chance)
    yield Row('KLDivLoss', log_target=True, reduction='sum', inputs=pair)
    yield Row('BCELoss', inputs=chance)
    yield Row('BCELoss', torch.tensor([1., 2, 3, 4]), inputs=chance)
    yield Row('BCEWithLogitsLoss', inputs=pair)
    yield Row('BCEWithLogitsLoss', torch.tensor([1., 2, 3, 4]), pos_weight=torch.tensor([1., 2, 1, 2]), inputs=chance)
    yield Row('PoissonNLLLoss', inputs=chance)
    yield Row('PoissonNLLLoss', False, True, eps=0.01, inputs=lambda: [torch.rand(3, 4), torch.rand(3, 4) * 4])
    yield Row('GaussianNLLLoss', full=True, inputs=lambda: [*pair(), torch.rand(3, 1) + 0.1])
    yield Row('SoftMarginLoss', leaves=1, inputs=lambda: [torch.randn(3, 4), signs(3, 4)])
    yield Row('MultiLabelSoftMarginLoss', leaves=1, inputs=lambda: [torch.randn(3, 4), (torch.rand(3, 4) > 0.5).double()])
    yield Row('MultiLabelMarginLoss', inputs=lambda: [torch.randn(2, 4), torch.tensor([[0, 2, -1, 0], [3, -1, 1, 1]])])
    yield Row('MultiMarginLoss', 2, 0.5, torch.tensor([1., 2, 3, 4]), inputs=lambda: [torch.randn(3, 4), labels()])
    yield Row('HingeEmbeddingLoss', 0.5, leaves=1, inputs=lambda: [torch.randn(3, 4), signs(3, 4)])
    yield Row('MarginRankingLoss', 0.2, leaves=2, inputs=lambda: [torch.randn(3), torch.randn(3), signs(3)])
    yield Row('CosineEmbeddingLoss', 0.1, leaves=2, inputs=lambda: [*pair(), signs(3)])
    yield Row('TripletMarginLoss', 0.5, swap=True, inputs=randn((3, 4), (3, 4), (3, 4)))
    yield Row('TripletMarginWithDistanceLoss', margin=2.0, inputs=randn((3, 4), (3, 4), (3, 4)))
    # Five labels of which two repeat need seven frames: the loss is infinite.
    for zero in (True, False):
        yield Row('CTCLoss', 1, 'none', zero, inputs=lambda: [torch.randn(6, 2, 4).log_softmax(2), torch.tensor([[0, 2, 2, 3, 3], [3, 0, 0, 0, 0]]), [6, 5], [5, 2]])
    yield Row('CrossEntropyLoss', ignore_index=3, inputs=lambda: [torch.randn(3, 4), torch.tensor([0, 3, 2], dtype=torch.uint8)])
    yield Row('CTCLoss', 0, inputs=lambda: [torch.randn(6, 2, 4).log_softmax(2), torch.tensor([[1, 2, 2], [3, 1, 0]]), [6, 5], [3, 2]])
    yield Row('AdaptiveLogSoftmaxWithLoss', 8, 12, [3, 6], div_value=2.0, inputs=lambda: [torch.randn(5, 8), torch.tensor([0, 4, 7, 11, 2])])
    yield Row('AdaptiveLogSoftmaxWithLoss', 8, 12, [5], head_bias=True, inputs=lambda: [torch.randn(8), torch.tensor(9)])


def reparametrised():
    # PyTorch 1.13's fused weight norm has a wrong second derivative.
    yield Row('Linear', 3, 4, twice=False, wrap=['weight_norm', {}], inputs=randn((2, 3)))
    yield Row('Conv1d', 2, 3, 2, bias=False, wrap=['weight_norm', {'dim': 1}], inputs=randn((1, 2, 5)))
    yield Row('Linear', 3, 4, wrap=['weight_norm', {'dim': None}], inputs=randn((2, 3)))
    yield Row('Linear', 3, 4, wrap=['spectral_norm', {}], inputs=randn((2, 3)))
    yield Row('ConvTranspose1d', 2, 3, 2, wrap=['spectral_norm', {'n_power_iterations': 3}], inputs=randn((1, 2, 5)))
    yield Row('Linear', 3, 4, evaluate=True, wrap=['spectral_norm', {}], inputs=randn((2, 3)))


def inits():
    """Initialisers: name, arguments, shape."""
    yield 'uniform_', [-1.0, 2.0], (3, 4)
    yield 'normal_', [1.0, 2.0], (5, 4)
    yield 'trunc_normal_', [], (4, 6)
    yield 'trunc_normal_', [0.5, 2.0, -1.0, 1.5], (4, 6)
    yield 'constant_', [0.3], (2, 3)
    yield 'ones_', [], (2, 3)
    yield 'zeros_', [], (2, 3)
    yield 'eye_', [], (3, 4)
    yield 'dirac_', [2], (4, 2, 3)
    yield 'xavier_uniform_', [2.0], (3, 4, 2)
    yield 'xavier_normal_', [], (3, 4)
    yield 'kaiming_uniform_', [0.2, 'fan_out'], (3, 4)
    yield 'kaiming_normal_', [0, 'fan_in', 'relu'], (3, 4, 2)
    yield 'orthogonal_', [], (3, 5)
    yield 'orthogonal_', [1.5], (6, 2, 2)
    yield 'sparse_', [0.4], (5, 3)
    yield 'sparse_', [0.2, 2.0], (3, 5)


def rows():
    for family in (recurrent, attention, transformer, linear, activations, convolutions, volumes, pooling, images, normalisation, embeddings, losses, reparametrised):
        yield from family()

"""LSTM, attention and a small GPT."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from common import fill, labels, task, tensor, training


def lstm(batch, steps, hidden):
    model = nn.LSTM(hidden, hidden)
    fill(model)
    x = tensor([steps, batch, hidden])
    return task("backward", list(model.parameters()), lambda: model(x)[0])


def attend(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask, -math.inf)
    return torch.softmax(scores, -1) @ v


def attention(batch, heads, steps, head, mode):
    q, k, v = (tensor([batch, heads, steps, head], offset, 2) for offset in (0, 20, 40))
    return task(mode, [q, k, v], lambda: attend(q, k, v))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x, mask):
        batch, steps, width = x.shape
        q, k, v = (
            t.view(batch, steps, self.heads, width // self.heads).transpose(1, 2)
            for t in self.qkv(self.norm1(x)).chunk(3, 2)
        )
        x = x + self.proj(attend(q, k, v, mask).transpose(1, 2).reshape(batch, steps, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, layers, width, heads, steps, vocabulary):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(steps, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)
        self.register_buffer("mask", torch.ones(steps, steps, dtype=torch.bool).triu(1))

    def forward(self, tokens, positions):
        x = self.tokens(tokens) + self.positions(positions)
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


def gpt(layers, width, heads, steps, batch, vocabulary):
    model = Gpt(layers, width, heads, steps, vocabulary)
    fill(model)
    text = labels(batch * (steps + 1), vocabulary)
    tokens = text[:-batch].reshape(batch, steps)
    following = text[1 : batch * steps + 1]
    positions = torch.arange(steps)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    return training(optimizer, lambda: F.cross_entropy(model(tokens, positions).reshape(-1, vocabulary), following))


TASKS = {"lstm": lstm, "attention": attention, "GPT": gpt}

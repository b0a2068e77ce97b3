"""A language model: embedding, two layers of LSTM with dropout between them, gradients clipped, RMSprop."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(11, 8)
        self.lstm = nn.LSTM(8, 16, 2, batch_first=True, dropout=0.2)
        self.head = nn.Linear(16, 11)

    def forward(self, x):
        states, _ = self.lstm(self.token(x))
        return self.head(states)


def run(dtype, record):
    torch.manual_seed(3)
    text = torch.randint(0, 11, (401,))
    x, y = text[:-1].reshape(40, 10), text[1:].reshape(40, 10)
    model = Net().to(dtype)
    record.weights(model)
    loader = DataLoader(TensorDataset(x, y, torch.arange(40)), batch_size=8, shuffle=True, drop_last=True)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=5e-3, momentum=0.5)
    for epoch in range(20):
        for tokens, following, indices in loader:
            scores = model(tokens)
            loss = nn.functional.cross_entropy(scores.reshape(-1, 11), following.reshape(-1))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            record.step(indices, loss)

"""A Transformer encoder that classifies sequences: AdamW and one cycle of the learning rate."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(9, 16)
        layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.out = nn.Linear(16, 3)

    def forward(self, x):
        return self.out(self.encoder(self.token(x)).mean(1))


def run(dtype, record):
    torch.manual_seed(4)
    x = torch.randint(0, 9, (40, 6))
    y = torch.randint(0, 3, (40,))
    model = Net().to(dtype)
    record.weights(model)
    loader = DataLoader(TensorDataset(x, y, torch.arange(40)), batch_size=8, shuffle=True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=100)
    for epoch in range(20):
        for tokens, labels, indices in loader:
            loss = nn.functional.cross_entropy(model(tokens), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            record.step(indices, loss)

"""A perceptron with dropout, Adam and a schedule by epochs."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def run(dtype, record):
    torch.manual_seed(1)
    x = torch.randn(80, 12).to(dtype)
    y = torch.randint(0, 4, (80,))
    model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 4)).to(dtype)
    record.weights(model)
    loader = DataLoader(TensorDataset(x, y, torch.arange(80)), batch_size=16, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 5, 0.5)
    for epoch in range(20):
        for images, labels, indices in loader:
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            record.step(indices, loss)
        scheduler.step()

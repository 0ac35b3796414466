"""Models that no library has, written from their papers."""
import torch
from torch import nn
from torch.nn import functional as F


class LeNet5(nn.Module):
    """LeCun et al. 1998, with C3 joined to all maps of S2 and plain average pooling."""

    def __init__(self):
        super().__init__()
        self.c1, self.c3 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.c5, self.f6, self.output = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.c1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.c3(x)), 2).flatten(1)
        return self.output(torch.tanh(self.f6(torch.tanh(self.c5(x)))))


class CifarBlock(nn.Module):
    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters)
        self.conv2, self.bn2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters)
        self.stride, self.grown = stride, filters - inputs

    def forward(self, x):
        branch = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.grown:  # option A
            x = F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.grown // 2, self.grown // 2))
        return F.relu(branch + x)


class CifarResNet(nn.Module):
    """He et al. 2015, section 4.2: 6 n + 2 layers."""

    def __init__(self, n):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        stages, channels = [], 16
        for filters in (16, 32, 64):
            blocks = []
            for i in range(n):
                blocks.append(CifarBlock(channels, filters, 2 if i == 0 and filters > 16 else 1))
                channels = filters
            stages.append(nn.Sequential(*blocks))
        self.layer1, self.layer2, self.layer3 = stages
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(x.mean((2, 3)))


class UNet(nn.Module):
    """Ronneberger et al. 2015, with padded convolutions so that the output has the input's size."""

    def __init__(self, inputs=1, classes=2, base=64):
        super().__init__()
        self.down, self.up, self.join = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for level in range(5):
            filters = base << level
            self.down.append(self.pair(inputs if level == 0 else filters // 2, filters))
        for level in reversed(range(4)):
            filters = base << level
            self.up.append(nn.ConvTranspose2d(2 * filters, filters, 2, 2))
            self.join.append(self.pair(2 * filters, filters))
        self.output = nn.Conv2d(base, classes, 1)

    @staticmethod
    def pair(inputs, filters):
        return nn.Sequential(nn.Conv2d(inputs, filters, 3, padding=1), nn.ReLU(), nn.Conv2d(filters, filters, 3, padding=1), nn.ReLU())

    def forward(self, x):
        kept = []
        for level, pair in enumerate(self.down):
            x = pair(x if level == 0 else F.max_pool2d(x, 2))
            kept.append(x)
        for level, (up, pair) in enumerate(zip(self.up, self.join)):
            x = pair(torch.cat([kept[3 - level], up(x)], 1))
        return self.output(x)


class Autoencoder(nn.Module):
    """Hinton & Salakhutdinov 2006: 784-1000-500-250-30 and back, logistic units, a linear code."""

    def __init__(self):
        super().__init__()
        sizes = [784, 1000, 500, 250, 30]
        self.encoder = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.decoder = nn.ModuleList(nn.Linear(b, a) for a, b in reversed(list(zip(sizes, sizes[1:]))))

    def forward(self, x):
        shape, x = x.shape, x.flatten(1)
        for layer in self.encoder[:-1]:
            x = torch.sigmoid(layer(x))
        x = self.encoder[-1](x)
        for layer in self.decoder:
            x = torch.sigmoid(layer(x))
        return x.reshape(shape)

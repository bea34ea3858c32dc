#!/usr/bin/env python3
"""The training step of `npm run -s bench -- train` in eager PyTorch on the CPU.

usage: pytorch_cdt.py [threads] [steps]

Prints one JSON line: peer, threads, ms_per_step_median, images_per_s. The network is `speed-net` of
src/spec/models.ts; bit-widths, quantizer, batch and optimizer are those of bench/train.ts.
"""
import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

BITS = [4, 8, 12, 16, 32]
BLOCKS = [(16, 24, 3, 2), (24, 24, 3, 1), (24, 40, 3, 2), (40, 40, 3, 1), (40, 64, 3, 2)]
BATCH = 64


class FakeQuantize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, bits, dims):
        low, high = x.amin(dims, keepdim=True), x.amax(dims, keepdim=True)
        step = ((high - low) / (2**bits - 1)).clamp_min(1e-12)
        return torch.round((x - low) / step) * step + low

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None, None


class QuantConv(nn.Conv2d):
    def forward(self, x, bits):
        if bits == 32:
            return super().forward(x)
        dims = (0, 2, 3) if self.groups > 1 else (0, 1, 2, 3)
        x = FakeQuantize.apply(x, bits, dims)
        weight = FakeQuantize.apply(self.weight, bits, (1, 2, 3))
        return F.conv2d(x, weight, None, self.stride, self.padding, 1, self.groups)


class SwitchableBatchNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in BITS)

    def forward(self, x, bits):
        return self.norms[BITS.index(bits)](x)


class Block(nn.Module):
    def __init__(self, inputs, outputs, expand, stride):
        super().__init__()
        hidden = inputs * expand
        self.residual = inputs == outputs and stride == 1
        self.convs = nn.ModuleList(
            [
                QuantConv(inputs, hidden, 1, bias=False),
                QuantConv(hidden, hidden, 3, stride, 1, groups=hidden, bias=False),
                QuantConv(hidden, outputs, 1, bias=False),
            ]
        )
        self.norms = nn.ModuleList(SwitchableBatchNorm(c) for c in (hidden, hidden, outputs))

    def forward(self, x, bits):
        y = F.relu(self.norms[0](self.convs[0](x, bits), bits))
        y = F.relu(self.norms[1](self.convs[1](y, bits), bits))
        y = self.norms[2](self.convs[2](y, bits), bits)
        return x + y if self.residual else y


class SpeedNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.stem_norm = nn.Conv2d(3, 16, 3, 1, 1, bias=False), SwitchableBatchNorm(16)
        self.blocks = nn.ModuleList(Block(*block) for block in BLOCKS)
        self.head, self.head_norm = nn.Conv2d(64, 128, 1, bias=False), SwitchableBatchNorm(128)
        self.classifier = nn.Linear(128, 10)

    def forward(self, x, bits):
        x = F.relu(self.stem_norm(self.stem(x), bits))
        for block in self.blocks:
            x = block(x, bits)
        return self.classifier(F.relu(self.head_norm(self.head(x), bits)).mean((2, 3)))


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net = SpeedNet().train()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    x, y = torch.randn(BATCH, 3, 32, 32), torch.randint(0, 10, (BATCH,))

    def step():
        optimizer.zero_grad()
        teachers = []
        for bits in reversed(BITS):
            logits = net(x, bits)
            loss = F.cross_entropy(logits, y) + sum(F.mse_loss(logits, t) for t in teachers)
            (loss / len(BITS)).backward()
            teachers.append(logits.detach())
        optimizer.step()

    step()
    times = []
    for _ in range(steps):
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    median = sorted(times)[len(times) // 2]
    print(
        json.dumps(
            {
                "peer": "pytorch " + torch.__version__,
                "threads": threads,
                "ms_per_step_median": round(median * 1e3, 1),
                "images_per_s": round(BATCH / median, 1),
            }
        )
    )


main()

#!/usr/bin/env python3
"""Peer: one step of SP-NAS on the lab's search space in eager PyTorch on the CPU: weights by cascade
distillation under all bit-widths, then the gradient to the architecture under the lowest.
usage: pytorch_supernet.py [threads] [steps] [all | few]   prints one JSON line
`all`: Gumbel-softmax over every choice; `few`: one path for weights, two for the architecture."""
import json, sys, time
import torch, torch.nn as nn, torch.nn.functional as F

BITS = [2, 4, 8, 32]
BATCH = 64
THREADS = int(sys.argv[1]) if len(sys.argv) > 1 else 1
STEPS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
PATHS = sys.argv[3] if len(sys.argv) > 3 else "all"
torch.set_num_threads(THREADS)
torch.manual_seed(1)

CHOICES = [(3, 1, 1), (3, 1, 2), (3, 3, 1), (3, 6, 1), (5, 1, 1), (5, 1, 2), (5, 3, 1), (5, 6, 1), None]
BLOCKS = [(24, 1), (24, 1), (32, 2), (32, 1), (48, 2), (48, 1), (64, 1)]
STEM, HEAD, CLASSES = 16, 128, 10


class FakeQuant(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, bits, dims):
        lo, hi = x.amin(dims, keepdim=True), x.amax(dims, keepdim=True)
        step = ((hi - lo) / (2**bits - 1)).clamp_min(1e-12)
        return torch.round((x - lo) / step) * step + lo

    @staticmethod
    def backward(ctx, g):
        return g, None, None


class QConv(nn.Conv2d):
    def forward(self, x, bits):
        if bits == 32:
            return super().forward(x)
        depthwise = self.groups == self.in_channels
        x = FakeQuant.apply(x, bits, (0, 2, 3) if depthwise else (0, 1, 2, 3))
        w = FakeQuant.apply(self.weight, bits, (1, 2, 3))
        return F.conv2d(x, w, None, self.stride, self.padding, 1, self.groups)


class SwitchBN(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.bn = nn.ModuleList(nn.BatchNorm2d(c) for _ in BITS)

    def forward(self, x, bits):
        return self.bn[BITS.index(bits)](x)


class MBConv(nn.Module):
    def __init__(self, ci, co, stride, kernel, expand, groups):
        super().__init__()
        m = ci * expand
        self.res, self.groups = ci == co and stride == 1, groups
        self.c = nn.ModuleList([
            QConv(ci, m, 1, bias=False, groups=groups),
            QConv(m, m, kernel, stride, kernel // 2, groups=m, bias=False),
            QConv(m, co, 1, bias=False, groups=groups),
        ])
        self.b = nn.ModuleList([SwitchBN(m), SwitchBN(m), SwitchBN(co)])

    def forward(self, x, bits):
        y = F.relu(self.b[0](self.c[0](x, bits), bits))
        if self.groups > 1:
            n, c, h, w = y.shape
            y = y.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)
        y = F.relu(self.b[1](self.c[1](y, bits), bits))
        y = self.b[2](self.c[2](y, bits), bits)
        return x + y if self.res else y


class Skip(nn.Module):
    def __init__(self, ci, co, stride):
        super().__init__()
        self.identity = ci == co and stride == 1
        if not self.identity:
            self.c, self.b = QConv(ci, co, 1, stride, bias=False), SwitchBN(co)

    def forward(self, x, bits):
        return x if self.identity else self.b(self.c(x, bits), bits)


class Supernet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.sb = nn.Conv2d(3, STEM, 3, 2, 1, bias=False), SwitchBN(STEM)
        self.blocks, ci = nn.ModuleList(), STEM
        for co, stride in BLOCKS:
            self.blocks.append(nn.ModuleList(
                Skip(ci, co, stride) if c is None else MBConv(ci, co, stride, *c) for c in CHOICES))
            ci = co
        self.head, self.hb = nn.Conv2d(ci, HEAD, 1, bias=False), SwitchBN(HEAD)
        self.fc = nn.Linear(HEAD, CLASSES)

    def forward(self, x, bits, mixture):
        x = F.relu(self.sb(self.stem(x), bits))
        for block, (options, weights) in zip(self.blocks, mixture):
            x = sum(w * block[i](x, bits) for i, w in zip(options, weights))
        return self.fc(F.relu(self.hb(self.head(x), bits)).mean((2, 3)))


net = Supernet().train()
alpha = nn.Parameter(torch.zeros(len(BLOCKS), len(CHOICES)))
sgd = torch.optim.SGD(net.parameters(), lr=0.025, momentum=0.9, weight_decay=5e-4)
adam = torch.optim.Adam([alpha], lr=3e-4, betas=(0.5, 0.999))
x, y = torch.randn(BATCH, 3, 32, 32), torch.randint(0, CLASSES, (BATCH,))


def draw(paths, temperature=3.0):
    noisy = alpha - torch.log(-torch.log(torch.rand_like(alpha)))
    mixture = []
    for row in noisy:
        chosen = sorted(row.topk(min(paths, len(CHOICES))).indices.tolist())
        mixture.append((chosen, F.softmax(row[chosen] / temperature, 0)))
    return mixture


def step():
    sgd.zero_grad()
    few = PATHS == "few"
    teachers = []
    mixture = [(i, w.detach()) for i, w in draw(1 if few else len(CHOICES))]
    for bits in reversed(BITS):
        z = net(x, bits, mixture)
        loss = F.cross_entropy(z, y) + 0.1 * sum(F.mse_loss(z, t) for t in teachers)
        (loss / len(BITS)).backward()
        teachers.append(z.detach())
    sgd.step()
    adam.zero_grad()
    for p in net.parameters():
        p.requires_grad_(False)
    F.cross_entropy(net(x, BITS[0], draw(2 if few else len(CHOICES))), y).backward()
    for p in net.parameters():
        p.requires_grad_(True)
    adam.step()


step()
times = []
for _ in range(STEPS):
    start = time.perf_counter()
    step()
    times.append(time.perf_counter() - start)
median = sorted(times)[len(times) // 2]
print(json.dumps({
    "peer": "pytorch " + torch.__version__,
    "threads": THREADS,
    "paths": PATHS,
    "ms_per_step_median": round(median * 1e3, 1),
    "images_per_s": round(2 * BATCH / median, 1),
}))

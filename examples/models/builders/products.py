"""Chains and trees of matrix products, and the linear-algebra kernels that HLS papers compare on."""

import math

import torch
from torch import nn

from .common import Example, draw_weights, normal


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(100, 64)
        self.fc2 = nn.Linear(64, 48)
        self.fc3 = nn.Linear(48, 10)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = nn.functional.gelu(self.fc2(x))
        return self.fc3(x)


def mlp(generator, rows=20):
    model = MLP()
    with torch.no_grad():
        for layer in (model.fc1, model.fc2, model.fc3):
            outputs, inputs = layer.weight.shape
            layer.weight.copy_(torch.randn((outputs, inputs), generator=generator) * math.sqrt(2.0 / inputs))
            layer.bias.copy_(torch.randn((outputs,), generator=generator) * 0.1)
    return Example(model, {"x": torch.randn((rows, 100), generator=generator)})


class TwoProductsRelu(nn.Module):
    """relu(A*B)*W, the specification's worked example."""

    def forward(self, a, b, w):
        return torch.matmul(torch.relu(torch.matmul(a, b)), w)


class TwoProducts(nn.Module):
    def forward(self, a, b, c):
        return torch.matmul(torch.matmul(a, b), c)


class ThreeProducts(nn.Module):
    def forward(self, a, b, c, d):
        return torch.matmul(torch.matmul(a, b), torch.matmul(c, d))


def matrices(generator, shapes):
    """Entries scaled so that a product of two keeps entries around one."""
    return {
        name: torch.randn(shape, generator=generator) / (1.0 if name == "a" else math.sqrt(shape[0]))
        for name, shape in shapes.items()
    }


def two_mm(generator):
    return Example(TwoProductsRelu(), matrices(generator, {"a": (64, 64), "b": (64, 64), "w": (64, 64)}))


def two_mm_ragged(generator):
    return Example(TwoProducts(), matrices(generator, {"a": (40, 36), "b": (36, 52), "c": (52, 20)}))


def three_mm(generator):
    return Example(ThreeProducts(), matrices(generator, {"a": (48, 64), "b": (64, 80), "c": (80, 32), "d": (32, 64)}))


class Atax(nn.Module):
    """y = Aᵀ(A·x): the same matrix by rows and by columns."""

    def forward(self, a, x):
        return torch.matmul(a.t(), torch.matmul(a, x))


def atax(generator, rows=38, columns=42):
    return Example(
        Atax(), {"a": normal(generator, (rows, columns), 1 / math.sqrt(columns)), "x": normal(generator, (columns,))}
    )


class Bicg(nn.Module):
    """s = rᵀ·A and q = A·p: two results from one pass over A."""

    def forward(self, a, p, r):
        return torch.matmul(r, a), torch.matmul(a, p)


def bicg(generator, rows=38, columns=42):
    inputs = {
        "a": normal(generator, (rows, columns), 1 / math.sqrt(columns)),
        "p": normal(generator, (columns,)),
        "r": normal(generator, (rows,)),
    }
    return Example(Bicg(), inputs, ["s", "q"])


class Gemm(nn.Module):
    """alpha·A·B + beta·C, with PolyBench's factors."""

    def forward(self, a, b, c):
        return 1.5 * torch.matmul(a, b) + 1.2 * c


def gemm(generator):
    return Example(Gemm(), matrices(generator, {"a": (40, 60), "b": (60, 50), "c": (40, 50)}))


class Gesummv(nn.Module):
    """y = alpha·A·x + beta·B·x: one vector shared by two products."""

    def forward(self, a, b, x):
        return 1.5 * torch.matmul(a, x) + 1.2 * torch.matmul(b, x)


def gesummv(generator, size=45):
    inputs = {name: normal(generator, (size, size), 1 / math.sqrt(size)) for name in ("a", "b")}
    return Example(Gesummv(), {**inputs, "x": normal(generator, (size,))})


class Mvt(nn.Module):
    """x1 + A·y1 and x2 + Aᵀ·y2."""

    def forward(self, a, x1, x2, y1, y2):
        return x1 + torch.matmul(a, y1), x2 + torch.matmul(a.t(), y2)


def mvt(generator, size=40):
    inputs = {"a": normal(generator, (size, size), 1 / math.sqrt(size))}
    inputs.update({name: normal(generator, (size,)) for name in ("x1", "x2", "y1", "y2")})
    return Example(Mvt(), inputs, ["z1", "z2"])


class Chain(nn.Module):
    """((((A·B)·C)·D)·E)·F."""

    def forward(self, a, b, c, d, e, f):
        for right in (b, c, d, e, f):
            a = torch.matmul(a, right)
        return a


def matmul_chain(generator):
    extents = (24, 32, 40, 20, 48, 36, 28)
    return Example(Chain(), matrices(generator, {n: extents[i : i + 2] for i, n in enumerate("abcdef")}))


class Tree(nn.Module):
    """A balanced tree of products over eight leaves."""

    def forward(self, a, b, c, d, e, f, g, h):
        level = [a, b, c, d, e, f, g, h]
        while len(level) > 1:
            level = [torch.matmul(level[i], level[i + 1]) for i in range(0, len(level), 2)]
        return level[0]


def matmul_tree(generator):
    extents = (20, 36, 24, 32, 28, 40, 16, 44, 24)
    return Example(Tree(), matrices(generator, {n: extents[i : i + 2] for i, n in enumerate("abcdefgh")}))


class Reductions(nn.Module):
    """Softmax and reductions along the first, a middle and the last axis, and along two at once."""

    def forward(self, x):
        weights = torch.softmax(x, dim=1)
        pooled = (weights * x).sum(dim=1)
        scores = torch.log_softmax(pooled, dim=0)
        spread = x.amax(dim=(0, 2)) - x.mean(dim=(0, 2))
        energy = (x * x).sum(dim=-1, keepdim=True)
        return scores, spread, x * torch.rsqrt(energy + 1e-6), x.mean()


def reductions(generator):
    return Example(
        Reductions(), {"x": 0.25 + normal(generator, (6, 20, 36))}, ["scores", "spread", "normalized", "mean"]
    )


class CrossAttention(nn.Module):
    """Multi-head attention over another sequence; which positions may be seen is an input."""

    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(hidden)
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden, bias=False)
        self.value = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, hidden)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).transpose(1, 2)

    def forward(self, x, memory, mask):
        query = self.split(self.query(self.norm(x)))
        key, value = self.split(self.key(memory)), self.split(self.value(memory))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(query.size(-1))
        weights = torch.softmax(torch.where(mask, scores, torch.tensor(-1e9)), dim=-1)
        joined = torch.matmul(weights, value).transpose(1, 2).reshape(x.shape)
        return x + self.out(joined)


def cross_attention(generator, hidden=64, heads=4, tokens=12, memory=21):
    module = draw_weights(CrossAttention(hidden, heads), generator, gain=1.0)
    mask = torch.rand((1, 1, tokens, memory), generator=generator) < 0.6
    mask[..., 0] = True
    inputs = {
        "x": normal(generator, (1, tokens, hidden)),
        "memory": normal(generator, (1, memory, hidden)),
        "mask": mask,
    }
    # From opset 17 a layer norm is one operator.
    return Example(module, inputs, opset=17)

#!/usr/bin/env python3
"""Builds the small example models with PyTorch, exports them and records PyTorch's outputs.

Usage: export.py [NAME ...]        (default: every model below)

For each model this writes, next to this script:
  NAME/model.onnx   torch.onnx.export, opset 13, constants folded
  NAME/inputs.npz   inputs by ONNX input name, float32
  NAME/golden.npz   PyTorch's outputs by ONNX output name, float32
and for the models that also exist as linalg on tensors (NAME/model.mlir, written by hand):
  NAME/inputs-mlir.npz, NAME/golden-mlir.npz   by position: arg0, arg1, ... and result0, ...

Only this script needs PyTorch (Debian: python3-torch); building and testing need just the files it wrote.
"""

import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
OPSET = 13


# GPT-2 block ---------------------------------------------------------------------------------------------------------


class Conv1D(nn.Module):
    """GPT-2's linear layer: the weight is stored [inputs, outputs], the transpose of nn.Linear."""

    def __init__(self, outputs, inputs):
        super().__init__()
        self.outputs = outputs
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs))

    def forward(self, x):
        size_out = x.size()[:-1] + (self.outputs,)
        x = torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight)
        return x.view(size_out)


class NewGELU(nn.Module):
    def forward(self, x):
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


class GPT2Attention(nn.Module):
    def __init__(self, hidden, heads, positions):
        super().__init__()
        self.register_buffer(
            "bias", torch.tril(torch.ones((positions, positions), dtype=torch.bool)).view(1, 1, positions, positions)
        )
        self.embed_dim = hidden
        self.num_heads = heads
        self.head_dim = hidden // heads
        self.split_size = hidden
        self.c_attn = Conv1D(3 * hidden, hidden)
        self.c_proj = Conv1D(hidden, hidden)

    def _attn(self, query, key, value):
        weights = torch.matmul(query, key.transpose(-1, -2))
        weights = weights / torch.full([], value.size(-1) ** 0.5, dtype=weights.dtype)
        query_length, key_length = query.size(-2), key.size(-2)
        causal_mask = self.bias[:, :, key_length - query_length : key_length, :key_length]
        mask_value = torch.full([], torch.finfo(weights.dtype).min, dtype=weights.dtype)
        weights = torch.where(causal_mask, weights, mask_value)
        weights = nn.functional.softmax(weights, dim=-1)
        return torch.matmul(weights, value)

    def _split_heads(self, tensor):
        tensor = tensor.view(tensor.size()[:-1] + (self.num_heads, self.head_dim))
        return tensor.permute(0, 2, 1, 3)

    def _merge_heads(self, tensor):
        tensor = tensor.permute(0, 2, 1, 3).contiguous()
        return tensor.view(tensor.size()[:-2] + (self.num_heads * self.head_dim,))

    def forward(self, hidden_states):
        query, key, value = self.c_attn(hidden_states).split(self.split_size, dim=2)
        query, key, value = self._split_heads(query), self._split_heads(key), self._split_heads(value)
        return self.c_proj(self._merge_heads(self._attn(query, key, value)))


class GPT2MLP(nn.Module):
    def __init__(self, hidden, inner):
        super().__init__()
        self.c_fc = Conv1D(inner, hidden)
        self.c_proj = Conv1D(hidden, inner)
        self.act = NewGELU()

    def forward(self, hidden_states):
        return self.c_proj(self.act(self.c_fc(hidden_states)))


class GPT2Block(nn.Module):
    """One block with the modules, the parameter names and the forward pass of the published GPT-2 model."""

    def __init__(self, hidden, heads, inner, positions):
        super().__init__()
        self.ln_1 = nn.LayerNorm(hidden, eps=1e-5)
        self.attn = GPT2Attention(hidden, heads, positions)
        self.ln_2 = nn.LayerNorm(hidden, eps=1e-5)
        self.mlp = GPT2MLP(hidden, inner)

    def forward(self, hidden_states):
        residual = hidden_states
        hidden_states = self.attn(self.ln_1(hidden_states))
        hidden_states = hidden_states + residual
        residual = hidden_states
        return residual + self.mlp(self.ln_2(hidden_states))


def realistic_weights(block, hidden, generator):
    """Trained blocks have a few channels much larger than the rest, norm gains near one and biases that are not zero."""

    def normal(shape, deviation):
        return torch.randn(shape, generator=generator) * deviation

    outliers = torch.randperm(hidden, generator=generator)[: max(2, hidden // 64)]
    with torch.no_grad():
        for norm in (block.ln_1, block.ln_2):
            norm.weight.copy_(1.0 + normal((hidden,), 0.1))
            norm.weight[outliers] *= 2.5
            norm.bias.copy_(normal((hidden,), 0.1))
        for linear in (block.attn.c_attn, block.attn.c_proj, block.mlp.c_fc, block.mlp.c_proj):
            inputs, outputs = linear.weight.shape
            linear.weight.copy_(normal((inputs, outputs), 1.0 / math.sqrt(inputs)))
            linear.bias.copy_(normal((outputs,), 0.1))
        # Projections back to the residual stream write the outlier channels.
        for linear in (block.attn.c_proj, block.mlp.c_proj):
            linear.weight[:, outliers] *= 4.0
    return outliers


def gpt2_block(generator, hidden=128, heads=4, inner=512, positions=64, tokens=20):
    block = GPT2Block(hidden, heads, inner, positions)
    outliers = realistic_weights(block, hidden, generator)
    hidden_states = torch.randn((1, tokens, hidden), generator=generator)
    hidden_states[:, :, outliers] *= 8.0
    return block, {"hidden_states": hidden_states}, "output"


# Matrix products and an MLP ------------------------------------------------------------------------------------------


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
    return model, {"x": torch.randn((rows, 100), generator=generator)}, "output"


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
    return TwoProductsRelu(), matrices(generator, {"a": (64, 64), "b": (64, 64), "w": (64, 64)}), "output"


def two_mm_ragged(generator):
    return TwoProducts(), matrices(generator, {"a": (40, 36), "b": (36, 52), "c": (52, 20)}), "output"


def three_mm(generator):
    shapes = {"a": (48, 64), "b": (64, 80), "c": (80, 32), "d": (32, 64)}
    return ThreeProducts(), matrices(generator, shapes), "output"


# Export --------------------------------------------------------------------------------------------------------------

# name -> (builder, seed, also exists as model.mlir)
MODELS = {
    "2mm": (two_mm, 1, True),
    "2mm-ragged": (two_mm_ragged, 2, False),
    "3mm": (three_mm, 3, True),
    "mlp": (mlp, 4, False),
    "gpt2-block": (gpt2_block, 5, False),
}


def export(name):
    builder, seed, has_mlir = MODELS[name]
    model, inputs, output_name = builder(torch.Generator().manual_seed(seed))
    model.eval()
    with torch.no_grad():
        golden = model(*inputs.values())
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    torch.onnx.export(
        model,
        tuple(inputs.values()),
        str(folder / "model.onnx"),
        opset_version=OPSET,
        do_constant_folding=True,
        input_names=list(inputs),
        output_names=[output_name],
    )
    arrays = {key: value.numpy() for key, value in inputs.items()}
    np.savez(folder / "inputs.npz", **arrays)
    np.savez(folder / "golden.npz", **{output_name: golden.numpy()})
    if has_mlir:
        np.savez(folder / "inputs-mlir.npz", **{f"arg{i}": value for i, value in enumerate(arrays.values())})
        np.savez(folder / "golden-mlir.npz", result0=golden.numpy())
    print(f"{name}: {', '.join(f'{k}{list(v.shape)}' for k, v in arrays.items())} -> {output_name}{list(golden.shape)}")


if __name__ == "__main__":
    for requested in sys.argv[1:] or MODELS:
        export(requested)

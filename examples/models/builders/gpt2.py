"""GPT-2's block with the modules, parameter names and forward pass of the published model, in prefill and decode."""

import math

import torch
from torch import nn

from .common import Example


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

    def qkv(self, hidden_states):
        query, key, value = self.c_attn(hidden_states).split(self.split_size, dim=2)
        return self._split_heads(query), self._split_heads(key), self._split_heads(value)

    def forward(self, hidden_states):
        return self.c_proj(self._merge_heads(self._attn(*self.qkv(hidden_states))))


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


class GPT2Decode(nn.Module):
    """One new token: keys and values of the past come in, with the new one appended they go out."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, hidden_states, past_key, past_value):
        attention = self.block.attn
        query, key, value = attention.qkv(self.block.ln_1(hidden_states))
        key = torch.cat((past_key, key), dim=-2)
        value = torch.cat((past_value, value), dim=-2)
        attended = attention.c_proj(attention._merge_heads(attention._attn(query, key, value)))
        hidden_states = hidden_states + attended
        return hidden_states + self.block.mlp(self.block.ln_2(hidden_states)), key, value


class GPT2Prefill(nn.Module):
    """All tokens of the prompt: the block's result, and the keys and values that decoding starts from."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, hidden_states):
        attention = self.block.attn
        query, key, value = attention.qkv(self.block.ln_1(hidden_states))
        attended = attention.c_proj(attention._merge_heads(attention._attn(query, key, value)))
        hidden_states = hidden_states + attended
        return hidden_states + self.block.mlp(self.block.ln_2(hidden_states)), key, value


class GPT2Stack(nn.Module):
    """Equal blocks, one after the other, and the norm behind the last."""

    def __init__(self, layers, hidden, heads, inner, positions):
        super().__init__()
        self.h = nn.ModuleList(GPT2Block(hidden, heads, inner, positions) for _ in range(layers))
        self.ln_f = nn.LayerNorm(hidden, eps=1e-5)

    def forward(self, hidden_states):
        for block in self.h:
            hidden_states = block(hidden_states)
        return self.ln_f(hidden_states)


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


def tokens_with_outliers(generator, tokens, hidden, outliers):
    hidden_states = torch.randn((1, tokens, hidden), generator=generator)
    hidden_states[:, :, outliers] *= 8.0
    return hidden_states


def gpt2_block(generator, hidden=128, heads=4, inner=512, positions=64, tokens=20):
    block = GPT2Block(hidden, heads, inner, positions)
    outliers = realistic_weights(block, hidden, generator)
    return Example(block, {"hidden_states": tokens_with_outliers(generator, tokens, hidden, outliers)})


SMALL = {"hidden": 64, "heads": 4, "inner": 256, "positions": 64}


def gpt2_prefill(generator, tokens=19):
    block = GPT2Block(**SMALL)
    outliers = realistic_weights(block, SMALL["hidden"], generator)
    inputs = {"hidden_states": tokens_with_outliers(generator, tokens, SMALL["hidden"], outliers)}
    return Example(GPT2Prefill(block), inputs, ["output", "key", "value"], opset=17)


def gpt2_dynamic(generator):
    """Prefill of any number of tokens."""
    block = GPT2Block(**SMALL)
    outliers = realistic_weights(block, SMALL["hidden"], generator)

    def inputs(tokens):
        return {"hidden_states": tokens_with_outliers(generator, tokens, SMALL["hidden"], outliers)}

    axes = {"hidden_states": {1: "tokens"}}
    return Example(GPT2Prefill(block), inputs(19), ["output", "key", "value"], dynamic_axes=axes,
                   other_inputs={tokens: inputs(tokens) for tokens in (1, 8, 33)})


def gpt2_decode(generator, past=19):
    block = GPT2Block(**SMALL)
    outliers = realistic_weights(block, SMALL["hidden"], generator)
    head_dim = SMALL["hidden"] // SMALL["heads"]
    inputs = {
        "hidden_states": tokens_with_outliers(generator, 1, SMALL["hidden"], outliers),
        "past_key": torch.randn((1, SMALL["heads"], past, head_dim), generator=generator),
        "past_value": torch.randn((1, SMALL["heads"], past, head_dim), generator=generator),
    }
    return Example(GPT2Decode(block), inputs, ["output", "key", "value"])


def gpt2_cache(generator):
    """Any number of new tokens after a past of any length; without a past, a prefill."""
    block = GPT2Block(**SMALL)
    outliers = realistic_weights(block, SMALL["hidden"], generator)
    head_dim = SMALL["hidden"] // SMALL["heads"]

    def inputs(length, tokens):
        return {
            "hidden_states": tokens_with_outliers(generator, tokens, SMALL["hidden"], outliers),
            "past_key": torch.randn((1, SMALL["heads"], length, head_dim), generator=generator),
            "past_value": torch.randn((1, SMALL["heads"], length, head_dim), generator=generator),
        }

    axes = {"hidden_states": {1: "tokens"}, "past_key": {2: "past"}, "past_value": {2: "past"}}
    return Example(GPT2Decode(block), inputs(11, 6), ["output", "key", "value"], dynamic_axes=axes,
                   other_inputs={"prefill": inputs(0, 25)})


def draw_stack(generator, layers=3, hidden=32, heads=2, inner=96, positions=16):
    """A stack, and a function that draws hidden states of so many tokens."""
    stack = GPT2Stack(layers, hidden, heads, inner, positions)
    for block in stack.h:
        outliers = realistic_weights(block, hidden, generator)
    with torch.no_grad():
        stack.ln_f.weight.copy_(1.0 + torch.randn((hidden,), generator=generator) * 0.1)
        stack.ln_f.bias.copy_(torch.randn((hidden,), generator=generator) * 0.1)

    def inputs(tokens):
        return {"hidden_states": tokens_with_outliers(generator, tokens, hidden, outliers)}

    return stack, inputs


def gpt2_stack(generator, tokens=11):
    stack, inputs = draw_stack(generator)
    return Example(stack, inputs(tokens))


def gpt2_stack_dynamic(generator):
    """Equal layers, any number of tokens."""
    stack, inputs = draw_stack(generator, positions=24)
    return Example(stack, inputs(11), dynamic_axes={"hidden_states": {1: "tokens"}},
                   other_inputs={tokens: inputs(tokens) for tokens in (1, 8, 24)})

"""Blocks of the Llama, Qwen2 and Gemma 3 families in prefill and decode, and a small Llama from token ids to logits.

The forward passes follow the published models: rotary embedding in halves, keys and values of few heads repeated for
the query heads, norms in the order of the family. A decode block gets the keys and values of the past as inputs.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn

from .common import Example, normal


@dataclass
class Family:
    hidden: int = 64
    heads: int = 4
    key_heads: int = 2
    head_dim: int = 16
    inner: int = 168
    theta: float = 1e4
    eps: float = 1e-5
    qkv_bias: bool = False
    # Gemma: gains are stored less one, sublayers are normed on both sides, queries and keys per head.
    unit_offset: bool = False
    norm_after: bool = False
    norm_heads: bool = False
    tanh_gate: bool = False
    window: int = 0


LLAMA = Family()
QWEN2 = Family(theta=1e6, eps=1e-6, qkv_bias=True)
GEMMA3 = Family(
    heads=4, key_heads=1, eps=1e-6, unit_offset=True, norm_after=True, norm_heads=True, tanh_gate=True, window=8
)


class RMSNorm(nn.Module):
    def __init__(self, size, family):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(size))
        self.eps = family.eps
        self.unit_offset = family.unit_offset

    def forward(self, x):
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)
        return x * (1.0 + self.weight) if self.unit_offset else self.weight * x


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


def repeat_heads(x, times):
    """Each key head serves `times` query heads."""
    if times == 1:
        return x
    batch, heads, length, dim = x.shape
    return x[:, :, None, :, :].expand(batch, heads, times, length, dim).reshape(batch, heads * times, length, dim)


class Attention(nn.Module):
    def __init__(self, family):
        super().__init__()
        self.family = family
        width, narrow = family.heads * family.head_dim, family.key_heads * family.head_dim
        self.q_proj = nn.Linear(family.hidden, width, bias=family.qkv_bias)
        self.k_proj = nn.Linear(family.hidden, narrow, bias=family.qkv_bias)
        self.v_proj = nn.Linear(family.hidden, narrow, bias=family.qkv_bias)
        self.o_proj = nn.Linear(width, family.hidden, bias=False)
        if family.norm_heads:
            self.q_norm = RMSNorm(family.head_dim, family)
            self.k_norm = RMSNorm(family.head_dim, family)

    def forward(self, x, cos, sin, mask, past):
        batch, length, _ = x.shape
        shape = (batch, length, -1, self.family.head_dim)
        query = self.q_proj(x).view(shape)
        key = self.k_proj(x).view(shape)
        if self.family.norm_heads:
            query, key = self.q_norm(query), self.k_norm(key)
        query, key = query.transpose(1, 2), key.transpose(1, 2)
        value = self.v_proj(x).view(shape).transpose(1, 2)
        cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
        query = query * cos + rotate_half(query) * sin
        key = key * cos + rotate_half(key) * sin
        if past is not None:
            key = torch.cat((past[0], key), dim=2)
            value = torch.cat((past[1], value), dim=2)
        times = self.family.heads // self.family.key_heads
        scores = torch.matmul(query, repeat_heads(key, times).transpose(2, 3)) / math.sqrt(self.family.head_dim)
        if mask is not None:
            scores = scores + mask
        weights = torch.softmax(scores, dim=-1)
        joined = torch.matmul(weights, repeat_heads(value, times)).transpose(1, 2).reshape(batch, length, -1)
        return self.o_proj(joined), key, value


class GatedMLP(nn.Module):
    def __init__(self, family):
        super().__init__()
        self.gate_proj = nn.Linear(family.hidden, family.inner, bias=False)
        self.up_proj = nn.Linear(family.hidden, family.inner, bias=False)
        self.down_proj = nn.Linear(family.inner, family.hidden, bias=False)
        self.tanh_gate = family.tanh_gate

    def forward(self, x):
        gate = self.gate_proj(x)
        if self.tanh_gate:
            gate = 0.5 * gate * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (gate + 0.044715 * gate * gate * gate)))
        else:
            gate = nn.functional.silu(gate)
        return self.down_proj(gate * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, family):
        super().__init__()
        self.family = family
        self.input_layernorm = RMSNorm(family.hidden, family)
        self.self_attn = Attention(family)
        self.post_attention_layernorm = RMSNorm(family.hidden, family)
        self.mlp = GatedMLP(family)
        if family.norm_after:
            self.pre_feedforward_layernorm = RMSNorm(family.hidden, family)
            self.post_feedforward_layernorm = RMSNorm(family.hidden, family)

    def forward(self, x, cos, sin, mask, past):
        attended, key, value = self.self_attn(self.input_layernorm(x), cos, sin, mask, past)
        if self.family.norm_after:
            x = x + self.post_attention_layernorm(attended)
            x = x + self.post_feedforward_layernorm(self.mlp(self.pre_feedforward_layernorm(x)))
        else:
            x = x + attended
            x = x + self.mlp(self.post_attention_layernorm(x))
        return x, key, value


def angles(family, positions):
    """cos and sin of the rotary embedding, [1, tokens, head_dim]."""
    exponents = torch.arange(0, family.head_dim, 2, dtype=torch.float32) / family.head_dim
    frequencies = 1.0 / (family.theta**exponents)
    phase = positions.to(torch.float32).unsqueeze(-1) * frequencies
    phase = torch.cat((phase, phase), dim=-1)
    return phase.cos(), phase.sin()


def causal_mask(length, window=0):
    """Added to the scores: 0 where a token may look, the lowest number where not."""
    rows, columns = torch.arange(length).unsqueeze(1), torch.arange(length).unsqueeze(0)
    hidden = columns > rows
    if window:
        hidden = hidden | (columns <= rows - window)
    return torch.zeros(length, length).masked_fill(hidden, torch.finfo(torch.float32).min)[None, None]


class Prefill(nn.Module):
    """All tokens of the prompt; angles and mask are constants."""

    def __init__(self, family, length):
        super().__init__()
        self.block = Block(family)
        cos, sin = angles(family, torch.arange(length).unsqueeze(0))
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)
        self.register_buffer("mask", causal_mask(length, family.window))

    def forward(self, hidden_states):
        return self.block(hidden_states, self.cos, self.sin, self.mask, None)


class PrefillFromPositions(nn.Module):
    """All tokens of the prompt; the angles are computed from positions that are an input."""

    def __init__(self, family, length):
        super().__init__()
        self.block = Block(family)
        self.register_buffer("mask", causal_mask(length, family.window))

    def forward(self, hidden_states, position_ids):
        cos, sin = angles(self.block.family, position_ids)
        return self.block(hidden_states, cos, sin, self.mask, None)


class PrefillOfAnyLength(nn.Module):
    """All tokens of the prompt; angles from positions, and the mask from the number of tokens."""

    def __init__(self, family):
        super().__init__()
        self.block = Block(family)

    def forward(self, hidden_states, position_ids):
        cos, sin = angles(self.block.family, position_ids)
        mask = causal_mask(hidden_states.shape[1], self.block.family.window)
        return self.block(hidden_states, cos, sin, mask, None)


class DecodeFromPositions(nn.Module):
    """One new token at a position that is an input."""

    def __init__(self, family):
        super().__init__()
        self.block = Block(family)

    def forward(self, hidden_states, position_ids, past_key, past_value):
        cos, sin = angles(self.block.family, position_ids)
        return self.block(hidden_states, cos, sin, None, (past_key, past_value))


class ExtendFromPositions(nn.Module):
    """New tokens after a past of any length, each looking at what is before it."""

    def __init__(self, family):
        super().__init__()
        self.block = Block(family)

    def forward(self, hidden_states, position_ids, past_key, past_value):
        cos, sin = angles(self.block.family, position_ids)
        length = past_key.shape[2]
        mask = causal_mask(length + hidden_states.shape[1], self.block.family.window)[:, :, length:]
        return self.block(hidden_states, cos, sin, mask, (past_key, past_value))


class DecodeFromTable(nn.Module):
    """One new token; the position selects a row of a constant table."""

    def __init__(self, family, positions):
        super().__init__()
        self.block = Block(family)
        cos, sin = angles(family, torch.arange(positions).unsqueeze(0))
        self.register_buffer("cos", cos[0])
        self.register_buffer("sin", sin[0])

    def forward(self, hidden_states, position_ids, past_key, past_value):
        return self.block(hidden_states, self.cos[position_ids], self.sin[position_ids], None, (past_key, past_value))


class DecodeWithMask(nn.Module):
    """One new token; angles and mask come from outside, as the published block gets them."""

    def __init__(self, family):
        super().__init__()
        self.block = Block(family)

    def forward(self, hidden_states, cos, sin, mask, past_key, past_value):
        return self.block(hidden_states, cos, sin, mask, (past_key, past_value))


class LanguageModel(nn.Module):
    """Token ids to logits: embedding, blocks, final norm, head."""

    def __init__(self, family, layers, vocabulary, length):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, family.hidden)
        self.layers = nn.ModuleList(Block(family) for _ in range(layers))
        self.norm = RMSNorm(family.hidden, family)
        self.lm_head = nn.Linear(family.hidden, vocabulary, bias=False)
        cos, sin = angles(family, torch.arange(length).unsqueeze(0))
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)
        self.register_buffer("mask", causal_mask(length))

    def forward(self, input_ids):
        x = self.embed_tokens(input_ids)
        for layer in self.layers:
            x, _, _ = layer(x, self.cos, self.sin, self.mask, None)
        return self.lm_head(self.norm(x))


class Stack(nn.Module):
    """Equal blocks, one after the other, and the norm behind the last."""

    def __init__(self, family, layers, length):
        super().__init__()
        self.layers = nn.ModuleList(Block(family) for _ in range(layers))
        self.norm = RMSNorm(family.hidden, family)
        cos, sin = angles(family, torch.arange(length).unsqueeze(0))
        self.register_buffer("cos", cos)
        self.register_buffer("sin", sin)
        self.register_buffer("mask", causal_mask(length))

    def forward(self, x):
        for layer in self.layers:
            x, _, _ = layer(x, self.cos, self.sin, self.mask, None)
        return self.norm(x)


class StackOfAnyLength(nn.Module):
    """The same for any number of tokens: all layers share the angles and the mask."""

    def __init__(self, family, layers):
        super().__init__()
        self.family = family
        self.layers = nn.ModuleList(Block(family) for _ in range(layers))
        self.norm = RMSNorm(family.hidden, family)

    def forward(self, x, position_ids):
        cos, sin = angles(self.family, position_ids)
        mask = causal_mask(x.shape[1])
        for layer in self.layers:
            x, _, _ = layer(x, cos, sin, mask, None)
        return self.norm(x)


def draw_block_weights(module, family, generator):
    """As in trained blocks: norm gains around one with a few large ones, a few outlier channels in the residual."""
    outliers = torch.randperm(family.hidden, generator=generator)[:2]
    with torch.no_grad():
        for name, layer in module.named_modules():
            if isinstance(layer, RMSNorm):
                gain = 1.0 + normal(generator, layer.weight.shape, 0.1)
                if layer.weight.numel() == family.hidden:
                    gain[outliers] *= 2.0
                layer.weight.copy_(gain - 1.0 if family.unit_offset else gain)
            elif isinstance(layer, nn.Linear):
                layer.weight.copy_(normal(generator, layer.weight.shape, 1.0 / math.sqrt(layer.weight.shape[1])))
                if name.endswith(("o_proj", "down_proj")):
                    layer.weight[outliers] *= 3.0
                if layer.bias is not None:
                    layer.bias.copy_(normal(generator, layer.bias.shape, 0.5))
            elif isinstance(layer, nn.Embedding):
                layer.weight.copy_(normal(generator, layer.weight.shape))
                layer.weight[:, outliers] *= 4.0
    return outliers


def hidden_states(generator, family, tokens, outliers):
    x = normal(generator, (1, tokens, family.hidden))
    x[:, :, outliers] *= 6.0
    return x


def past(generator, family, length):
    shape = (1, family.key_heads, length, family.head_dim)
    return {"past_key": normal(generator, shape), "past_value": normal(generator, shape)}


OUTPUTS = ["output", "key", "value"]
PROMPT_AXES = {"hidden_states": {1: "tokens"}, "position_ids": {1: "tokens"}}


def prompt(generator, family, tokens, outliers):
    """What a prefill that computes its angles takes."""
    return {
        "hidden_states": hidden_states(generator, family, tokens, outliers),
        "position_ids": torch.arange(tokens).unsqueeze(0),
    }


def llama_prefill(generator, tokens=18):
    module = PrefillFromPositions(LLAMA, tokens)
    outliers = draw_block_weights(module, LLAMA, generator)
    return Example(module, prompt(generator, LLAMA, tokens, outliers), OUTPUTS)


def llama_dynamic(generator):
    """Prefill of any number of tokens."""
    module = PrefillOfAnyLength(LLAMA)
    outliers = draw_block_weights(module, LLAMA, generator)
    return Example(module, prompt(generator, LLAMA, 18, outliers), OUTPUTS, dynamic_axes=PROMPT_AXES,
                   other_inputs={tokens: prompt(generator, LLAMA, tokens, outliers) for tokens in (1, 8, 33)})


def llama_decode_dynamic(generator):
    """One new token after a past of any length."""
    module = DecodeFromPositions(LLAMA)
    outliers = draw_block_weights(module, LLAMA, generator)

    def inputs(length):
        return {
            "hidden_states": hidden_states(generator, LLAMA, 1, outliers),
            "position_ids": torch.tensor([[length]]),
            **past(generator, LLAMA, length),
        }

    axes = {"past_key": {2: "past"}, "past_value": {2: "past"}}
    return Example(module, inputs(18), OUTPUTS, dynamic_axes=axes,
                   other_inputs={length: inputs(length) for length in (1, 8, 33)})


def llama_cache(generator):
    """Any number of new tokens after a past of any length; without a past, a prefill."""
    module = ExtendFromPositions(LLAMA)
    outliers = draw_block_weights(module, LLAMA, generator)

    def inputs(length, tokens):
        return {
            "hidden_states": hidden_states(generator, LLAMA, tokens, outliers),
            "position_ids": torch.arange(length, length + tokens).unsqueeze(0),
            **past(generator, LLAMA, length),
        }

    tokens, before = {1: "tokens"}, {2: "past"}
    axes = {"hidden_states": tokens, "position_ids": tokens, "past_key": before, "past_value": before}
    return Example(module, inputs(11, 6), OUTPUTS, dynamic_axes=axes, other_inputs={"prefill": inputs(0, 25)})


def llama_decode(generator, length=18):
    module = DecodeFromPositions(LLAMA)
    outliers = draw_block_weights(module, LLAMA, generator)
    inputs = {
        "hidden_states": hidden_states(generator, LLAMA, 1, outliers),
        "position_ids": torch.tensor([[length]]),
        **past(generator, LLAMA, length),
    }
    return Example(module, inputs, OUTPUTS)


def qwen2_prefill(generator, tokens=21):
    module = Prefill(QWEN2, tokens)
    outliers = draw_block_weights(module, QWEN2, generator)
    return Example(module, {"hidden_states": hidden_states(generator, QWEN2, tokens, outliers)}, OUTPUTS, opset=17)


def qwen2_decode(generator, length=21):
    module = DecodeFromTable(QWEN2, positions=32)
    outliers = draw_block_weights(module, QWEN2, generator)
    inputs = {
        "hidden_states": hidden_states(generator, QWEN2, 1, outliers),
        "position_ids": torch.tensor([[length]]),
        **past(generator, QWEN2, length),
    }
    return Example(module, inputs, OUTPUTS)


def gemma3_prefill(generator, tokens=20):
    module = Prefill(GEMMA3, tokens)
    outliers = draw_block_weights(module, GEMMA3, generator)
    return Example(module, {"hidden_states": hidden_states(generator, GEMMA3, tokens, outliers)}, OUTPUTS)


def gemma3_decode(generator, length=20):
    module = DecodeWithMask(GEMMA3)
    outliers = draw_block_weights(module, GEMMA3, generator)
    cos, sin = angles(GEMMA3, torch.tensor([[length]]))
    mask = causal_mask(length + 1, GEMMA3.window)[:, :, length:]
    inputs = {"hidden_states": hidden_states(generator, GEMMA3, 1, outliers), "cos": cos, "sin": sin, "mask": mask}
    return Example(module, {**inputs, **past(generator, GEMMA3, length)}, OUTPUTS)


def llama_lm(generator, vocabulary=300, tokens=14):
    family = Family(hidden=32, heads=4, key_heads=2, head_dim=8, inner=88)
    module = LanguageModel(family, 2, vocabulary, tokens)
    draw_block_weights(module, family, generator)
    ids = torch.randint(0, vocabulary, (1, tokens), generator=generator)
    return Example(module, {"input_ids": ids}, ["logits"])


SMALL = Family(hidden=32, heads=4, key_heads=2, head_dim=8, inner=56)


def llama_stack(generator, layers=4, tokens=9):
    module = Stack(SMALL, layers, tokens)
    outliers = draw_block_weights(module, SMALL, generator)
    return Example(module, {"hidden_states": hidden_states(generator, SMALL, tokens, outliers)})


def llama_stack_dynamic(generator, layers=3):
    """Equal layers, any number of tokens."""
    module = StackOfAnyLength(SMALL, layers)
    outliers = draw_block_weights(module, SMALL, generator)
    return Example(module, prompt(generator, SMALL, 13, outliers), dynamic_axes=PROMPT_AXES,
                   other_inputs={tokens: prompt(generator, SMALL, tokens, outliers) for tokens in (1, 8, 24)})

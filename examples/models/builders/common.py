"""What every builder returns, and random weights that look like trained ones."""

import math
from dataclasses import dataclass, field

import torch
from torch import nn


@dataclass
class Example:
    """A module with inputs: what is exported, run and recorded."""

    module: nn.Module
    inputs: dict
    outputs: list = field(default_factory=lambda: ["output"])
    opset: int = 13
    # The exporter folds batch norms into convolutions. Left alone they arrive as BatchNormalization, as from other tools.
    keep_batch_norm: bool = False
    # Axes whose size comes with each run, as torch.onnx.export takes them, and inputs of other sizes to record.
    dynamic_axes: dict = field(default_factory=dict)
    other_inputs: dict = field(default_factory=dict)


def normal(generator, shape, deviation=1.0):
    return torch.randn(shape, generator=generator) * deviation


def draw_weights(module, generator, gain=2.0):
    """Fills every layer: variance kept through the layers, norm gains near one, biases and statistics not zero."""
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                fan_in = layer.weight[0].numel()
                layer.weight.copy_(normal(generator, layer.weight.shape, math.sqrt(gain / fan_in)))
            elif isinstance(layer, (nn.BatchNorm2d, nn.LayerNorm, nn.InstanceNorm2d)) and layer.weight is not None:
                layer.weight.copy_(1.0 + normal(generator, layer.weight.shape, 0.1))
            elif isinstance(layer, nn.PReLU):
                layer.weight.copy_(0.25 + normal(generator, layer.weight.shape, 0.1))
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.copy_(normal(generator, layer.running_mean.shape, 0.2))
                layer.running_var.copy_(torch.rand(layer.running_var.shape, generator=generator) + 0.5)
            if getattr(layer, "bias", None) is not None and isinstance(layer.bias, nn.Parameter):
                layer.bias.copy_(normal(generator, layer.bias.shape, 0.1))
    return module

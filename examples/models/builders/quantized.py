"""Quantized networks, built from ONNX operators that PyTorch 1.13 does not export.

The golden outputs are computed here with NumPy's integers, following the operators' definitions: int32 sums, one
rounding (half to even) with saturation per layer.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET = 13


class Graph:
    """Nodes and constants of a model, in the order in which they are made."""

    def __init__(self, inputs, outputs):
        self.inputs, self.outputs = inputs, outputs
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        outputs = [output] if isinstance(output, str) else output
        self.nodes.append(helper.make_node(operator, inputs, outputs, **attributes))
        return output

    def save(self, path):
        def info(name, array):
            return helper.make_tensor_value_info(name, numpy_helper.from_array(array).data_type, array.shape)

        graph = helper.make_graph(
            self.nodes,
            "quantized",
            [info(n, a) for n, a in self.inputs.items()],
            [info(n, a) for n, a in self.outputs.items()],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 8
        with open(path, "wb") as file:
            file.write(model.SerializeToString())


def saturate(values, dtype):
    limits = np.iinfo(dtype)
    return np.clip(values, limits.min, limits.max).astype(dtype)


def quantize(x, scale, zero, dtype):
    return saturate(np.rint(x / np.float32(scale)) + np.float32(zero), dtype)


def requantize(sums, scale, zero, dtype):
    return saturate(np.rint(sums.astype(np.float32) * np.float32(scale)) + np.float32(zero), dtype)


def weights(random, shape, outputs_axis):
    """int8 weights with one scale per output."""
    real = random.normal(size=shape).astype(np.float32) / np.float32(np.sqrt(np.prod(shape) / shape[outputs_axis]))
    others = tuple(a for a in range(len(shape)) if a != outputs_axis)
    scale = (np.abs(real).max(axis=others) / 127).astype(np.float32)
    wide = [1] * len(shape)
    wide[outputs_axis] = -1
    return saturate(np.rint(real / scale.reshape(wide)), np.int8), scale


def convolve(x, w, stride, pad, group=1):
    """int32 sums of a convolution of [N, C, H, W] by [O, C/group, KH, KW]."""
    x = np.pad(x.astype(np.int32), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    n, c, h, width = x.shape
    o, cg, kh, kw = w.shape
    oh, ow = (h - kh) // stride + 1, (width - kw) // stride + 1
    result = np.zeros((n, o, oh, ow), np.int32)
    for channel in range(o):
        first = channel // (o // group) * cg
        for i in range(kh):
            for j in range(kw):
                window = x[:, first : first + cg, i : i + stride * oh : stride, j : j + stride * ow : stride]
                result[:, channel] += np.tensordot(window, w[channel, :, i, j].astype(np.int32), ([1], [0]))
    return result


def quantized_cnn(seed):
    """QLinearConv (full, strided, depthwise), pooling on bytes, QLinearMatMul: bytes in, bytes out between the ends."""
    random = np.random.default_rng(seed)
    image = random.normal(size=(1, 3, 16, 16)).astype(np.float32)
    graph = Graph({"image": image}, {})
    scale_x, zero_x = np.float32(0.03), np.uint8(120)
    x = quantize(image, scale_x, zero_x, np.uint8)
    graph.constant("image_scale", scale_x)
    graph.constant("image_zero", zero_x)
    graph.node("QuantizeLinear", ["image", "image_scale", "image_zero"], "x0")
    current, scale, zero = "x0", scale_x, zero_x
    names = ("image_scale", "image_zero")
    for i, (channels, inputs, kernel, stride, group) in enumerate([(8, 3, 3, 1, 1), (8, 1, 3, 1, 8), (16, 8, 3, 2, 1)]):
        w, scale_w = weights(random, (channels, inputs, kernel, kernel), 0)
        bias = random.integers(-300, 300, channels).astype(np.int32)
        sums = convolve(x.astype(np.int32) - int(zero), w, stride, kernel // 2, group) + bias[None, :, None, None]
        real = sums.astype(np.float32) * (scale * scale_w)[None, :, None, None]
        # Zero point 0: what is below zero saturates, which is how a Relu is fused into a quantized convolution.
        scale_y, zero_y = np.float32(np.quantile(real, 0.999) / 255), np.uint8(0)
        factor = (scale * scale_w / scale_y).astype(np.float32)
        x = requantize(sums, factor[None, :, None, None], zero_y, np.uint8)
        constants = {"w": w, "ws": scale_w, "wz": np.zeros(channels, np.int8), "ys": scale_y, "yz": zero_y, "b": bias}
        for name, value in constants.items():
            graph.constant(f"{name}{i}", value)
        graph.node(
            "QLinearConv",
            [current, *names, f"w{i}", f"ws{i}", f"wz{i}", f"ys{i}", f"yz{i}", f"b{i}"],
            f"x{i + 1}",
            kernel_shape=[kernel, kernel],
            pads=[kernel // 2] * 4,
            strides=[stride, stride],
            group=group,
        )
        current, scale, zero, names = f"x{i + 1}", scale_y, zero_y, (f"ys{i}", f"yz{i}")
    graph.node("MaxPool", [current], "pooled", kernel_shape=[2, 2], strides=[2, 2])
    n, c, h, w = x.shape
    x = x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))
    graph.node("Flatten", ["pooled"], "flat", axis=1)
    x = x.reshape(1, -1)
    w, scale_w = weights(random, (x.shape[1], 10), 1)
    scale_w = scale_w.max()
    sums = (x.astype(np.int32) - int(zero)) @ w.astype(np.int32)
    scale_y, zero_y = np.float32(np.abs(sums).max() * scale * scale_w / 127), np.uint8(128)
    x = requantize(sums, scale * scale_w / scale_y, zero_y, np.uint8)
    for name, value in {"wf": w, "wfs": scale_w, "wfz": np.int8(0), "yfs": scale_y, "yfz": zero_y}.items():
        graph.constant(name, value)
    graph.node("QLinearMatMul", ["flat", *names, "wf", "wfs", "wfz", "yfs", "yfz"], "logits_q")
    graph.node("DequantizeLinear", ["logits_q", "yfs", "yfz"], "logits")
    graph.outputs = {"logits_q": x, "logits": (x.astype(np.int32) - int(zero_y)).astype(np.float32) * scale_y}
    return graph


def quantized_mlp(seed):
    """Dynamic quantization (a scale from each input's range), then a layer as dequantize, multiply, quantize."""
    random = np.random.default_rng(seed)
    x = (random.normal(size=(12, 48)) + 0.3).astype(np.float32)
    graph = Graph({"x": x}, {})
    graph.node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"])
    low, high = min(np.float32(0), x.min()), max(np.float32(0), x.max())
    scale = np.float32((high - low) / np.float32(255))
    zero = saturate(np.rint(np.float32(0) - low / scale), np.uint8)
    xq = quantize(x, scale, zero, np.uint8)

    w, scale_w = weights(random, (48, 40), 1)
    scale_w = scale_w.max()
    bias = (random.normal(size=40) * 0.1).astype(np.float32)
    for name, value in {"w0": w, "w0z": np.int8(0), "w0s": scale_w, "b0": bias}.items():
        graph.constant(name, value)
    graph.node("MatMulInteger", ["xq", "w0", "xz", "w0z"], "sums")
    graph.node("Cast", ["sums"], "sums_f", to=TensorProto.FLOAT)
    graph.node("Mul", ["xs", "w0s"], "scale")
    graph.node("Mul", ["sums_f", "scale"], "scaled")
    graph.node("Add", ["scaled", "b0"], "biased")
    graph.node("Relu", ["biased"], "hidden")
    sums = (xq.astype(np.int32) - int(zero)) @ w.astype(np.int32)
    hidden = np.maximum(sums.astype(np.float32) * (scale * scale_w) + bias, np.float32(0))

    scale_h, zero_h = np.float32(hidden.max() / 127), np.int8(0)
    w1, scale_w1 = weights(random, (20, 40), 0)
    for name, value in {"hs": scale_h, "hz": zero_h, "w1": w1, "w1s": scale_w1, "w1z": np.zeros(20, np.int8)}.items():
        graph.constant(name, value)
    graph.node("QuantizeLinear", ["hidden", "hs", "hz"], "hq")
    graph.node("DequantizeLinear", ["hq", "hs", "hz"], "hd")
    graph.node("DequantizeLinear", ["w1", "w1s", "w1z"], "w1d", axis=0)
    graph.node("Gemm", ["hd", "w1d"], "output", transB=1)
    hq = quantize(hidden, scale_h, zero_h, np.int8)
    output = (hq.astype(np.float64) * scale_h) @ (w1.astype(np.float64) * scale_w1[:, None]).T
    graph.outputs = {"sums": sums.astype(np.int32), "hq": hq, "output": output.astype(np.float32)}
    return graph

#!/usr/bin/env python3
"""Builds the small example models with PyTorch, exports them and records PyTorch's outputs.

Usage: export.py [NAME ...]        (default: every model below)

For each model this writes, next to this script:
  NAME/model.onnx   torch.onnx.export, constants folded; the quantized models are written as ONNX operators
  NAME/inputs.npz   inputs by ONNX input name
  NAME/golden.npz   PyTorch's outputs (of quantized models: NumPy's) by ONNX output name
  NAME/inputs-N.npz, NAME/golden-N.npz   the same for other sizes, where an axis comes with each run
and for the models that also exist as linalg on tensors (NAME/model.mlir, written by hand):
  NAME/inputs-mlir.npz, NAME/golden-mlir.npz   by position: arg0, arg1, ... and result0, ...

Only this script needs PyTorch (Debian: python3-torch, python3-onnx); building and testing need just the files it wrote.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import torch

from builders import gpt2, llama, products, quantized, vision

HERE = Path(__file__).resolve().parent

# name -> (builder, seed). A seed belongs to its model: changing one changes the committed files.
MODELS = {
    "2mm": (products.two_mm, 1),
    "2mm-ragged": (products.two_mm_ragged, 2),
    "3mm": (products.three_mm, 3),
    "mlp": (products.mlp, 4),
    "gpt2-block": (gpt2.gpt2_block, 5),
    "atax": (products.atax, 6),
    "bicg": (products.bicg, 7),
    "gemm": (products.gemm, 8),
    "gesummv": (products.gesummv, 9),
    "mvt": (products.mvt, 10),
    "matmul-chain": (products.matmul_chain, 11),
    "matmul-tree": (products.matmul_tree, 12),
    "reductions": (products.reductions, 13),
    "cross-attention": (products.cross_attention, 14),
    "lenet": (vision.lenet, 15),
    "resnet": (vision.resnet, 16),
    "mobilenet": (vision.mobilenet, 17),
    "autoencoder": (vision.autoencoder, 18),
    "unet": (vision.unet, 19),
    "inception": (vision.inception, 20),
    "gpt2-prefill": (gpt2.gpt2_prefill, 21),
    "gpt2-decode": (gpt2.gpt2_decode, 22),
    "llama-prefill": (llama.llama_prefill, 23),
    "llama-decode": (llama.llama_decode, 24),
    "qwen2-prefill": (llama.qwen2_prefill, 25),
    "qwen2-decode": (llama.qwen2_decode, 26),
    "gemma3-prefill": (llama.gemma3_prefill, 27),
    "gemma3-decode": (llama.gemma3_decode, 28),
    "llama-lm": (llama.llama_lm, 29),
    "gpt2-dynamic": (gpt2.gpt2_dynamic, 32),
    "llama-dynamic": (llama.llama_dynamic, 33),
    "llama-decode-dynamic": (llama.llama_decode_dynamic, 34),
    "gpt2-stack": (gpt2.gpt2_stack, 35),
    "llama-stack": (llama.llama_stack, 36),
    "gpt2-stack-dynamic": (gpt2.gpt2_stack_dynamic, 39),
    "llama-stack-dynamic": (llama.llama_stack_dynamic, 40),
    "gpt2-cache": (gpt2.gpt2_cache, 37),
    "llama-cache": (llama.llama_cache, 38),
    "quantized-cnn": (quantized.quantized_cnn, 30),
    "quantized-mlp": (quantized.quantized_mlp, 31),
}
# These exist as model.mlir too.
IN_MLIR = ("2mm", "3mm", "atax", "bicg", "gemm", "gesummv", "matmul-chain", "matmul-tree", "mvt")


def arrays(tensors):
    return {name: tensor.detach().numpy() for name, tensor in tensors.items()}


def export_module(folder, example):
    """Writes model.onnx and returns inputs and golden outputs."""
    def run(inputs):
        with torch.no_grad():
            outputs = example.module(*inputs.values())
        return dict(zip(example.outputs, (outputs,) if isinstance(outputs, torch.Tensor) else outputs))

    example.module.eval()
    golden = run(example.inputs)
    mode = torch.onnx.TrainingMode
    # The exporter warns about every shape that it makes a constant, which is what is wanted here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            example.module,
            tuple(example.inputs.values()),
            str(folder / "model.onnx"),
            opset_version=example.opset,
            training=mode.PRESERVE if example.keep_batch_norm else mode.EVAL,
            do_constant_folding=not example.keep_batch_norm,
            input_names=list(example.inputs),
            output_names=example.outputs,
            dynamic_axes=example.dynamic_axes,
        )
        for size, inputs in example.other_inputs.items():
            np.savez(folder / f"inputs-{size}.npz", **arrays(inputs))
            np.savez(folder / f"golden-{size}.npz", **arrays(run(inputs)))
    return arrays(example.inputs), arrays(golden)


def export(name):
    builder, seed = MODELS[name]
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    if builder.__module__ == quantized.__name__:
        graph = builder(seed)
        graph.save(folder / "model.onnx")
        inputs, golden = graph.inputs, graph.outputs
    else:
        inputs, golden = export_module(folder, builder(torch.Generator().manual_seed(seed)))
    np.savez(folder / "inputs.npz", **inputs)
    np.savez(folder / "golden.npz", **golden)
    if name in IN_MLIR:
        np.savez(folder / "inputs-mlir.npz", **{f"arg{i}": value for i, value in enumerate(inputs.values())})
        np.savez(folder / "golden-mlir.npz", **{f"result{i}": value for i, value in enumerate(golden.values())})

    def shapes(values):
        return ", ".join(f"{key}{list(value.shape)}" for key, value in values.items())

    print(f"{name}: {shapes(inputs)} -> {shapes(golden)}")


if __name__ == "__main__":
    for requested in sys.argv[1:] or MODELS:
        export(requested)

"""The example models as PyTorch modules (and ONNX protobufs where PyTorch cannot write the operators)."""

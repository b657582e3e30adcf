"""A model whose outputs are its input and a sum of weights. usage: nothing_to_do.py MODEL.onnx"""
import sys

from onnx_writer import graph, model, node, tensor, value

nodes = [node("Identity", ["x"], ["y"], "same"), node("Add", ["w", "w"], ["z"], "sum")]
contents = model(graph(nodes, [value("x", [4, 4])], [value("y", [4, 4]), value("z", [4])],
                       [tensor("w", [4], [1.0, 2.0, 3.0, 4.0])]))
open(sys.argv[1], "wb").write(contents)

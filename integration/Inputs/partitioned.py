"""A model with operators of nobody's in its middle and at its end. usage: partitioned.py MODEL.onnx"""
import sys

from onnx_writer import graph, model, node, tensor, value

weight = tensor("w", [16, 16], [((i * 7) % 11 - 5) / 8 for i in range(256)])
nodes = [node("MatMul", ["x", "w"], ["a"], "first"), node("Act", ["a"], ["s"], "strange", domain="my.ops"),
         node("Relu", ["a"], ["r"]), node("MatMul", ["s", "w"], ["b"], "second"),
         node("Add", ["b", "r"], ["y"], "join"), node("Act", ["y"], ["z"], "last", domain="my.ops")]
contents = model(graph(nodes, [value("x", [8, 16])], [value("y", [8, 16]), value("z", [8, 16])], [weight],
                       [value("s", [8, 16])]), domains=["my.ops"])
open(sys.argv[1], "wb").write(contents)
